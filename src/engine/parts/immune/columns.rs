//! Columns of `immune.csv`, and what is drawn of them.

use crate::engine::column::Column;
use crate::engine::model::Model;
use crate::engine::picture::{Curve, Drawn, Panel, Picture};
use crate::engine::state::State;
use crate::numerics::reduce::ordered_sum;
use crate::tissue::ledger::ImmuneBook;
use crate::tissue::population::ImmuneKind;
use crate::tissue::reach::Reach;

/// The file.
pub(super) const TABLE: &str = "immune.csv";

/// What is counted for a row.
pub(super) struct Counts {
    time_d: f64,
    cells: [u64; 4],
    exhausted: u64,
    touching: u64,
    counters: f64,
    tumour: f64,
    marrow_mm3: f64,
    book: ImmuneBook,
}

fn over(value: f64, whole: f64) -> f64 {
    if whole > 0.0 { value / whole } else { 0.0 }
}

impl Counts {
    /// Counts the cells of now.
    pub(super) fn of(model: &Model, state: &State) -> Self {
        let cells = &state.parts.immune.cells;
        let mut counts = [0_u64; 4];
        let (mut exhausted, mut touching) = (0_u64, 0_u64);
        let plan = model.parts.immune.as_ref();
        let nothing = Reach::default();
        let contact = plan.map_or(&nothing, |plan| &plan.reach.contact);
        for cell in 0..cells.len() {
            counts[cells.kind[cell].index()] += 1;
            if cells.kind[cell] == ImmuneKind::Cd8 {
                exhausted += u64::from(cells.exhausted[cell]);
                let mut around = contact.around(&model.grid, cells.site[cell] as usize);
                touching += u64::from(around.any(|at| state.occupancy.tumour[at] > 0));
            }
        }
        let marrow = state.bone.solid.iter().filter(|&&solid| !solid).count() as f64;
        Self {
            time_d: state.day(),
            cells: counts,
            exhausted,
            touching,
            counters: ordered_sum(cells.len(), |cell| match cells.kind[cell] {
                ImmuneKind::Cd8 => f64::from(cells.counter[cell]),
                _ => 0.0,
            }),
            tumour: state.tumour.len() as f64,
            marrow_mm3: marrow * model.grid.site_volume_um3() * 1e-9,
            book: state.parts.immune.book,
        }
    }

    fn number(&self, kind: ImmuneKind) -> f64 {
        self.cells[kind.index()] as f64
    }

    fn cd8(&self) -> f64 {
        self.number(ImmuneKind::Cd8)
    }

    fn per_mm3(&self, kind: ImmuneKind) -> f64 {
        over(self.number(kind), self.marrow_mm3)
    }
}

/// Its columns; densities are per mm3 of marrow, what happened is since day 0.
pub(super) const COLUMNS: [Column<Counts>; 17] = [
    Column::new("time_d", "d", "time", |at| at.time_d),
    Column::new("n_cd8", "", "CD8 cells", Counts::cd8),
    Column::new("n_exhausted", "", "of these exhausted", |at| {
        at.exhausted as f64
    }),
    Column::new("n_treg", "", "regulatory T cells", |at| {
        at.number(ImmuneKind::Treg)
    }),
    Column::new("n_myeloid", "", "myeloid suppressors", |at| {
        at.number(ImmuneKind::Myeloid)
    }),
    Column::new("n_nk", "", "natural killer cells", |at| {
        at.number(ImmuneKind::Nk)
    }),
    Column::new("cd8_per_mm3", "1/mm3", "CD8 cells", |at| {
        at.per_mm3(ImmuneKind::Cd8)
    }),
    Column::new("treg_per_mm3", "1/mm3", "regulatory T cells", |at| {
        at.per_mm3(ImmuneKind::Treg)
    }),
    Column::new("myeloid_per_mm3", "1/mm3", "myeloid suppressors", |at| {
        at.per_mm3(ImmuneKind::Myeloid)
    }),
    Column::new(
        "cd8_per_tumour_cell",
        "",
        "CD8 cells over tumour cells",
        |at| over(at.cd8(), at.tumour),
    ),
    Column::new("counter_mean", "", "mean counter of CD8 cells", |at| {
        over(at.counters, at.cd8())
    }),
    Column::new(
        "contact_share",
        "",
        "share of CD8 cells that touch a tumour cell",
        |at| over(at.touching as f64, at.cd8()),
    ),
    Column::new("cd8_entered", "", "CD8 cells that came", |at| {
        at.book.entered[ImmuneKind::Cd8.index()] as f64
    }),
    Column::new("cd8_born", "", "CD8 cells that were born", |at| {
        at.book.born[ImmuneKind::Cd8.index()] as f64
    }),
    Column::new("cd8_died", "", "CD8 cells that died", |at| {
        at.book.died[ImmuneKind::Cd8.index()] as f64
    }),
    Column::new("kills", "", "tumour cells killed", |at| {
        at.book.kills.iter().sum::<u64>() as f64
    }),
    Column::new("kills_exhausted", "", "of these by exhausted cells", |at| {
        at.book.kills_exhausted as f64
    }),
];

/// The same name, and with it the same colour, in all panels.
const EXHAUSTED: &str = "exhausted CD8 cells";

/// Numbers, state of the CD8 cells, and tumour cells killed.
pub(super) const PICTURE: Picture = Picture {
    name: "immune",
    heading: "immune cells, their state and what they killed",
    table: TABLE,
    drawn: Drawn::Panels(&[
        Panel::new(
            "cells",
            &[
                Curve::new("n_cd8", "all CD8 cells"),
                Curve::new("n_cd8", "CD8 cells, not exhausted").less("n_exhausted"),
                Curve::new("n_exhausted", EXHAUSTED).if_any(),
                Curve::new("n_treg", "regulatory T cells").if_any(),
                Curve::new("n_myeloid", "myeloid suppressors").if_any(),
                Curve::new("n_nk", "natural killer cells").if_any(),
            ],
        )
        .logarithmic(),
        Panel::new(
            "share of all CD8 cells (%)",
            &[
                Curve::new("n_exhausted", EXHAUSTED)
                    .over("n_cd8")
                    .times(100.0),
                Curve::new("contact_share", "in contact with tumour").times(100.0),
            ],
        ),
        Panel::new(
            "tumour cells killed since day 0",
            &[
                Curve::new("kills", "by all immune cells"),
                Curve::new("kills_exhausted", "by exhausted CD8 cells"),
            ],
        ),
    ]),
};
