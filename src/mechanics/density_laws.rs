//! Laws from the density of bone to its elastic modulus, by name.
//!
//! # Law
//! `E` in MPa, density `rho` in g/cm3 of the kind that the law was measured with:
//!
//! | name | E, MPa | density | source |
//! |---|---|---|---|
//! | `morgan_vertebra` | 4730 rho^1.56 | apparent | Morgan 2003 |
//! | `morgan_femoral_neck` | 6850 rho^1.49 | apparent | Morgan 2003 |
//! | `morgan_tibia` | 15520 rho^1.93 | apparent | Morgan 2003, proximal tibia |
//! | `morgan_trochanter` | 15010 rho^2.18 | apparent | Morgan 2003, greater trochanter |
//! | `morgan_pooled` | 8920 rho^1.83 | apparent | Morgan 2003, all sites |
//! | `kopperdahl` | 2980 rho^1.05 | QCT | Kopperdahl 2002, vertebra |
//! | `crawford` | max(0, 3230 rho - 34.7) | QCT | Crawford 2003, vertebra |
//! | `rice_snyder` | 820 rho^2 + 70 below 1.1; 21910 rho - 23500 from 1.1 on | apparent | Rice 1988; Snyder 1991 |
//! | `keller` | 10500 rho^2.29 | ash | Keller 1994 |
//! | `carter_hayes` | 3790 rate^0.06 rho^3 | apparent | Carter 1977 |
//! | `hernandez` | 84370 (BV/TV)^2.58 alpha^2.74 | BV/TV | Hernandez 2001 |
//! | `tissue` | constant, 18000 | bone or none | Bayraktar 2004 |
//!
//! # Parameters
//! `rate` is the strain rate in /s (0.01, slow loading; design), `alpha` the ash fraction (0.64, grown
//! bone; Hernandez 2001), the tissue modulus 18 GPa for trabeculae (Bayraktar 2004).
//!
//! # Limits
//! Apparent, ash and QCT density are different quantities, and no law takes one for the other here:
//! give the density that the law asks for. `rice_snyder`, the pair of laws of structural rigidity
//! analysis, is not continuous: at 1.1 g/cm3 the modulus falls from 1062 to 601 MPa. `rice_snyder`
//! gives 70 MPa to a density of 0. Marrow fat and partial volume give densities below zero in QCT: they
//! are refused, or by the rule [`BelowZero::Floor`] have the modulus [`FLOOR_MPA`], as in the
//! published model of the vertebra of Walle 2025. Nothing is as dense as the mineral of bone, 3.2 g/cm3:
//! what lies above is metal or another unit and refused.
//!
//! # References
//! Bayraktar 2004; Carter 1977; Crawford 2003; Helgason 2008; Hernandez 2001; Keller 1994; Kopperdahl
//! 2002; Morgan 2003; Rice 1988; Snyder 1991; Walle 2025.

use std::fmt;

use crate::numerics::elementary;

/// Modulus of a voxel of negative density under [`BelowZero::Floor`], MPa (Walle 2025).
pub const FLOOR_MPA: f64 = 1e-4;
/// Density of the mineral of bone, g/cm3: no bone is denser.
pub const MOST_G_PER_CM3: f64 = 3.2;
/// Modulus of trabecular tissue, MPa (Bayraktar 2004).
pub const TISSUE_MPA: f64 = 18_000.0;
/// Ash fraction of grown bone (Hernandez 2001).
pub const ASH_FRACTION: f64 = 0.64;
/// Strain rate of slow loading, /s; design.
pub const STRAIN_RATE_PER_S: f64 = 0.01;

/// The kind of density that a law takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DensityKind {
    /// Wet mass of bone without marrow over the volume of the sample, g/cm3.
    Apparent,
    /// Mass of ash over the volume of the sample, g/cm3.
    Ash,
    /// Equivalent of a calibration phantom in quantitative computed tomography, g/cm3.
    Qct,
    /// Share of the volume that is bone, 0 to 1.
    BoneVolume,
}

impl fmt::Display for DensityKind {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(match self {
            Self::Apparent => "apparent density, g/cm3",
            Self::Ash => "ash density, g/cm3",
            Self::Qct => "QCT density, g/cm3",
            Self::BoneVolume => "share of the volume that is bone",
        })
    }
}

/// What a law takes besides the density.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Constants {
    /// Strain rate for `carter_hayes`, /s.
    pub strain_rate_per_s: f64,
    /// Ash fraction for `hernandez`.
    pub ash_fraction: f64,
    /// Modulus for `tissue`, MPa.
    pub tissue_mpa: f64,
}

impl Default for Constants {
    fn default() -> Self {
        Self {
            strain_rate_per_s: STRAIN_RATE_PER_S,
            ash_fraction: ASH_FRACTION,
            tissue_mpa: TISSUE_MPA,
        }
    }
}

impl Constants {
    /// Looks for values that make no sense.
    ///
    /// # Errors
    /// [`DensityError::Constant`].
    pub fn check(&self) -> Result<(), DensityError> {
        let wrong = |what, found, allowed| DensityError::Constant {
            what,
            found,
            allowed,
        };
        let positive = |value: f64| value.is_finite() && value > 0.0;
        if !positive(self.strain_rate_per_s) {
            return Err(wrong(
                "strain rate (/s)",
                self.strain_rate_per_s,
                "above zero",
            ));
        }
        if !(positive(self.ash_fraction) && self.ash_fraction < 1.0) {
            return Err(wrong(
                "ash fraction",
                self.ash_fraction,
                "above 0 and below 1",
            ));
        }
        if !positive(self.tissue_mpa) {
            return Err(wrong("tissue modulus (MPa)", self.tissue_mpa, "above zero"));
        }
        Ok(())
    }
}

/// What happens to a density below zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum BelowZero {
    /// It is refused.
    #[default]
    Refuse,
    /// It has the modulus [`FLOOR_MPA`].
    Floor,
}

impl BelowZero {
    /// The floor where it is asked for.
    pub const fn with_floor(is_asked: bool) -> Self {
        if is_asked { Self::Floor } else { Self::Refuse }
    }
}

/// A density for which there is no modulus.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum DensityError {
    /// Below zero.
    #[error(
        "density {0} g/cm3 is below zero (marrow fat, partial volume); take the rule \"floor\" to give it {FLOOR_MPA} MPa"
    )]
    Negative(f64),
    /// Denser than mineral.
    #[error(
        "density {0} g/cm3 is above that of bone mineral, {MOST_G_PER_CM3} g/cm3; is it in mg/cm3, or metal?"
    )]
    TooDense(f64),
    /// Not a share.
    #[error("share of bone {0}, expected 0 to 1")]
    NoShare(f64),
    /// Not a number.
    #[error("density {0} is not finite")]
    NotFinite(f64),
    /// A constant of a law.
    #[error("{what} {found}, which must be {allowed}")]
    Constant {
        /// Its name.
        what: &'static str,
        /// Its value.
        found: f64,
        /// What is allowed.
        allowed: &'static str,
    },
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Form {
    /// Coefficient (MPa) and exponent.
    Power(f64, f64),
    Crawford,
    RiceSnyder,
    CarterHayes,
    Hernandez,
    Tissue,
}

/// A law from density to modulus.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DensityLaw {
    /// Name by which it is chosen.
    pub name: &'static str,
    /// Formula in words.
    pub formula: &'static str,
    /// The density that it takes.
    pub density: DensityKind,
    /// Densities of the specimens behind it, where they are known, in the unit of the law (Morgan, Keller,
    /// Carter: as listed by Helgason 2008).
    pub sampled: Option<[f64; 2]>,
    /// Where it comes from.
    pub source: &'static str,
    form: Form,
}

const fn law(
    name: &'static str,
    formula: &'static str,
    density: DensityKind,
    sampled: Option<[f64; 2]>,
    source: &'static str,
    form: Form,
) -> DensityLaw {
    DensityLaw {
        name,
        formula,
        density,
        sampled,
        source,
        form,
    }
}

/// All laws.
pub const LAWS: [DensityLaw; 12] = [
    law(
        "morgan_vertebra",
        "E = 4730 rho^1.56 MPa",
        DensityKind::Apparent,
        Some([0.11, 0.35]),
        "Morgan 2003, vertebra",
        Form::Power(4730.0, 1.56),
    ),
    law(
        "morgan_femoral_neck",
        "E = 6850 rho^1.49 MPa",
        DensityKind::Apparent,
        Some([0.26, 0.75]),
        "Morgan 2003, femoral neck",
        Form::Power(6850.0, 1.49),
    ),
    law(
        "morgan_tibia",
        "E = 15520 rho^1.93 MPa",
        DensityKind::Apparent,
        Some([0.09, 0.41]),
        "Morgan 2003, proximal tibia",
        Form::Power(15_520.0, 1.93),
    ),
    law(
        "morgan_trochanter",
        "E = 15010 rho^2.18 MPa",
        DensityKind::Apparent,
        Some([0.14, 0.28]),
        "Morgan 2003, greater trochanter",
        Form::Power(15_010.0, 2.18),
    ),
    law(
        "morgan_pooled",
        "E = 8920 rho^1.83 MPa",
        DensityKind::Apparent,
        Some([0.09, 0.75]),
        "Morgan 2003, all sites",
        Form::Power(8920.0, 1.83),
    ),
    law(
        "kopperdahl",
        "E = 2980 rho^1.05 MPa",
        DensityKind::Qct,
        None,
        "Kopperdahl 2002, vertebra",
        Form::Power(2980.0, 1.05),
    ),
    law(
        "crawford",
        "E = max(0, 3230 rho - 34.7) MPa",
        DensityKind::Qct,
        None,
        "Crawford 2003, vertebra",
        Form::Crawford,
    ),
    law(
        "rice_snyder",
        "E = 820 rho^2 + 70 MPa below 1.1 g/cm3, 21910 rho - 23500 MPa from there on (it falls from 1062 to 601 MPa at 1.1)",
        DensityKind::Apparent,
        None,
        "Rice 1988, trabecular; Snyder 1991, cortical",
        Form::RiceSnyder,
    ),
    law(
        "keller",
        "E = 10500 rho^2.29 MPa",
        DensityKind::Ash,
        Some([0.03, 1.22]),
        "Keller 1994, femur and spine",
        Form::Power(10_500.0, 2.29),
    ),
    law(
        "carter_hayes",
        "E = 3790 rate^0.06 rho^3 MPa",
        DensityKind::Apparent,
        Some([0.07, 2.0]),
        "Carter 1977",
        Form::CarterHayes,
    ),
    law(
        "hernandez",
        "E = 84370 (BV/TV)^2.58 alpha^2.74 MPa",
        DensityKind::BoneVolume,
        None,
        "Hernandez 2001",
        Form::Hernandez,
    ),
    law(
        "tissue",
        "E = the modulus of the tissue times the share of bone",
        DensityKind::BoneVolume,
        None,
        "Bayraktar 2004: 18 GPa in trabeculae",
        Form::Tissue,
    ),
];

/// Names of all laws, for messages.
pub fn names() -> String {
    LAWS.map(|law| law.name).join(", ")
}

/// A law by its name.
pub fn named(name: &str) -> Option<DensityLaw> {
    LAWS.into_iter().find(|law| law.name == name)
}

impl DensityLaw {
    /// Modulus, MPa, of a density of the kind that the law takes.
    ///
    /// # Errors
    /// [`DensityError`]: a density below zero, unless the rule says otherwise, one that no bone has, or a
    /// constant out of range.
    pub fn modulus_mpa(
        &self,
        density: f64,
        constants: &Constants,
        below_zero: BelowZero,
    ) -> Result<f64, DensityError> {
        constants.check()?;
        if !density.is_finite() {
            return Err(DensityError::NotFinite(density));
        }
        if self.density == DensityKind::BoneVolume {
            if !(0.0..=1.0).contains(&density) {
                return Err(DensityError::NoShare(density));
            }
        } else if density < 0.0 {
            return match below_zero {
                BelowZero::Refuse => Err(DensityError::Negative(density)),
                BelowZero::Floor => Ok(FLOOR_MPA),
            };
        } else if density > MOST_G_PER_CM3 {
            return Err(DensityError::TooDense(density));
        }
        Ok(match self.form {
            Form::Power(coefficient, exponent) => coefficient * elementary::pow(density, exponent),
            Form::Crawford => (3230.0 * density - 34.7).max(0.0),
            Form::RiceSnyder if density < 1.1 => 820.0 * density * density + 70.0,
            Form::RiceSnyder => 21_910.0 * density - 23_500.0,
            Form::CarterHayes => {
                3790.0
                    * elementary::pow(constants.strain_rate_per_s, 0.06)
                    * density
                    * density
                    * density
            }
            Form::Hernandez => hernandez_mpa(density, constants.ash_fraction),
            Form::Tissue => constants.tissue_mpa * density,
        })
    }

    /// True when the density is one of those that the law was measured on, or these are not known.
    pub fn was_sampled(&self, density: f64) -> bool {
        self.sampled
            .is_none_or(|[low, high]| (low..=high).contains(&density))
    }
}

/// Modulus by the law of Hernandez 2001, MPa, of a bone volume fraction and an ash fraction.
pub fn hernandez_mpa(bone_volume: f64, ash_fraction: f64) -> f64 {
    84_370.0 * elementary::pow(bone_volume, 2.58) * elementary::pow(ash_fraction, 2.74)
}

/// Ash fraction of bone tissue whose mineral takes a share of its volume (Hernandez 2001): tissue
/// weighs `1.41 + 1.29 alpha` g/cm3, of which the mineral is `alpha`, at 3.2 g/cm3.
///
/// ```
/// # use howship::mechanics::density_laws::ash_fraction;
/// assert!((ash_fraction(0.447) - 0.64).abs() < 1e-3);
/// assert_eq!(ash_fraction(0.0), 0.0);
/// ```
pub fn ash_fraction(mineral_volume: f64) -> f64 {
    let (a, b) = (1.29, 1.41);
    ((b * b + 4.0 * a * MOST_G_PER_CM3 * mineral_volume).sqrt() - b) / (2.0 * a)
}
