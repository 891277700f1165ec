//! The tables of an analysis, with bars and curves of the same numbers: sensitivity, arms, replicates.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::{MOST_ADVISED, NO_INTERVAL, Responses, named, titled};
use crate::output::table::quoted;
use crate::output::{OutputError, write_whole};
use crate::statistics::estimate::{Estimate, mean_and_deviation};
use crate::statistics::replicates::{half_width, mean_interval, needed, pooled_deviation};
use crate::study::design::Design;
use crate::study::pictures::{Bar, Curve, draw_bars, draw_curves};
use crate::study::plan::Study;

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
                if has_interval && !low.is_finite() {
                    NO_INTERVAL
                } else {
                    ""
                },
            );
            if one.is_chief() {
                let bars = bars
                    .entry((one.response.clone(), one.arm.clone()))
                    .or_default();
                bars.push(Bar {
                    label: one.parameter.clone(),
                    value,
                    low,
                    high,
                });
            }
        }
        let path = folder.join("sensitivity.csv");
        write_whole(&path, table.out.as_bytes())?;
        written.push(path);
        let what = match self.header.design {
            Design::Morris { .. } => "mu*, mean size of the effect over the range",
            Design::Saltelli { .. } => "total Sobol index",
            _ => "partial rank correlation",
        };
        for ((response, arm), mut bars) in bars {
            bars.sort_by(|a, b| b.value.abs().total_cmp(&a.value.abs()));
            let path = folder.join(format!("plots/tornado_{}.svg", named(&response, &arm)));
            draw_bars(&path, &titled(&response, &arm), what, &bars)?;
            written.push(path);
        }
        Ok(())
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
                        label: titled(response, self.arm_name(arm)),
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
            draw_curves(
                &path,
                "How many replicates?",
                ["replicates", "half of the 95 % interval (% of the mean)"],
                &curves,
            )?;
            written.push(path);
        }
        Ok(())
    }
}
