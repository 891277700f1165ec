//! Tables that a scenario asks for under `[output]`: the structure of the bone at an interval, factors stored in it,
//! and the events of cells and sites.

use std::collections::BTreeMap;

use super::{Record, is_due};
use crate::engine::column::{Before, Cell, Entry};
use crate::observe::front::{FRONT_UM, parts};
use crate::observe::sites::{CellList, KINDS};
use crate::observe::structure::structure;
use crate::run::further_columns::{EVENTS, OF_EVENTS, STORED, STORES, STRUCTURE};
use crate::run::simulation::Simulation;
use crate::scenario::build::Loaded;

/// Cells and bone as they were at the last tick.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Seen {
    /// Kind and place of each cell, by lineage and identity.
    cells: BTreeMap<(u8, u64), (u8, [f32; 3])>,
    solid: Vec<bool>,
}

impl Seen {
    fn of(simulation: &Simulation) -> Self {
        let list = CellList::of(&simulation.model.grid, &simulation.state);
        let lineage = |kind: u8| match KINDS[usize::from(kind)] {
            // Of one lineage, whose cells keep their identity.
            "osteoblast" | "precursor" => 2,
            "tumour" => 0,
            "osteoclast" => 1,
            _ => 3,
        };
        let cells = (0..list.len()).map(|cell| {
            let kind = list.kind[cell];
            ((lineage(kind), list.id[cell]), (kind, list.at_um[cell]))
        });
        Self {
            cells: cells.collect(),
            solid: simulation.state.bone.solid.clone(),
        }
    }
}

fn row(table: &'static str, cells: impl Iterator<Item = (String, f64)>) -> Entry {
    let cells = cells.map(|(column, value)| Cell {
        before: if column == "time_d" {
            Before::Series("time_d")
        } else {
            Before::Is(f64::NAN)
        },
        column,
        value,
    });
    Entry::Row {
        table,
        cells: cells.collect(),
    }
}

fn structure_row(simulation: &Simulation, asked: &[String]) -> Entry {
    let (model, state) = (&simulation.model, &simulation.state);
    let (solid, grid) = (&state.bone.solid, &model.grid);
    let front = || {
        let distances_um = [0.0..=FRONT_UM, FRONT_UM.next_up()..=f32::INFINITY];
        let mut surface = Vec::new();
        state.bone.surface(grid, &mut surface);
        parts(model, state, &surface, distances_um)
    };
    let found = structure(solid, grid.dims, grid.edge_um, asked, front);
    let time = std::iter::once(("time_d", state.day()));
    let cells = time.chain(found);
    row(
        STRUCTURE,
        cells.map(|(name, value)| (name.to_owned(), value)),
    )
}

fn stores(simulation: &Simulation) -> Entry {
    let time = ("time_d".to_owned(), simulation.state.day());
    let stores = simulation.state.bone.stores.iter().map(|store| {
        let name = format!("{}{STORED}", simulation.model.signals[store.signal]);
        (name, store.amol.iter().sum())
    });
    row(STORES, std::iter::once(time).chain(stores))
}

/// What happened between two ticks, cells first, in the order of lineages and identities.
fn events(before: &Seen, now: &Seen, simulation: &Simulation) -> Vec<[f64; 7]> {
    let day = simulation.state.day();
    let mut found = Vec::new();
    let mut add = |event: f64, kind: f64, id: f64, at: [f64; 3]| {
        found.push([day, event, kind, id, at[0], at[1], at[2]]);
    };
    let place = |at: [f32; 3]| at.map(f64::from);
    for (&(lineage, id), &(kind, at)) in &now.cells {
        match before.cells.get(&(lineage, id)) {
            None => add(0.0, kind.into(), id as f64, place(at)),
            Some(&(was, _)) if was != kind => add(2.0, kind.into(), id as f64, place(at)),
            Some(_) => {}
        }
    }
    for (&(lineage, id), &(kind, at)) in &before.cells {
        if !now.cells.contains_key(&(lineage, id)) {
            add(1.0, kind.into(), id as f64, place(at));
        }
    }
    let grid = &simulation.model.grid;
    let edges = [grid.edge_um, grid.edge_um, grid.depth_um];
    let sites = before.solid.iter().zip(&now.solid).enumerate();
    for (site, (&was, &is)) in sites.filter(|(_, (was, is))| was != is) {
        let at = grid.place(site);
        let at = [0, 1, 2].map(|axis| (at[axis] as f64 + 0.5) * edges[axis]);
        let event = if was && !is { 3.0 } else { 4.0 };
        add(event, f64::NAN, site as f64, at);
    }
    found
}

impl Record {
    /// Takes what is asked for under `[output]` beside the series.
    pub(super) fn take_further(&mut self, loaded: &Loaded, simulation: &Simulation, has_row: bool) {
        let output = &loaded.scenario.output;
        let every_h = output.structure_every.get();
        if every_h > 0.0 && (is_due(simulation, every_h) || simulation.is_done()) {
            self.tables
                .enter(structure_row(simulation, &output.structure), &self.series);
        }
        if output.stores && has_row {
            self.tables.enter(stores(simulation), &self.series);
        }
        if output.events {
            let now = Seen::of(simulation);
            let happened = self
                .seen
                .as_ref()
                .map(|seen| events(seen, &now, simulation));
            let names = OF_EVENTS.map(|(name, ..)| name);
            self.tables
                .extend(EVENTS, &names, happened.into_iter().flatten());
            self.seen = Some(now);
        }
    }

    /// Looks at the tissue of a run that goes on, behind which events are told.
    pub(in crate::run) fn go_on_from(&mut self, loaded: &Loaded, simulation: &Simulation) {
        if loaded.scenario.output.events && simulation.is_past_burn_in() {
            self.seen = Some(Seen::of(simulation));
        }
    }
}
