//! Words and axes for the pictures of a study: its parameters with their values, its responses, its points.

use toml::Value;

use crate::plot::ticks::{linear, logarithmic, power_of_ten, short};
use crate::plot::words;
use crate::study::factor::{Factor, Values};
use crate::study::posterior_pictures::Axis;
use crate::study::response::Response;

/// Parameters whose values a curve is named by, at most.
pub(super) const MOST_NAMED: usize = 3;
/// Ticks of an axis over a parameter, at most: a panel of pairs is narrow.
const MOST_TICKS: usize = 4;

/// A response as a picture shows it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Said {
    /// What it is.
    pub(super) title: String,
    /// Its unit; empty for a number without one.
    pub(super) unit: String,
    /// What is shown over what tables hold.
    pub(super) factor: f64,
}

impl Said {
    /// Title with the unit behind it.
    pub(super) fn with_unit(&self) -> String {
        with_unit(&self.title, &self.unit)
    }
}

fn with_unit(title: &str, unit: &str) -> String {
    if unit.is_empty() {
        title.to_owned()
    } else {
        format!("{title} ({unit})")
    }
}

/// A response by its definition.
pub(super) fn response(response: &Response) -> Said {
    let column = words::column(&response.column);
    let (title, unit, factor) = if response.relative {
        (column.title, "% of day 0".to_owned(), 100.0)
    } else {
        (column.title, column.unit, column.factor)
    };
    let day = |time: crate::numerics::quantity::Time| short(time.get() / 24.0);
    let per = |joined: &str| match (unit.as_str(), joined) {
        ("", "/") => "1/d".to_owned(),
        ("", _) => "d".to_owned(),
        // Else it reads as a share of what was there.
        ("%", "/") => "percentage points per d".to_owned(),
        (unit, "/") => format!("{unit} per d"),
        (unit, _) => format!("{unit} d"),
    };
    if let Some(at) = response.at {
        let title = format!("{title} on day {}", day(at));
        Said {
            title,
            unit,
            factor,
        }
    } else if let Some([from, to]) = response.slope {
        Said {
            title: format!("slope of {title}, day {} to {}", day(from), day(to)),
            unit: per("/"),
            factor,
        }
    } else if let Some(goal) = response.time_to {
        let goal = short(goal * factor);
        Said {
            title: format!("time until {title} is {goal} {unit}")
                .trim_end()
                .to_owned(),
            unit: "d".to_owned(),
            factor: 1.0,
        }
    } else if let Some([from, to]) = response.area {
        Said {
            title: format!("{title}, area under day {} to {}", day(from), day(to)),
            unit: per(""),
            factor,
        }
    } else {
        let title = format!("{title} at the end");
        Said {
            title,
            unit,
            factor,
        }
    }
}

/// Heading of a response of an arm: the name that the study gives it, and what it is.
pub(super) fn heading(name: &str, arm: &str, said: &Said) -> String {
    words::sentence(&in_arm(name, arm, said))
}

/// The same within a sentence.
pub(super) fn in_arm(name: &str, arm: &str, said: &Said) -> String {
    let name = words::words(name);
    format!("{}: {}", with_arm(&name, arm), said.with_unit())
}

/// Words with an arm behind them, where there is one.
pub(super) fn with_arm(said: &str, name: &str) -> String {
    match name {
        "" => said.to_owned(),
        name => format!("{said}, {}", arm(name)),
    }
}

/// Name of an arm.
pub(super) fn arm(name: &str) -> String {
    words::words(name)
}

/// A parameter with its unit.
pub(super) fn parameter(factor: &Factor) -> String {
    with_unit(&words::parameter(&factor.path), &words::unit(factor.unit()))
}

/// A cell of a table as a picture has it: three figures of a number, else its words.
pub(super) fn cell(text: &str) -> String {
    text.parse().map_or_else(|_| text.to_owned(), short)
}

/// A parameter as an axis over its coordinate from 0 to 1. Ticks without a label are minor ones.
pub(super) fn axis(factor: &Factor) -> Axis {
    let mut unit: Vec<String> = vec![words::unit(factor.unit())];
    let ticks = match &factor.values {
        Values::Range { from, to, log, .. } => {
            let ticks = if *log {
                logarithmic(*from, *to, MOST_TICKS)
            } else {
                linear(*from, *to, MOST_TICKS)
            };
            if ticks.power != 0 {
                unit[0] = format!("{} {}", power_of_ten(ticks.power), unit[0]);
            }
            if *log {
                unit.push("log scale".to_owned());
            }
            let place = |at: f64| {
                if *log {
                    (at / from).ln() / (to / from).ln()
                } else {
                    (at - from) / (to - from)
                }
            };
            let labelled = ticks.labelled.iter();
            let labelled = labelled.map(|tick| (place(tick.at), tick.label.clone()));
            let minor = ticks.minor.iter();
            labelled
                .chain(minor.map(|&at| (place(at), String::new())))
                .collect()
        }
        Values::Listed(values) => (0..values.len())
            .map(|place| (place as f64 + 0.5) / values.len() as f64)
            .map(|x| (x, cell(&factor.cell(&factor.value(x)))))
            .collect(),
    };
    unit.retain(|part| !part.trim().is_empty());
    Axis {
        name: words::parameter(&factor.path),
        unit: unit.join(", "),
        ticks,
    }
}

/// Names of parameters that are short and hold no comma, so that values can be listed behind them: what is changed without
/// by which cell, and the full name without commas where two would be called alike.
pub(super) fn short_names(factors: &[&Factor]) -> Vec<String> {
    let full = |factor: &&Factor| words::parameter(&factor.path);
    let short = |factor: &&Factor| {
        let name = full(factor);
        let last = name.rsplit(", ").next().unwrap_or_default();
        let ends = [" made by ", " by a", " of tumour cells", " in bone matrix"];
        let end = ends.iter().filter_map(|end| last.find(end)).min();
        last[..end.unwrap_or(last.len())].to_owned()
    };
    let names: Vec<String> = factors.iter().map(short).collect();
    let is_alone = |name: &String| names.iter().filter(|other| *other == name).count() == 1;
    let each = names.iter().zip(factors);
    each.map(|(name, factor)| {
        if is_alone(name) {
            name.clone()
        } else {
            full(factor).replace(',', "")
        }
    })
    .collect()
}

/// Name of a point by the values of some parameters, each behind its short name; by the value alone of a single one.
pub(super) fn point(factors: &[&Factor], values: &[&Value]) -> String {
    let value = |factor: &Factor, value: &Value| {
        let unit = words::unit(factor.unit());
        let number = cell(&factor.cell(value));
        match unit.strip_prefix('1') {
            Some(below) if below.starts_with('/') => format!("{number}{below}"),
            _ => format!("{number} {unit}").trim_end().to_owned(),
        }
    };
    let names = short_names(factors);
    let named = names.iter().zip(factors).zip(values);
    let named = named.map(|((name, factor), of)| match factors.len() {
        1 => value(factor, of),
        _ => format!("{name} {}", value(factor, of)),
    });
    named.collect::<Vec<_>>().join(", ")
}

/// How parameters stand in a picture of those that matter most, where indices of which they are ordered may not be settled.
pub(super) fn ordered(is_settled: bool) -> &'static str {
    if is_settled {
        "that matter most"
    } else {
        "that stand first by an order that is not settled"
    }
}

/// What the names of points are: the values of these of so many parameters, on which these responses depend most. One part of
/// a note, which no heading tears.
pub(super) fn points(factors: &[&Factor], all: usize, of: &str, is_settled: bool) -> String {
    let names = short_names(factors);
    let named = names.into_iter().zip(factors).map(|(short, factor)| {
        let full = words::parameter(&factor.path);
        if full == short || factors.len() == 1 {
            full
        } else {
            format!("{short} ({full})")
        }
    });
    let named = named.collect::<Vec<_>>().join(", ");
    if factors.len() < all {
        format!(
            "points by the {} of {all} parameters {} for {of}: {named}",
            factors.len(),
            ordered(is_settled)
        )
    } else {
        format!("points by {named}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> (String, f64) {
        let said = response(&toml::from_str(text).unwrap());
        (said.with_unit(), said.factor)
    }

    #[test]
    fn responses_are_said_by_their_definition() {
        for (text, title, factor) in [
            (
                "column = \"bv_tv\"\nat = \"7 d\"\nrelative = true",
                "BV/TV on day 7 (% of day 0)",
                100.0,
            ),
            (
                "column = \"bv_tv\"\nslope = [\"2 d\", \"7 d\"]",
                "slope of BV/TV, day 2 to 7 (percentage points per d)",
                100.0,
            ),
            (
                "column = \"n_oc\"\narea = [\"0 d\", \"36 h\"]",
                "osteoclasts, area under day 0 to 1.5 (d)",
                1.0,
            ),
            (
                "column = \"bv_tv\"\ntime_to = 0.1",
                "time until BV/TV is 10 % (d)",
                1.0,
            ),
            ("column = \"tumour_cells\"", "tumour cells at the end", 1.0),
        ] {
            assert_eq!(said(text), (title.to_owned(), factor), "{text}");
        }
    }

    fn range(from: f64, to: f64, unit: &str, log: bool) -> Factor {
        Factor {
            path: "osteoclast.resorption.volume.rate".to_owned(),
            values: Values::Range {
                from,
                to,
                unit: unit.to_owned(),
                log,
                whole: false,
                levels: None,
            },
        }
    }

    #[test]
    fn ticks_stand_at_round_values_of_the_parameter() {
        let axis = axis(&range(200.0, 780.0, "um3/h", true));
        assert_eq!(axis.unit, "\u{b5}m\u{b3}/h, log scale");
        assert_eq!(axis.name, "resorption by an osteoclast");
        let labelled = axis.ticks.iter().filter(|tick| !tick.1.is_empty());
        let labelled: Vec<&(f64, String)> = labelled.collect();
        assert!(labelled.len() >= 2, "{:?}", axis.ticks);
        for (at, label) in labelled {
            let value = 200.0 * (780.0_f64 / 200.0).powf(*at);
            let said: f64 = label.parse().unwrap();
            assert!((value / said - 1.0).abs() < 1e-9, "{at}: {label}");
        }
    }

    #[test]
    fn points_are_named_by_their_values() {
        let factor = range(200.0, 780.0, "um3/h", true);
        let value = Value::String("394.968353 um3/h".to_owned());
        assert_eq!(point(&[&factor], &[&value]), "395 \u{b5}m\u{b3}/h");
        let of = |path: &str, unit: &str| Factor {
            path: path.to_owned(),
            ..range(0.3, 0.6, unit, false)
        };
        let division = of("tumour.division.rate", "/d");
        let raised = of("tumour.division.raised_by.tgf_beta.fold", "");
        let rate = Value::String("0.5051 /d".to_owned());
        let fold = Value::Float(1.493);
        let three = [&factor, &division, &raised];
        assert_eq!(
            point(&three, &[&value, &rate, &fold]),
            "resorption 395 \u{b5}m\u{b3}/h, division 0.505/d, greatest factor by TGF-\u{3b2} 1.49"
        );
        // Two that would be called alike have their full names, without a comma.
        let other = of("tumour.secretion.pthrp.raised_by.tgf_beta.fold", "");
        assert_eq!(
            short_names(&[&raised, &other])[1],
            "PTHrP made by a tumour cell greatest factor by TGF-\u{3b2}"
        );
        assert_eq!(
            points(&[&factor], 1, "", true),
            "points by resorption by an osteoclast"
        );
        let said = points(&three, 14, "bone left", true);
        assert_eq!(
            said,
            "points by the 3 of 14 parameters that matter most for bone left: resorption (resorption by an osteoclast), \
             division (division of tumour cells), greatest factor by TGF-\u{3b2} (division of tumour cells, greatest \
             factor by TGF-\u{3b2})"
        );
        // A heading tears nothing but parts of a note.
        assert!(!said.contains("; "));
        assert!(points(&three, 14, "bone left", false).contains(
            "3 of 14 parameters that stand first by an order that is not settled for bone left"
        ));
    }
}
