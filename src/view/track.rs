//! One of the two runs: its simulation, the rows that it gave, and the observer that takes them.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::engine::column::Entry;
use crate::numerics::packed::Word;
use crate::observe::series;
use crate::run::observer::{DriveError, Observer, Refusal};
use crate::run::schedule::Schedule;
use crate::run::simulation::Simulation;
use crate::run::view::View;
use crate::scenario::build::Loaded;

/// Time between two rows for curves, h.
const ROWS_EVERY_H: f64 = 6.0;

/// Columns of tables of parts that say a time again.
const TIMES: [&str; 2] = ["time_d", "time_h"];

/// Rows of a run: those of `series.csv`, then of `ledger.csv` without its time, then of parts.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Rows {
    /// Names of the columns.
    pub columns: Vec<String>,
    /// Rows; NaN for what is no number.
    pub rows: Vec<Vec<f64>>,
    /// True for a row that `series.csv` of `howship run` has too.
    pub kept: Vec<bool>,
    /// Rows that were sent to the page.
    pub sent: usize,
}

impl Rows {
    /// Takes the row of this time.
    pub(super) fn take(&mut self, view: View<'_>, kept: bool) {
        let signals = view.signals();
        let mut names = series::columns(signals);
        let mut row = view.series();
        names.extend(view.ledger_columns().into_iter().skip(1));
        row.extend(view.ledger().into_iter().skip(1));
        for entry in view.record() {
            let Entry::Row { cells, .. } = entry else {
                continue;
            };
            for cell in cells {
                if !TIMES.contains(&cell.column.as_str()) && !names.contains(&cell.column) {
                    names.push(cell.column);
                    row.push(cell.value);
                }
            }
        }
        if self.columns != names {
            // What comes with a drug has no value in the rows before.
            for name in &names {
                if !self.columns.contains(name) {
                    self.columns.push(name.clone());
                    self.sent = 0;
                }
            }
            let values = self.columns.iter().map(|column| {
                let at = names.iter().position(|name| name == column);
                at.map_or(f64::NAN, |at| row[at])
            });
            row = values.collect();
            for before in &mut self.rows {
                before.resize(row.len(), f64::NAN);
            }
        }
        self.rows.push(row);
        self.kept.push(kept);
    }

    /// The table as `series.csv` has it.
    pub fn series_csv(&self) -> String {
        let width = series::width_with(&self.columns);
        let mut text = self.columns[..width].join(",");
        text.push('\n');
        for (row, kept) in self.rows.iter().zip(&self.kept) {
            if *kept {
                let cells: Vec<String> = row[..width].iter().map(ToString::to_string).collect();
                text.push_str(&cells.join(","));
                text.push('\n');
            }
        }
        text
    }
}

/// Takes rows, and holds the run after one tick.
struct Watch<'a> {
    rows: &'a mut Rows,
    series_every_h: f64,
    /// Ticks done before.
    from: u32,
    hold: &'a AtomicBool,
}

impl Observer for Watch<'_> {
    fn schedule(&self) -> Schedule {
        Schedule::EveryTick
    }

    fn observe(&mut self, view: &View<'_>) -> Result<(), Refusal> {
        let clock = view.clock();
        let due = |every_h: f64| Schedule::EveryHours(every_h).is_due(&clock, Duration::ZERO);
        if view.is_past_burn_in() {
            let kept = due(self.series_every_h) || view.is_last();
            if kept || due(ROWS_EVERY_H) {
                self.rows.take(*view, kept);
            }
        }
        if clock.tick > self.from {
            self.hold.store(true, Ordering::SeqCst);
        }
        Ok(())
    }
}

/// One of the two runs.
#[derive(Debug)]
pub struct Track {
    /// Its scenario.
    pub loaded: Loaded,
    /// As it is now.
    pub simulation: Simulation,
    /// Rows that it gave.
    pub rows: Rows,
    /// Ticks done when its last frame was made; none before the first.
    pub framed: Option<u32>,
    /// Day, in whole days, of the last frame of the whole lattice; none before the first.
    pub framed_day: Option<f32>,
    /// Digest of its state, with the tick of it.
    digest: Option<(u32, String)>,
    /// Ticks done when it began.
    begun: u32,
    /// What sets cells and bone apart, after each tick since.
    signs: Vec<blake3::Hash>,
}

impl Track {
    /// A run with what it gave before.
    pub const fn new(loaded: Loaded, simulation: Simulation, rows: Rows) -> Self {
        let begun = simulation.state.tick;
        Self {
            loaded,
            simulation,
            rows,
            framed: None,
            framed_day: None,
            digest: None,
            begun,
            signs: Vec::new(),
        }
    }

    /// Ticks done.
    pub const fn tick(&self) -> u32 {
        self.simulation.state.tick
    }

    /// One tick, and what is due at the first.
    ///
    /// # Errors
    /// A [`DriveError`].
    pub fn step(&mut self) -> Result<(), DriveError> {
        let hold = AtomicBool::new(false);
        let mut watch = Watch {
            rows: &mut self.rows,
            series_every_h: self.loaded.scenario.output.series_every.get(),
            from: self.simulation.state.tick,
            hold: &hold,
        };
        self.simulation
            .drive(&mut [&mut watch], &hold)
            .map(|_| ())?;
        self.signs.push(self.sign());
        Ok(())
    }

    /// Digest of the state as it is now.
    pub fn digest(&mut self) -> String {
        let tick = self.tick();
        match &self.digest {
            Some((at, digest)) if *at == tick => digest.clone(),
            _ => {
                let digest = self.simulation.state.digest();
                self.digest = Some((tick, digest.clone()));
                digest
            }
        }
    }

    /// A digest of where cells are and of what they did to bone: signals and drugs, which act before that, are not in it.
    fn sign(&self) -> blake3::Hash {
        let state = &self.simulation.state;
        let mut hash = blake3::Hasher::new();
        for done in [state.ledger.resorbed_um3, state.ledger.formed_um3] {
            hash.update(&done.to_bits().to_le_bytes());
        }
        for sites in [
            &state.tumour.site,
            &state.osteoclasts.site,
            &state.osteoblasts.site,
        ] {
            hash.update(&sites.len().to_le_bytes());
            hash.update(&Word::bytes(sites));
        }
        hash.finalize()
    }

    /// True where cells and bone of another run were not these after as many ticks as this run has done; false where
    /// either was not there then.
    pub fn is_unlike(&self, other: &Self) -> bool {
        let after = |track: &Self| {
            let ticks = self.tick().checked_sub(track.begun)?;
            track.signs.get(ticks.checked_sub(1)? as usize).copied()
        };
        after(self)
            .zip(after(other))
            .is_some_and(|(here, there)| here != there)
    }
}
