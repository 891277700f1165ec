//! The books: every substance is made, released, decayed, bound, taken and stored, each counted by
//! itself and none as the balancing item.

use serde::{Deserialize, Serialize};

/// One signal in one tick, or summed over ticks. Amounts in amol.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct SignalBook {
    /// Secreted by cells.
    pub made: f64,
    /// Set free from matrix.
    pub released: f64,
    /// Lost by decay.
    pub decayed: f64,
    /// Lost (or gained, negative) through vessels.
    pub leaked: f64,
    /// Taken up by cells, or converted into another signal.
    pub taken_up: f64,
    /// Made by conversion of another signal.
    #[serde(default)]
    pub converted: f64,
    /// Change of what the tissue holds in solution.
    pub change: f64,
    /// Lost to single precision: levels too small to keep that were set to zero, and the rounding of
    /// the others, which may be negative.
    pub clipped: f64,
    /// Added because a field was set to its steady state instead of led there.
    pub imposed: f64,
}

impl SignalBook {
    /// What does not add up, relative to the turnover.
    pub fn residual(&self) -> f64 {
        let gained = self.made + self.released + self.converted + self.imposed;
        let lost = self.decayed + self.leaked + self.taken_up + self.clipped + self.change;
        let scale = gained
            .abs()
            .max(self.decayed.abs() + self.leaked.abs() + self.change.abs());
        if scale > 0.0 {
            (gained - lost).abs() / scale
        } else {
            0.0
        }
    }

    /// Adds another book to this one.
    pub fn add(&mut self, other: &Self) {
        self.made += other.made;
        self.released += other.released;
        self.decayed += other.decayed;
        self.leaked += other.leaked;
        self.taken_up += other.taken_up;
        self.converted += other.converted;
        self.change += other.change;
        self.clipped += other.clipped;
        self.imposed += other.imposed;
    }
}

/// One matrix store since the start of the run. Amounts in amol.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct StoreBook {
    /// In the matrix at the start.
    pub initial: f64,
    /// Put in at mineralisation.
    pub deposited: f64,
    /// Set free in active form by resorption.
    pub released_active: f64,
    /// Set free in inactive form by resorption.
    pub released_inactive: f64,
}

impl StoreBook {
    /// What does not add up against the amount that the matrix holds now, relative to it.
    pub fn residual(&self, stored_amol: f64) -> f64 {
        let gained = self.initial + self.deposited;
        let lost = self.released_active + self.released_inactive + stored_amol;
        if gained > 0.0 {
            (gained - lost).abs() / gained
        } else {
            lost.abs()
        }
    }
}

/// What remodelling did, counted by itself where it happens (names after Dempster 2013).
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Remodelling {
    /// Area on which units began to dig, um2: what is resorbed over it is the depth of a unit.
    pub opened_um2: f64,
    /// Places on the surface where a unit was filled to the brim.
    pub closed: u64,
    /// From the first digging at those places to the last osteoclast, h, summed.
    pub resorption_h: f64,
    /// From the first digging at those places to the brim, h, summed.
    pub cycle_h: f64,
    /// Time that osteoclasts spent resorbing, h x cells.
    pub resorbing_h: f64,
    /// Volume that osteoclasts removed while migrating, um3: always 0.
    pub by_migrating_um3: f64,
    /// Osteoid laid where an osteoclast was at work, um3: always 0.
    pub under_osteoclast_um3: f64,
}

impl Remodelling {
    /// Mean depth of a unit, um: wall width once it is refilled. NaN when none was dug.
    pub fn depth_um(&self, resorbed_um3: f64) -> f64 {
        resorbed_um3 / self.opened_um2
    }

    /// Mean resorption period, d. NaN when no unit was filled.
    pub fn resorption_d(&self) -> f64 {
        self.resorption_h / self.closed as f64 / 24.0
    }

    /// Mean length of the whole cycle, d. NaN when no unit was filled.
    pub fn cycle_d(&self) -> f64 {
        self.cycle_h / self.closed as f64 / 24.0
    }
}

/// Tumour cells that came from the circulation since the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Arrivals {
    /// Cells that left the circulation.
    pub arrived: u64,
    /// Of these, cells that survived.
    pub survived: u64,
    /// Of these, cells that found room.
    pub settled: u64,
}

/// What immune cells did since the start; arrays by kind.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct ImmuneBook {
    /// Cells that left vessels.
    pub entered: [u64; 4],
    /// Cells that were born by division.
    pub born: [u64; 4],
    /// Cells that died.
    pub died: [u64; 4],
    /// Tumour cells that were killed, by the kind of the cell that killed.
    pub kills: [u64; 4],
    /// Tumour cells that were killed by exhausted CD8 cells, among those killed by CD8 cells.
    pub kills_exhausted: u64,
    /// Steps in which a CD8 cell was in contact with a tumour cell, h x cells.
    pub contact_h: f64,
}

/// All books of a run.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Ledger {
    /// Per signal, the last tick.
    pub tick: Vec<SignalBook>,
    /// Per signal, since the start.
    pub total: Vec<SignalBook>,
    /// Per stored factor, since the start.
    pub stores: Vec<StoreBook>,
    /// Worst relative residual of any signal in any tick so far.
    pub worst_signal_residual: f64,
    /// Worst relative residual of any store in any tick so far.
    pub worst_store_residual: f64,
    /// Matrix removed since the start, um3.
    pub resorbed_um3: f64,
    /// Matrix laid since the start, um3.
    pub formed_um3: f64,
    /// Calcium set free since the start, fmol.
    pub calcium_released_fmol: f64,
    /// What remodelling did since the start.
    pub remodelling: Remodelling,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_book_that_closes_has_no_residual_and_a_loss_shows() {
        let mut book = SignalBook {
            made: 3.0,
            released: 1.0,
            decayed: 2.5,
            change: 1.5,
            ..Default::default()
        };
        assert!(book.residual() < 1e-15);
        book.decayed = 2.4;
        assert!((book.residual() - 0.1 / 4.0).abs() < 1e-12);
        let store = StoreBook {
            initial: 10.0,
            released_active: 4.0,
            ..Default::default()
        };
        assert!(store.residual(6.0) < 1e-15);
        assert!(store.residual(5.0) > 0.09);
    }
}
