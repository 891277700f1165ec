//! Rigidity of the lattice followed through a run, against its own day 0.
//!
//! # Law
//! A site has the modulus of its law times what is mineralised of it:
//!
//! - `tissue`: `E = modulus x (matrix - osteoid)`, one modulus for all tissue;
//! - `hernandez`: `E = 84370 (matrix - osteoid)^2.58 alpha^2.74` MPa, with the ash fraction `alpha`
//!   that follows from the mineral of the site (Hernandez 2001).
//!
//! Osteoid, marrow and tumour carry nothing. Every cut is compared with the same cut at day 0
//! ([`crate::mechanics::rigidity`]). The tissue does not feel it.
//!
//! # Limits
//! The smallest of many ratios lies below 1 by turnover alone: healthy human bone of 1.2 mm reads 0.85 to
//! 0.91 over 270 d while its volume stays. Hold a lesion against a run without a tumour.
//! Young bone is as stiff as old bone by `tissue`. The flags are a rule for whole human long bones, not
//! for a cube of some millimetres. The faces of a cube cut through struts that would go on in the body.
//!
//! # References
//! Bayraktar 2004; Hernandez 2001.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::biology::problem::Problems;
use crate::mechanics::density_laws::{TISSUE_MPA, ash_fraction, hernandez_mpa};
use crate::mechanics::rigidity::{
    Axis, Comparison, Measure, Rigidities, RigidityError, Voxels, cuts,
};
use crate::numerics::quantity::{ElasticModulus, Time};
use crate::tissue::bone::Bone;
use crate::tissue::grid::Grid;

/// From a site of bone to its modulus.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SiteLaw {
    /// One modulus for all mineralised tissue.
    #[default]
    Tissue,
    /// By the mineral of the site (Hernandez 2001).
    Hernandez,
}

impl SiteLaw {
    /// Modulus of a site, MPa; `modulus` is that of mineralised tissue, for [`Self::Tissue`].
    pub fn modulus_mpa(self, modulus: Option<ElasticModulus>, bone: &Bone, site: usize) -> f64 {
        // Differences of stored f32 may lie a rounding below zero.
        let mineralised = f64::from((bone.matrix[site] - bone.osteoid[site]).max(0.0));
        match self {
            Self::Tissue => modulus.map_or(TISSUE_MPA, ElasticModulus::get) * mineralised,
            Self::Hernandez if mineralised > 0.0 => hernandez_mpa(
                mineralised,
                ash_fraction(f64::from(bone.mineral[site].max(0.0))),
            ),
            Self::Hernandez => 0.0,
        }
    }
}

/// Rigidity followed through a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FollowUp {
    /// Cuts are transverse to it.
    #[serde(default)]
    pub axis: Axis,
    /// Time between readings, whole days; design: a week.
    #[serde(default = "weekly")]
    pub every: Time,
    /// From a site to its modulus.
    #[serde(default)]
    pub law: SiteLaw,
    /// Modulus of mineralised tissue, for `law = "tissue"`; 18 GPa without it (Bayraktar 2004).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modulus: Option<ElasticModulus>,
    /// Poisson's ratio (0.3, usual for bone; design).
    #[serde(default = "poisson")]
    pub poisson: f64,
}

fn weekly() -> Time {
    Time::h(7.0 * 24.0)
}

const fn poisson() -> f64 {
    0.3
}

/// Rigidities of all cuts, at day 0 and at the last reading.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Findings {
    /// At day 0; before it at the start of the burn-in.
    pub intact: Vec<Rigidities>,
    /// At the last reading.
    pub now: Vec<Rigidities>,
    /// Time of the last reading, h.
    pub read_h: f64,
}

impl FollowUp {
    /// Looks for values that make no sense.
    pub fn check(&self, problems: &mut Problems) {
        let days = self.every.get() / 24.0;
        if !(days.is_finite() && days >= 1.0 - 1e-9 && (days - days.round()).abs() < 1e-9) {
            problems.add(
                "rigidity.every",
                format!("found {}", self.every),
                "give whole days, such as \"7 d\"",
            );
        }
        match (self.law, self.modulus) {
            (SiteLaw::Hernandez, Some(_)) => problems.add(
                "rigidity.modulus",
                "a modulus is given, but law = \"hernandez\" finds its own",
                "remove it, or write law = \"tissue\"",
            ),
            (_, Some(modulus)) => problems.positive("rigidity.modulus", modulus.get(), "MPa"),
            (_, None) => {}
        }
        problems.within("rigidity.poisson", self.poisson, 0.0, 0.5);
    }

    /// True when a reading is due at this time, h, which ends a day.
    pub fn is_due(&self, time_h: f64) -> bool {
        let turns = time_h / self.every.get();
        time_h >= -1e-6 && (turns - turns.round()).abs() * self.every.get() < 1e-6
    }

    /// Modulus of a site, MPa.
    pub fn modulus_mpa(&self, bone: &Bone, site: usize) -> f64 {
        self.law.modulus_mpa(self.modulus, bone, site)
    }

    /// The rigidities of all cuts now.
    ///
    /// # Errors
    /// [`RigidityError`].
    pub fn read(&self, grid: &Grid, bone: &Bone) -> Result<Vec<Rigidities>, RigidityError> {
        let voxels = Voxels {
            dims: grid.dims,
            spacing_mm: [grid.edge_um, grid.edge_um, grid.depth_um].map(|um| um * 1e-3),
        };
        let cuts = cuts(voxels, self.axis, self.poisson, |site| {
            self.modulus_mpa(bone, site)
        })?;
        Ok(cuts.iter().map(|cut| cut.rigidities).collect())
    }
}

impl Findings {
    /// The weakest cuts of the last reading against day 0.
    ///
    /// # Errors
    /// [`RigidityError`].
    pub fn comparison(&self) -> Result<Comparison, RigidityError> {
        Comparison::of(&self.now, &self.intact, 0)
    }

    /// True when there is a finite value for each of so many cuts.
    pub fn makes_sense(&self, cuts: usize) -> bool {
        let finite = |all: &[Rigidities]| {
            all.len() == cuts
                && all.iter().all(|cut| {
                    Measure::ALL
                        .iter()
                        .all(|&measure| cut.of(measure).is_finite())
                })
        };
        self.read_h.is_finite() && finite(&self.intact) && finite(&self.now)
    }
}
