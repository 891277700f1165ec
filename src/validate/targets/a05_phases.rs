//! A5: phases of remodelling in their order and length: resorption takes 2 to 4 weeks, a cycle 3 to 6 months (reviews).

use crate::validate::ValidationError;
use crate::validate::class::Class;
use crate::validate::figure::{largest, spread};
use crate::validate::part::Parts;
use crate::validate::shared::HUMAN_HEALTH;
use crate::validate::target::Target;

/// The target.
pub(super) const TARGET: Target = Target {
    id: "A5",
    finding: "phases in their order and length",
    class: Class::Informed,
    why: "a patch stays open for 28 d by the same reviews (fitted), and nothing can form under an osteoclast (by construction); the cycle is the sum of phases that were known",
    arms: &[HUMAN_HEALTH],
    quick: false,
    measure,
    picture: None,
};

fn measure(parts: &mut Parts<'_>) -> Result<(), ValidationError> {
    let resorption = spread(&parts.each(&HUMAN_HEALTH, |c| c.remodelling.resorption_d())?);
    parts
        .push("resorption period, d", "14 to 28", resorption, (10.0, 35.0))
        .of_class(Class::Fitted)
        .of_range(14.0, 28.0);
    let cycle = spread(&parts.each(&HUMAN_HEALTH, |c| c.remodelling.cycle_d())?);
    parts
        .push("whole cycle, d", "90 to 180", cycle, (80.0, 190.0))
        .of_range(90.0, 180.0);
    let under = largest(parts.each(&HUMAN_HEALTH, |c| c.remodelling.under_osteoclast_um3)?);
    parts
        .push_certain(
            "most osteoid laid under osteoclasts, um3",
            "0",
            under,
            (0.0, 0.0),
        )
        .of_class(Class::ByConstruction);
    Ok(())
}
