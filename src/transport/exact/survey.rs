//! Sum and extremes of a field, in a fixed order.

use pulp::{Simd, WithSimd};

use super::lanes::{LANES, Line, Real, parts};

/// Sum, extremes and negatives of some sites.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Survey {
    pub(crate) total: f64,
    pub(crate) lowest: f64,
    pub(crate) largest: f64,
    /// Sum of the negative values, as a positive number.
    pub(crate) negative: f64,
}

impl Survey {
    const NONE: Self = Self {
        total: 0.0,
        lowest: f64::INFINITY,
        largest: f64::NEG_INFINITY,
        negative: 0.0,
    };

    fn and(self, other: Self) -> Self {
        Self {
            total: self.total + other.total,
            lowest: self.lowest.min(other.lowest),
            largest: self.largest.max(other.largest),
            negative: self.negative + other.negative,
        }
    }

    /// The whole of these pieces, in their order.
    pub(crate) fn of(pieces: &[Self]) -> Self {
        pieces.iter().fold(Self::NONE, |all, &one| all.and(one))
    }
}

/// Lines that are summed in their own precision before they are added in double precision.
const SHORT: usize = 16;

/// The survey of these numbers.
pub(crate) struct Look<'a, T>(pub(crate) &'a [T]);

impl<T: Real> WithSimd for Look<'_, T> {
    type Output = Survey;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Survey {
        let mut all = Survey::NONE;
        for piece in self.0.chunks(SHORT * LANES) {
            let (lines, rest) = piece.split_at(piece.len() / LANES * LANES);
            let (registers, parts) = (T::registers::<S>(lines), parts::<S, T>());
            if !registers.is_empty() {
                let mut found = [Line::<T>::ZERO; 3];
                for part in 0..parts {
                    let first = registers[part];
                    let (mut total, mut lowest, mut largest) = (first, first, first);
                    for line in 1..registers.len() / parts {
                        let value = registers[line * parts + part];
                        total = T::plus(simd, total, value);
                        lowest = T::lower(simd, lowest, value);
                        largest = T::higher(simd, largest, value);
                    }
                    found[0].put::<S>(part, total);
                    found[1].put::<S>(part, lowest);
                    found[2].put::<S>(part, largest);
                }
                for lane in 0..LANES {
                    all.total += found[0].0[lane].to_f64();
                    all.lowest = all.lowest.min(found[1].0[lane].to_f64());
                    all.largest = all.largest.max(found[2].0[lane].to_f64());
                }
            }
            for value in rest {
                all.total += value.to_f64();
                all.lowest = all.lowest.min(value.to_f64());
                all.largest = all.largest.max(value.to_f64());
            }
        }
        if all.lowest < 0.0 {
            let negatives = self.0.iter().map(|value| value.to_f64().min(0.0));
            all.negative = -negatives.sum::<f64>();
        }
        all
    }
}
