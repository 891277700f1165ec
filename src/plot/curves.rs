//! Curves of a run, of several runs, and of what a run follows beside its tissue: from tables to charts.

mod bone_loss;
mod line;
mod panels;
mod parts;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use self::bone_loss::{behind, bone_loss};
pub(crate) use self::line::Line;
#[cfg(feature = "cli")]
pub(crate) use self::line::flat;
pub(crate) use self::panels::{Panel, Published, axis, panels_chart};
#[cfg(feature = "cli")]
pub(crate) use self::parts::NEUTROPHILS;
pub(crate) use self::parts::write_part;
use crate::output::OutputError;
use crate::output::table::Table;
use crate::plot::chart::Chart;
use crate::plot::drugs::neutralises;
use crate::plot::happened::{Given, Happened};
use crate::plot::histomorphometry::{self, with_turnover};
use crate::plot::words::column as said_of;
use crate::plot::write;

/// Draws every set of curves, as SVG and PNG: of one run, or the mean of several (seeds) with the
/// band from the least to the greatest. Doses are marked above the plots. Of an arm its control stands behind bone
/// volume and cells.
///
/// # Errors
/// [`OutputError`] when a file cannot be drawn or written.
pub(crate) fn write_curves(
    folder: &Path,
    title: &str,
    runs: &[Table],
    control: Option<&Table>,
    happened: &Happened,
) -> Result<Vec<PathBuf>, OutputError> {
    let mut written = Vec::new();
    for (name, chart) in curve_charts(title, runs, control, happened) {
        written.extend(write(folder, name, &chart)?);
    }
    Ok(written)
}

/// Below this level of a signal, pM, an axis says so: no cell answers to less.
pub(crate) const SIGNAL_FLOOR_PM: f64 = 1e-3;

/// Names of what is resorbed and formed over bone surface and time.
const RESORBED: &str = "resorption, BRs.R/BS";
const FORMED: &str = "formation, BFR/BS";

/// Curves on one pair of axes at most, where a scenario has many signals.
const MOST_SIGNALS: usize = 4;

/// Columns of `series.csv` with the level of a signal in groups that are drawn together: RANKL with what binds
/// it, PTHrP with the factors of bone, and the others of a scenario.
pub(crate) fn signals(columns: &[String]) -> Vec<(&'static str, Vec<&str>)> {
    const RANKL: [&str; 3] = ["rankl_free_pm", "rankl_pm", "opg_pm"];
    const FACTORS: [&str; 4] = ["pthrp_pm", "tgf_beta_pm", "igf_pm", "bmp_pm"];
    let is_there = |name: &&str| columns.iter().any(|column| column == name);
    let known =
        |names: &[&'static str]| -> Vec<&str> { names.iter().copied().filter(is_there).collect() };
    let others: Vec<&str> = columns
        .iter()
        .map(String::as_str)
        .filter(|name| name.ends_with("_pm") && !RANKL.contains(name) && !FACTORS.contains(name))
        .collect();
    let mut groups = vec![
        ("RANKL and what binds it", known(&RANKL)),
        ("PTHrP and factors of bone", known(&FACTORS)),
    ];
    groups.extend(
        others
            .chunks(MOST_SIGNALS)
            .map(|names| ("Further signals", names.to_vec())),
    );
    groups.retain(|(_, names)| !names.is_empty());
    groups
}

/// The pictures of [`write_curves`] with their names.
fn curve_charts(
    title: &str,
    runs: &[Table],
    control: Option<&Table>,
    happened: &Happened,
) -> Vec<(&'static str, Chart)> {
    let runs: Vec<Table> = runs.iter().map(with_turnover).collect();
    let runs = &runs[..];
    let first = runs.first();
    let per_surface =
        first.map(|run| histomorphometry::changes_per_surface(run, &happened.changes));
    let changes = [&happened.changes[..], &per_surface.unwrap_or_default()].concat();
    let line = |name: &str, label: &str, factor: f64| {
        let line = Line::over(runs, name, label, |_| factor)?;
        Some(line.changed(name, &changes))
    };
    let panel = |y_label, logarithmic, lines: Vec<Option<Line>>| Panel {
        y_label,
        logarithmic,
        lines: lines.into_iter().flatten().collect(),
        ..Panel::default()
    };
    let columns = runs.first().map_or(&[][..], |run| &run.columns);
    let levels = signals(columns).into_iter().map(|(title, names)| {
        let of = |name: &str| line(name, &said_of(name).title, 1.0);
        Panel {
            title: title.to_owned(),
            floor: Some(SIGNAL_FLOOR_PM),
            notes: vec![total(&happened.given)],
            ..panel("level (pM)", true, names.into_iter().map(of).collect())
        }
    });
    // Kinds of which there is no cell all along have neither a curve nor a place in the legend.
    let counted = |y_label, columns: &[(&str, &str)]| {
        let of = |&(name, label): &(&str, &str)| line(name, label, 1.0).filter(Line::is_there);
        let lines: Vec<Option<Line>> = columns.iter().map(of).collect();
        let names: Vec<&str> = columns.iter().map(|column| column.0).collect();
        Panel {
            extra: behind(control, &names, 1.0),
            ..panel(y_label, true, lines)
        }
    };
    let cells = [
        counted(
            "tumour cells",
            &[
                ("tumour_cells", "tumour cells"),
                (DORMANT, "dormant tumour cells"),
            ],
        ),
        counted(
            "cells",
            &[
                ("n_oc", "osteoclasts"),
                ("n_ob", "osteoblasts"),
                ("n_precursor", "osteoblast precursors"),
            ],
        ),
    ];
    let pictures = [
        ("cells", "cells of the tumour and of bone", cells.into()),
        (
            "signals",
            "signals between the cells, mean over marrow",
            levels.collect(),
        ),
        (
            "turnover",
            "bone turnover in the simulated tissue: cells and surfaces of bone, resorption and formation",
            vec![
                panel(
                    "osteoclasts, N.Oc/BS (1/mm\u{b2})",
                    false,
                    vec![line(histomorphometry::N_OC_BS, "", 1.0)],
                ),
                panel(
                    "mature osteoblasts, N.Ob/BS (1/mm\u{b2})",
                    false,
                    vec![line(histomorphometry::N_OB_BS, "", 1.0)],
                ),
                panel(
                    "share of bone surface (%)",
                    false,
                    vec![
                        line("es_bs", "eroded, ES/BS", 100.0),
                        line("os_bs", "osteoid, OS/BS", 100.0),
                        line("oc_s_bs", "osteoclasts, Oc.S/BS", 100.0),
                    ],
                ),
                Panel {
                    notes: vec![histomorphometry::RATES],
                    ..panel(
                        "rate (\u{b5}m\u{b3}/\u{b5}m\u{b2}/d)",
                        false,
                        vec![
                            line(histomorphometry::RESORPTION, RESORBED, 1.0),
                            line(histomorphometry::FORMATION, FORMED, 1.0),
                        ],
                    )
                },
            ],
        ),
    ];
    let bone = bone_loss(title, runs, control, &happened.given).map(|chart| ("bone_loss", chart));
    let others =
        pictures
            .into_iter()
            .filter_map(|(name, heading, mut panels): (_, _, Vec<Panel<'_>>)| {
                panels.retain(|panel| !panel.lines.is_empty());
                let is_drawn = name != "cells" || !panels.is_empty();
                let chart = || panels_chart([heading, title], panels, &happened.given);
                is_drawn.then(|| (name, chart()))
            });
    bone.into_iter().chain(others).collect()
}

/// Dormant tumour cells in a table with what [`with_dormant`] adds.
const DORMANT: &str = "dormant_cells";

/// A series with the dormant tumour cells that the tables of colonisation or of clones count beside it, in the same
/// rows; as it is where neither counts any.
pub(crate) fn with_dormant(
    series: &Table,
    colonisation: Option<&Table>,
    clones: Option<&Table>,
) -> Table {
    let of_clones = |table: &Table| {
        let of_clone: Vec<usize> = (0..table.columns.len())
            .filter(|&column| table.columns[column].ends_with("_dormant"))
            .collect();
        let sum = |row: &Vec<f64>| of_clone.iter().map(|&column| row[column]).sum();
        (!of_clone.is_empty()).then(|| table.rows.iter().map(sum).collect::<Vec<f64>>())
    };
    let counted = [
        colonisation.and_then(|table| Some((table, table.column(DORMANT)?))),
        clones.and_then(|table| Some((table, of_clones(table)?))),
    ];
    let found = counted.into_iter().flatten().find_map(|(table, counts)| {
        let days = table.column("time_d")?;
        (Some(&days) == series.column("time_d").as_ref()).then_some(counts)
    });
    let mut series = series.clone();
    if let Some(counts) = found {
        series.columns.push(DORMANT.to_owned());
        for (row, count) in series.rows.iter_mut().zip(counts) {
            row.push(count);
        }
    }
    series
}

/// What columns of signals hold, and that drugs bind them where one was given that does.
const TOTAL: &str = "total = free + bound, without what plasma brings";
const TOTAL_WITH_DRUG: &str = "total = free + bound, by the drug too, without what plasma brings";

/// What is said of the columns of signals.
fn total(given: &[Given]) -> &'static str {
    let mut drugs = given.iter().filter_map(|given| given.drug.as_deref());
    if drugs.any(neutralises) {
        TOTAL_WITH_DRUG
    } else {
        TOTAL
    }
}
