//! Colours as numbers, those of paper and ink, and the shades of a scale.

/// Red, green and blue from 0 to 255.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Colour(pub u8, pub u8, pub u8);

/// Black of words and axes.
pub(super) const INK: Colour = Colour(25, 25, 25);
/// Grey of what only refers.
pub(super) const GREY: Colour = Colour(105, 105, 105);
/// Grey of lines behind the data.
pub(super) const GRID: Colour = Colour(228, 228, 228);
/// Grey of what has no value.
pub(super) const EMPTY: Colour = Colour(225, 225, 225);
/// Paper.
pub(super) const WHITE: Colour = Colour(255, 255, 255);

/// Shades of a scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Shades {
    /// Those of all fields of numbers but doses.
    #[default]
    Usual,
    /// Those of radiation, in which no colour of a tissue occurs.
    Dose,
}

impl Shades {
    /// Colour of a share of the scale, from light to dark, so that a grey print keeps the order.
    pub(crate) fn at(self, share: f64) -> Colour {
        let stops = match self {
            Self::Usual => [
                [253.0, 240.0, 215.0],
                [250.0, 190.0, 135.0],
                [222.0, 95.0, 100.0],
                [140.0, 40.0, 115.0],
                [45.0, 10.0, 75.0],
            ],
            Self::Dose => [
                [253.0, 252.0, 232.0],
                [232.0, 222.0, 120.0],
                [172.0, 160.0, 52.0],
                [100.0, 94.0, 24.0],
                [34.0, 32.0, 10.0],
            ],
        };
        between(&stops, share)
    }
}

/// Colour of a share of the usual scale.
pub(crate) fn shade(share: f64) -> Colour {
    Shades::Usual.at(share)
}

fn between(stops: &[[f64; 3]; 5], share: f64) -> Colour {
    let place = share.clamp(0.0, 1.0) * (stops.len() - 1) as f64;
    let below = (place.floor() as usize).min(stops.len() - 2);
    let part = place - below as f64;
    let mix = |index: usize| {
        let (from, to) = (stops[below][index], stops[below + 1][index]);
        (from + part * (to - from)).round() as u8
    };
    Colour(mix(0), mix(1), mix(2))
}

impl Colour {
    /// Lightness from 0 (black) to 1 (white), as a grey print has it (ITU-R BT.709).
    pub(crate) fn lightness(self) -> f64 {
        let linear = |value: u8| (f64::from(value) / 255.0).powf(2.2);
        let Self(red, green, blue) = self;
        let light = 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
        light.powf(1.0 / 2.2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shades_darken() {
        for shades in [Shades::Usual, Shades::Dose] {
            for step in 0..100 {
                let at = |step: i32| shades.at(f64::from(step) / 100.0).lightness();
                assert!(at(step + 1) < at(step), "{shades:?} {step}");
            }
        }
    }
}
