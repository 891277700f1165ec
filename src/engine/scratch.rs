//! Workspace: what a tick computes and the next one computes anew. Never saved.

use crate::biology::surroundings::Decoy;
use crate::engine::model::Model;
use crate::engine::parts::radiation::supply::Supply;
use crate::engine::state::State;
use crate::numerics::parallel::both;
use crate::tissue::bone::SurfaceSite;
use crate::tissue::space::{WayOut, distance_um};
use crate::transport::{Medium, TransportFault};

/// What may happen to a cycling tumour cell of the parental clone in a tick, by site; what stands at
/// sites without tumour cells means nothing.
#[derive(Debug, Default)]
pub struct TumourChances {
    /// Probability that it divides or dies: apart from the rest, which is asked for where one does. Its sign
    /// is set where a cell has a neighbour with room.
    pub event: Vec<f32>,
    /// Share of those events that are deaths.
    pub death_share: Vec<f32>,
    /// Hazard of death, per h.
    pub death_per_h: Vec<f32>,
}

impl TumourChances {
    fn of(sites: usize) -> Self {
        Self {
            event: vec![0.0; sites],
            death_share: vec![0.0; sites],
            death_per_h: vec![0.0; sites],
        }
    }
}

/// What osteoclasts change and tumour cells read, as it was before: a copy.
#[derive(Debug, Default)]
pub(crate) struct Before {
    pub solid: Vec<bool>,
    pub rank_occupancy: Vec<f32>,
}

/// Workspace of a run.
#[derive(Debug)]
pub struct Scratch {
    /// Solver of the signals.
    pub medium: Medium,
    /// 1 at the sites of vessels.
    pub vessel_weight: Vec<f32>,
    /// Distance to the nearest vessel, um.
    pub vessel_distance_um: Vec<f32>,
    /// Source of each signal, pM/h, by site.
    pub sources_pm_per_h: Vec<Vec<f32>>,
    /// Rate of each conversion, 1/h, by site.
    pub conversions_per_h: Vec<Vec<f32>>,
    /// Soluble RANKL that is free, pM.
    pub free_rankl_pm: Vec<f32>,
    /// OPG that is free, pM.
    pub free_opg_pm: Vec<f32>,
    /// Share of RANK engaged, at surface sites.
    pub rank_occupancy: Vec<f32>,
    /// Sites of the surface, in order.
    pub surface: Vec<SurfaceSite>,
    /// Chances of cycling tumour cells in this tick.
    pub tumour_chances: TumourChances,
    /// Way from full sites to free space.
    pub(crate) way_out: WayOut,
    /// The tissue before osteoclasts acted.
    pub(crate) before: Before,
    /// Level of each drug at its site of action, pM.
    pub drugs_pm: Vec<f64>,
    /// Highest level of each drug in plasma in this tick, mg/L; none before the first tick.
    pub drug_peaks_mg_per_l: Vec<f64>,
    /// Drugs that bind a signal in fluid in this tick.
    pub decoys: Vec<Decoy>,
    /// Progenitors that radiation left in its fields.
    pub supply: Supply,
    /// Where immune cells are, if the model has any.
    pub immune: Option<ImmunePicture>,
}

/// Where immune cells are.
#[derive(Debug, Default)]
pub struct ImmunePicture {
    /// CD8 cells in each site.
    pub cd8: Vec<u16>,
    /// Regulatory T cells in each site.
    pub treg: Vec<u16>,
    /// Suppressive activity of the myeloid cells in each site.
    pub suppression: Vec<f32>,
    /// True at sites with a tumour cell that is being killed; false between steps.
    pub attacked: Vec<bool>,
    /// Share of the room of the whole marrow that tumour cells take.
    pub tumour_share: f64,
    /// Volume of marrow, mm3.
    pub marrow_mm3: f64,
}

impl ImmunePicture {
    /// A picture of a tissue without immune cells.
    pub fn of(sites: usize) -> Self {
        Self {
            cd8: vec![0; sites],
            treg: vec![0; sites],
            suppression: vec![0.0; sites],
            attacked: vec![false; sites],
            tumour_share: 0.0,
            marrow_mm3: 0.0,
        }
    }
}

impl Scratch {
    /// Lets go of the lists over the lattice that a tick fills, so that no tick can follow: what is saved with a state stays, and the
    /// solver with what radiation left of the supply.
    #[cfg(feature = "plots")]
    pub(crate) fn let_go(&mut self) {
        for by_site in [
            &mut self.vessel_weight,
            &mut self.vessel_distance_um,
            &mut self.free_rankl_pm,
            &mut self.free_opg_pm,
        ] {
            *by_site = Vec::new();
        }
        self.sources_pm_per_h = Vec::new();
        self.conversions_per_h = Vec::new();
        self.surface = Vec::new();
        self.tumour_chances = TumourChances::default();
        self.way_out = WayOut::default();
        self.before = Before::default();
        self.immune = None;
    }

    /// Workspace for a model and a state.
    ///
    /// # Errors
    /// When the solver refuses the lattice.
    pub fn new(model: &Model, state: &State) -> Result<Self, TransportFault> {
        let count = model.grid.len();
        let mut vessel_weight = vec![0.0; count];
        for &site in &state.vessels {
            vessel_weight[site as usize] = 1.0;
        }
        let vessels: Vec<usize> = state.vessels.iter().map(|&site| site as usize).collect();
        let (block, solid) = (model.signal_block, &state.bone.solid);
        let (medium, vessel_distance_um) = both(
            || Medium::with_blocks(model.grid, block, solid, &vessel_weight),
            || distance_um(&model.grid, &vessels),
        );
        // One by one: zeros that are copied are written, and those of the system need not be.
        let zeros = |arrays: usize| (0..arrays).map(|_| vec![0.0; count]).collect();
        Ok(Self {
            medium: medium?,
            vessel_weight,
            vessel_distance_um,
            sources_pm_per_h: zeros(model.signals.len()),
            conversions_per_h: zeros(model.conversions.len()),
            free_rankl_pm: vec![0.0; count],
            free_opg_pm: vec![0.0; count],
            rank_occupancy: vec![0.0; count],
            surface: Vec::new(),
            tumour_chances: TumourChances::of(count),
            way_out: WayOut::default(),
            before: Before::default(),
            drugs_pm: model.parts.drugs.drugs_pm(&state.parts.drugs.bodies),
            drug_peaks_mg_per_l: Vec::new(),
            decoys: model.parts.drugs.decoys(&state.parts.drugs.bodies),
            supply: Supply::of(model, &state.parts.radiation.fractions),
            immune: model
                .parts
                .immune
                .as_ref()
                .map(|_| ImmunePicture::of(count)),
        })
    }
}
