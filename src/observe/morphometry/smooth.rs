//! The smooth surface of bone: bone (1) and marrow (0) under a Gaussian of one site, and where it passes 0.5,
//! by marching cubes with places between sites by straight lines. What lies within four sites of a face of the
//! box is left out: the Gaussian and the slopes there miss what the box does not show.

use crate::numerics::parallel::prelude::*;

use super::surface::{edge_corners, fan_of, loops};

/// Standard deviation of the Gaussian, sites.
const SIGMA: f64 = 1.0;
/// Its reach.
const REACH: usize = 3;
/// Sites at each face of the box that are left out: those that the Gaussian and a slope reach beyond it.
pub(super) const RIM: usize = REACH + 1;

/// Bone under the Gaussian.
pub(super) struct Smooth {
    /// Share of bone around each site.
    field: Vec<f32>,
    dims: [usize; 3],
    /// For each set of bone corners of a cell the lines around its pieces of surface.
    shapes: Vec<Vec<Vec<usize>>>,
}

/// A piece of the surface: its corners, and the unit normals there, out of the bone.
pub(super) struct Triangle {
    pub(super) points: [[f64; 3]; 3],
    pub(super) normals: [[f64; 3]; 3],
}

impl Smooth {
    /// Of bone (true) in a box; `None` of a section, and of a box that is all rim.
    pub(super) fn of(bone: &[bool], dims: [usize; 3]) -> Option<Self> {
        dims.iter().all(|&n| n > 2 * RIM + 1).then(|| Self {
            field: smoothed(bone, dims),
            dims,
            shapes: (0..256).map(loops).collect(),
        })
    }

    /// Bone of a region, all without one.
    pub(super) fn volume(&self, region: Option<&[bool]>) -> f64 {
        self.sites(|site| self.field[site] > 0.5 && region.is_none_or(|region| region[site]))
    }

    /// Sites of the box that the centres of the outer sites within the rim span, which is that of the surface:
    /// of a site on a face half lies in it.
    pub(super) fn sites(&self, counts: impl Fn(usize) -> bool + Sync) -> f64 {
        let [nx, ny, nz] = self.dims;
        let half = |at: usize, n: usize| {
            if at == RIM || at + 1 + RIM == n {
                0.5
            } else {
                1.0
            }
        };
        let layers: Vec<f64> = (RIM..nz - RIM)
            .into_par_iter()
            .map(|z| {
                let mut sum = 0.0;
                for y in RIM..ny - RIM {
                    for x in RIM..nx - RIM {
                        if counts((z * ny + y) * nx + x) {
                            sum += half(x, nx) * half(y, ny);
                        }
                    }
                }
                sum * half(z, nz)
            })
            .collect();
        layers.iter().sum()
    }

    /// What each layer makes of its triangles, in order.
    pub(super) fn layers<T: Send>(
        &self,
        empty: impl Fn() -> T + Sync,
        add: impl Fn(&mut T, &Triangle) + Sync,
    ) -> Vec<T> {
        (RIM..self.dims[2] - 1 - RIM)
            .into_par_iter()
            .map(|z| {
                let mut sum = empty();
                for y in RIM..self.dims[1] - 1 - RIM {
                    for x in RIM..self.dims[0] - 1 - RIM {
                        self.cell([x, y, z], &mut |triangle| add(&mut sum, triangle));
                    }
                }
                sum
            })
            .collect()
    }

    /// Whether the middle of a triangle lies in a region; everything does without one.
    pub(super) fn lies_in(&self, triangle: &Triangle, region: Option<&[bool]>) -> bool {
        let [a, b, c] = triangle.points;
        region.is_none_or(|region| {
            let [x, y, z] = [0, 1, 2].map(|k| ((a[k] + b[k] + c[k]) / 3.0).round() as usize);
            region[(z * self.dims[1] + y) * self.dims[0] + x]
        })
    }

    /// Sites along the axes.
    pub(super) const fn dims(&self) -> [usize; 3] {
        self.dims
    }

    /// The triangles in the cell whose first corner is this site.
    fn cell(&self, [x, y, z]: [usize; 3], found: &mut impl FnMut(&Triangle)) {
        let [nx, ny, _] = self.dims;
        let site = |c: usize| ((z + (c >> 2)) * ny + y + (c >> 1 & 1)) * nx + x + (c & 1);
        let values = [0, 1, 2, 3, 4, 5, 6, 7].map(|c| f64::from(self.field[site(c)]));
        let corners = (0..8)
            .filter(|&c| values[c] > 0.5)
            .fold(0, |bits, c| bits | 1 << c);
        for around in &self.shapes[corners] {
            let (mut points, mut normals) = (Vec::new(), Vec::new());
            for &edge in around {
                let [one, other] = edge_corners(edge);
                let share = (0.5 - values[one]) / (values[other] - values[one]);
                let between = |from: [f64; 3], to: [f64; 3]| {
                    [0, 1, 2].map(|k| from[k] + share * (to[k] - from[k]))
                };
                let corner = |c: usize| {
                    [x + (c & 1), y + (c >> 1 & 1), z + (c >> 2)].map(|part| part as f64)
                };
                points.push(between(corner(one), corner(other)));
                let slope = |c: usize| self.slope(site(c));
                // Out of the bone: down the share of bone.
                normals.push(unit(between(slope(one), slope(other)).map(|part| -part)));
            }
            for triangle in fan_of(&points) {
                found(&Triangle {
                    points: triangle.map(|i| points[i]),
                    normals: triangle.map(|i| normals[i]),
                });
            }
        }
    }

    /// The slope of the field at a site, by its neighbours, which the rim holds at hand.
    fn slope(&self, site: usize) -> [f64; 3] {
        [1, self.dims[0], self.dims[0] * self.dims[1]]
            .map(|step| 0.5 * f64::from(self.field[site + step] - self.field[site - step]))
    }
}

/// The share of bone around each site.
fn smoothed(bone: &[bool], dims: [usize; 3]) -> Vec<f32> {
    let [nx, ny, _] = dims;
    let mut weights: Vec<f64> = (0..=2 * REACH)
        .map(|i| (-(i as f64 - REACH as f64).powi(2) / (2.0 * SIGMA * SIGMA)).exp())
        .collect();
    let sum: f64 = weights.iter().sum();
    for weight in &mut weights {
        *weight /= sum;
    }
    let mut field: Vec<f32> = bone.iter().map(|&b| f32::from(u8::from(b))).collect();
    for (axis, stride) in [(0, 1), (1, nx), (2, nx * ny)] {
        let (from, last) = (field.clone(), dims[axis] - 1);
        field
            .par_chunks_mut(nx * ny)
            .enumerate()
            .for_each(|(z, layer)| {
                for (i, out) in layer.iter_mut().enumerate() {
                    let site = z * nx * ny + i;
                    let place = site / stride % dims[axis];
                    let start = site - place * stride;
                    let mut sum = 0.0;
                    for (k, weight) in weights.iter().enumerate() {
                        let at = (place + k).saturating_sub(REACH).min(last);
                        sum += weight * f64::from(from[start + at * stride]);
                    }
                    *out = sum as f32;
                }
            });
    }
    field
}

fn unit(v: [f64; 3]) -> [f64; 3] {
    let length = v.iter().map(|part| part * part).sum::<f64>().sqrt();
    if length > 0.0 {
        v.map(|part| part / length)
    } else {
        v
    }
}

pub(super) fn less(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
}

pub(super) fn cross(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    [
        a[1] * b[2] - a[2] * b[1],
        a[2] * b[0] - a[0] * b[2],
        a[0] * b[1] - a[1] * b[0],
    ]
}
