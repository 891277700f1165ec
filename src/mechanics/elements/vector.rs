//! Three components of motions and forces.

use std::ops::{Add, Mul};

/// Arithmetic in 32 or 64 bits.
pub(super) trait Number:
    Copy + Default + Send + Sync + Add<Output = Self> + Mul<Output = Self>
{
    /// Rounds a value.
    fn of(value: f64) -> Self;
}

impl Number for f32 {
    fn of(value: f64) -> Self {
        value as Self
    }
}

impl Number for f64 {
    fn of(value: f64) -> Self {
        value
    }
}

/// Adds `from` times `by`.
#[inline]
pub(super) fn plus<T: Number>(to: &mut [T; 3], from: &[T; 3], by: T) {
    for (to, &from) in to.iter_mut().zip(from) {
        *to = *to + from * by;
    }
}

/// Zero in what is held.
#[inline]
pub(super) fn free<T: Number>(value: [T; 3], held: u8) -> [T; 3] {
    [0, 1, 2].map(|axis: usize| {
        if held >> axis & 1 == 1 {
            T::default()
        } else {
            value[axis]
        }
    })
}

/// Scalar product.
#[inline]
pub(super) fn dot(one: [f64; 3], other: [f64; 3]) -> f64 {
    one[0] * other[0] + one[1] * other[1] + one[2] * other[2]
}
