//! The row of figures that a run gives each day (names after Dempster 2013 and Bouxsein 2010).

use crate::engine::model::Model;
use crate::engine::scratch::Scratch;
use crate::engine::state::State;
use crate::numerics::reduce::ordered_sum;
use crate::tissue::bone::Bone;
use crate::tissue::population::OsteoblastStage;

/// Names of the columns that every run has; a unit stands at the end of a name that has one.
pub const COLUMNS: [&str; 24] = [
    "time_d",
    "bv_tv",
    "bone_volume_mm3",
    "es_bs",
    "os_bs",
    "n_oc",
    "n_oc_per_mm3",
    "n_oc_per_bs_mm2",
    "oc_s_bs",
    "n_ob",
    "n_precursor",
    "tumour_cells",
    "tumour_volume_mm3",
    "pthrp_pm",
    "rankl_free_pm",
    "opg_pm",
    "tgf_beta_pm",
    "resorbed_mm3",
    "formed_mm3",
    "owed_mm3",
    "calcium_released_fmol",
    "ledger_residual",
    "store_residual",
    "bs_mm2",
];

/// Ending of the columns with the mean level of a signal over marrow.
const LEVEL: &str = "_pm";

/// Signals whose levels have no column among [`COLUMNS`], by their place in the model.
fn further<N: AsRef<str>>(signals: &[N]) -> impl Iterator<Item = (usize, String)> {
    let named = signals
        .iter()
        .map(|name| format!("{}{LEVEL}", name.as_ref()));
    named
        .enumerate()
        .filter(|(_, column)| !COLUMNS.contains(&column.as_str()))
}

/// Names of all columns of a run with these signals: [`COLUMNS`], then the level of every signal that
/// has none there, so that each signal has a column `<name>_pm`.
pub fn columns<N: AsRef<str>>(signals: &[N]) -> Vec<String> {
    let fixed = COLUMNS.iter().map(|&name| name.to_owned());
    fixed
        .chain(further(signals).map(|(_, column)| column))
        .collect()
}

/// One row, in the order of [`columns`].
///
/// Signals are means over marrow, of all that is there, free and bound in fluid; `resorbed_mm3` and `formed_mm3` are cumulative since day 0;
/// `es_bs`, `os_bs` and `oc_s_bs` are shares of the bone surface.
pub fn row(model: &Model, state: &State, scratch: &Scratch) -> Vec<f64> {
    let grid = &model.grid;
    let tissue_mm3 = grid.volume_mm3();
    let bone_mm3 = state.bone.volume_um3(grid) * 1e-9;
    let (mut surface, mut eroded, mut osteoid, mut under_osteoclast) = (0.0, 0.0, 0.0, 0.0);
    for site in (0..grid.len()).filter(|&site| !state.bone.solid[site]) {
        let faces = state.bone.bone_faces(grid, site);
        if faces == 0 {
            continue;
        }
        let area = Bone::surface_area_um2(grid, faces) * 1e-6;
        surface += area;
        if state.occupancy.osteoclast[site] != 0 {
            under_osteoclast += area;
        }
        if state.occupancy.osteoblast[site] > 0 && state.bone.osteoid[site] > 0.0 {
            osteoid += area;
        } else if state.bone.is_eroded(site) {
            eroded += area;
        }
    }
    let share = |area: f64| if surface > 0.0 { area / surface } else { 0.0 };
    let marrow = state
        .bone
        .solid
        .iter()
        .filter(|&&solid| !solid)
        .count()
        .max(1) as f64;
    let mean = |field: &[f32]| {
        ordered_sum(field.len(), |site| {
            if state.bone.solid[site] {
                0.0
            } else {
                f64::from(field[site])
            }
        }) / marrow
    };
    let mature = state
        .osteoblasts
        .stage
        .iter()
        .filter(|&&stage| stage == OsteoblastStage::Mature)
        .count();
    let owed = ordered_sum(grid.len(), |site| {
        f64::from((state.bone.goal[site] - state.bone.matrix[site]).max(0.0))
    });
    let osteoclasts = state.osteoclasts.len() as f64;
    let cells = state.tumour.len() as f64;
    let mut row = vec![
        state.day(),
        bone_mm3 / tissue_mm3,
        bone_mm3,
        share(eroded),
        share(osteoid),
        osteoclasts,
        osteoclasts / tissue_mm3,
        if surface > 0.0 {
            osteoclasts / surface
        } else {
            0.0
        },
        share(under_osteoclast),
        mature as f64,
        (state.osteoblasts.len() - mature) as f64,
        cells,
        cells * model.parameters.tumour.cell_volume_um3() * 1e-9,
        mean(&state.fields_pm[0]),
        mean(&scratch.free_rankl_pm),
        mean(&state.fields_pm[2]),
        mean(&state.fields_pm[3]),
        state.ledger.resorbed_um3 * 1e-9,
        state.ledger.formed_um3 * 1e-9,
        owed * grid.site_volume_um3() * 1e-9,
        state.ledger.calcium_released_fmol,
        state.ledger.worst_signal_residual,
        state.ledger.worst_store_residual,
        surface,
    ];
    row.extend(further(&model.signals).map(|(signal, _)| mean(&state.fields_pm[signal])));
    row
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_signal_has_a_column_of_its_level_and_the_usual_ones_keep_their_places() {
        let signals = ["pthrp", "rankl", "opg", "tgf_beta", "igf", "il6"];
        let all = columns(&signals);
        assert_eq!(all[..COLUMNS.len()], COLUMNS);
        assert_eq!(all[COLUMNS.len()..], ["rankl_pm", "igf_pm", "il6_pm"]);
        for signal in signals {
            let column = format!("{signal}_pm");
            assert_eq!(all.iter().filter(|&name| *name == column).count(), 1);
        }
    }
}
