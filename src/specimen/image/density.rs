//! From stored values to density, where a file is calibrated.

use serde::Serialize;

/// How stored values become density of hydroxyapatite.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Density {
    /// mg HA/cm3 for one of the stored values.
    pub slope: f64,
    /// mg HA/cm3 at the stored value 0.
    pub intercept: f64,
}

impl Density {
    /// Scanco's: slope and intercept belong to the attenuation in 1/cm, which is the stored value over
    /// `scaling`. `None` in another unit, or where the numbers make no line.
    pub(super) fn of_scanco(unit: &str, slope: f64, intercept: f64, scaling: f64) -> Option<Self> {
        let unit = unit.to_lowercase();
        let is_density = unit.contains("mg") && unit.contains("ha") && unit.contains('/');
        let line = Self {
            slope: slope / scaling,
            intercept,
        };
        (is_density && line.slope.is_finite() && line.slope > 0.0 && intercept.is_finite())
            .then_some(line)
    }

    /// Density at a stored value, mg HA/cm3.
    pub fn at(&self, stored: f64) -> f64 {
        self.slope * stored + self.intercept
    }

    /// The stored value of a density.
    pub fn stored(&self, mg_per_cm3: f64) -> f64 {
        (mg_per_cm3 - self.intercept) / self.slope
    }
}
