//! A50: osteoclasts gather at the tumour (Kulenkampff 1986: in 24 lytic metastases of man osteoclast index and resorption surface above
//! healthy bone, also at more than 500 um from the tumour). No size in what was read.

use crate::validate::ValidationError;
use crate::validate::arm::Arm;
use crate::validate::class::Class;
use crate::validate::course::Course;
use crate::validate::figure::ratio_of_counts;
use crate::validate::part::{MORE, Parts};
use crate::validate::scenarios::MOUSE_LESION;
use crate::validate::shared::{LIVING_HEALTH, LIVING_MOUSE};
use crate::validate::target::Target;

/// The target.
pub(super) const TARGET: Target = Target {
    id: "A50",
    finding: "osteoclasts gather at the tumour",
    class: Class::Informed,
    why: "the direction was known; band and source stood before the mechanism",
    arms: &[LIVING_HEALTH, FRONT],
    quick: false,
    measure,
    picture: None,
};

const FRONT: Arm = Arm {
    name: "living_front",
    scenario: MOUSE_LESION,
    sets: &[&LIVING_MOUSE, &["run.duration=\"14 d\""]],
    every_d: 1.0,
};

fn measure(parts: &mut Parts<'_>) -> Result<(), ValidationError> {
    let health = |course: &Course| course.at("n_oc_per_bs_mm2", 14.0);
    let near = parts.each(&FRONT, |course| course.at_end.near_per_mm2)?;
    let far = parts.each(&FRONT, |course| course.at_end.far_per_mm2)?;
    let health = parts.each(&LIVING_HEALTH, health)?;
    for (what, other) in [("over health", &health), ("over those beyond 500 um", &far)] {
        parts
            .push(
                &format!("osteoclasts per surface within 100 um of the tumour, day 14, {what}"),
                "more",
                ratio_of_counts(&near, other),
                MORE,
            )
            .against(1.0);
    }
    Ok(())
}
