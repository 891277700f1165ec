//! What an observer sees of a run: arrays over the lattice, cells and times, none of which it can change.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::engine::column::Entry;
use crate::engine::parts::each;
use crate::engine::parts::part::Now;
use crate::observe::{books, series};
use crate::run::schedule::Clock;
use crate::run::simulation::Simulation;
use crate::tissue::bone::Bone;
use crate::tissue::grid::Grid;
use crate::tissue::population::{ImmuneCells, Osteoblasts, Osteoclasts, TumourCells};
use crate::tissue::space::Occupancy;

/// A run as it is now, to be read alone.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    simulation: &'a Simulation,
}

/// An array over the lattice: one value per site, x fastest, then y, then z.
#[derive(Debug, Clone, PartialEq)]
pub struct Field<'a> {
    /// Name, such as `rankl`.
    pub name: Cow<'a, str>,
    /// Unit; 1 for shares and numbers.
    pub unit: &'static str,
    /// Sites along x, y and z.
    pub dims: [usize; 3],
    /// The values.
    pub values: Values<'a>,
}

/// Values of a field, as the engine keeps them.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Values<'a> {
    /// Numbers.
    F32(&'a [f32]),
    /// Numbers that are booked.
    F64(&'a [f64]),
    /// Numbers of cells.
    U8(&'a [u8]),
    /// Numbers of cells.
    U16(&'a [u16]),
    /// Ids of cells, 0 where there is none.
    U64(&'a [u64]),
    /// True or false.
    Bool(&'a [bool]),
}

impl Values<'_> {
    /// Number of values.
    pub const fn len(&self) -> usize {
        match self {
            Self::F32(values) => values.len(),
            Self::F64(values) => values.len(),
            Self::U8(values) => values.len(),
            Self::U16(values) => values.len(),
            Self::U64(values) => values.len(),
            Self::Bool(values) => values.len(),
        }
    }

    /// True when there is none.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// The cells of a lineage: one entry per cell in both arrays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cells<'a> {
    /// Lineage.
    pub name: &'static str,
    /// Identity; never used for another cell of the lineage.
    pub id: &'a [u64],
    /// Site that holds the cell, or the centre of its footprint.
    pub site: &'a [u32],
}

impl Simulation {
    /// The simulation, to be read alone.
    pub const fn view(&self) -> View<'_> {
        View::of(self)
    }

    /// Where the run stands.
    pub const fn clock(&self) -> Clock {
        Clock {
            tick: self.state.tick,
            burn_in_ticks: self.burn_in_ticks,
            last_tick: self.burn_in_ticks + self.ticks,
            tick_h: self.model.tick_h,
            time_h: self.state.time_h,
        }
    }
}

impl<'a> View<'a> {
    /// A view of a simulation.
    pub const fn of(simulation: &'a Simulation) -> Self {
        Self { simulation }
    }

    /// The simulation, for the observers of a run folder.
    #[cfg(feature = "plots")]
    pub(super) const fn simulation(self) -> &'a Simulation {
        self.simulation
    }

    /// Where the run stands.
    pub fn clock(&self) -> Clock {
        self.simulation.clock()
    }

    /// Ticks done, those of the burn-in among them.
    pub const fn tick(&self) -> u32 {
        self.simulation.state.tick
    }

    /// Time, d; negative in the burn-in.
    pub fn day(&self) -> f64 {
        self.simulation.state.day()
    }

    /// True from day 0 on.
    pub const fn is_past_burn_in(&self) -> bool {
        self.simulation.is_past_burn_in()
    }

    /// True when the last tick is done.
    pub const fn is_last(&self) -> bool {
        self.simulation.is_done()
    }

    /// The lattice.
    pub const fn grid(&self) -> &'a Grid {
        &self.simulation.model.grid
    }

    /// BV/TV: matrix, osteoid included, over the whole lattice.
    pub fn bv_tv(&self) -> f64 {
        self.simulation.state.bv_tv(&self.simulation.model)
    }

    /// The row of `series.csv` of this time, in the order of [`crate::observe::series::columns`].
    pub fn series(&self) -> Vec<f64> {
        let Simulation {
            model,
            state,
            scratch,
            ..
        } = self.simulation;
        series::row(model, state, scratch)
    }

    /// Names of the columns of `ledger.csv`.
    pub fn ledger_columns(&self) -> Vec<String> {
        let model = &self.simulation.model;
        books::columns(&model.signals, !model.conversions.is_empty())
    }

    /// The row of `ledger.csv` of this time, in the order of [`Self::ledger_columns`].
    pub fn ledger(&self) -> Vec<f64> {
        books::row(&self.simulation.model, &self.simulation.state)
    }

    /// What optional features put on record now, with the rows that belong to a row of `series.csv`.
    pub fn record(&self) -> Vec<Entry> {
        each::record(&Now {
            model: &self.simulation.model,
            state: &self.simulation.state,
            has_row: true,
            is_last: self.is_last(),
            highest: &BTreeMap::new(),
            columns: &|_| &[],
        })
    }

    /// Bone, site by site.
    pub const fn bone(&self) -> &'a Bone {
        &self.simulation.state.bone
    }

    /// Who is where.
    pub const fn occupancy(&self) -> &'a Occupancy {
        &self.simulation.state.occupancy
    }

    /// Tumour cells.
    pub const fn tumour(&self) -> &'a TumourCells {
        &self.simulation.state.tumour
    }

    /// Osteoclasts.
    pub const fn osteoclasts(&self) -> &'a Osteoclasts {
        &self.simulation.state.osteoclasts
    }

    /// Osteoblasts and their precursors.
    pub const fn osteoblasts(&self) -> &'a Osteoblasts {
        &self.simulation.state.osteoblasts
    }

    /// Immune cells; none without their parameters.
    pub const fn immune(&self) -> &'a ImmuneCells {
        &self.simulation.state.parts.immune.cells
    }

    /// All lineages.
    pub fn cells(&self) -> [Cells<'a>; 4] {
        let state = &self.simulation.state;
        let cells = |name, id: &'a [u64], site: &'a [u32]| Cells { name, id, site };
        [
            cells("tumour", &state.tumour.id, &state.tumour.site),
            cells("osteoclast", &state.osteoclasts.id, &state.osteoclasts.site),
            cells("osteoblast", &state.osteoblasts.id, &state.osteoblasts.site),
            cells(
                "immune",
                &state.parts.immune.cells.id,
                &state.parts.immune.cells.site,
            ),
        ]
    }

    /// Names of the signals, in the order of the scenario's.
    pub fn signals(&self) -> &'a [String] {
        &self.simulation.model.signals
    }

    /// Total level of a signal, free and bound in fluid, pM; none where there is no signal of this name.
    pub fn signal_pm(&self, name: &str) -> Option<&'a [f32]> {
        let signal = self.simulation.model.signal(name)?;
        Some(&self.simulation.state.fields_pm[signal])
    }

    /// The field of this name; none where there is none.
    pub fn field(&self, name: &str) -> Option<Field<'a>> {
        self.fields().into_iter().find(|field| field.name == name)
    }

    /// All fields: the signals under their names (all of it, free and bound in fluid), what cells sense of
    /// RANKL and OPG (`rankl_free`, `opg_free`, `rank_occupancy`: those of the last tick, 0 before the
    /// first), `vessel_distance`, bone, factors stored in it (`<signal>_stored`), and cells by site.
    pub fn fields(&self) -> Vec<Field<'a>> {
        let Simulation {
            model,
            state,
            scratch,
            ..
        } = self.simulation;
        let dims = model.grid.dims;
        let field = |name: Cow<'a, str>, unit, values| Field {
            name,
            unit,
            dims,
            values,
        };
        let signals = model.signals.iter().zip(&state.fields_pm);
        let mut all: Vec<Field<'a>> = signals
            .map(|(name, level)| field(Cow::Borrowed(name), "pM", Values::F32(level)))
            .collect();
        let (bone, who) = (&state.bone, &state.occupancy);
        let named: [(&'static str, &'static str, Values<'a>); 17] = [
            ("rankl_free", "pM", Values::F32(&scratch.free_rankl_pm)),
            ("opg_free", "pM", Values::F32(&scratch.free_opg_pm)),
            ("rank_occupancy", "1", Values::F32(&scratch.rank_occupancy)),
            (
                "vessel_distance",
                "um",
                Values::F32(&scratch.vessel_distance_um),
            ),
            ("bone_solid", "1", Values::Bool(&bone.solid)),
            ("bone_matrix", "1", Values::F32(&bone.matrix)),
            ("bone_osteoid", "1", Values::F32(&bone.osteoid)),
            ("bone_mineral", "1", Values::F32(&bone.mineral)),
            ("bone_formed", "h", Values::F32(&bone.formed_h)),
            ("bone_drug", "amol", Values::F32(&bone.drug_amol)),
            ("bone_goal", "1", Values::F32(&bone.goal)),
            ("erosion_depth", "um", Values::F32(&bone.depth_um)),
            ("activated_until", "h", Values::F32(&bone.activated_until_h)),
            ("tumour_cells", "1", Values::U16(&who.tumour)),
            ("tumour_capacity", "1", Values::U16(&who.capacity)),
            ("osteoblast_cells", "1", Values::U8(&who.osteoblast)),
            ("osteoclast_id", "1", Values::U64(&who.osteoclast)),
        ];
        let named = named.into_iter();
        all.extend(named.map(|(name, unit, values)| field(Cow::Borrowed(name), unit, values)));
        all.extend(bone.stores.iter().map(|store| {
            let name = format!("{}_stored", model.signals[store.signal]);
            field(Cow::Owned(name), "amol", Values::F64(&store.amol))
        }));
        all
    }
}
