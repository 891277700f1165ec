//! The beam of a course: its field over the lattice.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::numerics::elementary;

use super::LN_4;

/// What a course aims at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// The whole lattice, evenly.
    #[default]
    Whole,
    /// A sphere; needs `centre` and `radius`.
    Sphere,
    /// A box along the axes; needs `centre` and `size`.
    Box,
    /// The sphere around all tumour cells at the first fraction of the course.
    Tumour,
}

/// Extent of a lattice.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Extent {
    /// Lengths along x, y, z, um.
    pub um: [f64; 3],
    /// True for a section.
    pub is_section: bool,
}

/// Where the dose of a fraction falls.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum Shape {
    /// Everywhere alike.
    Everywhere,
    /// A sphere; a disc in a section.
    Sphere {
        /// Isocentre, um from the corner of the lattice.
        centre_um: [f64; 3],
        /// Radius to half of the dose, um.
        radius_um: f64,
    },
    /// A box.
    Box {
        /// Isocentre, um from the corner of the lattice.
        centre_um: [f64; 3],
        /// Half of its edges to half of the dose, um; infinite along an axis that does not count.
        half_um: [f64; 3],
    },
}

/// A field with its border.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Beam {
    /// Where half of the dose falls.
    pub shape: Shape,
    /// Distance from 80 to 20 % of the dose at the border, um.
    pub penumbra_um: f64,
}

impl Beam {
    /// Share of the dose at the isocentre that falls at a place, um from the corner of the lattice.
    ///
    /// ```
    /// use howship::therapy::irradiation::{Beam, Shape};
    /// let beam = Beam {
    ///     shape: Shape::Sphere { centre_um: [1000.0; 3], radius_um: 500.0 },
    ///     penumbra_um: 100.0,
    /// };
    /// let at = |x: f64| beam.share([x, 1000.0, 1000.0]);
    /// assert!((at(1000.0) - 1.0).abs() < 1e-12);
    /// assert!((at(1500.0) - 0.5).abs() < 1e-5);
    /// assert!((at(1450.0) - 0.8).abs() < 1e-5 && (at(1550.0) - 0.2).abs() < 1e-5);
    /// ```
    pub fn share(&self, place_um: [f64; 3]) -> f64 {
        match self.shape {
            Shape::Everywhere => 1.0,
            Shape::Sphere {
                centre_um,
                radius_um,
            } => {
                let squared: f64 = (0..3)
                    .map(|axis| (place_um[axis] - centre_um[axis]).powi(2))
                    .sum();
                self.within(squared.sqrt(), radius_um)
            }
            Shape::Box { centre_um, half_um } => (0..3)
                .map(|axis| self.within((place_um[axis] - centre_um[axis]).abs(), half_um[axis]))
                .product(),
        }
    }

    /// Share at a distance from the middle of something that reaches this far, 1 in the middle.
    fn within(&self, distance_um: f64, reach_um: f64) -> f64 {
        if reach_um.is_infinite() {
            return 1.0;
        }
        if self.penumbra_um <= 0.0 {
            return f64::from(u8::from(distance_um <= reach_um));
        }
        let length_um = self.penumbra_um / (2.0 * LN_4);
        let fallen = |beyond_um: f64| 1.0 / (1.0 + elementary::exp(beyond_um / length_um));
        fallen(distance_um - reach_um) / fallen(-reach_um)
    }
}
