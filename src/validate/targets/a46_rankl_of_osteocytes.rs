//! A46: osteocytes make the RANKL of cancellous bone (Xiong 2015: deleted in osteocytes, a threefold decrease of osteoclasts).

use crate::validate::ValidationError;
use crate::validate::arm::Arm;
use crate::validate::class::Class;
use crate::validate::course::Course;
use crate::validate::figure::ratio_of_counts;
use crate::validate::part::Parts;
use crate::validate::scenarios::MOUSE_SECTION;
use crate::validate::shared::{LIVING_HEALTH, LIVING_MOUSE};
use crate::validate::target::Target;

/// The target.
pub(super) const TARGET: Target = Target {
    id: "A46",
    finding: "osteocytes make RANKL",
    class: Class::Fitted,
    why: "what osteocytes and stroma make of RANKL was chosen by it; band and source stood before the mechanism",
    arms: &[LIVING_HEALTH, DELETED],
    quick: false,
    measure,
    picture: None,
};

const DELETED: Arm = Arm {
    name: "living_no_osteocyte_rankl",
    scenario: MOUSE_SECTION,
    sets: &[
        &LIVING_MOUSE,
        &["osteocyte.secretion.osteocyte_rankl.rate=\"0 amol/h\""],
    ],
    every_d: 1.0,
};

fn measure(parts: &mut Parts<'_>) -> Result<(), ValidationError> {
    // The burn-in is without it, too.
    let number = |course: &Course| course.mean_from("n_oc", 0.0);
    let (deleted, health) = (
        parts.each(&DELETED, number)?,
        parts.each(&LIVING_HEALTH, number)?,
    );
    parts
        .push(
            "osteoclasts without RANKL of osteocytes over with",
            "0.33",
            ratio_of_counts(&deleted, &health),
            (0.2, 0.5),
        )
        .against(1.0);
    Ok(())
}
