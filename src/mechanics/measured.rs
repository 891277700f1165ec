//! A bone from an image, with the rigidities of its cuts: the voxels that count, their density by a law as a
//! modulus, and what was assumed on the way.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::mechanics::density_laws::{
    BelowZero, Constants, DensityError, DensityKind, DensityLaw, named, names,
};
use crate::mechanics::rigidity::{Axis, Cut, RigidityError, Voxels, cuts};
use crate::mechanics::torsion::saint_venant;
use crate::numerics::refusal::Refusal;
use crate::specimen::image::{
    Binarisation, Image, ImageError, ReadOptions, Segmentation, read_with,
};

/// How images become bone.
#[derive(Debug, Clone)]
pub struct Reading {
    /// What the files do not say.
    pub options: ReadOptions,
    /// Numbers in the laws.
    pub constants: Constants,
    /// What a density below zero becomes.
    pub below_zero: BelowZero,
    /// Grey value above which a voxel is bone, for laws that take segmented bone.
    pub threshold: Option<f32>,
    /// Labels that count; all of the volume without any.
    pub include: Vec<u32>,
    /// Axis to which cuts are transverse.
    pub axis: Axis,
    /// Poisson's ratio.
    pub poisson: f64,
    /// Whether the torsion of each cut is solved (Saint-Venant), beside its polar form.
    pub torsion: bool,
}

/// A bone with its cuts.
#[derive(Debug)]
pub struct MeasuredBone {
    /// The volume, with what was assumed and is doubtful.
    pub image: Image,
    /// All cuts across the axis.
    pub cuts: Vec<Cut>,
    /// Torsional rigidity of each cut by Saint-Venant's problem, N mm2, where it was asked for.
    pub torsion: Option<Vec<f64>>,
    /// Voxels that count.
    pub counted: usize,
    /// Of these, with a density below zero.
    pub below_zero: usize,
    /// Of these, beyond the densities on which the law was measured.
    pub beyond: usize,
}

/// An image with the modulus of every voxel.
#[derive(Debug)]
pub struct MeasuredModuli {
    /// The volume, with what was assumed and is doubtful.
    pub image: Image,
    /// Modulus of each voxel, MPa; zero in what does not count.
    pub modulus_mpa: Vec<f64>,
    /// Voxels that count.
    pub counted: usize,
    /// Of these, with a density below zero.
    pub below_zero: usize,
    /// Of these, beyond the densities on which the law was measured.
    pub beyond: usize,
}

/// Why an image gives no rigidities.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MeasuredError {
    /// A file does not read.
    #[error(transparent)]
    Image(#[from] ImageError),
    /// A map of labels in place of segmented bone: here another option names them.
    #[error(
        "{}: the image holds the {} values {found:?}, as a map of labels does; say which of them are bone \
         (--include 1,2), give a threshold if they are grey levels (--threshold), or say by --law what its \
         values are",
        path.display(),
        found.len()
    )]
    LabelMap {
        /// The file.
        path: PathBuf,
        /// Its values.
        found: Vec<f32>,
    },
    /// A name of no law.
    #[error("--law {0}: there is no such law; laws are {names}", names = names())]
    NoLaw(String),
    /// Densities of different kinds look alike, so that none is guessed.
    #[error("{} is not segmented: say by --law what its values are; laws are {}", .0.display(), names())]
    LawNeeded(PathBuf),
    /// Labels in a volume of densities.
    #[error(
        "--include names labels, but the law {law} takes the density of {}: give the labels of the same \
         size by --labels",
        path.display()
    )]
    LabelsOfDensity {
        /// The law.
        law: &'static str,
        /// The volume.
        path: PathBuf,
    },
    /// A threshold for densities.
    #[error("--threshold makes a mask of the volume, but the law {0} takes its density")]
    ThresholdOfDensity(&'static str),
    /// A number of another law.
    #[error("{option} is for --law {taker}, and the law here is {law}: leave one of them out")]
    IdleConstant {
        /// The option that gives it.
        option: &'static str,
        /// The law that takes it.
        taker: &'static str,
        /// The law.
        law: &'static str,
    },
    /// A floor of densities for segmented bone.
    #[error(
        "--floor is for densities, and the law {0} takes segmented bone: leave one of them out"
    )]
    FloorOfBone(&'static str),
    /// A density that the law refuses.
    #[error("{}, voxel ({}, {}, {}): {error}", path.display(), voxel[0], voxel[1], voxel[2])]
    Density {
        /// The volume.
        path: PathBuf,
        /// Place of the voxel.
        voxel: [usize; 3],
        /// What is wrong.
        error: DensityError,
    },
    /// A number of a law.
    #[error(transparent)]
    Constants(DensityError),
    /// Cuts that make no sense.
    #[error(transparent)]
    Cuts(#[from] RigidityError),
    /// Labels without saying which count.
    #[error("--labels {} needs --include: which labels count, as in 1,2", .0.display())]
    IncludeNeeded(PathBuf),
    /// Labels of another size.
    #[error(
        "{} has {found:?} voxels, {} has {expected:?}: labels must have the size of the volume",
        labels.display(),
        volume.display()
    )]
    LabelSize {
        /// The labels.
        labels: PathBuf,
        /// Their size.
        found: [usize; 3],
        /// The volume.
        volume: PathBuf,
        /// Its size.
        expected: [usize; 3],
    },
    /// Labels of another place.
    #[error(
        "{}: {how}, {}: give labels on the voxels of the volume, or give the file the place of the volume \
         if it is wrong",
        labels.display(),
        volume.display()
    )]
    LabelPlace {
        /// The labels.
        labels: PathBuf,
        /// How they lie.
        how: String,
        /// The volume.
        volume: PathBuf,
    },
    /// A value that is no label.
    #[error("{}: found the value {value}, which is no label (0, 1, 2, ...)", path.display())]
    NoLabel {
        /// The labels.
        path: PathBuf,
        /// The value.
        value: f32,
    },
    /// A label that no voxel has.
    #[error("--include {label}: {} has the labels {known}", path.display())]
    MissingLabel {
        /// What was asked for.
        label: u32,
        /// The labels.
        path: PathBuf,
        /// What there is.
        known: String,
    },
}

impl Refusal for MeasuredError {}

/// A map of labels as an error of its own.
fn ask_labels(error: ImageError) -> MeasuredError {
    match error {
        ImageError::LabelMap { path, found } => MeasuredError::LabelMap { path, found },
        other => other.into(),
    }
}

impl Reading {
    /// The law of this name; without one that of segmented bone, where the volume is segmented.
    ///
    /// # Errors
    /// No such law; a volume that is not segmented.
    pub fn law(
        &self,
        name: Option<&str>,
        volume: &Path,
        has_labels: bool,
    ) -> Result<DensityLaw, MeasuredError> {
        if let Some(name) = name {
            return named(name).ok_or_else(|| MeasuredError::NoLaw(name.to_owned()));
        }
        let image = read_with(volume, &self.options)?;
        let is_mask = !self.include.is_empty() && !has_labels
            || match image.binarise(None) {
                Ok((_, rule)) => matches!(rule, Binarisation::Mask { .. }),
                Err(error @ ImageError::LabelMap { .. }) => return Err(ask_labels(error)),
                Err(_) => false,
            };
        named("tissue")
            .filter(|_| is_mask)
            .ok_or_else(|| MeasuredError::LawNeeded(volume.to_path_buf()))
    }

    /// Reads a volume, and labels of the same size where only a part of it counts, with its cuts.
    ///
    /// # Errors
    /// [`MeasuredError`].
    pub fn bone(
        &self,
        law: DensityLaw,
        path: &Path,
        labels: Option<&Path>,
    ) -> Result<MeasuredBone, MeasuredError> {
        let found = self.moduli(law, path, labels)?;
        let voxels = Voxels {
            dims: found.image.dims,
            spacing_mm: found.image.spacing_um.map(|um| um * 1e-3),
        };
        let modulus_mpa = |site: usize| found.modulus_mpa[site];
        let cuts = cuts(voxels, self.axis, self.poisson, modulus_mpa)?;
        let torsion = self
            .torsion
            .then(|| saint_venant(voxels, self.axis, self.poisson, modulus_mpa));
        Ok(MeasuredBone {
            image: found.image,
            cuts,
            torsion,
            counted: found.counted,
            below_zero: found.below_zero,
            beyond: found.beyond,
        })
    }

    /// Reads a volume, and labels of the same size where only a part of it counts, as moduli.
    ///
    /// # Errors
    /// [`MeasuredError`].
    pub fn moduli(
        &self,
        law: DensityLaw,
        path: &Path,
        labels: Option<&Path>,
    ) -> Result<MeasuredModuli, MeasuredError> {
        let mut image = read_with(path, &self.options)?;
        let inside = match labels {
            None => None,
            Some(labels) => Some(self.included(&mut image, labels)?),
        };
        self.constants.check().map_err(MeasuredError::Constants)?;
        let densities = self.densities(law, &mut image, path, labels.is_some())?;
        let mut modulus_mpa = vec![0.0; densities.len()];
        let (mut counted, mut below_zero, mut beyond) = (0, 0, 0);
        for (site, &density) in densities.iter().enumerate() {
            if inside.as_ref().is_some_and(|inside| !inside[site]) {
                continue;
            }
            counted += 1;
            below_zero += usize::from(density < 0.0);
            beyond += usize::from(!law.was_sampled(density));
            modulus_mpa[site] = law
                .modulus_mpa(density, &self.constants, self.below_zero)
                .map_err(|error| {
                    let [nx, ny, _] = image.dims;
                    MeasuredError::Density {
                        path: path.to_path_buf(),
                        voxel: [site % nx, site / nx % ny, site / (nx * ny)],
                        error,
                    }
                })?;
        }
        Ok(MeasuredModuli {
            image,
            modulus_mpa,
            counted,
            below_zero,
            beyond,
        })
    }

    /// What the law takes of each voxel: segmented bone is a share of 0 or 1, density in mg/cm3 becomes
    /// g/cm3.
    fn densities(
        &self,
        law: DensityLaw,
        image: &mut Image,
        path: &Path,
        has_labels: bool,
    ) -> Result<Vec<f64>, MeasuredError> {
        if law.density != DensityKind::BoneVolume {
            if !has_labels && !self.include.is_empty() {
                return Err(MeasuredError::LabelsOfDensity {
                    law: law.name,
                    path: path.to_path_buf(),
                });
            }
            if self.threshold.is_some() {
                return Err(MeasuredError::ThresholdOfDensity(law.name));
            }
            let grey = image.values.iter();
            return Ok(grey.map(|&value| f64::from(value) * 1e-3).collect());
        }
        let labels = if has_labels {
            Vec::new()
        } else {
            self.include.clone()
        };
        let by = Segmentation {
            threshold: self.threshold,
            labels,
        };
        let found = image.segment(&by).map_err(ask_labels)?;
        image.assumed.extend(found.assumed);
        image.warnings.extend(found.warnings);
        let mask = found.bone.iter();
        Ok(mask.map(|&bone| f64::from(u8::from(bone))).collect())
    }

    /// Which voxels have a label that counts.
    fn included(&self, image: &mut Image, path: &Path) -> Result<Vec<bool>, MeasuredError> {
        if self.include.is_empty() {
            return Err(MeasuredError::IncludeNeeded(path.to_path_buf()));
        }
        let labels = self.labels(image, path)?;
        let wanted: BTreeSet<u32> = self.include.iter().copied().collect();
        let mut found = BTreeSet::new();
        let mut inside = Vec::with_capacity(labels.values.len());
        for &value in &labels.values {
            let label = value as u32;
            if (f64::from(label) - f64::from(value)).abs() > 0.0 {
                return Err(MeasuredError::NoLabel {
                    path: path.to_path_buf(),
                    value,
                });
            }
            found.insert(label);
            inside.push(wanted.contains(&label));
        }
        if let Some(&label) = wanted.iter().find(|label| !found.contains(label)) {
            let known: Vec<String> = found.iter().map(ToString::to_string).collect();
            return Err(MeasuredError::MissingLabel {
                label,
                path: path.to_path_buf(),
                known: known.join(", "),
            });
        }
        Ok(inside)
    }

    /// Labels on the voxels of the volume: a size of their own is not needed, but must agree.
    fn labels(&self, image: &mut Image, path: &Path) -> Result<Image, MeasuredError> {
        let of_volume = ReadOptions {
            spacing_um: Some(image.spacing_um),
            ..self.options
        };
        let labels = match read_with(path, &self.options) {
            Err(ImageError::MissingSpacing { .. }) => {
                image.assumed.push(format!(
                    "the labels of {} have the voxel size of the volume",
                    path.display()
                ));
                read_with(path, &of_volume)
            }
            other => other,
        }?;
        let sizes = labels.spacing_um.iter().zip(&image.spacing_um);
        if sizes
            .into_iter()
            .any(|(one, other)| (one / other - 1.0).abs() > 0.01)
        {
            image.warnings.push(format!(
                "{} has voxels of {:?} um, the volume of {:?} um: are they of the same scan? (--spacing \
                 gives both a size)",
                path.display(),
                labels.spacing_um,
                image.spacing_um
            ));
        }
        if labels.dims != image.dims {
            return Err(MeasuredError::LabelSize {
                labels: path.to_path_buf(),
                found: labels.dims,
                volume: image.source.clone(),
                expected: image.dims,
            });
        }
        if let Some(how) = labels.lies_elsewhere(image) {
            return Err(MeasuredError::LabelPlace {
                labels: path.to_path_buf(),
                how: how.clone(),
                volume: image.source.clone(),
            });
        }
        Ok(labels)
    }
}
