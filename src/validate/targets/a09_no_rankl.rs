//! A9: without RANKL there are no osteoclasts, and bone does not fall (Kong 1999).

use crate::validate::ValidationError;
use crate::validate::arm::Arm;
use crate::validate::course::Course;
use crate::validate::part::{NO_END, Parts, largest, spread};
use crate::validate::scenarios::MOUSE_SECTION;
use crate::validate::target::Target;

/// The target.
pub(super) const TARGET: Target = Target {
    id: "A9",
    finding: "no RANKL, no osteoclasts",
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
    let most = |c: &Course| largest(c.column("n_oc"));
    let most = spread(&parts.each(&NO_RANKL, most)?);
    parts.push("most osteoclasts at any time", "0", most, (0.0, 0.0));
    let kept = |c: &Course| c.at("bv_tv", c.days()) / c.at("bv_tv", 0.0);
    let kept = spread(&parts.each(&NO_RANKL, kept)?);
    parts.push(
        "BV/TV at day 32 over day 0",
        "not below 1",
        kept,
        (1.0, NO_END),
    );
    Ok(())
}
