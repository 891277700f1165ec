//! A47: stroma of adipose lineage makes RANKL in marrow and not in the cortex (Hu 2021, Yu 2021: deleted there, fewer trabecular
//! osteoclasts and more trabecular bone, the cortex is the same). No size in what was read.

use crate::validate::ValidationError;
use crate::validate::arm::Arm;
use crate::validate::class::Class;
use crate::validate::course::Course;
use crate::validate::figure::{ratio, ratio_of_counts};
use crate::validate::part::{MORE, Parts, less};
use crate::validate::scenarios::{MOUSE_CORTEX, MOUSE_SECTION};
use crate::validate::shared::{LIVING_HEALTH, LIVING_MOUSE};
use crate::validate::target::Target;

/// The target.
pub(super) const TARGET: Target = Target {
    id: "A47",
    finding: "stroma makes RANKL in marrow alone",
    class: Class::Informed,
    why: "the directions were known when the sources of RANKL were made; band and source stood before the mechanism",
    arms: &[LIVING_HEALTH, DELETED, CORTEX, DELETED_CORTEX],
    quick: false,
    measure,
    picture: None,
};

const NO_STROMA: [&str; 1] = ["stroma.secretion.stroma_rankl.rate=\"0 amol/h\""];

const DELETED: Arm = Arm {
    name: "living_no_stroma_rankl",
    scenario: MOUSE_SECTION,
    sets: &[&LIVING_MOUSE, &NO_STROMA],
    every_d: 1.0,
};
const CORTEX: Arm = Arm {
    name: "living_cortex",
    scenario: MOUSE_CORTEX,
    sets: &[&LIVING_MOUSE],
    every_d: 4.0,
};
const DELETED_CORTEX: Arm = Arm {
    name: "living_cortex_no_stroma_rankl",
    scenario: MOUSE_CORTEX,
    sets: &[&LIVING_MOUSE, &NO_STROMA],
    every_d: 4.0,
};

fn measure(parts: &mut Parts<'_>) -> Result<(), ValidationError> {
    let number = |course: &Course| course.mean_from("n_oc", 0.0);
    let (deleted, health) = (
        parts.each(&DELETED, number)?,
        parts.each(&LIVING_HEALTH, number)?,
    );
    parts
        .push(
            "trabecular osteoclasts without RANKL of stroma over with",
            "less",
            ratio_of_counts(&deleted, &health),
            less(0.0),
        )
        .against(1.0);
    let bone = |course: &Course| course.at("bv_tv", 28.0) / course.at("bv_tv", 0.0);
    let (deleted, health) = (
        parts.each(&DELETED, bone)?,
        parts.each(&LIVING_HEALTH, bone)?,
    );
    parts
        .push(
            "trabecular bone on day 28 without RANKL of stroma over with",
            "more",
            ratio(&deleted, &health),
            MORE,
        )
        .against(1.0);
    let matrix = |course: &Course| 1.0 - course.outer_porosity;
    let (deleted, cortex) = (
        parts.each(&DELETED_CORTEX, matrix)?,
        parts.each(&CORTEX, matrix)?,
    );
    parts.push(
        "matrix of the cortex without RANKL of stroma over with",
        "same",
        ratio(&deleted, &cortex),
        (0.97, 1.03),
    );
    Ok(())
}
