//! How strong the bone of a run is on its days, by finite elements of its sites, and where it is strained.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::mechanics::elements::{Answer, CRITICAL_STRAIN, ElementsError, Load, Precision, STRAIN};
use crate::mechanics::loading::{Loading, axes};
use crate::mechanics::rigidity::Axis;
use crate::mechanics::strength::Strength;
use crate::numerics::refusal::Refusal;
use crate::output::OutputError;
use crate::output::table::Table;
use crate::plot::solid::{Look, SolidError, Tissue, Words, png, strained};
use crate::plot::words::{change, note};
use crate::run::day::{Asked, simulation_at, tick_of};
use crate::run::error::RunError;
use crate::run::host::Host;
use crate::run::place::OptionError;
use crate::run::simulation::Simulation;

/// Powers of ten below the critical energy over which a picture goes from pale to dark.
const DECADES: f64 = 3.0;

/// Why there are no strengths.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum StrengthError {
    /// The run.
    #[error(transparent)]
    Run(#[from] RunError),
    /// How bone is to be loaded.
    #[error(transparent)]
    Loading(ElementsError),
    /// No axis carries on day 0.
    #[error(
        "{}: on day 0 no bone joins both ends along any axis, so that there is nothing to compare with",
        run.display()
    )]
    NothingCarries {
        /// The run.
        run: PathBuf,
    },
    /// The bone of a day.
    #[error("{}, day {day}: {error}", run.display())]
    Elements {
        /// The run.
        run: PathBuf,
        /// The day.
        day: f64,
        /// Why.
        error: ElementsError,
    },
    /// Runs of which there is no mean.
    #[error(
        "{0} and {1} do not have the same days and axes: give runs of one scenario, and the days by --days"
    )]
    Unlike(String, String),
    /// The picture.
    #[error(transparent)]
    Solid(#[from] SolidError),
    /// A file that is to be written.
    #[error(transparent)]
    Option(#[from] OptionError),
    /// A file that was not.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// A modulus for the law that finds its own.
    #[error("--modulus is that of --law tissue; hernandez finds its own: leave one of them out")]
    IdleModulus,
    /// A picture of several runs.
    #[error("--picture draws one run: give one, or leave it out")]
    PictureOfSeveral,
    /// Days that are none.
    #[error("day {0} is given twice")]
    Twice(f64),
}

impl Refusal for StrengthError {
    fn is_refusal(&self) -> bool {
        match self {
            Self::Run(error) => error.is_refusal(),
            Self::Output(error) => error.is_refusal(),
            Self::Elements { error, .. } | Self::Loading(error) => error.is_refusal(),
            Self::Solid(SolidError::Drawing(_)) => false,
            Self::Solid(_)
            | Self::Twice(_)
            | Self::NothingCarries { .. }
            | Self::Unlike(..)
            | Self::Option(_)
            | Self::IdleModulus
            | Self::PictureOfSeveral => true,
        }
    }

    fn is_stop(&self) -> bool {
        matches!(self, Self::Run(error) if error.is_stop())
    }
}

/// The bone of a day under a compression along an axis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Reading {
    /// Day of the run.
    pub day: f64,
    /// The axis.
    pub axis: Axis,
    /// What it bears; nothing where no bone joins both ends any more.
    pub strength: Option<Strength>,
}

impl Reading {
    fn figures(&self) -> [f64; 4] {
        self.strength.map_or([0.0; 4], |found| {
            [
                found.stiffness,
                found.apparent_mpa.unwrap_or(0.0),
                found.failure,
                found.yielding,
            ]
        })
    }
}

/// Readings of the days of a run; day 0 is the first.
#[derive(Debug)]
pub(crate) struct Strengths {
    /// Name and seed of the run.
    pub title: String,
    /// By day, then by axis.
    pub readings: Vec<Reading>,
    drawn: Option<Vec<Drawn>>,
    /// Modulus of the stiffest site of day 0, MPa, by which a picture is coloured.
    stiffest_mpa: f64,
}

/// What is kept of a day for a picture.
#[derive(Debug)]
struct Drawn {
    day: f64,
    tissue: Tissue,
    /// Strain energy density, MPa, and the load at which it is this one, N; none where nothing carries.
    energy: Option<(Vec<f32>, f64)>,
}

/// Reads the strength of a run on day 0 and on these days (on its last without any), along all axes along which
/// it has more than one site. With an axis, keeps what a picture of its load needs.
///
/// # Errors
/// [`StrengthError`].
pub(crate) fn strengths(
    run: &Path,
    inputs: Option<&Path>,
    days: &[f64],
    loading: &Loading,
    drawn: Option<Axis>,
    host: &dyn Host,
) -> Result<Strengths, StrengthError> {
    loading.check().map_err(StrengthError::Loading)?;
    let mut asked = vec![Some(0.0)];
    for (place, &day) in days.iter().enumerate() {
        if days[..place].iter().any(|other| (other - day).abs() <= 0.0) {
            return Err(StrengthError::Twice(day));
        }
        if day.abs() > 0.0 {
            asked.push(Some(day));
        }
    }
    if days.is_empty() {
        asked.push(None);
    }
    let mut found = Strengths {
        title: String::new(),
        readings: Vec::new(),
        drawn: drawn.map(|_| Vec::new()),
        stiffest_mpa: 0.0,
    };
    // A day that the run has not is told before any is solved.
    let all_days = |simulation: &Simulation| {
        let mut days = days.iter();
        days.try_for_each(|&day| tick_of(Some(day), simulation).map(drop))
    };
    for day in asked {
        let (loaded, simulation) = simulation_at(Asked { run, day, inputs }, host, all_days)?;
        found.title = loaded.subject_of_tissue(&simulation.model.grid);
        let day = simulation.state.day();
        let moduli = loading.moduli(&simulation.state.bone);
        if found.readings.is_empty() {
            found.stiffest_mpa = f64::from(moduli.iter().copied().fold(0.0, f32::max));
        }
        let grid = &simulation.model.grid;
        for axis in axes(grid) {
            let load = Load {
                axis,
                ..Load::default()
            };
            let answer = match loading.answer(grid, &moduli, &load, &Precision::default()) {
                Ok(answer) => Some(answer),
                // Along an axis that is not drawn, or once what was one piece is two, it bears nothing.
                Err(ElementsError::NoBone { .. }) if day > 0.0 || drawn != Some(axis) => None,
                Err(error) => {
                    let run = run.to_path_buf();
                    return Err(StrengthError::Elements { run, day, error });
                }
            };
            let strength = answer.as_ref().map(Strength::of);
            found.readings.push(Reading {
                day,
                axis,
                strength,
            });
            if drawn == Some(axis)
                && let Some(kept) = &mut found.drawn
            {
                let load = answer.as_ref().map(|answer| answer.load_at_strain(STRAIN));
                kept.push(Drawn {
                    day,
                    tissue: tissue(&simulation),
                    energy: answer.as_ref().map(Answer::energy_density_mpa).zip(load),
                });
            }
        }
        if found.axes().all(|reading| reading.strength.is_none()) {
            let run = run.to_path_buf();
            return Err(StrengthError::NothingCarries { run });
        }
    }
    Ok(found)
}

/// Bone alone, on all sites.
fn tissue(simulation: &Simulation) -> Tissue {
    let grid = &simulation.model.grid;
    let matrix = &simulation.state.bone.matrix;
    Tissue {
        day: simulation.state.day(),
        dims: grid.dims,
        edge_um: grid.edge_um,
        bone: (0..grid.len()).map(|site| matrix[site]).collect(),
        tumour: Vec::new(),
        counts: [0; 3],
        bodies: Vec::new(),
    }
}

/// Names of the figures of an axis in a table, before and behind the letter of the axis.
const FIGURES: [(&str, &str); 4] = [
    ("stiffness_", "_n_per_mm"),
    ("e_apparent_", "_mpa"),
    ("failure_load_", "_n"),
    ("yield_load_", "_n"),
];

impl Strengths {
    fn axes(&self) -> impl Iterator<Item = &Reading> {
        let first = self.readings.first().map_or(0.0, |reading| reading.day);
        self.readings
            .iter()
            .take_while(move |reading| (reading.day - first).abs() <= 0.0)
    }

    /// A row per day: of each axis stiffness, apparent modulus and loads of failure and yield, and the first and
    /// third of them over those of day 0.
    pub(crate) fn table(&self) -> Table {
        let mut columns = vec!["time_d".to_owned()];
        for reading in self.axes() {
            let axis = reading.axis.name();
            columns.extend(FIGURES.map(|(before, behind)| format!("{before}{axis}{behind}")));
            columns.push(format!("stiffness_{axis}_ratio"));
            columns.push(format!("failure_load_{axis}_ratio"));
        }
        let first: Vec<[f64; 4]> = self.axes().map(Reading::figures).collect();
        let rows = self.readings.chunks(first.len().max(1)).map(|day| {
            let mut row = vec![day[0].day];
            for (reading, first) in day.iter().zip(&first) {
                let figures = reading.figures();
                row.extend(figures);
                // No number where the axis bore nothing on day 0.
                let over = |figure: usize| {
                    if first[figure] > 0.0 {
                        figures[figure] / first[figure]
                    } else {
                        f64::NAN
                    }
                };
                row.extend([0, 2].map(over));
            }
            row
        });
        Table {
            rows: rows.collect(),
            columns,
        }
    }

    /// Day 0 beside the last day, bone coloured by its strain energy density at the load at which day 0 fails.
    ///
    /// # Errors
    /// [`StrengthError::Solid`].
    pub(crate) fn picture(&self, axis: Axis, look: Look) -> Result<Vec<u8>, StrengthError> {
        let days = self.drawn.as_deref().unwrap_or_default();
        let (Some(first), Some(last)) = (days.first(), days.last()) else {
            return Err(SolidError::NoBone(0.0).into());
        };
        let at_first = self.axes().find(|reading| reading.axis == axis);
        let load = at_first
            .and_then(|reading| reading.strength)
            .map_or(0.0, |found| found.failure);
        let critical_mpa = 0.5 * self.stiffest_mpa * CRITICAL_STRAIN * CRITICAL_STRAIN;
        let shades = |drawn: &Drawn| -> Vec<f32> {
            let Some((energy, at)) = &drawn.energy else {
                return vec![0.0; drawn.tissue.bone.len()];
            };
            let scale = (load / at) * (load / at) / critical_mpa;
            let shade = |&energy: &f32| {
                let decades = (f64::from(energy) * scale).max(1e-30).log10();
                (1.0 + decades / DECADES) as f32
            };
            energy
                .iter()
                .map(shade)
                .map(|shade| shade.clamp(0.0, 1.0))
                .collect()
        };
        let values = [shades(first), shades(last)];
        let words = Words {
            title: format!(
                "Strain energy of bone on day 0 and day {}",
                written(last.day)
            ),
            caption: note([
                self.title.as_str(),
                &format!(
                    "compressed along {axis} by {load:.3} N on both days, the load at which the bone of day 0 \
                     fails (2 % of it beyond 7000 microstrain)"
                ),
            ]),
        };
        let names = [first, last].map(|drawn| format!("day {}", written(drawn.day)));
        let labels = [1e-3, 1e-2, 1e-1, 1.0].map(|share| {
            format!(
                "{:.1e} mJ/mm\u{b3}{}",
                share * critical_mpa,
                match share {
                    share if share >= 1.0 => " or more: critical",
                    share if share <= 1e-3 => " or less",
                    _ => "",
                }
            )
        });
        let image = strained(
            [&first.tissue, &last.tissue],
            [&values[0], &values[1]],
            look,
            &words,
            [&names[0], &names[1]],
            [&labels[0], &labels[1], &labels[2], &labels[3]],
        )?;
        Ok(png(&image)?)
    }
}

fn written(day: f64) -> String {
    format!("{}", (day * 100.0).round() / 100.0)
}

impl fmt::Display for Strengths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: compression between clamped ends", self.title)?;
        let first: Vec<[f64; 4]> = self.axes().map(Reading::figures).collect();
        for day in self.readings.chunks(first.len().max(1)) {
            write!(f, "\nday {}", written(day[0].day))?;
            for (reading, first) in day.iter().zip(&first) {
                let [stiffness, _, failure, _] = reading.figures();
                write!(
                    f,
                    "\n  {}  stiffness {stiffness:.4e} N/mm, fails at {failure:.4e} N",
                    reading.axis
                )?;
                match reading.strength {
                    None => write!(f, ": no bone joins both ends")?,
                    Some(_) if reading.day > 0.0 && first[0] > 0.0 => write!(
                        f,
                        " (stiffness {}, load {})",
                        change(stiffness, first[0]),
                        change(failure, first[2])
                    )?,
                    Some(_) => {}
                }
            }
        }
        Ok(())
    }
}
