//! What the last state of a run shows beside the rows of its table.

use crate::engine::model::Model;
use crate::engine::state::State;
use crate::observe::front::{FRONT_UM, parts};
use crate::tissue::bone::SurfaceSite;

/// Where far from the tumour begins, um.
const FAR_UM: f32 = 500.0;

/// What the last state of a run shows.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct AtEnd {
    /// Osteoclasts per surface at the front of the tumour, /mm2; no number without one.
    pub near_per_mm2: f64,
    /// The same far from it.
    pub far_per_mm2: f64,
    /// Share of the surface below which bone was laid since day 0 where no pit ever was.
    pub smooth_share: f64,
}

impl AtEnd {
    pub(super) fn of(model: &Model, state: &State) -> Self {
        let mut surface = Vec::new();
        state.bone.surface(&model.grid, &mut surface);
        let [near_per_mm2, far_per_mm2] = if state.tumour.is_empty() {
            [f64::NAN; 2]
        } else {
            let distances_um = [0.0..=FRONT_UM, FAR_UM.next_up()..=f32::INFINITY];
            parts(model, state, &surface, distances_um).map(|part| part.per_mm2())
        };
        Self {
            near_per_mm2,
            far_per_mm2,
            smooth_share: smooth_share(model, state, &surface),
        }
    }
}

/// Share of the surface that lies on bone, or on a site, that was laid since day 0 and never dug.
fn smooth_share(model: &Model, state: &State, surface: &[SurfaceSite]) -> f64 {
    let bone = &state.bone;
    let is_new = |site: usize| {
        bone.matrix[site] > 0.0 && bone.formed_h[site] > 0.0 && bone.opened_h[site].is_infinite()
    };
    let (mut all, mut smooth) = (0_u32, 0_u32);
    for at in surface {
        let site = at.site as usize;
        all += u32::from(at.faces);
        if is_new(site) {
            smooth += u32::from(at.faces);
        } else {
            let on = model.grid.face_neighbours(site);
            smooth += on.filter(|&on| bone.solid[on] && is_new(on)).count() as u32;
        }
    }
    f64::from(smooth) / f64::from(all)
}
