//! Sixteen lines side by side: what the transforms load, combine and store.

use std::fmt::Debug;
use std::ops::{Add, Mul};

use pulp::Simd;

/// Lines that are transformed together, on every instruction set: results and stored
/// coefficients do not depend on the width of a register.
pub(crate) const LANES: usize = 16;

/// One number of each of [`LANES`] lines.
#[derive(Debug, Clone, Copy, PartialEq)]
#[repr(C, align(64))]
pub(crate) struct Line<T>(pub(crate) [T; LANES]);

mod sealed {
    #[allow(unnameable_types, reason = "nobody else implements `Real`")]
    pub trait Sealed {}
    impl Sealed for f32 {}
    impl Sealed for f64 {}
}

/// A number the exact transforms work in: `f32` or `f64`.
pub trait Real:
    sealed::Sealed
    + pulp::bytemuck::Pod
    + Debug
    + PartialOrd
    + Add<Output = Self>
    + Mul<Output = Self>
    + Send
    + Sync
{
    /// A register of them.
    type Vector<S: Simd>: Copy + pulp::bytemuck::Pod;
    /// The number 0.
    const ZERO: Self;

    /// Nearest to `value`.
    fn from_f64(value: f64) -> Self;
    /// As double precision.
    fn to_f64(self) -> f64;
    /// With the other sign.
    #[must_use]
    fn negative(self) -> Self;
    /// True for a number that is neither infinite nor undefined.
    fn finite(self) -> bool;
    /// The same number in every lane.
    fn splat<S: Simd>(simd: S, value: Self) -> Self::Vector<S>;
    /// Lane by lane `a + b`.
    fn plus<S: Simd>(simd: S, a: Self::Vector<S>, b: Self::Vector<S>) -> Self::Vector<S>;
    /// Lane by lane `a - b`.
    fn minus<S: Simd>(simd: S, a: Self::Vector<S>, b: Self::Vector<S>) -> Self::Vector<S>;
    /// Lane by lane `a * b`.
    fn times<S: Simd>(simd: S, a: Self::Vector<S>, b: Self::Vector<S>) -> Self::Vector<S>;
    /// Lane by lane `a / b`.
    fn over<S: Simd>(simd: S, a: Self::Vector<S>, b: Self::Vector<S>) -> Self::Vector<S>;
    /// Lane by lane the lower of both.
    fn lower<S: Simd>(simd: S, a: Self::Vector<S>, b: Self::Vector<S>) -> Self::Vector<S>;
    /// Lane by lane the higher of both.
    fn higher<S: Simd>(simd: S, a: Self::Vector<S>, b: Self::Vector<S>) -> Self::Vector<S>;
    /// Four registers shuffled; the order is that of the instruction set.
    fn shuffle<S: Simd>(simd: S, rows: [Self::Vector<S>; 4]) -> [Self::Vector<S>; 4];
    /// The registers that `slice` holds whole.
    fn registers<S: Simd>(slice: &[Self]) -> &[Self::Vector<S>];
    /// The registers that `slice` holds whole.
    fn registers_mut<S: Simd>(slice: &mut [Self]) -> &mut [Self::Vector<S>];
}

macro_rules! real {
    ($number:ty, $vector:ident, $splat:ident, $add:ident, $sub:ident, $mul:ident, $div:ident,
     $lower:ident, $higher:ident, $shuffle:ident, $view:ident, $view_mut:ident) => {
        impl Real for $number {
            type Vector<S: Simd> = S::$vector;
            const ZERO: Self = 0.0;

            #[inline(always)]
            #[allow(clippy::cast_lossless, reason = "one text for both precisions")]
            fn from_f64(value: f64) -> Self {
                value as Self
            }
            #[inline(always)]
            #[allow(clippy::unnecessary_cast, reason = "one text for both precisions")]
            #[allow(clippy::cast_lossless, reason = "one text for both precisions")]
            fn to_f64(self) -> f64 {
                self as f64
            }
            #[inline(always)]
            fn negative(self) -> Self {
                -self
            }
            #[inline(always)]
            fn finite(self) -> bool {
                self.is_finite()
            }
            #[inline(always)]
            fn splat<S: Simd>(simd: S, value: Self) -> S::$vector {
                simd.$splat(value)
            }
            #[inline(always)]
            fn plus<S: Simd>(simd: S, a: S::$vector, b: S::$vector) -> S::$vector {
                simd.$add(a, b)
            }
            #[inline(always)]
            fn minus<S: Simd>(simd: S, a: S::$vector, b: S::$vector) -> S::$vector {
                simd.$sub(a, b)
            }
            #[inline(always)]
            fn times<S: Simd>(simd: S, a: S::$vector, b: S::$vector) -> S::$vector {
                simd.$mul(a, b)
            }
            #[inline(always)]
            fn over<S: Simd>(simd: S, a: S::$vector, b: S::$vector) -> S::$vector {
                simd.$div(a, b)
            }
            #[inline(always)]
            fn lower<S: Simd>(simd: S, a: S::$vector, b: S::$vector) -> S::$vector {
                simd.$lower(a, b)
            }
            #[inline(always)]
            fn higher<S: Simd>(simd: S, a: S::$vector, b: S::$vector) -> S::$vector {
                simd.$higher(a, b)
            }
            #[inline(always)]
            fn shuffle<S: Simd>(simd: S, rows: [S::$vector; 4]) -> [S::$vector; 4] {
                simd.$shuffle(rows)
            }
            #[inline(always)]
            fn registers<S: Simd>(slice: &[Self]) -> &[S::$vector] {
                S::$view(slice).0
            }
            #[inline(always)]
            fn registers_mut<S: Simd>(slice: &mut [Self]) -> &mut [S::$vector] {
                S::$view_mut(slice).0
            }
        }
    };
}

real!(
    f32,
    f32s,
    splat_f32s,
    add_f32s,
    sub_f32s,
    mul_f32s,
    div_f32s,
    min_f32s,
    max_f32s,
    deinterleave_shfl_f32s,
    as_simd_f32s,
    as_mut_simd_f32s
);
real!(
    f64,
    f64s,
    splat_f64s,
    add_f64s,
    sub_f64s,
    mul_f64s,
    div_f64s,
    min_f64s,
    max_f64s,
    deinterleave_shfl_f64s,
    as_simd_f64s,
    as_mut_simd_f64s
);

impl<T: Real> Line<T> {
    pub(crate) const ZERO: Self = Self([T::ZERO; LANES]);

    /// Register `part` of the line.
    #[inline(always)]
    pub(crate) fn get<S: Simd>(&self, part: usize) -> T::Vector<S> {
        T::registers::<S>(&self.0)[part]
    }

    /// With the other sign.
    #[inline(always)]
    pub(crate) fn negate(&mut self) {
        for value in &mut self.0 {
            *value = value.negative();
        }
    }

    #[inline(always)]
    pub(crate) fn put<S: Simd>(&mut self, part: usize, value: T::Vector<S>) {
        T::registers_mut::<S>(&mut self.0)[part] = value;
    }
}

/// Registers that make up a line.
#[inline(always)]
pub(crate) const fn parts<S: Simd, T: Real>() -> usize {
    size_of::<[T; LANES]>() / size_of::<T::Vector<S>>()
}

/// Numbers in a register.
#[inline(always)]
pub(crate) const fn width<S: Simd, T: Real>() -> usize {
    size_of::<T::Vector<S>>() / size_of::<T>()
}

/// True where [`Real::shuffle`] exchanges rows and columns in each block of four by four: column
/// `q` of quad `c` of row `r` comes to row `q`, quad `c`, column `r`. The crate leaves the order
/// open, so it is looked at and not relied on.
pub(crate) struct ShufflesQuads<T>(pub(crate) std::marker::PhantomData<T>);

impl<T: Real> pulp::WithSimd for ShufflesQuads<T> {
    type Output = bool;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> bool {
        let width = width::<S, T>();
        if !width.is_multiple_of(4) || width > LANES {
            return false;
        }
        let numbers: [T; 4 * LANES] = std::array::from_fn(|at| T::from_f64(at as f64));
        let rows = T::registers::<S>(&numbers);
        let shuffled = T::shuffle(simd, [rows[0], rows[1], rows[2], rows[3]]);
        let found: &[T] = pulp::bytemuck::cast_slice(&shuffled);
        (0..4 * width).all(|at| {
            let (q, quad, r) = (at / width, at % width / 4, at % 4);
            found[at] == numbers[r * width + 4 * quad + q]
        })
    }
}

/// Real and imaginary part, one register each.
#[derive(Clone, Copy)]
pub(crate) struct Complex<V> {
    pub(crate) re: V,
    pub(crate) im: V,
}

/// Arithmetic on registers. No product is ever contracted with a sum, so that every instruction
/// set gives the same bits.
#[derive(Clone, Copy)]
pub(crate) struct Arithmetic<S, T> {
    pub(crate) simd: S,
    number: std::marker::PhantomData<T>,
}

type Pair<S, T> = Complex<<T as Real>::Vector<S>>;

impl<S: Simd, T: Real> Arithmetic<S, T> {
    #[inline(always)]
    pub(crate) fn new(simd: S) -> Self {
        Self {
            simd,
            number: std::marker::PhantomData,
        }
    }

    #[inline(always)]
    pub(crate) fn splat(self, value: T) -> T::Vector<S> {
        T::splat(self.simd, value)
    }
    #[inline(always)]
    pub(crate) fn plus(self, a: T::Vector<S>, b: T::Vector<S>) -> T::Vector<S> {
        T::plus(self.simd, a, b)
    }
    #[inline(always)]
    pub(crate) fn minus(self, a: T::Vector<S>, b: T::Vector<S>) -> T::Vector<S> {
        T::minus(self.simd, a, b)
    }
    #[inline(always)]
    pub(crate) fn times(self, a: T::Vector<S>, b: T::Vector<S>) -> T::Vector<S> {
        T::times(self.simd, a, b)
    }
    #[inline(always)]
    pub(crate) fn over(self, a: T::Vector<S>, b: T::Vector<S>) -> T::Vector<S> {
        T::over(self.simd, a, b)
    }

    #[inline(always)]
    pub(crate) fn add(self, a: Pair<S, T>, b: Pair<S, T>) -> Pair<S, T> {
        Complex {
            re: self.plus(a.re, b.re),
            im: self.plus(a.im, b.im),
        }
    }
    #[inline(always)]
    pub(crate) fn sub(self, a: Pair<S, T>, b: Pair<S, T>) -> Pair<S, T> {
        Complex {
            re: self.minus(a.re, b.re),
            im: self.minus(a.im, b.im),
        }
    }
    /// `a - i b`.
    #[inline(always)]
    pub(crate) fn sub_i(self, a: Pair<S, T>, b: Pair<S, T>) -> Pair<S, T> {
        Complex {
            re: self.plus(a.re, b.im),
            im: self.minus(a.im, b.re),
        }
    }
    /// `a + i b`.
    #[inline(always)]
    pub(crate) fn add_i(self, a: Pair<S, T>, b: Pair<S, T>) -> Pair<S, T> {
        Complex {
            re: self.minus(a.re, b.im),
            im: self.plus(a.im, b.re),
        }
    }
    #[inline(always)]
    pub(crate) fn scale(self, a: Pair<S, T>, by: T::Vector<S>) -> Pair<S, T> {
        Complex {
            re: self.times(a.re, by),
            im: self.times(a.im, by),
        }
    }
    /// `a * w`.
    #[inline(always)]
    pub(crate) fn turn(self, a: Pair<S, T>, w: Pair<S, T>) -> Pair<S, T> {
        Complex {
            re: self.minus(self.times(a.re, w.re), self.times(a.im, w.im)),
            im: self.plus(self.times(a.re, w.im), self.times(a.im, w.re)),
        }
    }
}
