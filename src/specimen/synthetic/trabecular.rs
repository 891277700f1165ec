//! Trabecular bone: a perforated sheet of two band-limited Gaussian random fields.
//!
//! Bone lies where the first field is near 0 (a folded sheet of even thickness) and the second is
//! above a threshold (holes in the sheet). The three things that are asked for follow from three
//! choices: the wavelength sets the scale, the kept share of the sheet the proportions, and the
//! thickness of the sheet the volume fraction. Thresholding one field alone gives blobs that fall
//! apart at the volume fractions of trabecular bone.

use crate::numerics::parallel::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::pieces::{Keep, grow};
use super::waves::Waves;
use super::{SyntheticBone, SyntheticError, check_fits, check_lattice, check_range};
use crate::numerics::quantity::Length;
use crate::numerics::random::Chance;
use crate::tissue::grid::Grid;

/// Wavelength of the field that makes the holes, in wavelengths of the sheet. Shorter waves make
/// more and smaller holes: at 0.5 the connectivity is twice that at 0.8, and near that of bone.
const HOLE_WAVELENGTH: f64 = 0.5;

/// Kept share of the sheet where nothing else decides it.
const USUAL_KEPT_SHARE: f64 = 0.7;

/// Largest kept share that is chosen without being asked for: a sheet without holes would part the
/// marrow into two spaces that never meet.
const MOST_KEPT_SHARE: f64 = 0.85;

/// Largest volume fraction per kept share of the sheet: a thicker sheet would close its own folds.
const FULLEST_SHEET: f64 = 0.75;

/// Thickness and separation may each miss what was asked by this factor, where both are given and
/// the volume fraction does not allow both.
const COMPROMISE: f64 = 1.12;

/// Kept shares of the table below.
const KEPT_SHARES: [f64; 5] = [0.5, 0.6, 0.7, 0.85, 1.0];

/// Volume fractions of the table below.
const FRACTIONS: [f64; 9] = [0.05, 0.08, 0.12, 0.16, 0.2, 0.27, 0.36, 0.48, 0.6];

/// Mean trabecular thickness in wavelengths, measured by local thickness; rows are the fractions,
/// columns the kept shares. Means of three boxes of 112 to 160 sites a side at 32 to 64 sites per
/// wavelength; the standard deviation between boxes is 1 to 5 %. The entries left of 0.6 at a
/// fraction of 0.48 and left of 0.7 at 0.6 lie beyond [`FULLEST_SHEET`]: they continue their rows
/// in straight lines, for the points between them and the next.
const THICKNESS: [[f64; 5]; 9] = [
    [0.070, 0.054, 0.047, 0.042, 0.039],
    [0.094, 0.077, 0.068, 0.059, 0.053],
    [0.129, 0.113, 0.102, 0.090, 0.082],
    [0.159, 0.142, 0.129, 0.115, 0.105],
    [0.186, 0.169, 0.155, 0.140, 0.130],
    [0.226, 0.212, 0.198, 0.183, 0.174],
    [0.267, 0.259, 0.250, 0.240, 0.242],
    [0.309, 0.307, 0.305, 0.305, 0.332],
    [0.336, 0.344, 0.352, 0.364, 0.440],
];

/// Mean trabecular separation in wavelengths, from the same boxes.
const SEPARATION: [[f64; 5]; 9] = [
    [0.856, 0.695, 0.665, 0.646, 0.641],
    [0.724, 0.657, 0.630, 0.628, 0.627],
    [0.630, 0.612, 0.611, 0.615, 0.619],
    [0.588, 0.581, 0.589, 0.598, 0.607],
    [0.545, 0.553, 0.565, 0.582, 0.596],
    [0.480, 0.504, 0.525, 0.553, 0.577],
    [0.411, 0.442, 0.474, 0.514, 0.550],
    [0.323, 0.362, 0.402, 0.460, 0.517],
    [0.226, 0.276, 0.326, 0.401, 0.483],
];

/// Trabecular bone of a given volume fraction, thickness and separation.
///
/// At least one of `tb_th` and `tb_sp` is given. In 3-D the bone is one piece (by faces). A section
/// is a cut through such bone, so `tb_th` and `tb_sp` are those of the 3-D bone: lengths measured
/// in the plane are longer, since the cut meets trabeculae aslant. The pieces of bone in a section
/// hang together outside its plane; only those smaller than a disc half a trabecula wide are
/// dropped.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Trabecular {
    /// Bone volume over total volume, 0.03 to 0.6; met to the site. Mouse tibia 0.12 to 0.19
    /// (PMC3748612), human iliac crest 0.15, human vertebra 0.07 (PMC2818211, PMC3352993).
    pub bv_tv: f64,
    /// Mean trabecular thickness (local thickness), um; at least two sites, better five. Mouse
    /// tibia 50 to 58 um (PMC3748612), human iliac crest 170 um (PMC2818211). Met to about 10 %.
    #[serde(default)]
    pub tb_th: Option<Length>,
    /// Mean trabecular separation (local thickness of the marrow), um; at most half the lattice.
    /// Human iliac crest 780 um (PMC2818211), human vertebra 1020 um (PMC3352993). Met to about
    /// 10 %.
    #[serde(default)]
    pub tb_sp: Option<Length>,
    /// Mean intercept length along the main direction over that across, 1 to 4: the bone is
    /// stretched along z, in a section along y. Human vertebra 1.5 (PMC3352993).
    #[serde(default = "isotropic")]
    pub anisotropy: f64,
    /// Share of the sheet that its holes leave, 0.5 (rods) to 1 (plates without holes, which part
    /// the marrow in two); at least `bv_tv` / 0.75. Left out, it follows from `tb_th` and `tb_sp`
    /// where both are given (0.5 to 0.85), and is 0.7 otherwise.
    #[serde(default)]
    pub kept_share: Option<f64>,
}

fn isotropic() -> f64 {
    1.0
}

/// The choices that a recipe of trabecular bone comes down to, and what they should measure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TrabecularPlan {
    /// Wavelength of the sheet's field, um.
    pub wavelength_um: f64,
    /// Share of the sheet that its holes leave.
    pub kept_share: f64,
    /// Expected mean trabecular thickness in 3-D, um.
    pub tb_th_um: f64,
    /// Expected mean trabecular separation in 3-D, um.
    pub tb_sp_um: f64,
}

impl Trabecular {
    /// Chooses wavelength and kept share for this lattice.
    ///
    /// Where thickness, separation and volume fraction contradict each other, thickness and
    /// separation miss by the same factor, of at most 1.12.
    ///
    /// # Errors
    /// When a number is outside its range, a length does not fit the lattice, or the three
    /// contradict each other by more than that.
    pub fn plan(&self, grid: &Grid) -> Result<TrabecularPlan, SyntheticError> {
        check_lattice(grid)?;
        check_range("bv_tv", self.bv_tv, 0.03, 0.6, "")?;
        check_range("anisotropy", self.anisotropy, 1.0, 4.0, "")?;
        let least_kept = KEPT_SHARES[0].max(self.bv_tv / FULLEST_SHEET);
        if let Some(kept_share) = self.kept_share {
            check_range("kept_share", kept_share, least_kept, 1.0, "")?;
        }
        let in_waves = |kept_share| {
            (
                interpolated(&THICKNESS, self.bv_tv, kept_share),
                interpolated(&SEPARATION, self.bv_tv, kept_share),
            )
        };
        let usual = self.kept_share.unwrap_or(USUAL_KEPT_SHARE.max(least_kept));
        let (wavelength_um, kept_share) = match (self.tb_th, self.tb_sp) {
            (None, None) => {
                return Err(SyntheticError::Fields(
                    "trabecular bone needs tb_th or tb_sp or both, and neither is given",
                ));
            }
            (Some(tb_th), None) => (tb_th.get() / in_waves(usual).0, usual),
            (None, Some(tb_sp)) => (tb_sp.get() / in_waves(usual).1, usual),
            (Some(tb_th), Some(tb_sp)) => {
                let kept_share = self.proportioned([tb_th.get(), tb_sp.get()], least_kept)?;
                let (thickness, separation) = in_waves(kept_share);
                let by_both = (tb_th.get() / thickness) * (tb_sp.get() / separation);
                (by_both.sqrt(), kept_share)
            }
        };
        let (thickness, separation) = in_waves(kept_share);
        let plan = TrabecularPlan {
            wavelength_um,
            kept_share,
            tb_th_um: thickness * wavelength_um,
            tb_sp_um: separation * wavelength_um,
        };
        let shortest = grid.dims[..grid.axes()].iter().min().copied().unwrap_or(1);
        let half_um = shortest as f64 * grid.edge_um / 2.0;
        check_fits(
            "tb_sp",
            self.tb_sp.map_or(plan.tb_sp_um, Length::get),
            grid,
            [grid.edge_um, half_um],
            "one site, and half the shortest side of the lattice",
        )?;
        check_fits(
            "tb_th",
            self.tb_th.map_or(plan.tb_th_um, Length::get),
            grid,
            [2.0 * grid.edge_um, half_um],
            "two sites, and half the shortest side of the lattice",
        )?;
        Ok(plan)
    }

    /// The kept share whose separation over thickness is nearest to that asked for.
    fn proportioned(&self, lengths_um: [f64; 2], least_kept: f64) -> Result<f64, SyntheticError> {
        const STEPS: u32 = 100;
        let [tb_th_um, tb_sp_um] = lengths_um;
        let found = tb_sp_um / tb_th_um;
        let ratio = |kept_share| {
            interpolated(&SEPARATION, self.bv_tv, kept_share)
                / interpolated(&THICKNESS, self.bv_tv, kept_share)
        };
        let choices: Vec<f64> = match self.kept_share {
            Some(kept_share) => vec![kept_share],
            None => (0..=STEPS)
                .map(|step| {
                    let share = f64::from(step) / f64::from(STEPS);
                    least_kept + (MOST_KEPT_SHARE - least_kept) * share
                })
                .collect(),
        };
        let miss = |kept_share: f64| (ratio(kept_share) / found).ln().abs();
        let best = choices
            .iter()
            .copied()
            .min_by(|&a, &b| miss(a).total_cmp(&miss(b)))
            .unwrap_or(USUAL_KEPT_SHARE);
        let allowed = COMPROMISE * COMPROMISE;
        if miss(best) <= allowed.ln() {
            return Ok(best);
        }
        let ratios = choices.iter().map(|&kept_share| ratio(kept_share));
        Err(SyntheticError::Proportions {
            found,
            tb_th_um,
            tb_sp_um,
            bv_tv: self.bv_tv,
            kept: self
                .kept_share
                .map_or(String::new(), |share| format!(" and kept_share = {share}")),
            least: ratios.clone().fold(f64::INFINITY, f64::min) / allowed,
            most: ratios.fold(0.0, f64::max) * allowed,
        })
    }

    /// The bone on this lattice.
    ///
    /// # Errors
    /// Those of [`Trabecular::plan`], and when no connected piece reaches the volume fraction.
    pub fn generate(&self, grid: Grid, chance: Chance) -> Result<SyntheticBone, SyntheticError> {
        let plan = self.plan(&grid)?;
        // The stretch keeps the volume of a piece.
        let (along, across) = (
            self.anisotropy.powf(2.0 / 3.0),
            self.anisotropy.powf(-1.0 / 3.0),
        );
        let stretch = if grid.is_section() {
            [across, along, across]
        } else {
            [across, across, along]
        };
        let wavelengths_um = [1.0, HOLE_WAVELENGTH].map(|share| share * plan.wavelength_um);
        let holes = Waves::draw(chance, 1, wavelengths_um[1], stretch).field(&grid);
        let order = kept_sites(&holes, plan.kept_share);
        drop(holes);
        let sheet = Waves::draw(chance, 0, wavelengths_um[0], stretch).field(&grid);
        let order = from_the_middle(order, &sheet);
        drop(sheet);
        let keep = if grid.is_section() {
            let speck = plan.tb_th_um / 2.0 / grid.edge_um;
            Keep::AtLeast((std::f64::consts::FRAC_PI_4 * speck * speck).ceil() as usize)
        } else {
            Keep::Largest
        };
        let wanted = (self.bv_tv * grid.len() as f64).round() as usize;
        let bone = grow(&grid, &order, wanted, keep).ok_or(SyntheticError::Unconnected {
            asked: self.bv_tv,
            dims: grid.dims,
        })?;
        Ok(SyntheticBone {
            grid,
            bone,
            canals: Vec::new(),
        })
    }
}

/// The sites where the field of the holes is among its highest `kept_share`.
fn kept_sites(holes: &[f32], kept_share: f64) -> Vec<u32> {
    let dropped = ((1.0 - kept_share) * holes.len() as f64).round() as usize;
    let mut ranked = holes.to_vec();
    let last = ranked.len() - 1;
    let threshold = *ranked
        .select_nth_unstable_by(dropped.min(last), f32::total_cmp)
        .1;
    drop(ranked);
    holes
        .iter()
        .enumerate()
        .filter(|&(_, &value)| value >= threshold)
        .map(|(site, _)| site as u32)
        .collect()
}

/// Sites in the order in which a thickening sheet reaches them.
fn from_the_middle(mut sites: Vec<u32>, sheet: &[f32]) -> Vec<u32> {
    let height = |site: u32| sheet[site as usize].abs();
    // No two keys are equal, so the order does not depend on how the sort was split.
    sites.par_sort_unstable_by(|&a, &b| height(a).total_cmp(&height(b)).then(a.cmp(&b)));
    sites
}

/// A table's value between its nodes, and beyond its first fraction on the line through the first
/// two.
fn interpolated(table: &[[f64; 5]; 9], bv_tv: f64, kept_share: f64) -> f64 {
    let place = |nodes: &[f64], at: f64| {
        let above = nodes[1..nodes.len() - 1]
            .iter()
            .take_while(|&&node| node <= at)
            .count();
        let (low, high) = (nodes[above], nodes[above + 1]);
        (above, (at - low) / (high - low))
    };
    let (row, down) = place(&FRACTIONS, bv_tv);
    let (column, right) = place(&KEPT_SHARES, kept_share);
    let across =
        |row: usize| table[row][column] + right * (table[row][column + 1] - table[row][column]);
    across(row) + down * (across(row + 1) - across(row))
}
