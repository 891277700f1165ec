//! The pictures of an analysis: heat maps, response surfaces, spread over replicates.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::{Dependence, MOST_CURVES, Responses, named, titled};
use crate::output::OutputError;
use crate::output::table::Table;
use crate::statistics::estimate::mean_and_deviation;
use crate::study::design::Design;
use crate::study::factor::Values;
use crate::study::pictures::{Curve, HeatMap, draw_curves, draw_heat_map};
use crate::study::plan::Study;
use crate::study::posterior::axis;
use crate::study::posterior_pictures::draw_surface;
use crate::study::response::level;
use crate::study::store::{Outcome, Store};
use crate::study::surface::Surface;

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
            self.header.factors[factor].cell(&value)
        };
        let name = |factor: &crate::study::factor::Factor| match factor.unit() {
            "" => factor.path.clone(),
            unit => format!("{} ({unit})", factor.path),
        };
        for (place, response) in all.names.iter().enumerate() {
            for arm in 0..self.arms() {
                let arm_name = self.arm_name(arm);
                let map = HeatMap {
                    title: titled(response, arm_name),
                    axes: [name(across), name(down)],
                    ticks: [
                        (0..size[0]).map(|column| tick(column, 1)).collect(),
                        (0..size[1]).map(|row| tick(row * size[0], 0)).collect(),
                    ],
                    // The first parameter runs slowest, so that each of its levels is a row.
                    values: self.means(all, place, arm),
                };
                let path = plots.join(format!("heat_map_{}.svg", named(response, arm_name)));
                draw_heat_map(&path, &map)?;
                written.push(path);
            }
        }
        Ok(())
    }

    /// The two parameters on which a response depends most.
    fn chief(found: &[Dependence], response: &str, arm: &str) -> Option<[usize; 2]> {
        let mut sizes: Vec<(f64, usize)> = found
            .iter()
            .filter(|one| one.response == response && one.arm == arm && one.is_chief())
            .map(|one| one.estimate.value.abs())
            .zip(0..)
            .filter(|(size, _)| size.is_finite())
            .collect();
        sizes.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        match sizes.as_slice() {
            [first, second, ..] => Some([first.1, second.1]),
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
                let points: Vec<(f64, f64, f64)> = (0..)
                    .zip(self.means(all, place, arm))
                    .filter_map(|(point, mean)| {
                        let at = self.points.at(point);
                        Some((at[across], at[up], mean?))
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
                let title = format!(
                    "{}: quadratic, R2 = {:.2} (points left out {:.2}; n = {} at {} places)",
                    titled(response, arm_name),
                    surface.explained,
                    surface.predicted,
                    surface.points,
                    places.len()
                );
                let axes = [across, up].map(|factor| axis(&self.header.factors[factor]));
                let path = plots.join(format!("surface_{}.svg", named(response, arm_name)));
                draw_surface(&path, &title, &axes, &surface, &points)?;
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
        'all: for point in 0..self.points.count() {
            for arm in 0..self.arms() {
                if groups.len() as u64 == MOST_CURVES {
                    break 'all;
                }
                let mut tables = Vec::new();
                for replicate in 0..self.header.replicates {
                    let run = self.number(point, arm, replicate) as u64;
                    if let Outcome::Done(series) = store.outcome(&self.run(run).line.key)? {
                        tables.push(series);
                    }
                }
                let label = match (self.points.count(), self.arm_name(arm)) {
                    (1, "") => "all".to_owned(),
                    (1, name) => name.to_owned(),
                    (_, "") => format!("point {point}"),
                    (_, name) => format!("point {point}, {name}"),
                };
                groups.push((label, tables));
            }
        }
        let all = self.points.count().saturating_mul(self.arms());
        for column in columns {
            let curves: Vec<Curve> = groups
                .iter()
                .filter_map(|(label, tables)| spread(label, tables, column))
                .collect();
            if curves.is_empty() {
                continue;
            }
            let path = plots.join(format!("spread_{column}.svg"));
            draw_curves(
                &path,
                &if (curves.len() as u64) < all {
                    format!(
                        "{column}: mean and range of replicates; the first {} of {all} points and arms",
                        curves.len()
                    )
                } else {
                    format!("{column}: mean, band from least to greatest replicate")
                },
                ["time (d)", column],
                &curves,
            )?;
            written.push(path);
        }
        Ok(())
    }
}

/// Mean, least and greatest of a column over runs, at the times of the first.
fn spread(label: &str, tables: &[Table], column: &str) -> Option<Curve> {
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
