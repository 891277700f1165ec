//! The report: one table, all figures, curves with the published points, fitted parameters.

use std::fmt::Write as _;
use std::path::Path;

use super::class::Class;
use super::fitted::FITTED;
use super::part::Part;
use super::picture::Picture;
use super::runs::Runs;
use super::target::Target;
use super::{Outcome, ValidationError};
use crate::output::table::Table;
use crate::output::{OutputError, write_whole};
use crate::plot::curves::panels_chart;
use crate::plot::write as draw;
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

/// The verdict on a figure.
fn judged(part: &Part) -> &'static str {
    if part.is_judged() {
        verdict(part.is_met())
    } else {
        "not judged"
    }
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

/// One line per target: the figure that decides, with its class.
fn validation_csv(outcome: &Outcome) -> Result<Vec<u8>, ValidationError> {
    let header = "target,published,simulated,sd,low,high,verdict,class,interval_low,interval_high";
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
                part.class.to_string(),
                format!("{:?}", part.interval.0),
                format!("{:?}", part.interval.1),
            ]);
        }
    }
    csv(rows)
}

/// One line per figure.
fn parts_csv(outcome: &Outcome) -> Result<Vec<u8>, ValidationError> {
    let header = "target,figure,published,simulated,sd,low,high,verdict,class,interval_low,\
                  interval_high,no_effect,range_low,range_high";
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
            judged(part).to_owned(),
            part.class.to_string(),
            format!("{:?}", part.interval.0),
            format!("{:?}", part.interval.1),
            part.no_effect
                .map_or_else(String::new, |none| none.to_string()),
            part.range
                .map_or_else(String::new, |(low, _)| low.to_string()),
            part.range
                .map_or_else(String::new, |(_, high)| high.to_string()),
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
fn band(part: &Part) -> String {
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

/// The 95 % interval in words.
fn interval(part: &Part) -> String {
    let (low, high) = part.interval;
    if low.is_infinite() && high.is_infinite() {
        return "not known from one seed".to_owned();
    }
    format!("{} to {}", short(low), short(high))
}

impl Outcome {
    /// A line per target with its verdict and class, and below it the figures that are missed.
    pub fn verdicts(&self) -> String {
        let mut lines = Vec::new();
        for (target, parts) in &self.parts {
            let missed: Vec<&Part> = parts.iter().filter(|part| !part.is_met()).collect();
            let outside = match missed.len() {
                0 => String::new(),
                count => format!(" ({count} of {} figures missed)", parts.len()),
            };
            lines.push(format!(
                "{:<4} {:<7} {:<15} {}{outside}",
                target.id,
                verdict(missed.is_empty()),
                target.class.name(),
                target.finding
            ));
            lines.extend(missed.into_iter().map(|part| {
                let beside = if part.mean_is_inside() {
                    ": the mean is inside, the interval is not"
                } else {
                    ""
                };
                format!(
                    "       {}: {} [{}], allowed {}{beside}",
                    part.what,
                    short(part.simulated),
                    interval(part),
                    band(part)
                )
            }));
        }
        lines.join("\n")
    }
}

fn markdown(outcome: &Outcome, drawn: &[(String, String)]) -> Result<String, ValidationError> {
    let mut text = String::new();
    let failed = |error: std::fmt::Error| ValidationError::Calculation(error.to_string());
    writeln!(
        text,
        "# Validation report\n\n{} of {} targets met; {} seeds per arm, {} runs, howship {}.\n\n\
         A figure is met when its 95 % interval over seeds lies in its band, a comparison of arms when the interval\n\
         besides excludes no effect; a target when every one of its figures is. Simulated figures are means over\n\
         seeds with their standard deviation. The class says how much of a figure was put in:\n",
        outcome.met(),
        outcome.parts.len(),
        outcome.plan.seeds,
        outcome.plan.runs(),
        env!("CARGO_PKG_VERSION"),
    )
    .map_err(failed)?;
    for class in Class::ALL {
        let judged = || outcome.parts.iter().flat_map(|(_, parts)| parts);
        let of_class = judged().filter(|part| part.class == class && part.is_judged());
        let met = of_class.clone().filter(|part| part.is_met()).count();
        let count = of_class.count();
        let says = class.says();
        writeln!(text, "- *{class}*: {says}; {met} of {count} figures met.").map_err(failed)?;
    }
    text.push_str(
        "\n| target | finding | class | figure | published | simulated | sd | 95 % interval | band | verdict |\n\
         |---|---|---|---|---|---|---|---|---|---|\n",
    );
    for (target, parts) in &outcome.parts {
        for (index, part) in parts.iter().enumerate() {
            text.push_str(&row(target, part, index == 0));
        }
    }
    text.push_str(&remarks(outcome));
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

/// A row of the table; the first of a target names it.
fn row(target: &Target, part: &Part, first: bool) -> String {
    let (id, finding) = if first {
        (target.id, target.finding)
    } else {
        ("", "")
    };
    let verdict = match judged(part) {
        "missed" => "**missed**",
        other => other,
    };
    format!(
        "| {id} | {finding} | {} | {} | {} | {} | {} | {} | {} | {verdict} |\n",
        part.class,
        part.what,
        part.published,
        short(part.simulated),
        short(part.sd),
        interval(part),
        band(part),
    )
}

/// What the table does not say: figures outside of a published range though they are met, means inside of a band
/// that their interval leaves, and why each target is of its class.
fn remarks(outcome: &Outcome) -> String {
    let list = |heading: &str, wanted: &dyn Fn(&Part) -> bool| {
        let parts = outcome.parts.iter().flat_map(|(_, parts)| parts);
        let line = |part: &Part| {
            let (target, what, published) = (part.target, &part.what, part.published);
            let (simulated, interval) = (short(part.simulated), interval(part));
            format!("- {target}, {what}: {simulated} [{interval}], published {published}\n")
        };
        let lines: String = parts.filter(|part| wanted(part)).map(line).collect();
        if lines.is_empty() {
            lines
        } else {
            format!("\n## {heading}\n\n{lines}")
        }
    };
    let beside = list("Met, but outside of the published range", &|part| {
        part.is_judged() && part.is_met() && part.is_outside_of_range()
    });
    let open = list("Mean inside of the band, interval not", &|part| {
        part.mean_is_inside() && !part.is_met()
    });
    let reason = |(target, _): &(Target, Vec<Part>)| {
        let Target { id, class, why, .. } = target;
        format!("- {id}, {class}: {why}.")
    };
    let why: Vec<String> = outcome.parts.iter().map(reason).collect();
    let why = why.join("\n");
    format!("{beside}{open}\n## Why a target is of its class\n\n{why}\n")
}

/// Draws what the runs allow; gives the names and headings of the pictures.
fn write_plots(folder: &Path, outcome: &Outcome) -> Result<Vec<(String, String)>, ValidationError> {
    let mut drawn = Vec::new();
    for target in &outcome.plan.targets {
        let Some(picture) = target.picture.and_then(|picture| picture(&outcome.runs)) else {
            continue;
        };
        let Picture {
            name,
            heading,
            panels,
        } = picture;
        draw(folder, name, &panels_chart([heading, ""], panels, &[]))?;
        drawn.push((name.to_owned(), heading.to_owned()));
    }
    Ok(drawn)
}

#[cfg(test)]
mod tests {
    use super::super::part::above;
    use super::*;

    #[test]
    fn a_band_says_which_ends_are_outside_of_it() {
        let said = |(low, high): (f64, f64)| {
            band(&Part {
                target: "A0",
                what: String::new(),
                published: "",
                class: Class::Informed,
                simulated: 0.0,
                sd: 0.0,
                interval: (0.0, 0.0),
                low,
                high,
                no_effect: None,
                range: None,
            })
        };
        assert_eq!(said(above(0.0)), "above 0");
        assert_eq!(said(above(1.0)), "above 1.00");
        let next = 1.0_f64.next_down();
        assert_eq!(said((0.0, next)), "0 to below 1.00");
        assert_eq!(said((f64::NEG_INFINITY, next)), "below 1.00");
        assert_eq!(said((1.5, f64::INFINITY)), "1.50 and more");
        assert_eq!(said((0.97, 1.03)), "0.970 to 1.03");
        assert_eq!(short(f64::NAN), "no number");
    }
}
