//! What happened to a run at a time: doses, fractions and skeletal events, as pictures mark and name them.

use std::collections::BTreeMap;

use crate::output::table::Table;
use crate::plot::chart::{Doses, Tone};
use crate::plot::drugs::{FRACTION, look};
use crate::plot::ticks::short;
use crate::plot::words::words;

/// Ending of the columns of `drugs.csv` that count doses, and of those that sum them up.
const DOSES: &str = "_doses";
const GIVEN: &str = "_given_mg";

/// Columns of `series.csv` and `radiotherapy.csv`, the column of `fractions.csv` that says by how much a fraction
/// changes them at once, and in which direction.
const AT_ONCE: [(&str, &str, f64); 5] = [
    ("n_precursor", "precursors_killed", -1.0),
    ("n_ob", "osteoblasts_killed", -1.0),
    ("n_oc", "osteoclasts_killed", -1.0),
    ("tumour_cells_sound", "tumour_cells_doomed", -1.0),
    ("tumour_cells_doomed", "tumour_cells_doomed", 1.0),
];

/// A dose.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Dose {
    /// When, d.
    pub day: f64,
    /// How much.
    pub mg: f64,
}

/// What was given on some days.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Given {
    /// The drug, by the name of its columns; none of fractions.
    pub drug: Option<String>,
    /// What a dose is, with its size.
    pub label: String,
    /// When, d.
    pub days: Vec<f64>,
}

impl Given {
    /// Its marks, in the colour and form that it has in all pictures.
    pub(crate) fn marks(&self) -> Doses {
        let look = self.drug.as_deref().map_or(FRACTION, look);
        Doses {
            label: self.label.clone(),
            tone: Tone::Own {
                colour: look.colour,
                number: 0,
            },
            times: self.days.clone(),
            number: look.form,
            is_open: false,
        }
    }
}

/// What a fraction changed at once.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Change {
    /// When, d.
    pub day: f64,
    /// The column that it changed.
    pub column: &'static str,
    /// By how much.
    pub by: f64,
}

/// What happened to a run.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Happened {
    /// Doses of each drug, and fractions.
    pub given: Vec<Given>,
    /// What fractions changed at once.
    pub changes: Vec<Change>,
    /// Days and kinds of skeletal events.
    pub events: Vec<(f64, String)>,
    /// Events that follow a counted one within so many days are none of their own.
    pub window_d: Option<f64>,
    /// Every fraction gave all of the tissue the same dose.
    pub is_even_dose: bool,
}

impl Happened {
    /// What `drugs.csv`, `fractions.csv` and `events.csv` say, where there are such.
    pub(crate) fn read(
        drugs: Option<&Table>,
        fractions: Option<&Table>,
        events: Option<&str>,
    ) -> Self {
        let doses = drugs.map(doses).unwrap_or_default();
        let mut given: Vec<Given> = doses
            .iter()
            .map(|(drug, doses)| Given {
                drug: Some(drug.clone()),
                label: dose_words(drug, doses),
                days: doses.iter().map(|dose| dose.day).collect(),
            })
            .collect();
        given.extend(fractions.and_then(fractions_of));
        Self {
            given,
            changes: fractions.map(changes).unwrap_or_default(),
            events: events.map(events_of).unwrap_or_default(),
            window_d: None,
            is_even_dose: false,
        }
    }

    /// Days of all doses and fractions.
    pub(crate) fn days(&self) -> Vec<f64> {
        let days = self.given.iter().flat_map(|given| given.days.clone());
        let mut days: Vec<f64> = days.collect();
        days.sort_by(f64::total_cmp);
        days.dedup();
        days
    }
}

/// Doses of each drug that was given: on the day of the row before that in which its count has risen.
pub(crate) fn doses(drugs: &Table) -> BTreeMap<String, Vec<Dose>> {
    let counts = drugs.columns.iter().enumerate();
    let days = counts.filter_map(|(at, column)| {
        let drug = column.strip_suffix(DOSES)?;
        let given = format!("{drug}{GIVEN}");
        let given = drugs.columns.iter().position(|column| *column == given);
        let rows = drugs.rows.windows(2);
        let risen = rows.filter(|pair| pair[1][at] > pair[0][at]);
        let doses: Vec<Dose> = risen
            .map(|pair| Dose {
                day: pair[0][0],
                mg: given.map_or(f64::NAN, |given| {
                    (pair[1][given] - pair[0][given]) / (pair[1][at] - pair[0][at])
                }),
            })
            .collect();
        (!doses.is_empty()).then(|| (drug.to_owned(), doses))
    });
    days.collect()
}

/// What the doses of a drug are, with their size where it is known.
pub(crate) fn dose_words(drug: &str, doses: &[Dose]) -> String {
    let sizes = doses.iter().map(|dose| dose.mg);
    let size = sizes_words(sizes, "mg").map_or_else(String::new, |size| format!(", {size}"));
    format!("dose of {}{size}", words(drug))
}

/// One size, or the least and the greatest.
fn sizes_words(sizes: impl Iterator<Item = f64>, unit: &str) -> Option<String> {
    let sizes = sizes.filter(|size| size.is_finite() && *size > 0.0);
    let [least, most] = sizes.fold([f64::INFINITY, 0.0_f64], |[least, most], size| {
        [least.min(size), most.max(size)]
    });
    let [low, high] = [least, most].map(short);
    if most <= 0.0 {
        None
    } else if low == high {
        Some(format!("{low} {unit}"))
    } else {
        Some(format!("{low} to {high} {unit}"))
    }
}

fn fractions_of(fractions: &Table) -> Option<Given> {
    let days = fractions.column("time_d").filter(|days| !days.is_empty())?;
    let sizes = fractions.column("isocentre_gy").unwrap_or_default();
    let size = sizes_words(sizes.into_iter(), "Gy");
    let size = size.map_or_else(String::new, |size| format!(" of {size}"));
    Some(Given {
        drug: None,
        label: format!("fraction{size}"),
        days,
    })
}

fn changes(fractions: &Table) -> Vec<Change> {
    let days = fractions.column("time_d").unwrap_or_default();
    let of = AT_ONCE.iter().flat_map(|&(column, by, sign)| {
        let values = fractions.column(by).unwrap_or_default();
        let days = days.clone();
        days.into_iter()
            .zip(values)
            .map(move |(day, value)| Change {
                day,
                column,
                by: sign * value,
            })
    });
    of.collect()
}

/// Days and kinds of the lines of `events.csv`.
fn events_of(text: &str) -> Vec<(f64, String)> {
    let lines = text.lines().skip(1);
    let event = |line: &str| {
        let mut cells = line.split(',');
        Some((cells.next()?.parse().ok()?, words(cells.next()?)))
    };
    lines.filter_map(event).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(columns: &[&str], rows: &[&[f64]]) -> Table {
        Table {
            columns: columns.iter().map(|&name| name.to_owned()).collect(),
            rows: rows.iter().map(|row| row.to_vec()).collect(),
        }
    }

    #[test]
    fn doses_are_named_with_their_size_and_stand_on_the_row_before_their_count() {
        let drugs = table(
            &["time_d", "zoledronate_given_mg", "zoledronate_doses"],
            &[
                &[0.0, 0.0, 0.0],
                &[1.0, 4.0, 1.0],
                &[2.0, 4.0, 1.0],
                &[3.0, 7.0, 2.0],
            ],
        );
        let found = Happened::read(Some(&drugs), None, None);
        assert_eq!(
            found.given,
            [Given {
                drug: Some("zoledronate".to_owned()),
                label: "dose of zoledronate, 3 to 4 mg".to_owned(),
                days: vec![0.0, 2.0],
            }]
        );
        assert_eq!(found.days(), [0.0, 2.0]);
    }

    #[test]
    fn fractions_and_events_are_named_by_what_they_are() {
        let fractions = table(
            &[
                "time_d",
                "isocentre_gy",
                "tumour_cells_doomed",
                "osteoclasts_killed",
            ],
            &[&[14.0, 8.0, 9562.0, 26.0]],
        );
        let events = "time_d,kind,first,counted\n251.5,cord_compression,1,1\n";
        let found = Happened::read(None, Some(&fractions), Some(events));
        assert_eq!(found.given[0].label, "fraction of 8 Gy");
        let by = |column: &str| {
            let change = found.changes.iter().find(|change| change.column == column);
            change.map(|change| change.by)
        };
        assert_eq!(by("tumour_cells_sound"), Some(-9562.0));
        assert_eq!(by("tumour_cells_doomed"), Some(9562.0));
        assert_eq!(by("n_oc"), Some(-26.0));
        assert_eq!(found.events, [(251.5, "cord compression".to_owned())]);
        assert_eq!(Happened::read(None, None, None), Happened::default());
    }
}
