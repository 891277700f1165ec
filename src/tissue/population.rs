//! Cells as struct of arrays, one set per lineage. An entry is one cell; ids are never reused.
//!
//! Written by hand and not by `soa_derive`: osteoblasts and immune cells carry counts beside their
//! columns, which a derived set has no place for, and moving these would change the paths of the state's
//! digests. What the derive would save, forgetting a column where cells are removed, the compiler
//! refuses here too: columns are taken apart exhaustively. The code that it generates uses unsafe blocks that
//! `unsafe_code = "forbid"` does not see.

use serde::{Deserialize, Serialize};

/// What a drug leaves in [`TumourCells::doomed`].
pub const HIT: u8 = u8::MAX;

/// Tumour cells.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct TumourCells {
    /// Identity.
    pub id: Vec<u64>,
    /// Site that holds the cell.
    pub site: Vec<u32>,
    /// True while the cell does not cycle until it is woken.
    pub dormant: Vec<bool>,
    /// Heritable clone, by index; 0 is parental.
    pub clone: Vec<u8>,
    /// 0 for a sound cell. A cell that radiation or a drug doomed dies at an attempt to divide: at the
    /// first where this is 1 or [`HIT`], after one more division where it is 2, and so on.
    pub doomed: Vec<u8>,
}

impl TumourCells {
    /// Number of cells.
    pub const fn len(&self) -> usize {
        self.id.len()
    }

    /// True when there is none.
    pub const fn is_empty(&self) -> bool {
        self.id.is_empty()
    }

    /// Adds a cell, sound.
    pub fn push(&mut self, id: u64, site: u32, dormant: bool, clone: u8) {
        self.id.push(id);
        self.site.push(site);
        self.dormant.push(dormant);
        self.clone.push(clone);
        self.doomed.push(0);
    }

    /// Cells that treatment doomed.
    pub fn doomed(&self) -> usize {
        self.doomed.iter().filter(|&&left| left > 0).count()
    }

    /// Of these, cells that a drug doomed.
    pub fn hit(&self) -> usize {
        self.doomed
            .iter()
            .map(|&left| usize::from(left == HIT))
            .sum()
    }

    /// Removes the cells at these places, which ascend; the last cells come to stand in their place.
    pub fn remove(&mut self, places: &[u32]) {
        let Self {
            id,
            site,
            dormant,
            clone,
            doomed,
        } = self;
        for &place in places.iter().rev() {
            let place = place as usize;
            id.swap_remove(place);
            site.swap_remove(place);
            dormant.swap_remove(place);
            clone.swap_remove(place);
            doomed.swap_remove(place);
        }
    }
}

/// Tumour cells that treatment killed and that are not cleared yet: they take room and make nothing.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct DeadCells {
    /// Identity that the cell had.
    pub id: Vec<u64>,
    /// Site that it lies in.
    pub site: Vec<u32>,
}

impl DeadCells {
    /// Number of cells.
    pub const fn len(&self) -> usize {
        self.id.len()
    }

    /// True when there is none.
    pub const fn is_empty(&self) -> bool {
        self.id.is_empty()
    }

    /// Adds a cell.
    pub fn push(&mut self, id: u64, site: u32) {
        self.id.push(id);
        self.site.push(site);
    }

    /// Keeps the cells for which `keep` is true, in order.
    pub fn retain(&mut self, keep: &[bool]) {
        let Self { id, site } = self;
        retain(id, keep);
        retain(site, keep);
    }
}

/// What an osteoclast does now: it resorbs or it migrates, never both (Kanehisa and Heersche 1988).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[repr(u8)]
pub enum OsteoclastMode {
    /// Attached and digging.
    Resorbing = 0,
    /// On its way over the surface.
    Migrating = 1,
}

/// Osteoclasts.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Osteoclasts {
    /// Identity; never 0, which marks a site that none holds.
    pub id: Vec<u64>,
    /// Site at the centre of the footprint.
    pub site: Vec<u32>,
    /// What it does now.
    pub mode: Vec<OsteoclastMode>,
    /// Age, h; runs faster or slower with what the cell senses.
    pub age_h: Vec<f32>,
    /// Age of the cell at which each of its nuclei dies, h.
    pub nuclei_end_h: Vec<Vec<f32>>,
    /// Depth to which it digs from the surface of its unit, um.
    pub pit_depth_um: Vec<f32>,
    /// Matrix that it has removed, um3.
    pub resorbed_um3: Vec<f32>,
    /// Drug that it took up from bone, amol.
    pub drug_amol: Vec<f32>,
}

impl Osteoclasts {
    /// Number of cells.
    pub const fn len(&self) -> usize {
        self.id.len()
    }

    /// True when there is none.
    pub const fn is_empty(&self) -> bool {
        self.id.is_empty()
    }

    /// Keeps the cells for which `keep` is true, in order.
    pub fn retain(&mut self, keep: &[bool]) {
        let Self {
            id,
            site,
            mode,
            age_h,
            nuclei_end_h,
            pit_depth_um,
            resorbed_um3,
            drug_amol,
        } = self;
        retain(id, keep);
        retain(site, keep);
        retain(mode, keep);
        retain(age_h, keep);
        retain(nuclei_end_h, keep);
        retain(pit_depth_um, keep);
        retain(resorbed_um3, keep);
        retain(drug_amol, keep);
    }
}

/// Stage of a cell of the osteoblast lineage that works on an eroded surface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[repr(u8)]
pub enum OsteoblastStage {
    /// Recruited, not yet laying matrix.
    Precursor = 0,
    /// Laying osteoid.
    Mature = 1,
}

/// Osteoblasts and their precursors. Lining cells and osteocytes are states of the surface and
/// counts, not entries.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Osteoblasts {
    /// Identity.
    pub id: Vec<u64>,
    /// Site that holds the cell.
    pub site: Vec<u32>,
    /// Stage.
    pub stage: Vec<OsteoblastStage>,
    /// Time since the cell was recruited, h.
    pub age_h: Vec<f32>,
    /// Cells since the start that were embedded as osteocytes.
    pub osteocytes: u64,
    /// Cells since the start that flattened to lining cells.
    pub became_lining: u64,
}

impl Osteoblasts {
    /// Number of cells of both stages.
    pub const fn len(&self) -> usize {
        self.id.len()
    }

    /// True when there is none.
    pub const fn is_empty(&self) -> bool {
        self.id.is_empty()
    }

    /// Adds a precursor.
    pub fn push(&mut self, id: u64, site: u32) {
        self.id.push(id);
        self.site.push(site);
        self.stage.push(OsteoblastStage::Precursor);
        self.age_h.push(0.0);
    }

    /// Keeps the cells for which `keep` is true, in order.
    pub fn retain(&mut self, keep: &[bool]) {
        let Self {
            id,
            site,
            stage,
            age_h,
            osteocytes: _,
            became_lining: _,
        } = self;
        retain(id, keep);
        retain(site, keep);
        retain(stage, keep);
        retain(age_h, keep);
    }
}

/// Kind of an immune cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[repr(u8)]
pub enum ImmuneKind {
    /// CD8 T cell that knows the tumour.
    Cd8 = 0,
    /// Regulatory T cell.
    Treg = 1,
    /// Myeloid suppressor.
    Myeloid = 2,
    /// Natural killer cell.
    Nk = 3,
}

impl ImmuneKind {
    /// All kinds in their order.
    pub const ALL: [Self; 4] = [Self::Cd8, Self::Treg, Self::Myeloid, Self::Nk];

    /// Place among the kinds.
    pub const fn index(self) -> usize {
        self as usize
    }
}

/// One immune cell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ImmuneCell {
    /// Identity, among immune cells.
    pub id: u64,
    /// Site that holds the cell.
    pub site: u32,
    /// Kind.
    pub kind: ImmuneKind,
    /// True for a CD8 cell that is exhausted.
    pub exhausted: bool,
    /// Counter of exhaustion.
    pub counter: f32,
    /// Time since the cell came or last divided, h.
    pub age_h: f32,
}

/// Immune cells. They have ids of their own, so that they do not shift the random numbers of others.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ImmuneCells {
    /// Id of the next cell.
    pub next_id: u64,
    /// Identity.
    pub id: Vec<u64>,
    /// Site that holds the cell; it takes no room.
    pub site: Vec<u32>,
    /// Kind.
    pub kind: Vec<ImmuneKind>,
    /// True for a CD8 cell that is exhausted.
    pub exhausted: Vec<bool>,
    /// Counter of exhaustion.
    pub counter: Vec<f32>,
    /// Time since the cell came or last divided, h.
    pub age_h: Vec<f32>,
}

impl ImmuneCells {
    /// Number of cells of all kinds.
    pub const fn len(&self) -> usize {
        self.id.len()
    }

    /// True when there is none.
    pub const fn is_empty(&self) -> bool {
        self.id.is_empty()
    }

    /// The cell at a place.
    pub fn cell(&self, at: usize) -> ImmuneCell {
        ImmuneCell {
            id: self.id[at],
            site: self.site[at],
            kind: self.kind[at],
            exhausted: self.exhausted[at],
            counter: self.counter[at],
            age_h: self.age_h[at],
        }
    }

    /// Adds a cell of age 0 with the next id.
    pub fn push(&mut self, site: u32, kind: ImmuneKind, exhausted: bool, counter: f32) {
        self.id.push(self.next_id);
        self.next_id += 1;
        self.site.push(site);
        self.kind.push(kind);
        self.exhausted.push(exhausted);
        self.counter.push(counter);
        self.age_h.push(0.0);
    }

    /// Keeps the cells for which `keep` is true, in order.
    pub fn retain(&mut self, keep: &[bool]) {
        let Self {
            next_id: _,
            id,
            site,
            kind,
            exhausted,
            counter,
            age_h,
        } = self;
        retain(id, keep);
        retain(site, keep);
        retain(kind, keep);
        retain(exhausted, keep);
        retain(counter, keep);
        retain(age_h, keep);
    }

    /// Removes the cells that `dies` picks, asked one after another in the order of the list; how many
    /// of each kind.
    pub fn remove_where(&mut self, mut dies: impl FnMut(ImmuneCell) -> bool) -> [u64; 4] {
        let mut dead = [0; 4];
        let mut keep = Vec::with_capacity(self.len());
        for at in 0..self.len() {
            let cell = self.cell(at);
            let ends = dies(cell);
            dead[cell.kind.index()] += u64::from(ends);
            keep.push(!ends);
        }
        self.retain(&keep);
        dead
    }
}

fn retain<T>(values: &mut Vec<T>, keep: &[bool]) {
    let mut at = 0;
    values.retain(|_| {
        at += 1;
        keep[at - 1]
    });
}

#[cfg(test)]
mod tests;
