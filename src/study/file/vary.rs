//! What a study varies: lists, ranges, and shares of the value that the base has.

use toml::Value;

use super::pointed::is_range;
use super::{Reader, overlap, steps};
use crate::layers::diagnostic::nearest;
use crate::layers::tree::Tree;
use crate::study::factor::{Factor, Values, quantity, tidy};

impl Reader {
    pub(super) fn factors(&mut self, sets: &[(String, Value)]) -> Vec<Factor> {
        let mut factors: Vec<Factor> = Vec::new();
        for entry in self.table("vary", is_range) {
            self.refuse_own(&entry);
            let others = factors.iter().map(|factor| (&factor.path, "varied twice"));
            // A list may be set and one of its elements varied.
            let below = |path: &str| steps(path).len() >= steps(&entry.path).len();
            let sets = sets
                .iter()
                .filter(|(path, _)| below(path))
                .map(|(path, _)| (path, "varied and set"));
            if let Some((other, how)) = others
                .chain(sets)
                .find(|(path, _)| overlap(path, &entry.path))
            {
                let message = if steps(other) == steps(&entry.path) {
                    format!("`{}` is {how}", entry.path)
                } else {
                    format!("`{}` and `{other}`: a part of it is {how}", entry.path)
                };
                self.wrong(&entry.here, &message, "leave it in one place");
            }
            let values = match &entry.value {
                Value::Array(values) if !values.is_empty() => Some(Values::Listed(values.clone())),
                Value::Table(table) if table.contains_key("relative") => {
                    self.relative.push((factors.len(), entry.here.clone()));
                    self.shares(&entry.here, table)
                }
                Value::Table(range) => self.range(&entry.here, range),
                other => {
                    self.wrong(
                        &entry.here,
                        &format!("found {other}"),
                        "give values as [\"0.3 /d\", \"0.5 /d\"], a range as \
                         { from = \"0.3 /d\", to = \"0.5 /d\" }, or shares of the value of the base as \
                         { relative = [0, 0.5, 1] }",
                    );
                    None
                }
            };
            if let Some(values) = values {
                let factor = Factor {
                    path: entry.path,
                    values,
                };
                if let Some(problem) = factor.problem() {
                    self.wrong(&entry.here, &problem, "give values in units of one kind");
                }
                factors.push(factor);
            }
        }
        factors
    }

    /// Shares of the value that the base has; [`Self::take_shares`] turns them into values.
    fn shares(&mut self, here: &str, table: &toml::Table) -> Option<Values> {
        const HELP: &str = "write { relative = [0, 0.5, 1] }, or \
                            { relative = { from = 0.5, to = 2.0, levels = 4 } }: numbers by which the \
                            value of the base is multiplied";
        let number = |value: &Value| match value {
            Value::Integer(number) => Some(*number as f64),
            Value::Float(number) if number.is_finite() => Some(*number),
            _ => None,
        };
        if let Some(other) = table.keys().find(|key| *key != "relative") {
            let message = format!("`{other}` stands beside `relative`");
            self.wrong(here, &message, HELP);
            return None;
        }
        let found = match table.get("relative") {
            Some(Value::Table(range)) => match self.range(&format!("{here}.relative"), range)? {
                Values::Range {
                    from,
                    to,
                    unit,
                    log,
                    levels,
                    ..
                } if unit.is_empty() => Some(Values::Range {
                    from,
                    to,
                    unit,
                    log,
                    whole: false,
                    levels,
                }),
                _ => None,
            },
            Some(Value::Array(values)) if !values.is_empty() => {
                let shares: Option<Vec<Value>> = values
                    .iter()
                    .map(|value| number(value).map(Value::Float))
                    .collect();
                shares.map(Values::Listed)
            }
            _ => None,
        };
        if found.is_none() {
            self.wrong(here, "these are no shares", HELP);
        }
        found
    }

    /// Multiplies shares by the values that the base has.
    pub(super) fn take_shares(&mut self, factors: &mut [Factor], base: &Tree) {
        for (place, here) in std::mem::take(&mut self.relative) {
            let Some(factor) = factors.get_mut(place) else {
                continue;
            };
            let value = base.get(&factor.path);
            let found = match &value {
                Some(Value::Integer(number)) => Some((*number as f64, "", true)),
                Some(Value::Float(number)) => Some((*number, "", false)),
                Some(Value::String(text)) => {
                    quantity(text).map(|(number, unit)| (number, unit, false))
                }
                _ => None,
            };
            let Some((number, unit, is_whole)) = found else {
                let message = match &value {
                    None => format!("the base sets no `{}`", factor.path),
                    Some(value) => format!("the base has {value}, which is no number"),
                };
                self.wrong(&here, &message, "give values instead of shares");
                continue;
            };
            if number == 0.0 {
                self.wrong(
                    &here,
                    "the base has 0, of which all shares are the same",
                    "give values instead of shares",
                );
                continue;
            }
            match of_base(&factor.values, number, unit, is_whole) {
                Ok(values) => factor.values = values,
                Err(message) => {
                    self.wrong(
                        &here,
                        &message,
                        "give shares that fit the value of the base",
                    );
                }
            }
        }
    }

    fn range(&mut self, here: &str, range: &toml::Table) -> Option<Values> {
        const KEYS: [&str; 4] = ["from", "to", "log", "levels"];
        for key in range.keys() {
            if !KEYS.contains(&key.as_str()) {
                let near = nearest(key, &KEYS)
                    .map_or_else(String::new, |near| format!("did you mean `{near}`? "));
                let help = format!("{near}allowed: {}", KEYS.join(", "));
                self.wrong(
                    &format!("{here}.{key}"),
                    &format!("unknown key `{key}`"),
                    &help,
                );
                return None;
            }
        }
        let (from, to) = (range.get("from"), range.get("to"));
        let end = |value: Option<&Value>| match value? {
            Value::Integer(number) => Some((*number as f64, String::new())),
            Value::Float(number) => Some((*number, String::new())),
            Value::String(text) => quantity(text).map(|(number, unit)| (number, unit.to_owned())),
            _ => None,
        };
        let (Some((low, unit)), Some((high, other))) = (end(from), end(to)) else {
            self.wrong(
                here,
                "a range needs two numbers",
                "write { from = \"0.3 /d\", to = \"0.5 /d\" }",
            );
            return None;
        };
        if unit != other {
            self.wrong(
                here,
                &format!("found \"{unit}\" and \"{other}\""),
                "give both ends in the same unit",
            );
            return None;
        }
        let log = match range.get("log") {
            None => false,
            Some(Value::Boolean(log)) => *log,
            Some(other) => {
                self.wrong(
                    &format!("{here}.log"),
                    &format!("found {other}"),
                    "give true or false",
                );
                return None;
            }
        };
        let is_open = low.is_finite() && high.is_finite() && low < high;
        if !is_open || (log && low <= 0.0) {
            self.wrong(
                here,
                &format!("found {low} to {high} {unit}"),
                "give the lower end first; above zero with log = true",
            );
            return None;
        }
        let levels = match range.get("levels") {
            None => None,
            Some(Value::Integer(levels)) if (2..=100_000).contains(levels) => Some(*levels as u32),
            Some(other) => {
                let message = format!("found {other}");
                self.wrong(
                    &format!("{here}.levels"),
                    &message,
                    "give a whole number from 2 on",
                );
                return None;
            }
        };
        Some(Values::Range {
            from: low,
            to: high,
            unit,
            log,
            whole: matches!(
                (from, to),
                (Some(Value::Integer(_)), Some(Value::Integer(_)))
            ),
            levels,
        })
    }
}

/// Shares times a number with its unit.
fn of_base(shares: &Values, number: f64, unit: &str, is_whole: bool) -> Result<Values, String> {
    let of = |share: f64| -> Result<Value, String> {
        let value = tidy(share * number);
        if !value.is_finite() {
            Err(format!("{share} of {number} is no number"))
        } else if is_whole {
            let whole = value.round();
            if (value - whole).abs() > 1e-9 || whole.abs() > 1e15 {
                return Err(format!("{share} of {number} is {value}, no whole number"));
            }
            Ok(Value::Integer(whole as i64))
        } else if unit.is_empty() {
            Ok(Value::Float(value))
        } else {
            Ok(Value::String(format!("{value} {unit}")))
        }
    };
    match shares {
        Values::Listed(shares) => {
            let shares = shares.iter().filter_map(Value::as_float);
            Ok(Values::Listed(shares.map(of).collect::<Result<_, _>>()?))
        }
        Values::Range {
            from,
            to,
            log,
            levels,
            ..
        } => {
            if number < 0.0 {
                return Err(format!("the base has {number}; a range needs one above 0"));
            }
            // Ends that are none are refused as values are.
            of(*from)?;
            of(*to)?;
            Ok(Values::Range {
                from: tidy(from * number),
                to: tidy(to * number),
                unit: unit.to_owned(),
                log: *log,
                whole: is_whole,
                levels: *levels,
            })
        }
    }
}
