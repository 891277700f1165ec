//! A6: turnover by compartment, about 25 %/yr in trabecular and 2 to 3 %/yr in cortical bone (reviews): same rules, another
//! geometry.

use crate::validate::ValidationError;
use crate::validate::arm::Arm;
use crate::validate::class::Class;
use crate::validate::course::Course;
use crate::validate::figure::{ratio, spread};
use crate::validate::part::Parts;
use crate::validate::scenarios::HUMAN_CORTEX;
use crate::validate::shared::HUMAN_HEALTH;
use crate::validate::target::Target;

/// The target.
pub(super) const TARGET: Target = Target {
    id: "A6",
    finding: "turnover by compartment, same rules",
    class: Class::Informed,
    why: "activation was fitted to the trabecular turnover; that of the cortex was known, and nothing was fitted to it or to their ratio",
    arms: &[HUMAN_HEALTH, CORTEX],
    quick: false,
    measure,
    picture: None,
};

const CORTEX: Arm = Arm {
    name: "human_cortex",
    scenario: HUMAN_CORTEX,
    sets: &[],
    every_d: 5.0,
};

fn measure(parts: &mut Parts<'_>) -> Result<(), ValidationError> {
    let yearly = |c: &Course| 100.0 * c.turnover_per_year();
    let (trabecular, cortical) = (
        parts.each(&HUMAN_HEALTH, yearly)?,
        parts.each(&CORTEX, yearly)?,
    );
    parts
        .push(
            "trabecular turnover, %/yr",
            "25",
            spread(&trabecular),
            (15.0, 35.0),
        )
        .of_class(Class::Fitted);
    parts
        .push(
            "cortical turnover, %/yr",
            "2 to 3",
            spread(&cortical),
            (1.5, 5.0),
        )
        .of_range(2.0, 3.0);
    parts.push(
        "trabecular over cortical",
        "10",
        ratio(&trabecular, &cortical),
        (5.0, 15.0),
    );
    Ok(())
}
