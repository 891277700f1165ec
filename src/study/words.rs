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

/// Name of a point by the values of some parameters.
pub(super) fn point<'a>(values: impl Iterator<Item = (&'a Factor, &'a Value)>) -> String {
    let named = values.map(|(factor, value)| {
        let unit = words::unit(factor.unit());
        format!("{} {unit}", cell(&factor.cell(value)))
            .trim_end()
            .to_owned()
    });
    named.collect::<Vec<_>>().join(", ")
}

/// What the names of points are: the values of these of so many parameters, on which these responses depend most.
pub(super) fn points(factors: &[&Factor], all: usize, of: &str) -> String {
    let named = factors.iter().map(|factor| words::parameter(&factor.path));
    let named = words::list(&named.collect::<Vec<_>>());
    if factors.len() < all {
        format!(
            "points by the {} of {all} parameters that matter most for {of}: {named} (runs.csv has all)",
            factors.len()
        )
    } else {
        format!("points by: {named}")
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
        let two = [(&factor, &value), (&factor, &value)];
        assert_eq!(
            point(two.into_iter()),
            "395 \u{b5}m\u{b3}/h, 395 \u{b5}m\u{b3}/h"
        );
        assert_eq!(
            points(&[&factor], 1, ""),
            "points by: resorption by an osteoclast"
        );
        assert_eq!(
            points(&[&factor], 5, "bone left"),
            "points by the 1 of 5 parameters that matter most for bone left: resorption by an osteoclast (runs.csv has all)"
        );
    }
}
