//! The pictures of an analysis: heat maps, response surfaces, spread over replicates.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::tables::is_unsettled;
use super::{Dependence, MOST_CURVES, Responses, named};
use crate::output::OutputError;
use crate::output::table::Table;
use crate::plot::chart::Axis;
use crate::plot::ticks::short;
use crate::plot::words::{note, sentence, words as plain};
use crate::statistics::estimate::mean_and_deviation;
use crate::study::design::Design;
use crate::study::factor::{Factor, Values};
use crate::study::pictures::{Curve, Curves, HeatMap, draw_apart, draw_heat_map};
use crate::study::plan::Study;
use crate::study::posterior_pictures::{Heading, draw_surface};
use crate::study::response::level;
use crate::study::store::{Outcome, Store};
use crate::study::surface::Surface;
use crate::study::words;

/// What axes over parameters reach over.
const RANGES: &str = "the axes reach over what the study varies";

/// The parameters that name points, and of which responses they were taken.
struct Naming {
    factors: Vec<usize>,
    /// These responses in words; empty where all parameters name points.
    of: String,
    is_settled: bool,
}

impl Study {
    /// Heat maps of each response over a grid of two parameters.
    pub(super) fn draw_heat_maps(
        &self,
        all: &Responses,
        plots: &Path,
        written: &mut Vec<PathBuf>,
    ) -> Result<(), OutputError> {
        let (Design::Grid, [down, across]) = (self.header.design, self.header.factors.as_slice())
        else {
            return Ok(());
        };
        let count = |values: &Values| match values {
            Values::Listed(values) => values.len(),
            Values::Range { levels, .. } => levels.unwrap_or(2) as usize,
        };
        let size = [count(&across.values), count(&down.values)];
        let tick = |point: usize, factor: usize| {
            let value = self.values(point as u64).swap_remove(factor);
            words::cell(&self.header.factors[factor].cell(&value))
        };
        for (place, response) in all.names.iter().enumerate() {
            for arm in 0..self.arms() {
                let arm_name = self.arm_name(arm);
                let said = words::response(&self.header.responses[response]);
                let values = self.means(all, place, arm).into_iter();
                let map = HeatMap {
                    title: words::heading(response, arm_name, &said),
                    note: note([&self.of_scenario()[..], &self.counted()]),
                    response: said.with_unit(),
                    axes: [words::parameter(across), words::parameter(down)],
                    ticks: [
                        (0..size[0]).map(|column| tick(column, 1)).collect(),
                        (0..size[1]).map(|row| tick(row * size[0], 0)).collect(),
                    ],
                    // The first parameter runs slowest, so that each of its levels is a row.
                    values: values
                        .map(|value| value.map(|value| said.factor * value))
                        .collect(),
                };
                let path = plots.join(format!("heat_map_{}.svg", named(response, arm_name)));
                draw_heat_map(&path, &map)?;
                written.push(path);
            }
        }
        Ok(())
    }

    /// The parameters from that on which a response depends most.
    fn order(found: &[Dependence], response: &str, arm: &str) -> Vec<usize> {
        let mut sizes: Vec<(f64, usize)> = found
            .iter()
            .filter(|one| one.is_of([response, arm]) && one.is_chief())
            .map(|one| one.estimate.value.abs())
            .zip(0..)
            .filter(|(size, _)| size.is_finite())
            .collect();
        sizes.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        sizes.into_iter().map(|(_, at)| at).collect()
    }

    /// The two parameters on which a response depends most.
    fn chief(found: &[Dependence], response: &str, arm: &str) -> Option<[usize; 2]> {
        match Self::order(found, response, arm)[..] {
            [first, second, ..] => Some([first, second]),
            _ => None,
        }
    }

    /// Quadratic surfaces of each response, where no heat map shows all there is.
    pub(super) fn draw_surfaces(
        &self,
        all: &Responses,
        plots: &Path,
        over: Option<[usize; 2]>,
        written: &mut Vec<PathBuf>,
    ) -> Result<(), OutputError> {
        let is_map = self.header.design == Design::Grid && self.points.dimensions() == 2;
        if is_map || self.points.dimensions() < 2 {
            return Ok(());
        }
        let found = self.dependences(all);
        for (place, response) in all.names.iter().enumerate() {
            for arm in 0..self.arms() {
                let arm_name = self.arm_name(arm);
                let Some([across, up]) = over.or_else(|| Self::chief(&found, response, arm_name))
                else {
                    continue;
                };
                let said = words::response(&self.header.responses[response]);
                let why = if over.is_some() {
                    String::new()
                } else {
                    let is_settled = !is_unsettled(&found, [response, arm_name]);
                    format!(
                        "over the two of {} parameters {}",
                        self.header.factors.len(),
                        words::ordered(is_settled)
                    )
                };
                let points: Vec<(f64, f64, f64)> = (0..)
                    .zip(self.means(all, place, arm))
                    .filter_map(|(point, mean)| {
                        let at = self.points.at(point);
                        Some((at[across], at[up], said.factor * mean?))
                    })
                    .collect();
                let Some(surface) = Surface::through(&points) else {
                    continue;
                };
                // Designs that change one parameter at a time come back to the same place.
                let places: BTreeSet<[u64; 2]> = points
                    .iter()
                    .map(|(u, v, _)| [u.to_bits(), v.to_bits()])
                    .collect();
                let surface_said = format!(
                    "R\u{b2} = {:.2}: share of the variance of the runs that this surface of second degree \
                     explains (of points left out {:.2}); residual standard deviation {}, {} points at {} places",
                    surface.explained,
                    surface.predicted,
                    format!("{} {}", short(surface.residual), said.unit).trim_end(),
                    surface.points,
                    places.len()
                )
                .replace('-', "\u{2212}");
                let heading = Heading {
                    title: &words::heading(response, arm_name, &said),
                    note: &note([&self.of_scenario()[..], &why, &surface_said, RANGES]),
                    response: &said.title,
                    unit: &said.unit,
                    is_never_negative: self.header.responses[response].is_never_negative(),
                };
                let axes = [across, up].map(|factor| words::axis(&self.header.factors[factor]));
                let path = plots.join(format!("surface_{}.svg", named(response, arm_name)));
                draw_surface(&path, &heading, &axes, &surface, &points)?;
                written.push(path);
            }
        }
        Ok(())
    }

    /// Every column that is asked for over time: mean and extremes over replicates, of the arms of the
    /// first points.
    pub(super) fn draw_spread(
        &self,
        store: &Store,
        all: &Responses,
        plots: &Path,
        written: &mut Vec<PathBuf>,
    ) -> Result<(), OutputError> {
        let mut columns: Vec<&str> = self
            .header
            .responses
            .values()
            .map(|response| response.column.as_str())
            .collect();
        columns.sort_unstable();
        columns.dedup();
        let mut groups = Vec::new();
        for point in self.drawn_points() {
            for arm in 0..self.arms() {
                let mut tables = Vec::new();
                for replicate in 0..self.header.replicates {
                    let run = self.number(point, arm, replicate) as u64;
                    if let Outcome::Done(series) = store.outcome(&self.run(run).line.key)? {
                        tables.push(series);
                    }
                }
                groups.push((point, self.arm_name(arm), tables));
            }
        }
        for column in columns {
            let shown = crate::plot::words::column(column);
            let naming = self.naming(all, column);
            let label = |point: u64, arm: &str| match (self.points.count(), arm) {
                (1, "") => "all".to_owned(),
                (1, name) => words::arm(name),
                (_, "") => self.called(&naming, point),
                (_, name) => format!("{}, {}", self.called(&naming, point), words::arm(name)),
            };
            let curves = groups.iter().filter_map(|(point, arm, tables)| {
                spread(&label(*point, arm), tables, column, shown.factor)
            });
            let curves: Vec<Curve> = curves.collect();
            if curves.is_empty() {
                continue;
            }
            let path = plots.join(format!("spread_{column}.svg"));
            let picture = Curves {
                title: sentence(&format!("{} over time", shown.title)),
                note: self.drawn(&naming, curves.len() as u64),
                axes: [Axis::days(), Axis::linear(shown.title, shown.unit)],
                curves,
            };
            draw_apart(&path, &picture)?;
            written.push(path);
        }
        Ok(())
    }

    /// Points whose spread is drawn: all, or as many as curves can be told apart, from the first to the
    /// last.
    fn drawn_points(&self) -> Vec<u64> {
        let count = self.points.count();
        let most = (MOST_CURVES / self.arms()).max(1);
        if count <= most {
            return (0..count).collect();
        }
        (0..most)
            .map(|place| place * (count - 1) / (most - 1).max(1))
            .collect()
    }

    /// The parameters whose values name the points in a picture of a column: all where they are few, else those on which
    /// the responses of this column depend most, by their mean place, in the order of the study; and these responses in words.
    fn naming(&self, all: &Responses, column: &str) -> Naming {
        let factors = &self.header.factors;
        if factors.len() <= words::MOST_NAMED {
            return Naming {
                factors: (0..factors.len()).collect(),
                of: String::new(),
                is_settled: true,
            };
        }
        let found = self.dependences(all);
        let of = all.names.iter();
        let of: Vec<&String> = of
            .filter(|name| self.header.responses[*name].column == column)
            .collect();
        let mut places = vec![0_usize; factors.len()];
        let mut is_settled = true;
        for response in &of {
            for arm in 0..self.arms() {
                is_settled &= !is_unsettled(&found, [response, self.arm_name(arm)]);
                for (place, at) in Self::order(&found, response, self.arm_name(arm))
                    .into_iter()
                    .enumerate()
                {
                    places[at] += place;
                }
            }
        }
        let mut order: Vec<usize> = (0..factors.len()).collect();
        order.sort_by_key(|&at| (places[at], at));
        order.truncate(words::MOST_NAMED);
        order.sort_unstable();
        let of: Vec<String> = of.into_iter().map(|name| plain(name)).collect();
        Naming {
            factors: order,
            of: of.join(" and "),
            is_settled,
        }
    }

    /// Names of the points that are not drawn, where these are few.
    fn left_out(&self, naming: &Naming) -> String {
        const FEW: u64 = 6;
        let drawn = self.drawn_points();
        let count = self.points.count();
        if count - drawn.len() as u64 > FEW {
            return " (runs.csv has all)".to_owned();
        }
        let left = (0..count).filter(|point| !drawn.contains(point));
        let left: Vec<String> = left.map(|point| self.called(naming, point)).collect();
        if left.is_empty() {
            String::new()
        } else {
            format!(", not drawn: {}", left.join(" | "))
        }
    }

    fn called(&self, naming: &Naming, point: u64) -> String {
        let values = self.values(point);
        let at = || naming.factors.iter().copied();
        let factors: Vec<&Factor> = at().map(|at| &self.header.factors[at]).collect();
        let values: Vec<&toml::Value> = at().map(|at| &values[at]).collect();
        words::point(&factors, &values)
    }

    /// What the curves of a picture of spread are.
    fn drawn(&self, naming: &Naming, curves: u64) -> String {
        let mut said = vec![self.of_scenario()];
        if self.points.count() > 1 {
            let factors = &self.header.factors;
            let by = naming.factors.iter().map(|&at| &factors[at]);
            let by: Vec<&Factor> = by.collect();
            said.push(words::points(
                &by,
                factors.len(),
                &naming.of,
                naming.is_settled,
            ));
        }
        if self.header.replicates > 1 {
            said.push(format!(
                "curve: mean of {} runs with other random numbers, band from the least to the greatest",
                self.header.replicates
            ));
        }
        let all = self.points.count().saturating_mul(self.arms());
        if curves < all {
            let left = self.left_out(naming);
            said.push(format!(
                "{curves} of {all} points and arms are drawn, evenly from the first to the last, as many as a page has \
                 room for{left}"
            ));
        }
        said.join("; ")
    }

    /// What a cell of a heat map is the mean of.
    fn counted(&self) -> String {
        match self.header.replicates {
            1 => "one run at each point".to_owned(),
            count => format!("mean of {count} runs with other random numbers at each point"),
        }
    }
}

/// Mean, least and greatest of a column over runs, at the times of the first, times a factor.
fn spread(label: &str, tables: &[Table], column: &str, factor: f64) -> Option<Curve> {
    let days = tables.first()?.column("time_d")?;
    let series: Vec<(Vec<f64>, Vec<f64>)> = tables
        .iter()
        .map(|table| Some((table.column("time_d")?, table.column(column)?)))
        .collect::<Option<_>>()?;
    let mut curve = Curve {
        label: label.to_owned(),
        points: Vec::new(),
        band: Vec::new(),
    };
    for day in days {
        let at: Vec<f64> = series
            .iter()
            .filter_map(|(days, values)| level(days, values, day))
            .map(|value| factor * value)
            .collect();
        curve.points.push((day, mean_and_deviation(&at).0));
        if at.len() > 1 {
            let least = at.iter().copied().fold(f64::INFINITY, f64::min);
            let most = at.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            curve.band.push((day, least, most));
        }
    }
    Some(curve)
}
