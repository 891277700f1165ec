//! A58: under zoledronate every twelve weeks as many patients have a skeletal-related event within two years as under every
//! four: 28.6 and 29.5 %, within a margin of 7 points (Himelstein 2017).

use crate::cohort::run::run;
use crate::cohort::summary::summary;
use crate::cohort::trial::Trial;
use crate::validate::ValidationError;
use crate::validate::class::Class;
use crate::validate::figure::spread;
use crate::validate::part::Parts;
use crate::validate::target::Target;

/// The target.
pub(super) const TARGET: Target = Target {
    id: "A58",
    finding: "zoledronate every twelve weeks does as well as every four",
    class: Class::Informed,
    why: "the finding was known when the effect of zoledronate was made to follow what bone holds; no value was chosen by it",
    arms: &[],
    quick: false,
    measure,
    picture: None,
};

/// The trial that comes with howship.
const TRIAL: &str = include_str!("../../../trials/zoledronate_interval.toml");
/// Cohorts of 2,000 patients per arm, by their seeds.
const SEEDS: [u64; 5] = [1, 2, 3, 4, 5];

fn measure(parts: &mut Parts<'_>) -> Result<(), ValidationError> {
    let failed = |said: String| ValidationError::Calculation(said);
    let apart: Vec<f64> = SEEDS
        .into_iter()
        .map(|seed| {
            let trial = Trial::parse("zoledronate_interval.toml", TRIAL, None, Some(seed))
                .map_err(|found| failed(found.render(false)))?;
            let results = run(&trial, &|| {}).map_err(|error| failed(error.to_string()))?;
            let found = summary(&trial, &results);
            let share = |name: &str| {
                let arm = found.arms.iter().find(|arm| arm.arm == name);
                // A share that a cohort does not have is no number: missed.
                arm.and_then(|arm| arm.with_event_without_hypercalcaemia.value)
                    .unwrap_or(f64::NAN)
            };
            Ok(100.0 * (share("twelve_weeks") - share("four_weeks")))
        })
        .collect::<Result<_, ValidationError>>()?;
    parts.push(
        "patients with an event, every twelve weeks less every four, points",
        "0.9 fewer; margin 7",
        spread(&apart),
        (-7.0, 7.0),
    );
    Ok(())
}
