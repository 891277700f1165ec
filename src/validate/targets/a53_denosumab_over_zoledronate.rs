//! A53: denosumab delays the first skeletal-related event more than zoledronate does: hazard ratio 0.84 (0.71 to 0.98) in
//! solid tumours other than of breast and prostate, and myeloma (Henry 2011).

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
    id: "A53",
    finding: "denosumab delays events more than zoledronate",
    class: Class::Informed,
    why: "an earlier form gave 1.20, which was why denosumab and the reduced tissue were looked at again; no value was chosen by the ratio",
    arms: &[],
    quick: false,
    measure,
    picture: None,
};

/// The trial that comes with howship.
const TRIAL: &str = include_str!("../../../trials/denosumab_zoledronate.toml");
/// Cohorts of 2,000 patients per arm, by their seeds.
const SEEDS: [u64; 5] = [1, 2, 3, 4, 5];

fn measure(parts: &mut Parts<'_>) -> Result<(), ValidationError> {
    let failed = |said: String| ValidationError::Calculation(said);
    let ratios: Vec<f64> = SEEDS
        .into_iter()
        .map(|seed| {
            let trial = Trial::parse("denosumab_zoledronate.toml", TRIAL, None, Some(seed))
                .map_err(|found| failed(found.render(false)))?;
            let results = run(&trial, &|| {}).map_err(|error| failed(error.to_string()))?;
            let found = summary(&trial, &results);
            let ratio = found.comparisons[0].hazard_ratio.value;
            // A ratio that a cohort does not have is no number: missed.
            Ok(ratio.unwrap_or(f64::NAN))
        })
        .collect::<Result<_, ValidationError>>()?;
    parts
        .push(
            "hazard ratio of the first event, denosumab over zoledronate",
            "0.84 (0.71 to 0.98)",
            spread(&ratios),
            (0.72, 0.96),
        )
        .against(1.0);
    Ok(())
}
