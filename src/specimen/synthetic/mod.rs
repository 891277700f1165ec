//! Synthetic bone: a slab, trabecular bone, a cortical shell with Haversian canals.
//!
//! Each recipe fills a lattice from addressed chance, so the same recipe, lattice and seed give
//! the same bone on any number of threads.

mod cortical;
mod pieces;
mod slab;
mod trabecular;
mod waves;

pub use cortical::Cortical;
pub use slab::{Slab, SlabPosition};
pub use trabecular::{Trabecular, TrabecularPlan};

use crate::tissue::grid::Grid;

/// A lattice with bone in it.
#[derive(Debug, Clone, PartialEq)]
pub struct SyntheticBone {
    /// The lattice.
    pub grid: Grid,
    /// True at sites of bone, false at sites of marrow; one per site.
    pub bone: Vec<bool>,
    /// Marrow sites on the axes of Haversian and Volkmann canals, in rising order; empty where the
    /// recipe has none.
    pub canals: Vec<usize>,
}

impl SyntheticBone {
    /// Bone volume over total volume, 0 to 1.
    pub fn bv_tv(&self) -> f64 {
        let sites = self.bone.iter().filter(|&&bone| bone).count();
        sites as f64 / self.bone.len().max(1) as f64
    }
}

impl SyntheticError {
    /// The field at fault, where it is one.
    pub const fn field(&self) -> Option<&'static str> {
        match self {
            Self::OutOfRange { field, .. } | Self::DoesNotFit { field, .. } => Some(field),
            _ => None,
        }
    }
}

/// A recipe that asks for bone that cannot be made.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SyntheticError {
    /// A number outside its range.
    #[error("{field} = {found}{unit}: allowed are {least} to {most}{unit}")]
    OutOfRange {
        /// Name of the field.
        field: &'static str,
        /// The number.
        found: f64,
        /// Smallest allowed number.
        least: f64,
        /// Largest allowed number.
        most: f64,
        /// Unit of the numbers with a space before it, or nothing.
        unit: &'static str,
    },
    /// A length that the lattice cannot show or hold.
    #[error(
        "{field} = {found_um} um on a lattice of {dims:?} sites of {edge_um} um: \
         allowed are {least_um} to {most_um} um ({why})"
    )]
    DoesNotFit {
        /// Name of the field.
        field: &'static str,
        /// The length, um.
        found_um: f64,
        /// Sites of the lattice along x, y, z.
        dims: [usize; 3],
        /// Edge of a site, um.
        edge_um: f64,
        /// Smallest length that fits, um.
        least_um: f64,
        /// Largest length that fits, um.
        most_um: f64,
        /// Where the limits come from.
        why: &'static str,
    },
    /// A field is missing, or two fields say the same thing.
    #[error("{0}")]
    Fields(&'static str),
    /// Thickness, separation and volume fraction contradict each other.
    #[error(
        "tb_sp / tb_th = {found:.2} (tb_th = {tb_th_um} um, tb_sp = {tb_sp_um} um) cannot be made \
         at bv_tv = {bv_tv}{kept}: the ratio must lie in {least:.2} to {most:.2}"
    )]
    Proportions {
        /// The ratio asked for.
        found: f64,
        /// The thickness asked for, um.
        tb_th_um: f64,
        /// The separation asked for, um.
        tb_sp_um: f64,
        /// The volume fraction asked for.
        bv_tv: f64,
        /// The kept share, in words, where it was asked for.
        kept: String,
        /// Smallest ratio that can be made.
        least: f64,
        /// Largest ratio that can be made.
        most: f64,
    },
    /// The sheet fell into pieces that are all smaller than the bone asked for.
    #[error(
        "bv_tv = {asked} was not reached by one connected piece of bone on a lattice of {dims:?} \
         sites: use more sites per tb_th, a larger box, or a larger kept_share"
    )]
    Unconnected {
        /// The volume fraction asked for.
        asked: f64,
        /// Sites of the lattice along x, y, z.
        dims: [usize; 3],
    },
    /// Canals of these diameters do not take the porosity asked for.
    #[error(
        "porosity = {asked} with {canals} canals on this lattice needs diameters {scaling:.2} times \
         those drawn (allowed are {least:.2} to {most:.2}): use a larger lattice in y or another \
         range of diameters", least = 1.0 / most
    )]
    Porosity {
        /// The porosity asked for.
        asked: f64,
        /// Number of canals.
        canals: usize,
        /// Factor that their diameters would need.
        scaling: f64,
        /// Largest factor allowed; the smallest is its inverse.
        most: f64,
    },
    /// The lattice itself cannot be filled.
    #[error(
        "a lattice of {dims:?} sites of {edge_um} um: synthetic bone needs at least 1 and fewer \
         than 2^32 sites with an edge above 0 um"
    )]
    Lattice {
        /// Sites of the lattice along x, y, z.
        dims: [usize; 3],
        /// Edge of a site, um.
        edge_um: f64,
    },
}

/// Refuses lattices without sites, without size, or with more sites than a `u32` counts.
fn check_lattice(grid: &Grid) -> Result<(), SyntheticError> {
    let sites = grid
        .dims
        .iter()
        .try_fold(1_usize, |product, &n| product.checked_mul(n));
    let countable = sites.is_some_and(|n| n > 0 && u32::try_from(n).is_ok_and(|n| n < u32::MAX));
    let sized = grid.edge_um.is_finite()
        && grid.edge_um > 0.0
        && grid.depth_um.is_finite()
        && grid.depth_um > 0.0;
    if countable && sized {
        Ok(())
    } else {
        Err(SyntheticError::Lattice {
            dims: grid.dims,
            edge_um: grid.edge_um,
        })
    }
}

/// Refuses numbers outside `least..=most`, and those that are not numbers.
fn check_range(
    field: &'static str,
    found: f64,
    least: f64,
    most: f64,
    unit: &'static str,
) -> Result<(), SyntheticError> {
    if found >= least && found <= most {
        Ok(())
    } else {
        Err(SyntheticError::OutOfRange {
            field,
            found,
            least,
            most,
            unit,
        })
    }
}

/// Refuses lengths outside `least_um..=most_um`; `why` says where those come from.
fn check_fits(
    field: &'static str,
    found_um: f64,
    grid: &Grid,
    limits_um: [f64; 2],
    why: &'static str,
) -> Result<(), SyntheticError> {
    let [least_um, most_um] = limits_um;
    if found_um >= least_um && found_um <= most_um {
        Ok(())
    } else {
        Err(SyntheticError::DoesNotFit {
            field,
            found_um,
            dims: grid.dims,
            edge_um: grid.edge_um,
            least_um,
            most_um,
            why,
        })
    }
}
