//! Sums whose order never depends on the number of threads.

use crate::numerics::parallel::prelude::*;

/// Length of the pieces that are summed one after another; a constant, never the pool size.
pub const PIECE: usize = 32_768;

/// Sum of `value(i)` over `0..count`: pieces of [`PIECE`] in parallel, then the pieces in order.
///
/// ```
/// let total = howship::numerics::reduce::ordered_sum(10_000, |i| i as f64);
/// assert_eq!(total, 49_995_000.0);
/// ```
pub fn ordered_sum(count: usize, value: impl Fn(usize) -> f64 + Sync) -> f64 {
    let pieces: Vec<f64> = (0..count.div_ceil(PIECE))
        .into_par_iter()
        .map(|piece| {
            let start = piece * PIECE;
            (start..count.min(start + PIECE)).map(&value).sum()
        })
        .collect();
    pieces.iter().sum()
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
        assert_eq!(on(1), on(2));
        assert_eq!(on(1), on(7));
    }
}
