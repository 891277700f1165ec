//! From what a sample shows to its colour: sky, lamp, haze, and a tumour that one sees through.

use crate::plot::solid::camera::Camera;
use crate::plot::solid::vector::{Vector, add, dot, mix, times, unit};

/// What a sample of a surface is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Sample {
    pub(super) normal: Vector,
    pub(super) colour: Vector,
    pub(super) open: f32,
    pub(super) lamp: f32,
    pub(super) gloss: f32,
}

/// The lamps, which stand where the viewer stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Lights {
    /// To the lamp: above, left, and before the tissue.
    pub(super) key: Vector,
    /// To a weak one on the other side.
    fill: Vector,
    up: Vector,
    toward: Vector,
}

/// Light that the paper throws back.
pub(super) const PAPER: Vector = [1.0; 3];

impl Lights {
    pub(super) fn new(camera: &Camera) -> Self {
        let along = |right: f32, up: f32, toward: f32| {
            let sum = add(times(camera.right, right), times(camera.up, up));
            unit(add(sum, times(camera.toward, toward)))
        };
        Self {
            key: along(-0.55, 0.62, 0.62),
            fill: along(0.75, 0.1, 0.5),
            up: camera.up,
            toward: camera.toward,
        }
    }

    /// Light from a surface to the viewer.
    pub(super) fn shade(&self, sample: &Sample) -> Vector {
        let normal = unit(sample.normal);
        let above = 0.5 + 0.5 * dot(normal, self.up);
        // A cool sky and warm ground.
        let sky = mix([0.36, 0.33, 0.31], [0.50, 0.53, 0.57], above);
        let key = dot(normal, self.key).max(0.0) * sample.lamp;
        let fill = dot(normal, self.fill).max(0.0) * sample.open;
        let open = sample.open * sample.open.sqrt();
        let mut light = times(sky, open);
        light = add(light, times([1.02, 0.97, 0.88], key));
        light = add(light, times([0.12, 0.14, 0.17], fill));
        let half = unit(add(self.key, self.toward));
        let shine = sample.gloss * sample.lamp * dot(normal, half).max(0.0).powi(40);
        let colour = sample.colour;
        [0, 1, 2].map(|channel| colour[channel] * light[channel] + 0.5 * shine)
    }

    /// A tumour before what lies behind it: the farther one looks through, the denser. The way through is a
    /// share of the longest side of the lattice: a tumour shows alike in a small and in a large one.
    pub(super) fn veil(
        &self,
        behind: Vector,
        colour: Vector,
        normal: Vector,
        through: f32,
    ) -> Vector {
        /// Way over which a tumour takes most of the light that comes from behind.
        const DENSE: f32 = 0.17;
        /// Way over which a rim shows.
        const RIM: f32 = 0.02;
        const MOST: f32 = 0.6;
        let normal = unit(normal);
        let share = MOST * (1.0 - (-through / DENSE).exp());
        let steep = 1.0 - dot(normal, self.toward).abs();
        let share = share + 0.3 * steep * steep * (1.0 - (-through / RIM).exp());
        let light = 0.62 + 0.48 * dot(normal, self.key).max(0.0);
        mix(behind, times(colour, light), share.min(0.85))
    }
}

/// Haze by which what lies far back recedes: at the front none.
pub(super) fn haze(colour: Vector, back: f32) -> Vector {
    const MOST: f32 = 0.34;
    mix(colour, [0.90, 0.91, 0.93], MOST * back.clamp(0.0, 1.0))
}

/// A share of light as a byte of a picture (sRGB, IEC 61966-2-1).
pub(super) fn byte(light: f32) -> u8 {
    let light = light.clamp(0.0, 1.0);
    let value = if light <= 0.003_130_8 {
        12.92 * light
    } else {
        1.055 * light.powf(1.0 / 2.4) - 0.055
    };
    (255.0 * value).round() as u8
}

/// The share of light of a byte.
pub(super) fn light(byte: u8) -> f32 {
    let value = f32::from(byte) / 255.0;
    if value <= 0.040_45 {
        value / 12.92
    } else {
        ((value + 0.055) / 1.055).powf(2.4)
    }
}
