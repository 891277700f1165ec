//! A28: zoledronate delays skeletal-related events in a virtual trial of 2,000 patients per arm, against placebo in lung and
//! other solid tumours (Rosen 2003).

use crate::cohort::run::run;
use crate::cohort::summary::{Summary, summary};
use crate::cohort::trial::Trial;
use crate::validate::ValidationError;
use crate::validate::class::Class;
use crate::validate::figure::spread;
use crate::validate::part::{NO_BAND, Parts};
use crate::validate::target::Target;

/// The target.
pub(super) const TARGET: Target = Target {
    id: "A28",
    finding: "zoledronate delays skeletal-related events",
    class: Class::Informed,
    why: "the factor on all hazards was fitted to the placebo; the ratios were known when the shape of the hazards and the strength of zoledronate were chosen",
    arms: &[],
    quick: true,
    measure,
    picture: None,
};

/// The trial that comes with howship.
const ZOLEDRONATE: &str = include_str!("../../../trials/zoledronate_sre.toml");
/// Cohorts of 2,000 patients per arm, by their seeds.
const SEEDS: [u64; 10] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

/// A figure of a cohort and what is claimed of it.
struct Claim {
    what: &'static str,
    published: &'static str,
    class: Class,
    no_effect: Option<f64>,
    band: (f64, f64),
    of: fn(&Summary) -> Option<f64>,
}

const CLAIMS: [Claim; 6] = [
    Claim {
        what: "median to the first event under placebo, d",
        published: "163",
        class: Class::Fitted,
        no_effect: None,
        band: (115.0, 215.0),
        of: |found| found.arms[0].median_d.value,
    },
    Claim {
        what: "multiple-event ratio, zoledronate over placebo",
        published: "0.732",
        class: Class::Informed,
        no_effect: Some(1.0),
        band: (0.60, 0.90),
        of: |found| found.comparisons[0].multiple_event_ratio.value,
    },
    Claim {
        what: "hazard ratio of the first event",
        published: "0.71, of medians",
        class: Class::Informed,
        no_effect: Some(1.0),
        band: (0.60, 0.90),
        of: |found| found.comparisons[0].hazard_ratio.value,
    },
    Claim {
        what: "with an event under placebo, %",
        published: "44; 47 with hypercalcaemia",
        class: Class::Informed,
        no_effect: None,
        band: NO_BAND,
        of: |found| found.arms[0].with_event.value.map(|share| 100.0 * share),
    },
    Claim {
        what: "with an event under zoledronate, %",
        published: "38",
        class: Class::Informed,
        no_effect: None,
        band: NO_BAND,
        of: |found| found.arms[1].with_event.value.map(|share| 100.0 * share),
    },
    Claim {
        what: "median survival, d",
        published: "about 180",
        class: Class::ByConstruction,
        no_effect: None,
        band: NO_BAND,
        of: |found| found.arms[0].survival_d.value,
    },
];

/// The factor on all hazards was fitted to the median under placebo; what zoledronate does follows from
/// resorption. The hazard of death is given.
fn measure(parts: &mut Parts<'_>) -> Result<(), ValidationError> {
    let failed = |said: String| ValidationError::Calculation(said);
    let cohorts: Vec<Summary> = SEEDS
        .into_iter()
        .map(|seed| {
            let trial = Trial::parse("zoledronate_sre.toml", ZOLEDRONATE, None, Some(seed))
                .map_err(|found| failed(found.render(false)))?;
            let results = run(&trial, &|| {}).map_err(|error| failed(error.to_string()))?;
            Ok(summary(&trial, &results))
        })
        .collect::<Result<_, ValidationError>>()?;
    for claim in CLAIMS {
        // A figure that a cohort does not have, such as a median not reached, is no number: missed.
        let values: Vec<f64> = cohorts
            .iter()
            .map(|found| (claim.of)(found).unwrap_or(f64::NAN))
            .collect();
        let part = parts.push(claim.what, claim.published, spread(&values), claim.band);
        part.of_class(claim.class).no_effect = claim.no_effect;
    }
    Ok(())
}
