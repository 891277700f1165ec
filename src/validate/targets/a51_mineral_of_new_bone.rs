//! A51: mineral of new bone (Fuchs 2008: osteons of rabbits have 67 % of the final mineral by day 18).

use crate::scenario::build::load;
use crate::validate::ValidationError;
use crate::validate::class::Class;
use crate::validate::part::{Parts, failed};
use crate::validate::scenarios::HUMAN_BLOCK;
use crate::validate::shared::LIVING_HUMAN;
use crate::validate::target::Target;

/// The target.
pub(super) const TARGET: Target = Target {
    id: "A51",
    finding: "mineral of new bone",
    class: Class::Fitted,
    why: "end and rate of early mineralisation are this figure",
    arms: &[],
    quick: true,
    measure,
    picture: None,
};

fn measure(parts: &mut Parts<'_>) -> Result<(), ValidationError> {
    let sets = LIVING_HUMAN.map(str::to_owned);
    let loaded = load(&parts.scenarios.join(HUMAN_BLOCK.name), &sets).map_err(failed)?;
    let law = &loaded.scenario.mineralisation;
    let mineral = law.hardened(law.primary, 18.0 * 24.0) / law.final_fraction;
    parts.push_certain(
        "mineral after 18 d, of the final",
        "0.67",
        mineral,
        (0.57, 0.77),
    );
    Ok(())
}
