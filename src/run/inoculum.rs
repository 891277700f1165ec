//! Tumour cells that arrive: how many, where and when.

use crate::engine::model::Model;
use crate::engine::seeding::Colony;
use crate::engine::state::State;
use crate::layers::diagnostic::Diagnostic;
use crate::numerics::random::{Chance, Stream};
use crate::scenario::build::Loaded;
use crate::scenario::file::InoculationSite;
use crate::tissue::grid::Grid;

/// Where and how many tumour cells arrive.
#[derive(Debug, Clone)]
pub(crate) struct Inoculum {
    cells: u32,
    colonies: u32,
    site: InoculationSite,
    place: [usize; 3],
}

/// True when a time has come.
pub(super) fn has_come(state: &State, at_h: f64) -> bool {
    state.time_h >= at_h - 1e-9
}

impl Loaded {
    /// When and how the tumour arrives.
    pub(super) fn inoculum(
        &self,
        grid: &Grid,
        solid: &[bool],
    ) -> Result<Option<(f64, Inoculum)>, Diagnostic> {
        let Some(inoculation) = &self.scenario.inoculation else {
            return Ok(None);
        };
        let marrow = solid.iter().filter(|&&bone| !bone).count();
        if marrow == 0 {
            return Err(self.error("inoculation", "there is no marrow", "choose another bone"));
        }
        let cell_um3 = self.scenario.tumour.cell_volume_um3();
        let room = marrow as f64 * grid.site_volume_um3() / cell_um3;
        if f64::from(inoculation.cells) > room {
            return Err(self.error(
                "inoculation.cells",
                &format!(
                    "found {}: the marrow has room for about {room:.0}",
                    inoculation.cells
                ),
                "give fewer cells or a larger lattice",
            ));
        }
        let mut place = [grid.dims[0] / 2, grid.dims[1] / 2, grid.dims[2] / 2];
        if inoculation.site == InoculationSite::Position {
            let Some(position) = inoculation.position else {
                return Err(self.error(
                    "inoculation.site",
                    "a position is asked for but not given",
                    "give position = [\"1 mm\", \"1 mm\", \"1 mm\"]",
                ));
            };
            for axis in 0..3 {
                let edge = if axis == 2 {
                    grid.depth_um
                } else {
                    grid.edge_um
                };
                let at = position[axis].get() / edge;
                if at < 0.0 || at >= grid.dims[axis] as f64 {
                    return Err(self.error(
                        "inoculation.position",
                        &format!(
                            "{} lies outside the lattice of {} um along {}",
                            position[axis],
                            grid.dims[axis] as f64 * edge,
                            ["x", "y", "z"][axis]
                        ),
                        "give a position inside the lattice, from its corner",
                    ));
                }
                place[axis] = at as usize;
            }
        }
        // The arm of an experiment that gets the injection without cells.
        if inoculation.cells == 0 {
            return Ok(None);
        }
        if inoculation.colonies == 0 || inoculation.colonies > inoculation.cells {
            return Err(self.error(
                "inoculation.colonies",
                &format!(
                    "found {} for {} cells",
                    inoculation.colonies, inoculation.cells
                ),
                "give 1 to as many colonies as cells",
            ));
        }
        Ok(Some((
            inoculation.time.get(),
            Inoculum {
                cells: inoculation.cells,
                colonies: inoculation.colonies,
                site: inoculation.site,
                place,
            },
        )))
    }
}

impl Inoculum {
    /// The colony that settles now.
    pub(crate) fn colony(&self, model: &Model, state: &State) -> Colony {
        let mut draws = Chance::new(state.seed).at(Stream::Seeding, 2, 0);
        let places = match self.site {
            InoculationSite::Vessels if !state.vessels.is_empty() => (0..self.colonies)
                .map(|_| state.vessels[draws.below(state.vessels.len() as u32) as usize] as usize)
                .collect(),
            _ => state.marrow_near(model, self.place).into_iter().collect(),
        };
        Colony {
            cells: self.cells,
            places,
        }
    }
}
