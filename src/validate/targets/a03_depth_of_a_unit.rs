//! A3: depth of one remodelling unit, as the thickness of walls: 59.4 +- 5.9 um (Kragstrup 1982) and 49.7 +- 8.7 um
//! in an older series (Lips 1978).

use crate::validate::ValidationError;
use crate::validate::class::Class;
use crate::validate::course::Course;
use crate::validate::figure::spread;
use crate::validate::part::Parts;
use crate::validate::shared::HUMAN_HEALTH;
use crate::validate::target::Target;

/// The target.
pub(super) const TARGET: Target = Target {
    id: "A3",
    finding: "depth of one remodelling unit",
    class: Class::Fitted,
    why: "the fusion of osteoclasts and the depth of pits were chosen for walls of 50 to 59 um",
    arms: &[HUMAN_HEALTH],
    quick: false,
    measure,
    picture: None,
};

fn measure(parts: &mut Parts<'_>) -> Result<(), ValidationError> {
    let depth = spread(&parts.each(&HUMAN_HEALTH, Course::unit_depth_um)?);
    parts
        .push(
            "depth of a unit, um",
            "59.4 +- 5.9; 49.7 +- 8.7",
            depth,
            (40.0, 65.0),
        )
        .of_range(41.0, 65.3);
    Ok(())
}
