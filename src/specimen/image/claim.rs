//! What a file says of its voxel size, against what the caller says.

use std::path::Path;

use super::ImageError;
use super::orientation::Orientation;
use super::{ReadOptions, SENSIBLE_UM, written};

/// Relative difference of voxel sizes below which voxels are cubes.
pub(super) const SAME_SIZE: f64 = 1e-3;

/// What a file says of its voxel size.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Claim {
    /// A size in the plane, and along z where the file states one, um.
    Um {
        /// Along x and y.
        plane: [f64; 2],
        /// Along z.
        layer: Option<f64>,
    },
    /// Sizes along x, y and z in a unit that is not known.
    Unitless {
        /// The sizes.
        sizes: [f64; 3],
        /// What was found, for a message.
        looked: String,
    },
    /// Nothing that could be a size; what was found.
    Nothing(String),
}

impl Claim {
    /// Whether another claim says the same within 0.1 %.
    pub(super) fn agrees(&self, other: &Self) -> bool {
        match (self, other) {
            (
                Self::Um { plane, layer },
                Self::Um {
                    plane: others,
                    layer: its,
                },
            ) => {
                same_size(plane[0], others[0])
                    && same_size(plane[1], others[1])
                    && match (layer, its) {
                        (Some(one), Some(other)) => same_size(*one, *other),
                        (one, other) => one.is_none() && other.is_none(),
                    }
            }
            (Self::Um { .. }, _) | (_, Self::Um { .. }) => false,
            _ => true,
        }
    }
}

/// Within 0.1 %.
pub(super) fn same_size(one: f64, other: f64) -> bool {
    (one - other).abs() < SAME_SIZE * other.abs()
}

/// What a header states besides the layout of the data.
#[derive(Clone)]
pub(super) struct Stated {
    pub(super) format: &'static str,
    pub(super) claim: Claim,
    /// The field that makes the claim.
    pub(super) spacing_from: &'static str,
    pub(super) orientation: Orientation,
    pub(super) assumed: Vec<String>,
    pub(super) warnings: Vec<String>,
}

impl Stated {
    /// The voxel size by what is given and what is claimed, and what stated it.
    ///
    /// # Errors
    /// Neither is there; or the claim is no voxel size of a scan.
    pub(super) fn sizes(
        &mut self,
        path: &Path,
        options: &ReadOptions,
    ) -> Result<([f64; 3], &'static str), ImageError> {
        let from = self.spacing_from;
        if let Some(given) = options.spacing_um {
            self.warn_of_contradiction(given);
            return Ok((given, "the user"));
        }
        let missing = |looked: &String| ImageError::MissingSpacing {
            path: path.into(),
            looked: looked.clone(),
        };
        let sizes = match &self.claim {
            Claim::Nothing(looked) | Claim::Unitless { looked, .. } => return Err(missing(looked)),
            Claim::Um {
                plane: [x, y],
                layer: Some(z),
            } => [*x, *y, *z],
            Claim::Um {
                plane: [x, y],
                layer: None,
            } => {
                self.assumed.push(format!(
                    "no voxel size along z is stated: it is taken equal to that along x, {} um",
                    written(&[*x])
                ));
                [*x, *y, *x]
            }
        };
        if sizes.iter().all(|size| SENSIBLE_UM.contains(size)) {
            Ok((sizes, from))
        } else {
            Err(ImageError::ImplausibleSize {
                path: path.into(),
                from,
                found: sizes,
            })
        }
    }

    /// Says so when the file states another voxel size than the one given.
    fn warn_of_contradiction(&mut self, given: [f64; 3]) {
        let from = self.spacing_from;
        match &self.claim {
            Claim::Um { plane, layer } => {
                let stated: Vec<f64> = plane.iter().chain(layer).copied().collect();
                if !given.iter().zip(&stated).all(|(a, b)| same_size(*a, *b)) {
                    self.warnings.push(format!(
                        "{from} states a voxel size of {} um, but {} um was given and is used",
                        written(&stated),
                        written(&given)
                    ));
                }
            }
            // Ones are what programs write that know no size.
            Claim::Unitless { sizes, .. }
                if sizes.iter().any(|size| !same_size(*size, 1.0))
                    && sizes.iter().all(|size| size.is_finite() && *size > 0.0)
                    && !(1..3)
                        .all(|axis| same_size(given[axis] / given[0], sizes[axis] / sizes[0])) =>
            {
                self.warnings.push(format!(
                    "{from} states voxels of the proportions {}, but {} um was given and is used",
                    written(sizes),
                    written(&given)
                ));
            }
            _ => {}
        }
    }
}
