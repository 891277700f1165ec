//! Figures of a cortex and of the marrow cavity within it, with the names of Bouxsein et al. 2010.

use serde::Serialize;

use super::{Morphometry, summary, within};

/// A bone that is parted in cortex and cavity. Cuts are transverse to z.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Cortical {
    /// Cortical thickness: mean over the cortex, pores and all, of its local thickness, mm.
    pub ct_th_mm: Option<f64>,
    /// Its standard deviation.
    pub ct_th_sd_mm: Option<f64>,
    /// Cortical porosity: volume of pores over that of the cortex with its pores.
    pub ct_po: Option<f64>,
    /// Cortical area, pores and all, mean over cuts, mm2.
    pub ct_ar_mm2: f64,
    /// Area within the periosteal contour, mean over cuts, mm2.
    pub tt_ar_mm2: f64,
    /// Area of the marrow cavity with its trabeculae, mean over cuts, mm2.
    pub ma_ar_mm2: f64,
    /// Cortical area fraction: cortical over total area.
    pub ct_ar_fraction: Option<f64>,
    /// Polar moment of inertia of the bone of the cortex about its centroid, mean over cuts with bone, mm4.
    pub polar_moment_mm4: Option<f64>,
    /// Bone volume fraction of the cavity.
    pub cavity_bv_tv: Option<f64>,
    /// Trabecular thickness in the cavity, mm.
    pub cavity_tb_th_mm: Option<f64>,
    /// Trabecular separation in the cavity, mm.
    pub cavity_tb_sp_mm: Option<f64>,
}

impl Cortical {
    /// Measures bone (true) by its compartments, in a box of `dims` sites of edge `spacing_um`; `cavity` has the
    /// figures of the trabecular one ([`super::measure_within`]).
    pub fn of(
        bone: &[bool],
        cortical: &[bool],
        trabecular: &[bool],
        cavity: &Morphometry,
        dims: [usize; 3],
        spacing_um: f64,
    ) -> Self {
        let count = |mask: &[bool]| mask.iter().filter(|&&inside| inside).count() as f64;
        let both = |mask: &[bool], is_bone: bool| within(bone, mask, is_bone);
        let pixel_mm2 = (spacing_um * 1e-3).powi(2);
        let area = |sites: f64| sites * pixel_mm2 / dims[2] as f64;
        let (ct, tb) = (count(cortical), count(trabecular));
        let thickness = summary(cortical, dims, spacing_um);
        let share = |part: f64, whole: f64| (whole > 0.0).then(|| part / whole);
        Self {
            ct_th_mm: thickness.map(|s| s.mean),
            ct_th_sd_mm: thickness.map(|s| s.deviation),
            ct_po: share(count(&both(cortical, false)), ct),
            ct_ar_mm2: area(ct),
            tt_ar_mm2: area(ct + tb),
            ma_ar_mm2: area(tb),
            ct_ar_fraction: share(ct, ct + tb),
            polar_moment_mm4: polar_moment(&both(cortical, true), dims)
                .map(|sites| sites * pixel_mm2 * pixel_mm2),
            cavity_bv_tv: (tb > 0.0).then_some(cavity.bv_tv),
            cavity_tb_th_mm: cavity.tb_th_mm,
            cavity_tb_sp_mm: cavity.tb_sp_mm,
        }
    }
}

/// Polar moment of the area of a mask about its centroid, mean over the cuts in which it has any, in sites to
/// the fourth: the own moment of a site, 1 / 6, is added.
fn polar_moment(mask: &[bool], dims: [usize; 3]) -> Option<f64> {
    let [nx, ny, _] = dims;
    let cuts: Vec<f64> = mask
        .chunks_exact((nx * ny).max(1))
        .filter_map(|cut| {
            let (mut n, mut sx, mut sy, mut s2) = (0.0, 0.0, 0.0, 0.0);
            for (at, _) in cut.iter().enumerate().filter(|(_, inside)| **inside) {
                let (x, y) = ((at % nx) as f64, (at / nx) as f64);
                n += 1.0;
                sx += x;
                sy += y;
                s2 += x * x + y * y;
            }
            (n > 0.0).then(|| s2 - (sx * sx + sy * sy) / n + n / 6.0)
        })
        .collect();
    (!cuts.is_empty()).then(|| cuts.iter().sum::<f64>() / cuts.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::super::measure_within;
    use super::*;

    /// A square tube of walls of 4 sites around a cavity of 12 x 12, with a pore of 2 x 2 x 2 and a bar of
    /// 2 x 2 through the cavity: all by counting, and J = (20^4 - 12^4) / 6 for the walls without the pore.
    #[test]
    fn a_square_tube_has_its_figures() {
        let dims = [24, 24, 10];
        let count = 24 * 24 * 10;
        let at = |site: usize| [site % 24, site / 24 % 24, site / 576];
        let within = |site: usize, from: usize| {
            let [x, y, _] = at(site);
            (from..24 - from).contains(&x) && (from..24 - from).contains(&y)
        };
        let cortical: Vec<bool> = (0..count).map(|s| within(s, 2) && !within(s, 6)).collect();
        let trabecular: Vec<bool> = (0..count).map(|s| within(s, 6)).collect();
        let bone_but = |pore: bool| -> Vec<bool> {
            (0..count)
                .map(|site| {
                    let [x, y, z] = at(site);
                    let is_pore =
                        pore && (3..5).contains(&x) && (10..12).contains(&y) && (4..6).contains(&z);
                    let is_bar = trabecular[site] && (11..13).contains(&x) && (4..6).contains(&z);
                    cortical[site] && !is_pore || is_bar
                })
                .collect()
        };
        let of = |bone: &[bool]| {
            let cavity = measure_within(bone, &trabecular, dims, 100.0);
            Cortical::of(bone, &cortical, &trabecular, &cavity, dims, 100.0)
        };
        let found = of(&bone_but(true));
        let close = |a: f64, b: f64| (a - b).abs() < 1e-9;
        assert!(close(found.ct_po.unwrap(), 8.0 / 2560.0));
        assert!(close(found.ct_ar_mm2, 2.56) && close(found.ma_ar_mm2, 1.44));
        assert!(close(found.tt_ar_mm2, 4.0) && close(found.ct_ar_fraction.unwrap(), 0.64));
        assert!(close(found.cavity_bv_tv.unwrap(), 48.0 / 1440.0));
        // Between the walls spheres reach 2 sites; in the edges of the tube up to the diagonal.
        let thickness = found.ct_th_mm.unwrap();
        assert!((0.4..0.5).contains(&thickness), "{thickness}");
        let whole = of(&bone_but(false));
        let expected = (20.0_f64.powi(4) - 12.0_f64.powi(4)) / 6.0 * 1e-4;
        assert!(
            close(whole.polar_moment_mm4.unwrap(), expected),
            "{whole:?}"
        );
        assert!(close(whole.ct_po.unwrap(), 0.0));
    }
}
