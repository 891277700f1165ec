//! A30: neutrophils after an effect of one day on the chain of Friberg 2002: depth and day of the nadir.

use crate::patient::neutrophils::Neutrophils;
use crate::validate::ValidationError;
use crate::validate::class::Class;
use crate::validate::part::{Parts, around, failed};
use crate::validate::target::Target;

/// The target.
pub(super) const TARGET: Target = Target {
    id: "A30",
    finding: "neutrophils after a day of a drug",
    class: Class::Arithmetic,
    why: "the same equations with the same constants, stepped elsewhere",
    arms: &[],
    quick: true,
    measure,
    picture: None,
};

fn measure(parts: &mut Parts<'_>) -> Result<(), ValidationError> {
    let law = Neutrophils::default();
    for (effect, depth, day, depth_published, day_published) in [
        (1.0, 2.12, 7.3, "2.12", "7.3"),
        (2.0, 0.93, 7.8, "0.93", "7.8"),
    ] {
        let (least, when) = law.nadir_after_a_day(effect).map_err(failed)?;
        parts.push_certain(
            &format!("neutrophils at the nadir after an effect of {effect}, 1e9/L"),
            depth_published,
            least,
            around(depth, 2.0),
        );
        parts.push_certain(
            &format!("day of the nadir after an effect of {effect}"),
            day_published,
            when,
            around(day, 2.0),
        );
    }
    Ok(())
}
