//! Residents: cells that are as dense everywhere in their tissue, and are not followed one by one.
//!
//! # Biology
//! *Osteocytes* sit in mineralised bone and make sclerostin and most of the RANKL of cancellous bone
//! (Xiong 2015). *Stroma* of adipose lineage lies in marrow beside trabecular and endosteal surface and
//! makes RANKL as well; Haversian canals have next to none of it (Hu 2021, Yu 2021). Their RANKL is on
//! membranes: bone without the soluble form is as with it (Asano 2019).
//!
//! # Law
//! Each site makes `density` x its volume of the tissue x `secretion` x its modulators, of osteocytes
//! in the mineralised matrix of the site, of stroma in marrow. What acts by contact is declared as a
//! signal that spreads no further than the processes of these cells reach: its level at the surface is
//! the number of them in reach.
//!
//! # Limits
//! Osteocytes do not die, and do not sense damage. Those buried since day 0 count once their bone has
//! mineralised.
//!
//! # References
//! Xiong 2015; Hu 2021; Yu 2021; Asano 2019.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::biology::problem::Problems;
use crate::biology::rate::Modulated;
use crate::numerics::quantity::{NumberDensity, Secretion};

/// Cells counted by volume.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Residents {
    /// Cells per volume of their tissue.
    pub density: NumberDensity,
    /// What a cell makes, by signal.
    #[serde(default)]
    pub secretion: BTreeMap<String, Modulated<Secretion>>,
}

impl Residents {
    /// Looks for values that make no sense, in the table `path`.
    pub fn check(&self, path: &str, problems: &mut Problems) {
        problems.positive(&format!("{path}.density"), self.density.get(), "/mm3");
    }
}

/// Cells in a volume of their tissue.
///
/// ```
/// # use howship::biology::residents::cells_in;
/// // 20,000 /mm3 in a site of 10 um: one in fifty sites.
/// assert!((cells_in(20_000.0, 1000.0) - 0.02).abs() < 1e-12);
/// ```
pub fn cells_in(density_per_mm3: f64, volume_um3: f64) -> f64 {
    density_per_mm3 * 1e-9 * volume_um3
}
