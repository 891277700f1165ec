//! The reduced tissue against the lattice.
//!
//! The course of a lesion on the lattice, the mean of three seeds, comes with the program
//! (`trials/lattice/lesion.csv`); the reduced tissue runs the same arms with the pharmacokinetics of the
//! same drugs, and what is left between the two is said. The constants of the tissue that are marked as
//! fitted were fitted by [`Lattice::fit`], all together, so that whoever changes the lattice can fit
//! them anew (`howship trial tissue --fit`).

use std::path::Path;

use crate::biology::problem::Problems;
use crate::cohort::systemic::action;
use crate::cohort::tissue::{Action, COMPARED_PTHRP, Lesion, Phenotype, Tissue};
use crate::numerics::files::read_text;
use crate::numerics::quantity::Rate;
use crate::numerics::refusal::Refusal;
use crate::output::table::Table;
use crate::study::fit::{Cma, Reach};
use crate::therapy::drug::Drug;
use crate::therapy::plan::{DrugInBody, Plan, Therapy};
use crate::therapy::regimen::Course;
use crate::therapy::subject::Subject;

/// Mean course of three seeds of `trials/lattice/lesion.toml`.
const COURSE: &str = include_str!("../../trials/lattice/lesion.csv");
/// Tumour cells that fill the marrow of that lattice: 0.444 mm3 over 1767 um3.
const FULL_CELLS: f64 = 0.444e9 / 1767.0;
/// Turnover of that piece of bone in health, per day; fitted with the constants of the tissue.
pub(crate) const TURNOVER_PER_D: f64 = 2.184e-4;
/// What counts as much as what in the fit: a point of bone, a point of resorbed bone, and 5 % of cells.
const BONE_UNIT: f64 = 0.01;
const CELL_UNIT: f64 = 0.05;
/// Constants that are fitted.
const FITTED: usize = 8;
/// Longest course that is read.
const MOST_DAYS: f64 = 3650.0;
/// A course of the lattice.
#[derive(Debug, Clone, Copy)]
struct Arm {
    /// Its name in the table.
    name: &'static str,
    /// Output of PTHrP of a cell over the basal one.
    pthrp: f64,
    /// Course of a drug, or nothing.
    course: &'static str,
    /// Whether the tissue is fitted to it.
    is_fitted: bool,
}

const fn arm(name: &'static str, pthrp: f64, course: &'static str, is_fitted: bool) -> Arm {
    Arm {
        name,
        pthrp,
        course,
        is_fitted,
    }
}

const DENOSUMAB: &str = "drug = \"denosumab\"\ndose = \"120 mg\"\nroute = \"subcutaneous\"\nstart = \"60 d\"\ninterval = \"28 d\"";
const ZOLEDRONATE: &str = "drug = \"zoledronate\"\ndose = \"4 mg\"\nroute = \"intravenous\"\ninfusion = \"15 min\"\nstart = \"60 d\"\ninterval = \"21 d\"";

/// The courses of its arms.
const ARMS: [Arm; 9] = [
    arm("control", 1.0, "", true),
    arm("denosumab", 1.0, DENOSUMAB, true),
    arm("zoledronate", 1.0, ZOLEDRONATE, true),
    arm("low_control", COMPARED_PTHRP[0], "", true),
    arm("low_denosumab", COMPARED_PTHRP[0], DENOSUMAB, false),
    arm("low_zoledronate", COMPARED_PTHRP[0], ZOLEDRONATE, false),
    arm("high_control", COMPARED_PTHRP[1], "", true),
    arm("high_denosumab", COMPARED_PTHRP[1], DENOSUMAB, false),
    arm("high_zoledronate", COMPARED_PTHRP[1], ZOLEDRONATE, false),
];

/// How the reduced tissue comes out beside a course of the lattice, in lines. The shipped one is taken
/// without a course; with a seed the constants that are marked as fitted are fitted to it first.
///
/// # Errors
/// [`CompareError`].
pub(crate) fn comparison(
    course: Option<&Path>,
    fit_seed: Option<u64>,
) -> Result<Vec<String>, CompareError> {
    let lattice = course.map_or_else(Lattice::shipped, Lattice::read)?;
    let mut lines = Vec::new();
    let (tissue, turnover_per_d) = match fit_seed {
        Some(seed) => {
            let fit = lattice.fit(seed)?;
            lines.push(fit.to_string());
            (fit.tissue, fit.turnover_per_d)
        }
        None => (Tissue::default(), TURNOVER_PER_D),
    };
    lines.push("reduced tissue against the mean of three seeds of the lattice".to_owned());
    let compared = lattice.compare(&tissue, turnover_per_d);
    lines.extend(compared.iter().map(ToString::to_string));
    Ok(lines)
}

/// What is left between the reduced tissue and the lattice in one arm.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Difference {
    /// The arm.
    pub arm: &'static str,
    /// Whether the tissue was fitted to it.
    pub is_fitted: bool,
    /// Bone of the lattice on the last day, over day 0.
    pub bone: f64,
    /// The same of the reduced tissue.
    pub reduced_bone: f64,
    /// Root mean square of the difference of bone, as a share of that on day 0.
    pub bone_error: f64,
    /// Greatest difference of bone.
    pub most_bone_error: f64,
    /// Bone resorbed on the lattice by the last day, over the bone of day 0.
    pub resorbed: f64,
    /// The same of the reduced tissue.
    pub reduced_resorbed: f64,
    /// Root mean square of the difference of resorbed bone, as a share of the bone of day 0.
    pub resorbed_error: f64,
    /// Tumour cells of the lattice on the last day.
    pub cells: f64,
    /// The same of the reduced tissue.
    pub reduced_cells: f64,
    /// Root mean square of the difference of the logarithm of tumour cells.
    pub cell_error: f64,
}

/// Why the two could not be compared.
#[derive(Debug, thiserror::Error)]
#[error("the reduced tissue could not be compared with the lattice: {0}")]
pub(crate) struct CompareError(String);

impl Refusal for CompareError {
    fn is_refusal(&self) -> bool {
        false
    }
}

fn failed(error: impl std::fmt::Display) -> CompareError {
    CompareError(error.to_string())
}

#[derive(serde::Deserialize)]
struct Fragment {
    drugs: std::collections::BTreeMap<String, Drug>,
}

fn plan(course: &str, days: f64) -> Result<Plan, CompareError> {
    if course.is_empty() {
        return Ok(Plan::default());
    }
    let course: Course = toml::from_str(course).map_err(failed)?;
    let text = crate::therapy::catalogue::fragment(&course.drug).unwrap_or_default();
    let fragment: Fragment = toml::from_str(text).map_err(failed)?;
    let mut problems = Problems::default();
    let plan = Therapy {
        subject: Subject::default(),
        drugs: fragment.drugs,
        courses: std::iter::once(("course".to_owned(), course)).collect(),
        duration_h: 24.0 * days,
    }
    .plan(&mut problems);
    problems
        .found
        .first()
        .map_or(Ok(plan), |problem| Err(CompareError(problem.to_string())))
}

/// The course of a lesion on the lattice, with what the drugs of each arm do on each day.
#[derive(Debug, Clone)]
pub(crate) struct Lattice {
    days: Vec<f64>,
    arms: Vec<LatticeArm>,
}

#[derive(Debug, Clone)]
struct LatticeArm {
    arm: Arm,
    bone: Vec<f64>,
    resorbed: Vec<f64>,
    cells: Vec<f64>,
    actions: Vec<Action>,
}

/// Constants that follow a course of the lattice best.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Fit {
    /// The tissue with its fitted constants.
    pub tissue: Tissue,
    /// Turnover of the piece of bone in health, per day.
    pub turnover_per_d: f64,
    /// Mean over arms of the squares of what is left: of bone and of resorbed bone in points, of tumour
    /// cells in steps of 5 %.
    pub left: f64,
    /// Courses that were computed.
    pub runs: usize,
}

impl Lattice {
    /// The course that comes with the program.
    ///
    /// # Errors
    /// [`CompareError`] when a drug cannot be integrated.
    pub(crate) fn shipped() -> Result<Self, CompareError> {
        Self::parse(COURSE, Path::new("lesion.csv"))
    }

    /// A course as `trials/lattice/course.py` writes it, of the arms of `trials/lattice/lesion.toml`.
    ///
    /// # Errors
    /// [`CompareError`] when the file cannot be read, lacks a column, has days that are not whole and rising
    /// or values that cannot be, or a drug cannot be integrated.
    pub(crate) fn read(path: &Path) -> Result<Self, CompareError> {
        let text =
            read_text(path).map_err(|error| failed(format!("{}: {error}", path.display())))?;
        Self::parse(&text, path)
    }

    fn parse(text: &str, path: &Path) -> Result<Self, CompareError> {
        let table = Table::from_csv(text, path).map_err(failed)?;
        let wrong = |message: String| failed(format!("{}: {message}", path.display()));
        let days = table
            .column("time_d")
            .ok_or_else(|| wrong("there is no column time_d".to_owned()))?;
        let rises = days.windows(2).all(|pair| pair[0] < pair[1]);
        let whole = days.iter().all(|day| day.fract() == 0.0);
        let last = days.last().copied().unwrap_or(0.0);
        if days.first() != Some(&0.0) || !rises || !whole || !(1.0..=MOST_DAYS).contains(&last) {
            return Err(wrong(format!(
                "time_d: found {days:?}, rising whole days from 0 to at most {MOST_DAYS} are allowed"
            )));
        }
        let column = |name: String, allowed: &dyn Fn(f64) -> bool, range: &str| {
            let values = table
                .column(&name)
                .ok_or_else(|| wrong(format!("there is no column {name}")))?;
            days.iter()
                .zip(&values)
                .find(|&(_, &value)| !(value.is_finite() && allowed(value)))
                .map_or(Ok(()), |(day, value)| {
                    Err(wrong(format!(
                        "{name}, day {day}: found {value}, {range} is allowed"
                    )))
                })?;
            Ok::<_, CompareError>(values)
        };
        let arms = ARMS
            .iter()
            .map(|&arm| {
                let name = arm.name;
                let plan = plan(arm.course, last)?;
                let mut drugs = vec![DrugInBody::default(); plan.agents.len()];
                let actions = (0..last as u32)
                    .map(|day| {
                        let from_h = 24.0 * f64::from(day);
                        for (agent, body) in drugs.iter_mut().enumerate() {
                            plan.advance(agent, body, from_h, from_h + 24.0)
                                .map_err(failed)?;
                        }
                        Ok(if plan.agents.is_empty() {
                            Action::NONE
                        } else {
                            action(&plan, &drugs)
                        })
                    })
                    .collect::<Result<_, CompareError>>()?;
                Ok(LatticeArm {
                    arm,
                    bone: column(format!("{name}_bone"), &|bone| bone >= 0.0, "0 or more")?,
                    resorbed: column(
                        format!("{name}_resorbed"),
                        &|resorbed| resorbed >= 0.0,
                        "0 or more",
                    )?,
                    cells: column(
                        format!("{name}_tumour_cells"),
                        &|cells| cells > 0.0,
                        "more than 0",
                    )?,
                    actions,
                })
            })
            .collect::<Result<_, CompareError>>()?;
        Ok(Self { days, arms })
    }

    /// Runs a reduced tissue beside it, in a piece of bone of this turnover in health, per day.
    pub(crate) fn compare(&self, tissue: &Tissue, turnover_per_d: f64) -> Vec<Difference> {
        self.arms
            .iter()
            .map(|arm| self.beside(arm, tissue, turnover_per_d))
            .collect()
    }

    fn beside(&self, arm: &LatticeArm, tissue: &Tissue, turnover_per_d: f64) -> Difference {
        let phenotype = Phenotype {
            pthrp: arm.arm.pthrp,
            pace: 1.0,
            turnover_per_d,
        };
        let resorbing = |lesion: &Lesion| turnover_per_d * lesion.bone * lesion.resorption;
        let mut lesion = Lesion::new(arm.cells[0] / FULL_CELLS);
        let mut resorbed = 0.0;
        let mut courses = vec![(lesion, resorbed)];
        for action in &arm.actions {
            let before = resorbing(&lesion);
            tissue.advance(&mut lesion, &phenotype, action);
            resorbed += 0.5 * (before + resorbing(&lesion));
            courses.push((lesion, resorbed));
        }
        let off = |lattice: &[f64], difference: &dyn Fn(&(Lesion, f64), f64) -> f64| {
            let pairs = self.days.iter().zip(lattice);
            pairs
                .map(|(&day, &value)| difference(&courses[day as usize], value))
                .collect::<Vec<f64>>()
        };
        let off_bone = off(&arm.bone, &|(lesion, _), bone| lesion.bone - bone);
        let off_resorbed = off(&arm.resorbed, &|(_, taken), resorbed| taken - resorbed);
        let off_cells = off(&arm.cells, &|(lesion, _), cells| {
            (lesion.fill * FULL_CELLS / cells).ln()
        });
        let last = |values: &[f64]| values.last().copied().unwrap_or(f64::NAN);
        Difference {
            arm: arm.arm.name,
            is_fitted: arm.arm.is_fitted,
            bone: last(&arm.bone),
            reduced_bone: lesion.bone,
            bone_error: root_mean_square(&off_bone),
            most_bone_error: off_bone.iter().map(|one| one.abs()).fold(0.0, f64::max),
            resorbed: last(&arm.resorbed),
            reduced_resorbed: resorbed,
            resorbed_error: root_mean_square(&off_resorbed),
            cells: last(&arm.cells),
            reduced_cells: lesion.fill * FULL_CELLS,
            cell_error: root_mean_square(&off_cells),
        }
    }

    fn left(&self, tissue: &Tissue, turnover_per_d: f64) -> f64 {
        let mut all = self.compare(tissue, turnover_per_d);
        all.retain(|one| one.is_fitted);
        let squares: f64 = all
            .iter()
            .map(|one| {
                (one.bone_error / BONE_UNIT).powi(2)
                    + (one.resorbed_error / BONE_UNIT).powi(2)
                    + (one.cell_error / CELL_UNIT).powi(2)
            })
            .sum();
        squares / all.len() as f64
    }

    /// Fits the eight constants that are marked as fitted, together, to bone, resorbed bone and tumour
    /// cells of the arms that are for it, all days alike; the others stay as in `Tissue::default()`.
    ///
    /// # Errors
    /// [`CompareError`] when no point of a generation gives a number.
    pub(crate) fn fit(&self, seed: u64) -> Result<Fit, CompareError> {
        let search = Cma {
            most_runs: 20_000,
            tolerance: 1e-6,
            seed,
        };
        let best = search
            .search(FITTED, &mut |batch, _| {
                Ok(batch
                    .iter()
                    .map(|at| {
                        let (tissue, turnover) = fitted(at);
                        match self.left(&tissue, turnover) {
                            left if left.is_finite() => Reach::At(left),
                            _ => Reach::Nowhere,
                        }
                    })
                    .collect())
            })
            .map_err(failed)?;
        let (tissue, turnover_per_d) = fitted(&best.at);
        Ok(Fit {
            tissue,
            turnover_per_d,
            left: best.distance,
            runs: best.runs,
        })
    }
}

/// A tissue and the turnover of its bone from a point of the unit cube, with the ranges that are searched;
/// those over a decade or more on a logarithmic scale.
fn fitted(at: &[f64]) -> (Tissue, f64) {
    let logarithmic = |place: usize, least: f64, most: f64| least * (most / least).powf(at[place]);
    let linear = |place: usize, least: f64, most: f64| least + (most - least) * at[place];
    let tissue = Tissue {
        growth: Rate::per_h(logarithmic(0, 0.003, 0.03) / 24.0),
        growth_by_factors: Rate::per_h(logarithmic(1, 0.001, 0.03) / 24.0),
        rankl_gain: logarithmic(2, 1.0, 100.0),
        refill: linear(3, 0.0, 1.0),
        drug_most: linear(4, 0.5, 1.0),
        pthrp_half: logarithmic(5, 0.03, 100.0),
        factors_half: logarithmic(6, 0.1, 100.0),
        ..Tissue::default()
    };
    (tissue, logarithmic(7, 1e-4, 1e-3))
}

fn root_mean_square(values: &[f64]) -> f64 {
    let squares: f64 = values.iter().map(|value| value * value).sum();
    (squares / values.len() as f64).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bone within 1 % of that on day 0 (root mean square) and tumour cells within 4 % in every arm, and
    /// each drug saves bone as on the lattice within 2 points. At outputs of PTHrP at which the drugs were not
    /// fitted: bone within 10 % of that of the lattice, and what a drug saves within 15 %.
    #[test]
    fn the_reduced_tissue_follows_the_lattice() {
        let lattice = Lattice::shipped().unwrap();
        let found = lattice.compare(&Tissue::default(), TURNOVER_PER_D);
        assert_eq!(found.len(), 9);
        for one in found.iter().filter(|one| one.is_fitted) {
            assert!(one.bone_error < 0.01, "{one:?}");
            assert!(one.most_bone_error < 0.02, "{one:?}");
            assert!(one.cell_error < 0.04, "{one:?}");
        }
        for one in &found[1..3] {
            let saved = one.bone - found[0].bone;
            let reduced = one.reduced_bone - found[0].reduced_bone;
            assert!((reduced - saved).abs() < 0.02, "{one:?}");
        }
        for arms in [&found[3..6], &found[6..9]] {
            for one in &arms[1..] {
                assert!(!one.is_fitted);
                assert!((one.reduced_bone / one.bone - 1.0).abs() < 0.10, "{one:?}");
                assert!(one.cell_error < 0.04, "{one:?}");
                let saved = one.bone - arms[0].bone;
                let reduced = one.reduced_bone - arms[0].reduced_bone;
                assert!((reduced / saved - 1.0).abs() < 0.15, "{one:?}");
            }
        }
        // The check can fail: without its link the reduced tissue is far off.
        let deaf = Tissue {
            rankl_gain: 0.0,
            ..Tissue::default()
        };
        assert!(lattice.compare(&deaf, TURNOVER_PER_D)[0].bone_error > 0.05);
    }

    /// The constants that are shipped are those that the fit finds, to the digits that are written.
    #[test]
    fn the_shipped_constants_are_fitted() {
        let fit = Lattice::shipped().unwrap().fit(1).unwrap();
        let shipped = Tissue::default();
        let all = [
            (
                24.0 * fit.tissue.growth.get(),
                24.0 * shipped.growth.get(),
                1e-5,
            ),
            (
                24.0 * fit.tissue.growth_by_factors.get(),
                24.0 * shipped.growth_by_factors.get(),
                1e-5,
            ),
            (fit.tissue.rankl_gain, shipped.rankl_gain, 0.01),
            (fit.tissue.pthrp_half, shipped.pthrp_half, 0.01),
            (fit.tissue.factors_half, shipped.factors_half, 0.01),
            (fit.tissue.refill, shipped.refill, 1e-3),
            (fit.tissue.drug_most, shipped.drug_most, 1e-3),
            (fit.turnover_per_d, TURNOVER_PER_D, 1e-7),
        ];
        let off = |(found, written, digit): &(f64, f64, f64)| (found - written).abs() >= *digit;
        let off: Vec<_> = all.into_iter().filter(off).collect();
        assert!(off.is_empty(), "found, written, digit: {off:?}");
    }

    #[test]
    fn a_course_that_cannot_be_is_refused_where_it_stands() {
        for (line, changed, said) in [
            ("10,", "10.5,", "time_d: found [0.0, 10.5"),
            (
                "10,0.99951,6886",
                "10,0.99951,0",
                "control_tumour_cells, day 10: found 0, more than 0 is allowed",
            ),
            (
                "10,0.99951",
                "10,-1",
                "control_bone, day 10: found -1, 0 or more is allowed",
            ),
            (
                "time_d,control_bone",
                "time_d,bone",
                "there is no column control_bone",
            ),
        ] {
            let text = COURSE.replacen(&format!("\n{line}"), &format!("\n{changed}"), 1);
            let text = if text == COURSE {
                COURSE.replacen(line, changed, 1)
            } else {
                text
            };
            let error = Lattice::parse(&text, Path::new("a.csv"))
                .unwrap_err()
                .to_string();
            assert!(error.contains(&format!("a.csv: {said}")), "{error}");
        }
    }
}
