//! Immune cells as figures.

use crate::engine::model::Model;
use crate::engine::state::State;
use crate::numerics::reduce::ordered_sum;
use crate::tissue::population::ImmuneKind;

/// Names of the columns of [`row`].
pub const COLUMNS: [&str; 17] = [
    "time_d",
    "n_cd8",
    "n_exhausted",
    "n_treg",
    "n_myeloid",
    "n_nk",
    "cd8_per_mm3",
    "treg_per_mm3",
    "myeloid_per_mm3",
    "cd8_per_tumour_cell",
    "counter_mean",
    "contact_share",
    "cd8_entered",
    "cd8_born",
    "cd8_died",
    "kills",
    "kills_exhausted",
];

/// Day; cells of each kind, exhausted CD8 cells among them; densities per mm3 of marrow; CD8 cells over
/// tumour cells; mean counter of CD8 cells and their share in contact with a tumour cell; CD8 cells that
/// came, were born and died, and tumour cells killed, since day 0.
pub fn row(model: &Model, state: &State) -> Vec<f64> {
    let cells = &state.immune;
    let mut counts = [0_u64; 4];
    let (mut exhausted, mut touching) = (0_u64, 0_u64);
    let contact = model
        .immune
        .as_ref()
        .map_or(&[][..], |reach| &reach.contact);
    for cell in 0..cells.len() {
        counts[cells.kind[cell].index()] += 1;
        if cells.kind[cell] == ImmuneKind::Cd8 {
            exhausted += u64::from(cells.exhausted[cell]);
            let mut around = model.grid.around(cells.site[cell] as usize, contact);
            touching += u64::from(around.any(|at| state.occupancy.tumour[at] > 0));
        }
    }
    let marrow = state.bone.solid.iter().filter(|&&solid| !solid).count() as f64;
    let marrow_mm3 = marrow * model.grid.site_volume_um3() * 1e-9;
    let over = |value: f64, whole: f64| if whole > 0.0 { value / whole } else { 0.0 };
    let [cd8, treg, myeloid, nk] = counts.map(|count| count as f64);
    let counters = ordered_sum(cells.len(), |cell| match cells.kind[cell] {
        ImmuneKind::Cd8 => f64::from(cells.counter[cell]),
        _ => 0.0,
    });
    let book = &state.ledger.immune;
    let own = ImmuneKind::Cd8.index();
    vec![
        state.day(),
        cd8,
        exhausted as f64,
        treg,
        myeloid,
        nk,
        over(cd8, marrow_mm3),
        over(treg, marrow_mm3),
        over(myeloid, marrow_mm3),
        over(cd8, state.tumour.len() as f64),
        over(counters, cd8),
        over(touching as f64, cd8),
        book.entered[own] as f64,
        book.born[own] as f64,
        book.died[own] as f64,
        book.kills.iter().sum::<u64>() as f64,
        book.kills_exhausted as f64,
    ]
}
