//! The tumour by clone, and what came from the circulation.

use crate::engine::model::Model;
use crate::engine::state::State;

/// Names of the columns of [`clones`], for clones of these names; none for a tumour of one clone.
pub fn clone_columns(names: &[&str]) -> Vec<String> {
    if names.len() < 2 {
        return Vec::new();
    }
    let mut columns = vec!["time_d".to_owned()];
    for name in names {
        columns.push(format!("{name}_cells"));
        columns.push(format!("{name}_dormant"));
    }
    columns
}

/// Day, then cells and dormant cells of each clone.
pub fn clones(model: &Model, state: &State) -> Vec<f64> {
    let mut counts = vec![[0_u64; 2]; model.clones.names.len()];
    let cells = &state.tumour;
    for (&clone, &dormant) in cells.clone.iter().zip(&cells.dormant) {
        let count = &mut counts[usize::from(clone)];
        count[0] += 1;
        count[1] += u64::from(dormant);
    }
    let mut row = vec![state.day()];
    row.extend(counts.iter().flatten().map(|&count| count as f64));
    row
}

/// Names of the columns of [`colonisation`].
pub const COLONISATION: [&str; 6] = [
    "time_d",
    "arrived",
    "survived",
    "settled",
    "tumour_cells",
    "dormant_cells",
];

/// Day, cells that left the circulation, survived and settled since day 0, cells and dormant cells
/// now.
pub fn colonisation(state: &State) -> Vec<f64> {
    let arrivals = &state.ledger.arrivals;
    let dormant = state.tumour.dormant.iter().filter(|&&dormant| dormant);
    vec![
        state.day(),
        arrivals.arrived as f64,
        arrivals.survived as f64,
        arrivals.settled as f64,
        state.tumour.len() as f64,
        dormant.count() as f64,
    ]
}
