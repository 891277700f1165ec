//! Two parameters with their ranges, over which the loop is looked at.

use toml::Value;

use crate::scenario::build::Loaded;
use crate::study::dissect::error::DissectError;
use crate::study::factor::{Factor, Values, quantity};

/// A grid over two parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct Map {
    /// The parameters, across and up.
    pub axes: [Factor; 2],
    /// Values of each.
    pub steps: u32,
}

impl Map {
    /// A map from two texts such as `signals.tgf_beta.half_life=2 min..120 min`.
    ///
    /// # Errors
    /// [`DissectError::Map`] for what is no parameter with a range, a range without a width, the same
    /// parameter twice; [`DissectError::Scenario`] for a parameter or a value that the scenario does not take.
    pub fn of(loaded: &Loaded, texts: [&str; 2], steps: u32) -> Result<Self, DissectError> {
        let [across, up] = texts;
        let axes = [axis(loaded, across, steps)?, axis(loaded, up, steps)?];
        if axes[0].path == axes[1].path {
            return Err(wrong(up, "it is varied already: give two parameters"));
        }
        let map = Self { axes, steps };
        for corner in [0, steps - 1, steps * (steps - 1), steps * steps - 1] {
            let mut tree = loaded.tree.clone();
            for (path, value) in map.sets(corner) {
                tree.set(&format!("{path}={value}"))
                    .map_err(|fault| DissectError::Scenario(fault.into()))?;
            }
            // What only the bone and the model can tell is found too before anything is run.
            Loaded::from_tree(tree, loaded.folder.clone())?.build()?;
        }
        Ok(map)
    }

    /// Points of the grid.
    pub const fn points(&self) -> u32 {
        self.steps * self.steps
    }

    /// Keys and values of a point: row by row, the first parameter runs fastest.
    pub fn sets(&self, point: u32) -> Vec<(String, Value)> {
        let places = [point % self.steps, point / self.steps];
        let axes = self.axes.iter().zip(places);
        axes.map(|(axis, place)| (axis.path.clone(), self.value(axis, place)))
            .collect()
    }

    /// A value of a parameter.
    pub fn value(&self, axis: &Factor, place: u32) -> Value {
        axis.value(f64::from(place) / f64::from(self.steps - 1))
    }
}

fn wrong(found: &str, reason: impl Into<String>) -> DissectError {
    DissectError::Map {
        found: found.to_owned(),
        reason: reason.into(),
    }
}

/// A parameter with its range. Steps are equal as differences.
fn axis(loaded: &Loaded, text: &str, steps: u32) -> Result<Factor, DissectError> {
    let form =
        "give a parameter and its range, as in signals.tgf_beta.half_life=\"2 min..120 min\"";
    if steps < 2 {
        return Err(wrong(
            text,
            "a map needs at least 2 values of each parameter",
        ));
    }
    let parts = text
        .split_once('=')
        .and_then(|(path, range)| Some((path.trim(), range.split_once("..")?)));
    let Some((path, (low, high))) = parts.filter(|(path, _)| !path.is_empty()) else {
        return Err(wrong(text, form));
    };
    if path == "seed" {
        return Err(wrong(text, "seeds are those of all runs: give a parameter"));
    }
    let (Some((from, low_unit)), Some((to, high_unit))) = (quantity(low), quantity(high)) else {
        return Err(wrong(text, form));
    };
    if low_unit != high_unit {
        return Err(wrong(
            text,
            format!(
                "\"{}\" and \"{}\" have not the same unit: write it behind both",
                low.trim(),
                high.trim()
            ),
        ));
    }
    let is_whole = |text: &str| text.trim().parse::<i64>().is_ok();
    let whole =
        matches!(loaded.tree.get(path), Some(Value::Integer(_))) && is_whole(low) && is_whole(high);
    let axis = Factor {
        path: path.to_owned(),
        values: Values::Range {
            from,
            to,
            unit: low_unit.to_owned(),
            log: false,
            whole,
            levels: Some(steps),
        },
    };
    if axis.problem().is_some() {
        return Err(wrong(
            text,
            "the range is empty: give the lower end first, and a higher one behind it",
        ));
    }
    if whole && to - from < f64::from(steps - 1) {
        return Err(wrong(
            text,
            format!("there are fewer than {steps} whole numbers in the range"),
        ));
    }
    Ok(axis)
}
