//! What is asked of images of bone, by names: a load between ends, moduli by a law, rigidity beside the intact bone;
//! and what does not go together.

use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};

use crate::mechanics::assessment::{Assessment, AssessmentError, BoneFiles, CutRange};
use crate::mechanics::density_laws::{BelowZero, Constants, DensityKind, DensityLaw, named};
use crate::mechanics::elements::{Ends, Load, Motion};
use crate::mechanics::follow_up::SiteLaw;
use crate::mechanics::loaded::{LoadedError, LoadedImage, Made};
use crate::mechanics::measured::{MeasuredError, Reading};
use crate::mechanics::rigidity::Axis;
use crate::mechanics::strength::Strength;
use crate::numerics::quantity::{ElasticModulus, Rate};
use crate::specimen::image::ReadOptions;

/// A value by its name, with what it is.
pub(crate) type Named<T> = (&'static str, &'static str, T);

/// What is asked of a bone that is loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Question {
    /// What it answers to a motion of its upper end.
    Under(Motion),
    /// Its stiffness in all directions.
    Tensor,
}

/// Loads by their names.
pub(crate) const LOADS: [Named<Question>; 6] = [
    (
        "compression",
        "The upper end comes nearer",
        Question::Under(Motion::Compression),
    ),
    (
        "shear_x",
        "The upper end moves along x",
        Question::Under(Motion::Shear(Axis::X)),
    ),
    (
        "shear_y",
        "The upper end moves along y",
        Question::Under(Motion::Shear(Axis::Y)),
    ),
    (
        "shear_z",
        "The upper end moves along z",
        Question::Under(Motion::Shear(Axis::Z)),
    ),
    (
        "torsion",
        "The upper end turns about the axis",
        Question::Under(Motion::Torsion),
    ),
    (
        "tensor",
        "Six strains of all faces: the apparent stiffness in all directions",
        Question::Tensor,
    ),
];

/// What the ends of a bone hold, by names.
pub(crate) const BOUNDARIES: [Named<Ends>; 2] = [
    ("clamped", "All directions", Ends::Clamped),
    (
        "uniaxial",
        "The direction of the axis alone",
        Ends::Uniaxial,
    ),
];

/// From a site of a lattice to its modulus, by names.
pub(crate) const SITE_LAWS: [Named<SiteLaw>; 2] = [
    (
        "tissue",
        "One modulus for all mineralised tissue",
        SiteLaw::Tissue,
    ),
    (
        "hernandez",
        "By the mineral of the site (Hernandez 2001)",
        SiteLaw::Hernandez,
    ),
];

/// An image that is to be loaded.
#[derive(Debug)]
pub(crate) struct ImageLoad {
    /// How it is read.
    pub options: ReadOptions,
    /// What its voxels are made of.
    pub made: Made,
    /// Whether densities below zero have a modulus.
    pub floor: bool,
    /// Poisson's ratio.
    pub poisson: f64,
    /// What is asked.
    pub question: Question,
    /// Axis of the load; z without it.
    pub axis: Option<Axis>,
    /// What the ends hold.
    pub ends: Ends,
    /// Slices at each end that move with it.
    pub locked: usize,
}

/// What an image answers.
#[derive(Debug)]
pub(crate) struct Answered {
    /// The image.
    pub image: LoadedImage,
    words: String,
    figures: serde_json::Map<String, serde_json::Value>,
}

impl Answered {
    /// Image and answer as one object.
    pub(crate) fn json(&self) -> serde_json::Value {
        let mut object = self.image.json();
        object.extend(self.figures.clone());
        object.into()
    }
}

impl fmt::Display for Answered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n{}", self.image, self.words)
    }
}

impl ImageLoad {
    /// Reads the image, of which there is one, and loads it.
    ///
    /// # Errors
    /// [`LoadedError`].
    pub(crate) fn answer(&self, images: &[PathBuf]) -> Result<Answered, LoadedError> {
        let [path] = images else {
            return Err(LoadedError::Several(images.len()));
        };
        let axis = self.axis.unwrap_or_default();
        let reading = Reading {
            options: self.options,
            constants: Constants::default(),
            below_zero: BelowZero::with_floor(self.floor),
            threshold: None,
            include: Vec::new(),
            axis,
            poisson: self.poisson,
            torsion: false,
        };
        if let Made::Density(law) = &self.made
            && let Some(law) = named(law)
        {
            check_floor(&reading, law)?;
        }
        let has_ends = self.ends == Ends::Uniaxial || self.locked > 0 || self.axis.is_some();
        if self.question == Question::Tensor && has_ends {
            return Err(LoadedError::TensorWithEnds);
        }
        if let Made::Labels(materials) = &self.made {
            let mut seen = BTreeSet::new();
            if let Some(twice) = materials.iter().find(|one| !seen.insert(one.label)) {
                return Err(LoadedError::LabelTwice(twice.label));
            }
        }
        let image = LoadedImage::read(path, &reading, &self.made)?;
        let (words, figures) = match self.question {
            Question::Tensor => {
                let tensor = image.tensor()?;
                (tensor.to_string(), tensor.json())
            }
            Question::Under(motion) => {
                let load = Load {
                    axis,
                    ends: self.ends,
                    motion,
                    locked: self.locked,
                };
                let strength = Strength::of(&image.under(&load)?);
                (strength.to_string(), strength.json())
            }
        };
        Ok(Answered {
            image,
            words,
            figures,
        })
    }
}

/// Numbers in density laws that are given; the others are the usual ones.
#[derive(Debug, Clone, Copy)]
pub(crate) struct GivenConstants {
    /// Modulus of the tissue.
    pub modulus: Option<ElasticModulus>,
    /// Ash fraction.
    pub ash_fraction: Option<f64>,
    /// Strain rate.
    pub strain_rate: Option<Rate>,
}

impl GivenConstants {
    /// All numbers.
    fn constants(self) -> Constants {
        let usual = Constants::default();
        let strain_rate = self.strain_rate.map(|rate| rate.get() / 3600.0);
        Constants {
            strain_rate_per_s: strain_rate.unwrap_or(usual.strain_rate_per_s),
            ash_fraction: self.ash_fraction.unwrap_or(usual.ash_fraction),
            tissue_mpa: self.modulus.map_or(usual.tissue_mpa, ElasticModulus::get),
        }
    }

    /// Refuses numbers that the law does not take.
    fn check(self, law: DensityLaw) -> Result<(), MeasuredError> {
        for (option, is_given, taker) in [
            ("--modulus", self.modulus.is_some(), "tissue"),
            ("--ash-fraction", self.ash_fraction.is_some(), "hernandez"),
            ("--strain-rate", self.strain_rate.is_some(), "carter_hayes"),
        ] {
            if is_given && law.name != taker {
                let law = law.name;
                return Err(MeasuredError::IdleConstant { option, taker, law });
            }
        }
        Ok(())
    }
}

/// A bone whose rigidity is asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AskedRigidity<'a> {
    /// The image.
    pub volume: &'a Path,
    /// Its labels.
    pub labels: Option<&'a Path>,
    /// The same bone intact.
    pub intact: Option<&'a Path>,
    /// Its labels; those of the affected bone without them.
    pub intact_labels: Option<&'a Path>,
    /// How images are read.
    pub options: ReadOptions,
    /// Name of the law from density to modulus.
    pub law: Option<&'a str>,
    /// Numbers in it.
    pub given: GivenConstants,
    /// Whether densities below zero have a modulus.
    pub floor: bool,
    /// Grey value above which a voxel is bone, for laws that take segmented bone.
    pub threshold: Option<f32>,
    /// Labels that count; all of the volume without any.
    pub include: &'a [u32],
    /// Axis to which cuts are transverse.
    pub axis: Axis,
    /// Cuts that are looked at.
    pub cuts: Option<CutRange>,
    /// Poisson's ratio.
    pub poisson: f64,
    /// Whether the torsion of each cut is solved.
    pub torsion: bool,
}

impl AskedRigidity<'_> {
    /// Files that are read.
    pub(crate) fn files(&self) -> Vec<&Path> {
        let others = [self.labels, self.intact, self.intact_labels];
        others.into_iter().flatten().chain([self.volume]).collect()
    }

    /// Finds the weakest cuts.
    ///
    /// # Errors
    /// [`AssessmentError`].
    pub(crate) fn assess(&self) -> Result<Assessment, AssessmentError> {
        let &Self { volume, labels, .. } = self;
        let reading = Reading {
            options: self.options,
            constants: self.given.constants(),
            below_zero: BelowZero::with_floor(self.floor),
            threshold: self.threshold,
            include: self.include.to_vec(),
            axis: self.axis,
            poisson: self.poisson,
            torsion: self.torsion,
        };
        let law = reading.law(self.law, volume, labels.is_some())?;
        self.given.check(law)?;
        check_floor(&reading, law)?;
        let intact = self.intact.map(|volume| BoneFiles {
            volume,
            labels: self.intact_labels.or(labels),
        });
        let affected = BoneFiles { volume, labels };
        Assessment::of(&reading, law, affected, intact, self.cuts)
    }
}

/// Refuses a floor for densities below zero where none can be.
fn check_floor(reading: &Reading, law: DensityLaw) -> Result<(), MeasuredError> {
    if reading.below_zero == BelowZero::Floor && law.density == DensityKind::BoneVolume {
        return Err(MeasuredError::FloorOfBone(law.name));
    }
    Ok(())
}
