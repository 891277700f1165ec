//! Arms of one past together: one table and one picture, with differences paired by seed.

use std::path::{Path, PathBuf};

use crate::output::OutputError;
use crate::output::table::Table;
use crate::plot::chart::{Axis, BandOf, Chart, Curve, Layer, Panel};
use crate::plot::curves::Line;
use crate::plot::drugs::of_arm;
use crate::plot::words::{note, words};
use crate::plot::write;
use crate::statistics::student::mean_and_half_width;

/// Columns of `series.csv` that are compared with each other.
pub(crate) const COMPARED: [&str; 6] = [
    "bv_tv",
    "tumour_cells",
    "n_oc",
    "n_ob",
    "resorbed_mm3",
    "formed_mm3",
];

/// An arm: its series, one for each seed. All arms have the same seeds in the same order.
#[derive(Debug, Clone)]
pub(crate) struct ArmRuns {
    /// Name.
    pub name: String,
    /// `series.csv` of each seed.
    pub runs: Vec<Table>,
}

/// Values of a column at the times that all runs have: by arm, time and seed.
struct Aligned {
    days: Vec<f64>,
    places: Vec<Vec<Vec<usize>>>,
}

impl Aligned {
    fn new(arms: &[ArmRuns]) -> Option<Self> {
        let times: Vec<Vec<Vec<f64>>> = arms
            .iter()
            .map(|arm| arm.runs.iter().map(|run| run.column("time_d")).collect())
            .collect::<Option<_>>()?;
        let first = times.first()?.first()?.clone();
        let mut aligned = Self {
            days: Vec::new(),
            places: vec![Vec::new(); arms.len()],
        };
        for day in first {
            let at = |days: &Vec<f64>| days.iter().position(|other| (other - day).abs() < 1e-6);
            let found: Option<Vec<Vec<usize>>> = times
                .iter()
                .map(|runs| runs.iter().map(at).collect())
                .collect();
            if let Some(found) = found {
                aligned.days.push(day);
                for (places, found) in aligned.places.iter_mut().zip(found) {
                    places.push(found);
                }
            }
        }
        Some(aligned)
    }

    /// A column by arm, time and seed.
    fn column(&self, arms: &[ArmRuns], name: &str) -> Option<Vec<Vec<Vec<f64>>>> {
        arms.iter()
            .zip(&self.places)
            .map(|(arm, places)| {
                let columns: Vec<Vec<f64>> = arm
                    .runs
                    .iter()
                    .map(|run| run.column(name))
                    .collect::<Option<_>>()?;
                let row = |at: &Vec<usize>| {
                    at.iter()
                        .zip(&columns)
                        .map(|(&row, column)| column[row])
                        .collect()
                };
                Some(places.iter().map(row).collect())
            })
            .collect()
    }
}

/// Differences of an arm from the control, paired by seed: mean and half of its 95 % interval.
fn difference(arm: &[f64], control: &[f64]) -> (f64, f64) {
    let pairs: Vec<f64> = arm.iter().zip(control).map(|(a, b)| a - b).collect();
    mean_and_half_width(&pairs)
}

/// The table of all arms, the control first: at each time that all runs have, the number of seeds, the
/// mean of each quantity in each arm, and the mean paired difference from the control, with the ends
/// of its 95 % confidence interval (Student's t over seeds) where there are several seeds.
///
/// None where a run has no such columns.
pub(crate) fn table(arms: &[ArmRuns]) -> Option<Table> {
    let aligned = Aligned::new(arms)?;
    let (control, others) = arms.split_first()?;
    let seeds = control.runs.len();
    let mut table = Table {
        columns: vec!["time_d".to_owned(), "seeds".to_owned()],
        rows: aligned
            .days
            .iter()
            .map(|&day| vec![day, seeds as f64])
            .collect(),
    };
    for quantity in COMPARED {
        let values = aligned.column(arms, quantity)?;
        for (arm, values) in arms.iter().zip(&values) {
            table.columns.push(format!("{quantity}_{}", arm.name));
            for (row, seeds) in table.rows.iter_mut().zip(values) {
                row.push(mean_and_half_width(seeds).0);
            }
        }
        for (arm, values_of_arm) in others.iter().zip(&values[1..]) {
            let head = format!("{quantity}_{}_minus_{}", arm.name, control.name);
            table.columns.push(head.clone());
            if seeds > 1 {
                table.columns.push(format!("{head}_low95"));
                table.columns.push(format!("{head}_high95"));
            }
            for (index, row) in table.rows.iter_mut().enumerate() {
                let (mean, half) = difference(&values_of_arm[index], &values[0][index]);
                row.push(mean);
                if seeds > 1 {
                    row.extend([mean - half, mean + half]);
                }
            }
        }
    }
    Some(table)
}

/// Draws bone volume and tumour of all arms, and the paired differences in bone volume; each arm has its
/// colour and dash in all panels, the control is grey.
///
/// # Errors
/// [`OutputError`] when a file cannot be drawn or written.
pub(crate) fn write_arms(
    folder: &Path,
    title: &str,
    arms: &[ArmRuns],
) -> Result<Vec<PathBuf>, OutputError> {
    write(folder, "arms", &arms_chart(title, arms))
}

/// The picture of [`write_arms`].
fn arms_chart(title: &str, arms: &[ArmRuns]) -> Chart {
    let seeds = arms.first().map_or(0, |arm| arm.runs.len());
    let curves = |name: &str, factor: f64| -> Vec<Layer> {
        let lines = arms.iter().enumerate().filter_map(|(place, arm)| {
            let line = Line::over(&arm.runs, name, &words(&arm.name), |_| factor)?;
            Some(line.curve(of_arm(place, &arm.name)))
        });
        lines.collect()
    };
    let panel = |y: Axis, layers: Vec<Layer>| Panel {
        x: Axis::days().with_zero(),
        y,
        layers,
        ..Panel::default()
    };
    let mut said = of_seeds(seeds);
    let interval = if seeds > 1 {
        said.push_str("; differences paired by seed");
        "Difference, between thin lines the 95 % interval of its mean"
    } else {
        ""
    };
    let control = arms.first().map_or("", |arm| arm.name.as_str());
    let against = format!("BV/TV minus that of {}", words(control));
    Chart {
        title: "Bone volume and tumour of all arms, and the difference in bone from the control"
            .to_owned(),
        note: note([title, &said]),
        panels: vec![
            panel(
                Axis::linear("BV/TV", "% of tissue").with_zero(),
                curves("bv_tv", 100.0),
            ),
            panel(Axis::log("tumour cells", ""), curves("tumour_cells", 1.0)),
            Panel {
                title: interval.to_owned(),
                ..panel(
                    Axis::linear(against, "percentage points").with_zero(),
                    differences(arms).unwrap_or_default(),
                )
            },
        ],
        order: names(arms.iter().map(|arm| arm.name.as_str())),
        ..Chart::default()
    }
}

/// What curves of arms are of, by the number of seeds.
pub(super) fn of_seeds(seeds: usize) -> String {
    if seeds > 1 {
        format!("mean of {seeds} seeds, shaded from the least to the greatest of them")
    } else {
        "one seed".to_owned()
    }
}

/// Names of the arms behind the control, in the order of their colours.
pub(super) fn names<'a>(arms: impl Iterator<Item = &'a str>) -> Vec<String> {
    arms.skip(1).map(str::to_owned).collect()
}

fn differences(arms: &[ArmRuns]) -> Option<Vec<Layer>> {
    let aligned = Aligned::new(arms)?;
    let values = aligned.column(arms, "bv_tv")?;
    let control = arms.first()?;
    let seeds = control.runs.len();
    let curve = |(place, (arm, values_of_arm)): (usize, (&ArmRuns, &Vec<Vec<f64>>))| {
        let mut curve = Curve {
            label: words(&arm.name),
            tone: of_arm(place + 1, &arm.name),
            band_strength: 0.07,
            band_of: BandOf::Mean,
            ..Curve::default()
        };
        for (index, &day) in aligned.days.iter().enumerate() {
            let (mean, half) = difference(&values_of_arm[index], &values[0][index]);
            curve.points.push((day, 100.0 * mean));
            if seeds > 1 {
                curve
                    .band
                    .push((day, 100.0 * (mean - half), 100.0 * (mean + half)));
            }
        }
        Layer::Curve(curve)
    };
    let others = arms[1..].iter().zip(&values[1..]);
    Some(others.enumerate().map(curve).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::held::hold;

    fn series(bone: [f64; 3]) -> Table {
        let mut columns = vec!["time_d".to_owned()];
        columns.extend(COMPARED.iter().map(|&name| name.to_owned()));
        Table {
            columns,
            rows: bone
                .iter()
                .enumerate()
                .map(|(day, &bone)| vec![day as f64, bone, 8.0, 4.0, 2.0, 0.0, 0.0])
                .collect(),
        }
    }

    #[test]
    fn differences_are_paired_by_seed_and_have_an_interval_only_over_seeds() {
        let arm = |name: &str, runs: Vec<Table>| ArmRuns {
            name: name.to_owned(),
            runs,
        };
        // The seeds are far apart, their differences are not: what pairing is for.
        let control = vec![series([0.5, 0.4, 0.3]), series([0.9, 0.8, 0.7])];
        let treated = vec![series([0.5, 0.45, 0.4]), series([0.9, 0.85, 0.82])];
        let both = [arm("control", control), arm("treated", treated)];
        let found = table(&both).unwrap();
        let last = |name: &str| found.column(name).unwrap()[2];
        assert!((last("bv_tv_treated_minus_control") - 0.11).abs() < 1e-12);
        // Differences 0.10 and 0.12: standard error 0.01, t(1) = 12.706.
        let low = last("bv_tv_treated_minus_control_low95");
        assert!((low - (0.11 - 0.127_062_05)).abs() < 1e-7, "{low}");
        assert!((last("bv_tv_control") - 0.5).abs() < 1e-12);
        let one = both.clone().map(|arm| ArmRuns {
            runs: arm.runs[..1].to_vec(),
            ..arm
        });
        let found = table(&one).unwrap();
        assert!(!found.columns.iter().any(|name| name.ends_with("95")));
        hold("arms", &arms_chart("two arms", &both));
        let folder = tempfile::tempdir().unwrap();
        let written = write_arms(folder.path(), "two arms", &both).unwrap();
        let [svg, png] = &written[..] else {
            panic!("{written:?}");
        };
        assert!(svg.exists() && png.exists());
        let text = std::fs::read_to_string(svg).unwrap();
        assert!(text.contains("BV/TV minus that of control"));
        assert!(text.contains("mean of 2 seeds") && text.contains("95 % interval of its mean"));
    }
}
