//! What is done to a scan before it is measured or lived in: filters, pieces, compartments.

pub(crate) mod compartments;
pub(crate) mod components;
pub(crate) mod filter;
pub(crate) mod rotate;

use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use self::compartments::Compartments;
use crate::numerics::quantity::Length;

/// What is done, in this order: the Gaussian and the local mean to grey values; then the largest bone, closed
/// pores, the turn and compartments to bone. Nothing without a word of it.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Preparation {
    /// A Gaussian over the grey values before they are cut.
    pub gaussian: Option<Gaussian>,
    /// Reach of a cube, um, whose mean is taken from each grey value: a threshold then says how far above its
    /// surroundings bone lies.
    pub local_um: Option<f64>,
    /// Density above which a voxel is bone, mg HA/cm3, of a calibrated image; in place of a threshold.
    pub density: Option<f64>,
    /// The largest piece of bone alone.
    pub largest: bool,
    /// Pores that touch no face of the image become bone.
    pub fill: bool,
    /// The bone is turned until its long axis lies along z.
    pub rotate: bool,
    /// Cortex and marrow cavity are told apart.
    pub cortex: Option<Cortex>,
}

/// A Gaussian filter.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Gaussian {
    /// Standard deviation, voxels.
    pub sigma: f64,
    /// Voxels to either side that count.
    pub support: usize,
}

/// Radii of the balls that part the cortex from the marrow cavity, um.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cortex {
    /// Radius that bridges the openings of the cortex.
    pub openings_um: f64,
    /// Radius that swallows trabeculae.
    pub trabeculae_um: f64,
}

impl FromStr for Gaussian {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parsed = text.split_once(',').and_then(|(sigma, support)| {
            Some(Self {
                sigma: sigma.trim().parse().ok()?,
                support: support.trim().parse().ok()?,
            })
        });
        parsed.ok_or_else(|| {
            "expected a standard deviation and a support in voxels, as in 0.8,1".into()
        })
    }
}

impl FromStr for Cortex {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (openings, trabeculae) = text
            .split_once(',')
            .ok_or("expected two radii, as in \"0.3 mm,0.1 mm\"")?;
        let um = |word: &str| {
            let length: Result<Length, _> = word.trim().parse();
            length.map(Length::get).map_err(|error| error.to_string())
        };
        Ok(Self {
            openings_um: um(openings)?,
            trabeculae_um: um(trabeculae)?,
        })
    }
}

/// First voxel and size of a part along x, y, z: "10,10,0,100,100,50".
///
/// # Errors
/// Not six whole numbers.
pub fn part(text: &str) -> Result<[[usize; 3]; 2], String> {
    let numbers: Option<Vec<usize>> = text
        .split(',')
        .map(|word| word.trim().parse().ok())
        .collect();
    match numbers.as_deref() {
        Some(&[x, y, z, nx, ny, nz]) => Ok([[x, y, z], [nx, ny, nz]]),
        _ => {
            Err("expected six whole numbers, first voxel and size, as in 10,10,0,100,100,50".into())
        }
    }
}
