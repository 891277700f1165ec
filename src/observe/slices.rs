//! A table with a row for each layer of a bone: areas, moments, and the thickness of its sites.

use super::maps::ThicknessMap;
use super::morphometry::{perimeter, within};
use crate::specimen::image::BoneImage;

/// Columns of every bone.
const COLUMNS: [&str; 11] = [
    "slice",
    "z_mm",
    "tissue_area_mm2",
    "bone_area_mm2",
    "bv_tv",
    "bone_perimeter_mm",
    "tb_th_mm",
    "tb_sp_mm",
    "i_min_mm4",
    "i_max_mm4",
    "polar_moment_mm4",
];

/// Columns of a bone whose cortex was told apart.
const CORTICAL: [&str; 6] = [
    "tt_ar_mm2",
    "ct_ar_mm2",
    "ma_ar_mm2",
    "ct_po",
    "ct_th_mm",
    "ct_polar_moment_mm4",
];

/// The smaller and the larger principal second moment of the area of sites (true) of a layer about their
/// centroid, mm4, each site with its own moment; zeros without one.
fn moments(mask: &[bool], nx: usize, edge_mm: f64) -> [f64; 2] {
    let (mut n, mut sums, mut squares) = (0.0, [0.0; 2], [0.0; 3]);
    for (at, _) in mask.iter().enumerate().filter(|(_, inside)| **inside) {
        let (x, y) = ((at % nx) as f64, (at / nx) as f64);
        n += 1.0;
        sums = [sums[0] + x, sums[1] + y];
        squares = [squares[0] + x * x, squares[1] + y * y, squares[2] + x * y];
    }
    if n < 1.0 {
        return [0.0; 2];
    }
    let [mx, my] = sums.map(|sum| sum / n);
    let xx = squares[0] - n * mx * mx + n / 12.0;
    let yy = squares[1] - n * my * my + n / 12.0;
    let xy = squares[2] - n * mx * my;
    let (middle, half) = (0.5 * (xx + yy), (0.5 * (xx - yy)).hypot(xy));
    [middle - half, middle + half].map(|sites| sites * edge_mm.powi(4))
}

/// The table as CSV, layers from the lowest; `tb_th_mm` and `tb_sp_mm` are means over the sites of a layer of the
/// thickness in space, and NaN where it has none. With a cortex `tissue_area_mm2` and what follows to
/// `tb_sp_mm` are of the trabecular compartment.
pub(crate) fn slices_csv(bone: &BoneImage) -> String {
    let [nx, ny, nz] = bone.dims;
    let (area, edge_mm) = (nx * ny, bone.spacing_um * 1e-3);
    let parts = bone.compartments.as_ref();
    let maps = [ThicknessMap::TbTh, ThicknessMap::TbSp, ThicknessMap::CtTh].map(|map| map.of(bone));
    let mut text = COLUMNS.join(",");
    if parts.is_some() {
        text = format!("{text},{}", CORTICAL.join(","));
    }
    text.push('\n');
    let count = |mask: &[bool]| mask.iter().filter(|&&inside| inside).count() as f64;
    let mm2 = |sites: f64| sites * edge_mm * edge_mm;
    let mean = |map: &Option<Vec<f32>>, from: usize| {
        let layer = map.as_ref().map(|map| &map[from..from + area]);
        let there: Vec<f64> = layer
            .into_iter()
            .flatten()
            .filter(|value| value.is_finite() && **value > 0.0)
            .map(|&value| f64::from(value))
            .collect();
        (!there.is_empty()).then(|| there.iter().sum::<f64>() / there.len() as f64)
    };
    let cell = |value: Option<f64>| value.unwrap_or(f64::NAN).to_string();
    for z in 0..nz {
        let from = z * area;
        let sites = &bone.bone[from..from + area];
        let region = parts.map(|parts| &parts.trabecular[from..from + area]);
        let inner = region.map(|region| within(sites, region, true));
        let inner = inner.as_deref().unwrap_or(sites);
        let tissue = region.map_or(area as f64, count);
        let [least, most] = moments(sites, nx, edge_mm);
        let mut row = vec![
            z.to_string(),
            ((z as f64 + 0.5) * edge_mm).to_string(),
            mm2(tissue).to_string(),
            mm2(count(inner)).to_string(),
            cell((tissue > 0.0).then(|| count(inner) / tissue)),
            (perimeter(inner, [nx, ny]) * edge_mm).to_string(),
            cell(mean(&maps[0], from)),
            cell(mean(&maps[1], from)),
            least.to_string(),
            most.to_string(),
            (least + most).to_string(),
        ];
        if let Some(parts) = parts {
            let cortex = &parts.cortical[from..from + area];
            let (ct, walls) = (count(cortex), within(sites, cortex, true));
            let [least, most] = moments(&walls, nx, edge_mm);
            row.extend([
                mm2(ct + tissue).to_string(),
                mm2(ct).to_string(),
                mm2(tissue).to_string(),
                cell((ct > 0.0).then(|| 1.0 - count(&walls) / ct)),
                cell(mean(&maps[2], from)),
                (least + most).to_string(),
            ]);
        }
        text.push_str(&row.join(","));
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A rectangle of 6 x 4 sites of 0.1 mm: b h^3 / 12 about each axis; turned by a swap of axes alike; and
    /// an L, whose product of inertia turns its principal axes.
    #[test]
    fn moments_of_areas_are_those_of_formulas() {
        let nx = 12;
        let of = |inside: fn(usize, usize) -> bool| -> Vec<bool> {
            (0..144).map(|at| inside(at % nx, at / nx)).collect()
        };
        let [least, most] = moments(
            &of(|x, y| (2..8).contains(&x) && (3..7).contains(&y)),
            nx,
            0.1,
        );
        assert!((least - 0.6 * 0.4_f64.powi(3) / 12.0).abs() < 1e-12);
        assert!((most - 0.4 * 0.6_f64.powi(3) / 12.0).abs() < 1e-12);
        // Legs of 6 x 2 and 2 x 4 sites: of equal legs the axes lie at 45 degrees.
        let legs = of(|x, y| (x < 6 && y < 2) || (x < 2 && y < 6));
        let [least, most] = moments(&legs, nx, 1.0);
        // Centroid at 2.2 along both; by parallel axes I = 60.533 and product -32.
        let own = 6.0 * 8.0 / 12.0 + 12.0 * (1.0_f64 - 2.2).powi(2);
        let inertia = own + 2.0 * 64.0 / 12.0 + 8.0 * (4.0_f64 - 2.2).powi(2);
        let product = 12.0 * (3.0 - 2.2) * (1.0 - 2.2) + 8.0 * (1.0 - 2.2) * (4.0 - 2.2);
        assert!(
            (most - (inertia - product)).abs() < 1e-9,
            "{most} {inertia} {product}"
        );
        assert!((least - (inertia + product)).abs() < 1e-9, "{least}");
        assert!(
            moments(&[false; 4], 2, 1.0)
                .iter()
                .all(|sum| sum.abs() <= 0.0)
        );
    }
}
