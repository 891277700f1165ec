//! Moments that a run keeps for its pictures: maps, frames of the film, volumes.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Record, is_due};
use crate::engine::parts::clones;
use crate::engine::parts::radiation::supply::dose_gy;
use crate::engine::state::State;
use crate::numerics::parallel::prelude::*;
use crate::observe::picture::{Shown, Slice, slices};
use crate::observe::volume::Volume;
use crate::output::OutputError;
use crate::output::table::Table;
use crate::plot::field_map::write_dose_map;
use crate::plot::film::write_film;
use crate::plot::happened::Given;
use crate::plot::map::{Cut, Frame, series_key, thin_alike, write_maps};
use crate::plot::ticks::count;
use crate::plot::words::note;
use crate::run::schedule::Schedule;
use crate::run::simulation::Simulation;
use crate::run::solid;
use crate::scenario::build::Loaded;
use crate::scenario::file::Film;
use crate::scenario::restorable::film_frames;
use crate::tissue::grid::Grid;
use crate::tissue::population::{ImmuneKind, OsteoblastStage};

/// A map yet to be drawn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Moment {
    day: f64,
    caption: String,
    slices: Vec<Slice>,
    /// Kinds of a legend that the tissue holds, though a cut may not show them.
    held: Vec<Shown>,
    /// What a picture in space shows; none of a section, nor of a frame of the film.
    volume: Option<Volume>,
}

/// Hours of a day.
const DAY_H: f64 = 24.0;

/// Time between frames of the film, h.
fn film_every_h(loaded: &Loaded, grid: &Grid) -> f64 {
    let asked_h = loaded.scenario.output.film_every.get();
    if asked_h > 0.0 {
        return asked_h;
    }
    let run = &loaded.scenario.run;
    let most_h = run.duration.get() / film_frames(grid) + 1e-9;
    if most_h >= DAY_H {
        return (most_h / DAY_H).floor() * DAY_H;
    }
    // Whole parts of a day, so that frames come at the same hours of each.
    let parts = (1..=24).map(|parts| DAY_H / f64::from(parts));
    let is_ticks = |every_h: &f64| {
        let ticks = every_h / run.tick.get();
        ticks > 0.5 && (ticks - ticks.round()).abs() < 1e-9
    };
    let mut fitting = parts.filter(is_ticks);
    fitting
        .find(|&every_h| every_h <= most_h)
        .unwrap_or(run.tick.get())
}

/// Frames that the film of a run will have.
pub(crate) fn frames(loaded: &Loaded, grid: &Grid) -> f64 {
    (loaded.scenario.run.duration.get() / film_every_h(loaded, grid)).ceil() + 1.0
}

/// Immune cells of each kind; nothing where there are none.
fn immune_words(simulation: &Simulation) -> String {
    let cells = &simulation.state.parts.immune.cells;
    if cells.is_empty() {
        return String::new();
    }
    let of = |kind: ImmuneKind| cells.kind.iter().filter(move |&&it| it == kind).count();
    let exhausted = cells.exhausted.iter().zip(&cells.kind);
    let exhausted = exhausted.filter(|&(&is, &kind)| is && kind == ImmuneKind::Cd8);
    let mut said = vec![format!(
        "{} CD8 T cells ({} exhausted)",
        count(of(ImmuneKind::Cd8)),
        count(exhausted.count())
    )];
    for (kind, name) in [
        (ImmuneKind::Treg, "regulatory T cells"),
        (ImmuneKind::Myeloid, "myeloid suppressors"),
        (ImmuneKind::Nk, "natural killer cells"),
    ] {
        if of(kind) > 0 {
            said.push(format!("{} {name}", count(of(kind))));
        }
    }
    said.join(", ")
}

/// What the tissue holds of what a legend of maps names, whether or not a cut shows it. Tumour cells are left out: where
/// they are in tints, a site has that of most of them.
fn held(state: &State) -> Vec<Shown> {
    let cells = &state.parts.immune.cells;
    let is_there = |asked: ImmuneKind, is_exhausted: bool| {
        let mut all = cells.kind.iter().zip(&cells.exhausted);
        all.any(|(&kind, &exhausted)| {
            kind == asked && (asked != ImmuneKind::Cd8 || exhausted == is_exhausted)
        })
    };
    let kinds = [
        (Shown::Osteoclast, !state.osteoclasts.is_empty()),
        (Shown::Osteoblast, !state.osteoblasts.is_empty()),
        (Shown::TumourDead, !state.dead.is_empty()),
        (Shown::Cd8, is_there(ImmuneKind::Cd8, false)),
        (Shown::Cd8Exhausted, is_there(ImmuneKind::Cd8, true)),
        (Shown::Treg, is_there(ImmuneKind::Treg, false)),
        (Shown::Myeloid, is_there(ImmuneKind::Myeloid, false)),
        (Shown::NaturalKiller, is_there(ImmuneKind::Nk, false)),
    ];
    kinds
        .into_iter()
        .filter_map(|(kind, is_there)| is_there.then_some(kind))
        .collect()
}

/// Cells of the parental clone over time, where clones are counted: the first of their columns.
fn parental_cells(table: Option<&Table>) -> Option<Vec<f64>> {
    let table = table?;
    let mut columns = table.columns.iter();
    let first = columns.find(|column| column.ends_with(clones::CELLS))?;
    table.column(first)
}

/// True where radiation falls due later on the same day.
fn is_before_a_fraction(simulation: &Simulation) -> bool {
    let now_h = simulation.state.time_h;
    let end_h = ((now_h + 1e-6) / DAY_H).floor() * DAY_H + DAY_H;
    let plan = simulation.model.parts.radiation.as_ref();
    !simulation.is_done() && plan.is_some_and(|plan| plan.due(now_h, end_h).next().is_some())
}

/// The last of some moments up to a day.
fn last_until<'a>(moments: impl Iterator<Item = &'a Moment>, day: f64) -> Option<&'a Moment> {
    const SLIP_D: f64 = 1e-6;
    moments
        .filter(|moment| moment.day <= day + SLIP_D)
        .max_by(|one, other| one.day.total_cmp(&other.day))
}

impl Record {
    /// Keeps the moments that are due at this time: days of maps, and frames of the film.
    pub(super) fn take_moments(&mut self, loaded: &Loaded, simulation: &Simulation) {
        let Simulation { model, state, .. } = simulation;
        let is_last = simulation.is_done();
        let days = &loaded.scenario.output.map_days;
        let asked = Schedule::Days(days.clone()).is_due(&simulation.clock(), Duration::ZERO);
        let film = is_due(simulation, film_every_h(loaded, &model.grid)) || is_last;
        let map = asked || is_last || state.time_h.abs() < 1e-9;
        if film || map {
            let moment = self.moment(simulation);
            if map {
                self.maps.push(Moment {
                    volume: Volume::of(model, state),
                    ..moment.clone()
                });
            }
            if film {
                self.film.push(moment);
            }
        }
    }

    fn moment(&self, simulation: &Simulation) -> Moment {
        let Simulation { model, state, .. } = simulation;
        let bv_tv = state.bv_tv(model);
        let start = self.series.rows.first().map_or(bv_tv, |row| row[1]);
        let stages = state.osteoblasts.stage.iter();
        let mature = stages
            .filter(|&&stage| stage == OsteoblastStage::Mature)
            .count();
        let bone = solid::bone_words(bv_tv, (state.day() > 1e-9).then_some(start));
        let dead = match state.dead.len() {
            0 => String::new(),
            dead => format!(", {} dead ones not cleared", count(dead)),
        };
        let cells = format!(
            "{} osteoclasts, {} osteoblasts, {} precursors, {} tumour cells{dead}",
            count(state.osteoclasts.len()),
            count(mature),
            count(state.osteoblasts.len() - mature),
            count(state.tumour.len())
        );
        let immune = immune_words(simulation);
        let fraction = if is_before_a_fraction(simulation) {
            "before the fraction of this day"
        } else {
            ""
        };
        let of = if model.grid.is_section() {
            ""
        } else {
            "in the whole block: "
        };
        Moment {
            day: state.day(),
            caption: note([&format!("{of}{bone}"), &cells, &immune, fraction]),
            slices: slices(model, state),
            held: held(state),
            volume: None,
        }
    }

    /// Checks moments that were read back by their lattice.
    pub(super) fn check_moments(&self, grid: &Grid) -> Result<(), String> {
        for slice in self.maps.iter().chain(&self.film).flat_map(|at| &at.slices) {
            let [a, b] = slice.axes;
            let fits = a.max(b).max(slice.fixed) < 3
                && slice.layer < grid.dims[slice.fixed]
                && slice.shown.len() == grid.dims[a] * grid.dims[b];
            let is_there = |pixel: u32| (pixel as usize) < slice.shown.len();
            let fits = fits
                && slice.immune.iter().all(|&(pixel, _)| is_there(pixel))
                && slice.osteoclasts.iter().all(|&(pixel, _)| is_there(pixel))
                && slice.eroded.iter().all(|&pixel| is_there(pixel));
            if !fits {
                return Err("a map that does not fit the lattice".to_owned());
            }
        }
        for moment in self.maps.iter().chain(&self.film) {
            if let Some(volume) = &moment.volume {
                volume.check(grid)?;
            }
        }
        Ok(())
    }

    /// Draws the maps, the bone in space and the film, and returns where.
    ///
    /// # Errors
    /// [`OutputError`] of a file that cannot be written or drawn.
    pub(super) fn write_moments(
        &self,
        plots: &Path,
        title: &str,
        film_files: Film,
        grid: &Grid,
        given: &[Given],
    ) -> Result<Vec<PathBuf>, OutputError> {
        let mut days: Vec<Frame> = (self.maps.iter())
            .map(|moment| self.frame(moment, grid))
            .collect();
        thin_alike(&mut days);
        let key = series_key(&days);
        let maps = (days.par_iter())
            .map(|frame| write_maps(plots, title, frame, &key))
            .collect::<Result<Vec<_>, _>>()?;
        let mut written = maps.concat();
        // One after the other: the frames of a film and the surfaces of a day are as large as the tissue,
        // and both are made by all threads.
        written.extend(solid::pictures(plots, title, &self.volumes())?);
        written.extend(self.write_dose_map(plots, title, grid)?);
        if film_files.names().is_empty() {
            return Ok(written);
        }
        let mut frames: Vec<Frame> = self
            .film
            .iter()
            .map(|moment| self.frame(moment, grid))
            .collect();
        thin_alike(&mut frames);
        for name in film_files.names() {
            let path = plots.join(name);
            write_film(&path, title, &frames, &self.series, given)?;
            written.push(path);
        }
        Ok(written)
    }

    /// Volumes of the days of maps, of a lattice in space: day 0 is the first of them.
    pub(crate) fn volumes(&self) -> Vec<&Volume> {
        let moments = self.maps.iter();
        moments
            .filter_map(|moment| moment.volume.as_ref())
            .collect()
    }

    /// The tissue before the first fraction, as it was kept last: what the beam was laid upon.
    fn before_fractions(&self) -> Option<&Moment> {
        let first = self.fractions.first()?.time_h / DAY_H;
        last_until(self.maps.iter().chain(&self.film), first).or(self.maps.first())
    }

    /// Draws the sum of all fractions over the tissue before the first of them.
    fn write_dose_map(
        &self,
        plots: &Path,
        title: &str,
        grid: &Grid,
    ) -> Result<Vec<PathBuf>, OutputError> {
        let (Some(moment), Some(last)) = (self.before_fractions(), self.fractions.last()) else {
            return Ok(Vec::new());
        };
        let site = |slice: &Slice, pixel: usize| {
            let width = grid.dims[slice.axes[0]];
            let mut at = [0; 3];
            at[slice.axes[0]] = pixel % width;
            at[slice.axes[1]] = pixel / width;
            at[slice.fixed] = slice.layer;
            grid.index(at[0], at[1], at[2])
        };
        let of_slice = |slice: &Slice| {
            let total = |pixel: usize| {
                let doses = self.fractions.iter();
                doses.fold(0.0, |sum, fraction| {
                    sum + dose_gy(grid, fraction, site(slice, pixel))
                })
            };
            (0..slice.shown.len()).map(total).collect()
        };
        let dose_gy: Vec<Vec<f64>> = moment.slices.iter().map(of_slice).collect();
        let is_in_field = |slice: &Slice, pixel: usize| {
            let mut fractions = self.fractions.iter();
            fractions.any(|fraction| {
                let given_gy = self::dose_gy(grid, fraction, site(slice, pixel));
                2.0 * given_gy >= fraction.dose_gy
            })
        };
        let of_field = |slice: &Slice| {
            let pixels = 0..slice.shown.len();
            pixels.map(|pixel| is_in_field(slice, pixel)).collect()
        };
        let field = moment.slices.iter().map(of_field).collect();
        // A page of one colour shows nothing: the picture of radiotherapy names the dose.
        let all = || dose_gy.iter().flatten().copied();
        let [least, most] = [
            all().fold(f64::INFINITY, f64::min),
            all().fold(0.0, f64::max),
        ];
        if most - least <= 1e-6 * most {
            return Ok(Vec::new());
        }
        let day = (10.0 * moment.day).round() / 10.0 + 0.0;
        let caption = format!(
            "{} fraction{} of {} Gy at the isocentre, {}on day {}; bone of day {}, before the first fraction",
            self.fractions.len(),
            if self.fractions.len() == 1 { "" } else { "s" },
            last.dose_gy,
            if self.fractions.len() == 1 {
                ""
            } else {
                "the last "
            },
            (last.time_h / 2.4).round() / 10.0,
            day
        );
        write_dose_map(
            plots,
            &format!("Dose of all fractions, over the bone of day {day}"),
            &note([title, &caption]),
            &self.frame(moment, grid).cuts,
            &dose_gy,
            field,
        )
    }

    fn frame(&self, moment: &Moment, grid: &Grid) -> Frame {
        const NAMES: [&str; 3] = ["x", "y", "z"];
        let by_clone = self.tables.get(clones::TABLE);
        let columns = by_clone.iter().flat_map(|table| &table.columns);
        let names = columns.filter_map(|column| column.strip_suffix(clones::CELLS));
        let cuts = moment
            .slices
            .iter()
            .map(|slice| Cut {
                name: if grid.is_section() {
                    String::new()
                } else {
                    format!(
                        "at {} = {:.2} mm",
                        NAMES[slice.fixed],
                        (slice.layer as f64 + 0.5) * grid.edge_um / 1e3
                    )
                },
                axes: [NAMES[slice.axes[0]], NAMES[slice.axes[1]]],
                width: grid.dims[slice.axes[0]],
                height: grid.dims[slice.axes[1]],
                pixel_um: grid.edge_um,
                is_scan: false,
                tissue: slice.shown.clone(),
                immune: slice.immune.clone(),
                osteoclasts: slice.osteoclasts.clone(),
                eroded: slice.eroded.clone(),
                crossed_um: slice.axes.map(|axis| {
                    let mut others = moment.slices.iter();
                    let other = others.find(|other| other.fixed == axis)?;
                    Some((other.layer as f64 + 0.5) * grid.edge_um)
                }),
            })
            .collect();
        let parental = parental_cells(by_clone);
        Frame {
            day: moment.day,
            caption: moment.caption.clone(),
            cuts,
            clones: names.map(str::to_owned).collect(),
            has_no_parental: parental.is_some_and(|cells| cells.iter().all(|&cells| cells <= 0.0)),
            held: moment.held.clone(),
            one_of: 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dose_is_laid_over_the_last_tissue_that_was_kept_before_it() {
        let moments = [0.0, 28.0, 7.0, 14.0, 14.5].map(|day| Moment {
            day,
            caption: String::new(),
            slices: Vec::new(),
            held: Vec::new(),
            volume: None,
        });
        for (fraction, day) in [(14.0, 14.0), (13.9, 7.0), (30.0, 28.0)] {
            let found = last_until(moments.iter(), fraction);
            assert_eq!(found.map(|moment| moment.day), Some(day));
        }
        assert!(last_until(moments.iter(), -1.0).is_none());
    }
}
