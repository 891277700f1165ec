//! A24: what the matrix held is released once: its content times the volume removed. The books of stores and signals close.

use crate::validate::ValidationError;
use crate::validate::class::Class;
use crate::validate::course::Course;
use crate::validate::figure::largest;
use crate::validate::part::Parts;
use crate::validate::shared::LESION;
use crate::validate::target::Target;

/// The target.
pub(super) const TARGET: Target = Target {
    id: "A24",
    finding: "what the matrix held is released once",
    class: Class::Arithmetic,
    why: "the books add up what was released and removed",
    arms: &[LESION],
    quick: true,
    measure,
    picture: None,
};

fn measure(parts: &mut Parts<'_>) -> Result<(), ValidationError> {
    let worst = |c: &Course| c.worst_store;
    let stores = largest(parts.each(&LESION, worst)?);
    parts.push_certain(
        "largest relative error of a store",
        "0",
        stores,
        (0.0, 1e-9),
    );
    let worst = |c: &Course| c.worst_signal;
    let signals = largest(parts.each(&LESION, worst)?);
    parts.push_certain(
        "largest relative error of a signal",
        "0",
        signals,
        (0.0, 1e-5),
    );
    Ok(())
}
