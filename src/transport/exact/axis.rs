//! One axis: from values to the amplitudes of its waves and back.
//!
//! Two lines of real numbers, `a` and `b`, go through one complex transform as `a + i b`. No-flux
//! walls take the cosine transform after J. Makhoul, IEEE Trans. Acoust. Speech Signal Process.
//! 28, 27-34 (1980): even sites forward, odd sites backward, then a turn by `k / 4 n` of a circle.
//! Fixed walls take the sine transform, which is the cosine transform of the line with every
//! other sign changed, waves in reverse. Amplitudes carry no norm but that of the transform: a
//! round trip multiplies by the number of sites.

use pulp::Simd;

use super::Wall;
use super::fourier::Fourier;
use super::lanes::{Arithmetic, Complex, Line, Real, parts};

/// The waves of one axis.
#[derive(Debug, Clone)]
pub(crate) struct Axis<T> {
    pub(crate) length: usize,
    fourier: Fourier<T>,
    /// Where site `x` stands in the output of the transform back.
    pub(crate) after: Vec<usize>,
    /// Where site `x` has to stand in the input of the transform.
    pub(crate) before: Vec<usize>,
    /// Every other sign is changed.
    pub(crate) alternate: bool,
    /// Cosine and sine of the turn of wave `k`, up to half the length.
    turns: Vec<[T; 2]>,
    half_turns: Vec<[T; 2]>,
    /// `2 - 2 cos` of the wave: minus the second difference, per wave.
    pub(crate) curvature: Vec<f64>,
}

/// Amplitudes of waves `k` and `n - k` in lines `a` and `b`.
#[derive(Clone, Copy)]
pub(crate) struct Four<V> {
    pub(crate) low: [V; 2],
    pub(crate) high: [V; 2],
}

impl<T: Real> Axis<T> {
    pub(crate) fn new(length: usize, wall: Wall) -> Self {
        let n = length as f64;
        let fourier = Fourier::new(length);
        let after: Vec<usize> = (0..length)
            .map(|site| match wall {
                Wall::Periodic => site,
                _ if site % 2 == 0 => site / 2,
                _ => length - 1 - site / 2,
            })
            .collect();
        let before = after.iter().map(|&t| fourier.place[t]).collect();
        let turn = |k: usize| {
            if wall == Wall::Periodic {
                return [1.0, 0.0];
            }
            let angle = std::f64::consts::PI * k as f64 / (2.0 * n);
            [angle.cos(), angle.sin()]
        };
        let table = |scale: f64| {
            (0..=length / 2)
                .map(|k| turn(k).map(|part| T::from_f64(scale * part)))
                .collect()
        };
        let curvature = (0..length)
            .map(|k| {
                let angle = match wall {
                    Wall::NoFlux => std::f64::consts::PI * k as f64 / n,
                    Wall::FixedZero => std::f64::consts::PI * (length - k) as f64 / n,
                    Wall::Periodic => std::f64::consts::TAU * k as f64 / n,
                };
                let sine = (0.5 * angle).sin();
                4.0 * sine * sine
            })
            .collect();
        Self {
            length,
            fourier,
            after,
            before,
            alternate: wall == Wall::FixedZero,
            turns: table(1.0),
            half_turns: table(0.5),
            curvature,
        }
    }

    /// The complex transform of `data`, whose input stands at [`Axis::before`].
    #[inline(always)]
    pub(crate) fn transform<S: Simd>(&self, simd: S, data: &mut [Line<T>]) {
        self.fourier.run(simd, data);
    }

    /// Amplitudes of waves `k` and `n - k`, `0 < k < n - k`, from the transformed `data`.
    #[inline(always)]
    pub(crate) fn split<S: Simd>(
        &self,
        arithmetic: Arithmetic<S, T>,
        data: &[Line<T>],
        k: usize,
        part: usize,
    ) -> Four<T::Vector<S>> {
        let o = arithmetic;
        let m = self.length - k;
        let get = |at: usize| data[at].get::<S>(part);
        let (re, im, mirror_re, mirror_im) =
            (get(2 * k), get(2 * k + 1), get(2 * m), get(2 * m + 1));
        let [cosine, sine] = self.half_turns[k];
        let (cosine, sine) = (o.splat(cosine), o.splat(sine));
        let first = [o.plus(re, mirror_re), o.minus(im, mirror_im)];
        let second = [o.plus(im, mirror_im), o.minus(mirror_re, re)];
        let low = |z: [T::Vector<S>; 2]| o.plus(o.times(cosine, z[0]), o.times(sine, z[1]));
        let high = |z: [T::Vector<S>; 2]| o.minus(o.times(sine, z[0]), o.times(cosine, z[1]));
        Four {
            low: [low(first), low(second)],
            high: [high(first), high(second)],
        }
    }

    /// Puts the amplitudes of waves `k` and `n - k` where the transform back expects them. It is
    /// the same transform with the real and the imaginary part in each other's place.
    #[inline(always)]
    pub(crate) fn join<S: Simd>(
        &self,
        arithmetic: Arithmetic<S, T>,
        waves: Four<T::Vector<S>>,
        data: &mut [Line<T>],
        (k, part): (usize, usize),
    ) {
        let o = arithmetic;
        let [cosine, sine] = self.turns[k];
        let (cosine, sine) = (o.splat(cosine), o.splat(sine));
        let value = |line: usize| Complex {
            re: o.plus(
                o.times(cosine, waves.low[line]),
                o.times(sine, waves.high[line]),
            ),
            im: o.minus(
                o.times(sine, waves.low[line]),
                o.times(cosine, waves.high[line]),
            ),
        };
        let (a, b) = (value(0), value(1));
        let at = self.fourier.place[k];
        data[2 * at].put::<S>(part, o.plus(a.im, b.re));
        data[2 * at + 1].put::<S>(part, o.minus(a.re, b.im));
        let at = self.fourier.place[self.length - k];
        data[2 * at].put::<S>(part, o.minus(b.re, a.im));
        data[2 * at + 1].put::<S>(part, o.plus(a.re, b.im));
    }

    /// Waves that are their own mirror: the first and, for an even length, the middle one.
    #[inline(always)]
    pub(crate) fn single(&self) -> impl Iterator<Item = usize> + use<T> {
        let middle = self.length.is_multiple_of(2).then_some(self.length / 2);
        [Some(0), middle].into_iter().flatten()
    }

    /// Waves that have a mirror above them.
    #[inline(always)]
    pub(crate) fn paired(&self) -> std::ops::Range<usize> {
        1..self.length.div_ceil(2)
    }

    /// Where wave `k` has to stand in the input of the transform back.
    #[inline(always)]
    pub(crate) fn place(&self, k: usize) -> usize {
        self.fourier.place[k]
    }

    /// Values in `data` (standing at [`Axis::before`]) to amplitudes in `waves`.
    #[inline(always)]
    pub(crate) fn forward<S: Simd>(&self, simd: S, data: &mut [Line<T>], waves: &mut [Line<T>]) {
        self.transform(simd, data);
        let o = Arithmetic::<S, T>::new(simd);
        for k in self.single() {
            waves[2 * k] = data[2 * k];
            waves[2 * k + 1] = data[2 * k + 1];
        }
        for k in self.paired() {
            let m = self.length - k;
            for part in 0..parts::<S, T>() {
                let four = self.split(o, data, k, part);
                for line in 0..2 {
                    waves[2 * k + line].put::<S>(part, four.low[line]);
                    waves[2 * m + line].put::<S>(part, four.high[line]);
                }
            }
        }
    }

    /// Amplitudes in `waves` to values in `data`, standing at [`Axis::after`], line `b` before
    /// line `a`.
    #[inline(always)]
    pub(crate) fn backward<S: Simd>(&self, simd: S, waves: &[Line<T>], data: &mut [Line<T>]) {
        let o = Arithmetic::<S, T>::new(simd);
        for k in self.single() {
            let at = self.place(k);
            data[2 * at] = waves[2 * k + 1];
            data[2 * at + 1] = waves[2 * k];
        }
        for k in self.paired() {
            let m = self.length - k;
            for part in 0..parts::<S, T>() {
                let get = |at: usize| waves[at].get::<S>(part);
                let four = Four {
                    low: [get(2 * k), get(2 * k + 1)],
                    high: [get(2 * m), get(2 * m + 1)],
                };
                self.join(o, four, data, (k, part));
            }
        }
        self.transform(simd, data);
    }
}
