//! One repeat: parameters are drawn from their prior, a run with them and errors give data, and a
//! calibration that knows the data alone gives intervals.

use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;

use howship::numerics::random::{Chance, Stream};
use howship::study::batch::{Work, simulate};
use howship::study::calibrate::{Calibration, Found};
use howship::study::data::{Datum, ErrorClass, read_data};
use howship::study::file::read_calibration;
use howship::study::store::Store;

/// Data of a repeat: day, column, error, and the day to which the value is relative.
const MEASURED: [(f64, &str, f64, Option<f64>); 5] = [
    (2.0, "tumour_cells", 8.0, None),
    (3.0, "n_oc", 1.0, None),
    (5.0, "tumour_cells", 25.0, None),
    (5.0, "n_oc", 1.0, None),
    (5.0, "bv_tv", 0.003, Some(0.0)),
];

/// A parameter in a repeat, on its range from 0 to 1.
#[derive(Debug, Clone)]
pub(crate) struct Recovered {
    /// Its path.
    pub(crate) parameter: String,
    /// The value that made the data.
    pub(crate) truth: f64,
    /// 2.5 %, 50 % and 97.5 % of the posterior.
    pub(crate) quantiles: [f64; 3],
    /// Width of the interval in that of the prior.
    pub(crate) width: f64,
}

impl Recovered {
    /// True when the 95 % interval holds the truth.
    pub(crate) fn is_covered(&self) -> bool {
        (self.quantiles[0]..=self.quantiles[2]).contains(&self.truth)
    }
}

/// What a repeat gave.
#[derive(Debug, Clone)]
pub(crate) struct Repeat {
    /// The parameters.
    pub(crate) parameters: Vec<Recovered>,
    /// Populations of the search.
    pub(crate) populations: usize,
    /// Its runs.
    pub(crate) runs: usize,
    /// Those that were ended early.
    pub(crate) rejected_early: usize,
    /// Effective particles of the posterior.
    pub(crate) effective_particles: f64,
    /// True when the tolerance came down to the errors of the data.
    pub(crate) is_weighed: bool,
}

/// Makes data and calibrates to them, in a folder of its own. With `is_own` the search does not know
/// the chance of the run that made the data.
pub(crate) fn repeat(
    number: u64,
    is_own: bool,
    folder: &Path,
    jobs: usize,
) -> Result<Repeat, Box<dyn Error>> {
    std::fs::create_dir_all(folder)?;
    std::fs::write(folder.join("lesion.toml"), include_str!("lesion.toml"))?;
    let mut text = include_str!("study.toml").to_owned();
    if is_own {
        text = text.replace("random_numbers = \"shared\"", "random_numbers = \"own\"");
    }
    std::fs::write(folder.join("study.toml"), text)?;
    let (mut study, fit) =
        read_calibration(&folder.join("study.toml")).map_err(|e| e.to_string())?;
    let mut draws = Chance::new(number).at(Stream::Test, 0, 0);
    let truth: Vec<f64> = (0..study.points.dimensions())
        .map(|_| draws.uniform())
        .collect();
    // With random numbers of its own, a seed that no search of a repeat has.
    study.header.seed = number + if is_own { 1_000_000 } else { 0 };
    let loaded = study.at(0, &truth).loaded?;
    let series = simulate(&loaded, &|| false).map_err(|reason| format!("{reason:?}"))?;
    study.header.seed = number;

    let mut table = "time_d,column,value,error,relative_to_d\n".to_owned();
    for (place, (day, column, error, relative_to)) in (1..).zip(MEASURED) {
        let hours = |day: f64| howship::numerics::quantity::Time::h(24.0 * day);
        let datum = Datum {
            time: hours(day),
            column: column.to_owned(),
            value: 0.0,
            error,
            relative_to: relative_to.map(hours),
            error_class: ErrorClass::Measured,
        };
        let exact = datum.of(&series).ok_or("the series is too short")?;
        let mut draws = Chance::new(number).at(Stream::Test, place, 0);
        // Box and Muller 1958.
        let (one, two) = (draws.uniform(), draws.uniform());
        let normal = (-2.0 * one.ln()).sqrt() * (2.0 * std::f64::consts::PI * two).cos();
        let relative_to = relative_to.map_or_else(String::new, |day| day.to_string());
        writeln!(
            table,
            "{day},{column},{},{error},{relative_to}",
            exact + error * normal
        )?;
    }
    std::fs::write(&fit.data, table)?;

    let data = read_data(&fit.data, loaded.scenario.run.duration.get())?;
    let store = Store::open(&folder.join("store"))?;
    let calibration = Calibration {
        study: &study,
        fit: &fit,
        data: &data,
        store: &store,
        work: Work::share(fit.particles as u64, Some(jobs), 1, None),
        stop: &|| false,
        heard: &|_, _| (),
    };
    let found = calibration.search()?;
    calibration.write(&found, folder)?;
    let Found::Posterior(populations) = found else {
        return Err("no posterior".into());
    };
    let last = populations.last().ok_or("no population")?;
    let factors = study.header.factors.iter().zip(truth).enumerate();
    Ok(Repeat {
        parameters: factors
            .map(|(place, (factor, truth))| {
                let quantiles = [0.025, 0.5, 0.975].map(|share| last.quantile(place, share));
                Recovered {
                    parameter: factor.path.clone(),
                    truth,
                    quantiles,
                    width: (quantiles[2] - quantiles[0]) / 0.95,
                }
            })
            .collect(),
        populations: populations.len(),
        runs: populations.iter().map(|p| p.runs).sum(),
        rejected_early: populations.iter().map(|p| p.rejected_early).sum(),
        effective_particles: last.effective_particles(),
        is_weighed: last.is_weighed,
    })
}
