//! The tables of an analysis, with bars and curves of the same numbers: sensitivity, arms, replicates.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::{ABOVE_TOTAL, Dependence, MOST_ADVISED, NO_INTERVAL, Responses, named};
use crate::output::table::quoted;
use crate::output::{OutputError, write_whole};
use crate::plot::chart::Axis;
use crate::plot::ticks::short;
use crate::plot::words::{note, parameter};
use crate::statistics::estimate::{Estimate, mean_and_deviation};
use crate::statistics::replicates::{half_width, mean_interval, needed, pooled_deviation};
use crate::study::design::Design;
use crate::study::pictures::{Bar, Curve, Curves, draw_bars, draw_curves};
use crate::study::plan::Study;
use crate::study::sensitivity::FEWEST;
use crate::study::words;

/// A table of texts.
struct Text {
    out: String,
}

impl Text {
    fn new(columns: &[&str]) -> Self {
        Self {
            out: format!("{}\n", columns.join(",")),
        }
    }

    /// A number that is none leaves its cell empty.
    fn row(&mut self, names: &[&str], numbers: &[f64]) {
        let cells = Self::cells(names, numbers);
        // Writing to a string cannot fail.
        let _ = writeln!(self.out, "{}", cells.join(","));
    }

    /// As [`Self::row`], with words at the end.
    fn noted_row(&mut self, names: &[&str], numbers: &[f64], note: &str) {
        let cells = Self::cells(names, numbers);
        let _ = writeln!(self.out, "{},{}", cells.join(","), quoted(note));
    }

    fn cells(names: &[&str], numbers: &[f64]) -> Vec<String> {
        let mut cells: Vec<String> = names.iter().map(|&name| quoted(name)).collect();
        cells.extend(numbers.iter().map(|number| {
            if number.is_finite() {
                number.to_string()
            } else {
                String::new()
            }
        }));
        cells
    }
}

/// Sum of a measure over the parameters, for a response of an arm.
fn sum(found: &[Dependence], of: [&str; 2], measure: &str) -> f64 {
    let of = found
        .iter()
        .filter(|one| one.is_of(of) && one.measure == measure);
    of.map(|one| one.estimate.value).sum()
}

/// How far Sobol indices may lie outside of what shares can be before they are called unsettled.
const SLIP: f64 = 0.1;

/// True where Sobol indices of a response are no shares of a variance yet: alone they add up to less than none or to more
/// than all of it, one is greater alone than with others, or an interval is wider than all of it.
pub(super) fn is_unsettled(found: &[Dependence], of: [&str; 2]) -> bool {
    let is_wide =
        |one: &Dependence| one.measure == "total" && one.estimate.high - one.estimate.low > 1.0;
    let is_above = |one: &Dependence| {
        let total = found.iter().find(|other| {
            other.is_of(of) && other.measure == "total" && other.parameter == one.parameter
        });
        one.measure == "first"
            && total.is_some_and(|total| one.estimate.value > total.estimate.value + SLIP)
    };
    let alone = sum(found, of, "first");
    (alone - 0.5).abs() > 0.5 + SLIP
        || (found.iter().filter(|one| one.is_of(of))).any(|one| is_wide(one) || is_above(one))
}

impl Study {
    pub(super) fn write_dependences(
        &self,
        all: &Responses,
        folder: &Path,
        written: &mut Vec<PathBuf>,
    ) -> Result<(), OutputError> {
        let found = self.dependences(all);
        if found.is_empty() {
            return Ok(());
        }
        let mut table = Text::new(&[
            "response",
            "arm",
            "parameter",
            "measure",
            "value",
            "low",
            "high",
            "note",
        ]);
        let mut bars: BTreeMap<(String, String), Vec<Bar>> = BTreeMap::new();
        for one in &found {
            let Estimate { value, low, high } = one.estimate;
            let has_interval = !["mu", "sigma"].contains(&one.measure);
            table.noted_row(
                &[&one.response, &one.arm, &one.parameter, one.measure],
                &[value, low, high],
                &self.note_of(one, &found, has_interval && !low.is_finite()),
            );
            if one.is_chief() {
                let factor = self.effect_factor(&one.response);
                let bars = bars
                    .entry((one.response.clone(), one.arm.clone()))
                    .or_default();
                bars.push(Bar {
                    label: parameter(&one.parameter),
                    value: factor * value,
                    low: factor * low,
                    high: factor * high,
                });
            }
        }
        let path = folder.join("sensitivity.csv");
        write_whole(&path, table.out.as_bytes())?;
        written.push(path);
        // One bar says less than the response over its parameter.
        if self.has_one_parameter() {
            return Ok(());
        }
        for ((response, arm), mut bars) in bars {
            bars.sort_by(|a, b| b.value.abs().total_cmp(&a.value.abs()));
            let said = words::response(&self.header.responses[&response]);
            let what = match self.header.design {
                Design::Morris { .. } => {
                    let what = "mean size of the change over the parameter's range, \u{b5}*";
                    match said.unit.as_str() {
                        "" => what.to_owned(),
                        unit => format!("{what} ({unit})"),
                    }
                }
                Design::Saltelli { .. } => {
                    "share of the variance between runs that the parameter takes part in, alone or with \
                     others (total Sobol index)"
                        .to_owned()
                }
                _ => "how steadily it rises (1) or falls (\u{2212}1) with the parameter, others held \
                      (partial rank correlation)"
                    .to_owned(),
            };
            let path = folder.join(format!("plots/tornado_{}.svg", named(&response, &arm)));
            let of = words::in_arm(&response, &arm, &said);
            let title = match self.header.design {
                Design::Saltelli { .. } if is_unsettled(&found, [&response, &arm]) => {
                    format!("Not settled yet: what decides {of}")
                }
                Design::Saltelli { .. } | Design::Morris { .. } => format!("What decides {of}"),
                _ => format!("How steadily parameters move {of}"),
            };
            let bases = found.iter().find(|one| one.is_of([&response, &arm]));
            let bases = bases.and_then(|one| one.base_points);
            let of_bars =
                self.note_of_bars(&found, [&response, &arm], &bars, (all.tally.done, bases));
            let note = note([&self.of_scenario()[..], &of_bars]);
            draw_bars(&path, [&title, &note], &what, &bars)?;
            written.push(path);
        }
        Ok(())
    }

    /// Why a measure is not to be trusted, or has no interval: of Sobol indices with the base points that they are of.
    fn note_of(&self, one: &Dependence, found: &[Dependence], lacks_interval: bool) -> String {
        let mut said = Vec::new();
        if one.is_above_total(found) {
            said.push(ABOVE_TOTAL.to_owned());
        }
        let base = match self.header.design {
            Design::Saltelli { points } => u64::from(points),
            _ => 0,
        };
        match one.base_points {
            Some(whole) if lacks_interval || whole < base => {
                let why = if lacks_interval { "no interval: " } else { "" };
                said.push(format!(
                    "{why}{whole} of {base} base points have all their runs"
                ));
            }
            None if lacks_interval => said.push(NO_INTERVAL.to_owned()),
            _ => {}
        }
        said.join("; ")
    }

    /// What effects on a response are shown times: they have its unit in a Morris design alone.
    fn effect_factor(&self, response: &str) -> f64 {
        match self.header.design {
            Design::Morris { .. } => words::response(&self.header.responses[response]).factor,
            _ => 1.0,
        }
    }

    /// What the bars of a response are made of, what they add up to, and their intervals.
    fn note_of_bars(
        &self,
        found: &[Dependence],
        of: [&str; 2],
        bars: &[Bar],
        (done, bases): (u64, Option<u64>),
    ) -> String {
        let points = self.points.count();
        let mut said = vec![match self.header.design {
            Design::Morris { trajectories, .. } => {
                format!("{points} points in {trajectories} trajectories")
            }
            Design::Saltelli { points: base } => {
                let mut said = format!("{points} points from {base} base points");
                if is_unsettled(found, of) {
                    said += ", too few: these estimates are no shares (below 0, above 1, or greater alone than \
                             with others), so that their order says little";
                } else {
                    let _ = write!(
                        said,
                        "; shares of the parameters alone (first-order indices) add up to {}, those with others, \
                         which count the same variance several times, to {}",
                        short(sum(found, of, "first")),
                        short(sum(found, of, "total"))
                    );
                }
                said
            }
            _ => format!(
                "{points} points; a steady effect is not a large one: a parameter may move the response always, and little"
            ),
        }];
        if bars.iter().any(|bar| bar.low.is_finite()) {
            said.push("lines: 95 % intervals".to_owned());
        }
        if bars.iter().any(|bar| !bar.low.is_finite()) {
            let which = if bars.iter().all(|bar| !bar.low.is_finite()) {
                ""
            } else {
                "where there is no line, "
            };
            said.push(match self.header.design {
                Design::Saltelli { .. } => {
                    format!(
                        "{which}no interval: fewer than {FEWEST} base points with all responses"
                    )
                }
                _ => format!("{which}{NO_INTERVAL}"),
            });
        }
        let is_odd = |one: &Dependence| one.is_of(of) && one.is_above_total(found);
        if !is_unsettled(found, of) && found.iter().any(is_odd) {
            said.push(
                "a share alone lies a little above that with others: by chance of few base points"
                    .to_owned(),
            );
        }
        if done < self.header.runs {
            let all = self.header.runs;
            let bases = bases.map_or_else(String::new, |whole| {
                format!(", {whole} base points all of theirs, of which the indices are")
            });
            said.insert(0, format!("{done} of {all} runs have results{bases}"));
        }
        said.join("; ")
    }

    /// Differences between arms, paired by point and replicate.
    pub(super) fn write_arms(
        &self,
        all: &Responses,
        folder: &Path,
        written: &mut Vec<PathBuf>,
    ) -> Result<(), OutputError> {
        if self.arms() < 2 {
            return Ok(());
        }
        let mut table = Text::new(&[
            "response",
            "arm",
            "minus",
            "pairs",
            "difference",
            "low",
            "high",
        ]);
        for (place, response) in all.names.iter().enumerate() {
            for other in 0..self.arms() {
                for arm in other + 1..self.arms() {
                    let mut differences = Vec::new();
                    for point in 0..self.points.count() {
                        for replicate in 0..self.header.replicates {
                            let of = |arm| all.values[self.number(point, arm, replicate)][place];
                            if let (Some(one), Some(two)) = (of(arm), of(other)) {
                                differences.push(one - two);
                            }
                        }
                    }
                    let Estimate { value, low, high } = mean_interval(&differences);
                    table.row(
                        &[response, self.arm_name(arm), self.arm_name(other)],
                        &[differences.len() as f64, value, low, high],
                    );
                }
            }
        }
        let path = folder.join("arms.csv");
        write_whole(&path, table.out.as_bytes())?;
        written.push(path);
        Ok(())
    }

    /// How many replicates an interval of the mean takes, from the spread that these show.
    pub(super) fn write_replicates(
        &self,
        all: &Responses,
        folder: &Path,
        written: &mut Vec<PathBuf>,
    ) -> Result<(), OutputError> {
        const SHARES: [f64; 5] = [0.01, 0.02, 0.05, 0.1, 0.2];
        if self.header.replicates < 2 {
            return Ok(());
        }
        let mut table = Text::new(&[
            "response",
            "arm",
            "mean",
            "deviation",
            "half_width_now",
            "for_1_percent",
            "for_2_percent",
            "for_5_percent",
            "for_10_percent",
            "for_20_percent",
        ]);
        let mut curves = Vec::new();
        for (place, response) in all.names.iter().enumerate() {
            for arm in 0..self.arms() {
                let groups: Vec<Vec<f64>> = (0..self.points.count())
                    .map(|point| self.replicates_of(all, place, point, arm))
                    .collect();
                let Some(deviation) = pooled_deviation(&groups) else {
                    continue;
                };
                let every: Vec<f64> = groups.concat();
                let (mean, _) = mean_and_deviation(&every);
                let now = half_width(deviation, self.header.replicates as usize);
                let mut numbers = vec![mean, deviation, now];
                numbers.extend(SHARES.map(|share| {
                    needed(deviation, share * mean.abs()).map_or(f64::NAN, |count| count as f64)
                }));
                table.row(&[response, self.arm_name(arm)], &numbers);
                if mean != 0.0 {
                    curves.push(Curve {
                        label: words::with_arm(
                            &words::response(&self.header.responses[response]).title,
                            self.arm_name(arm),
                        ),
                        points: (2..=MOST_ADVISED)
                            .map(|count| {
                                let half = half_width(deviation, count);
                                (count as f64, 100.0 * half / mean.abs())
                            })
                            .collect(),
                        band: Vec::new(),
                    });
                }
            }
        }
        let path = folder.join("replicates.csv");
        write_whole(&path, table.out.as_bytes())?;
        written.push(path);
        if !curves.is_empty() {
            let path = folder.join("plots/replicates.svg");
            let picture = Curves {
                title: "How many runs of one point a mean takes".to_owned(),
                note: format!(
                    "{}; replicates: runs that differ in their random numbers alone; from the spread of {} of them \
                     at {} points",
                    self.of_scenario(),
                    self.header.replicates,
                    self.points.count()
                ),
                axes: [
                    Axis::linear("replicates", ""),
                    Axis::log("half of the 95 % interval", "% of the mean"),
                ],
                curves,
            };
            draw_curves(&path, &picture)?;
            written.push(path);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indices_that_are_no_shares_are_unsettled() {
        let one = |parameter: &str, measure, value: f64, half: f64| Dependence {
            response: "bone_left".to_owned(),
            arm: String::new(),
            parameter: parameter.to_owned(),
            measure,
            estimate: Estimate {
                value,
                low: value - half,
                high: value + half,
            },
            base_points: Some(64),
        };
        let of = |first: [f64; 2], total: [f64; 2], half: f64| {
            [
                one("a", "first", first[0], half),
                one("b", "first", first[1], half),
                one("a", "total", total[0], half),
                one("b", "total", total[1], half),
            ]
        };
        let is = |found: [Dependence; 4]| is_unsettled(&found, ["bone_left", ""]);
        assert!(!is(of([0.7, 0.25], [0.72, 0.3], 0.1)));
        // By chance a little above that with others.
        assert!(!is(of([0.7, 0.25], [0.65, 0.3], 0.1)));
        assert!(is(of([-0.3, 0.15], [0.6, 0.5], 0.1)), "less than none");
        assert!(is(of([0.8, 0.4], [0.8, 0.4], 0.1)), "more than all");
        assert!(is(of([0.7, 0.25], [0.4, 0.3], 0.1)), "alone above others");
        assert!(is(of([0.7, 0.25], [0.72, 0.3], 0.6)), "wide");
        assert!(!is_unsettled(
            &of([-0.3, 0.15], [0.6, 0.5], 0.1),
            ["other", ""]
        ));
    }
}
