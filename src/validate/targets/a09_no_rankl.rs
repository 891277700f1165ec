//! A9: without RANKL there are no osteoclasts, and bone does not fall (Kong 1999).

use crate::validate::ValidationError;
use crate::validate::arm::Arm;
use crate::validate::class::Class;
use crate::validate::course::Course;
use crate::validate::figure::largest;
use crate::validate::part::Parts;
use crate::validate::scenarios::MOUSE_SECTION;
use crate::validate::target::Target;

/// The target.
pub(super) const TARGET: Target = Target {
    id: "A9",
    finding: "no RANKL, no osteoclasts",
    class: Class::ByConstruction,
    why: "fusion needs an engaged RANK, and nothing else removes bone",
    arms: &[NO_RANKL],
    quick: true,
    measure,
    picture: None,
};

const NO_RANKL: Arm = Arm {
    name: "rankl_null",
    scenario: MOUSE_SECTION,
    sets: &[&["genotype=\"rankl_null\""]],
    every_d: 1.0,
};

fn measure(parts: &mut Parts<'_>) -> Result<(), ValidationError> {
    // A rule holds in every seed: the worst of them is judged.
    let most = |c: &Course| largest(c.column("n_oc"));
    let most = largest(parts.each(&NO_RANKL, most)?);
    parts.push_certain("most osteoclasts at any time", "0", most, (0.0, 0.0));
    let lost = |c: &Course| (1.0 - c.at("bv_tv", c.days()) / c.at("bv_tv", 0.0)).max(0.0);
    let lost = largest(parts.each(&NO_RANKL, lost)?);
    parts.push_certain("most BV/TV lost by day 32, of day 0", "0", lost, (0.0, 0.0));
    Ok(())
}
