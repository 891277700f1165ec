//! A55: bone keeps its mass under its load and finds it again (Huiskes 2000; Frost 2003, in direction).

use crate::validate::ValidationError;
use crate::validate::arm::Arm;
use crate::validate::class::Class;
use crate::validate::course::Course;
use crate::validate::figure::{ratio, spread};
use crate::validate::part::Parts;
use crate::validate::scenarios::HUMAN_BLOCK;
use crate::validate::shared::LIVING_HUMAN;
use crate::validate::target::Target;

/// The target.
pub(super) const TARGET: Target = Target {
    id: "A55",
    finding: "healthy bone keeps its mass under its load and finds it again",
    class: Class::Fitted,
    why: "the balance of pits and whole surface under the usual load was chosen by it; band and source stood before the mechanism",
    arms: &[HEALTH, THINNED, TWICE],
    quick: false,
    measure,
    picture: None,
};

const YEAR_D: f64 = 365.0;
/// Bone of the block, and of struts thinner by a tenth.
const WHOLE: f64 = 0.20;
const THIN: f64 = 0.18;

const LOADED: [&str; 2] = ["run.duration=\"730 d\"", "mechanostat.every=\"15 d\""];

const HEALTH: Arm = Arm {
    name: "loaded_two_years",
    scenario: HUMAN_BLOCK,
    sets: &[&LIVING_HUMAN, &LOADED],
    every_d: 5.0,
};
/// What the thinner struts feel of the load of the whole ones: energy goes with the third power of bone, or so.
const THINNED: Arm = Arm {
    name: "thinned_two_years",
    scenario: HUMAN_BLOCK,
    sets: &[
        &LIVING_HUMAN,
        &LOADED,
        &[
            "specimen.trabecular.bv_tv=0.18",
            "specimen.trabecular.tb_th=\"135 um\"",
            "mechanostat.day_0=1.37",
        ],
    ],
    every_d: 5.0,
};
const TWICE: Arm = Arm {
    name: "loaded_twice",
    scenario: HUMAN_BLOCK,
    sets: &[
        &LIVING_HUMAN,
        &[
            "run.duration=\"365 d\"",
            "mechanostat.every=\"15 d\"",
            "mechanostat.levels=[{ from = \"0 d\", level = 2.0 }]",
        ],
    ],
    every_d: 5.0,
};

fn measure(parts: &mut Parts<'_>) -> Result<(), ValidationError> {
    let drift = |course: &Course| {
        100.0 * (course.at("bv_tv", 2.0 * YEAR_D) / course.at("bv_tv", 0.0) - 1.0) / 2.0
    };
    let drift = spread(&parts.each(&HEALTH, drift)?);
    parts.push("drift under the usual load, %/yr", "0", drift, (-1.0, 1.0));
    let back = |course: &Course| {
        (course.at("bv_tv", 2.0 * YEAR_D) - course.at("bv_tv", 0.0)) / (WHOLE - THIN)
    };
    let back = spread(&parts.each(&THINNED, back)?);
    parts.push(
        "share of a loss of 10 % by thinned struts that is back after two years",
        "back",
        back,
        (0.3, 1.2),
    );
    let at_a_year = |course: &Course| course.at("bv_tv", YEAR_D);
    let (twice, usual) = (
        parts.each(&TWICE, at_a_year)?,
        parts.each(&HEALTH, at_a_year)?,
    );
    parts
        .push(
            "bone after a year of twice the load, over that of the usual one",
            "more",
            ratio(&twice, &usual),
            (1.1, f64::INFINITY),
        )
        .against(1.0);
    Ok(())
}
