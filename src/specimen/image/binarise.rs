//! Grey values or labels to bone or marrow. The whole image decides, whatever part of it is taken.

use super::otsu::{ends, otsu};
use super::rule::{Binarisation, listed};
use super::{Image, ImageError, samples, sense};

/// What tells bone from marrow; nothing for a mask, or for the threshold of Otsu.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Segmentation {
    /// Grey value above which a voxel is bone.
    pub threshold: Option<f32>,
    /// Labels that are bone; empty where the image is no map of labels.
    pub labels: Vec<u32>,
}

/// Bone or marrow, by which rule, and what is to be said of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Segmented {
    /// True for bone, x fastest, then y, then z.
    pub bone: Vec<bool>,
    /// Which rule told bone from marrow.
    pub rule: Binarisation,
    /// What was taken to be so, a sentence each.
    pub assumed: Vec<String>,
    /// What makes the segmentation doubtful, a sentence each with its remedy.
    pub warnings: Vec<String>,
}

impl Image {
    /// Tells bone (true) from marrow by a threshold or without one: [`Image::segment`].
    ///
    /// # Errors
    /// Those of [`Image::segment`].
    pub fn binarise(
        &self,
        threshold: Option<f32>,
    ) -> Result<(Vec<bool>, Binarisation), ImageError> {
        let by = Segmentation {
            threshold,
            labels: Vec::new(),
        };
        self.segment(&by).map(|found| (found.bone, found.rule))
    }

    /// Tells bone (true) from marrow, and by which rule.
    ///
    /// Labels that are given are bone. Else two-valued data are a mask whose larger value is bone.
    /// Other data are bone above the threshold, or above Otsu's when none is given; a grey level
    /// on the threshold is marrow, as in `ImageJ` and scikit-image.
    ///
    /// # Errors
    /// Every voxel has the same value; the threshold leaves no bone or no marrow; a threshold and
    /// labels are given together; a label is not in the image, or the image is no map of labels;
    /// few whole values without a threshold or labels; a value is not finite.
    pub fn segment(&self, by: &Segmentation) -> Result<Segmented, ImageError> {
        samples::check_finite(&self.source, &self.values, self.dims)?;
        let (lowest, highest) = ends(&self.values);
        let range = lowest..highest;
        if range.is_empty() {
            return Err(ImageError::Constant {
                path: self.source.clone(),
                value: lowest,
            });
        }
        if !by.labels.is_empty() {
            return self.segment_labels(by);
        }
        // No value lies strictly between the two ends.
        let two_valued = self
            .values
            .iter()
            .all(|&value| value <= lowest || value >= highest);
        let few = sense::few_values(&self.values);
        let rule = match by.threshold {
            Some(given) if !range.contains(&given) => {
                return Err(ImageError::Threshold {
                    path: self.source.clone(),
                    threshold: given,
                    lowest,
                    highest,
                });
            }
            _ if two_valued => Binarisation::Mask { larger: highest },
            Some(given) => Binarisation::Threshold(given),
            None if few.as_ref().is_some_and(|few| sense::are_labels(few)) => {
                return Err(ImageError::LabelMap {
                    path: self.source.clone(),
                    found: few.unwrap_or_default(),
                });
            }
            // Not constant, so there is one.
            None => Binarisation::Otsu(otsu(&self.values).unwrap_or(lowest)),
        };
        let above = rule.threshold().unwrap_or(lowest);
        let bone: Vec<bool> = self.values.iter().map(|&value| value > above).collect();
        let mut assumed = Vec::new();
        let mut warnings = Vec::new();
        match rule {
            Binarisation::Mask { .. } => assumed.push(format!(
                "of the two values {lowest} and {highest} the larger is bone"
            )),
            Binarisation::Otsu(value) => {
                assumed.push(format!(
                    "no threshold was given: Otsu's, {value}, found on the whole image"
                ));
                warnings.extend(sense::labels_or_grey(
                    few.as_deref(),
                    &self.values,
                    self.dims,
                ));
                warnings.extend(sense::outliers(&self.values, self.dims));
            }
            _ => assumed.extend(sense::padding_kept(&self.values, self.dims)),
        }
        warnings.extend(sense::on_threshold(&self.values, &rule));
        warnings.extend(sense::bone_share(&bone, &rule));
        Ok(Segmented {
            bone,
            rule,
            assumed,
            warnings,
        })
    }

    fn segment_labels(&self, by: &Segmentation) -> Result<Segmented, ImageError> {
        let path = || self.source.clone();
        if let Some(threshold) = by.threshold {
            return Err(ImageError::ThresholdAndLabels {
                path: path(),
                threshold,
                labels: by.labels.clone(),
            });
        }
        let mut wanted = by.labels.clone();
        wanted.sort_unstable();
        wanted.dedup();
        let mut found = vec![false; wanted.len()];
        let mut bone = Vec::with_capacity(self.values.len());
        for &value in &self.values {
            let place =
                wanted.binary_search_by(|&label| f64::from(label).total_cmp(&f64::from(value)));
            if let Ok(place) = place {
                found[place] = true;
            } else if value.fract().abs() > 0.0 {
                return Err(ImageError::NoLabel {
                    path: path(),
                    value,
                });
            }
            bone.push(place.is_ok());
        }
        if let Some(place) = found.iter().position(|&found| !found) {
            return Err(ImageError::AbsentLabel {
                path: path(),
                label: wanted[place],
                known: sense::few_values(&self.values)
                    .map_or_else(|| "more than 64 values".to_owned(), |few| listed(&few)),
            });
        }
        if !bone.contains(&false) {
            return Err(ImageError::OneKind {
                path: path(),
                what: "every voxel has one of the labels that are bone".to_owned(),
            });
        }
        let rule = Binarisation::Labels(wanted);
        Ok(Segmented {
            warnings: sense::bone_share(&bone, &rule).into_iter().collect(),
            bone,
            rule,
            assumed: Vec::new(),
        })
    }
}

#[cfg(test)]
mod tests;
