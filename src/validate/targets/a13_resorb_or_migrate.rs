//! A13: an osteoclast resorbs or migrates, never both: 390 um3/h (43 to 1225) of osteoclasts of newborn
//! rabbits on slices of bone (Kanehisa 1988). Later films show more than half of osteoclasts resorb while they move
//! (Soe 2017), which this target does not ask.

use crate::validate::ValidationError;
use crate::validate::class::Class;
use crate::validate::figure::{largest, spread};
use crate::validate::part::Parts;
use crate::validate::shared::{HUMAN_HEALTH, MOUSE_HEALTH};
use crate::validate::target::Target;

/// The target.
pub(super) const TARGET: Target = Target {
    id: "A13",
    finding: "resorb or migrate, never both",
    class: Class::ByConstruction,
    why: "390 um3/h is the given rate, lowered by how far RANK is engaged, and a migrating cell has none, though Soe 2017 saw more than half of osteoclasts resorb while they move",
    arms: &[MOUSE_HEALTH, HUMAN_HEALTH],
    quick: false,
    measure,
    picture: None,
};

fn measure(parts: &mut Parts<'_>) -> Result<(), ValidationError> {
    for arm in [MOUSE_HEALTH, HUMAN_HEALTH] {
        let speed = spread(&parts.each(&arm, |c| c.resorbed_um3 / c.remodelling.resorbing_h)?);
        parts.push(
            &format!("um3/h of a resorbing osteoclast, {}", arm.label()),
            "390 (43 to 1225)",
            speed,
            (300.0, 480.0),
        );
        let moving = largest(parts.each(&arm, |c| c.remodelling.by_migrating_um3)?);
        parts.push_certain("most um3 resorbed while migrating", "0", moving, (0.0, 0.0));
    }
    Ok(())
}
