//! A59: of patients whose urinary NTX stays above 50 nmol/mmol under a bisphosphonate, 71 % are below it after 13 weeks of
//! denosumab, and 29 % after 13 weeks more of the bisphosphonate (Fizazi 2009).

use crate::cohort::body::History;
use crate::cohort::run::run;
use crate::cohort::trial::Trial;
use crate::validate::ValidationError;
use crate::validate::class::Class;
use crate::validate::figure::spread;
use crate::validate::part::Parts;
use crate::validate::target::Target;

/// The target.
pub(super) const TARGET: Target = Target {
    id: "A59",
    finding: "denosumab normalises a marker that zoledronate leaves high",
    class: Class::Informed,
    why: "the finding was known when drugs were made to act by their level; no value was chosen by it",
    arms: &[],
    quick: false,
    measure,
    picture: None,
};

/// The trial that comes with howship.
const TRIAL: &str = include_str!("../../../trials/denosumab_after_zoledronate.toml");
/// Cohorts of 2,000 patients per arm, by their seeds.
const SEEDS: [u64; 5] = [1, 2, 3, 4, 5];

/// NTX over health above which a patient was taken in: 50 nmol/mmol over a healthy 37 nmol/mmol, design.
const HIGH: f64 = 1.35;
/// Weeks of the change and of the look.
const CHANGE: usize = 12;
const LOOK: usize = 25;

fn measure(parts: &mut Parts<'_>) -> Result<(), ValidationError> {
    let failed = |said: String| ValidationError::Calculation(said);
    let mut normal = [Vec::new(), Vec::new()];
    for seed in SEEDS {
        let trial = Trial::parse("denosumab_after_zoledronate.toml", TRIAL, None, Some(seed))
            .map_err(|found| failed(found.render(false)))?;
        let results = run(&trial, &|| {}).map_err(|error| failed(error.to_string()))?;
        // The control is first.
        for (arm, shares) in normal.iter_mut().enumerate() {
            let looked_at = |history: &History| {
                let ntx = |week: usize| history.seen.get(week).map(|seen| seen.ntx);
                ntx(CHANGE).zip(ntx(LOOK))
            };
            let high = results.arm(arm).filter_map(looked_at);
            let high: Vec<f64> = high
                .filter(|(at, _)| *at > HIGH)
                .map(|(_, at)| at)
                .collect();
            let below = high.iter().filter(|&&at| at < HIGH).count();
            // Without anybody no number, which no band holds.
            shares.push(100.0 * below as f64 / high.len() as f64);
        }
    }
    let [goes_on, changes] = normal;
    for (what, published, shares, band) in [
        ("denosumab", "71", &changes, (50.0, 90.0)),
        ("zoledronate", "29", &goes_on, (10.0, 50.0)),
    ] {
        parts.push(
            &format!("patients with a high NTX that are normal after 13 weeks of {what}, %"),
            published,
            spread(shares),
            band,
        );
    }
    let apart: Vec<f64> = changes.iter().zip(&goes_on).map(|(a, b)| a - b).collect();
    parts
        .push(
            "more under denosumab, points",
            "42",
            spread(&apart),
            (15.0, 70.0),
        )
        .against(0.0);
    Ok(())
}
