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

/// What bone loses of its strength after a high dose per fraction.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Strength {
    /// Least dose per fraction that weakens bone.
    pub high_dose: AbsorbedDose,
    /// Share of its strength that irradiated bone loses, 0 to 1.
    pub loss: f64,
    /// Time for which the loss lasts whole.
    pub lasts: Time,
    /// Time in which it is made good after that, at an even pace.
    pub recalcification: Time,
}

impl Strength {
    /// Factor on the strength of irradiated bone a time after its last fraction of a high dose, h; 1
    /// before it.
    ///
    /// ```
    /// use howship::therapy::radiotherapy::Strength;
    /// let strength: Strength = toml::from_str(
    ///     "high_dose = \"8 Gy\"\nloss = 0.2\nlasts = \"120 d\"\nrecalcification = \"120 d\"",
    /// )
    /// .unwrap();
    /// let at = |day: f64| strength.factor_after(day * 24.0);
    /// assert!((at(-1.0) - 1.0).abs() < 1e-12);
    /// assert!((at(30.0) - 0.8).abs() < 1e-12);
    /// assert!((at(180.0) - 0.9).abs() < 1e-12);
    /// assert!((at(365.0) - 1.0).abs() < 1e-12);
    /// ```
    pub fn factor_after(&self, since_h: f64) -> f64 {
        if since_h.is_nan() || since_h < 0.0 {
            return 1.0;
        }
        let past_h = since_h - self.lasts.get();
        let left = if past_h <= 0.0 {
            1.0
        } else {
            (1.0 - past_h / self.recalcification.get()).max(0.0)
        };
        1.0 - self.loss * left
    }

    /// The factor at a time, h, after fractions given at times, h, with doses, Gy, in any order.
    ///
    /// Fractions below the high dose leave bone as strong as it was, and those to come do not count.
    pub fn factor_at(&self, fractions: impl Iterator<Item = (f64, f64)>, now_h: f64) -> f64 {
        fractions
            .filter(|&(at_h, dose_gy)| dose_gy >= self.high_dose.get() && at_h <= now_h)
            .map(|(at_h, _)| self.factor_after(now_h - at_h))
            .fold(1.0, f64::min)
    }

    fn check(&self, path: &str, problems: &mut Problems) {
        problems.positive(&format!("{path}.high_dose"), self.high_dose.get(), "Gy");
        problems.within(&format!("{path}.loss"), self.loss, 0.0, 1.0);
        problems.not_negative(&format!("{path}.lasts"), self.lasts.get(), "h");
        problems.positive(
            &format!("{path}.recalcification"),
            self.recalcification.get(),
            "h",
        );
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
