//! A12: feedback damps the removal of RANKL: an added sink leaves 0.68 (weak) to 0.31 (strong) of the osteoclasts in the
//! model of Pivonka 2008, so that half the RANKL takes less than half of them.

use crate::validate::ValidationError;
use crate::validate::arm::Arm;
use crate::validate::class::Class;
use crate::validate::course::Course;
use crate::validate::figure::ratio_of_counts;
use crate::validate::part::Parts;
use crate::validate::scenarios::MOUSE_SECTION;
use crate::validate::shared::MOUSE_HEALTH;
use crate::validate::target::Target;

/// The target.
pub(super) const TARGET: Target = Target {
    id: "A12",
    finding: "feedback damps RANKL removal",
    class: Class::Fitted,
    why: "what is taken as published came from the model of Pivonka 2008 and is no measurement; the rise of activation with RANK was fitted to it",
    arms: &[MOUSE_HEALTH, HALF_RANKL],
    quick: false,
    measure,
    picture: None,
};

/// A cue at its half effect on every source of RANKL.
const HALF_RANKL: Arm = Arm {
    name: "half_rankl",
    scenario: MOUSE_SECTION,
    sets: &[&[
        "cues.sink.constant=\"1 pM\"",
        "lining.secretion.rankl.lowered_by.sink.to=0",
        "lining.secretion.rankl.lowered_by.sink.half_max=\"1 pM\"",
        "precursor.secretion.rankl.lowered_by.sink.to=0",
        "precursor.secretion.rankl.lowered_by.sink.half_max=\"1 pM\"",
        "lining.contact_rankl.resting.lowered_by.sink.to=0",
        "lining.contact_rankl.resting.lowered_by.sink.half_max=\"1 pM\"",
        "lining.contact_rankl.opened.lowered_by.sink.to=0",
        "lining.contact_rankl.opened.lowered_by.sink.half_max=\"1 pM\"",
        "run.duration=\"56 d\"",
    ]],
    every_d: 1.0,
};

fn measure(parts: &mut Parts<'_>) -> Result<(), ValidationError> {
    let late = |c: &Course| c.mean_from("n_oc", 28.0);
    let health = parts.each(&MOUSE_HEALTH, late)?;
    let half = ratio_of_counts(&parts.each(&HALF_RANKL, late)?, &health);
    parts
        .push(
            "osteoclasts with half the RANKL",
            "0.68 to 0.31 (model)",
            half,
            (0.4, 0.8),
        )
        .against(1.0)
        .of_range(0.31, 0.68);
    Ok(())
}
