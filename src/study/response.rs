//! Responses: one number out of the series of a run.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::numerics::quantity::Time;
use crate::output::table::Table;

/// Columns of `series.csv` that are shares of a whole.
const SHARES: [&str; 3] = ["bv_tv", "es_bs", "os_bs"];

/// Columns that may be below zero.
pub(crate) const SIGNED: [&str; 2] = ["ledger_residual", "store_residual"];

/// One number out of a column of `series.csv`. Without `at`, `slope`, `time_to` or `area` it is the last
/// value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Response {
    /// Column of `series.csv`.
    pub column: String,
    /// The value at this time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Time>,
    /// Slope of the least-squares line between two times, per day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slope: Option<[Time; 2]>,
    /// Day on which the column first reaches this value; empty where it never does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_to: Option<f64>,
    /// Area under the column between two times, in its unit times days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub area: Option<[Time; 2]>,
    /// Take the column as a share of its value on day 0.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub relative: bool,
}

impl Response {
    /// What makes no sense: the key, what was found, and the remedy.
    pub(crate) fn problem(
        &self,
        columns: &[&str],
        duration_h: f64,
    ) -> Option<(&str, String, String)> {
        if !columns.contains(&self.column.as_str()) {
            return Some((
                "column",
                format!("found \"{}\"", self.column),
                format!("columns: {}", columns.join(", ")),
            ));
        }
        let asked = [
            self.at.is_some(),
            self.slope.is_some(),
            self.time_to.is_some(),
            self.area.is_some(),
        ];
        if asked.into_iter().filter(|&is| is).count() > 1 {
            return Some((
                "column",
                "asks for several numbers".to_owned(),
                "give one of: at, slope, time_to, area".to_owned(),
            ));
        }
        let times = self
            .at
            .iter()
            .map(|&at| ("at", at))
            .chain(self.slope.iter().flatten().map(|&at| ("slope", at)))
            .chain(self.area.iter().flatten().map(|&at| ("area", at)));
        for (key, time) in times {
            if !(0.0..=duration_h + 1e-6).contains(&time.get()) {
                return Some((
                    key,
                    format!("found {time}"),
                    format!("give a time from 0 h to run.duration = {duration_h} h"),
                ));
            }
        }
        if let Some(goal) = self.time_to
            && !self.relative
            && SHARES.contains(&self.column.as_str())
            && !(0.0..=1.0).contains(&goal)
        {
            return Some((
                "time_to",
                format!("found {goal}, which {} can never reach", self.column),
                "give a share from 0 to 1".to_owned(),
            ));
        }
        for (key, span) in [("slope", self.slope), ("area", self.area)] {
            if let Some([from, to]) = span
                && from.get() >= to.get()
            {
                return Some((
                    key,
                    format!("found {from} to {to}"),
                    "give the earlier time first".to_owned(),
                ));
            }
        }
        None
    }

    /// True of what cannot be below zero: all but slopes, and books that may be out of balance.
    pub(crate) fn is_never_negative(&self) -> bool {
        self.slope.is_none() && !SIGNED.contains(&self.column.as_str())
    }

    /// The number; none where the series has none.
    pub(crate) fn of(&self, series: &Table) -> Option<f64> {
        let days = series.column("time_d")?;
        let mut values = series.column(&self.column)?;
        if self.relative {
            let first = *values.first()?;
            for value in &mut values {
                *value /= first;
            }
        }
        let number = if let Some(at) = self.at {
            level(&days, &values, at.get() / 24.0)
        } else if let Some([from, to]) = self.slope {
            slope(&days, &values, from.get() / 24.0, to.get() / 24.0)
        } else if let Some(goal) = self.time_to {
            time_to(&days, &values, goal)
        } else if let Some([from, to]) = self.area {
            area(&days, &values, from.get() / 24.0, to.get() / 24.0)
        } else {
            values.last().copied()
        };
        number.filter(|number| number.is_finite())
    }
}

/// Value at a time, on the straight line between rows.
pub(crate) fn level(days: &[f64], values: &[f64], day: f64) -> Option<f64> {
    const SLIP: f64 = 1e-6;
    let after = days.iter().position(|&other| other >= day - SLIP)?;
    if after == 0 || (days[after] - day).abs() <= SLIP {
        return ((days[after] - day).abs() <= SLIP).then(|| values[after]);
    }
    let share = (day - days[after - 1]) / (days[after] - days[after - 1]);
    Some(values[after - 1] + share * (values[after] - values[after - 1]))
}

fn slope(days: &[f64], values: &[f64], from: f64, to: f64) -> Option<f64> {
    let inside: Vec<(f64, f64)> = days
        .iter()
        .copied()
        .zip(values.iter().copied())
        .filter(|(day, _)| (from - 1e-6..=to + 1e-6).contains(day))
        .collect();
    let count = inside.len() as f64;
    if inside.len() < 2 {
        return None;
    }
    let mean_day = inside.iter().map(|row| row.0).sum::<f64>() / count;
    let mean = inside.iter().map(|row| row.1).sum::<f64>() / count;
    let (mut covariance, mut variance) = (0.0, 0.0);
    for (day, value) in inside {
        covariance += (day - mean_day) * (value - mean);
        variance += (day - mean_day).powi(2);
    }
    Some(covariance / variance)
}

fn time_to(days: &[f64], values: &[f64], goal: f64) -> Option<f64> {
    let start = *values.first()?;
    let is_there = |value: f64| {
        if start >= goal {
            value <= goal
        } else {
            value >= goal
        }
    };
    let at = values.iter().position(|&value| is_there(value))?;
    if at == 0 {
        return days.first().copied();
    }
    let share = (goal - values[at - 1]) / (values[at] - values[at - 1]);
    Some(days[at - 1] + share * (days[at] - days[at - 1]))
}

fn area(days: &[f64], values: &[f64], from: f64, to: f64) -> Option<f64> {
    let mut knots = vec![(from, level(days, values, from)?)];
    for (&day, &value) in days.iter().zip(values) {
        if day > from + 1e-6 && day < to - 1e-6 {
            knots.push((day, value));
        }
    }
    knots.push((to, level(days, values, to)?));
    Some(
        knots
            .windows(2)
            .map(|pair| 0.5 * (pair[0].1 + pair[1].1) * (pair[1].0 - pair[0].0))
            .sum(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series() -> Table {
        Table {
            columns: vec!["time_d".into(), "bv_tv".into()],
            rows: (0..5)
                .map(|day| vec![f64::from(day), 0.2 - 0.03 * f64::from(day)])
                .collect(),
        }
    }

    fn number(text: &str) -> Option<f64> {
        let response: Response = toml::from_str(text).unwrap();
        response.of(&series())
    }

    #[test]
    fn a_straight_line_gives_its_own_slope_level_time_and_area() {
        for (asked, exact) in [
            ("", 0.08),
            ("at = \"36 h\"", 0.155),
            ("slope = [\"1 d\", \"4 d\"]", -0.03),
            ("time_to = 0.125", 2.5),
            ("time_to = 0.2", 0.0),
            ("area = [\"12 h\", \"60 h\"]", 2.0 * 0.155),
            ("relative = true", 0.4),
        ] {
            let found = number(&format!("column = \"bv_tv\"\n{asked}")).unwrap();
            assert!((found - exact).abs() < 1e-12, "{asked}: {found}");
        }
        assert_eq!(number("column = \"bv_tv\"\ntime_to = 0.01"), None);
        assert_eq!(number("column = \"bv_tv\"\nat = \"9 d\""), None);
    }

    #[test]
    fn slopes_alone_may_be_below_zero() {
        let of = |text: &str| {
            toml::from_str::<Response>(text)
                .unwrap()
                .is_never_negative()
        };
        assert!(of("column = \"tumour_cells\"") && of("column = \"bv_tv\"\nrelative = true"));
        assert!(!of("column = \"bv_tv\"\nslope = [\"1 d\", \"2 d\"]"));
    }

    #[test]
    fn what_cannot_be_asked_is_named() {
        let of = |text: &str| {
            let response: Response = toml::from_str(text).unwrap();
            response
                .problem(&["time_d", "bv_tv"], 96.0)
                .map(|(key, _, _)| key.to_owned())
        };
        assert_eq!(of("column = \"bvtv\"").as_deref(), Some("column"));
        assert_eq!(
            of("column = \"bv_tv\"\nat = \"5 d\"").as_deref(),
            Some("at")
        );
        assert_eq!(
            of("column = \"bv_tv\"\narea = [\"2 d\", \"1 d\"]").as_deref(),
            Some("area")
        );
        assert_eq!(
            of("column = \"bv_tv\"\nat = \"1 d\"\ntime_to = 0.1").as_deref(),
            Some("column")
        );
        assert_eq!(of("column = \"bv_tv\"\nat = \"4 d\""), None);
        // A share never comes to 50; its multiple of day 0 may.
        for (goal, refused) in [
            ("50", Some("time_to")),
            ("-0.1", Some("time_to")),
            ("0.1", None),
        ] {
            let asked = format!("column = \"bv_tv\"\ntime_to = {goal}");
            assert_eq!(of(&asked).as_deref(), refused, "{goal}");
        }
        let multiple = "column = \"bv_tv\"\ntime_to = 50\nrelative = true";
        assert_eq!(of(multiple), None);
    }
}
