//! The first state: bone, vessels, remodelling in its steady state, and the arrival of the tumour.
//!
//! Living bone is always under repair, and a lattice begins without a pit: health would seem to lose
//! bone for weeks. Therefore a run begins before day 0, and remodelling runs through a burn-in; what it
//! holds open by then is given back to the bone ([`crate::engine::day_zero`]).

use crate::engine::fault::SettleError;
use crate::engine::model::Model;
use crate::engine::parts::{States, each};
use crate::engine::state::{Lesion, State};
use crate::numerics::parallel::both;
use crate::numerics::random::{Chance, Stream};
use crate::numerics::reduce::ordered_sum;
use crate::tissue::bone::Bone;
use crate::tissue::grid::Grid;
use crate::tissue::ledger::{Ledger, SignalBook, StoreBook};
use crate::tissue::population::{DeadCells, Osteoblasts, Osteoclasts, TumourCells};
use crate::tissue::reach::Reach;
use crate::tissue::space::Occupancy;

/// How the first state is made.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Start {
    /// Seed of the run.
    pub seed: u64,
    /// Length of the burn-in before day 0, h.
    pub burn_in_h: f64,
    /// Vessels: given sites (canals), or a mean spacing in marrow, um.
    pub vessels: Vessels,
    /// Tumour that the scan shows.
    pub lesion: Lesion,
}

/// Where vessels run.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Vessels {
    /// At these sites.
    At(Vec<usize>),
    /// Scattered over marrow, one per cube of this edge, um.
    Spaced(f64),
}

/// Radius around the place of a colony within which all colonies share one list of displacements, in edges of a
/// site: most need no more, and it is sorted once.
const NEAR: f64 = 16.0;

/// Displacements within [`NEAR`] by their distance; those as far apart in the order of the sites.
fn near(grid: &Grid) -> Reach {
    let mut by = grid.ball(NEAR * grid.edge_um);
    let squared = |by: &[i32; 3]| grid.length2_um2(by.map(f64::from));
    by.sort_by(|one, other| squared(one).total_cmp(&squared(other)));
    Reach::new(grid, by)
}

/// Tumour cells that arrive.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Colony {
    /// Cells in all.
    pub cells: u32,
    /// Places around which they settle, as sites; the cells are shared out evenly.
    pub places: Vec<usize>,
}

impl State {
    /// The state at the first tick.
    pub(crate) fn new(model: &Model, solid: &[bool], start: &Start) -> Self {
        let chance = Chance::new(start.seed);
        let cell_um3 = model.parameters.tumour.cell_volume_um3();
        let (bone, occupancy) = both(
            || {
                let mut bone = Bone::of_mask(solid);
                for (index, name) in model.signals.iter().enumerate() {
                    let content = model.parameters.signals[name].matrix_content.get();
                    if content > 0.0 {
                        bone.add_store(index, content, &model.grid);
                    }
                }
                bone
            },
            || Occupancy::new(&model.grid, cell_um3, chance),
        );
        let count = model.grid.len();
        let vessels = match &start.vessels {
            Vessels::At(sites) => sites.iter().map(|&site| site as u32).collect(),
            Vessels::Spaced(spacing_um) => {
                let share = model.grid.site_volume_um3() / spacing_um.powi(3);
                (0..count)
                    .filter(|&site| {
                        !solid[site] && chance.at(Stream::Site, 2, site as u64).happens(share)
                    })
                    .map(|site| site as u32)
                    .collect()
            }
        };
        let mut state = Self {
            tick: 0,
            start_h: -start.burn_in_h,
            time_h: -start.burn_in_h,
            next_id: 1,
            seed: start.seed,
            bone,
            occupancy,
            tumour: TumourCells::default(),
            dead: DeadCells::default(),
            osteoclasts: Osteoclasts::default(),
            osteoblasts: Osteoblasts::default(),
            vessels,
            fields_pm: (model.signals.iter()).map(|_| vec![0.0; count]).collect(),
            released: vec![Vec::new(); model.signals.len()],
            ledger: Ledger::default(),
            lesion: start.lesion.clone(),
            parts: States::default(),
        };
        state.open_books(model);
        each::begin(model, &mut state);
        state
    }

    /// Starts all books anew with what the tissue holds now: done once at the start and once at
    /// day 0, so that the figures of a run do not count its burn-in.
    pub(crate) fn open_books(&mut self, model: &Model) {
        self.ledger = Ledger {
            tick: vec![SignalBook::default(); model.signals.len()],
            total: vec![SignalBook::default(); model.signals.len()],
            stores: self
                .bone
                .stores
                .iter()
                .map(|store| StoreBook {
                    initial: ordered_sum(store.amol.len(), |site| store.amol[site]),
                    ..StoreBook::default()
                })
                .collect(),
            ..Ledger::default()
        };
    }

    /// Settles a colony.
    ///
    /// # Errors
    /// [`SettleError`] when marrow has not the room.
    pub(crate) fn settle(&mut self, model: &Model, colony: &Colony) -> Result<(), SettleError> {
        if colony.places.is_empty() {
            return Err(SettleError::NoPlace("place"));
        }
        let room: u64 = (0..model.grid.len())
            .filter(|&site| !self.bone.solid[site])
            .map(|site| {
                u64::from(self.occupancy.capacity[site].saturating_sub(self.occupancy.tumour[site]))
            })
            .sum();
        if room < u64::from(colony.cells) {
            return Err(SettleError::NoRoom {
                cells: colony.cells.into(),
                room,
            });
        }
        let places = colony.places.len() as u32;
        let near = near(&model.grid);
        for (index, &place) in colony.places.iter().enumerate() {
            let cells = colony.cells / places + u32::from((index as u32) < colony.cells % places);
            let left = self.settle_at(model, near.around(&model.grid, place), cells);
            if left > 0 {
                let farther = self.nearest_room(model, place, left);
                self.settle_at(model, farther.into_iter(), left);
            }
        }
        Ok(())
    }

    /// Settles so many cells at sites in their order, as many in each as it has room for; how many are left.
    fn settle_at(
        &mut self,
        model: &Model,
        sites: impl Iterator<Item = usize>,
        mut left: u32,
    ) -> u32 {
        for site in sites {
            while left > 0 && self.occupancy.has_room(&self.bone.solid, site) {
                self.settle_cell(model, site, None);
                left -= 1;
            }
            if left == 0 {
                break;
            }
        }
        left
    }

    /// Tumour cells that the lesion of the scan has room for on the bone of now.
    pub fn lesion_cells(&self) -> u64 {
        let open = self.lesion.sites.iter().map(|&site| site as usize);
        open.filter(|&site| !self.bone.solid[site])
            .map(|site| u64::from(self.occupancy.capacity[site]))
            .sum()
    }

    /// Fills the marrow of the lesion with cells, packed as a colony is, and has no lesion to come.
    pub(crate) fn settle_lesion(&mut self, model: &Model) {
        for site in std::mem::take(&mut self.lesion).sites {
            while self.occupancy.has_room(&self.bone.solid, site as usize) {
                self.settle_cell(model, site as usize, None);
            }
        }
    }

    /// One tumour cell settles at a site that has room, of a clone or of one drawn by the shares.
    pub(crate) fn settle_cell(&mut self, model: &Model, site: usize, clone: Option<u8>) {
        let chance = Chance::new(self.seed);
        let id = self.new_id();
        let clone = clone.unwrap_or_else(|| {
            let uniform = chance.at(Stream::Seeding, 3, id).uniform();
            model.parts.clones.settling(uniform)
        });
        let dormant = chance
            .at(Stream::Seeding, 1, id)
            .happens(model.parts.clones.dormant_share(clone));
        self.occupancy.tumour[site] += 1;
        self.tumour.push(id, site as u32, dormant, clone);
    }

    /// Marrow sites by distance from a place, as many as give room to `cells` and perhaps more.
    fn nearest_room(&self, model: &Model, place: usize, cells: u32) -> Vec<usize> {
        let grid = &model.grid;
        let mut radius_um = 2.0 * NEAR * grid.edge_um;
        loop {
            let mut near: Vec<(f64, usize)> = grid
                .box_around(place, radius_um)
                .filter(|&site| !self.bone.solid[site])
                .map(|site| (grid.distance2_um2(site, place), site))
                .filter(|&(squared, _)| squared <= radius_um * radius_um)
                .collect();
            let room: u32 = near
                .iter()
                .map(|&(_, site)| {
                    let (capacity, taken) = (&self.occupancy.capacity, &self.occupancy.tumour);
                    u32::from(capacity[site].saturating_sub(taken[site]))
                })
                .sum();
            // A radius beyond the lattice has seen every site.
            if room >= cells || radius_um > grid.edge_um * grid.len() as f64 {
                near.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
                return near.into_iter().map(|(_, site)| site).collect();
            }
            radius_um *= 2.0;
        }
    }

    /// The marrow site nearest to a place, if there is marrow.
    pub(crate) fn marrow_near(&self, model: &Model, place: [usize; 3]) -> Option<usize> {
        let target = model.grid.index(place[0], place[1], place[2]);
        (0..model.grid.len())
            .filter(|&site| !self.bone.solid[site])
            .min_by(|&a, &b| {
                let to = |site| model.grid.distance2_um2(site, target);
                to(a).total_cmp(&to(b)).then(a.cmp(&b))
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn displacements_lead_to_the_sites_of_a_ball_by_distance_then_in_their_order() {
        for grid in [
            Grid::cubic([40, 37, 35], 19.5),
            Grid::section(40, 37, 7.3, 50.0),
        ] {
            let near = near(&grid);
            for site in [0, grid.len() / 2, grid.len() - 1] {
                let radius_um = NEAR * grid.edge_um;
                let mut expected: Vec<(f64, usize)> = (0..grid.len())
                    .map(|other| (grid.distance2_um2(other, site), other))
                    .filter(|&(squared, _)| squared <= radius_um * radius_um)
                    .collect();
                expected.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
                let expected: Vec<usize> = expected.into_iter().map(|(_, at)| at).collect();
                let found: Vec<usize> = near.around(&grid, site).collect();
                assert_eq!(found, expected, "site {site}");
            }
        }
    }
}
