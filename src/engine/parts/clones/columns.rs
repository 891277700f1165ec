//! Columns and the picture of `clones.csv`: the tumour by clone.

use crate::engine::column::{About, Before, Cell, Column, abouts, cells, cells_of};
use crate::engine::model::Model;
use crate::engine::picture::{Drawn, Picture};
use crate::engine::state::State;

/// The file of a tumour of several clones.
pub const TABLE: &str = "clones.csv";

/// What the names of the columns end in that count the cells of a clone.
pub const CELLS: &str = "_cells";

/// Cells of each clone, and their shares.
pub(super) const PICTURE: Picture = Picture {
    name: "clones",
    heading: "tumour cells by clone",
    table: TABLE,
    drawn: Drawn::Clones(CELLS),
};

/// Cells of a clone, and of these dormant ones.
#[derive(Clone, Copy, Default)]
struct Count {
    cells: u64,
    dormant: u64,
}

/// What comes behind the name of a clone.
const OF_CLONE: [Column<Count>; 2] = [
    Column::new(CELLS, "", "cells", |it| it.cells as f64),
    Column::new("_dormant", "", "of these dormant", |it| it.dormant as f64),
];

/// The same of the parental clone, whose cells are all cells of a time with no other clone.
const OF_PARENTAL: [Column<Count>; 2] = [
    OF_CLONE[0].before(Before::Series("tumour_cells")),
    OF_CLONE[1].before(Before::Is(f64::NAN)),
];

const TIME: Column<State> =
    Column::new("time_d", "d", "time", State::day).before(Before::Series("time_d"));

/// The columns in words.
pub(super) fn about() -> Vec<About> {
    [abouts(&[TIME]), abouts(&OF_CLONE)].concat()
}

/// The row of now; none for a tumour of one clone.
pub(super) fn row(model: &Model, state: &State) -> Option<Vec<Cell>> {
    let names = &model.parts.clones.names;
    if names.len() < 2 {
        return None;
    }
    let mut counts = vec![Count::default(); names.len()];
    let tumour = &state.tumour;
    for (&clone, &dormant) in tumour.clone.iter().zip(&tumour.dormant) {
        let count = &mut counts[usize::from(clone)];
        count.cells += 1;
        count.dormant += u64::from(dormant);
    }
    let mut row: Vec<Cell> = cells(&[TIME], state).collect();
    for (place, (name, count)) in names.iter().zip(&counts).enumerate() {
        let columns = if place == 0 { &OF_PARENTAL } else { &OF_CLONE };
        row.extend(cells_of(name, columns, count));
    }
    Some(row)
}
