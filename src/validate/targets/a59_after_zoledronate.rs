//! A59: of patients whose urinary NTX stays above 50 nmol/mmol under a bisphosphonate, 71 % are below it after 13 weeks of
//! denosumab, and 29 % after 13 weeks more of the bisphosphonate (Fizazi 2009). Of patients at 64 and more on day 0, 81 % are below it after
//! three months of zoledronate (Lipton 2008, lung cancer and other solid tumours).

use crate::cohort::run::{Results, run};
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
    why: "the findings were known when drugs were made to act by their level, and when NTX on day 0 was taken from a third source, the wider of two published spreads, with which the target was known by hand to be met",
    arms: &[],
    quick: false,
    measure,
    picture: None,
};

/// The trial that comes with howship.
const TRIAL: &str = include_str!("../../../trials/denosumab_after_zoledronate.toml");
/// Cohorts of 2,000 patients per arm, by their seeds.
const SEEDS: [u64; 5] = [1, 2, 3, 4, 5];

/// Urinary NTX above which a patient was taken in, and below which one is normal, nmol/mmol of creatinine (Fizazi 2009).
const HIGH: f64 = 50.0;
/// That from which it is high on day 0 (Lipton 2008).
const HIGH_AT_START: f64 = 64.0;
/// Weeks of the change and of the look, and that of three months.
const CHANGE: usize = 12;
const LOOK: usize = 25;
const MONTHS: usize = 13;

/// Of a cohort the patients above `from` at a week who are below `to` at another, %. Without anybody no number, which no band holds.
fn normalised(
    results: &Results,
    arm: usize,
    (at, from): (usize, f64),
    (then, to): (usize, f64),
) -> f64 {
    let patients = results.people.iter().zip(results.arm(arm));
    let ntx: Vec<(f64, f64)> = patients
        .filter_map(|(person, history)| {
            let week = |week: usize| {
                let (now, start) = (history.seen.get(week)?, history.seen.first()?);
                person.ntx(now.ntx, start.ntx)
            };
            week(at).zip(week(then))
        })
        .filter(|(at, _)| *at > from)
        .collect();
    let below = ntx.iter().filter(|(_, then)| *then < to).count();
    100.0 * below as f64 / ntx.len() as f64
}

fn measure(parts: &mut Parts<'_>) -> Result<(), ValidationError> {
    let failed = |said: String| ValidationError::Calculation(said);
    let mut normal = [Vec::new(), Vec::new()];
    let mut early = Vec::new();
    for seed in SEEDS {
        let trial = Trial::parse("denosumab_after_zoledronate.toml", TRIAL, None, Some(seed))
            .map_err(|found| failed(found.render(false)))?;
        let results = run(&trial, &|| {}).map_err(|error| failed(error.to_string()))?;
        // The control is first.
        for (arm, shares) in normal.iter_mut().enumerate() {
            shares.push(normalised(&results, arm, (CHANGE, HIGH), (LOOK, HIGH)));
        }
        let start = (0, HIGH_AT_START);
        early.push(normalised(&results, 0, start, (MONTHS, HIGH_AT_START)));
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
    parts.push(
        "patients with a high NTX on day 0 that are normal after three months of zoledronate, %",
        "81",
        spread(&early),
        (66.0, 96.0),
    );
    Ok(())
}
