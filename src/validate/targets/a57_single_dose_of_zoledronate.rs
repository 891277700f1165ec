//! A57: a single infusion of 5 mg of zoledronate holds CTX 44 % (27 to 60) below placebo from 12 to 36 months (Grey 2010);
//! 1 mg does less than 5 mg (Grey 2012).

use crate::validate::ValidationError;
use crate::validate::arm::Arm;
use crate::validate::class::Class;
use crate::validate::course::Course;
use crate::validate::figure::{Figure, paired, ratio, spread};
use crate::validate::part::{Parts, above};
use crate::validate::scenarios::HUMAN_SKELETON;
use crate::validate::target::Target;

/// The target.
pub(super) const TARGET: Target = Target {
    id: "A57",
    finding: "one dose of zoledronate holds for years, and more of it holds more",
    class: Class::Fitted,
    why: "the level of half effect inside of osteoclasts was chosen by the first figure; the second was looked at",
    arms: &[WITHOUT, ONE_MG, FIVE_MG],
    quick: false,
    measure,
    picture: None,
};

/// Share of CTX that resorption does not make, as `patient.markers.ctx_background`.
const BACKGROUND: f64 = 0.085;
/// Days over which resorption is counted, of which a few weeks alone would be chance.
const FROM_D: f64 = 240.0;
const TO_D: f64 = 360.0;

const WITHOUT: Arm = Arm {
    name: "skeleton_year",
    scenario: HUMAN_SKELETON,
    sets: &[&["run.duration=\"360 d\""]],
    every_d: 120.0,
};

/// A single infusion on day 0.
macro_rules! single {
    ($name:literal, $dose:literal) => {
        Arm {
            name: $name,
            scenario: HUMAN_SKELETON,
            sets: &[&[
                "run.duration=\"360 d\"",
                "therapy.course.drug=\"zoledronate\"",
                concat!("therapy.course.dose=\"", $dose, "\""),
                "therapy.course.route=\"intravenous\"",
                "therapy.course.infusion=\"15 min\"",
            ]],
            every_d: 120.0,
        }
    };
}

const ONE_MG: Arm = single!("skeleton_zoledronate_1_mg", "1 mg");
const FIVE_MG: Arm = single!("skeleton_zoledronate_5_mg", "5 mg");

fn measure(parts: &mut Parts<'_>) -> Result<(), ValidationError> {
    let resorbed = |c: &Course| c.at("resorbed_mm3", TO_D) - c.at("resorbed_mm3", FROM_D);
    let without = parts.each(&WITHOUT, resorbed)?;
    let [one, five] = [ONE_MG, FIVE_MG].map(|arm| parts.each(&arm, resorbed));
    let (one, five) = (one?, five?);
    let ctx = |over: &[f64]| -> Figure {
        ratio(over, &without)
            .scaled(1.0 - BACKGROUND)
            .shifted(BACKGROUND - 1.0)
            .scaled(100.0)
    };
    parts
        .push(
            "CTX after 5 mg of zoledronate, days 240 to 360, over none, %",
            "-44 (-60 to -27)",
            ctx(&five),
            (-60.0, -27.0),
        )
        .against(0.0);
    let more: Vec<f64> = paired(&one, &five)
        .iter()
        .zip(&without)
        .map(|(apart, all)| 100.0 * apart / all)
        .collect();
    parts
        .push(
            "resorption after 1 mg less that after 5 mg, % of none",
            "more",
            spread(&more),
            above(0.0),
        )
        .against(0.0)
        .of_class(Class::Informed);
    Ok(())
}
