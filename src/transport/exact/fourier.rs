//! The complex Fourier transform of any length, in place, over lanes.
//!
//! Decimation in time with radices 8, 4, 2, 3 and 5; every other prime factor costs a plain sum
//! over its residues. The input stands in the order of [`Fourier::place`], the output in its
//! natural order. The real and the imaginary part of number `t` are lines `2 t` and `2 t + 1`.

use pulp::Simd;

use super::lanes::{Arithmetic, Complex, Line, Real, parts};

/// The transform of one length: `Z_k = sum_t z_t exp(-2 pi i k t / n)`.
#[derive(Debug, Clone)]
pub(crate) struct Fourier<T> {
    length: usize,
    stages: Vec<Stage<T>>,
    /// Where number `t` of the input has to stand.
    pub(crate) place: Vec<usize>,
}

/// Joins `radix` transforms of length `span` into one.
#[derive(Debug, Clone)]
struct Stage<T> {
    radix: usize,
    span: usize,
    /// `exp(-2 pi i j q / (radix span))` for each `j` below `span` and `q` from 1 to `radix - 1`.
    turns: Vec<[T; 2]>,
    /// `exp(-2 pi i m / radix)`, for radices without a butterfly of their own.
    roots: Vec<[T; 2]>,
}

fn root<T: Real>(numerator: usize, denominator: usize) -> [T; 2] {
    let angle = -std::f64::consts::TAU * (numerator % denominator) as f64 / denominator as f64;
    [T::from_f64(angle.cos()), T::from_f64(angle.sin())]
}

fn radices(length: usize) -> Vec<usize> {
    let mut rest = length;
    let mut found = Vec::new();
    let twos = rest.trailing_zeros();
    rest >>= twos;
    let mut left = twos;
    match twos {
        6 => {
            found.extend([8, 8]);
            left = 0;
        }
        odd if odd % 2 == 1 && odd >= 3 => {
            found.push(8);
            left -= 3;
        }
        _ => {}
    }
    while left >= 2 {
        found.push(4);
        left -= 2;
    }
    if left == 1 {
        found.push(2);
    }
    let mut divisor = 3;
    while rest > 1 {
        if divisor * divisor > rest {
            divisor = rest;
        }
        while rest.is_multiple_of(divisor) {
            found.push(divisor);
            rest /= divisor;
        }
        divisor += 2;
    }
    found
}

impl<T: Real> Fourier<T> {
    pub(crate) fn new(length: usize) -> Self {
        let radices = radices(length);
        let mut span = 1;
        let mut stages = Vec::new();
        for &radix in &radices {
            let whole = span * radix;
            stages.push(Stage {
                radix,
                span,
                turns: (0..span)
                    .flat_map(|j| (1..radix).map(move |q| root(j * q, whole)))
                    .collect(),
                roots: if [2, 3, 4, 5, 8].contains(&radix) {
                    Vec::new()
                } else {
                    (0..radix).map(|m| root(m, radix)).collect()
                },
            });
            span = whole;
        }
        let place = (0..length)
            .map(|t| {
                let (mut index, mut block, mut at) = (t, length, 0);
                for &radix in radices.iter().rev() {
                    block /= radix;
                    at += (index % radix) * block;
                    index /= radix;
                }
                at
            })
            .collect();
        Self {
            length,
            stages,
            place,
        }
    }

    /// Transforms the `2 n` lines of `data`.
    #[inline(always)]
    pub(crate) fn run<S: Simd>(&self, simd: S, data: &mut [Line<T>]) {
        simd.vectorize(Run {
            plan: self,
            simd,
            data,
        });
    }
}

struct Run<'a, S, T> {
    plan: &'a Fourier<T>,
    simd: S,
    data: &'a mut [Line<T>],
}

impl<S: Simd, T: Real> pulp::NullaryFnOnce for Run<'_, S, T> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let arithmetic = Arithmetic::<S, T>::new(self.simd);
        let data = &mut self.data[..2 * self.plan.length];
        for stage in &self.plan.stages {
            for part in 0..parts::<S, T>() {
                let mut joint = Joint {
                    arithmetic,
                    stage,
                    data,
                    part,
                };
                match (stage.radix, stage.span) {
                    (2, _) => joint.each::<2, Two>(),
                    (3, _) => joint.each::<3, Three>(),
                    (4, _) => joint.each::<4, Four>(),
                    (5, _) => joint.each::<5, Five>(),
                    (8, _) => joint.each::<8, Eight>(),
                    _ => joint.other(),
                }
            }
        }
    }
}

/// The transform of a few numbers. A trait and not a closure: only what is inlined by force is
/// compiled for the instruction set of its caller.
trait Butterfly<const R: usize> {
    fn apply<S: Simd, T: Real>(o: Arithmetic<S, T>, inputs: [Pair<S, T>; R]) -> [Pair<S, T>; R];
}

macro_rules! butterfly {
    ($name:ident, $radix:literal, $function:ident) => {
        struct $name;

        impl Butterfly<$radix> for $name {
            #[inline(always)]
            fn apply<S: Simd, T: Real>(
                o: Arithmetic<S, T>,
                inputs: [Pair<S, T>; $radix],
            ) -> [Pair<S, T>; $radix] {
                o.$function(inputs)
            }
        }
    };
}

butterfly!(Two, 2, two);
butterfly!(Three, 3, three);
butterfly!(Four, 4, four);
butterfly!(Five, 5, five);
butterfly!(Eight, 8, eight);

type Pair<S, T> = Complex<<T as Real>::Vector<S>>;

struct Joint<'a, S, T> {
    arithmetic: Arithmetic<S, T>,
    stage: &'a Stage<T>,
    data: &'a mut [Line<T>],
    part: usize,
}

impl<S: Simd, T: Real> Joint<'_, S, T> {
    #[inline(always)]
    fn get(&self, at: usize) -> Pair<S, T> {
        Complex {
            re: self.data[2 * at].get::<S>(self.part),
            im: self.data[2 * at + 1].get::<S>(self.part),
        }
    }

    #[inline(always)]
    fn put(&mut self, at: usize, value: Pair<S, T>) {
        self.data[2 * at].put::<S>(self.part, value.re);
        self.data[2 * at + 1].put::<S>(self.part, value.im);
    }

    #[inline(always)]
    fn turned(&self, value: [T; 2]) -> Pair<S, T> {
        Complex {
            re: self.arithmetic.splat(value[0]),
            im: self.arithmetic.splat(value[1]),
        }
    }

    /// Every butterfly of the stage; the first of each block needs no turn.
    #[inline(always)]
    fn each<const R: usize, B: Butterfly<R>>(&mut self) {
        let (span, arithmetic) = (self.stage.span, self.arithmetic);
        let whole = span * R;
        let count = self.data.len() / 2;
        for start in (0..count).step_by(whole) {
            let mut inputs = [self.get(start); R];
            for (q, input) in inputs.iter_mut().enumerate().skip(1) {
                *input = self.get(start + q * span);
            }
            let outputs = B::apply(arithmetic, inputs);
            for (q, output) in outputs.into_iter().enumerate() {
                self.put(start + q * span, output);
            }
        }
        for j in 1..span {
            let mut turns = [self.turned([T::ZERO; 2]); R];
            let stored = &self.stage.turns[j * (R - 1)..(j + 1) * (R - 1)];
            for q in 1..R {
                turns[q] = self.turned(stored[q - 1]);
            }
            for start in (j..count).step_by(whole) {
                let mut inputs = [self.get(start); R];
                for q in 1..R {
                    inputs[q] = arithmetic.turn(self.get(start + q * span), turns[q]);
                }
                let outputs = B::apply(arithmetic, inputs);
                for (q, output) in outputs.into_iter().enumerate() {
                    self.put(start + q * span, output);
                }
            }
        }
    }

    /// A prime radix without a butterfly of its own: plain sums.
    #[inline(always)]
    fn other(&mut self) {
        let Stage { radix, span, .. } = *self.stage;
        let arithmetic = self.arithmetic;
        let whole = span * radix;
        let mut inputs = Vec::with_capacity(radix);
        for start in (0..self.data.len() / 2).step_by(whole) {
            for j in 0..span {
                inputs.clear();
                inputs.push(self.get(start + j));
                for q in 1..radix {
                    let turn = self.turned(self.stage.turns[j * (radix - 1) + q - 1]);
                    inputs.push(arithmetic.turn(self.get(start + j + q * span), turn));
                }
                for k in 0..radix {
                    let mut sum = inputs[0];
                    for (q, &input) in inputs.iter().enumerate().skip(1) {
                        let root = self.turned(self.stage.roots[k * q % radix]);
                        sum = arithmetic.add(sum, arithmetic.turn(input, root));
                    }
                    self.put(start + j + k * span, sum);
                }
            }
        }
    }
}

/// Butterflies: the transforms of a few numbers.
impl<S: Simd, T: Real> Arithmetic<S, T> {
    #[inline(always)]
    fn two(self, [a, b]: [Pair<S, T>; 2]) -> [Pair<S, T>; 2] {
        [self.add(a, b), self.sub(a, b)]
    }

    #[inline(always)]
    fn three(self, [a, b, c]: [Pair<S, T>; 3]) -> [Pair<S, T>; 3] {
        let half = self.splat(T::from_f64(0.5));
        let sine = self.splat(T::from_f64((std::f64::consts::TAU / 3.0).sin()));
        let (sum, difference) = (self.add(b, c), self.scale(self.sub(b, c), sine));
        let middle = self.sub(a, self.scale(sum, half));
        [
            self.add(a, sum),
            self.sub_i(middle, difference),
            self.add_i(middle, difference),
        ]
    }

    #[inline(always)]
    fn four(self, [a, b, c, d]: [Pair<S, T>; 4]) -> [Pair<S, T>; 4] {
        let (even, odd) = (self.add(a, c), self.sub(a, c));
        let (sum, difference) = (self.add(b, d), self.sub(b, d));
        [
            self.add(even, sum),
            self.sub_i(odd, difference),
            self.sub(even, sum),
            self.add_i(odd, difference),
        ]
    }

    #[inline(always)]
    fn five(self, [a, b, c, d, e]: [Pair<S, T>; 5]) -> [Pair<S, T>; 5] {
        let fifth = std::f64::consts::TAU / 5.0;
        let c1 = self.splat(T::from_f64(fifth.cos()));
        let c2 = self.splat(T::from_f64((2.0 * fifth).cos()));
        let s1 = self.splat(T::from_f64(fifth.sin()));
        let s2 = self.splat(T::from_f64((2.0 * fifth).sin()));
        let (near, far) = (self.add(b, e), self.add(c, d));
        let (across, over) = (self.sub(b, e), self.sub(c, d));
        let one = self.add(a, self.add(self.scale(near, c1), self.scale(far, c2)));
        let two = self.add(a, self.add(self.scale(near, c2), self.scale(far, c1)));
        let first = self.add(self.scale(across, s1), self.scale(over, s2));
        let second = self.sub(self.scale(across, s2), self.scale(over, s1));
        [
            self.add(a, self.add(near, far)),
            self.sub_i(one, first),
            self.sub_i(two, second),
            self.add_i(two, second),
            self.add_i(one, first),
        ]
    }

    #[inline(always)]
    fn eight(self, [a, b, c, d, e, f, g, h]: [Pair<S, T>; 8]) -> [Pair<S, T>; 8] {
        let diagonal = self.splat(T::from_f64(std::f64::consts::FRAC_1_SQRT_2));
        let even = self.four([a, c, e, g]);
        let odd = self.four([b, d, f, h]);
        // Turned by -45 degrees: (re + im, im - re) / sqrt 2; by -135: (im - re, -(re + im)).
        let one = self.scale(
            Complex {
                re: self.plus(odd[1].re, odd[1].im),
                im: self.minus(odd[1].im, odd[1].re),
            },
            diagonal,
        );
        let three = self.scale(
            Complex {
                re: self.minus(odd[3].im, odd[3].re),
                im: self.plus(odd[3].re, odd[3].im),
            },
            diagonal,
        );
        [
            self.add(even[0], odd[0]),
            self.add(even[1], one),
            self.sub_i(even[2], odd[2]),
            Complex {
                re: self.plus(even[3].re, three.re),
                im: self.minus(even[3].im, three.im),
            },
            self.sub(even[0], odd[0]),
            self.sub(even[1], one),
            self.add_i(even[2], odd[2]),
            Complex {
                re: self.minus(even[3].re, three.re),
                im: self.plus(even[3].im, three.im),
            },
        ]
    }
}

/// A transform by itself.
#[cfg(test)]
struct Alone<'a, T> {
    plan: &'a Fourier<T>,
    data: &'a mut [Line<T>],
}

#[cfg(test)]
impl<T: Real> pulp::WithSimd for Alone<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        self.plan.run(simd, self.data);
    }
}

#[cfg(test)]
mod tests;
