//! A40: a diet of low calcium raises PTH and with it the lesion, and a block of RANKL abolishes that (Zheng 2007: MDA-MB-231 Tx-SA in the
//! tibia of mice, day 17: lytic area +43 %, tumour area +24 %; no lysis under OPG).
//!
//! How far PTH rose was not in what was read: threefold is a choice of the arm.

use crate::validate::ValidationError;
use crate::validate::arm::Arm;
use crate::validate::class::Class;
use crate::validate::course::Course;
use crate::validate::figure::{ratio, ratio_of_counts};
use crate::validate::part::Parts;
use crate::validate::scenarios::MOUSE_LESION;
use crate::validate::shared::OPG_FC_COURSE;
use crate::validate::target::Target;

/// The target.
pub(super) const TARGET: Target = Target {
    id: "A40",
    finding: "low calcium feeds the lesion",
    class: Class::Informed,
    why: "the figures were known; the rise of PTH is a choice of the arm",
    arms: &[NORMAL, LOW_CALCIUM, OPG_FC],
    quick: false,
    measure,
    picture: None,
};

const LINE: [&str; 1] = ["line=\"mda_mb_231\""];
const MORE_PTH: [&str; 1] = ["cues.pth.constant=\"11.7 pM\""];

const NORMAL: Arm = Arm {
    name: "mda_mb_231_normal_calcium",
    scenario: MOUSE_LESION,
    sets: &[&LINE],
    every_d: 1.0,
};
const LOW_CALCIUM: Arm = Arm {
    name: "mda_mb_231_low_calcium",
    scenario: MOUSE_LESION,
    sets: &[&LINE, &MORE_PTH],
    every_d: 1.0,
};
const OPG_FC: Arm = Arm {
    name: "mda_mb_231_low_calcium_opg_fc",
    scenario: MOUSE_LESION,
    sets: &[&LINE, &MORE_PTH, &OPG_FC_COURSE],
    every_d: 1.0,
};

fn measure(parts: &mut Parts<'_>) -> Result<(), ValidationError> {
    let loss = |course: &Course| 100.0 * (1.0 - course.at("bv_tv", 17.0) / course.at("bv_tv", 0.0));
    let tumour = |course: &Course| course.at("tumour_cells", 17.0);
    let normal = parts.each(&NORMAL, loss)?;
    let low = parts.each(&LOW_CALCIUM, loss)?;
    parts
        .push(
            "loss by day 17, low over normal calcium",
            "1.43",
            ratio(&low, &normal),
            (1.1, 2.0),
        )
        .against(1.0);
    let (normal, fed) = (
        parts.each(&NORMAL, tumour)?,
        parts.each(&LOW_CALCIUM, tumour)?,
    );
    parts
        .push(
            "tumour on day 17, low over normal calcium",
            "1.24",
            ratio_of_counts(&fed, &normal),
            (1.05, 1.6),
        )
        .against(1.0);
    let blocked = parts.each(&OPG_FC, loss)?;
    parts.push(
        "loss by day 17 under OPG-Fc over without, low calcium",
        "no lysis",
        ratio(&blocked, &low),
        (-1.0, 0.2),
    );
    Ok(())
}
