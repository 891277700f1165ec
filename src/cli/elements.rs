//! `howship specimen --fe`: how stiff and strong the bone of an image is, by finite elements of its voxels.

#![allow(
    clippy::doc_markdown,
    reason = "the names of options are what a terminal shows"
)]

use std::path::Path;

use clap::{Args, ValueEnum};

use super::Stop;
use super::reading::warn;
use super::rigidity::check_floor;
use crate::mechanics::density_laws::{BelowZero, Constants, named};
use crate::mechanics::elements::{Ends, Load, Motion};
use crate::mechanics::loaded::{LabelModulus, LoadedImage, Made};
use crate::mechanics::measured::Reading;
use crate::mechanics::rigidity::Axis;
use crate::mechanics::strength::Strength;
use crate::numerics::quantity::ElasticModulus;
use crate::specimen::image::{BoneOptions, ReadOptions};

/// What is done to the bone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
enum LoadName {
    /// The upper end comes nearer.
    Compression,
    /// The upper end moves along x.
    ShearX,
    /// The upper end moves along y.
    ShearY,
    /// The upper end moves along z.
    ShearZ,
    /// The upper end turns about the axis.
    Torsion,
    /// Six strains of all faces: the apparent stiffness in all directions.
    Tensor,
}

/// What the ends hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Boundary {
    /// All directions.
    Clamped,
    /// The direction of the axis alone.
    Uniaxial,
}

/// Options of `howship specimen --fe`.
#[derive(Debug, Args)]
#[command(next_help_heading = "Finite elements")]
pub(super) struct ElementsArguments {
    /// Load the bone, with a brick per voxel, in place of its morphometry: stiffness, apparent modulus and failure
    /// load.
    #[arg(
        long,
        conflicts_with_all = ["picture", "csv", "cortex", "slices", "maps", "before", "force"]
    )]
    fe: bool,
    /// Axis of the load, from end to end: x, y or z of the file; z without it.
    #[arg(long, requires = "fe")]
    axis: Option<Axis>,
    /// Modulus of bone tissue.
    #[arg(long, requires = "fe", default_value = "18 GPa")]
    modulus: ElasticModulus,
    /// Moduli of the labels of an image of labels, as in "1=18 GPa,2=2 GPa"; other labels carry nothing.
    #[arg(
        long,
        requires = "fe",
        value_name = "LABEL=MODULUS",
        value_delimiter = ',',
        conflicts_with_all = [
            "modulus", "law", "threshold", "labels", "edge", "crop", "gaussian", "local", "density", "largest", "fill_pores",
            "rotate"
        ]
    )]
    materials: Vec<LabelModulus>,
    /// Law from the density of each voxel, mg/cm3, to its modulus, as of `howship rigidity`.
    #[arg(
        long,
        requires = "fe",
        value_name = "NAME",
        conflicts_with_all = [
            "modulus", "threshold", "labels", "edge", "crop", "gaussian", "local", "density", "largest", "fill_pores",
            "rotate"
        ]
    )]
    law: Option<String>,
    /// Give voxels of negative density (fat, partial volume) 1e-4 MPa instead of refusing them.
    #[arg(long, requires = "law")]
    floor: bool,
    /// Poisson's ratio.
    #[arg(long, requires = "fe", default_value_t = 0.3)]
    poisson: f64,
    /// What the ends hold: all directions, or that of the axis alone.
    #[arg(long, requires = "fe", value_enum, default_value = "clamped")]
    boundary: Boundary,
    /// Slices at each end that move as a whole with it, as if they were cast in.
    #[arg(long, requires = "fe", default_value_t = 0, value_name = "SLICES")]
    locked: usize,
    /// What is done to the bone.
    #[arg(long, requires = "fe", value_enum, default_value = "compression")]
    load: LoadName,
}

impl ElementsArguments {
    pub(super) const fn are_asked(&self) -> bool {
        self.fe
    }

    fn load(&self) -> Option<Load> {
        let motion = match self.load {
            LoadName::Compression => Motion::Compression,
            LoadName::ShearX => Motion::Shear(Axis::X),
            LoadName::ShearY => Motion::Shear(Axis::Y),
            LoadName::ShearZ => Motion::Shear(Axis::Z),
            LoadName::Torsion => Motion::Torsion,
            LoadName::Tensor => return None,
        };
        Some(Load {
            axis: self.axis.unwrap_or_default(),
            ends: match self.boundary {
                Boundary::Clamped => Ends::Clamped,
                Boundary::Uniaxial => Ends::Uniaxial,
            },
            motion,
            locked: self.locked,
        })
    }

    /// Says what the bone of an image answers.
    pub(super) fn answer(
        &self,
        path: &Path,
        options: ReadOptions,
        bone: BoneOptions,
        json: bool,
    ) -> Result<(), Stop> {
        let reading = Reading {
            options,
            constants: Constants::default(),
            below_zero: BelowZero::with_floor(self.floor),
            threshold: None,
            include: Vec::new(),
            axis: self.axis.unwrap_or_default(),
            poisson: self.poisson,
            torsion: false,
        };
        if let Some(law) = self.law.as_deref().and_then(named) {
            check_floor(self.floor, law)?;
        }
        let made = match &self.law {
            Some(law) => Made::Density(law.clone()),
            None if self.materials.is_empty() => Made::Bone(bone, self.modulus),
            None => Made::Labels(self.materials.clone()),
        };
        let is_held = matches!(self.boundary, Boundary::Uniaxial) || self.locked > 0;
        if self.load().is_none() && (is_held || self.axis.is_some()) {
            return Err(Stop::wrong(
                "--load tensor holds all faces and has no axis: leave out --boundary, --locked and --axis",
            ));
        }
        let mut labels = std::collections::BTreeSet::new();
        if let Some(twice) = self.materials.iter().find(|one| !labels.insert(one.label)) {
            return Err(Stop::wrong(format_args!(
                "--materials names label {} twice: give each one modulus",
                twice.label
            )));
        }
        let image = LoadedImage::read(path, &reading, &made)?;
        let (words, figures) = match self.load() {
            None => {
                let tensor = image.tensor()?;
                (tensor.to_string(), tensor.json())
            }
            Some(load) => {
                let strength = Strength::of(&image.under(&load)?);
                (strength.to_string(), strength.json())
            }
        };
        if json {
            let mut object = image.json();
            object.extend(figures);
            say!("{}", serde_json::Value::Object(object));
        } else {
            say!("{image}\n{words}");
        }
        warn(&image.warnings);
        Ok(())
    }
}
