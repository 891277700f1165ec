//! A8: eroded surface is small in health: ES/BS 5.1 % in vertebrae of the elderly (PMC3352993), 2 to 5 % as a rule.

use crate::validate::ValidationError;
use crate::validate::class::Class;
use crate::validate::figure::spread;
use crate::validate::part::Parts;
use crate::validate::shared::HUMAN_HEALTH;
use crate::validate::target::Target;

/// The target.
pub(super) const TARGET: Target = Target {
    id: "A8",
    finding: "eroded surface small in health",
    class: Class::Informed,
    why: "histomorphometry was known; eroded surface was 12 % before the rule that opens units was changed",
    arms: &[HUMAN_HEALTH],
    quick: false,
    measure,
    picture: None,
};

fn measure(parts: &mut Parts<'_>) -> Result<(), ValidationError> {
    let eroded = spread(&parts.each(&HUMAN_HEALTH, |c| 100.0 * c.mean_from("es_bs", 0.0))?);
    parts
        .push("ES/BS, %", "5.1; 2 to 5", eroded, (1.0, 8.0))
        .of_range(2.0, 5.1);
    Ok(())
}
