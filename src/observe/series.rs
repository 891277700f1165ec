//! The row of figures that a run gives each day (names after Dempster 2013 and Bouxsein 2010).

use crate::engine::column::{About, Column, values};
use crate::engine::model::Model;
use crate::engine::scratch::Scratch;
use crate::engine::state::State;
use crate::numerics::reduce::ordered_sum;
use crate::tissue::bone::{Bone, SurfaceSite};
use crate::tissue::population::OsteoblastStage;

/// A tissue at the time of a row, with what several columns go by.
struct At<'a> {
    model: &'a Model,
    state: &'a State,
    scratch: &'a Scratch,
    tissue_mm3: f64,
    bone_mm3: f64,
    /// Surface of bone, mm2, and of it what is eroded, covered by osteoid, and under osteoclasts.
    surface_mm2: f64,
    eroded_mm2: f64,
    osteoid_mm2: f64,
    under_osteoclast_mm2: f64,
    /// Sites of marrow, at least 1.
    marrow: f64,
    mature: usize,
}

impl<'a> At<'a> {
    fn of(model: &'a Model, state: &'a State, scratch: &'a Scratch) -> Self {
        let grid = &model.grid;
        let (mut surface, mut eroded, mut osteoid, mut under_osteoclast) = (0.0, 0.0, 0.0, 0.0);
        let mut sites = Vec::new();
        state.bone.surface(grid, &mut sites);
        for SurfaceSite { site, faces } in sites {
            let site = site as usize;
            let area = Bone::surface_area_um2(grid, faces.into()) * 1e-6;
            surface += area;
            // Eroded surface is that of osteoclasts and of reversal (Dempster 2013): never less than what they cover.
            if state.occupancy.osteoclast[site] != 0 {
                under_osteoclast += area;
                eroded += area;
            } else if state.occupancy.osteoblast[site] > 0 && state.bone.osteoid[site] > 0.0 {
                osteoid += area;
            } else if state.bone.is_eroded(site) && !state.bone.is_modelled(site) {
                eroded += area;
            }
        }
        let marrow = state.bone.solid.iter().filter(|&&solid| !solid).count();
        let stages = state.osteoblasts.stage.iter();
        Self {
            model,
            state,
            scratch,
            tissue_mm3: grid.volume_mm3(),
            bone_mm3: state.bone.volume_um3(grid) * 1e-9,
            surface_mm2: surface,
            eroded_mm2: eroded,
            osteoid_mm2: osteoid,
            under_osteoclast_mm2: under_osteoclast,
            marrow: marrow.max(1) as f64,
            mature: stages
                .filter(|&&stage| stage == OsteoblastStage::Mature)
                .count(),
        }
    }

    /// A part of the surface of bone over all of it.
    fn share(&self, area_mm2: f64) -> f64 {
        if self.surface_mm2 > 0.0 {
            area_mm2 / self.surface_mm2
        } else {
            0.0
        }
    }

    /// Mean of a field over marrow.
    fn mean(&self, field: &[f32]) -> f64 {
        let sum = ordered_sum(field.len(), |site| {
            if self.state.bone.solid[site] {
                0.0
            } else {
                f64::from(field[site])
            }
        });
        sum / self.marrow
    }

    fn osteoclasts(&self) -> f64 {
        self.state.osteoclasts.len() as f64
    }

    fn tumour_cells(&self) -> f64 {
        self.state.tumour.len() as f64
    }
}

/// Columns that every run has; a unit stands at the end of a name that has one.
///
/// Signals are means over marrow, of all that is there, free and bound in fluid; `resorbed_mm3` and
/// `formed_mm3` are cumulative since day 0; `es_bs`, `os_bs` and `oc_s_bs` are shares of the bone surface.
fn fixed<'a>() -> [Column<At<'a>>; 25] {
    [
        Column::new("time_d", "d", "time", |at| at.state.day()),
        Column::new("bv_tv", "", "matrix over tissue", |at| {
            at.bone_mm3 / at.tissue_mm3
        }),
        Column::new("bone_volume_mm3", "mm3", "matrix", |at| at.bone_mm3),
        Column::new(
            "es_bs",
            "",
            "eroded surface, that under osteoclasts included, over surface",
            |at| at.share(at.eroded_mm2),
        ),
        Column::new(
            "os_bs",
            "",
            "surface of osteoid with cells of the osteoblast lineage on it over surface",
            |at| at.share(at.osteoid_mm2),
        ),
        Column::new("n_oc", "", "osteoclasts", At::osteoclasts),
        Column::new("n_oc_per_mm3", "1/mm3", "osteoclasts per tissue", |at| {
            at.osteoclasts() / at.tissue_mm3
        }),
        Column::new(
            "n_oc_per_bs_mm2",
            "1/mm2",
            "osteoclasts per surface",
            |at| at.share(at.osteoclasts()),
        ),
        Column::new(
            "oc_s_bs",
            "",
            "surface under osteoclasts over surface",
            |at| at.share(at.under_osteoclast_mm2),
        ),
        Column::new(
            "n_ob",
            "",
            "mature osteoblasts, without precursors and lining cells",
            |at| at.mature as f64,
        ),
        Column::new("n_precursor", "", "precursors of osteoblasts", |at| {
            (at.state.osteoblasts.len() - at.mature) as f64
        }),
        Column::new("tumour_cells", "", "tumour cells", At::tumour_cells),
        Column::new(
            "tumour_volume_mm3",
            "mm3",
            "their volume and that of the dead that are not cleared yet",
            |at| {
                let cells = at.tumour_cells() + at.state.dead.len() as f64;
                cells * at.model.parameters.tumour.cell_volume_um3() * 1e-9
            },
        ),
        Column::new("pthrp_pm", "pM", "PTHrP", |at| {
            at.mean(&at.state.fields_pm[0])
        }),
        Column::new("rankl_free_pm", "pM", "free RANKL", |at| {
            at.mean(&at.scratch.free_rankl_pm)
        }),
        Column::new("opg_pm", "pM", "OPG", |at| at.mean(&at.state.fields_pm[2])),
        Column::new("tgf_beta_pm", "pM", "TGF-beta", |at| {
            at.mean(&at.state.fields_pm[3])
        }),
        Column::new("resorbed_mm3", "mm3", "resorbed", |at| {
            at.state.ledger.resorbed_um3 * 1e-9
        }),
        Column::new("formed_mm3", "mm3", "formed", |at| {
            at.state.ledger.formed_um3 * 1e-9
        }),
        Column::new("owed_mm3", "mm3", "dug and not yet refilled", |at| {
            let bone = &at.state.bone;
            let owed = ordered_sum(at.model.grid.len(), |site| {
                f64::from((bone.goal[site] - bone.matrix[site]).max(0.0))
            });
            owed * at.model.grid.site_volume_um3() * 1e-9
        }),
        Column::new("calcium_released_fmol", "fmol", "calcium set free", |at| {
            at.state.ledger.calcium_released_fmol
        }),
        Column::new(
            "ledger_residual",
            "",
            "worst residual of a signal until now",
            |at| at.state.ledger.worst_signal_residual,
        ),
        Column::new(
            "store_residual",
            "",
            "worst residual of a store until now",
            |at| at.state.ledger.worst_store_residual,
        ),
        Column::new("bs_mm2", "mm2", "surface of bone", |at| at.surface_mm2),
        Column::new(
            "tumour_cells_dead",
            "",
            "tumour cells that treatment killed and that are not cleared yet",
            |at| at.state.dead.len() as f64,
        ),
    ]
}

/// Columns that every run has, at least.
pub fn width() -> usize {
    fixed().len()
}

/// Columns of `series.csv` with which a wider table begins: up to the first of `ledger.csv`.
pub fn width_with<N: AsRef<str>>(columns: &[N]) -> usize {
    let is_level = |name: &N| name.as_ref().ends_with(LEVEL);
    let fixed = width().min(columns.len());
    fixed
        + columns[fixed..]
            .iter()
            .take_while(|name| is_level(name))
            .count()
}

/// True for the name of a column that every run has.
pub fn is_fixed(name: &str) -> bool {
    fixed().iter().any(|column| column.name == name)
}

/// Ending of the columns with the mean level of a signal over marrow.
const LEVEL: &str = "_pm";

/// Signals whose levels have no column that every run has, by their place in the model.
fn further<N: AsRef<str>>(signals: &[N]) -> impl Iterator<Item = (usize, String)> {
    let named = signals
        .iter()
        .map(|name| format!("{}{LEVEL}", name.as_ref()));
    named.enumerate().filter(|(_, column)| !is_fixed(column))
}

/// Names of all columns of a run with these signals: those that every run has, then the level of every
/// signal that has none there, so that each signal has a column `<name>_pm`.
pub fn columns<N: AsRef<str>>(signals: &[N]) -> Vec<String> {
    let fixed = fixed();
    let fixed = fixed.iter().map(|column| column.name.to_owned());
    fixed
        .chain(further(signals).map(|(_, column)| column))
        .collect()
}

/// The columns of a run with these signals in words, in the order of [`columns`].
pub fn about<N: AsRef<str>>(signals: &[N]) -> Vec<About> {
    let level = |(signal, name): (usize, String)| About {
        name,
        unit: "pM",
        about: format!(
            "{}, mean over marrow, free and bound",
            signals[signal].as_ref()
        ),
    };
    let fixed = fixed();
    let fixed = fixed.iter().map(About::from);
    fixed.chain(further(signals).map(level)).collect()
}

/// One row, in the order of [`columns`].
pub fn row(model: &Model, state: &State, scratch: &Scratch) -> Vec<f64> {
    let at = At::of(model, state, scratch);
    let mut row = values(&fixed(), &at);
    row.extend(further(&model.signals).map(|(signal, _)| at.mean(&state.fields_pm[signal])));
    row
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_signal_has_a_column_of_its_level_and_the_usual_ones_keep_their_places() {
        let signals = ["pthrp", "rankl", "opg", "tgf_beta", "igf", "il6"];
        let all = columns(&signals);
        assert_eq!(
            all.join(","),
            "time_d,bv_tv,bone_volume_mm3,es_bs,os_bs,n_oc,n_oc_per_mm3,n_oc_per_bs_mm2,oc_s_bs,n_ob,\
             n_precursor,tumour_cells,tumour_volume_mm3,pthrp_pm,rankl_free_pm,opg_pm,tgf_beta_pm,\
             resorbed_mm3,formed_mm3,owed_mm3,calcium_released_fmol,ledger_residual,store_residual,bs_mm2,\
             tumour_cells_dead,rankl_pm,igf_pm,il6_pm"
        );
        for signal in signals {
            let column = format!("{signal}_pm");
            assert_eq!(all.iter().filter(|&name| *name == column).count(), 1);
        }
    }
}
