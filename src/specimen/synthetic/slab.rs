//! A plate of bone with marrow beside it: the geometry in which answers are known.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{SyntheticBone, SyntheticError, check_fits, check_lattice};
use crate::numerics::quantity::Length;
use crate::numerics::random::Chance;
use crate::tissue::grid::Grid;

/// Where a slab lies across y.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SlabPosition {
    /// Against the face y = 0: one free surface.
    #[default]
    LowY,
    /// In the middle: two free surfaces.
    Centred,
}

/// A plate of bone across y that fills the lattice along x and z; the rest is marrow.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Slab {
    /// Thickness of the plate, um; at least one site and less than the lattice is long in y. It is
    /// rounded to whole sites.
    pub thickness: Length,
    /// Where the plate lies; against the face y = 0 unless told otherwise.
    #[serde(default)]
    pub position: SlabPosition,
}

impl Slab {
    /// The slab on this lattice. Nothing in it is left to chance; `chance` is taken so that all
    /// recipes are called alike.
    ///
    /// # Errors
    /// When the plate is thinner than half a site or leaves no marrow.
    pub fn generate(&self, grid: Grid, _chance: Chance) -> Result<SyntheticBone, SyntheticError> {
        check_lattice(&grid)?;
        let long = grid.dims[1];
        let most = long.saturating_sub(1) as f64 * grid.edge_um;
        check_fits(
            "thickness",
            self.thickness.get(),
            &grid,
            [grid.edge_um, most],
            "one site, and the lattice in y less one site of marrow",
        )?;
        let layers = (self.thickness.get() / grid.edge_um).round() as usize;
        let start = match self.position {
            SlabPosition::LowY => 0,
            SlabPosition::Centred => (long - layers) / 2,
        };
        let bone = (0..grid.len())
            .map(|site| (start..start + layers).contains(&grid.place(site)[1]))
            .collect();
        Ok(SyntheticBone {
            grid,
            bone,
            canals: Vec::new(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slab(thickness_um: f64, position: SlabPosition) -> Slab {
        Slab {
            thickness: Length::um(thickness_um),
            position,
        }
    }

    #[test]
    fn a_slab_has_its_layers_and_nothing_else() {
        let grid = Grid::cubic([4, 10, 3], 10.0);
        for (position, layers) in [(SlabPosition::LowY, 0..3), (SlabPosition::Centred, 3..6)] {
            let made = slab(31.0, position).generate(grid, Chance::new(1)).unwrap();
            for (site, &bone) in made.bone.iter().enumerate() {
                assert_eq!(bone, layers.contains(&grid.place(site)[1]));
            }
            assert!((made.bv_tv() - 0.3).abs() < 1e-12);
        }
    }

    #[test]
    fn a_slab_that_leaves_no_marrow_is_refused() {
        let grid = Grid::section(4, 10, 10.0, 50.0);
        let refusal = slab(100.0, SlabPosition::LowY)
            .generate(grid, Chance::new(1))
            .unwrap_err()
            .to_string();
        assert_eq!(
            refusal,
            "thickness = 100 um on a lattice of [4, 10, 1] sites of 10 um: allowed are 10 to 90 um \
             (one site, and the lattice in y less one site of marrow)"
        );
        assert!(
            slab(f64::NAN, SlabPosition::LowY)
                .generate(grid, Chance::new(1))
                .is_err()
        );
    }

    #[test]
    fn a_slab_reads_from_text_and_refuses_unknown_fields() {
        let read: Slab = toml::from_str("thickness = \"0.1 mm\"").unwrap();
        assert_eq!(read, slab(100.0, SlabPosition::LowY));
        assert!(toml::from_str::<Slab>("thickness = \"1 um\"\nwidth = 3").is_err());
    }
}
