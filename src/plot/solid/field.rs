//! A number at the centre of every site: smoothed, and read between the centres.

use crate::numerics::parallel::prelude::*;

use crate::plot::solid::vector::Vector;

/// Values at the centres of sites; places are in sites from the corner of the lattice.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Field {
    pub(super) dims: [usize; 3],
    pub(super) values: Vec<f32>,
}

impl Field {
    pub(super) fn new(dims: [usize; 3], values: Vec<f32>) -> Self {
        Self { dims, values }
    }

    /// Means over a site and its neighbours with the weights 1, 2, 1 along each axis, so many times;
    /// beyond the border the field goes on as it is there.
    pub(super) fn smoothed(&self, times: usize) -> Self {
        let mut field = self.clone();
        let [x, y, z] = field.dims;
        let mut next = vec![0.0_f32; field.values.len()];
        for _ in 0..times {
            for (stride, count) in [(1, x), (x, y), (x * y, z)] {
                let values = &field.values;
                next.par_chunks_mut(x).enumerate().for_each(|(row, line)| {
                    for (column, value) in line.iter_mut().enumerate() {
                        let site = row * x + column;
                        let place = site / stride % count;
                        let below = if place > 0 { site - stride } else { site };
                        let above = if place + 1 < count {
                            site + stride
                        } else {
                            site
                        };
                        *value = 0.25 * (values[below] + values[above]) + 0.5 * values[site];
                    }
                });
                std::mem::swap(&mut field.values, &mut next);
            }
        }
        field
    }

    /// The value at a place, by straight lines between centres.
    pub(super) fn at(&self, place: Vector) -> f32 {
        let mut low = [0_usize; 3];
        let mut high = [0_usize; 3];
        let mut share = [0.0_f32; 3];
        for axis in 0..3 {
            let most = self.dims[axis] - 1;
            let at = (place[axis] - 0.5).clamp(0.0, most as f32);
            low[axis] = (at as usize).min(most);
            high[axis] = (low[axis] + 1).min(most);
            share[axis] = at - low[axis] as f32;
        }
        let value =
            |x: usize, y: usize, z: usize| self.values[(z * self.dims[1] + y) * self.dims[0] + x];
        let line = |y: usize, z: usize| {
            let (from, to) = (value(low[0], y, z), value(high[0], y, z));
            from + share[0] * (to - from)
        };
        let plane = |z: usize| {
            let (from, to) = (line(low[1], z), line(high[1], z));
            from + share[1] * (to - from)
        };
        let (from, to) = (plane(low[2]), plane(high[2]));
        from + share[2] * (to - from)
    }

    /// The slope at a place, per site.
    pub(super) fn slope(&self, place: Vector) -> Vector {
        const STEP: f32 = 0.75;
        let along = |axis: usize| {
            let mut ends = [place, place];
            ends[0][axis] -= STEP;
            ends[1][axis] += STEP;
            (self.at(ends[1]) - self.at(ends[0])) / (2.0 * STEP)
        };
        [along(0), along(1), along(2)]
    }

    /// The value of the site around a place; none outside of the lattice.
    pub(super) fn site(&self, place: Vector) -> Option<f32> {
        let mut at = [0_usize; 3];
        for axis in 0..3 {
            if place[axis] < 0.0 || place[axis] >= self.dims[axis] as f32 {
                return None;
            }
            at[axis] = place[axis] as usize;
        }
        self.values
            .get((at[2] * self.dims[1] + at[1]) * self.dims[0] + at[0])
            .copied()
    }
}
