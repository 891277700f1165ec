//! A54: without load bone is lost, and comes back with it (`LeBlanc` 1990: six men, 17 weeks in bed, spine -3.9 and calcaneus -10.4 %,
//! the calcaneus back after six months; Krolner 1983: 0.9 % of the spine a week in 34 patients, restored in four months).

use crate::validate::ValidationError;
use crate::validate::arm::Arm;
use crate::validate::class::Class;
use crate::validate::course::Course;
use crate::validate::figure::{paired, ratio, spread};
use crate::validate::part::Parts;
use crate::validate::scenarios::HUMAN_BLOCK;
use crate::validate::shared::LIVING_HUMAN;
use crate::validate::target::Target;

/// The target.
pub(super) const TARGET: Target = Target {
    id: "A54",
    finding: "bone without its load is lost and comes back",
    class: Class::Fitted,
    why: "how pits are refilled and surface opens without a load was chosen by it; band and source stood before the mechanism",
    arms: &[USUAL, IN_BED],
    quick: false,
    measure,
    picture: None,
};

/// Weeks in bed, and half a year after them.
const IN_BED_D: f64 = 119.0;
const AFTER_D: f64 = 299.0;

const USUAL: Arm = Arm {
    name: "loaded_as_usual",
    scenario: HUMAN_BLOCK,
    sets: &[
        &LIVING_HUMAN,
        &["run.duration=\"299 d\"", "mechanostat.every=\"7 d\""],
    ],
    every_d: 1.0,
};
const IN_BED: Arm = Arm {
    name: "loaded_by_a_tenth_then_as_usual",
    scenario: HUMAN_BLOCK,
    sets: &[
        &LIVING_HUMAN,
        &[
            "run.duration=\"299 d\"",
            "mechanostat.every=\"7 d\"",
            "mechanostat.levels=[{ from = \"0 d\", level = 0.1 }, { from = \"119 d\", level = 1.0 }]",
        ],
    ],
    every_d: 1.0,
};

fn measure(parts: &mut Parts<'_>) -> Result<(), ValidationError> {
    let lost = |day: f64| {
        move |course: &Course| 100.0 * (1.0 - course.at("bv_tv", day) / course.at("bv_tv", 0.0))
    };
    let at = |parts: &Parts<'_>, day: f64| -> Result<Vec<f64>, ValidationError> {
        let (bed, usual) = (
            parts.each(&IN_BED, lost(day))?,
            parts.each(&USUAL, lost(day))?,
        );
        Ok(paired(&bed, &usual))
    };
    let (gone, left) = (at(parts, IN_BED_D)?, at(parts, AFTER_D)?);
    parts
        .push(
            "bone lost in 119 d at a tenth of the load, beyond that under it, %",
            "3.9 to 15.3",
            spread(&gone),
            (2.0, 16.0),
        )
        .of_range(3.9, 15.3);
    parts.push(
        "share of it that is back after 180 d",
        "part to all",
        ratio(&paired(&gone, &left), &gone),
        (0.3, 1.2),
    );
    Ok(())
}
