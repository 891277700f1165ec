//! A48: soluble RANKL is dispensable (Asano 2019: without it bone is normal, and osteoclasts in metastases are as many).

use crate::validate::ValidationError;
use crate::validate::arm::Arm;
use crate::validate::class::Class;
use crate::validate::course::Course;
use crate::validate::figure::{ratio, ratio_of_counts};
use crate::validate::part::Parts;
use crate::validate::scenarios::{MOUSE_LESION, MOUSE_SECTION};
use crate::validate::shared::{LIVING_HEALTH, LIVING_LESION, LIVING_MOUSE};
use crate::validate::target::Target;

/// The target.
pub(super) const TARGET: Target = Target {
    id: "A48",
    finding: "soluble RANKL is dispensable",
    class: Class::ByConstruction,
    why: "RANKL by contact was made to dominate because of it",
    arms: &[LIVING_HEALTH, LIVING_LESION, HEALTH, LESION],
    quick: false,
    measure,
    picture: None,
};

const MEMBRANE_ALONE: [&str; 2] = [
    "lining.secretion.rankl.rate=\"0 amol/h\"",
    "precursor.secretion.rankl.rate=\"0 amol/h\"",
];

const HEALTH: Arm = Arm {
    name: "living_no_soluble_rankl",
    scenario: MOUSE_SECTION,
    sets: &[&LIVING_MOUSE, &MEMBRANE_ALONE],
    every_d: 1.0,
};
const LESION: Arm = Arm {
    name: "living_lesion_no_soluble_rankl",
    scenario: MOUSE_LESION,
    sets: &[&LIVING_MOUSE, &MEMBRANE_ALONE],
    every_d: 1.0,
};

fn measure(parts: &mut Parts<'_>) -> Result<(), ValidationError> {
    let bone = |course: &Course| course.at("bv_tv", 28.0);
    let (without, with) = (
        parts.each(&HEALTH, bone)?,
        parts.each(&LIVING_HEALTH, bone)?,
    );
    parts.push(
        "bone on day 28 in health, without soluble RANKL over with",
        "same",
        ratio(&without, &with),
        (0.95, 1.05),
    );
    let number = |course: &Course| course.at("n_oc", 28.0);
    let (without, with) = (
        parts.each(&LESION, number)?,
        parts.each(&LIVING_LESION, number)?,
    );
    parts.push(
        "osteoclasts of a lesion on day 28, without soluble RANKL over with",
        "same",
        ratio_of_counts(&without, &with),
        (0.8, 1.25),
    );
    Ok(())
}
