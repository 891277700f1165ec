//! How bone is joined, directed and shaped: the second half of the table of Bouxsein et al. 2010.

use serde::Serialize;

use super::anisotropy::{Intercepts, intercepts};
use super::connectivity::euler;
use super::model_index::model_index;
use super::smooth::Smooth;
use super::within;

/// Connectivity, anisotropy and structure model index of one state of the bone.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Architecture {
    /// Euler number of the bone in the box, 26-connected, as if nothing were around it.
    pub euler: i64,
    /// The same with the correction for the faces of the box (delta chi of Odgaard and Gundersen 1993).
    pub euler_corrected: f64,
    /// Connectivity density with that correction, `BoneJ`'s Conn.D: (1 - corrected) / TV. `None` of a section.
    pub conn_d_per_mm3: Option<f64>,
    /// Connectivity density without it: (1 - Euler number) / TV.
    pub conn_d_uncorrected_per_mm3: Option<f64>,
    /// Degree of anisotropy, 1 - smallest / largest eigenvalue of the tensor of 1 / MIL^2: 0 without a
    /// direction, towards 1 of plates and rods. `None` with the reason in `da_left_out`.
    pub da: Option<f64>,
    /// The older degree of anisotropy, longest / shortest mean intercept length: 1 without a direction.
    pub da_ratio: Option<f64>,
    /// Mean intercept lengths along the principal axes, longest first, mm.
    pub mil_mm: Option<[f64; 3]>,
    /// The principal axes in x, y, z of the file, in the order of the lengths.
    pub mil_axes: Option<[[f64; 3]; 3]>,
    /// Eigenvalues of the tensor of 1 / MIL^2, per mm2, smallest first.
    pub mil_eigenvalues_per_mm2: Option<[f64; 3]>,
    /// Why there is no anisotropy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub da_left_out: Option<&'static str>,
    /// Structure model index: 0 of plates, 3 of rods, 4 of balls; below what it would be wherever the surface
    /// is concave. `None` of a section.
    pub smi: Option<f64>,
    /// Share of the bone surface that is concave, which the structure model index counts below zero.
    pub smi_concave_share: Option<f64>,
}

impl Architecture {
    /// Measures bone (true) in a box of `dims` sites of edge `spacing_um`, x fastest.
    pub fn of(bone: &[bool], dims: [usize; 3], spacing_um: f64) -> Self {
        Self::made(bone, None, dims, spacing_um)
    }

    /// The same of a region (true), such as a trabecular compartment: connectivity of the bone in it, cut off
    /// where it ends, over its volume; directions and shape by what of the surface lies in it.
    pub fn within(bone: &[bool], region: &[bool], dims: [usize; 3], spacing_um: f64) -> Self {
        Self::made(bone, Some(region), dims, spacing_um)
    }

    fn made(bone: &[bool], region: Option<&[bool]>, dims: [usize; 3], spacing_um: f64) -> Self {
        let edge_mm = spacing_um * 1e-3;
        let inner = region.map(|region| within(bone, region, true));
        let euler = euler(inner.as_deref().unwrap_or(bone), dims);
        let sites = region.map_or(bone.len(), |region| {
            region.iter().filter(|&&inside| inside).count()
        });
        let volume_mm3 = sites as f64 * edge_mm.powi(3);
        let is_box = dims[2] > 1;
        let density =
            |number: f64| (is_box && volume_mm3 > 0.0).then(|| (1.0 - number) / volume_mm3);
        let smooth = Smooth::of(bone, dims);
        let (lengths, left_out) = match smooth.as_ref().map(|it| intercepts(it, region)) {
            Some(Ok(found)) => (Some(found), None),
            Some(Err(why)) => (None, Some(why)),
            None => (
                None,
                Some(
                    "a section, or a box narrower than ten sites, has no body to look at from all sides",
                ),
            ),
        };
        let of = |value: fn(&Intercepts) -> f64| lengths.as_ref().map(value);
        let index = smooth.as_ref().and_then(|it| model_index(it, region));
        Self {
            euler: euler.number,
            euler_corrected: euler.delta,
            conn_d_per_mm3: density(euler.delta),
            conn_d_uncorrected_per_mm3: density(euler.number as f64),
            da: of(|it| 1.0 - it.eigenvalues[0] / it.eigenvalues[2]),
            da_ratio: of(|it| it.mil[0] / it.mil[2]),
            mil_mm: lengths.map(|it| it.mil.map(|length| length * edge_mm)),
            mil_axes: lengths.map(|it| it.axes),
            mil_eigenvalues_per_mm2: lengths
                .map(|it| it.eigenvalues.map(|value| value / (edge_mm * edge_mm))),
            da_left_out: left_out,
            smi: index.map(|index| index.smi),
            smi_concave_share: index.map(|index| index.concave),
        }
    }
}
