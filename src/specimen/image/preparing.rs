//! What is done to an image before it is cut, and to bone behind it.

use std::borrow::Cow;

use super::binarise::{Segmentation, Segmented};
use super::bone::{BoneImage, BoneOptions};
use super::{Image, ImageError, MOST_VOXELS};
use crate::specimen::prepare::compartments::{Radii, compartments};
use crate::specimen::prepare::components::{Touch, fill_closed, largest};
use crate::specimen::prepare::rotate::{LONGER, long_axis, turned};
use crate::specimen::prepare::{Cortex, Preparation, filter};

impl Image {
    /// [`Image::segment`] of the image after its filters, by a threshold of density where one is given.
    ///
    /// # Errors
    /// Those of [`Image::segment`]; a filter of no size; a density and another rule together, or of an image
    /// that is not calibrated.
    pub(super) fn segment_prepared(
        &self,
        options: &BoneOptions,
        prepared: &mut Vec<String>,
    ) -> Result<Segmented, ImageError> {
        let steps = &options.prepare;
        let mut grey = Cow::Borrowed(self);
        let wrong = |step: &'static str, found: String, allowed: &str| {
            Err(ImageError::Prepare {
                path: self.source.clone(),
                step,
                found,
                allowed: allowed.to_owned(),
            })
        };
        if let Some(gaussian) = steps.gaussian {
            if !(gaussian.sigma.is_finite()
                && gaussian.sigma > 0.0
                && (1..=64).contains(&gaussian.support))
            {
                return wrong(
                    "gaussian",
                    format!(
                        "a Gaussian of {} with a support of {}",
                        gaussian.sigma, gaussian.support
                    ),
                    "a standard deviation above 0 and a support of 1 to 64 voxels",
                );
            }
            grey.to_mut().values =
                filter::gaussian(&grey.values, self.dims, gaussian.sigma, gaussian.support);
            prepared.push(format!(
                "grey values were smoothed by a Gaussian of {} voxels with a support of {} to either side",
                gaussian.sigma, gaussian.support
            ));
        }
        let by = match steps.density {
            None => Cow::Borrowed(&options.by),
            Some(_) if options.by != Segmentation::default() || steps.local_um.is_some() => {
                return wrong(
                    "density",
                    "a density beside a threshold, labels or a local mean".to_owned(),
                    "one of them",
                );
            }
            Some(density) => {
                let Some(line) = self.density else {
                    return wrong(
                        "density",
                        format!(
                            "a threshold of {density} mg HA/cm3, but no calibration in the file"
                        ),
                        "a calibrated file (Scanco ISQ or AIM); where the grey values are mg HA/cm3 already, give it as the \
                         threshold",
                    );
                };
                let stored = line.stored(density) as f32;
                prepared.push(format!(
                    "the threshold of {density} mg HA/cm3 is the stored value {stored} (density = {} x stored + {})",
                    line.slope, line.intercept
                ));
                Cow::Owned(Segmentation {
                    threshold: Some(stored),
                    labels: Vec::new(),
                })
            }
        };
        if let Some(radius_um) = steps.local_um {
            let reach = (radius_um / self.spacing_um[0]).round();
            if !(1.0..=4096.0).contains(&reach) || by.threshold.is_none() {
                return wrong(
                    "local",
                    format!(
                        "a local mean within {radius_um} um, with {}",
                        (by.threshold).map_or_else(
                            || "no threshold".to_owned(),
                            |threshold| format!("a threshold of {threshold}")
                        )
                    ),
                    "a reach of 1 to 4096 voxels, and a threshold: how far above its surroundings bone lies",
                );
            }
            let mean = filter::box_mean(&grey.values, self.dims, reach as usize);
            for (value, mean) in grey.to_mut().values.iter_mut().zip(mean) {
                *value -= mean;
            }
            prepared.push(format!(
                "from each grey value the mean of a cube of {} voxels about it was taken: the threshold is how \
                 far above its surroundings bone lies",
                2.0 * reach + 1.0
            ));
        }
        grey.segment(&by)
    }

    /// The values of a part.
    pub(super) fn values_of(&self, part: Option<[[usize; 3]; 2]>) -> Vec<f32> {
        part.and_then(|[start, size]| self.part(&self.values, start, size).ok())
            .map_or_else(|| self.values.clone(), |(values, _)| values)
    }
}

impl BoneImage {
    /// Keeps the largest bone and fills closed pores, where asked.
    pub(super) fn clean(&mut self, steps: &Preparation) {
        if steps.largest {
            let (kept, [pieces, voxels]) = largest(&self.bone, self.dims, Touch::Corners);
            self.bone = kept;
            self.prepared.push(format!(
                "the largest piece of bone was kept: {pieces} others with {voxels} voxels were left out"
            ));
        }
        if steps.fill {
            let [pores, voxels] = fill_closed(&mut self.bone, self.dims);
            self.prepared.push(format!(
                "closed pores were filled: {pores} with {voxels} voxels (marrow that touches by faces and meets \
                 no face of the image)"
            ));
        }
    }

    /// Turns the bone until its long axis lies along z.
    ///
    /// # Errors
    /// A section; bone without a long axis, or with too large a box.
    pub(super) fn turn(&mut self) -> Result<(), ImageError> {
        let refused = |found: String| ImageError::Prepare {
            path: self.source.clone(),
            step: "rotate",
            found,
            allowed: format!(
                "a bone in space that reaches at least {LONGER} times as far along one axis as along the others"
            ),
        };
        if self.dims[2] == 1 {
            return Err(refused("a turn of one layer".to_owned()));
        }
        let axis = long_axis(&self.bone, self.dims).map_err(|ratio| {
            refused(format!(
                "a turn to the long axis of bone that reaches {ratio:.3} times as far along it as along the next"
            ))
        })?;
        let Some(found) = turned(&self.bone, self.dims, axis, MOST_VOXELS) else {
            return Err(refused(format!(
                "a turn into more than {MOST_VOXELS} sites"
            )));
        };
        let [nx, ny, nz] = self.dims;
        let meets_face = self.bone.iter().enumerate().any(|(site, bone)| {
            let [x, y, z] = [site % nx, site / nx % ny, site / nx / ny];
            *bone && (x.min(y).min(z) == 0 || x + 1 == nx || y + 1 == ny || z + 1 == nz)
        });
        if meets_face {
            self.warnings.push(
                "the bone that is turned meets the faces of the image: what lay beyond them is empty, so that \
                 its ends are oblique; take a part of its middle (a crop of the turned image)"
                    .to_owned(),
            );
        }
        let before = self.bone_voxels() as f64;
        self.orientation = self.orientation.turned(
            found.first.map(|part| part * self.spacing_um * 1e-3),
            found.axes,
        );
        self.dims = found.dims;
        self.bone = found.bone;
        self.prepared.push(format!(
            "the bone was turned by {:.2} degrees, its long axis {:?} to z, into the box that holds it with at \
             least a voxel to every side: {:+.3} % of its voxels",
            found.degrees,
            axis.map(|part| (part * 1e4).round() / 1e4),
            100.0 * (self.bone_voxels() as f64 / before - 1.0)
        ));
        Ok(())
    }

    /// Tells cortex and marrow cavity apart.
    ///
    /// # Errors
    /// Balls smaller than a site; no marrow cavity.
    pub(super) fn part_cortex(&mut self, cortex: &Cortex) -> Result<(), ImageError> {
        let radii = Radii {
            openings: cortex.openings_um / self.spacing_um,
            trabeculae: cortex.trabeculae_um / self.spacing_um,
        };
        let refused = |found: String, allowed: &str| ImageError::Prepare {
            path: self.source.clone(),
            step: "cortex",
            found,
            allowed: allowed.to_owned(),
        };
        let longest = self.dims.into_iter().max().unwrap_or(0) as f64;
        if ![radii.openings, radii.trabeculae]
            .iter()
            .all(|radius| (1.0..=longest).contains(radius))
        {
            return Err(refused(
                format!(
                    "radii of {} and {} um that part the cortex",
                    cortex.openings_um, cortex.trabeculae_um
                ),
                "radii from one site to the size of the image",
            ));
        }
        let found = compartments(&self.bone, self.dims, radii).map_err(|why| {
            refused(
                format!("a cortex, but there is {why}"),
                "bone with a closed cortex",
            )
        })?;
        self.prepared.push(format!(
            "the cortex is what a ball of {} um from outside and one of {} um from the marrow leave between \
             them",
            cortex.openings_um, cortex.trabeculae_um
        ));
        self.compartments = Some(found);
        Ok(())
    }
}
