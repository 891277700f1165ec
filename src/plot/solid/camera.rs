//! From where the tissue is looked at: without perspective, so that lengths can be read off.

use std::str::FromStr;

use crate::plot::solid::vector::{Vector, cross, dot};

/// A direction of view.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct View {
    /// Turn of the viewer about z, degrees: from 0 one looks along y, from 90 against x.
    pub azimuth_deg: f64,
    /// Height of the viewer above the plane of x and y, degrees: from 90 one looks straight down.
    pub elevation_deg: f64,
}

/// Names of views.
pub(crate) const VIEWS: [(&str, View); 4] = [
    ("front", View::new(0.0, 0.0)),
    ("side", View::new(90.0, 0.0)),
    ("top", View::new(0.0, 90.0)),
    ("isometric", View::new(45.0, 35.264)),
];

impl View {
    /// A view from an azimuth and an elevation, degrees.
    pub(crate) const fn new(azimuth_deg: f64, elevation_deg: f64) -> Self {
        Self {
            azimuth_deg,
            elevation_deg,
        }
    }

    /// The same height, turned about z.
    #[cfg(feature = "cli")]
    #[must_use]
    pub(crate) fn turned(self, by_deg: f64) -> Self {
        Self {
            azimuth_deg: self.azimuth_deg + by_deg,
            ..self
        }
    }

    /// Its name, or its angles.
    pub(crate) fn words(self) -> String {
        let named = VIEWS.iter().find(|(_, view)| *view == self);
        match named {
            Some((name, _)) => format!("{name} view"),
            None => format!(
                "azimuth {}\u{b0}, elevation {}\u{b0}",
                self.azimuth_deg, self.elevation_deg
            ),
        }
    }

    /// The direction to the viewer.
    pub(super) fn toward(self) -> Vector {
        let (turn, height) = (
            self.azimuth_deg.to_radians(),
            self.elevation_deg.to_radians(),
        );
        [
            (turn.sin() * height.cos()) as f32,
            (-turn.cos() * height.cos()) as f32,
            height.sin() as f32,
        ]
    }
}

impl FromStr for View {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some((_, view)) = VIEWS.iter().find(|(name, _)| *name == text) {
            return Ok(*view);
        }
        let names: Vec<&str> = VIEWS.iter().map(|(name, _)| *name).collect();
        let allowed = || {
            format!(
                "found \"{text}\", expected {} or AZIMUTH,ELEVATION in degrees, -360 to 360 and -90 \
                 to 90, as in 30,25",
                names.join(", ")
            )
        };
        let (azimuth, elevation) = text.split_once(',').ok_or_else(allowed)?;
        let angle = |text: &str, most: f64| {
            let angle: f64 = text.trim().parse().map_err(|_| allowed())?;
            if angle.abs() <= most {
                Ok(angle)
            } else {
                Err(allowed())
            }
        };
        Ok(Self::new(angle(azimuth, 360.0)?, angle(elevation, 90.0)?))
    }
}

/// From places in the lattice to places in a picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Camera {
    /// Directions in the lattice: to the right, up, and to the viewer.
    pub(super) right: Vector,
    pub(super) up: Vector,
    pub(super) toward: Vector,
    /// Middle of the lattice, sites.
    middle: Vector,
    /// Pixels of a site.
    pub(super) pixels: f32,
    /// Pixels across and down.
    pub(super) size: [usize; 2],
}

/// Share of a picture's side that is left free around the lattice, in all.
const FREE: f32 = 0.03;

impl Camera {
    /// A camera at which a lattice fills a picture, or would at any turn about z.
    pub(super) fn new(view: View, dims: [usize; 3], size: [usize; 2], turns: bool) -> Self {
        let turn = view.azimuth_deg.to_radians();
        let right = [turn.cos() as f32, turn.sin() as f32, 0.0];
        let toward = view.toward();
        let up = cross(toward, right);
        let mut camera = Self {
            right,
            up,
            toward,
            middle: dims.map(|sites| 0.5 * sites as f32),
            pixels: 1.0,
            size,
        };
        let extent = extent(view, dims, turns);
        let room = size.map(|pixels| pixels as f32 * (1.0 - FREE));
        camera.pixels = (room[0] / extent[0]).min(room[1] / extent[1]);
        camera
    }

    /// Right of the left edge, below the upper one, and towards the viewer, pixels.
    pub(super) fn seen(&self, place: Vector) -> Vector {
        let from = [0, 1, 2].map(|axis| place[axis] - self.middle[axis]);
        [
            0.5 * self.size[0] as f32 + self.pixels * dot(from, self.right),
            0.5 * self.size[1] as f32 - self.pixels * dot(from, self.up),
            self.pixels * dot(from, self.toward),
        ]
    }
}

/// Sites across and down that a lattice takes as it is seen.
pub(super) fn extent(view: View, dims: [usize; 3], turns: bool) -> [f32; 2] {
    let sides = dims.map(|sites| sites as f64);
    let (turn, height) = (
        view.azimuth_deg.to_radians(),
        view.elevation_deg.to_radians(),
    );
    let flat = sides[0].hypot(sides[1]);
    let (across, deep) = if turns {
        (flat, flat)
    } else {
        let (sine, cosine) = (turn.sin().abs(), turn.cos().abs());
        (
            sides[0] * cosine + sides[1] * sine,
            sides[0] * sine + sides[1] * cosine,
        )
    };
    let down = sides[2] * height.cos().abs() + deep * height.sin().abs();
    [across as f32, down as f32]
}
