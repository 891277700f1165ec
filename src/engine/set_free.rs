//! What leaves the matrix, into the books and the fluid.

use crate::engine::model::Model;
use crate::tissue::bone::Store;
use crate::tissue::ledger::Ledger;

/// Books what a dig took out of each store, and hands the active part to the fluid at the cell.
pub(super) fn set_free(
    model: &Model,
    stores: &[Store],
    (ledger, fluid): (&mut Ledger, &mut [Vec<(u32, f64)>]),
    site: usize,
    released: &[f64],
) {
    for (store, &amount) in released.iter().enumerate() {
        let signal = stores[store].signal;
        let law = &model.parameters.signals[&model.signals[signal]];
        let active = if law.matrix_release {
            amount * law.active_fraction
        } else {
            0.0
        };
        let book = &mut ledger.stores[store];
        book.released_active += active;
        book.released_inactive += amount - active;
        if active > 0.0 {
            fluid[signal].push((site as u32, active));
        }
        let inactive = amount - active;
        if let Some(form) = model.inactive_forms[signal]
            && law.matrix_release
            && inactive > 0.0
        {
            fluid[form].push((site as u32, inactive));
        }
    }
}
