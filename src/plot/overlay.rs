//! Unlike runs over each other: a curve for each group of runs that differ in the seed alone, with a
//! band over its seeds. Runs of different scenarios are never put into one mean.

use std::path::{Path, PathBuf};

use crate::output::table::Table;
use crate::output::{OutputError, write_whole};
use crate::plot::chart::{Axis, Chart, Doses, Layer, Panel, Scale, Tone};
use crate::plot::curves::{Line, NEUTROPHILS, SIGNAL_FLOOR_PM, axis, flat};
use crate::plot::drugs::of_run;
use crate::plot::histomorphometry::{FORMATION, N_OB_BS, RATES, RESORPTION, with_turnover};
use crate::plot::words::{self, Shown as Said, note, sentence};
use crate::plot::write;

/// Curves that have a colour of their own.
pub(crate) const MOST_CURVES: usize = 8;

/// Names of the pictures, without their endings.
const PICTURES: [&str; 5] = ["bone_loss", "cells", "signals", "turnover", "patient"];

/// Runs that differ in the seed alone.
#[derive(Debug, Clone)]
pub(crate) struct Group {
    /// Name of its curve.
    pub label: String,
    /// `series.csv` of each run.
    pub series: Vec<Table>,
    /// `patient.csv` of each run; empty where no patient is followed.
    pub patients: Vec<Table>,
    /// Days of doses and fractions.
    pub dose_days: Vec<f64>,
}

impl Group {
    /// A column: the mean over runs at each time that all of them have, with least and greatest.
    fn line(&self, is_patient: bool, column: &str) -> Option<Line> {
        let runs = if is_patient {
            &self.patients
        } else {
            &self.series
        };
        Line::over(runs, column, "", |_| 1.0)
    }

    /// Columns of one kind of table, `time_d` apart.
    fn columns(&self, is_patient: bool) -> impl Iterator<Item = &String> {
        let runs = if is_patient {
            &self.patients
        } else {
            &self.series
        };
        let columns = runs.first().into_iter().flat_map(|run| &run.columns);
        columns.filter(|column| *column != "time_d")
    }

    /// Its tone by its place: the colour of a drug that it is called after, as in the pictures of arms.
    pub(super) fn tone(&self, place: usize) -> Tone {
        of_run(place, &self.label, self.key())
    }

    /// What a legend calls it: its name, with the number of seeds where there are several.
    pub(super) fn key(&self) -> String {
        match self.series.len() {
            1 => self.label.clone(),
            runs => format!("{} ({runs} seeds)", self.label),
        }
    }
}

/// What is shown on one pair of axes.
struct Shown {
    column: String,
    y_label: String,
    factor: f64,
    logarithmic: bool,
    /// Against its first value, which counts as 100.
    relative: bool,
    /// What is lower stands below the axis.
    floor: Option<f64>,
}

fn shown(column: &str, y_label: &str, factor: f64, logarithmic: bool) -> Shown {
    Shown {
        column: column.to_owned(),
        y_label: y_label.to_owned(),
        factor,
        logarithmic,
        relative: false,
        floor: None,
    }
}

/// Heading, whether it is of `patient.csv`, and the axes of a picture.
fn axes(name: &str, groups: &[Group]) -> (&'static str, bool, Vec<Shown>) {
    match name {
        "bone_loss" => (
            "bone volume",
            false,
            vec![
                shown("bv_tv", "BV/TV (%)", 100.0, false),
                Shown {
                    relative: true,
                    ..shown("bv_tv", "BV/TV (% of day 0)", 100.0, false)
                },
            ],
        ),
        "cells" => (
            "cells of the tumour and of bone",
            false,
            vec![
                shown("tumour_cells", "tumour cells", 1.0, true),
                shown("n_oc", "osteoclasts", 1.0, true),
                shown("n_ob", "osteoblasts", 1.0, true),
                shown("n_precursor", "osteoblast precursors", 1.0, true),
            ],
        ),
        "signals" => {
            let mut levels: Vec<&String> = Vec::new();
            for column in groups.iter().flat_map(|group| group.columns(false)) {
                if column.ends_with("_pm") && !levels.contains(&column) {
                    levels.push(column);
                }
            }
            let level = |column: &&String| {
                let Said { title, unit, .. } = words::column(column);
                Shown {
                    floor: Some(SIGNAL_FLOOR_PM),
                    ..shown(column, &format!("{title} ({unit})"), 1.0, true)
                }
            };
            (
                "signals between the cells, mean over marrow",
                false,
                levels.iter().map(level).collect(),
            )
        }
        "turnover" => (
            "bone turnover: cells and surfaces of bone, resorption and formation",
            false,
            vec![
                shown(
                    "n_oc_per_bs_mm2",
                    "osteoclasts, N.Oc/BS (1/mm\u{b2})",
                    1.0,
                    false,
                ),
                shown(N_OB_BS, "osteoblasts, N.Ob/BS (1/mm\u{b2})", 1.0, false),
                shown("es_bs", "eroded surface, ES/BS (%)", 100.0, false),
                shown("os_bs", "osteoid surface, OS/BS (%)", 100.0, false),
                shown(
                    RESORPTION,
                    "resorption, BRs.R/BS (\u{b5}m\u{b3}/\u{b5}m\u{b2}/d)",
                    1.0,
                    false,
                ),
                shown(
                    FORMATION,
                    "formation, BFR/BS (\u{b5}m\u{b3}/\u{b5}m\u{b2}/d)",
                    1.0,
                    false,
                ),
            ],
        ),
        _ => (
            "calcium, its hormones, markers of bone turnover, tumour and neutrophils",
            true,
            vec![
                shown("calcium_mm", "total calcium in plasma (mM)", 1.0, false),
                shown("pth_pm", "PTH in plasma (pM)", 1.0, false),
                shown("pthrp_pm", "free PTHrP in plasma (pM)", 1.0, false),
                shown("ctx", "CTX (times its level in health)", 1.0, false),
                shown("p1np", "P1NP (times its level in health)", 1.0, false),
                shown("tumour_cm3", "tumour in bone (cm\u{b3})", 1.0, false),
                shown(NEUTROPHILS, "neutrophils (10⁹/L)", 1.0, false),
            ],
        ),
    }
}

/// The curve of a group on its axes; none where the group has no such column.
fn curve((place, group): (usize, &Group), is_patient: bool, shown: &Shown) -> Option<Layer> {
    let runs = if is_patient {
        &group.patients
    } else {
        &group.series
    };
    let factor = |values: &[f64]| {
        if shown.relative {
            shown.factor / values.first().copied().unwrap_or(1.0)
        } else {
            shown.factor
        }
    };
    let line = Line::over(runs, &shown.column, &group.key(), factor)?;
    Some(line.curve(group.tone(place)))
}

/// Draws the pictures for which some group has columns, as SVG and PNG.
///
/// # Errors
/// [`OutputError`] when a file cannot be drawn or written.
pub(crate) fn write_overlay(
    folder: &Path,
    title: &str,
    groups: &[Group],
) -> Result<Vec<PathBuf>, OutputError> {
    let mut written = Vec::new();
    for (name, chart) in overlay_charts(title, groups) {
        written.extend(write(folder, name, &chart)?);
    }
    Ok(written)
}

/// The pictures of [`write_overlay`] with their names.
fn overlay_charts(title: &str, groups: &[Group]) -> Vec<(&'static str, Chart)> {
    let mut charts = Vec::new();
    let mut groups = groups.to_vec();
    for run in groups.iter_mut().flat_map(|group| &mut group.series) {
        *run = with_turnover(run);
    }
    let groups = &groups[..];
    for name in PICTURES {
        let (what, is_patient, axes) = axes(name, groups);
        let is_flat = |shown: &Shown| {
            let lines = groups
                .iter()
                .filter_map(|group| group.line(is_patient, &shown.column));
            flat(&lines.collect::<Vec<_>>()).is_some()
        };
        let is_left_out = |shown: &&Shown| shown.column == NEUTROPHILS && is_flat(shown);
        let left_out = axes.iter().any(|shown| is_left_out(&shown));
        let panels: Vec<Panel> = axes
            .iter()
            .filter(|shown| !is_left_out(shown))
            .map(|shown| panel(groups, is_patient, shown))
            .filter(Panel::has_data)
            .collect();
        if panels.is_empty() {
            continue;
        }
        let mut notes = vec![title];
        if groups.iter().any(|group| group.series.len() > 1) {
            notes.push("mean of seeds, band from least to greatest");
        }
        if groups.iter().any(|group| !group.dose_days.is_empty()) {
            notes.push("marks above the plots: doses, in the colour of their run");
        }
        if name == "turnover" {
            notes.push(RATES);
        }
        if left_out {
            notes.push("neutrophils do not move and are not drawn");
        }
        let chart = Chart {
            title: sentence(what),
            note: note(notes),
            panels,
            order: groups.iter().map(Group::key).collect(),
            ..Chart::default()
        };
        charts.push((name, chart));
    }
    charts
}

fn panel(groups: &[Group], is_patient: bool, shown: &Shown) -> Panel {
    let curves = groups
        .iter()
        .enumerate()
        .filter_map(|group| curve(group, is_patient, shown));
    let doses = groups.iter().enumerate().map(|(place, group)| {
        Layer::Doses(Doses {
            label: String::new(),
            tone: group.tone(place),
            times: group.dose_days.clone(),
            ..Doses::default()
        })
    });
    Panel {
        x: Axis::days().with_zero(),
        y: Axis {
            scale: if shown.logarithmic {
                Scale::Log
            } else {
                Scale::Linear
            },
            floor: shown.floor,
            ..axis(&shown.y_label).with_zero()
        },
        layers: curves.chain(doses).collect(),
        ..Panel::default()
    }
}

/// The table behind the pictures, a row for each curve and time that all its runs have: name of the
/// curve, day, number of runs, and of every column of `series.csv` and `patient.csv` (these with
/// `patient_` before their name) the mean, the least and the greatest over the runs. A cell is empty
/// where the runs of a curve have no such column.
pub(crate) fn overlay_csv(groups: &[Group]) -> String {
    let mut columns: Vec<(bool, &String)> = Vec::new();
    for is_patient in [false, true] {
        for column in groups.iter().flat_map(|group| group.columns(is_patient)) {
            if !columns.contains(&(is_patient, column)) {
                columns.push((is_patient, column));
            }
        }
    }
    let mut heads = ["label", "time_d", "n"].map(str::to_owned).to_vec();
    for (is_patient, column) in &columns {
        let before = if *is_patient { "patient_" } else { "" };
        let endings = ["mean", "least", "greatest"];
        heads.extend(endings.map(|ending| format!("{before}{column}_{ending}")));
    }
    let mut rows = vec![heads.join(",")];
    for group in groups {
        let lines: Vec<Option<Line>> = columns
            .iter()
            .map(|&(is_patient, column)| group.line(is_patient, column))
            .collect();
        let Some(first) = lines.iter().flatten().next() else {
            continue;
        };
        for &(day, _) in &first.points {
            let mut row = vec![
                quoted(&group.label),
                day.to_string(),
                group.series.len().to_string(),
            ];
            for line in &lines {
                let found = line.as_ref().and_then(|line| at(line, day));
                row.extend(match found {
                    Some(values) => values.map(|value| value.to_string()),
                    None => [const { String::new() }; 3],
                });
            }
            rows.push(row.join(","));
        }
    }
    rows.push(String::new());
    rows.join("\n")
}

/// Mean, least and greatest at a time.
fn at(line: &Line, day: f64) -> Option<[f64; 3]> {
    let place = line
        .points
        .iter()
        .position(|point| (point.0 - day).abs() < 1e-6)?;
    let mean = line.points[place].1;
    let band = line.band.get(place);
    let (least, greatest) = band.map_or((mean, mean), |&(_, least, greatest)| (least, greatest));
    Some([mean, least, greatest])
}

/// A text as a cell of CSV (RFC 4180).
fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

/// Writes the table beside the pictures.
///
/// # Errors
/// [`OutputError::Io`].
pub(crate) fn write_overlay_table(path: &Path, groups: &[Group]) -> Result<(), OutputError> {
    write_whole(path, overlay_csv(groups).as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::held::hold;

    fn series(columns: &[&str], rows: &[&[f64]]) -> Table {
        Table {
            columns: columns.iter().map(|&name| name.to_owned()).collect(),
            rows: rows.iter().map(|row| row.to_vec()).collect(),
        }
    }

    fn group(label: &str, series: Vec<Table>) -> Group {
        Group {
            label: label.to_owned(),
            series,
            patients: Vec::new(),
            dose_days: Vec::new(),
        }
    }

    #[test]
    fn a_curve_is_a_mean_over_its_own_runs_alone() {
        let of = |bone: f64| series(&["time_d", "bv_tv"], &[&[0.0, 0.5], &[1.0, bone]]);
        let slower = series(
            &["time_d", "bv_tv", "il6_pm"],
            &[&[0.0, 0.5, 3.0], &[1.0, 0.1, 4.0]],
        );
        let followed = Group {
            patients: vec![series(
                &["time_d", "calcium_mm"],
                &[&[0.0, 2.35], &[1.0, 2.5]],
            )],
            ..group("slower", vec![slower])
        };
        let groups = [group("base, 2", vec![of(0.25), of(0.5)]), followed];
        assert_eq!(
            overlay_csv(&groups),
            "label,time_d,n,bv_tv_mean,bv_tv_least,bv_tv_greatest,\
             il6_pm_mean,il6_pm_least,il6_pm_greatest,\
             patient_calcium_mm_mean,patient_calcium_mm_least,patient_calcium_mm_greatest\n\
             \"base, 2\",0,2,0.5,0.5,0.5,,,,,,\n\
             \"base, 2\",1,2,0.375,0.25,0.5,,,,,,\n\
             slower,0,1,0.5,0.5,0.5,3,3,3,2.35,2.35,2.35\n\
             slower,1,1,0.1,0.1,0.1,4,4,4,2.5,2.5,2.5\n"
        );
        let folder = tempfile::tempdir().unwrap();
        let written = write_overlay(folder.path(), "two", &groups).unwrap();
        let names: Vec<_> = written
            .iter()
            .filter_map(|path| path.file_name()?.to_str())
            .collect();
        // No cells and no volumes: only what is there is drawn.
        assert_eq!(
            names,
            [
                "bone_loss.svg",
                "bone_loss.png",
                "signals.svg",
                "signals.png",
                "patient.svg",
                "patient.png"
            ]
        );
        let text = std::fs::read_to_string(&written[0]).unwrap();
        for words in ["base, 2 (2 seeds)", "slower", "BV/TV (%)", "time (d)"] {
            assert!(text.contains(words), "{words} is not drawn");
        }
    }

    #[test]
    fn each_picture_of_several_runs_is_drawn_as_it_was_seen_to_be_right() {
        let columns = [
            "time_d",
            "bv_tv",
            "tumour_cells",
            "n_oc",
            "n_ob",
            "n_precursor",
            "pthrp_pm",
            "tgf_beta_pm",
            "resorbed_mm3",
            "formed_mm3",
            "bs_mm2",
            "n_oc_per_bs_mm2",
            "es_bs",
            "os_bs",
        ];
        let body = [
            "time_d",
            "calcium_mm",
            "pth_pm",
            "pthrp_pm",
            "ctx",
            "p1np",
            "tumour_cm3",
            "neutrophils_1e9_per_l",
        ];
        let table = |columns: &[&str], slope: f64| {
            let row = |week: u32| -> Vec<f64> {
                let day = 7.0 * f64::from(week);
                let places = (1..columns.len()).map(|place| place as f64);
                let values = places.map(|place| 0.2 * place.powi(2) * (1.0 + slope * day / place));
                std::iter::once(day).chain(values).collect()
            };
            Table {
                columns: columns.iter().map(|&name| name.to_owned()).collect(),
                rows: (0..6).map(row).collect(),
            }
        };
        let of = |label: &str, slopes: [f64; 2], dose_days: Vec<f64>| Group {
            label: label.to_owned(),
            series: slopes.map(|slope| table(&columns, slope)).to_vec(),
            patients: slopes.map(|slope| table(&body, slope)).to_vec(),
            dose_days,
        };
        let groups = [
            of("whole cycle", [-0.012, -0.016], Vec::new()),
            of("tumour without PTHrP", [0.004, 0.009], vec![7.0, 21.0]),
        ];
        let charts = overlay_charts("two scenarios", &groups);
        assert_eq!(charts.len(), PICTURES.len());
        for (name, chart) in charts {
            hold(&format!("overlay_{name}"), &chart);
        }
    }
}
