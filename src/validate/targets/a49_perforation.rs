//! A49: struts that were cut through are not repaired (vanderLinden01, a simulation on scans of vertebrae: 0.3 to 1.1 % a year
//! lost, of which 1 to 21 % as disconnected trabeculae and 1 to 17 % as loose fragments).

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
    id: "A49",
    finding: "perforated struts are not repaired",
    class: Class::Informed,
    why: "what is taken as published is another simulation and no measurement, and it was known; band and source stood before the mechanism",
    arms: &[CUT, REPAIRED],
    quick: false,
    measure,
    picture: None,
};

const YEARS: f64 = 2.0;

const CUT: Arm = Arm {
    name: "living_two_years",
    scenario: HUMAN_BLOCK,
    sets: &[
        &LIVING_HUMAN,
        &[
            "run.duration=\"730 d\"",
            "osteoclast.resorption.loose_fragment=\"1e7 um3\"",
        ],
    ],
    every_d: 5.0,
};
const REPAIRED: Arm = Arm {
    name: "living_two_years_repaired",
    scenario: HUMAN_BLOCK,
    sets: &[
        &LIVING_HUMAN,
        &[
            "run.duration=\"730 d\"",
            "precursor.recruitment.perforation_reach=\"0 um\"",
        ],
    ],
    every_d: 5.0,
};

fn measure(parts: &mut Parts<'_>) -> Result<(), ValidationError> {
    let yearly = |course: &Course| course.loss_percent() / YEARS;
    let (cut, repaired) = (parts.each(&CUT, yearly)?, parts.each(&REPAIRED, yearly)?);
    parts
        .push(
            "bone lost per year, man, %",
            "0.3 to 1.1",
            spread(&cut),
            (0.1, 1.6),
        )
        .of_range(0.3, 1.1);
    let share = ratio(&paired(&cut, &repaired), &cut);
    parts.push(
        "share of the loss by perforation and fragments, %",
        "2 to 38",
        share.scaled(100.0),
        (0.5, 38.0),
    );
    Ok(())
}
