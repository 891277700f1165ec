//! Cells as struct of arrays, one set per lineage. An entry is one cell; ids are never reused.

use serde::{Deserialize, Serialize};

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
    /// 0 for a sound cell. A cell that radiation doomed dies at an attempt to divide: at the first
    /// where this is 1, after one more division where it is 2, and so on.
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

    /// Cells that radiation doomed.
    pub fn doomed(&self) -> usize {
        self.doomed.iter().filter(|&&left| left > 0).count()
    }

    /// Removes the cells at these places, which ascend; the last cells come to stand in their place.
    pub fn remove(&mut self, places: &[usize]) {
        for &place in places.iter().rev() {
            self.id.swap_remove(place);
            self.site.swap_remove(place);
            self.dormant.swap_remove(place);
            self.clone.swap_remove(place);
            self.doomed.swap_remove(place);
        }
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
        retain(&mut self.id, keep);
        retain(&mut self.site, keep);
        retain(&mut self.mode, keep);
        retain(&mut self.age_h, keep);
        retain(&mut self.nuclei_end_h, keep);
        retain(&mut self.pit_depth_um, keep);
        retain(&mut self.resorbed_um3, keep);
        retain(&mut self.drug_amol, keep);
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
        retain(&mut self.id, keep);
        retain(&mut self.site, keep);
        retain(&mut self.stage, keep);
        retain(&mut self.age_h, keep);
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
mod tests {
    use super::*;

    #[test]
    fn removing_keeps_the_arrays_in_step() {
        let mut cells = TumourCells::default();
        for id in 0..4 {
            cells.push(id, id as u32 * 10, id == 2, id as u8);
        }
        cells.doomed[2] = 3;
        cells.remove(&[1, 3]);
        assert_eq!(cells.id, [0, 2]);
        assert_eq!(cells.site, [0, 20]);
        assert_eq!(cells.dormant, [false, true]);
        assert_eq!(cells.clone, [0, 2]);
        assert_eq!(cells.doomed, [0, 3]);
        assert_eq!(cells.doomed(), 1);
    }
}
