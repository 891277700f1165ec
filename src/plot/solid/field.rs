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
        let blend = |below: f32, own: f32, above: f32| 0.25 * (below + above) + 0.5 * own;
        for _ in 0..times {
            let values = &field.values;
            next.par_chunks_mut(x)
                .zip(values.par_chunks(x))
                .for_each(|(to, own)| {
                    for (column, to) in to.iter_mut().enumerate() {
                        let (below, above) = (column.saturating_sub(1), (column + 1).min(x - 1));
                        *to = blend(own[below], own[column], own[above]);
                    }
                });
            std::mem::swap(&mut field.values, &mut next);
            // Along y and z whole rows are blended with whole rows.
            for (step, count) in [(1, y), (y, z)] {
                let values = &field.values;
                let row_of = |row: usize| &values[row * x..(row + 1) * x];
                next.par_chunks_mut(x).enumerate().for_each(|(row, to)| {
                    let place = row / step % count;
                    let below = row_of(if place > 0 { row - step } else { row });
                    let above = row_of(if place + 1 < count { row + step } else { row });
                    let beside = below.iter().zip(above);
                    for (to, (own, (below, above))) in
                        to.iter_mut().zip(row_of(row).iter().zip(beside))
                    {
                        *to = blend(*below, *own, *above);
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
