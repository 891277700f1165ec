//! The state of a run: exactly what is needed to go on.

use serde::{Deserialize, Serialize};

use crate::engine::fingerprint::{fields, whole};
use crate::engine::model::Model;
use crate::engine::parts::States;
use crate::numerics::packed;
use crate::tissue::bone::Bone;
use crate::tissue::ledger::Ledger;
use crate::tissue::population::{DeadCells, Osteoblasts, Osteoclasts, TumourCells};
use crate::tissue::space::Occupancy;

/// Everything that changes in a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct State {
    /// Ticks done since the first, burn-in included.
    pub tick: u32,
    /// Time at the first tick, h: minus the length of the burn-in.
    pub start_h: f64,
    /// Time, h; negative during the burn-in, 0 at day 0.
    pub time_h: f64,
    /// Id of the next cell.
    pub next_id: u64,
    /// Seed of the run.
    pub seed: u64,
    /// Bone.
    pub bone: Bone,
    /// Who is where.
    pub occupancy: Occupancy,
    /// Tumour cells.
    pub tumour: TumourCells,
    /// Tumour cells that treatment killed and that are not cleared yet.
    pub dead: DeadCells,
    /// Osteoclasts.
    pub osteoclasts: Osteoclasts,
    /// Osteoblasts and their precursors.
    pub osteoblasts: Osteoblasts,
    /// Sites of vessels, in order.
    pub vessels: Vec<u32>,
    /// Total level of each signal, pM, by signal and site.
    #[serde(with = "packed::each")]
    pub fields_pm: Vec<Vec<f32>>,
    /// Set free since the last spread, by signal: site and amount in amol.
    pub released: Vec<Vec<(u32, f64)>>,
    /// The books.
    pub ledger: Ledger,
    /// Tumour of the scan, until its cells are there.
    pub lesion: Lesion,
    /// What it has of optional features.
    pub parts: States,
}

/// Tumour that a scan shows, before it has cells.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Lesion {
    /// Time at which the cells are there, h.
    pub at_h: f64,
    /// Sites of marrow that they fill, in order.
    pub sites: Vec<u32>,
}

impl State {
    /// Time in days.
    pub fn day(&self) -> f64 {
        // Without a burn-in the first time is -0.
        self.time_h / 24.0 + 0.0
    }

    /// The next unused id.
    pub const fn new_id(&mut self) -> u64 {
        let id = self.next_id;
        self.next_id += 1;
        id
    }

    /// BV/TV: matrix, osteoid included, over the whole lattice.
    pub fn bv_tv(&self, model: &Model) -> f64 {
        self.bone.volume_um3(&model.grid) / (model.grid.site_volume_um3() * model.grid.len() as f64)
    }

    /// Digest of the state: the same for the same state, whatever made it. It is that of all its
    /// [`fields`], so that no field can be left out of it.
    pub fn digest(&self) -> String {
        // A state is a struct, and hashing writes to memory: neither fails.
        whole(&fields(self).unwrap_or_default())
            .to_hex()
            .to_string()
    }
}
