//! The tissue as a map shows it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::engine::model::Model;
use crate::engine::state::State;
use crate::numerics::random::{derived_seed, uniform_of};
use crate::tissue::population::ImmuneKind;

/// What a site shows, in the order of what covers what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Shown {
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
    /// Osteoblast lineage on bone that is mineralised, or on none yet.
    Osteoblast,
    /// Osteoclast.
    Osteoclast,
    /// CD8 T cell; one of several that is not exhausted.
    Cd8,
    /// CD8 T cells that are all exhausted.
    Cd8Exhausted,
    /// Regulatory T cell.
    Treg,
    /// Myeloid suppressor.
    Myeloid,
    /// Natural killer cell.
    NaturalKiller,
    /// Tumour of which a cell is of this clone, not the parental one.
    Clone(u8),
    /// Tumour of which half or more was hit for good by radiation or a drug, and dies as it divides.
    TumourDoomed,
    /// Tumour of which half or more does not cycle until it is woken.
    TumourDormant,
    /// Osteoblast lineage on osteoid that does not fill its site yet.
    Forming,
    /// Tumour cells that treatment killed and that are not cleared, where no living one is.
    TumourDead,
}

/// A cut: axes across and down, the fixed axis and its layer, and what each pixel shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Slice {
    /// Axes across and down.
    pub axes: [usize; 2],
    /// The axis that is cut.
    pub fixed: usize,
    /// The layer.
    pub layer: usize,
    /// Pixels, the first axis fastest.
    pub shown: Vec<Shown>,
    /// Pixels with immune cells, and which they show; by pixel.
    pub immune: Vec<(u32, Shown)>,
    /// Pixels that osteoclasts hold, each with the identity of its cell; by pixel.
    pub osteoclasts: Vec<(u32, u64)>,
    /// Pixels of marrow or tumour beside eroded surface, rising.
    pub eroded: Vec<u32>,
}

/// The cuts of a map: the section itself, or three through the middle.
pub(crate) fn slices(model: &Model, state: &State) -> Vec<Slice> {
    let dims = model.grid.dims;
    let immune = immune(model, state);
    let tumour = Tumour {
        clones: clones(model, state),
        doomed: half(model, state, &state.tumour.doomed, |&left| left > 0),
        dormant: half(model, state, &state.tumour.dormant, |&dormant| dormant),
        dead: dead(model, state),
    };
    let cuts: &[([usize; 2], usize)] = if model.grid.is_section() {
        &[([0, 1], 2)]
    } else {
        &[([0, 1], 2), ([0, 2], 1), ([1, 2], 0)]
    };
    cuts.iter()
        .map(|&(axes, fixed)| {
            let layer = dims[fixed] / 2;
            let mut shown = Vec::with_capacity(dims[axes[0]] * dims[axes[1]]);
            let (mut marks, mut osteoclasts, mut eroded) = (Vec::new(), Vec::new(), Vec::new());
            for b in 0..dims[axes[1]] {
                for a in 0..dims[axes[0]] {
                    let mut at = [0; 3];
                    at[axes[0]] = a;
                    at[axes[1]] = b;
                    at[fixed] = layer;
                    let site = model.grid.index(at[0], at[1], at[2]);
                    let pixel = shown.len() as u32;
                    let what = show(state, &tumour, site);
                    if what == Shown::Osteoclast {
                        osteoclasts.push((pixel, state.occupancy.osteoclast[site]));
                    }
                    if is_bare(what) && state.bone.is_eroded(site) && !state.bone.is_modelled(site)
                    {
                        eroded.push(pixel);
                    }
                    if let Some(&Some(kind)) = immune.get(site) {
                        marks.push((pixel, kind));
                    }
                    shown.push(what);
                }
            }
            Slice {
                axes,
                fixed,
                layer,
                shown,
                immune: marks,
                osteoclasts,
                eroded,
            }
        })
        .collect()
}

/// What sites with immune cells show, of several kinds the last here: myeloid suppressors, natural
/// killers, regulatory T cells, exhausted CD8 cells, CD8 cells; empty where there are no immune cells.
fn immune(model: &Model, state: &State) -> Vec<Option<Shown>> {
    const RISING: [Shown; 5] = [
        Shown::Myeloid,
        Shown::NaturalKiller,
        Shown::Treg,
        Shown::Cd8Exhausted,
        Shown::Cd8,
    ];
    let cells = &state.parts.immune.cells;
    if cells.is_empty() {
        return Vec::new();
    }
    let mut shown: Vec<Option<usize>> = vec![None; model.grid.len()];
    for cell in 0..cells.len() {
        let rank = match cells.kind[cell] {
            ImmuneKind::Myeloid => 0,
            ImmuneKind::Nk => 1,
            ImmuneKind::Treg => 2,
            ImmuneKind::Cd8 if cells.exhausted[cell] => 3,
            ImmuneKind::Cd8 => 4,
        };
        let shown = &mut shown[cells.site[cell] as usize];
        *shown = (*shown).max(Some(rank));
    }
    let kind = |rank: Option<usize>| rank.map(|rank| RISING[rank]);
    shown.into_iter().map(kind).collect()
}

/// The clone of one tumour cell of each site, so that the area of a clone is its share of cells; empty where all are
/// parental. The place of that cell among those of its site, by clone, is the same at all times.
fn clones(model: &Model, state: &State) -> Vec<u8> {
    let cells = &state.tumour;
    if cells.clone.iter().all(|&clone| clone == 0) {
        return Vec::new();
    }
    let mut counts: BTreeMap<(u32, u8), u32> = BTreeMap::new();
    for (&site, &clone) in cells.site.iter().zip(&cells.clone) {
        *counts.entry((site, clone)).or_default() += 1;
    }
    let mut shown = vec![0; model.grid.len()];
    let mut passed = (0, 0);
    for ((site, clone), count) in counts {
        let before = if passed.0 == site { passed.1 } else { 0 };
        let all = u32::from(state.occupancy.tumour[site as usize]);
        let place = (spread(site) * f64::from(all)) as u32;
        if (before..before + count).contains(&place) {
            shown[site as usize] = clone;
        }
        passed = (site, before + count);
    }
    shown
}

/// A number of a site between 0 and 1, the same at all times and in all runs, so that a film does not flicker.
fn spread(site: u32) -> f64 {
    uniform_of(derived_seed(0, u64::from(site)) as u32)
}

/// True of sites of which half or more of the tumour cells are such; empty where no cell is.
fn half<T>(model: &Model, state: &State, cells: &[T], is_such: impl Fn(&T) -> bool) -> Vec<bool> {
    // Mostly none is: all are looked at without an end in between, many at once.
    if !cells.iter().fold(false, |any, cell| any | is_such(cell)) {
        return Vec::new();
    }
    let mut counts = vec![0_u16; model.grid.len()];
    for (cell, &site) in cells.iter().zip(&state.tumour.site) {
        let count = &mut counts[site as usize];
        *count = count.saturating_add(u16::from(is_such(cell)));
    }
    let all = counts.into_iter().zip(&state.occupancy.tumour);
    all.map(|(such, &all)| such > 0 && u32::from(such) * 2 >= u32::from(all))
        .collect()
}

/// True of sites in which dead tumour cells lie; empty where none does.
fn dead(model: &Model, state: &State) -> Vec<bool> {
    if state.dead.is_empty() {
        return Vec::new();
    }
    let mut found = vec![false; model.grid.len()];
    for &site in &state.dead.site {
        found[site as usize] = true;
    }
    found
}

/// What sets tumour cells of a site apart from others; each empty where none is.
struct Tumour {
    /// Clone of a cell of each site.
    clones: Vec<u8>,
    /// True of sites of which half or more is doomed.
    doomed: Vec<bool>,
    /// True of sites of which half or more is dormant.
    dormant: Vec<bool>,
    /// True of sites in which dead cells lie.
    dead: Vec<bool>,
}

/// Nothing but marrow or tumour, so that the surface beside it is bare.
const fn is_bare(what: Shown) -> bool {
    !matches!(
        what,
        Shown::Bone | Shown::Osteoid | Shown::Osteoblast | Shown::Forming | Shown::Osteoclast
    )
}

fn show(state: &State, cells: &Tumour, site: usize) -> Shown {
    let tumour = state.occupancy.tumour[site];
    if state.bone.solid[site] {
        let osteoid = state.bone.osteoid[site] > 0.5 * state.bone.matrix[site];
        if osteoid { Shown::Osteoid } else { Shown::Bone }
    } else if state.occupancy.osteoclast[site] != 0 {
        Shown::Osteoclast
    } else if state.occupancy.osteoblast[site] > 0 {
        // As `os_bs` counts it.
        if state.bone.osteoid[site] > 0.0 {
            Shown::Forming
        } else {
            Shown::Osteoblast
        }
    } else if tumour > 0 {
        if cells.doomed.get(site) == Some(&true) {
            return Shown::TumourDoomed;
        }
        if cells.dormant.get(site) == Some(&true) {
            return Shown::TumourDormant;
        }
        if let Some(&clone) = cells.clones.get(site)
            && clone > 0
        {
            return Shown::Clone(clone);
        }
        let full = 2 * tumour >= state.occupancy.capacity[site];
        if full {
            Shown::TumourDense
        } else {
            Shown::TumourSparse
        }
    } else if cells.dead.get(site) == Some(&true) {
        Shown::TumourDead
    } else {
        Shown::Marrow
    }
}

#[cfg(test)]
mod tests {
    use super::spread;

    #[test]
    fn one_in_five_cells_is_shown_on_one_in_five_sites_of_any_row() {
        for row in 0..50 {
            let sites = row * 400..(row + 1) * 400;
            let shown = sites.filter(|&site| spread(site) < 0.2).count();
            assert!((45..=115).contains(&shown), "{shown} of 400 in row {row}");
        }
        let shown = (0..20_000).filter(|&site| spread(site) < 0.2).count();
        assert!((3800..=4200).contains(&shown), "{shown} of 20 000");
    }
}
