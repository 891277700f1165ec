//! Suppression: regulatory T cells and myeloid cells hold CD8 cells back.
//!
//! # Biology
//! Myeloid cells in bone lesions have RANK; RANKL makes them tolerogenic, and RANKL blockade in mice
//! helps antibodies against CTLA-4 and PD-1 by way of CD8 cells (Ahern 2017, Ahern 2018).
//! Regulatory T cells act by contact and near them.
//!
//! # Law
//! Three cues count what lies within `reach` of a site, as the number of cells that a ball of that
//! radius would hold: `cd8_near`, `treg_near`, and `suppression`, in which each myeloid cell counts with its
//! activity `myeloid`, which `raised_by.rankl` makes larger. They act as modulators of
//! named rates: `killing.cd8.lowered_by.suppression = { to = 0.5, ... }` is a factor from 0.5 to 1 on the killing
//! of CD8 cells, and the same stands on `entry.priming`. A drug that binds RANKL lowers the cue `rankl`, with it
//! the activity, and with it that factor; no constant says what it does together with another drug.
//!
//! # Limits
//! How far RANKL raises the activity is not measured; the factor of 0.5 to 1 is a design range. Myeloid
//! cells sense RANKL in solution, not that on lining cells.
//!
//! # References
//! Ahern E et al. Clin Cancer Res 2017;23:5789-5801. Ahern E et al. Oncoimmunology 2018;7:e1431088.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::biology::problem::Problems;
use crate::biology::rate::Modulated;
use crate::numerics::quantity::Length;

/// Parameters of suppression.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Suppression {
    /// Distance within which cells count as near, at least one site.
    pub reach: Length,
    /// Suppressive activity of a myeloid cell.
    pub myeloid: Modulated<f64>,
}

impl Suppression {
    /// Looks for values that make no sense.
    pub fn check(&self, problems: &mut Problems) {
        problems.positive("immune.suppression.reach", self.reach.get(), "um");
    }
}

/// Weight of a cell found in `sites` sites of `site_um3` so that the sum is the number in a ball of
/// `reach_um`.
///
/// ```
/// # use howship::biology::immune::suppression::weight;
/// // Twice the volume looked at: every cell found counts half.
/// let (one, two) = (weight(30.0, 20, 5000.0), weight(30.0, 40, 5000.0));
/// assert!((one - 2.0 * two).abs() < 1e-12);
/// ```
pub fn weight(reach_um: f64, sites: usize, site_um3: f64) -> f64 {
    let ball = 4.0 / 3.0 * std::f64::consts::PI * reach_um.powi(3);
    ball / (sites as f64 * site_um3)
}
