//! An image as a body that carries: what its voxels are made of, and what it answers.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use crate::mechanics::elements::{Answer, Body, ElementsError, Load, Moduli, Precision, Tensor};
use crate::mechanics::measured::{MeasuredError, Reading};
use crate::mechanics::rigidity::Voxels;
use crate::numerics::quantity::ElasticModulus;
use crate::numerics::refusal::Refusal;
use crate::specimen::image::{BoneOptions, Image, ImageError, read_with};

/// Values that a mask has where there is bone, and that an image of nothing but bone has everywhere.
const BONE_VALUES: [f32; 2] = [1.0, 255.0];

/// A label and its modulus, as in `1=10 GPa`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LabelModulus {
    /// Of the image.
    pub(crate) label: u32,
    modulus: ElasticModulus,
}

impl FromStr for LabelModulus {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong =
            || format!("found \"{text}\", expected a label and its modulus such as 1=10 GPa");
        let (label, modulus) = text.split_once('=').ok_or_else(wrong)?;
        Ok(Self {
            label: label.trim().parse().map_err(|_| wrong())?,
            modulus: modulus
                .trim()
                .parse()
                .map_err(|error| format!("{}: {error}", wrong()))?,
        })
    }
}

/// What the voxels of an image are made of.
#[derive(Debug, Clone)]
pub enum Made {
    /// Bone or marrow, by this rule and on these sites; bone has one modulus.
    Bone(BoneOptions, ElasticModulus),
    /// Labels with their moduli; other labels carry nothing.
    Labels(Vec<LabelModulus>),
    /// Of the density that the named law takes, mg/cm3 (or of bone, for laws that take that).
    Density(String),
}

impl Made {
    /// Of the density that a law takes, else of labels where there are any, else of bone with one modulus.
    pub fn by(
        law: Option<&str>,
        labels: &[LabelModulus],
        (options, modulus): (BoneOptions, ElasticModulus),
    ) -> Self {
        match law {
            Some(law) => Self::Density(law.to_owned()),
            None if labels.is_empty() => Self::Bone(options, modulus),
            None => Self::Labels(labels.to_vec()),
        }
    }
}

/// Why an image carries nothing.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadedError {
    /// It does not read, or holds no bone.
    #[error(transparent)]
    Image(#[from] ImageError),
    /// Its densities give no moduli.
    #[error(transparent)]
    Measured(#[from] MeasuredError),
    /// It gives no answer.
    #[error("{}: {error}", path.display())]
    Elements {
        /// The image.
        path: PathBuf,
        /// Why.
        error: ElementsError,
    },
    /// Ends, or their axis, for strains of all faces.
    #[error(
        "--load tensor holds all faces and has no axis: leave out --boundary, --locked and --axis"
    )]
    TensorWithEnds,
    /// Several images, or none.
    #[error("--fe loads one image, found {0}")]
    Several(usize),
    /// A label with two moduli.
    #[error("--materials names label {0} twice: give each one modulus")]
    LabelTwice(u32),
    /// A label that has no voxel.
    #[error("label {label} has a modulus, but no voxel of {} has this label", path.display())]
    AbsentLabel {
        /// The label.
        label: u32,
        /// The image.
        path: PathBuf,
    },
}

impl Refusal for LoadedError {
    fn is_refusal(&self) -> bool {
        match self {
            Self::Elements { error, .. } => error.is_refusal(),
            _ => true,
        }
    }
}

/// An image whose voxels have moduli.
#[derive(Debug)]
pub struct LoadedImage {
    /// The file.
    pub path: PathBuf,
    /// Voxels, or the sites to which they were resampled.
    pub voxels: Voxels,
    /// Poisson's ratio of all that carries.
    pub poisson: f64,
    /// What was taken to be so, a sentence each.
    pub assumed: Vec<String>,
    /// What makes the image doubtful, a sentence each.
    pub warnings: Vec<String>,
    made: Voxelwise,
}

#[derive(Debug)]
enum Voxelwise {
    Bone(Vec<bool>, f64),
    Each(Vec<f32>),
}

/// Where an image is nothing but bone, which it does not say of itself, and nothing is asked for that would change it.
fn all_bone(image: &Image, options: &BoneOptions) -> bool {
    let first = image.values.first().copied().unwrap_or(0.0);
    let is_bone = BONE_VALUES.iter().any(|value| (value - first).abs() <= 0.0);
    is_bone
        && *options == BoneOptions::default()
        && image
            .values
            .iter()
            .all(|value| (value - first).abs() <= 0.0)
}

impl LoadedImage {
    /// Reads an image; `reading` says what its file does not, and has the numbers of density laws.
    ///
    /// # Errors
    /// [`LoadedError`].
    pub fn read(path: &Path, reading: &Reading, made: &Made) -> Result<Self, LoadedError> {
        let poisson = reading.poisson;
        let path = path.to_path_buf();
        let whole = |image: Image, made: Voxelwise| Self {
            voxels: voxels(&image),
            made,
            assumed: image.assumed,
            warnings: image.warnings,
            path: path.clone(),
            poisson,
        };
        match made {
            Made::Density(law) => {
                let law = reading.law(Some(law), &path, false)?;
                let found = reading.moduli(law, &path, None)?;
                let moduli = found.modulus_mpa.iter().map(|&mpa| mpa as f32);
                let mut image = found.image;
                let taken = "the values of the file are densities in mg/cm3, as the law takes them";
                image.assumed.push(taken.to_owned());
                if image.density.is_some() {
                    image.warnings.push(
                        "the file states how its grey values become densities, which is not applied here"
                            .to_owned(),
                    );
                }
                if let Some([low, high]) = law.sampled
                    && found.beyond > 0
                {
                    image.warnings.push(format!(
                        "{} voxels lie outside {low} to {high}, the densities on which {} was measured",
                        found.beyond, law.name
                    ));
                }
                Ok(whole(image, Voxelwise::Each(moduli.collect())))
            }
            Made::Bone(options, modulus) => {
                let mut image = read_with(&path, &reading.options)?;
                if all_bone(&image, options) {
                    let all = "every voxel has the value of bone in a mask: all of it is bone";
                    image.assumed.push(all.to_owned());
                    let bone = Voxelwise::Bone(vec![true; image.values.len()], modulus.get());
                    return Ok(whole(image, bone));
                }
                let bone = image.to_bone_with(options)?;
                let [edge_mm, depth_mm] = [bone.spacing_um, bone.depth_um].map(|um| um * 1e-3);
                Ok(Self {
                    voxels: Voxels {
                        dims: bone.dims,
                        spacing_mm: [edge_mm, edge_mm, depth_mm],
                    },
                    made: Voxelwise::Bone(bone.bone, modulus.get()),
                    assumed: bone.assumed,
                    warnings: bone.warnings,
                    path,
                    poisson,
                })
            }
            Made::Labels(labels) => {
                let image = read_with(&path, &reading.options)?;
                let mut moduli = vec![0.0; image.values.len()];
                for LabelModulus { label, modulus } in labels {
                    let mut is_found = false;
                    for (to, &value) in moduli.iter_mut().zip(&image.values) {
                        if f64::from(value).total_cmp(&f64::from(*label)).is_eq() {
                            *to = modulus.get() as f32;
                            is_found = true;
                        }
                    }
                    if !is_found {
                        return Err(LoadedError::AbsentLabel {
                            label: *label,
                            path,
                        });
                    }
                    check(modulus.get()).map_err(|error| LoadedError::Elements {
                        path: path.clone(),
                        error,
                    })?;
                }
                Ok(whole(image, Voxelwise::Each(moduli)))
            }
        }
    }

    fn body(&self) -> Body<'_> {
        Body {
            voxels: self.voxels,
            moduli: match &self.made {
                Voxelwise::Bone(bone, modulus_mpa) => Moduli::One {
                    bone,
                    modulus_mpa: *modulus_mpa,
                },
                Voxelwise::Each(moduli) => Moduli::Each(moduli),
            },
            poisson: self.poisson,
        }
    }

    fn named<T>(&self, found: Result<T, ElementsError>) -> Result<T, LoadedError> {
        let path = || self.path.clone();
        found.map_err(|error| LoadedError::Elements {
            path: path(),
            error,
        })
    }

    /// What it answers to a load.
    ///
    /// # Errors
    /// [`LoadedError::Elements`].
    pub fn under(&self, load: &Load) -> Result<Answer, LoadedError> {
        self.named(self.body().under(load, &Precision::default()))
    }

    /// Its stiffness in all directions.
    ///
    /// # Errors
    /// [`LoadedError::Elements`].
    pub fn tensor(&self) -> Result<Tensor, LoadedError> {
        self.named(self.body().tensor(&Precision::default()))
    }
}

fn check(modulus_mpa: f64) -> Result<(), ElementsError> {
    if modulus_mpa.is_finite() && modulus_mpa > 0.0 {
        return Ok(());
    }
    Err(ElementsError::Modulus(modulus_mpa))
}

fn voxels(image: &Image) -> Voxels {
    Voxels {
        dims: image.dims,
        spacing_mm: image.spacing_um.map(|um| um * 1e-3),
    }
}

impl LoadedImage {
    /// What it is, as fields of an object.
    pub fn json(&self) -> serde_json::Map<String, serde_json::Value> {
        let mut fields = serde_json::Map::new();
        let mut field = |name: &str, value: serde_json::Value| fields.insert(name.into(), value);
        field("file", self.path.display().to_string().into());
        field("dims", serde_json::json!(self.voxels.dims));
        field("spacing_mm", serde_json::json!(self.voxels.spacing_mm));
        field("modulus_mpa", self.body().stiffest_mpa().into());
        field("poisson", self.poisson.into());
        field("assumed", serde_json::json!(self.assumed));
        field("warnings", serde_json::json!(self.warnings));
        fields
    }
}

impl fmt::Display for LoadedImage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Voxels {
            dims: [nx, ny, nz],
            spacing_mm: [dx, dy, dz],
        } = self.voxels;
        writeln!(f, "{}", self.path.display())?;
        writeln!(
            f,
            "size    {nx} x {ny} x {nz} voxels of {dx} x {dy} x {dz} mm"
        )?;
        write!(f, "tissue  ")?;
        if let Voxelwise::Each(_) = self.made {
            write!(f, "at most ")?;
        }
        write!(
            f,
            "{} MPa, Poisson's ratio {}",
            self.body().stiffest_mpa(),
            self.poisson
        )?;
        if !self.assumed.is_empty() {
            write!(f, "\nassumed {}", self.assumed.join("; "))?;
        }
        Ok(())
    }
}
