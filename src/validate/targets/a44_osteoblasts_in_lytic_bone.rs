//! A44: osteoblasts are few in lytic lesions (Phadke 2006: MDA-MB-435 in femora of mice, weeks 4 to 6: osteoblasts 8 % of control,
//! osteoclasts about 60 %).

use crate::validate::ValidationError;
use crate::validate::class::Class;
use crate::validate::course::Course;
use crate::validate::figure::ratio_of_counts;
use crate::validate::part::Parts;
use crate::validate::shared::{LIVING_HEALTH, LIVING_LESION};
use crate::validate::target::Target;

/// The target.
pub(super) const TARGET: Target = Target {
    id: "A44",
    finding: "few osteoblasts in lytic lesions",
    class: Class::Informed,
    why: "the figures were known when the loss of osteoblasts under a tumour was made; band and source stood before the mechanism",
    arms: &[LIVING_HEALTH, LIVING_LESION],
    quick: false,
    measure,
    picture: None,
};

fn measure(parts: &mut Parts<'_>) -> Result<(), ValidationError> {
    for (column, what, published, band) in [
        ("n_ob", "osteoblasts", "0.08", (0.0, 0.25)),
        ("n_oc", "osteoclasts", "about 0.6", (0.36, 0.84)),
    ] {
        let at = |course: &Course| course.at(column, 28.0);
        let (lesion, health) = (
            parts.each(&LIVING_LESION, at)?,
            parts.each(&LIVING_HEALTH, at)?,
        );
        parts
            .push(
                &format!("{what} on day 28, lesion over health"),
                published,
                ratio_of_counts(&lesion, &health),
                band,
            )
            .against(1.0);
    }
    Ok(())
}
