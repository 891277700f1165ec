//! Measured values that a calibration comes near to, and how far a series is from them.

use std::path::Path;

use crate::numerics::quantity::Time;
use crate::observe::series::columns;
use crate::output::OutputError;
use crate::output::table::Table;
use crate::study::response::{SIGNED, level};

/// Columns of a file of data, and those that may stand behind them or be left out.
const HEADS: [&str; 4] = ["time_d", "column", "value", "error"];
const MORE: [&str; 2] = ["relative_to_d", "error_class"];

/// Columns that are shares of a whole.
const SHARES: [&str; 4] = ["bv_tv", "es_bs", "os_bs", "oc_s_bs"];

/// Where the error of a value is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ErrorClass {
    /// It was measured with the value.
    #[default]
    Measured,
    /// It was chosen for a calibration: no one measured it.
    Design,
}

impl ErrorClass {
    /// As a file says it; of a file that does not, errors are measured.
    fn named(name: &str) -> Option<Self> {
        match name {
            "" | "measured" => Some(Self::Measured),
            "design" => Some(Self::Design),
            _ => None,
        }
    }
}

/// A measured value of a column.
#[derive(Debug, Clone, PartialEq)]
pub struct Datum {
    /// Time.
    pub time: Time,
    /// Column of `series.csv`.
    pub column: String,
    /// Value, in the unit of the column; a plain ratio with `relative_to`.
    pub value: f64,
    /// Its standard error.
    pub error: f64,
    /// The column is divided by its value at this time.
    pub relative_to: Option<Time>,
    /// Where the error is from.
    pub error_class: ErrorClass,
}

impl Datum {
    /// Time, h, from which on a series tells it.
    fn known_from_h(&self) -> f64 {
        let other = self.relative_to.map_or(0.0, Time::get);
        self.time.get().max(other)
    }

    /// What a series says in its place; none as long as the series does not reach so far.
    pub fn of(&self, series: &Table) -> Option<f64> {
        let days = series.column("time_d")?;
        let values = series.column(&self.column)?;
        let at = |time: Time| level(&days, &values, time.get() / 24.0);
        let found = at(self.time)?;
        match self.relative_to {
            None => Some(found),
            Some(time) => Some(found / at(time)?),
        }
    }
}

/// Reads data: a CSV with the columns `time_d`, `column`, `value` and `error`, and, where values are
/// ratios, `relative_to_d`: the day whose value of the column is 1 (empty for a value that is none); where
/// errors are chosen, `error_class`: `measured` or `design` (empty is `measured`). The data come in the order
/// in which a run tells them.
///
/// # Errors
/// Names the file and the line of what does not fit.
pub fn read_data(path: &Path, duration_h: f64) -> Result<Vec<Datum>, OutputError> {
    read_data_of(path, duration_h, &[])
}

/// As [`read_data`], of runs with these signals, whose levels are columns too.
///
/// # Errors
/// As [`read_data`].
pub(crate) fn read_data_of(
    path: &Path,
    duration_h: f64,
    signals: &[String],
) -> Result<Vec<Datum>, OutputError> {
    let columns = columns(signals);
    let wrong = |line: u64, message: String| OutputError::Table {
        path: path.to_path_buf(),
        line: line as usize,
        message,
    };
    let broken = |error: &csv::Error| {
        let line = error.position().map_or(1, csv::Position::line);
        wrong(line, error.to_string())
    };
    // A pipe would be waited for.
    if std::fs::metadata(path).is_ok_and(|about| !about.is_file()) {
        return Err(wrong(1, "this is no plain file".to_owned()));
    }
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .comment(Some(b'#'))
        .from_path(path)
        .map_err(|error| broken(&error))?;
    let heads = reader.headers().map_err(|error| broken(&error))?;
    let place_of = |name: &str| heads.iter().position(|head| head == name);
    let more = MORE.map(place_of);
    let known = HEADS.len() + more.iter().flatten().count();
    if !heads.iter().take(HEADS.len()).eq(HEADS) || heads.len() != known {
        let message = format!(
            "expected the columns {}, and, where wanted, {}",
            HEADS.join(", "),
            MORE.join(" and ")
        );
        return Err(wrong(1, message));
    }
    let [relative_at, class_at] = more;
    let mut data = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| broken(&error))?;
        let line = record.position().map_or(1, csv::Position::line);
        let number = |place: usize| {
            let text = record.get(place).unwrap_or_default();
            let number = text.parse().ok().filter(|number: &f64| number.is_finite());
            number.ok_or_else(|| wrong(line, format!("found \"{text}\", expected a number")))
        };
        let day = |place: usize| {
            let day = number(place)?;
            let end = duration_h / 24.0;
            if (0.0..=end + 1e-6).contains(&day) {
                Ok(Time::h(24.0 * day))
            } else {
                Err(wrong(line, format!("found day {day}, expected 0 to {end}")))
            }
        };
        let (time, value, error) = (day(0)?, number(2)?, number(3)?);
        let column = record.get(1).unwrap_or_default();
        if !columns.iter().any(|known| known == column) {
            let message = format!("found \"{column}\"; columns: {}", columns.join(", "));
            return Err(wrong(line, message));
        }
        if error <= 0.0 {
            let message = format!("found the error {error}, expected a number above zero");
            return Err(wrong(line, message));
        }
        let relative_to = match relative_at.and_then(|place| Some((place, record.get(place)?))) {
            None | Some((_, "")) => None,
            Some((place, _)) => Some(day(place)?),
        };
        let class = class_at.and_then(|place| record.get(place));
        let class = class.unwrap_or_default();
        let error_class = ErrorClass::named(class).ok_or_else(|| {
            let message = format!("found the error class \"{class}\", expected measured or design");
            wrong(line, message)
        })?;
        if relative_to.is_some_and(|other| (other.get() - time.get()).abs() < 1e-6) {
            let message = "is relative to its own day: always 1".to_owned();
            return Err(wrong(line, message));
        }
        if let Some(message) = impossible(column, value, error, relative_to.is_some()) {
            return Err(wrong(line, message));
        }
        data.push(Datum {
            time,
            column: column.to_owned(),
            value,
            error,
            relative_to,
            error_class,
        });
    }
    if data.is_empty() {
        return Err(wrong(2, "there are no data".to_owned()));
    }
    data.sort_by(|a, b| a.known_from_h().total_cmp(&b.known_from_h()));
    Ok(data)
}

/// Why no run can give a value: what was found in which column, and what is allowed.
fn impossible(column: &str, value: f64, error: f64, is_ratio: bool) -> Option<String> {
    let is_share = SHARES.contains(&column) && !is_ratio;
    if is_share {
        for (what, number) in [("value", value), ("error", error)] {
            if !(0.0..=1.0).contains(&number) {
                let percent = if (1.0..=100.0).contains(&number) {
                    format!("; is it in percent? then write {}", number / 100.0)
                } else {
                    String::new()
                };
                return Some(format!(
                    "found {number} as {what} of {column}, which is a share: from 0 to 1{percent}"
                ));
            }
        }
    } else if value < -1.96 * error && !SIGNED.contains(&column) {
        // Noise and a background that was taken off may lead a little below.
        return Some(format!(
            "found {value} with an error of {error} as value of {column}, which is never below 0"
        ));
    }
    None
}

/// Root mean square of the differences between a series and data, each in units of its error.
pub fn distance(series: &Table, data: &[Datum]) -> Option<f64> {
    let (sum, told) = squares(series, data);
    (told == data.len()).then(|| root(sum, data.len()))
}

/// Day from which on a series cannot come within the tolerance any more, whatever follows: the sum over
/// the data that it has passed is too large. It is the same sum as in [`distance`], in the same order, so
/// that no rounding makes a series hopeless that would be taken.
pub(crate) fn hopeless_from_d(series: &Table, data: &[Datum], tolerance: f64) -> Option<f64> {
    let too_far = (1..=data.len()).find_map(|count| {
        let (sum, told) = squares(series, &data[..count]);
        (told == count && root(sum, data.len()) > tolerance).then_some(count - 1)
    })?;
    let known_from_d = data[too_far].known_from_h() / 24.0;
    let days = series.column("time_d")?;
    days.into_iter().find(|&day| day >= known_from_d - 1e-6)
}

/// Sum of squares over the data that a series tells, and how many these are.
fn squares(series: &Table, data: &[Datum]) -> (f64, usize) {
    let mut sum = 0.0;
    for (told, datum) in data.iter().enumerate() {
        let square = |found: f64| ((found - datum.value) / datum.error).powi(2);
        match datum.of(series).map(square) {
            Some(square) if square.is_finite() => sum += square,
            _ => return (sum, told),
        }
    }
    (sum, data.len())
}

fn root(sum: f64, count: usize) -> f64 {
    (sum / count as f64).sqrt()
}

/// Characters of a source in a picture, at most.
const MOST_SAID: usize = 450;

/// The file, and what the comment at its head says of where its data are from, up to the end of a sentence.
pub(super) fn source(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let head = text.lines().map_while(|line| line.trim().strip_prefix('#'));
    let said: Vec<&str> = head
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    let mut said = said.join(" ");
    if let Some((end, _)) = said.char_indices().nth(MOST_SAID) {
        said.truncate(end);
        said.truncate(said.rfind(". ").map_or(end, |end| end + 1));
    }
    match said.trim_end_matches('.') {
        "" => name.into_owned(),
        said => format!("{name}: {said}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_the_file_and_the_comment_at_its_head() {
        let folder = tempfile::tempdir().unwrap();
        let of = |text: &str| {
            let path = folder.path().join("mice.csv");
            std::fs::write(&path, text).unwrap();
            source(&path)
        };
        let rows = "time_d,column,value,error\n# not of it\n1,bv_tv,0.1,0.01\n";
        assert_eq!(of(rows), "mice.csv");
        let said = of(&format!("# Johnson 2011,\n# digitised.\n{rows}"));
        assert_eq!(said, "mice.csv: Johnson 2011, digitised");
        let long = of(&format!("# One. {}\n{rows}", "word ".repeat(200)));
        assert_eq!(long, "mice.csv: One");
    }

    fn read(text: &str) -> Result<Vec<Datum>, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data.csv");
        std::fs::write(&path, text).unwrap();
        read_data(&path, 96.0).map_err(|error| error.to_string())
    }

    fn series(days: u32) -> Table {
        Table {
            columns: vec!["time_d".into(), "bv_tv".into(), "tumour_cells".into()],
            rows: (0..=days)
                .map(|day| {
                    let t = f64::from(day);
                    vec![t, 0.2 - 0.02 * t, 100.0 * t.exp2()]
                })
                .collect(),
        }
    }

    #[test]
    fn shares_of_a_day_and_ratios_of_days_are_taken_from_the_series() {
        let data = read(
            "# of mice\ntime_d,column,value,error,relative_to_d\n4,tumour_cells,4,1,2\n\
             2,bv_tv,0.8,0.1,0\n1,tumour_cells,200,10,\n",
        )
        .unwrap();
        let found: Vec<f64> = data.iter().map(|d| d.of(&series(4)).unwrap()).collect();
        for (found, exact) in found.into_iter().zip([200.0, 0.8, 4.0]) {
            assert!((found - exact).abs() < 1e-12, "{found}, {exact}");
        }
        // A ratio of shares may be above 1.
        assert!(read("time_d,column,value,error,relative_to_d\n2,bv_tv,1.2,0.1,0\n").is_ok());
        assert!(distance(&series(4), &data).unwrap() < 1e-12);
        assert_eq!(distance(&series(3), &data), None);
    }

    #[test]
    fn a_series_is_hopeless_from_the_row_that_takes_it_beyond_the_tolerance() {
        let data = read(
            "time_d,column,value,error\n4,bv_tv,0.3,0.01\n1,bv_tv,0.1,0.03\n2.5,tumour_cells,1,200\n\
             3,bv_tv,0.7,0.1\n",
        )
        .unwrap();
        let whole = distance(&series(4), &data).unwrap();
        // After days 1, 3 (where 2.5 is known) and 4 the squares add up to 7.1, 15.9 + 31.4 and more.
        for (tolerance, from) in [(1.0, 1.0), (1.4, 3.0), (3.0, 3.0), (0.999 * whole, 4.0)] {
            assert_eq!(hopeless_from_d(&series(4), &data, tolerance), Some(from));
            for day in 0..4 {
                let expected = (f64::from(day) >= from).then_some(from);
                assert_eq!(hopeless_from_d(&series(day), &data, tolerance), expected);
            }
        }
        assert_eq!(hopeless_from_d(&series(4), &data, whole), None);
    }

    #[test]
    fn an_error_is_measured_unless_a_file_says_that_it_is_a_design() {
        let classes = |text: &str| -> Vec<ErrorClass> {
            let data = read(text).unwrap();
            data.iter().map(|datum| datum.error_class).collect()
        };
        let plain = "time_d,column,value,error\n1,bv_tv,0.2,0.1\n";
        assert_eq!(classes(plain), [ErrorClass::Measured]);
        let three = [
            ErrorClass::Measured,
            ErrorClass::Design,
            ErrorClass::Measured,
        ];
        let said = "time_d,column,value,error,error_class\n1,bv_tv,0.2,0.1,measured\n\
                    2,bv_tv,0.2,0.1,design\n3,bv_tv,0.2,0.1,\n";
        assert_eq!(classes(said), three);
        let both = "time_d,column,value,error,relative_to_d,error_class\n1,bv_tv,0.9,0.1,0,\n\
                    2,bv_tv,0.9,0.1,0,design\n3,bv_tv,0.2,0.1,,measured\n";
        assert_eq!(classes(both), three);
        let turned =
            "time_d,column,value,error,error_class,relative_to_d\n1,bv_tv,0.9,0.1,design,0\n";
        assert_eq!(read(turned).unwrap()[0].relative_to, Some(Time::h(0.0)));
    }

    #[test]
    fn wrong_data_are_named_by_line() {
        for (text, words) in [
            (
                "time_d,column,value,error\n1,bv_tv,0.2,0.1\n2,bv_tv,20,2\n",
                "line 3: found 20 as value of bv_tv, which is a share: from 0 to 1; is it in percent? \
                 then write 0.2",
            ),
            (
                "time_d,column,value,error\n1,oc_s_bs,0.2,2\n",
                "error of oc_s_bs",
            ),
            ("time_d,column,value,error\n1,es_bs,-0.2,0.1\n", "-0.2"),
            ("time_d,column,value,error\n1,n_oc,-2,1\n", "never below 0"),
            ("time_d,column,value\n1,bv_tv,0.1\n", "relative_to_d"),
            (
                "time_d,column,value,error,error_class\n1,bv_tv,0.2,0.1,\n2,bv_tv,0.2,0.1,guess\n",
                "line 3: found the error class \"guess\", expected measured or design",
            ),
            (
                "time_d,column,value,error,class\n1,bv_tv,0.2,0.1,design\n",
                "relative_to_d and error_class",
            ),
            ("time_d,column,value,error\n1,bvtv,0.1,1\n", "line 2"),
            ("time_d,column,value,error\n9,bv_tv,0.1,1\n", "day 9"),
            ("time_d,column,value,error\n1,bv_tv,0.1,0\n", "above zero"),
            ("time_d,column,value,error\n1,bv_tv,x,1\n", "\"x\""),
            ("time_d,column,value,error\n", "no data"),
            (
                "time_d,column,value,error,relative_to_d\n1,bv_tv,1,1,9\n",
                "day 9",
            ),
            (
                "time_d,column,value,error,relative_to_d\n1,bv_tv,1,1,1\n",
                "own day",
            ),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.contains(words), "{words}: {error}");
        }
    }
}
