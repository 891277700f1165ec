//! A52: under denosumab more than half of the biopsies of the iliac crest hold no osteoclast, and eroded surface is down by
//! more than 80 % (Reid 2010, the second and third year).

use super::a26_denosumab_and_ntx::DENOSUMAB;
use crate::validate::ValidationError;
use crate::validate::class::Class;
use crate::validate::course::Course;
use crate::validate::figure::ratio_of_counts;
use crate::validate::part::Parts;
use crate::validate::target::Target;

/// The target.
pub(super) const TARGET: Target = Target {
    id: "A52",
    finding: "denosumab leaves bone without osteoclasts",
    class: Class::Informed,
    why: "the finding was known when the share of RANKL within reach of denosumab was given up for its binding constant",
    arms: &[DENOSUMAB],
    quick: true,
    measure,
    picture: None,
};

/// A section of a biopsy has about 30 mm2 of tissue, some 60 mm of surface and 20 to 40 osteoclasts in health: none in
/// half of them is a mean of 0.7 by chance alone (Poisson), 2 to 4 % of health.
fn measure(parts: &mut Parts<'_>) -> Result<(), ValidationError> {
    let before = parts.each(&DENOSUMAB, |c: &Course| c.at("n_oc", 0.0))?;
    let late = parts.each(&DENOSUMAB, |c: &Course| c.mean_from("n_oc", 28.0))?;
    parts.push(
        "osteoclasts under denosumab, days 28 to 98, over day 0",
        "0.02 to 0.04, from none in more than half of biopsies",
        ratio_of_counts(&late, &before),
        (0.0, 0.06),
    );
    Ok(())
}
