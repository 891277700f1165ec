//! Sums whose order never depends on the number of threads.

use crate::numerics::parallel::prelude::*;

/// Length of the pieces that are summed one after another; a constant, never the pool size.
pub const PIECE: usize = 32_768;
/// Pieces that are summed side by side.
const ABREAST: usize = 4;

/// Sum of `value(i)` over `0..count`: pieces of [`PIECE`] in parallel, then the pieces in order.
///
/// ```
/// let total = howship::numerics::reduce::ordered_sum(10_000, |i| i as f64);
/// assert_eq!(total, 49_995_000.0);
/// ```
pub fn ordered_sum(count: usize, value: impl Fn(usize) -> f64 + Sync) -> f64 {
    let groups: Vec<[f64; ABREAST]> = (0..count.div_ceil(ABREAST * PIECE))
        .into_par_iter()
        .map(|group| {
            let starts: [usize; ABREAST] =
                std::array::from_fn(|piece| (group * ABREAST + piece) * PIECE);
            let nothing = std::iter::empty::<f64>().sum();
            let mut sums = [nothing; ABREAST];
            if starts[ABREAST - 1] + PIECE <= count {
                // Each addition waits for the one before it: of several pieces, none waits for another.
                for at in 0..PIECE {
                    for (sum, start) in sums.iter_mut().zip(starts) {
                        *sum += value(start + at);
                    }
                }
            } else {
                for (sum, start) in sums.iter_mut().zip(starts) {
                    *sum = (start..count.min(start + PIECE)).map(&value).sum();
                }
            }
            sums
        })
        .collect();
    // No piece begins behind the end but in the last group.
    let pieces = groups.iter().flatten().take(count.div_ceil(PIECE));
    pieces.sum()
}

/// Largest of `value(i)` over `0..count`, or negative infinity when there is none.
pub fn largest(count: usize, value: impl Fn(usize) -> f64 + Sync) -> f64 {
    let pieces: Vec<f64> = (0..count.div_ceil(PIECE))
        .into_par_iter()
        .map(|piece| {
            let start = piece * PIECE;
            (start..count.min(start + PIECE))
                .map(&value)
                .fold(f64::NEG_INFINITY, f64::max)
        })
        .collect();
    pieces.into_iter().fold(f64::NEG_INFINITY, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sum_is_the_same_on_any_number_of_threads() {
        let term = |i: usize| 1.0 / (1.0 + i as f64).sqrt();
        let on = |threads| {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .unwrap();
            pool.install(|| ordered_sum(300_001, term)).to_bits()
        };
        // Pieces one after another, each by itself.
        let pieces = (0..300_001).step_by(PIECE).map(|start| {
            let end = 300_001.min(start + PIECE);
            (start..end).map(term).sum::<f64>()
        });
        assert_eq!(on(1), pieces.sum::<f64>().to_bits());
        assert_eq!(on(1), on(2));
        assert_eq!(on(1), on(7));
    }
}
