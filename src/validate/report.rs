//! The report: one table, all figures, curves with the published points, fitted parameters.

use std::fmt::Write as _;
use std::path::Path;

use super::arms::Runs;
use super::fitted::FITTED;
use super::part::Part;
use super::targets::FOLDS;
use super::{Outcome, ValidationError};
use crate::output::table::Table;
use crate::output::{OutputError, write_whole};
use crate::plot::curves::{Line, Panel, Published, write_picture};
use crate::scenario::build::load;

/// Writes every file of the report into the folder of the plan.
pub(super) fn write(outcome: &Outcome) -> Result<(), ValidationError> {
    let out = &outcome.plan.out;
    let make = |name: &str| {
        let path = out.join(name);
        std::fs::create_dir_all(&path).map_err(|source| OutputError::Io {
            path: path.clone(),
            source,
        })?;
        Ok::<_, OutputError>(path)
    };
    let series = make("series")?;
    for (arm, table) in tables(&outcome.runs) {
        table.write_csv(&series.join(format!("{arm}.csv")))?;
    }
    let plots = make("plots")?;
    let drawn = write_plots(&plots, outcome)?;
    write_whole(&out.join("parts.csv"), &parts_csv(outcome)?)?;
    write_whole(
        &out.join("report.md"),
        markdown(outcome, &drawn)?.as_bytes(),
    )?;
    write_whole(&out.join("validation.csv"), &validation_csv(outcome)?)?;
    Ok(())
}

/// All seeds of an arm below one another, with a column for the seed.
fn tables(runs: &Runs) -> impl Iterator<Item = (&str, Table)> {
    runs.iter().map(|(&arm, courses)| {
        let mut whole = Table::default();
        for (course, seed) in courses.iter().zip(1_u32..) {
            let table = course.table();
            if whole.columns.is_empty() {
                whole.columns = table.columns;
                whole.columns.insert(0, "seed".to_owned());
            }
            whole.rows.extend(table.rows.into_iter().map(|mut row| {
                row.insert(0, f64::from(seed));
                row
            }));
        }
        (arm, whole)
    })
}

/// The figure of a target that is farthest outside its band, or nearest to its end.
fn worst(parts: &[Part]) -> Option<&Part> {
    parts
        .iter()
        .min_by(|a, b| a.margin().total_cmp(&b.margin()))
}

fn verdict(met: bool) -> &'static str {
    if met { "met" } else { "missed" }
}

fn csv(rows: Vec<Vec<String>>) -> Result<Vec<u8>, ValidationError> {
    let failed = |error: csv::Error| ValidationError::Calculation(error.to_string());
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in rows {
        writer.write_record(&row).map_err(failed)?;
    }
    writer
        .into_inner()
        .map_err(|error| ValidationError::Calculation(error.to_string()))
}

/// One line per target: the figure that decides.
fn validation_csv(outcome: &Outcome) -> Result<Vec<u8>, ValidationError> {
    let header = "target,published,simulated,sd,low,high,verdict";
    let mut rows: Vec<Vec<String>> = vec![header.split(',').map(str::to_owned).collect()];
    for (target, parts) in &outcome.parts {
        if let Some(part) = worst(parts) {
            let met = parts.iter().all(Part::is_met);
            rows.push(vec![
                target.id.to_owned(),
                part.published.to_owned(),
                part.simulated.to_string(),
                part.sd.to_string(),
                format!("{:?}", part.low),
                format!("{:?}", part.high),
                verdict(met).to_owned(),
            ]);
        }
    }
    csv(rows)
}

/// One line per figure.
fn parts_csv(outcome: &Outcome) -> Result<Vec<u8>, ValidationError> {
    let header = "target,figure,published,simulated,sd,low,high,verdict";
    let mut rows: Vec<Vec<String>> = vec![header.split(',').map(str::to_owned).collect()];
    for part in outcome.parts.iter().flat_map(|(_, parts)| parts) {
        rows.push(vec![
            part.target.to_owned(),
            part.what.clone(),
            part.published.to_owned(),
            part.simulated.to_string(),
            part.sd.to_string(),
            format!("{:?}", part.low),
            format!("{:?}", part.high),
            verdict(part.is_met()).to_owned(),
        ]);
    }
    csv(rows)
}

/// A number with three figures that count.
fn short(value: f64) -> String {
    let size = value.abs();
    if value.is_nan() {
        return "no number".to_owned();
    }
    if !value.is_finite() {
        return if value > 0.0 { "no end" } else { "-no end" }.to_owned();
    }
    if size == 0.0 {
        "0".to_owned()
    } else if !(1e-3..1e5).contains(&size) {
        format!("{value:.2e}")
    } else {
        let places = (2 - size.log10().floor() as i32).max(0) as usize;
        format!("{value:.places$}")
    }
}

/// The band in words. An end next to a round number is that number, which itself is outside.
pub(crate) fn band(part: &Part) -> String {
    let long = |value: f64| value.to_string().len();
    let end = |end: f64, outside: f64, open: &str, closed: &str| {
        if long(outside) + 8 < long(end) {
            format!("{open} {}", short(outside))
        } else {
            format!("{}{closed}", short(end))
        }
    };
    let low = |closed: &str| end(part.low, part.low.next_down(), "above", closed);
    let high = |closed: &str| end(part.high, part.high.next_up(), "below", closed);
    match (part.low.is_finite(), part.high.is_finite()) {
        (true, true) => format!("{} to {}", low(""), high("")),
        (true, false) => low(" and more"),
        (false, true) => high(" and less"),
        (false, false) => "any".to_owned(),
    }
}

fn markdown(outcome: &Outcome, drawn: &[(String, String)]) -> Result<String, ValidationError> {
    let mut text = String::new();
    let failed = |error: std::fmt::Error| ValidationError::Calculation(error.to_string());
    let seeds = outcome.plan.seeds;
    writeln!(
        text,
        "# Validation report\n\n{} of {} targets met; {} seeds per arm, {} runs, howship {}.\n\n\
         A target is met when every one of its figures is inside its band. Simulated figures are means\n\
         over seeds with their standard deviation.\n\n\
         | target | finding | figure | published | simulated | sd | band | verdict |\n\
         |---|---|---|---|---|---|---|---|",
        outcome.met(),
        outcome.parts.len(),
        seeds,
        outcome.plan.runs(),
        env!("CARGO_PKG_VERSION"),
    )
    .map_err(failed)?;
    for (target, parts) in &outcome.parts {
        for (index, part) in parts.iter().enumerate() {
            let (id, finding) = if index == 0 {
                (target.id, target.finding)
            } else {
                ("", "")
            };
            let met = if part.is_met() { "met" } else { "**missed**" };
            writeln!(
                text,
                "| {id} | {finding} | {} | {} | {} | {} | {} | {met} |",
                part.what,
                part.published,
                short(part.simulated),
                short(part.sd),
                band(part),
            )
            .map_err(failed)?;
        }
    }
    if !drawn.is_empty() {
        writeln!(text, "\n## Time courses\n").map_err(failed)?;
        for (name, heading) in drawn {
            writeln!(text, "![{heading}](plots/{name}.png)\n").map_err(failed)?;
        }
    }
    writeln!(
        text,
        "\n## Fitted parameters\n\n| parameter | preset | value | fitted to |\n|---|---|---|---|"
    )
    .map_err(failed)?;
    let scenarios = outcome.plan.out.join("scenarios");
    for fitted in FITTED {
        let file = match fitted.preset {
            Some("human") => "human_block.toml",
            _ => "mouse_section.toml",
        };
        let loaded = load(&scenarios.join(file), &[])
            .map_err(|found| ValidationError::Calculation(found.render(false)))?;
        let leaves = loaded.tree.leaves();
        let value = leaves.iter().find(|leaf| leaf.path == fitted.path);
        writeln!(
            text,
            "| `{}` | {} | {} | {} |",
            fitted.path,
            fitted.preset.unwrap_or("both"),
            value.map_or("", |leaf| leaf.value.as_str()),
            fitted.to
        )
        .map_err(failed)?;
    }
    Ok(text)
}

/// Tables of the runs of an arm.
fn tables_of(runs: &Runs, arm: &str) -> Option<Vec<Table>> {
    let courses = runs.get(arm)?;
    Some(courses.iter().map(super::arms::Course::table).collect())
}

/// Factor to per cent of day 0.
fn per_cent(values: &[f64]) -> f64 {
    100.0 / values.first().copied().unwrap_or(1.0)
}

/// Factor to multiples of day 0.
fn fold(values: &[f64]) -> f64 {
    1.0 / values.first().copied().unwrap_or(1.0)
}

/// Factor to multiples of day 7.
fn of_week_one(values: &[f64]) -> f64 {
    1.0 / values.get(7).copied().unwrap_or(1.0)
}

fn published(label: &str, points: &[(f64, f64, f64)]) -> Published {
    Published {
        label: label.to_owned(),
        points: points.to_vec(),
    }
}

/// A picture: name, heading, panels.
type Picture = (&'static str, &'static str, Vec<Panel<'static>>);

/// What draws the picture of a target from the runs, where they allow it.
type Drawing = (&'static str, fn(&Runs) -> Option<Picture>);

/// Draws what the runs allow; gives the names and headings of the pictures.
fn write_plots(folder: &Path, outcome: &Outcome) -> Result<Vec<(String, String)>, ValidationError> {
    let asked = |id: &str| outcome.plan.targets.iter().any(|target| target.id == id);
    let drawings: [Drawing; 6] = [
        ("A1", health_of_man),
        ("A2", health_of_mice),
        ("A14", lytic_course),
        ("A16", exponential_phase),
        ("A18", growth_of_lines),
        ("A22", loop_cut),
    ];
    let mut drawn = Vec::new();
    for (id, picture) in drawings {
        let Some((name, heading, panels)) = picture(&outcome.runs).filter(|_| asked(id)) else {
            continue;
        };
        write_picture(folder, name, heading, panels, &[])?;
        drawn.push((name.to_owned(), heading.to_owned()));
    }
    Ok(drawn)
}

fn health_of_man(runs: &Runs) -> Option<Picture> {
    let tables = tables_of(runs, "human_health")?;
    let lines = Line::over(&tables, "bv_tv", "BV/TV", per_cent);
    Some((
        "a1_health_of_man",
        "A1: human trabecular bone in health",
        vec![panel("BV/TV (% of day 0)", false, lines, vec![])],
    ))
}

fn health_of_mice(runs: &Runs) -> Option<Picture> {
    let tables = tables_of(runs, "mouse_health")?;
    let bone = published(
        "mice, % of day 10 (Johnson 2011)",
        &[(10.0, 100.0, 0.0), (14.0, 94.7, 0.0), (32.0, 103.2, 0.0)],
    );
    let cells = vec![
        published(
            "osteoblast signal of mice",
            &[(7.0, 1.0, 0.0), (14.0, 1.16, 0.0), (21.0, 1.13, 0.0)],
        ),
        published(
            "osteoclast signal of mice",
            &[(7.0, 1.0, 0.0), (14.0, 1.39, 0.0), (21.0, 1.28, 0.0)],
        ),
    ];
    let lines = [
        Line::over(&tables, "n_ob", "osteoblasts", of_week_one),
        Line::over(&tables, "n_oc", "osteoclasts", of_week_one),
    ];
    Some((
        "a2_health_of_mice",
        "A2: mouse trabecular bone in health",
        vec![
            panel(
                "BV/TV (% of day 0)",
                false,
                Line::over(&tables, "bv_tv", "BV/TV", per_cent),
                vec![bone],
            ),
            panel(
                "cells (day 7 = 1)",
                false,
                lines.into_iter().flatten(),
                cells,
            ),
        ],
    ))
}

fn lytic_course(runs: &Runs) -> Option<Picture> {
    let tables = tables_of(runs, "lesion")?;
    let bone = published(
        "mice (Johnson 2011)",
        &[
            (7.0, 103.3, 14.0),
            (14.0, 96.0, 16.0),
            (21.0, 86.6, 18.0),
            (28.0, 75.9, 19.0),
        ],
    );
    Some((
        "a14_lytic_course",
        "A14: a lytic lesion in mice",
        vec![
            panel(
                "bone (% of day 0)",
                false,
                Line::over(&tables, "bv_tv", "bone volume", per_cent),
                vec![bone],
            ),
            panel(
                "tumour cells",
                true,
                Line::over(&tables, "tumour_cells", "tumour cells", |_| 1.0),
                vec![],
            ),
        ],
    ))
}

fn exponential_phase(runs: &Runs) -> Option<Picture> {
    let tables = tables_of(runs, "mda_mb_231")?;
    let law = [5.0_f64, 10.0, 15.0, 20.0, 25.0].map(|day| (day, (day / 1.78).exp2(), 0.0));
    Some((
        "a16_exponential_phase",
        "A16: MDA-MB-231 in bone",
        vec![panel(
            "tumour cells (day 0 = 1)",
            true,
            Line::over(&tables, "tumour_cells", "tumour cells", fold),
            vec![published("doubling in 1.78 d (Canon 2008)", &law)],
        )],
    ))
}

fn growth_of_lines(runs: &Runs) -> Option<Picture> {
    let panels = FOLDS
        .iter()
        .map(|(arm, label, points)| {
            let tables = tables_of(runs, arm)?;
            let points: Vec<(f64, f64, f64)> = points
                .iter()
                .map(|&(day, fold, _)| (day, fold, 0.0))
                .collect();
            Some(panel(
                "tumour (day 0 = 1)",
                true,
                Line::over(&tables, "tumour_cells", label, fold),
                vec![published("mouse tibia (Marsilio 2025)", &points)],
            ))
        })
        .collect::<Option<_>>()?;
    Some(("a18_growth_of_lines", "A18: growth of three lines", panels))
}

fn loop_cut(runs: &Runs) -> Option<Picture> {
    let panels = [
        ("", "bone in mice (% of day 0)"),
        ("human_", "bone in man (% of day 0)"),
    ]
    .into_iter()
    .map(|(prefix, label)| {
        let mut lines = Vec::new();
        for (arm, label) in [
            ("lesion", "full loop"),
            ("no_release", "no release from matrix"),
            ("no_pthrp", "no PTHrP"),
            ("no_link", "TGF-\u{3b2} does not raise PTHrP"),
        ] {
            let tables = tables_of(runs, &format!("{prefix}{arm}"))?;
            lines.push(Line::over(&tables, "bv_tv", label, per_cent)?);
        }
        Some(panel(label, false, lines, vec![]))
    })
    .collect::<Option<_>>()?;
    Some(("a22_loop_cut", "A22: the loop, whole and cut", panels))
}

fn panel(
    y_label: &'static str,
    logarithmic: bool,
    lines: impl IntoIterator<Item = Line>,
    published: Vec<Published>,
) -> Panel<'static> {
    Panel {
        y_label,
        lines: lines.into_iter().collect(),
        published,
        logarithmic,
        ..Panel::default()
    }
}

#[cfg(test)]
mod tests {
    use super::super::part::{above, below};
    use super::*;

    #[test]
    fn a_band_says_which_ends_are_outside_of_it() {
        let said = |(low, high): (f64, f64)| {
            band(&Part {
                target: "A0",
                what: String::new(),
                published: "",
                simulated: 0.0,
                sd: 0.0,
                low,
                high,
            })
        };
        assert_eq!(said(above(0.0)), "above 0");
        assert_eq!(said(above(1.0)), "above 1.00");
        assert_eq!(said(below(1.0, 0.0)), "0 to below 1.00");
        assert_eq!(said(below(1.0, f64::NEG_INFINITY)), "below 1.00");
        assert_eq!(said((1.5, f64::INFINITY)), "1.50 and more");
        assert_eq!(said((0.97, 1.03)), "0.970 to 1.03");
        assert_eq!(short(f64::NAN), "no number");
    }
}
