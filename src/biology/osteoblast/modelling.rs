//! Modelling: lining cells form bone on whole surface, without a pit.
//!
//! # Biology
//! Lining cells can go back to forming. Sclerostin of osteocytes holds them, strain lets them; an
//! antibody against sclerostin puts bone on smooth surface and leaves formation in pits as it is
//! (Eriksen 2022). Tumours that make BMP or Wnt, and no noggin or DKK-1, do the same in bone around
//! them (Schwaninger 2007; Dai 2008).
//!
//! # Law
//! On quiescent surface that is neither eroded nor open, the hazard per area is `events` x its
//! modulators. An event takes the sites within `radius`, nearest first and no more surface than a disc
//! of that radius has; their lining cells become osteoblasts, as many as the surface has room for, and
//! `thickness` of bone is owed there, from the surface outwards. They lay it as osteoblasts lay in a
//! pit, and end as those do.
//!
//! # Limits
//! Progenitors that divide under an antibody are not counted apart: the patch is covered at once. A patch
//! answers to what its middle senses.
//!
//! # References
//! Eriksen 2022; Schwaninger 2007; Dai 2008.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::biology::problem::Problems;
use crate::biology::rate::Modulated;
use crate::numerics::quantity::{Length, SurfaceRate};

/// Parameters of modelling.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Modelling {
    /// Patches on which lining cells begin to form, per area of quiescent surface and time.
    pub events: Modulated<SurfaceRate>,
    /// Radius of a patch, at least one site.
    pub radius: Length,
    /// Bone that a patch adds.
    pub thickness: Length,
}

impl Modelling {
    /// Looks for values that make no sense.
    pub fn check(&self, problems: &mut Problems) {
        let (radius, thickness) = (self.radius.get(), self.thickness.get());
        problems.positive("lining.modelling.radius", radius, "um");
        problems.positive("lining.modelling.thickness", thickness, "um");
    }
}

/// Share of a site to which it is to be filled, and what is left for the next one outwards, um.
///
/// ```
/// # use howship::biology::osteoblast::modelling::owed;
/// // 15 um on sites of 10 um: a whole site, and half of the next one.
/// assert_eq!(owed(15.0, 0.0, 10.0), (1.0, 5.0));
/// assert_eq!(owed(5.0, 0.0, 10.0), (0.5, 0.0));
/// // A site that has half of its matrix takes the other half.
/// assert_eq!(owed(15.0, 0.5, 10.0), (1.0, 10.0));
/// ```
pub fn owed(thickness_um: f64, matrix: f64, edge_um: f64) -> (f64, f64) {
    let taken_um = thickness_um.min((1.0 - matrix) * edge_um);
    (matrix + taken_um / edge_um, thickness_um - taken_um)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stack_of_sites_of_any_size_holds_the_thickness() {
        for edge_um in [5.0, 10.0, 20.0] {
            let (mut left, mut filled_um) = (27.0, 0.0);
            while left > 0.0 {
                let (goal, rest) = owed(left, 0.0, edge_um);
                filled_um += goal * edge_um;
                left = rest;
            }
            assert!((filled_um - 27.0_f64).abs() < 1e-9, "{edge_um}");
        }
    }
}
