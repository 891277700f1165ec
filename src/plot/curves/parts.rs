//! Pictures of the tables of parts of a run: drugs, radiotherapy, the patient, clones and others.

use std::path::{Path, PathBuf};

use crate::engine::picture::{
    Between, Curve as Asked, Drawn, Events, Mark, Panel as Axes, Picture, Share,
};
use crate::observe::picture::Shown;
use crate::output::OutputError;
use crate::output::table::Table;
use crate::plot::chart::{self, Axis, Chart, Layer, Level, Range, Tone};
use crate::plot::curves::line::{Line, flat};
use crate::plot::curves::panels::{Panel, Published, mark_doses, panels_chart};
use crate::plot::drugs::lies_on_bone;
use crate::plot::happened::{Given, Happened};
use crate::plot::map::colour;
use crate::plot::ticks::short;
use crate::plot::words::{list, note, sentence, whole, words};
use crate::plot::write;

/// The column of neutrophils.
pub(crate) const NEUTROPHILS: &str = "neutrophils_1e9_per_l";

/// Lines of a table as a picture asks for them.
pub(super) fn lines(table: &Table, asked: &Asked, happened: &Happened) -> Vec<Line> {
    let over = asked.over.and_then(|name| table.column(name));
    let less = asked.less.and_then(|name| table.column(name));
    let dose_days = if asked.between == Between::Jump {
        let given = on_bone(table, asked, happened);
        given.flat_map(|given| given.days.iter().copied()).collect()
    } else {
        happened.days()
    };
    let event_days: Vec<f64> = happened.events.iter().map(|event| event.0).collect();
    let of = |column: &str, label: &str| {
        let run = std::slice::from_ref(table);
        let mut line = Line::over(run, column, label, |_| 1.0)?;
        for (place, (_, value)) in line.points.iter_mut().enumerate() {
            if let Some(less) = &less {
                *value -= less[place];
            }
            if let Some(over) = &over {
                *value /= over[place].max(1.0);
            }
            *value *= asked.factor;
        }
        let is_there = !asked.is_left_out_when_zero || line.points.iter().any(|at| at.1 > 0.0);
        line = match asked.between {
            Between::Line if (over.is_some(), asked.factor) == (false, 1.0) => {
                line.changed(column, &happened.changes)
            }
            Between::Line => line,
            Between::Step => line.stepped(&[&dose_days[..], &event_days].concat()),
            Between::Jump => line.jumping(&dose_days),
            Between::Span => line.spanning(),
        };
        line.is_marked = asked.is_marked;
        is_there.then_some(line)
    };
    if !asked.is_ending {
        return of(asked.column, asked.label).into_iter().collect();
    }
    let columns = table.columns.iter();
    columns
        .filter_map(|column| of(column, &words(column.strip_suffix(asked.column)?)))
        .collect()
}

/// Drugs whose doses raise what a curve shows, which rises at them to the row behind.
fn on_bone<'a>(
    table: &Table,
    asked: &Asked,
    happened: &'a Happened,
) -> impl Iterator<Item = &'a Given> {
    let days = table.column("time_d").unwrap_or_default();
    let amounts = table.column(asked.column).unwrap_or_default();
    let amounts: Vec<(f64, f64)> = days.into_iter().zip(amounts).collect();
    happened.given.iter().filter(move |given| {
        let drug = given.drug.as_deref();
        drug.is_some_and(|drug| lies_on_bone(drug, &given.days, &amounts))
    })
}

/// The lowest power of ten that an axis shows of lines of which so many decades are asked; none where there
/// is no end to them.
pub(super) fn floor(lines: &[Line], curves: &[Asked]) -> Option<f64> {
    let decades = curves.iter().filter_map(|curve| curve.decades);
    let decades = decades.reduce(f64::max)?;
    let values = lines.iter().flat_map(|line| &line.points);
    let highest = values.map(|point| point.1).fold(0.0, f64::max);
    if highest <= 0.0 {
        return None;
    }
    let floor = 10_f64.powf((highest.log10() - decades).ceil());
    // No line leads down through the decades to a value that holds since the row before: the axis reaches as far
    // as these do.
    if curves.iter().any(|curve| curve.between != Between::Span) {
        return Some(floor);
    }
    let values = lines.iter().flat_map(|line| &line.points);
    let shown = values.map(|point| point.1).filter(|&value| value >= floor);
    let lowest = shown.fold(f64::INFINITY, f64::min);
    Some(floor.max(10_f64.powf(lowest.log10().floor())))
}

/// Draws a picture of a table, as SVG and PNG, with marks at doses; nothing where the table has no column
/// of it.
///
/// # Errors
/// [`OutputError`] when a file cannot be drawn or written.
pub(crate) fn write_part(
    folder: &Path,
    title: &str,
    picture: &Picture,
    table: &Table,
    happened: &Happened,
) -> Result<Vec<PathBuf>, OutputError> {
    match part_chart(title, picture, table, happened) {
        Some(chart) => write(folder, picture.name, &chart),
        None => Ok(Vec::new()),
    }
}

/// Height over width of panels below each other, one for each drug.
pub(super) const BY_DRUG: f64 = 0.19;

/// The picture of [`write_part`].
pub(super) fn part_chart(
    title: &str,
    picture: &Picture,
    table: &Table,
    happened: &Happened,
) -> Option<Chart> {
    let marks = |marks: &[Mark]| -> Vec<Layer> {
        let marks = marks.iter().map(|mark| match *mark {
            Mark::Level { label, value } => Layer::Level(Level {
                label: label.to_owned(),
                value,
            }),
            Mark::Range { label, low, high } => Layer::Range(Range {
                label: label.to_owned(),
                low,
                high,
            }),
        });
        marks.collect()
    };
    if let Drawn::Clones(ending) = picture.drawn {
        return Some(clones_chart(
            title,
            (picture, ending),
            table,
            &happened.given,
        ));
    }
    let mut said = vec![title.to_owned()];
    let mut panels: Vec<Panel<'_>> = Vec::new();
    let mut drugs = 0;
    for panel in picture.panels() {
        let curves = panel.curves.iter();
        let mut lines: Vec<Line> = curves
            .flat_map(|curve| lines(table, curve, happened))
            .collect();
        if lines.is_empty() {
            continue;
        }
        if let (Some(words), Some(first)) = (panel.flat, flat(&lines)) {
            said.push(unmoved(panel.curves, words, happened).replace("{}", &short(first)));
            continue;
        }
        if panel.events == Events::Marked {
            lines = joined(lines);
        }
        let window = happened.window_d.map_or_else(|| "some".to_owned(), short);
        said.push(
            noted(panel, table).unwrap_or_else(|| whole(&panel.note.replace("{window}", &window))),
        );
        if happened.is_even_dose {
            said.push(whole(panel.even_dose));
        }
        if panel.share == Share::ByDrug {
            for line in lines.into_iter().filter(Line::is_there) {
                drugs += 1;
                panels.push(Panel {
                    title: sentence(&line.label),
                    y_label: panel.y_label,
                    floor: floor(std::slice::from_ref(&line), panel.curves),
                    drug: Some(line.label.clone()),
                    lines: vec![line],
                    logarithmic: panel.is_logarithmic,
                    extra: marks(panel.marks),
                    ..Panel::default()
                });
            }
            continue;
        }
        let mut curves = panel.curves.iter();
        let jumps = curves.find(|curve| curve.between == Between::Jump);
        let given: Option<Vec<String>> = jumps.map(|curve| {
            let given = on_bone(table, curve, happened);
            given.filter_map(|given| given.drug.clone()).collect()
        });
        let names: Vec<String> = given.iter().flatten().map(|drug| words(drug)).collect();
        panels.push(Panel {
            title: if names.is_empty() {
                String::new()
            } else {
                sentence(&format!("{} on bone", list(&names)))
            },
            drug: match &names[..] {
                [drug] => Some(drug.clone()),
                _ => None,
            },
            y_label: panel.y_label,
            floor: floor(&lines, panel.curves),
            published: if panel.events == Events::Marked {
                events(&happened.events)
            } else {
                Vec::new()
            },
            lines,
            logarithmic: panel.is_logarithmic,
            is_free: panel.is_free,
            is_whole: panel.is_whole,
            extra: marks(panel.marks),
            given,
            ..Panel::default()
        });
    }
    let of = note(said.iter().map(String::as_str));
    // What no panel shows is not in the title.
    let is_on_bone = panels.iter().any(|panel| panel.given.is_some());
    let plasma = picture.heading.strip_suffix(ON_BONE);
    let title = plasma.filter(|_| !is_on_bone).unwrap_or(picture.heading);
    let heading = [title, &of];
    let mut chart = (!panels.is_empty()).then(|| panels_chart(heading, panels, &happened.given))?;
    // Levels of several drugs are read against one axis of time.
    if drugs > 1 {
        chart.columns = 1;
        for panel in &mut chart.panels {
            panel.aspect = BY_DRUG;
        }
    }
    Some(chart)
}

/// What is said of curves that do not move: nothing of neutrophils where no drug is given.
fn unmoved(curves: &[Asked], words: &str, happened: &Happened) -> String {
    let is_drug_given = happened.given.iter().any(|given| given.drug.is_some());
    if !is_drug_given && curves.iter().any(|curve| curve.column == NEUTROPHILS) {
        String::new()
    } else {
        whole(words)
    }
}

/// End of the title of a picture with a panel of what lies on bone.
const ON_BONE: &str = " and on bone";

/// What is said of a panel by how its values come from one row to the next, where that is not plain.
fn noted(panel: &Axes, table: &Table) -> Option<String> {
    let between = |between| panel.curves.iter().any(|curve| curve.between == between);
    if between(Between::Span) {
        let days = table.column("time_d").unwrap_or_default();
        let every = days.windows(2).map(|pair| pair[1] - pair[0]);
        let every = every.fold(0.0, f64::max);
        return Some(if (every - 1.0).abs() < 1e-6 {
            "plasma: highest level of each day".to_owned()
        } else {
            format!("plasma: highest level of every {} days", short(every))
        });
    }
    between(Between::Jump).then(|| {
        "the drug on bone rises at once at a dose, to the level that is written next".to_owned()
    })
}

/// Lines with the same values as one, which has the names of all.
fn joined(lines: Vec<Line>) -> Vec<Line> {
    let mut found: Vec<Line> = Vec::new();
    for line in lines {
        let same = |other: &&mut Line| other.points == line.points;
        match found.iter_mut().find(same) {
            Some(other) => other.label = format!("{} and {}", other.label, line.label),
            None => found.push(line),
        }
    }
    found
}

/// Events where they stand on the curve that counts them, by their kind.
fn events(events: &[(f64, String)]) -> Vec<Published> {
    let mut found: Vec<Published> = Vec::new();
    for (place, (day, kind)) in events.iter().enumerate() {
        let point = (*day, place as f64 + 1.0, 0.0);
        match found.iter_mut().find(|known| known.label == *kind) {
            Some(known) => known.points.push(point),
            None => found.push(Published {
                label: kind.clone(),
                points: vec![point],
            }),
        }
    }
    for kind in &mut found {
        let days: Vec<String> = kind
            .points
            .iter()
            .map(|at| format!("{:.0}", at.0))
            .collect();
        kind.label = match &days[..] {
            [day] => format!("{}, day {day}", kind.label),
            _ if days.len() <= 3 => format!("{}, days {}", kind.label, days.join(", ")),
            _ => format!("{}, {} times", kind.label, days.len()),
        };
    }
    found
}

/// The cells of each clone, whose columns end so, and their shares; each clone has its colour and dash
/// in both panels.
fn clones_chart(
    title: &str,
    (picture, ending): (&Picture, &str),
    clones: &Table,
    given: &[Given],
) -> Chart {
    let all: Vec<f64> = clones
        .rows
        .iter()
        .map(|row| {
            let counted = clones.columns.iter().zip(row);
            counted
                .filter(|(column, _)| column.ends_with(ending))
                .map(|(_, cells)| cells)
                .sum()
        })
        .collect();
    let mut shares = clones.clone();
    for (row, &whole) in shares.rows.iter_mut().zip(&all) {
        for (column, value) in shares.columns.iter().zip(row.iter_mut()) {
            if column.ends_with(ending) {
                *value *= 100.0 / whole.max(1.0);
            }
        }
    }
    // Each clone has the colour of its sites on maps.
    let tone = |number: usize| Tone::Own {
        colour: match u8::try_from(number) {
            Ok(clone) if clone > 0 => colour(Shown::Clone(clone)),
            _ => colour(Shown::TumourDense),
        },
        number,
    };
    let curves = |table: &Table| -> Vec<Layer> {
        let names = table.columns.iter().filter(|name| name.ends_with(ending));
        let curve = |(number, column): (usize, &String)| {
            let name = words(column.strip_suffix(ending)?);
            let line = Line::over(std::slice::from_ref(table), column, &name, |_| 1.0)?;
            let is_there = line.points.iter().any(|point| point.1 > 0.0);
            is_there.then(|| line.curve(tone(number)))
        };
        names.enumerate().filter_map(curve).collect()
    };
    let panel = |y: Axis, table: &Table| chart::Panel {
        x: Axis::days().with_zero(),
        y,
        layers: curves(table),
        ..chart::Panel::default()
    };
    let mut chart = Chart {
        title: sentence(picture.heading),
        note: title.to_owned(),
        panels: vec![
            panel(Axis::log("tumour cells", ""), clones),
            panel(
                Axis::linear("share of tumour cells", "%").with_zero(),
                &shares,
            ),
        ],
        ..Chart::default()
    };
    mark_doses(&mut chart, given);
    chart
}
