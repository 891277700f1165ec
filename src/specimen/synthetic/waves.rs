//! A band-limited Gaussian random field: many plane waves of nearly one wavelength.

use std::f64::consts::{PI, TAU};

use crate::numerics::parallel::prelude::*;

use crate::numerics::random::{Chance, Stream};
use crate::tissue::grid::Grid;

/// Plane waves per field. A 3-D box three wavelengths wide holds about as many independent ones.
const WAVES: usize = 300;

/// Width of the shell of wavenumbers, as a share of its radius.
const SHELL_WIDTH: f64 = 0.12;

/// The waves of one field.
pub(super) struct Waves {
    /// Wave vectors, rad/um.
    vectors: Vec<[f64; 3]>,
    /// Phases at the origin, rad.
    phases: Vec<f64>,
}

impl Waves {
    /// Draws the waves of the field numbered `field`: wavelength in um before the axes are
    /// stretched by the factors `stretch`.
    pub(super) fn draw(chance: Chance, field: u32, wavelength_um: f64, stretch: [f64; 3]) -> Self {
        // One direction in each of WAVES belts of equal area, turned on by the golden angle:
        // directions drawn freely would make the field of a small box more uneven than it must be.
        let golden_angle = PI * (3.0 - 5.0_f64.sqrt());
        let turn = chance.at(Stream::Geometry, field, WAVES as u64).uniform() * TAU;
        let (vectors, phases) = (0..WAVES)
            .map(|wave| {
                let mut draws = chance.at(Stream::Geometry, field, wave as u64);
                let height = (2.0 * (wave as f64 + draws.uniform()) / WAVES as f64) - 1.0;
                let around = turn + golden_angle * (wave as f64 + draws.uniform() - 0.5);
                let number = TAU / wavelength_um * (1.0 + SHELL_WIDTH * (draws.uniform() - 0.5));
                let phase = TAU * draws.uniform();
                let flat = (1.0 - height * height).max(0.0).sqrt();
                let direction = [flat * around.cos(), flat * around.sin(), height];
                let vector = [0, 1, 2].map(|axis| number * direction[axis] / stretch[axis]);
                (vector, phase)
            })
            .unzip();
        Self { vectors, phases }
    }

    /// The field at the sites of the lattice: mean 0, variance 1. A section is the cut at z = 0.
    pub(super) fn field(&self, grid: &Grid) -> Vec<f32> {
        let [nx, ny, nz] = grid.dims;
        let along = |axis: usize, count: usize, edge_um: f64, with_phase: bool| {
            let mut cosines = Vec::with_capacity(WAVES * count);
            let mut sines = Vec::with_capacity(WAVES * count);
            for (vector, phase) in self.vectors.iter().zip(&self.phases) {
                let start = if with_phase { *phase } else { 0.0 };
                for i in 0..count {
                    let (sine, cosine) = (start + vector[axis] * edge_um * i as f64).sin_cos();
                    cosines.push(cosine as f32);
                    sines.push(sine as f32);
                }
            }
            (cosines, sines)
        };
        let (cos_x, sin_x) = along(0, nx, grid.edge_um, false);
        let (cos_y, sin_y) = along(1, ny, grid.edge_um, false);
        let (cos_z, sin_z) = along(2, nz, grid.depth_um, true);
        let scale = (2.0 / WAVES as f32).sqrt();
        let mut field = vec![0.0_f32; grid.len()];
        field
            .par_chunks_mut(nx)
            .enumerate()
            .for_each(|(row_number, row)| {
                let (y, z) = (row_number % ny, row_number / ny);
                for wave in 0..WAVES {
                    let (cy, sy) = (cos_y[wave * ny + y], sin_y[wave * ny + y]);
                    let (cz, sz) = (cos_z[wave * nz + z], sin_z[wave * nz + z]);
                    let cosine = scale * (cy * cz - sy * sz);
                    let sine = scale * (sy * cz + cy * sz);
                    let table = wave * nx..(wave + 1) * nx;
                    let across = cos_x[table.clone()].iter().zip(&sin_x[table]);
                    for (value, (cx, sx)) in row.iter_mut().zip(across) {
                        *value += cosine * cx - sine * sx;
                    }
                }
            });
        field
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// In a box of many wavelengths the field has mean 0 and variance 1, and over one step it
    /// changes as a field of its wavelength does, alike along the three axes.
    #[test]
    fn a_field_has_unit_variance_and_the_slope_of_its_wavelength() {
        let grid = Grid::cubic([80, 80, 80], 10.0);
        let wavelength_um = 120.0;
        let field = Waves::draw(Chance::new(4), 0, wavelength_um, [1.0; 3]).field(&grid);
        let count = grid.len() as f64;
        let mean = field.iter().map(|&v| f64::from(v)).sum::<f64>() / count;
        let variance = field.iter().map(|&v| f64::from(v).powi(2)).sum::<f64>() / count;
        assert!(mean.abs() < 0.02, "mean {mean}");
        assert!((variance - 1.0).abs() < 0.05, "variance {variance}");
        // Half the squared difference over one step is 1 - C(step); C = sin(k h) / (k h).
        let angle = TAU / wavelength_um * grid.edge_um;
        let expected = 2.0 * (1.0 - angle.sin() / angle);
        let mut ratios = [0.0; 3];
        for (ratio, by) in ratios.iter_mut().zip([1, 80, 6400]) {
            let edge = |site: usize| grid.place(site).contains(&79);
            let (mut sum, mut pairs) = (0.0, 0.0);
            for site in (0..grid.len()).filter(|&site| !edge(site)) {
                sum += (f64::from(field[site + by]) - f64::from(field[site])).powi(2);
                pairs += 1.0;
            }
            *ratio = sum / pairs / expected;
        }
        for ratio in ratios {
            assert!(
                (ratio - 1.0).abs() < 0.15,
                "ratios along the axes {ratios:?}"
            );
        }
        let mean_ratio = ratios.iter().sum::<f64>() / 3.0;
        assert!((mean_ratio - 1.0).abs() < 0.05, "mean ratio {mean_ratio}");
    }
}
