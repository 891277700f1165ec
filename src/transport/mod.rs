//! What signals do between cells (stand-in until the solver lands).
#![allow(missing_docs, reason = "stand-in")]
pub mod binding;
use crate::tissue::grid::Grid;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    Implicit,
    QuasiSteady,
}
#[derive(Debug, Clone, PartialEq)]
pub struct Physics {
    pub diffusivity_um2_per_h: f64,
    pub bone_factor: f64,
    pub loss_per_h: f64,
    pub leak_per_h: f64,
    pub plasma_pm: f64,
    pub scheme: Scheme,
    pub tolerance: f64,
}
#[derive(Debug, Clone, Copy, Default)]
pub struct Balance {
    pub made: f64,
    pub decayed: f64,
    pub leaked: f64,
    pub taken_up: f64,
    pub stored_before: f64,
    pub stored_after: f64,
    pub clipped: f64,
}
#[derive(Debug, thiserror::Error)]
#[error("did not converge")]
pub struct TransportFault;
#[derive(Debug)]
pub struct Medium {
    grid: Grid,
    solid: Vec<bool>,
    leak: Vec<f32>,
}
impl Medium {
    pub fn new(grid: Grid, solid: &[bool], leak: &[f32]) -> Self {
        Self {
            grid,
            solid: solid.to_vec(),
            leak: leak.to_vec(),
        }
    }
    pub fn update(&mut self, solid: &[bool], _leak: &[f32]) {
        self.solid.copy_from_slice(solid);
    }
    pub fn advance(
        &mut self,
        p: &Physics,
        source: &[f32],
        _u: Option<&[f32]>,
        dt: f64,
        field: &mut [f32],
    ) -> Result<Balance, TransportFault> {
        let n = self.grid.len();
        let [nx, ny, nz] = self.grid.dims;
        let c = p.diffusivity_um2_per_h / (self.grid.edge_um * self.grid.edge_um);
        let face = |a: usize, b: usize| {
            let f = |s: bool| if s { p.bone_factor } else { 1.0 };
            let (x, y) = (f(self.solid[a]), f(self.solid[b]));
            if x + y > 0.0 {
                c * 2.0 * x * y / (x + y)
            } else {
                0.0
            }
        };
        let inv = if p.scheme == Scheme::Implicit {
            1.0 / dt
        } else {
            0.0
        };
        let dg: Vec<f64> = (0..n)
            .map(|i| inv + p.loss_per_h + p.leak_per_h * f64::from(self.leak[i]))
            .collect();
        let strides = [(1, nx), (nx, ny), (nx * ny, nz)];
        let mut diag = dg.clone();
        let mut w = vec![vec![0.0; n]; 3];
        for i in 0..n {
            let pl = self.grid.place(i);
            for a in 0..3 {
                if pl[a] + 1 < strides[a].1 {
                    let j = i + strides[a].0;
                    let f = face(i, j);
                    w[a][i] = f;
                    diag[i] += f;
                    diag[j] += f;
                }
            }
        }
        let apply = |x: &[f64], y: &mut [f64]| {
            for i in 0..n {
                y[i] = diag[i] * x[i];
            }
            for a in 0..3 {
                let s = strides[a].0;
                for i in 0..n - s.min(n) {
                    let f = w[a][i];
                    if f > 0.0 {
                        y[i] -= f * x[i + s];
                        y[i + s] -= f * x[i];
                    }
                }
            }
        };
        let b: Vec<f64> = (0..n)
            .map(|i| {
                f64::from(source[i])
                    + inv * f64::from(field[i])
                    + p.leak_per_h * f64::from(self.leak[i]) * p.plasma_pm
            })
            .collect();
        let mut x: Vec<f64> = field.iter().map(|&v| f64::from(v)).collect();
        let mut r = vec![0.0; n];
        apply(&x, &mut r);
        for i in 0..n {
            r[i] = b[i] - r[i];
        }
        let bn = b.iter().map(|v| v * v).sum::<f64>().sqrt();
        let mut q = vec![0.0; n];
        let mut d: Vec<f64> = (0..n).map(|i| r[i] / diag[i]).collect();
        let mut rz: f64 = (0..n).map(|i| r[i] * d[i]).sum();
        let mut it = 0;
        while r.iter().map(|v| v * v).sum::<f64>().sqrt() > p.tolerance * bn && bn > 0.0 {
            apply(&d, &mut q);
            let al = rz / d.iter().zip(&q).map(|(a, b)| a * b).sum::<f64>();
            for i in 0..n {
                x[i] += al * d[i];
                r[i] -= al * q[i];
            }
            let rz2: f64 = (0..n).map(|i| r[i] * r[i] / diag[i]).sum();
            let be = rz2 / rz;
            rz = rz2;
            for i in 0..n {
                d[i] = r[i] / diag[i] + be * d[i];
            }
            it += 1;
            if it > 5000 {
                return Err(TransportFault);
            }
        }
        let before: f64 = field.iter().map(|&v| f64::from(v)).sum();
        let made: f64 = source.iter().map(|&v| f64::from(v)).sum::<f64>() * dt;
        let mut loss = 0.0;
        let mut leak = 0.0;
        let plasma: f64 = (0..n)
            .map(|i| p.leak_per_h * f64::from(self.leak[i]) * p.plasma_pm * dt)
            .sum();
        let total: f64 = x.iter().sum();
        for i in 0..n {
            loss += p.loss_per_h * x[i] * dt;
            leak += p.leak_per_h * f64::from(self.leak[i]) * x[i] * dt;
        }
        let store = if inv > 0.0 { total } else { 0.0 };
        let gain = made + plasma + if inv > 0.0 { before } else { 0.0 };
        let f = if store + loss + leak > 0.0 {
            gain / (store + loss + leak)
        } else {
            1.0
        };
        for i in 0..n {
            field[i] = (x[i] * f).max(0.0) as f32;
        }
        let after: f64 = field.iter().map(|&v| f64::from(v)).sum();
        Ok(Balance {
            made,
            decayed: loss * f,
            leaked: leak * f - plasma,
            taken_up: 0.0,
            stored_before: if inv > 0.0 { before } else { 0.0 },
            stored_after: if inv > 0.0 { after } else { 0.0 },
            clipped: 0.0,
        })
    }
}
