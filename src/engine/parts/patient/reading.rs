//! What the body of a patient sees of the tissue.

use crate::engine::model::Model;
use crate::engine::state::State;
use crate::numerics::reduce::ordered_sum;
use crate::patient::Reading;

/// What the body sees of the tissue.
pub(crate) fn reading(model: &Model, state: &State) -> Reading {
    let volume_um3 = model.grid.site_volume_um3();
    let law = &model.parameters.mineralisation;
    let bone = &state.bone;
    let mineral = ordered_sum(bone.matrix.len(), |site| {
        f64::from(bone.matrix[site]) * f64::from(bone.mineral[site])
    });
    let pthrp = model.signals.iter().position(|name| name == "pthrp");
    Reading {
        resorbed_um3: state.ledger.resorbed_um3,
        formed_um3: state.ledger.formed_um3,
        calcium_fmol: law.calcium_fmol(volume_um3, 1.0) * mineral,
        pthrp_amol: pthrp.map_or(0.0, |signal| state.ledger.total[signal].made),
        osteoclasts: state.osteoclasts.len() as f64,
        osteoblasts: state.osteoblasts.len() as f64,
        tumour_um3: state.tumour.len() as f64 * model.parameters.tumour.cell_volume_um3(),
    }
}
