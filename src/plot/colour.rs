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

/// Colour of a share of a scale, from light to dark, so that a grey print keeps the order.
pub(crate) fn shade(share: f64) -> Colour {
    const STOPS: [[f64; 3]; 5] = [
        [253.0, 240.0, 215.0],
        [250.0, 190.0, 135.0],
        [222.0, 95.0, 100.0],
        [140.0, 40.0, 115.0],
        [45.0, 10.0, 75.0],
    ];
    let place = share.clamp(0.0, 1.0) * (STOPS.len() - 1) as f64;
    let below = (place.floor() as usize).min(STOPS.len() - 2);
    let part = place - below as f64;
    let mix = |index: usize| {
        let (from, to) = (STOPS[below][index], STOPS[below + 1][index]);
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
        for step in 0..100 {
            let [one, next] = [step, step + 1].map(|at| shade(f64::from(at) / 100.0).lightness());
            assert!(next < one, "{step}");
        }
    }
}
