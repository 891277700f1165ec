//! The explicit step.

use crate::numerics::parallel::prelude::*;
use pulp::{Arch, Simd, WithSimd};

use super::{length, numbers};
use crate::tissue::grid::Grid;
use crate::transport::exact::Spread;
use crate::transport::exact::lanes::Real;
use crate::transport::fault::TransportFault;

/// Forward-Euler steps.
#[derive(Debug, Clone)]
pub struct Explicit<T> {
    grid: Grid,
    arch: Arch,
    own: T,
    neighbour: T,
    step: T,
}

impl<T: Real> Explicit<T> {
    /// Steps of `dt_h` hours. Refused unless `2 axes D dt / edge^2 + loss dt` is at most 1.
    pub fn new(grid: Grid, spread: &Spread, dt_h: f64) -> Result<Self, TransportFault> {
        let (exchange, loss) = numbers(&grid, spread, dt_h)?;
        if 2.0 * grid.axes() as f64 * exchange + loss > 1.0 {
            return Err(TransportFault::Parameter {
                name: "step in h",
                value: dt_h,
                allowed: "at most 1 / (2 axes D / edge^2 + loss)",
            });
        }
        Ok(Self {
            grid,
            arch: Arch::new(),
            // Beyond a wall a site sees itself, which makes six neighbours everywhere.
            own: T::from_f64(1.0 - 6.0 * exchange - loss),
            neighbour: T::from_f64(exchange),
            step: T::from_f64(dt_h),
        })
    }

    /// The same steps without vector instructions: slower, with the same bits.
    #[must_use]
    pub fn portable(mut self) -> Self {
        self.arch = Arch::Scalar;
        self
    }

    /// One step from `before` to `after`, pM per site; `source_pm_per_h` per site or none.
    pub fn step(
        &self,
        before: &[T],
        source_pm_per_h: Option<&[T]>,
        after: &mut [T],
    ) -> Result<(), TransportFault> {
        length(&self.grid, "field before", before.len())?;
        length(&self.grid, "field after", after.len())?;
        let plane = self.grid.dims[0] * self.grid.dims[1];
        after
            .par_chunks_mut(plane)
            .enumerate()
            .for_each(|(z, after)| {
                self.arch.dispatch(Stencil {
                    law: self,
                    z,
                    before,
                    after,
                });
            });
        if let Some(source) = source_pm_per_h {
            length(&self.grid, "source", source.len())?;
            add_source(self.step, source, after, plane);
        }
        Ok(())
    }
}

pub(super) fn add_source<T: Real>(step: T, source: &[T], field: &mut [T], piece: usize) {
    field
        .par_chunks_mut(piece)
        .zip(source.par_chunks(piece))
        .for_each(|(field, source)| {
            for (value, &made) in field.iter_mut().zip(source) {
                *value = *value + step * made;
            }
        });
}

/// One plane of an explicit step.
struct Stencil<'a, T> {
    law: &'a Explicit<T>,
    z: usize,
    before: &'a [T],
    after: &'a mut [T],
}

impl<T: Real> WithSimd for Stencil<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let [nx, ny, nz] = self.law.grid.dims;
        let (own, neighbour) = (self.law.own, self.law.neighbour);
        let row = |y: usize, z: usize| {
            let start = (z * ny + y) * nx;
            &self.before[start..start + nx]
        };
        let z = self.z;
        for (y, after) in self.after.chunks_exact_mut(nx).enumerate() {
            let here = row(y, z);
            let (north, south) = (row(y.saturating_sub(1), z), row((y + 1).min(ny - 1), z));
            let (below, above) = (row(y, z.saturating_sub(1)), row(y, (z + 1).min(nz - 1)));
            let value = |x: usize, west: T, east: T| {
                let sides = (north[x] + south[x]) + (below[x] + above[x]);
                own * here[x] + neighbour * ((west + east) + sides)
            };
            let last = nx - 1;
            after[0] = value(0, here[0], here[last.min(1)]);
            if last == 0 {
                continue;
            }
            after[last] = value(last, here[last - 1], here[last]);
            let count = nx - 2;
            let (west, east) = (&here[..count], &here[2..]);
            let (north, south) = (&north[1..=count], &south[1..=count]);
            let (below, above) = (&below[1..=count], &above[1..=count]);
            let (here, after) = (&here[1..=count], &mut after[1..=count]);
            for x in 0..count {
                let sides = (north[x] + south[x]) + (below[x] + above[x]);
                after[x] = own * here[x] + neighbour * ((west[x] + east[x]) + sides);
            }
        }
    }
}
