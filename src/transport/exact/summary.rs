//! Sum and extremes of a field, in a fixed order.

use pulp::{Simd, WithSimd};

use super::lanes::{LANES, Line, Real, parts};

/// Sum, extremes and negatives of some sites.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Summary {
    pub(crate) total: f64,
    pub(crate) lowest: f64,
    pub(crate) largest: f64,
    /// Sum of the negative values, as a positive number.
    pub(crate) negative: f64,
}

impl Summary {
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
const SHORT: usize = 32;

/// The summary of these numbers.
pub(crate) struct Summarise<'a, T>(pub(crate) &'a [T]);

impl<T: Real> WithSimd for Summarise<'_, T> {
    type Output = Summary;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Summary {
        let (lines, rest) = self.0.split_at(self.0.len() / LANES * LANES);
        let (registers, parts) = (T::registers::<S>(lines), parts::<S, T>());
        let mut all = Summary::NONE;
        if let Some(first) = lines.first() {
            let first = T::splat(simd, *first);
            // Each lane by itself, so that the width of a register is of no account.
            let mut totals = [0.0; LANES];
            let mut extremes = [Line::<T>::ZERO; 2];
            for part in 0..parts {
                let (mut lowest, mut largest) = (first, first);
                let mut total = Line::<T>::ZERO;
                for piece in registers.chunks(SHORT * parts) {
                    let mut sum = T::splat(simd, T::ZERO);
                    for line in piece.chunks_exact(parts) {
                        sum = T::plus(simd, sum, line[part]);
                        lowest = T::lower(simd, lowest, line[part]);
                        largest = T::higher(simd, largest, line[part]);
                    }
                    total.put::<S>(part, sum);
                    let lanes = part * LANES / parts..(part + 1) * LANES / parts;
                    for (all, lane) in totals[lanes.clone()].iter_mut().zip(&total.0[lanes]) {
                        *all += lane.to_f64();
                    }
                }
                extremes[0].put::<S>(part, lowest);
                extremes[1].put::<S>(part, largest);
            }
            all.total = totals.iter().sum();
            for lane in 0..LANES {
                all.lowest = all.lowest.min(extremes[0].0[lane].to_f64());
                all.largest = all.largest.max(extremes[1].0[lane].to_f64());
            }
        }
        for value in rest {
            all.total += value.to_f64();
            all.lowest = all.lowest.min(value.to_f64());
            all.largest = all.largest.max(value.to_f64());
        }
        if all.lowest < 0.0 {
            let negatives = self.0.iter().map(|value| value.to_f64().min(0.0));
            all.negative = -negatives.sum::<f64>();
        }
        all
    }
}
