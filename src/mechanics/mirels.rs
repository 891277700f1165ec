//! Score of Mirels for an impending fracture of a long bone.
//!
//! # Law
//! Four findings give 1 to 3 points each; the score is their sum, 4 to 12.
//!
//! | points | site | pain | type | size over diameter of the shaft |
//! |---|---|---|---|---|
//! | 1 | upper limb | mild | blastic | below 1/3 |
//! | 2 | lower limb | moderate | mixed | 1/3 to 2/3 |
//! | 3 | peritrochanteric | functional | lytic | above 2/3 |
//!
//! # Parameters
//! Prophylactic fixation from 9 points on, judgement at 8, observation up to 7.
//!
//! # Limits
//! For long bones alone. Sensitive, not specific: 71 % and 50 % in 149 lesions (Nazarian 2015).
//!
//! # References
//! Mirels 1989; Nazarian 2015.

use std::fmt;
use std::str::FromStr;

/// Where the lesion sits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LesionSite {
    /// Upper limb.
    UpperLimb,
    /// Lower limb, not at the trochanters.
    LowerLimb,
    /// At the trochanters.
    Peritrochanteric,
}

/// Pain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pain {
    /// Mild.
    Mild,
    /// Moderate.
    Moderate,
    /// Made worse by function.
    Functional,
}

/// What the lesion does to bone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lesion {
    /// Forms bone.
    Blastic,
    /// Both.
    Mixed,
    /// Removes bone.
    Lytic,
}

/// What the score advises.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Advice {
    /// Up to 7 points.
    Observe,
    /// 8 points.
    Judge,
    /// From 9 points on.
    Fix,
}

/// A size that is no share of a diameter.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("size {0} of the diameter of the shaft; give a share from 0 to 1")]
pub struct SizeError(pub f64);

impl crate::numerics::refusal::Refusal for SizeError {}

/// The score.
///
/// ```
/// use howship::mechanics::mirels::{Advice, Lesion, Pain, LesionSite, advice, score};
/// let points = score(LesionSite::Peritrochanteric, Pain::Functional, Lesion::Lytic, 0.7)?;
/// assert_eq!((points, advice(points)), (12, Advice::Fix));
/// # Ok::<(), howship::mechanics::mirels::SizeError>(())
/// ```
///
/// # Errors
/// [`SizeError`]: a size outside of 0 to 1.
pub fn score(site: LesionSite, pain: Pain, lesion: Lesion, size: f64) -> Result<u8, SizeError> {
    if !(0.0..=1.0).contains(&size) {
        return Err(SizeError(size));
    }
    let site = match site {
        LesionSite::UpperLimb => 1,
        LesionSite::LowerLimb => 2,
        LesionSite::Peritrochanteric => 3,
    };
    let pain = match pain {
        Pain::Mild => 1,
        Pain::Moderate => 2,
        Pain::Functional => 3,
    };
    let lesion = match lesion {
        Lesion::Blastic => 1,
        Lesion::Mixed => 2,
        Lesion::Lytic => 3,
    };
    let size = if size < 1.0 / 3.0 {
        1
    } else if size <= 2.0 / 3.0 {
        2
    } else {
        3
    };
    Ok(site + pain + lesion + size)
}

/// What a score advises.
pub const fn advice(points: u8) -> Advice {
    match points {
        ..=7 => Advice::Observe,
        8 => Advice::Judge,
        9.. => Advice::Fix,
    }
}

impl fmt::Display for Advice {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(match self {
            Self::Observe => "observe (7 points or fewer)",
            Self::Judge => "judge by the whole picture (8 points)",
            Self::Fix => "fix before it breaks (9 points or more)",
        })
    }
}

/// Reads a finding by its name.
macro_rules! named {
    ($($kind:ident: $($name:literal $value:ident),*;)*) => {$(
        impl FromStr for $kind {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, String> {
                match text {
                    $($name => Ok(Self::$value),)*
                    other => Err(format!(
                        "found \"{other}\", expected one of {}",
                        [$($name),*].join(", ")
                    )),
                }
            }
        }
    )*};
}

named! {
    LesionSite: "upper_limb" UpperLimb, "lower_limb" LowerLimb, "peritrochanteric" Peritrochanteric;
    Pain: "mild" Mild, "moderate" Moderate, "functional" Functional;
    Lesion: "blastic" Blastic, "mixed" Mixed, "lytic" Lytic;
}
