//! A28: zoledronate delays skeletal-related events in a virtual trial of 2,000 patients per arm, against placebo in lung and
//! other solid tumours (Rosen 2003).

use crate::cohort::run::run;
use crate::cohort::summary::{Figure, Summary, summary};
use crate::cohort::trial::Trial;
use crate::validate::ValidationError;
use crate::validate::part::Parts;
use crate::validate::target::Target;

/// The target.
pub(super) const TARGET: Target = Target {
    id: "A28",
    finding: "zoledronate delays skeletal-related events",
    arms: &[],
    quick: true,
    measure,
    picture: None,
};

/// The trial that comes with howship.
const ZOLEDRONATE: &str = include_str!("../../../trials/zoledronate_sre.toml");
/// Cohorts of 2,000 patients per arm, by their seeds.
const SEEDS: [u64; 3] = [1, 2, 3];

/// The factor on all hazards was fitted to the median under placebo; what zoledronate does follows from
/// resorption.
fn measure(parts: &mut Parts<'_>) -> Result<(), ValidationError> {
    const NO_END: (f64, f64) = (0.0, f64::INFINITY);
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
    let mut part = |what: &str, published, band, of: &dyn Fn(&Summary) -> Figure| {
        // A figure that a cohort does not have, such as a median not reached, is no number: missed.
        let values: Vec<f64> = cohorts
            .iter()
            .map(|found| of(found).value.unwrap_or(f64::NAN))
            .collect();
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        let sd = (squares / (values.len() as f64 - 1.0)).sqrt();
        parts.push(what, published, (mean, sd), band);
    };
    let per_cent = |figure: Figure| Figure {
        value: figure.value.map(|value| 100.0 * value),
        ..figure
    };
    part(
        "median to the first event under placebo, d (fitted)",
        "163",
        (115.0, 215.0),
        &|found| found.arms[0].median_d,
    );
    part(
        "multiple-event ratio, zoledronate over placebo",
        "0.732",
        (0.60, 0.90),
        &|found| found.comparisons[0].multiple_event_ratio,
    );
    part(
        "hazard ratio of the first event",
        "0.71, of medians",
        (0.60, 0.90),
        &|found| found.comparisons[0].hazard_ratio,
    );
    part(
        "with an event under placebo, %",
        "44; 47 with hypercalcaemia",
        NO_END,
        &|found| per_cent(found.arms[0].with_event),
    );
    part(
        "with an event under zoledronate, %",
        "38",
        NO_END,
        &|found| per_cent(found.arms[1].with_event),
    );
    part("median survival, d", "about 180", NO_END, &|found| {
        found.arms[0].survival_d
    });
    Ok(())
}
