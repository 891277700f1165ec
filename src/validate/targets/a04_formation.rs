//! A4: speed and length of formation: 0.63 +- 0.11 um/d over about 100 d, or 0.72 um/d over 69 d (the series of A3).

use crate::validate::ValidationError;
use crate::validate::class::Class;
use crate::validate::course::Course;
use crate::validate::figure::spread;
use crate::validate::part::Parts;
use crate::validate::shared::HUMAN_HEALTH;
use crate::validate::target::Target;

/// The target.
pub(super) const TARGET: Target = Target {
    id: "A4",
    finding: "speed and length of formation",
    class: Class::Fitted,
    why: "the apposition rate was chosen by the adjusted rate, and the period is the depth of A3 over it",
    arms: &[HUMAN_HEALTH],
    quick: false,
    measure,
    picture: None,
};

fn measure(parts: &mut Parts<'_>) -> Result<(), ValidationError> {
    let speed = spread(&parts.each(&HUMAN_HEALTH, rate)?);
    parts
        .push(
            "adjusted apposition rate, um/d",
            "0.63 +- 0.11; 0.72",
            speed,
            (0.45, 0.85),
        )
        .of_range(0.52, 0.74);
    let length = spread(&parts.each(&HUMAN_HEALTH, |c| c.unit_depth_um() / rate(c))?);
    parts
        .push("formation period, d", "100; 69", length, (60.0, 115.0))
        .of_range(69.0, 100.0);
    Ok(())
}

/// Aj.AR = BFR / OS (Dempster 2013), um/d.
fn rate(course: &Course) -> f64 {
    let osteoid_mm2 = course.mean_from("os_bs", 0.0) * course.mean_from("bs_mm2", 0.0);
    course.formed_um3 * 1e-6 / course.days() / osteoid_mm2
}
