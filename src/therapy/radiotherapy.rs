//! Radiation and cells: survival after fractions, equivalent doses, and what bone loses of its strength.
//!
//! # Biology
//! A cell whose DNA is broken beyond repair lives on and secretes until it tries to divide: it dies at
//! its first division or after a few more. Tumours and other tissues that divide fast answer to the
//! whole dose (alpha/beta about 10 Gy), late reacting tissue also to the size of a fraction (about
//! 3 Gy). Osteoblasts and their precursors are hit harder than osteoclasts, which have ceased to
//! divide; the progenitors of both are hit as other marrow is. Bone that got a high dose per fraction
//! is weaker for months before it is mineralised anew.
//!
//! # Law
//! Linear-quadratic: of cells that get `n` fractions of `d`, a share `S = exp(-n (alpha d + beta d^2))`
//! keeps the power to divide on (Fowler 1989). It bends further down at high doses than cells do.
//! Linear-quadratic-linear: above a transition `d_T` the curve goes on as its tangent, with the slope
//! `alpha + 2 beta d_T` (Astrahan 2008). Which law holds is named in the scenario and never changes
//! with the dose. `BED = -ln S / alpha`; `EQD2 = BED / (1 + 2 Gy / (alpha/beta))` is the same in
//! fractions of 2 Gy.
//!
//! ```
//! use howship::therapy::radiotherapy::{Law, bed_gy, eqd2_gy};
//!
//! // 24 Gy at once with alpha/beta of 10 Gy, under either law.
//! let bed = bed_gy(Law::LinearQuadratic, 1, 24.0, 10.0);
//! assert!((bed - 81.6).abs() < 1e-9);
//! assert!((eqd2_gy(bed, 10.0) - 68.0).abs() < 1e-9);
//! let bent = bed_gy(Law::LinearQuadraticLinear { transition_gy: 10.0 }, 1, 24.0, 10.0);
//! assert!((bent - 62.0).abs() < 1e-9);
//! ```
//!
//! # Parameters
//! Sensitivity of each kind of cell, divisions of doomed cells, progenitors and strength:
//! `src/therapy/radiobiology.toml`, laid under a scenario that has a `[radiotherapy.<name>]`.
//!
//! # Limits
//! Fractions act at once, and are whole apart: no repair between them that the law does not hold, no
//! dose rate, no hypoxia, no phase of the cycle. Strength is lost at once and does not add up over
//! fractions.
//!
//! # References
//! Fowler JF. Br J Radiol 1989;62:679-694. Astrahan M. Med Phys 2008;35:4161-4172.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::biology::problem::Problems;
use crate::numerics::elementary;
use crate::numerics::quantity::{AbsorbedDose, Radiosensitivity, Time};
use crate::numerics::response::hill;

/// Name of a law of survival in a scenario.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LawName {
    /// `S = exp(-(alpha d + beta d^2))` at every dose.
    LinearQuadratic,
    /// The same up to a transition, and its tangent above.
    LinearQuadraticLinear,
}

/// A law of survival.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum Law {
    /// `S = exp(-(alpha d + beta d^2))` at every dose.
    LinearQuadratic,
    /// The same up to a transition, and its tangent above.
    LinearQuadraticLinear {
        /// Dose per fraction at which the tangent begins, Gy.
        transition_gy: f64,
    },
}

impl Law {
    /// Dose that would do the same in infinitely small fractions, Gy: `-ln S / alpha` of one fraction.
    ///
    /// `alpha_beta_gy` is infinite for cells without a quadratic part.
    pub fn effective_gy(self, dose_gy: f64, alpha_beta_gy: f64) -> f64 {
        let quadratic = |dose: f64| dose * (1.0 + dose / alpha_beta_gy);
        match self {
            Self::LinearQuadraticLinear { transition_gy } if dose_gy > transition_gy => {
                let slope = 1.0 + 2.0 * transition_gy / alpha_beta_gy;
                quadratic(transition_gy) + slope * (dose_gy - transition_gy)
            }
            Self::LinearQuadratic | Self::LinearQuadraticLinear { .. } => quadratic(dose_gy),
        }
    }
}

/// Biologically effective dose of fractions, Gy.
///
/// ```
/// use howship::therapy::radiotherapy::{Law, bed_gy};
/// // Ten fractions of 3 Gy: 39 Gy to a tumour, 60 Gy to late reacting bone.
/// assert!((bed_gy(Law::LinearQuadratic, 10, 3.0, 10.0) - 39.0).abs() < 1e-9);
/// assert!((bed_gy(Law::LinearQuadratic, 10, 3.0, 3.0) - 60.0).abs() < 1e-9);
/// ```
pub fn bed_gy(law: Law, fractions: u32, dose_gy: f64, alpha_beta_gy: f64) -> f64 {
    f64::from(fractions) * law.effective_gy(dose_gy, alpha_beta_gy)
}

/// The dose in fractions of 2 Gy that has a biologically effective dose, Gy.
///
/// ```
/// // 39 Gy with alpha/beta of 10 Gy are 32.5 Gy in fractions of 2 Gy.
/// assert!((howship::therapy::radiotherapy::eqd2_gy(39.0, 10.0) - 32.5).abs() < 1e-9);
/// ```
pub fn eqd2_gy(bed_gy: f64, alpha_beta_gy: f64) -> f64 {
    bed_gy / (1.0 + 2.0 / alpha_beta_gy)
}

/// How one kind of cell answers to dose.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Sensitivity {
    /// Linear coefficient.
    pub alpha: Radiosensitivity,
    /// Dose at which the linear and the quadratic part are equal; without it there is no quadratic
    /// part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alpha_beta: Option<AbsorbedDose>,
}

impl Sensitivity {
    /// Sensitivity of cells of which a dose leaves half, without a quadratic part.
    ///
    /// ```
    /// use howship::therapy::radiotherapy::{Law, Sensitivity};
    /// // Lymphocytes: half are left after 2 Gy, a quarter after 4 Gy.
    /// let lymphocyte = Sensitivity::halved_by(2.0);
    /// assert!((lymphocyte.survival(Law::LinearQuadratic, 2.0) - 0.5).abs() < 1e-12);
    /// assert!((lymphocyte.survival(Law::LinearQuadratic, 4.0) - 0.25).abs() < 1e-12);
    /// ```
    pub const fn halved_by(dose_gy: f64) -> Self {
        Self {
            alpha: Radiosensitivity::per_gy(std::f64::consts::LN_2 / dose_gy),
            alpha_beta: None,
        }
    }

    /// alpha/beta, Gy; infinite without a quadratic part.
    pub fn alpha_beta_gy(&self) -> f64 {
        self.alpha_beta.map_or(f64::INFINITY, AbsorbedDose::get)
    }

    /// Share of cells that keep the power to divide after one fraction.
    ///
    /// ```
    /// use howship::therapy::radiotherapy::{Law, Sensitivity};
    /// let tumour: Sensitivity =
    ///     toml::from_str("alpha = \"0.3 /Gy\"\nalpha_beta = \"10 Gy\"").unwrap();
    /// // 8 Gy: exp(-(0.3 x 8 + 0.03 x 64)).
    /// let left = tumour.survival(Law::LinearQuadratic, 8.0);
    /// assert!((left - (-4.32_f64).exp()).abs() < 1e-15);
    /// ```
    pub fn survival(&self, law: Law, dose_gy: f64) -> f64 {
        self.survival_of(law, dose_gy, 1.0)
    }

    /// The same for cells of which both coefficients are this many times as large.
    pub fn survival_of(&self, law: Law, dose_gy: f64, factor: f64) -> f64 {
        elementary::exp(
            -factor * self.alpha.get() * law.effective_gy(dose_gy, self.alpha_beta_gy()),
        )
    }

    /// Looks for values that make no sense.
    pub fn check(&self, path: &str, problems: &mut Problems) {
        problems.not_negative(&format!("{path}.alpha"), self.alpha.get(), "/Gy");
        if let Some(ratio) = self.alpha_beta {
            problems.positive(&format!("{path}.alpha_beta"), ratio.get(), "Gy");
        }
    }
}

/// Progenitors that supply a surface with cells.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Progenitors {
    /// Linear coefficient.
    pub alpha: Radiosensitivity,
    /// Dose at which the linear and the quadratic part are equal; without it there is no quadratic
    /// part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alpha_beta: Option<AbsorbedDose>,
    /// Time in which a loss falls to 37 %.
    pub recovery: Time,
}

impl Progenitors {
    /// How they answer to dose.
    pub const fn sensitivity(&self) -> Sensitivity {
        Sensitivity {
            alpha: self.alpha,
            alpha_beta: self.alpha_beta,
        }
    }

    fn check(&self, path: &str, problems: &mut Problems) {
        self.sensitivity().check(path, problems);
        problems.positive(&format!("{path}.recovery"), self.recovery.get(), "h");
    }
}

/// What bone loses of its strength by radiation: by dose and dose per fraction, early and late.
///
/// # Biology
/// Matrix itself becomes brittle within weeks, before any bone is gone: mice have lost no strength two weeks after 5 or
/// 20 Gy and have at twelve, with more bone (Wernle 2010). Half of the fractures of irradiated vertebrae come within 2.5
/// months, and the risk goes by the dose per fraction (Sahgal 2013).
///
/// # Law
/// Each fraction has a biologically effective dose for late reacting bone, of which the share
/// `(1 - exp(-t / onset))` acts after a time `t`, times 1 until `lasts` and from there falling evenly to 0 within
/// `recalcification`. With their sum `E`, bone has lost the share `most E^n / (E^n + half^n)`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Strength {
    /// Share of its strength that irradiated bone loses at most, 0 to 1.
    pub most: f64,
    /// Biologically effective dose of half of that.
    pub half: AbsorbedDose,
    /// Steepness `n`.
    pub steepness: f64,
    /// Dose at which the linear and the quadratic part are equal, of late reacting bone.
    pub alpha_beta: AbsorbedDose,
    /// Mean time by which bone weakens.
    pub onset: Time,
    /// Time for which the loss lasts whole.
    pub lasts: Time,
    /// Time in which it is made good after that, at an even pace.
    pub recalcification: Time,
}

impl Strength {
    /// Share of the effect of a fraction that acts a time after it, h; 0 before it.
    ///
    /// ```
    /// # use howship::therapy::{catalogue::RADIOBIOLOGY, radiotherapy::Strength};
    /// # let all: toml::Table = RADIOBIOLOGY.parse().unwrap();
    /// # let strength: Strength = all["radiobiology"]["strength"].clone().try_into().unwrap();
    /// let at = |day: f64| strength.acting(day * 24.0);
    /// assert!(at(-1.0) == 0.0 && at(0.0) == 0.0);
    /// assert!(at(7.0) < 0.3 && at(120.0) > 0.95);
    /// assert!(at(270.0) < 1e-9);
    /// ```
    pub fn acting(&self, since_h: f64) -> f64 {
        if since_h.is_nan() || since_h <= 0.0 {
            return 0.0;
        }
        let past_h = since_h - self.lasts.get();
        let left = if past_h <= 0.0 {
            1.0
        } else {
            (1.0 - past_h / self.recalcification.get()).max(0.0)
        };
        -elementary::exp_m1(-since_h / self.onset.get()) * left
    }

    /// Factor on the strength of bone under an effective dose that acts, Gy.
    ///
    /// ```
    /// use howship::therapy::radiotherapy::{Law, bed_gy};
    /// # use howship::therapy::{catalogue::RADIOBIOLOGY, radiotherapy::Strength};
    /// # let all: toml::Table = RADIOBIOLOGY.parse().unwrap();
    /// # let strength: Strength = all["radiobiology"]["strength"].clone().try_into().unwrap();
    /// let lost = |fractions, dose_gy| {
    ///     1.0 - strength.factor(bed_gy(Law::LinearQuadratic, fractions, dose_gy, 3.0))
    /// };
    /// // 8 Gy, ten fractions of 3 Gy, two of 12 Gy, one of 24 Gy.
    /// assert!(lost(1, 8.0) < lost(10, 3.0) && lost(10, 3.0) < lost(2, 12.0));
    /// assert!(lost(2, 12.0) < lost(1, 24.0) && lost(1, 24.0) < 0.3);
    /// ```
    pub fn factor(&self, acting_gy: f64) -> f64 {
        if acting_gy <= 0.0 {
            return 1.0;
        }
        1.0 - self.most * hill(acting_gy, self.half.get(), self.steepness)
    }

    /// The factor after fractions, each a time ago, h, with its dose, Gy, and its law, in any order.
    pub fn factor_since(&self, fractions: impl Iterator<Item = (f64, f64, Law)>) -> f64 {
        let acting = fractions.map(|(since_h, dose_gy, law)| {
            self.acting(since_h) * law.effective_gy(dose_gy, self.alpha_beta.get())
        });
        self.factor(acting.sum())
    }

    fn check(&self, path: &str, problems: &mut Problems) {
        let at = |key: &str| format!("{path}.{key}");
        problems.within(&at("most"), self.most, 0.0, 1.0);
        problems.positive(&at("half"), self.half.get(), "Gy");
        problems.steepness(&at("steepness"), self.steepness);
        problems.positive(&at("alpha_beta"), self.alpha_beta.get(), "Gy");
        problems.positive(&at("onset"), self.onset.get(), "h");
        problems.not_negative(&at("lasts"), self.lasts.get(), "h");
        problems.positive(&at("recalcification"), self.recalcification.get(), "h");
    }
}

/// What radiation does to the cells of the tissue.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Radiobiology {
    /// Tumour cells; a clone has its factor `radiosensitivity`.
    pub tumour: Sensitivity,
    /// Precursors of osteoblasts on bone surface.
    pub precursor: Sensitivity,
    /// Osteoblasts.
    pub osteoblast: Sensitivity,
    /// Osteoclasts.
    pub osteoclast: Sensitivity,
    /// Lymphocytes in the field.
    pub lymphocyte: Sensitivity,
    /// Divisions at most that a doomed tumour cell still brings about; drawn evenly from 0 on.
    pub abortive_divisions: u8,
    /// Progenitors from which precursors of osteoblasts arrive.
    pub osteoblast_progenitor: Progenitors,
    /// Progenitors from which osteoclasts form.
    pub osteoclast_progenitor: Progenitors,
    /// Strength of bone.
    pub strength: Strength,
}

/// Most divisions of a doomed cell.
const MOST_DIVISIONS: u8 = 10;

impl Radiobiology {
    /// Looks for values that make no sense.
    pub fn check(&self, problems: &mut Problems) {
        for (key, sensitivity) in [
            ("tumour", &self.tumour),
            ("precursor", &self.precursor),
            ("osteoblast", &self.osteoblast),
            ("osteoclast", &self.osteoclast),
            ("lymphocyte", &self.lymphocyte),
        ] {
            sensitivity.check(&format!("radiobiology.{key}"), problems);
        }
        if self.abortive_divisions > MOST_DIVISIONS {
            problems.add(
                "radiobiology.abortive_divisions",
                format!("found {}", self.abortive_divisions),
                format!("give 0 to {MOST_DIVISIONS}"),
            );
        }
        self.osteoblast_progenitor
            .check("radiobiology.osteoblast_progenitor", problems);
        self.osteoclast_progenitor
            .check("radiobiology.osteoclast_progenitor", problems);
        self.strength.check("radiobiology.strength", problems);
    }
}

#[cfg(test)]
mod tests;
