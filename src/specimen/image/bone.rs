//! From an image to bone on cubic sites: the whole is cut at one threshold, then a part is taken,
//! then it is resampled.

use std::path::PathBuf;

use super::binarise::{Segmentation, Segmented};
use super::resample::{bone_sites, resample};
use super::{Binarisation, Image, ImageError, Orientation, SAME_SIZE, sense};
use crate::specimen::prepare::Preparation;
use crate::specimen::prepare::compartments::Compartments;

/// Relative change of the volume fraction by resampling from which it is told.
const KEPT: f64 = 0.01;

/// What of an image becomes bone, and on which sites.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BoneOptions {
    /// What tells bone from marrow.
    pub by: Segmentation,
    /// First voxel and size of the part that is taken; the whole image without it.
    pub part: Option<[[usize; 3]; 2]>,
    /// Edge of the sites, um; the voxels without it, which must then be cubes.
    pub edge_um: Option<f64>,
    /// What is done to the image and to its bone.
    pub prepare: Preparation,
}

/// The voxels of the part that was taken, before resampling.
#[derive(Debug, Clone, PartialEq)]
pub struct NativeBone {
    /// Voxels along x, y, z.
    pub dims: [usize; 3],
    /// Voxel size along x, y, z, um.
    pub spacing_um: [f64; 3],
    /// True for bone, x fastest, then y, then z.
    pub bone: Vec<bool>,
    /// Volume fraction of what the sites cover: sites that would reach over the far faces are left
    /// out.
    pub covered_bv_tv: f64,
}

/// Bone or marrow on cubic voxels.
#[derive(Debug, Clone, PartialEq)]
pub struct BoneImage {
    /// Voxels along x, y, z.
    pub dims: [usize; 3],
    /// Edge of a voxel, um.
    pub spacing_um: f64,
    /// Size along z, um: the edge, and of one layer the thickness that the image has.
    pub depth_um: f64,
    /// True for bone, x fastest, then y, then z.
    pub bone: Vec<bool>,
    /// Which rule told bone from marrow.
    pub binarisation: Binarisation,
    /// The voxels before resampling; `None` when the image was not resampled.
    pub native: Option<NativeBone>,
    /// Where the image lies.
    pub orientation: Orientation,
    /// The file or folder that was read.
    pub source: PathBuf,
    /// `NIfTI`, `MetaImage`, `NRRD`, `TIFF` or another of the formats that are read.
    pub format: &'static str,
    /// True where a part of the image was taken.
    pub is_part: bool,
    /// What was done to the image and its bone, a sentence each, in its order.
    pub prepared: Vec<String>,
    /// Cortex and marrow cavity on the sites, where they were asked for.
    pub compartments: Option<Compartments>,
    /// Mean density of the bone voxels of the image, mg HA/cm3 (TMD), without peeling any off; of a
    /// calibrated image.
    pub tmd_mg_per_cm3: Option<f64>,
    /// What was taken to be so, a sentence each.
    pub assumed: Vec<String>,
    /// What makes the bone doubtful, a sentence each with its remedy.
    pub warnings: Vec<String>,
}

impl BoneImage {
    /// Number of bone voxels.
    pub fn bone_voxels(&self) -> usize {
        self.bone.iter().filter(|&&bone| bone).count()
    }

    /// How the voxels lie elsewhere than those of another bone of the same size: [`Image::lies_elsewhere`].
    pub fn lies_elsewhere(&self, other: &Self) -> Option<String> {
        let sizes = [other.spacing_um, other.spacing_um, other.depth_um];
        self.orientation.lies_elsewhere(&other.orientation, sizes)
    }
}

fn share_of(bone: &[bool]) -> f64 {
    bone.iter().filter(|&&bone| bone).count() as f64 / bone.len() as f64
}

impl Image {
    /// Bone on the voxels of the whole image: grey values filtered and cut as the options say, before any part
    /// is taken.
    ///
    /// # Errors
    /// Those of [`Image::to_bone_with`].
    pub fn whole_bone(&self, options: &BoneOptions) -> Result<Vec<bool>, ImageError> {
        let found = self.segment_prepared(options, &mut Vec::new())?;
        Ok(found.bone)
    }

    /// Bone of the whole image by a threshold or without one: [`Image::to_bone_with`].
    ///
    /// # Errors
    /// Those of [`Image::to_bone_with`].
    pub fn to_bone(
        &self,
        threshold: Option<f32>,
        edge_um: Option<f64>,
    ) -> Result<BoneImage, ImageError> {
        self.to_bone_with(&BoneOptions {
            by: Segmentation {
                threshold,
                labels: Vec::new(),
            },
            edge_um,
            ..BoneOptions::default()
        })
    }

    /// Bone on cubic voxels: [`Image::segment`] of the whole image, then the part, then resampled
    /// when `edge_um` asks for it.
    ///
    /// A site of `edge_um` is bone when more than half of its volume is ([`bone_sites`] says what
    /// becomes of exactly half, and how the volume is kept); sites that would reach over the far faces of
    /// the image are dropped. An edge within 0.1 % of cubic voxels asks for nothing. An image with
    /// one layer keeps its layer.
    ///
    /// # Errors
    /// Those of [`Image::segment`], [`Image::crop`] and [`resample()`]; voxels that are not cubes,
    /// without `edge_um`; a part, or sites, without bone or without marrow.
    pub fn to_bone_with(&self, options: &BoneOptions) -> Result<BoneImage, ImageError> {
        if options.edge_um.is_none() && !self.is_isotropic() {
            return Err(ImageError::Anisotropic {
                path: self.source.clone(),
                spacing_um: self.spacing_um,
            });
        }
        let mut prepared = Vec::new();
        let Segmented {
            bone,
            rule,
            mut assumed,
            mut warnings,
        } = self.segment_prepared(options, &mut prepared)?;
        assumed.splice(0..0, self.assumed.iter().cloned());
        warnings.splice(0..0, self.warnings.iter().cloned());
        let (dims, bone, orientation) = match options.part {
            None => (self.dims, bone, self.orientation.clone()),
            Some([start, size]) => {
                let (part, orientation) = self.part(&bone, start, size)?;
                prepared.push(format!(
                    "the part of {size:?} voxels from {start:?} was taken"
                ));
                (size, part, orientation)
            }
        };
        let tissue = self
            .density
            .map(|line| (line, self.values_of(options.part)));
        let mut taken = BoneImage {
            dims,
            spacing_um: self.spacing_um[0],
            depth_um: self.spacing_um[2],
            bone,
            binarisation: rule,
            native: None,
            orientation,
            source: self.source.clone(),
            format: self.format,
            is_part: options.part.is_some(),
            prepared,
            compartments: None,
            tmd_mg_per_cm3: None,
            assumed,
            warnings,
        };
        taken.clean(&options.prepare);
        taken.check_kinds("the part that is taken")?;
        if let Some((line, values)) = tissue {
            let (sum, count) = taken
                .bone
                .iter()
                .zip(values)
                .filter(|(bone, _)| **bone)
                .fold((0.0, 0.0), |(sum, count), (_, value)| {
                    (sum + f64::from(value), count + 1.0)
                });
            taken.tmd_mg_per_cm3 = Some(line.at(sum / count));
        }
        if options.part.is_some() {
            let doubt = sense::bone_share(&taken.bone, &taken.binarisation);
            let doubt = doubt.map(|doubt| format!("of the part that is taken (crop) {doubt}"));
            taken.warnings.extend(doubt);
        }
        let [own_um, ..] = self.spacing_um;
        if let Some(edge_um) = options.edge_um
            && !(self.is_isotropic() && (edge_um - own_um).abs() < SAME_SIZE * own_um)
        {
            taken.resample_to(self.spacing_um, edge_um)?;
        }
        if options.prepare.rotate {
            taken.turn()?;
        }
        if let Some(cortex) = &options.prepare.cortex {
            taken.part_cortex(cortex)?;
        }
        Ok(taken)
    }
}

impl BoneImage {
    /// Puts the bone on cubic sites.
    fn resample_to(&mut self, spacing_um: [f64; 3], edge_um: f64) -> Result<(), ImageError> {
        let share: Vec<f32> = self
            .bone
            .iter()
            .map(|&bone| f32::from(u8::from(bone)))
            .collect();
        let (share, dims) = resample(&share, self.dims, spacing_um, edge_um).map_err(|reason| {
            ImageError::Resample {
                path: self.source.clone(),
                edge_um,
                dims: self.dims,
                spacing_um,
                reason,
            }
        })?;
        let sites = bone_sites(&share, dims);
        let covered_bv_tv =
            share.iter().map(|&share| f64::from(share)).sum::<f64>() / share.len() as f64;
        let mut by_mm = spacing_um.map(|size| (edge_um - size) * 0.5e-3);
        if self.dims[2] == 1 {
            by_mm[2] = 0.0;
        } else {
            self.depth_um = edge_um;
        }
        self.orientation = self.orientation.moved(by_mm);
        self.native = Some(NativeBone {
            dims: self.dims,
            spacing_um,
            bone: std::mem::replace(&mut self.bone, sites),
            covered_bv_tv,
        });
        self.dims = dims;
        self.spacing_um = edge_um;
        self.assumed.push(format!(
            "voxels of {} um were resampled to sites of {edge_um} um: a site is bone where more than \
             half of it is, and of exactly half by the side on which the bone lies",
            spacing_um.map(|size| size.to_string()).join(" x ")
        ));
        let now = share_of(&self.bone);
        if now > 0.0 && (now / covered_bv_tv - 1.0).abs() > KEPT {
            self.warnings.push(format!(
                "resampling changes the volume fraction: {covered_bv_tv:.4} in the voxels, {now:.4} \
                 on sites of {edge_um} um ({:+.1} %), because structures are thinner than two \
                 sites; take smaller sites (--edge, or lattice.site)",
                100.0 * (now / covered_bv_tv - 1.0)
            ));
        }
        self.check_kinds(&format!("the lattice of sites of {edge_um} um"))
    }

    /// Refuses what is all bone or all marrow.
    fn check_kinds(&self, which: &str) -> Result<(), ImageError> {
        let what = match (self.bone.contains(&true), self.bone.contains(&false)) {
            (true, true) => return Ok(()),
            (true, false) => "nothing but bone",
            _ => "no bone",
        };
        // What was doubtful before is often why.
        let mut words = vec![format!("{which} holds {what} ({})", self.binarisation)];
        words.extend(self.warnings.iter().cloned());
        Err(ImageError::OneKind {
            path: self.source.clone(),
            what: words.join("; warning: "),
        })
    }
}

#[cfg(test)]
mod tests;
