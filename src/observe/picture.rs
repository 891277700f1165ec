//! The tissue as a map shows it.

use serde::{Deserialize, Serialize};

use crate::engine::model::Model;
use crate::engine::state::State;
use crate::tissue::population::ImmuneKind;

/// What a site shows, in the order of what covers what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Shown {
    /// Marrow.
    Marrow,
    /// Mineralised bone.
    Bone,
    /// Osteoid.
    Osteoid,
    /// Eroded.
    Eroded,
    /// Tumour, filled to less than half.
    TumourSparse,
    /// Tumour, filled to half or more.
    TumourDense,
    /// Osteoblast lineage.
    Osteoblast,
    /// Osteoclast.
    Osteoclast,
    /// CD8 T cell; one of several that is not exhausted.
    Cd8,
    /// CD8 T cells that are all exhausted.
    Cd8Exhausted,
}

/// A cut: axes across and down, the fixed axis and its layer, and what each pixel shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slice {
    /// Axes across and down.
    pub axes: [usize; 2],
    /// The axis that is cut.
    pub fixed: usize,
    /// The layer.
    pub layer: usize,
    /// Pixels, the first axis fastest.
    pub shown: Vec<Shown>,
}

/// The cuts of a map: the section itself, or three through the middle.
pub fn slices(model: &Model, state: &State) -> Vec<Slice> {
    let dims = model.grid.dims;
    let cd8 = cd8(model, state);
    let cuts: &[([usize; 2], usize)] = if model.grid.is_section() {
        &[([0, 1], 2)]
    } else {
        &[([0, 1], 2), ([0, 2], 1), ([1, 2], 0)]
    };
    cuts.iter()
        .map(|&(axes, fixed)| {
            let layer = dims[fixed] / 2;
            let mut shown = Vec::with_capacity(dims[axes[0]] * dims[axes[1]]);
            for b in 0..dims[axes[1]] {
                for a in 0..dims[axes[0]] {
                    let mut at = [0; 3];
                    at[axes[0]] = a;
                    at[axes[1]] = b;
                    at[fixed] = layer;
                    shown.push(show(state, &cd8, model.grid.index(at[0], at[1], at[2])));
                }
            }
            Slice {
                axes,
                fixed,
                layer,
                shown,
            }
        })
        .collect()
}

/// What sites with CD8 cells show; empty where there are no immune cells.
fn cd8(model: &Model, state: &State) -> Vec<Option<Shown>> {
    let cells = &state.immune;
    if cells.is_empty() {
        return Vec::new();
    }
    let mut shown = vec![None; model.grid.len()];
    for cell in 0..cells.len() {
        if cells.kind[cell] == ImmuneKind::Cd8 {
            let shown = &mut shown[cells.site[cell] as usize];
            if !cells.exhausted[cell] {
                *shown = Some(Shown::Cd8);
            } else if shown.is_none() {
                *shown = Some(Shown::Cd8Exhausted);
            }
        }
    }
    shown
}

fn show(state: &State, cd8: &[Option<Shown>], site: usize) -> Shown {
    let tumour = state.occupancy.tumour[site];
    if state.bone.solid[site] {
        let osteoid = state.bone.osteoid[site] > 0.5 * state.bone.matrix[site];
        if osteoid { Shown::Osteoid } else { Shown::Bone }
    } else if state.occupancy.osteoclast[site] != 0 {
        Shown::Osteoclast
    } else if state.occupancy.osteoblast[site] > 0 {
        Shown::Osteoblast
    } else if let Some(&Some(cd8)) = cd8.get(site) {
        cd8
    } else if tumour > 0 {
        let full = 2 * tumour >= state.occupancy.capacity[site];
        if full {
            Shown::TumourDense
        } else {
            Shown::TumourSparse
        }
    } else if state.bone.is_eroded(site) {
        Shown::Eroded
    } else {
        Shown::Marrow
    }
}
