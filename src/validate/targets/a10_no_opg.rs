//! A10: without OPG bone becomes porous, trabecular and cortical (Bucay 1998; the bands are a choice).

use crate::validate::ValidationError;
use crate::validate::arm::Arm;
use crate::validate::class::Class;
use crate::validate::course::Course;
use crate::validate::figure::{ratio, ratio_of_counts};
use crate::validate::part::{NO_END, Parts};
use crate::validate::scenarios::{MOUSE_CORTEX, MOUSE_SECTION};
use crate::validate::shared::MOUSE_HEALTH;
use crate::validate::target::Target;

/// The target.
pub(super) const TARGET: Target = Target {
    id: "A10",
    finding: "no OPG, porous bone",
    class: Class::Informed,
    why: "the rise of activation with RANK was fitted to twice the osteoclasts; that bone becomes porous was known",
    arms: &[MOUSE_HEALTH, NO_OPG, CORTEX, NO_OPG_CORTEX],
    quick: false,
    measure,
    picture: None,
};

const NO_OPG: Arm = Arm {
    name: "opg_null",
    scenario: MOUSE_SECTION,
    sets: &[&["genotype=\"opg_null\"", "run.duration=\"8 d\""]],
    every_d: 1.0,
};
const CORTEX: Arm = Arm {
    name: "mouse_cortex",
    scenario: MOUSE_CORTEX,
    sets: &[],
    every_d: 4.0,
};
const NO_OPG_CORTEX: Arm = Arm {
    name: "opg_null_cortex",
    scenario: MOUSE_CORTEX,
    sets: &[&["genotype=\"opg_null\""]],
    every_d: 4.0,
};

fn measure(parts: &mut Parts<'_>) -> Result<(), ValidationError> {
    // The burn-in of 48 days is without OPG, too: day 8 is the end of the eighth week.
    let number = |c: &Course| c.at("n_oc", 8.0);
    let rise = ratio_of_counts(
        &parts.each(&NO_OPG, number)?,
        &parts.each(&MOUSE_HEALTH, number)?,
    );
    parts
        .push(
            "osteoclasts without over with OPG",
            "more",
            rise,
            (2.0, NO_END),
        )
        .of_class(Class::Fitted)
        .against(1.0);
    let bone = |c: &Course| c.at("bv_tv", 8.0);
    let left = ratio(
        &parts.each(&NO_OPG, bone)?,
        &parts.each(&MOUSE_HEALTH, bone)?,
    );
    parts
        .push(
            "BV/TV at 8 weeks, without over with",
            "far less",
            left,
            (0.0, 0.7),
        )
        .against(1.0);
    let pores = |c: &Course| c.outer_porosity;
    let pores = ratio_of_counts(
        &parts.each(&NO_OPG_CORTEX, pores)?,
        &parts.each(&CORTEX, pores)?,
    );
    parts
        .push(
            "cortical porosity, without over with",
            "more",
            pores,
            (2.0, NO_END),
        )
        .against(1.0);
    Ok(())
}
