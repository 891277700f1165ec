//! Two parameters with their ranges, over which the loop is looked at.

use toml::Value;

use crate::scenario::build::Loaded;
use crate::study::dissect::error::DissectError;
use crate::study::factor::{Factor, Values, quantity};

/// A grid over two parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct Map {
    /// The parameters, across and up.
    pub(crate) axes: [Factor; 2],
    /// Values of each.
    pub steps: u32,
}

impl Map {
    /// A map from two texts such as `signals.tgf_beta.half_life=2 min..120 min`, with ` log` behind it for steps
    /// that are equal as ratios.
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
    pub(crate) const fn points(&self) -> u32 {
        self.steps * self.steps
    }

    /// Keys and values of a point: row by row, the first parameter runs fastest.
    pub(crate) fn sets(&self, point: u32) -> Vec<(String, Value)> {
        let places = [point % self.steps, point / self.steps];
        let axes = self.axes.iter().zip(places);
        axes.map(|(axis, place)| (axis.path.clone(), self.value(axis, place)))
            .collect()
    }

    /// A value of a parameter.
    pub(crate) fn value(&self, axis: &Factor, place: u32) -> Value {
        axis.value(f64::from(place) / f64::from(self.steps - 1))
    }
}

fn wrong(found: &str, reason: impl Into<String>) -> DissectError {
    DissectError::Map {
        found: found.to_owned(),
        reason: reason.into(),
    }
}

/// A parameter with its range. Steps are equal as differences, or, with ` log` behind the range, as ratios.
fn axis(loaded: &Loaded, text: &str, steps: u32) -> Result<Factor, DissectError> {
    let form =
        "give a parameter and its range, as in signals.tgf_beta.half_life=\"2 min..120 min\"";
    if steps < 2 {
        return Err(wrong(
            text,
            "a map needs at least 2 values of each parameter",
        ));
    }
    let (given, log) = match text.trim_end().strip_suffix(" log") {
        Some(given) => (given, true),
        None => (text, false),
    };
    let parts = given
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
            log,
            whole,
            levels: Some(steps),
        },
    };
    if log && from <= 0.0 {
        return Err(wrong(
            text,
            "equal ratios cannot begin at 0: give a lower end above it, or leave out log",
        ));
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::build::parse;

    #[test]
    fn steps_are_equal_as_differences_or_with_log_as_ratios() {
        let text = "name = \"s\"\npreset = \"mouse\"\n[run]\nduration = \"1 d\"\n[lattice]\nsize = [20, 20, 20]\n\
                    site = \"10 um\"\n[specimen.slab]\nthickness = \"50 um\"\n";
        let loaded = parse("small.toml", text, &[]).unwrap();
        let values = |text: &str| {
            let axis = axis(&loaded, text, 3)?;
            let values = (0..3).map(|at| axis.value(f64::from(at) / 2.0));
            Ok::<_, DissectError>(values.map(|value| value.to_string()).collect::<Vec<_>>())
        };
        let life = "signals.tgf_beta.half_life";
        let even = values(&format!("{life}=1 min..9 min")).unwrap();
        assert_eq!(even, ["\"1 min\"", "\"5 min\"", "\"9 min\""]);
        let ratios = values(&format!("{life}=1 min..9 min log")).unwrap();
        assert_eq!(ratios, ["\"1 min\"", "\"3 min\"", "\"9 min\""]);
        let with_zero = values(&format!("{life}=0 min..9 min log")).unwrap_err();
        assert!(
            with_zero.to_string().contains("cannot begin at 0"),
            "{with_zero}"
        );
    }
}
