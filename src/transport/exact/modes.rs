//! What one tick does to each amplitude.

use pulp::Simd;
use std::ops::Range;

use super::axis::Axis;
use super::lanes::{Arithmetic, LANES, Line, Real};
use super::passes::{Between, PAIR, Passes, Wave};

/// Smallest rate times tick: stands for 0, where the gain is the tick itself. Far below the
/// rounding of a sum with 1, and its quotient with itself is 1.
const SMALLEST: f64 = 1e-20;

/// A wave's rate in 1/h, its factor over the tick, and 1 minus that factor.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Follows {
    rate: f64,
    left: f64,
    gone: f64,
}

impl Follows {
    fn new(rate: f64, dt: f64) -> Self {
        if dt.is_infinite() {
            return Self {
                rate,
                left: 0.0,
                gone: 1.0,
            };
        }
        Self {
            rate,
            left: (-rate * dt).exp(),
            gone: -(-rate * dt).exp_m1(),
        }
    }

    /// Of a wave along two axes. All terms have one sign: nothing cancels.
    fn and(self, other: Self) -> Self {
        Self {
            rate: self.rate + other.rate,
            left: self.left * other.left,
            gone: self.gone + self.left * other.gone,
        }
    }
}

/// The waves of one axis.
pub(crate) type Rates = Vec<Follows>;

/// The waves of the axes; the loss is with the third.
pub(crate) fn rates<T: Real>(axes: &[Axis<T>; 3], exchange: f64, loss: f64, dt: f64) -> [Rates; 3] {
    let loss = if dt.is_infinite() {
        loss
    } else {
        loss.max(SMALLEST / dt)
    };
    [0.0, 0.0, loss].map({
        let mut axis = 0;
        move |extra| {
            axis += 1;
            axes[axis - 1]
                .curvature
                .iter()
                .map(|curvature| Follows::new(exchange * curvature + extra, dt))
                .collect()
        }
    })
}

impl<T: Real> Passes<T> {
    /// Lines that hold the amplitudes of the whole box.
    pub(crate) fn state_lines(&self) -> usize {
        self.blocks().map(|rows| self.block_lines(rows.len())).sum()
    }

    /// The amplitudes of each block, with its rows.
    pub(crate) fn share<'a>(
        &self,
        amplitudes: &'a mut [Line<T>],
    ) -> impl Iterator<Item = (Range<usize>, &'a mut [Line<T>])> + use<'a, T> {
        let size = self.block_lines(self.rows).max(1);
        self.blocks().zip(amplitudes.chunks_mut(size))
    }
}

/// `a(dt) = left a(0) + gone / rate * s`.
pub(crate) struct Follow<'a, T> {
    amplitudes: &'a mut [Line<T>],
    along_x: Vec<[T; 3]>,
    /// Rate, factor and 1 minus factor of each line: along y and z together.
    across: Vec<[Line<T>; 3]>,
    scale: T,
    waves: usize,
}

impl<'a, T: Real> Follow<'a, T> {
    pub(crate) fn new(
        rates: &[Rates; 3],
        rows: Range<usize>,
        scale: f64,
        amplitudes: &'a mut [Line<T>],
    ) -> Self {
        let [along_x, along_y, along_z] = rates;
        let numbers = |follows: &Follows| {
            // Below this share of the first wave nothing can be seen, and products stay out of
            // the range where the processor is slow.
            let left = if follows.left < 1e-30 {
                0.0
            } else {
                follows.left
            };
            [follows.rate, left, follows.gone].map(T::from_f64)
        };
        let lines = rows.len() * along_z.len();
        // Lanes without a line hold zeros; a rate of 1 keeps them so.
        let unused = [1.0, 0.0, 0.0].map(|value| Line([T::from_f64(value); LANES]));
        let mut across = vec![unused; 2 * lines.div_ceil(PAIR)];
        let mut line = 0;
        for z in along_z {
            for y in rows.clone() {
                let all = numbers(&along_y[y].and(*z));
                for (table, number) in across[line / LANES].iter_mut().zip(all) {
                    table.0[line % LANES] = number;
                }
                line += 1;
            }
        }
        Self {
            amplitudes,
            along_x: along_x.iter().map(numbers).collect(),
            across,
            scale: T::from_f64(scale),
            waves: along_x.len(),
        }
    }

    /// What a unit of source adds to the amplitude.
    #[inline(always)]
    fn gain<S: Simd>(&self, o: Arithmetic<S, T>, at: Wave) -> T::Vector<S> {
        let [rate, left, gone] = self.along_x[at.k];
        let (rate, left, gone) = (o.splat(rate), o.splat(left), o.splat(gone));
        let across = &self.across[2 * at.pair + at.line];
        let all_rate = o.plus(rate, across[0].get::<S>(at.part));
        let all_gone = o.plus(gone, o.times(left, across[2].get::<S>(at.part)));
        o.times(o.splat(self.scale), o.over(all_gone, all_rate))
    }
}

impl<T: Real> Between<T> for Follow<'_, T> {
    const FORWARD: bool = true;
    const BACKWARD: bool = true;

    #[inline(always)]
    fn change<S: Simd>(
        &mut self,
        o: Arithmetic<S, T>,
        at: Wave,
        value: T::Vector<S>,
    ) -> T::Vector<S> {
        let gain = self.gain(o, at);
        let left = o.times(
            o.splat(self.along_x[at.k][1]),
            self.across[2 * at.pair + at.line][1].get::<S>(at.part),
        );
        let line = &mut self.amplitudes[2 * (at.pair * self.waves + at.k) + at.line];
        let amplitude = o.plus(o.times(left, line.get::<S>(at.part)), o.times(gain, value));
        line.put::<S>(at.part, amplitude);
        amplitude
    }
}

/// The steady state, without a state kept.
pub(crate) struct Invert<'a, T>(pub(crate) Follow<'a, T>);

impl<T: Real> Between<T> for Invert<'_, T> {
    const FORWARD: bool = true;
    const BACKWARD: bool = true;

    #[inline(always)]
    fn change<S: Simd>(
        &mut self,
        o: Arithmetic<S, T>,
        at: Wave,
        value: T::Vector<S>,
    ) -> T::Vector<S> {
        o.times(self.0.gain(o, at), value)
    }
}

/// Keeps the amplitudes of a field.
pub(crate) struct Store<'a, T> {
    pub(crate) amplitudes: &'a mut [Line<T>],
    pub(crate) scale: T,
    /// Waves along x.
    pub(crate) waves: usize,
}

impl<T: Real> Between<T> for Store<'_, T> {
    const FORWARD: bool = true;
    const BACKWARD: bool = false;

    #[inline(always)]
    fn change<S: Simd>(
        &mut self,
        o: Arithmetic<S, T>,
        at: Wave,
        value: T::Vector<S>,
    ) -> T::Vector<S> {
        let line = &mut self.amplitudes[2 * (at.pair * self.waves + at.k) + at.line];
        line.put::<S>(at.part, o.times(o.splat(self.scale), value));
        value
    }
}

/// Gives the kept amplitudes back.
pub(crate) struct Recall<'a, T> {
    pub(crate) amplitudes: &'a [Line<T>],
    /// Waves along x.
    pub(crate) waves: usize,
}

impl<T: Real> Between<T> for Recall<'_, T> {
    const FORWARD: bool = false;
    const BACKWARD: bool = true;

    #[inline(always)]
    fn change<S: Simd>(&mut self, _: Arithmetic<S, T>, at: Wave, _: T::Vector<S>) -> T::Vector<S> {
        self.amplitudes[2 * (at.pair * self.waves + at.k) + at.line].get::<S>(at.part)
    }
}
