//! A35: ticks and sites converge: what half the tick and sites of half the edge change of the bone lost. The bands are a choice.

use crate::validate::ValidationError;
use crate::validate::arm::Arm;
use crate::validate::class::Class;
use crate::validate::course::Course;
use crate::validate::figure::ratio;
use crate::validate::part::Parts;
use crate::validate::scenarios::{HUMAN_LESION_FINE, MOUSE_LESION};
use crate::validate::shared::{HUMAN_LESION, LESION};
use crate::validate::target::Target;

/// The target.
pub(super) const TARGET: Target = Target {
    id: "A35",
    finding: "ticks and sites converge",
    class: Class::Arithmetic,
    why: "the program is compared with itself on finer steps",
    arms: &[LESION, HALF_TICK, HUMAN_LESION, FINE],
    quick: false,
    measure,
    picture: None,
};

const HALF_TICK: Arm = Arm {
    name: "half_tick",
    scenario: MOUSE_LESION,
    sets: &[&["run.tick=\"0.5 h\""]],
    every_d: 1.0,
};
const FINE: Arm = Arm {
    name: "human_lesion_fine",
    scenario: HUMAN_LESION_FINE,
    sets: &[],
    every_d: 5.0,
};

fn measure(parts: &mut Parts<'_>) -> Result<(), ValidationError> {
    let loss = Course::loss_percent;
    for (coarse, fine, label, most) in [
        (LESION, HALF_TICK, "half the tick", 10.0),
        (HUMAN_LESION, FINE, "sites of 10 for 20 um", 20.0),
    ] {
        let over = ratio(&parts.each(&fine, loss)?, &parts.each(&coarse, loss)?);
        parts.push(
            &format!("change of the bone lost with {label}, %"),
            "",
            over.shifted(-1.0).scaled(100.0),
            (-most, most),
        );
    }
    Ok(())
}
