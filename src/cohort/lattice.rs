//! The reduced tissue against the lattice.
//!
//! The course of a lesion on the lattice, the mean of three seeds, comes with the program
//! (`trials/lattice/lesion.csv`); the reduced tissue runs the same arms with the pharmacokinetics of the
//! same drugs, and what is left between the two is said.

use std::path::Path;

use crate::biology::problem::Problems;
use crate::cohort::body::action;
use crate::cohort::tissue::{Action, Lesion, Phenotype, Tissue};
use crate::output::table::Table;
use crate::therapy::drug::Drug;
use crate::therapy::plan::{DrugInBody, Plan, Therapy};
use crate::therapy::regimen::Course;
use crate::therapy::subject::Subject;

/// Mean course of three seeds of `trials/lattice/lesion.toml`.
const COURSE: &str = include_str!("../../trials/lattice/lesion.csv");
/// Tumour cells that fill the marrow of that lattice: 0.444 mm3 over 1767 um3.
const FULL_CELLS: f64 = 0.444e9 / 1767.0;
/// Turnover of that piece of bone in health, per day; fitted with the constants of the tissue.
const TURNOVER_PER_D: f64 = 2.31e-4;
/// The courses of its arms.
const ARMS: [(&str, &str); 3] = [
    ("control", ""),
    (
        "denosumab",
        "drug = \"denosumab\"\ndose = \"120 mg\"\nroute = \"subcutaneous\"\nstart = \"60 d\"\ninterval = \"28 d\"",
    ),
    (
        "zoledronate",
        "drug = \"zoledronate\"\ndose = \"4 mg\"\nroute = \"intravenous\"\ninfusion = \"15 min\"\nstart = \"60 d\"\ninterval = \"21 d\"",
    ),
];

/// What is left between the reduced tissue and the lattice in one arm.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// The arm.
    pub arm: &'static str,
    /// Bone of the lattice on the last day, over day 0.
    pub bone: f64,
    /// The same of the reduced tissue.
    pub reduced_bone: f64,
    /// Root mean square of the difference of bone, as a share of that on day 0.
    pub bone_error: f64,
    /// Greatest difference of bone.
    pub most_bone_error: f64,
    /// Tumour cells of the lattice on the last day.
    pub cells: f64,
    /// The same of the reduced tissue.
    pub reduced_cells: f64,
    /// Root mean square of the difference of the logarithm of tumour cells.
    pub cell_error: f64,
}

/// Why the two could not be compared.
#[derive(Debug, thiserror::Error)]
#[error("the reduced tissue could not be held against the lattice: {0}")]
pub struct CompareError(String);

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

/// Runs the reduced tissue beside the course of the lattice.
///
/// # Errors
/// [`CompareError`] when a drug cannot be integrated.
pub fn compare(tissue: &Tissue) -> Result<Vec<Difference>, CompareError> {
    let table = Table::from_csv(COURSE, Path::new("lesion.csv")).map_err(failed)?;
    let column = |name: String| {
        let missing = CompareError(format!("there is no column {name}"));
        table.column(&name).ok_or(missing)
    };
    let days = column("time_d".to_owned())?;
    let last = days.last().copied().unwrap_or(0.0);
    let phenotype = Phenotype {
        pthrp: 1.0,
        pace: 1.0,
        turnover_per_d: TURNOVER_PER_D,
    };
    ARMS.iter()
        .map(|&(arm, course)| {
            let (bone, cells) = (
                column(format!("{arm}_bone"))?,
                column(format!("{arm}_tumour_cells"))?,
            );
            let plan = plan(course, last)?;
            let mut drugs = vec![DrugInBody::default(); plan.agents.len()];
            let mut lesion = Lesion::new(cells.first().copied().unwrap_or(0.0) / FULL_CELLS);
            let mut courses = vec![lesion];
            for day in 0..last as u32 {
                let from_h = 24.0 * f64::from(day);
                for (agent, body) in drugs.iter_mut().enumerate() {
                    plan.advance(agent, body, from_h, from_h + 24.0)
                        .map_err(failed)?;
                }
                let action = if plan.agents.is_empty() {
                    Action::NONE
                } else {
                    action(&plan, &drugs)
                };
                tissue.advance(&mut lesion, &phenotype, &action);
                courses.push(lesion);
            }
            let reduced = |day: f64| courses[(day as usize).min(courses.len() - 1)];
            let off: Vec<f64> = days
                .iter()
                .zip(&bone)
                .map(|(&day, bone)| reduced(day).bone - bone)
                .collect();
            let off_cells: Vec<f64> = days
                .iter()
                .zip(&cells)
                .map(|(&day, cells)| (reduced(day).fill * FULL_CELLS / cells).ln())
                .collect();
            let end = reduced(last);
            Ok(Difference {
                arm,
                bone: bone.last().copied().unwrap_or(f64::NAN),
                reduced_bone: end.bone,
                bone_error: root_mean_square(&off),
                most_bone_error: off.iter().map(|one| one.abs()).fold(0.0, f64::max),
                cells: cells.last().copied().unwrap_or(f64::NAN),
                reduced_cells: end.fill * FULL_CELLS,
                cell_error: root_mean_square(&off_cells),
            })
        })
        .collect()
}

fn root_mean_square(values: &[f64]) -> f64 {
    let squares: f64 = values.iter().map(|value| value * value).sum();
    (squares / values.len() as f64).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bone within 1 % of that on day 0 (root mean square) and tumour cells within 4 % in every arm, and
    /// each drug saves bone as on the lattice within 2 points.
    #[test]
    fn the_reduced_tissue_follows_the_lattice() {
        let found = compare(&Tissue::default()).unwrap();
        assert_eq!(found.len(), 3);
        for one in &found {
            assert!(one.bone_error < 0.01, "{one:?}");
            assert!(one.most_bone_error < 0.02, "{one:?}");
            assert!(one.cell_error < 0.04, "{one:?}");
        }
        for one in &found[1..] {
            let saved = one.bone - found[0].bone;
            let reduced = one.reduced_bone - found[0].reduced_bone;
            assert!((reduced - saved).abs() < 0.02, "{one:?}");
        }
        // The check can fail: without its link the reduced tissue is far off.
        let deaf = Tissue {
            rankl_gain: 0.0,
            ..Tissue::default()
        };
        assert!(compare(&deaf).unwrap()[0].bone_error > 0.05);
    }
}
