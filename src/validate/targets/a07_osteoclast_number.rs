//! A7: the number of osteoclasts follows turnover: N = BV/TV 1e9 u / (365 x 9360 um3/d x share of the time spent
//! resorbing) per mm3, with the speed of one osteoclast (Kanehisa 1988).

use crate::validate::ValidationError;
use crate::validate::class::Class;
use crate::validate::course::Course;
use crate::validate::figure::spread;
use crate::validate::part::Parts;
use crate::validate::shared::{HUMAN_HEALTH, MOUSE_HEALTH};
use crate::validate::target::Target;

/// The target.
pub(super) const TARGET: Target = Target {
    id: "A7",
    finding: "osteoclast number follows turnover",
    class: Class::Arithmetic,
    why: "what osteoclasts remove is their number times their speed, here 0.87 of the speed that the law takes",
    arms: &[HUMAN_HEALTH, MOUSE_HEALTH],
    quick: false,
    measure,
    picture: None,
};

fn measure(parts: &mut Parts<'_>) -> Result<(), ValidationError> {
    for arm in [HUMAN_HEALTH, MOUSE_HEALTH] {
        let against_law = |c: &Course| {
            let per_mm3 = c.mean_from("n_oc_per_mm3", 0.0);
            let hours = c.mean_from("n_oc", 0.0) * c.days() * 24.0;
            let duty = c.remodelling.resorbing_h / hours;
            let bone = c.mean_from("bv_tv", 0.0) * 1e9;
            per_mm3 / (bone * c.turnover_per_year() / (365.0 * 9360.0 * duty))
        };
        let against_law = spread(&parts.each(&arm, against_law)?);
        parts.push(
            &format!("osteoclasts over the turnover law, {}", arm.label()),
            "1",
            against_law,
            (0.7, 1.3),
        );
    }
    Ok(())
}
