//! What a clinic would see of several arms: bone, tumour, CTX and calcium against time, with the doses
//! marked, as one picture and one table.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::engine::parts::patient::columns::NORMAL_CALCIUM_MM;
use crate::output::OutputError;
use crate::output::table::Table;
use crate::plot::arms::{names, of_seeds};
use crate::plot::chart::{Axis, Chart, Layer, Level, Panel, Range};
use crate::plot::curves::{Line, axis};
use crate::plot::drugs::of_arm;
use crate::plot::happened::{Dose, Given, dose_words};
use crate::plot::words::{note, words};
use crate::plot::write;

/// An arm: its runs, one for each seed.
#[derive(Debug, Clone)]
pub(crate) struct ClinicArm {
    /// Name.
    pub name: String,
    /// `series.csv` of each seed.
    pub series: Vec<Table>,
    /// `patient.csv` of each seed.
    pub patients: Vec<Table>,
    /// Doses of each drug, of all seeds.
    pub doses: BTreeMap<String, Vec<Dose>>,
}

/// What is shown.
struct Quantity {
    /// Of what it is, above the plot: the simulated piece of bone, or the patient.
    of: &'static str,
    name: &'static str,
    label: &'static str,
    /// Column of `series.csv`, else of `patient.csv`.
    in_series: bool,
    factor: f64,
    /// The axis begins at zero.
    with_zero: bool,
    /// Levels with a name.
    marks: &'static [(f64, &'static str)],
    /// What is normal.
    normal: Option<[f64; 2]>,
}

const SHOWN: [Quantity; 4] = [
    Quantity {
        of: "The simulated piece of bone",
        name: "bv_tv",
        label: "BV/TV (%)",
        in_series: true,
        factor: 100.0,
        with_zero: true,
        marks: &[],
        normal: None,
    },
    Quantity {
        of: "The patient: all lesions",
        name: "tumour_cm3",
        label: "tumour in bone (cm\u{b3})",
        in_series: false,
        factor: 1.0,
        with_zero: true,
        marks: &[],
        normal: None,
    },
    Quantity {
        of: "The whole body: a marker in blood",
        name: "ctx",
        label: "serum CTX (times its level in health)",
        in_series: false,
        factor: 1.0,
        with_zero: true,
        marks: &[(1.0, "health")],
        normal: None,
    },
    Quantity {
        of: "The whole body: calcium in blood",
        name: "calcium_mm",
        label: "total calcium in plasma (mM)",
        in_series: false,
        factor: 1.0,
        with_zero: false,
        marks: &[
            (2.9, "hypercalcaemia as trials count it, above 2.9 mM"),
            (3.5, "severe hypercalcaemia, above 3.5 mM"),
        ],
        normal: Some(NORMAL_CALCIUM_MM),
    },
];

impl Quantity {
    fn line(&self, arm: &ClinicArm) -> Option<Line> {
        let runs = if self.in_series {
            &arm.series
        } else {
            &arm.patients
        };
        let mut line = Line::over(runs, self.name, &arm.name, |_| self.factor)?;
        // The body is looked at before a tumour arrives on day 0.
        if self.name == "tumour_cm3" && line.points.first().is_some_and(|first| first.1 <= 0.0) {
            line.points.remove(0);
            line.band.drain(..1.min(line.band.len()));
        }
        Some(line)
    }
}

/// The table behind the picture: at each time that all runs have, the mean, the least and the greatest
/// over seeds of each quantity in each arm.
///
/// None where a run lacks a column.
pub(crate) fn clinic_table(arms: &[ClinicArm]) -> Option<Table> {
    let lines: Vec<Vec<Line>> = SHOWN
        .iter()
        .map(|quantity| arms.iter().map(|arm| quantity.line(arm)).collect())
        .collect::<Option<_>>()?;
    let all = || lines.iter().flatten();
    let mut days: Vec<f64> = all().next()?.points.iter().map(|point| point.0).collect();
    let has = |line: &Line, day: f64| line.points.iter().any(|point| same(point.0, day));
    // Tumour begins a row later, where it arrives on day 0.
    let is_tumour = |line: &Line| line.points.first().is_some_and(|first| first.0 > 0.0);
    days.retain(|&day| all().all(|line| has(line, day) || (day <= 0.0 && is_tumour(line))));
    let mut table = Table {
        columns: vec!["time_d".to_owned()],
        rows: days.iter().map(|&day| vec![day]).collect(),
    };
    for (quantity, lines) in SHOWN.iter().zip(&lines) {
        for (arm, line) in arms.iter().zip(lines) {
            for ending in ["", "_least", "_greatest"] {
                table
                    .columns
                    .push(format!("{}_{}{ending}", quantity.name, arm.name));
            }
            for row in &mut table.rows {
                let day = row[0];
                let point = line.points.iter().find(|point| same(point.0, day));
                let mean = point.map_or(0.0, |point| point.1);
                let band = line.band.iter().find(|band| same(band.0, day));
                let (least, greatest) = band.map_or((mean, mean), |&(_, low, high)| (low, high));
                row.extend([mean, least, greatest].map(|value| value / quantity.factor));
            }
        }
    }
    Some(table)
}

fn same(one: f64, other: f64) -> bool {
    (one - other).abs() < 1e-6
}

/// Draws the four panels, as SVG and PNG.
///
/// # Errors
/// [`OutputError`] when a file cannot be drawn or written.
pub(crate) fn write_clinic(
    folder: &Path,
    title: &str,
    arms: &[ClinicArm],
) -> Result<Vec<PathBuf>, OutputError> {
    write(folder, "clinic", &clinic_chart(title, arms))
}

/// The picture of [`write_clinic`].
fn clinic_chart(title: &str, arms: &[ClinicArm]) -> Chart {
    let seeds = arms.first().map_or(0, |arm| arm.series.len());
    Chart {
        title: "What a clinic sees of all arms: bone, tumour, bone marker and calcium".to_owned(),
        note: note([title, &of_seeds(seeds)]),
        panels: SHOWN.iter().map(|quantity| panel(quantity, arms)).collect(),
        order: names(arms.iter().map(|arm| arm.name.as_str())),
        ..Chart::default()
    }
}

fn panel(quantity: &Quantity, arms: &[ClinicArm]) -> Panel {
    let mut layers = Vec::new();
    if let Some([low, high]) = quantity.normal {
        layers.push(Layer::Range(Range {
            label: format!("hatched: normal range of calcium, {low} to {high} mM"),
            low,
            high,
        }));
    }
    for &(value, label) in quantity.marks {
        layers.push(Layer::Level(Level {
            label: label.to_owned(),
            value,
        }));
    }
    for (place, arm) in arms.iter().enumerate() {
        let Some(line) = quantity.line(arm) else {
            continue;
        };
        let line = Line {
            label: words(&arm.name),
            ..line
        };
        layers.push(line.curve(of_arm(place, &arm.name)));
    }
    layers.extend(doses(arms));
    Panel {
        title: quantity.of.to_owned(),
        x: Axis::days().with_zero(),
        y: Axis {
            with_zero: quantity.with_zero,
            ..axis(quantity.label)
        },
        layers,
        ..Panel::default()
    }
}

/// Doses of each drug, a row for all arms that have it on the same days, in the colour and form of the drug; where
/// others have it on other days, these are hollow.
fn doses(arms: &[ClinicArm]) -> Vec<Layer> {
    let drugs: BTreeSet<&String> = arms.iter().flat_map(|arm| arm.doses.keys()).collect();
    let mut layers = Vec::new();
    for drug in drugs {
        let mut rows: Vec<(&[Dose], Vec<String>)> = Vec::new();
        for arm in arms {
            let Some(doses) = arm.doses.get(drug) else {
                continue;
            };
            let is_same = |row: &&mut (&[Dose], Vec<String>)| row.0 == doses;
            match rows.iter_mut().find(is_same) {
                Some(row) => row.1.push(words(&arm.name)),
                None => rows.push((doses, vec![words(&arm.name)])),
            }
        }
        for (place, (doses, names)) in rows.into_iter().enumerate() {
            let said = dose_words(drug, doses);
            // An arm that is called after its drug needs no more words.
            let is_said = names[..] == [words(drug)];
            let label = if is_said {
                said
            } else {
                format!("{said} (arm {})", names.join(", arm "))
            };
            let given = Given {
                drug: Some(drug.clone()),
                label,
                days: doses.iter().map(|dose| dose.day).collect(),
            };
            let mut marks = given.marks();
            marks.is_open = place % 2 > 0;
            layers.push(Layer::Doses(marks));
        }
    }
    layers
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::held::hold;

    fn arm(name: &str, calcium: f64, seeds: usize) -> ClinicArm {
        let table = |columns: &[&str], value: f64| Table {
            columns: columns.iter().map(|&name| name.to_owned()).collect(),
            rows: (0..5)
                .map(|day| {
                    let mut row = vec![value; columns.len()];
                    row[0] = f64::from(day);
                    row
                })
                .collect(),
        };
        let patients = (0..seeds).map(|seed| {
            table(
                &["time_d", "tumour_cm3", "ctx", "calcium_mm"],
                calcium + seed as f64,
            )
        });
        ClinicArm {
            name: name.to_owned(),
            series: vec![table(&["time_d", "bv_tv"], 0.2); seeds],
            patients: patients.collect(),
            doses: BTreeMap::from([(
                name.to_owned(),
                [1.0, 3.0].map(|day| Dose { day, mg: 120.0 }).to_vec(),
            )]),
        }
    }

    #[test]
    fn the_table_has_means_and_ends_and_the_picture_its_words() {
        let arms = [arm("control", 2.0, 2), arm("denosumab", 1.0, 2)];
        let table = clinic_table(&arms).unwrap();
        assert_eq!(table.rows.len(), 5);
        let last = |name: &str| *table.column(name).unwrap().last().unwrap();
        assert!((last("calcium_mm_control") - 2.5).abs() < 1e-12);
        assert!((last("calcium_mm_control_least") - 2.0).abs() < 1e-12);
        assert!((last("ctx_denosumab_greatest") - 2.0).abs() < 1e-12);
        assert!((last("bv_tv_denosumab") - 0.2).abs() < 1e-12);
        hold("arms_clinic", &clinic_chart("small", &arms));
        let folder = tempfile::tempdir().unwrap();
        let written = write_clinic(folder.path(), "small", &arms).unwrap();
        let text = std::fs::read_to_string(&written[0]).unwrap();
        for words in [
            "total calcium in plasma (mM)",
            "denosumab",
            "mean of 2 seeds",
            "normal range of calcium, 2.15 to 2.65 mM",
            "The simulated piece of bone",
            "The whole body: a marker in blood",
            "time (d)",
            "dose of control, 120 mg",
            "dose of denosumab, 120 mg",
        ] {
            assert!(text.contains(words), "{words}");
        }
        assert!(written[1].exists());
    }

    #[test]
    fn a_run_without_a_patient_has_no_table() {
        let mut one = arm("control", 2.0, 1);
        one.patients[0].columns[3] = "calcium".to_owned();
        assert!(clinic_table(&[one]).is_none());
    }
}
