//! A5: phases of remodelling in their order and length: resorption takes 2 to 4 weeks, a cycle 3 to 6 months (reviews).

use crate::validate::ValidationError;
use crate::validate::part::{Parts, spread};
use crate::validate::shared::HUMAN_HEALTH;
use crate::validate::target::Target;

/// The target.
pub(super) const TARGET: Target = Target {
    id: "A5",
    finding: "phases in their order and length",
    arms: &[HUMAN_HEALTH],
    quick: false,
    measure,
    picture: None,
};

fn measure(parts: &mut Parts<'_>) -> Result<(), ValidationError> {
    let resorption = spread(&parts.each(&HUMAN_HEALTH, |c| c.remodelling.resorption_d())?);
    parts.push("resorption period, d", "14 to 28", resorption, (10.0, 35.0));
    let cycle = spread(&parts.each(&HUMAN_HEALTH, |c| c.remodelling.cycle_d())?);
    parts.push("whole cycle, d", "90 to 180", cycle, (80.0, 190.0));
    let under = spread(&parts.each(&HUMAN_HEALTH, |c| c.remodelling.under_osteoclast_um3)?);
    parts.push(
        "osteoid laid under osteoclasts, um3",
        "0",
        under,
        (0.0, 0.0),
    );
    Ok(())
}
