//! A42: lesions of C4-2B are mixed to blastic, and blocking the factor undoes it (Schwaninger 2007: noggin made by an osteoinductive
//! prostate line abolishes its osteoblast response, resorption and growth are marginally affected; Dai 2008: BMP and Wnt of
//! C4-2B). No size in what was read.

use crate::validate::ValidationError;
use crate::validate::arm::Arm;
use crate::validate::class::Class;
use crate::validate::course::Course;
use crate::validate::figure::{paired, ratio, ratio_of_counts};
use crate::validate::part::{MORE, Parts};
use crate::validate::scenarios::MOUSE_LESION;
use crate::validate::shared::MOUSE_HEALTH;
use crate::validate::target::Target;

/// The target.
pub(super) const TARGET: Target = Target {
    id: "A42",
    finding: "C4-2B is mixed to blastic",
    class: Class::Informed,
    why: "the directions were known; the fold of BMP was chosen for bone that grows, and band and source stood before the mechanism",
    arms: &[MOUSE_HEALTH, C4_2B, BLOCKED],
    quick: false,
    measure,
    picture: None,
};

const LINE: [&str; 1] = ["line=\"c4_2b\""];

const C4_2B: Arm = Arm {
    name: "c4_2b_lesion",
    scenario: MOUSE_LESION,
    sets: &[&LINE],
    every_d: 1.0,
};
const BLOCKED: Arm = Arm {
    name: "c4_2b_no_bmp",
    scenario: MOUSE_LESION,
    sets: &[&LINE, &["tumour.secretion.bmp.rate=\"0 amol/h\""]],
    every_d: 1.0,
};

fn measure(parts: &mut Parts<'_>) -> Result<(), ValidationError> {
    let bone = |course: &Course| course.at("bv_tv", 28.0) / course.at("bv_tv", 0.0);
    let health = parts.each(&MOUSE_HEALTH, bone)?;
    let (grown, blocked) = (parts.each(&C4_2B, bone)?, parts.each(&BLOCKED, bone)?);
    parts
        .push(
            "bone on day 28, C4-2B over no tumour",
            "more",
            ratio(&grown, &health),
            MORE,
        )
        .of_class(Class::Fitted)
        .against(1.0);
    parts.push(
        "bone above that without a tumour, BMP blocked over not",
        "abolished",
        ratio(&paired(&blocked, &health), &paired(&grown, &health)),
        (-0.5, 0.25),
    );
    for (what, column, band) in [
        ("tumour", "tumour_cells", (0.8, 1.25)),
        ("osteoclasts", "n_oc", (0.7, 1.4)),
    ] {
        let at = |course: &Course| course.at(column, 28.0);
        let (grown, blocked) = (parts.each(&C4_2B, at)?, parts.each(&BLOCKED, at)?);
        parts.push(
            &format!("{what} on day 28, BMP blocked over not"),
            "marginally affected",
            ratio_of_counts(&blocked, &grown),
            band,
        );
    }
    Ok(())
}
