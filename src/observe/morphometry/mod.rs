//! Bone morphometry on a lattice of cubic sites, or on a section, with the names of Bouxsein et
//! al. 2010 (J Bone Miner Res 25:1468).
//!
//! Thickness and separation are model-independent (Hildebrand and Rüegsegger 1997, J Microsc
//! 185:67) and follow `BoneJ` 1.x, whose half-voxel cleaning at the surface is copied; sites
//! outside of the lattice are not background. Areas are those of marching cubes on bone or not,
//! which read about 8 % above a smooth surface: compare them with areas got in the same way.

mod anisotropy;
mod architecture;
mod connectivity;
mod cortex;
mod model_index;
mod smooth;
mod surface;
mod thickness;

use serde::Serialize;

use crate::numerics::reduce::ordered_sum;

pub use architecture::Architecture;
pub use cortex::Cortical;
pub use thickness::local_thickness;

/// The numbers of one state of the bone. Lengths are mm.
///
/// A number that has no meaning is `None`: lengths of bone without bone, lengths of marrow
/// without marrow, and both when all sites are alike, because nothing bounds them.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Morphometry {
    /// Sites of bone.
    pub bone_voxels: u64,
    /// Bone volume over total volume; 0 for a lattice without sites.
    pub bv_tv: f64,
    /// Trabecular thickness: mean over bone sites of the local thickness.
    pub tb_th_mm: Option<f64>,
    /// Its standard deviation over bone sites (that of the population).
    pub tb_th_sd_mm: Option<f64>,
    /// Largest local thickness.
    pub tb_th_max_mm: Option<f64>,
    /// Trabecular separation: mean over marrow sites of the local thickness of the marrow.
    pub tb_sp_mm: Option<f64>,
    /// Its standard deviation over marrow sites.
    pub tb_sp_sd_mm: Option<f64>,
    /// Largest local thickness of the marrow.
    pub tb_sp_max_mm: Option<f64>,
    /// Bone surface over total volume. The faces of the lattice are no surface.
    pub bs_tv_per_mm: f64,
    /// Bone surface over bone volume.
    pub bs_bv_per_mm: Option<f64>,
}

impl Morphometry {
    /// Trabecular number of the plate model, (BV/TV) / Tb.Th, per mm.
    pub fn tb_n_plate_per_mm(&self) -> Option<f64> {
        self.tb_th_mm.map(|thickness| self.bv_tv / thickness)
    }

    /// Trabecular number by distances, 1 / (Tb.Th + Tb.Sp), per mm: how often bone begins along a line
    /// across, without the plate model.
    pub fn tb_n_spacing_per_mm(&self) -> Option<f64> {
        self.tb_th_mm
            .zip(self.tb_sp_mm)
            .map(|(thickness, separation)| 1.0 / (thickness + separation))
    }
}

/// Measures bone (true) in a lattice of `dims` sites of edge `spacing_um`, x fastest.
///
/// A lattice with one layer is a section: thickness and separation are measured in the plane, and
/// surface over volume is perimeter over area. `bone` holds one value per site.
pub fn measure(bone: &[bool], dims: [usize; 3], spacing_um: f64) -> Morphometry {
    let sites = bone.len() as f64;
    let bone_voxels = bone.iter().filter(|&&bone| bone).count() as u64;
    let bv_tv = if bone.is_empty() {
        0.0
    } else {
        bone_voxels as f64 / sites
    };
    let marrow: Vec<bool> = bone.iter().map(|&bone| !bone).collect();
    let thickness = summary(bone, dims, spacing_um);
    let separation = summary(&marrow, dims, spacing_um);
    let surface_mm = surface::area(bone, dims) / (spacing_um * 1e-3);
    Morphometry {
        bone_voxels,
        bv_tv,
        tb_th_mm: thickness.map(|s| s.mean),
        tb_th_sd_mm: thickness.map(|s| s.deviation),
        tb_th_max_mm: thickness.map(|s| s.largest),
        tb_sp_mm: separation.map(|s| s.mean),
        tb_sp_sd_mm: separation.map(|s| s.deviation),
        tb_sp_max_mm: separation.map(|s| s.largest),
        bs_tv_per_mm: if bone.is_empty() {
            0.0
        } else {
            surface_mm / sites
        },
        bs_bv_per_mm: (bone_voxels > 0).then(|| surface_mm / bone_voxels as f64),
    }
}

/// [`measure`] within a region (true), such as the trabecular compartment of a bone: volume and surface are
/// those of the bone in it over its volume, thickness and separation those of bone and of marrow in it, to
/// which all else is outside. Of the surface counts what lies between eight sites of the region.
pub fn measure_within(
    bone: &[bool],
    region: &[bool],
    dims: [usize; 3],
    spacing_um: f64,
) -> Morphometry {
    let [inner, marrow] = [true, false].map(|is_bone| within(bone, region, is_bone));
    let count = |mask: &[bool]| mask.iter().filter(|&&inside| inside).count() as u64;
    let (bone_voxels, sites) = (count(&inner), count(region));
    let thickness = summary(&inner, dims, spacing_um);
    let separation = summary(&marrow, dims, spacing_um);
    let surface_mm = surface::area_within(bone, region, dims) / (spacing_um * 1e-3);
    let share = |part: f64, whole: u64| if whole == 0 { 0.0 } else { part / whole as f64 };
    Morphometry {
        bone_voxels,
        bv_tv: share(bone_voxels as f64, sites),
        tb_th_mm: thickness.map(|s| s.mean),
        tb_th_sd_mm: thickness.map(|s| s.deviation),
        tb_th_max_mm: thickness.map(|s| s.largest),
        tb_sp_mm: separation.map(|s| s.mean),
        tb_sp_sd_mm: separation.map(|s| s.deviation),
        tb_sp_max_mm: separation.map(|s| s.largest),
        bs_tv_per_mm: share(surface_mm, sites),
        bs_bv_per_mm: (bone_voxels > 0).then(|| surface_mm / bone_voxels as f64),
    }
}

/// Length of the outline of a section (true), in edges of a site, by marching squares; its ends are none.
pub fn perimeter(section: &[bool], [nx, ny]: [usize; 2]) -> f64 {
    surface::area(section, [nx, ny, 1])
}

/// Sites of a region that are bone, or that are not.
pub fn within(bone: &[bool], region: &[bool], is_bone: bool) -> Vec<bool> {
    let sites = region.iter().zip(bone);
    sites
        .map(|(inside, bone)| *inside && *bone == is_bone)
        .collect()
}

/// Mean local thickness of bone (true) in a box of cubic sites, mm: the `tb_th_mm` of [`measure`].
pub fn mean_thickness_mm(bone: &[bool], dims: [usize; 3], spacing_um: f64) -> Option<f64> {
    summary(bone, dims, spacing_um).map(|thickness| thickness.mean)
}

/// Mean, standard deviation and maximum of a local thickness, mm.
#[derive(Debug, Clone, Copy)]
struct Summary {
    mean: f64,
    deviation: f64,
    largest: f64,
}

/// `None` when no site is in the mask, or every one.
fn summary(mask: &[bool], dims: [usize; 3], spacing_um: f64) -> Option<Summary> {
    if !mask.contains(&true) {
        return None;
    }
    let voxels = thickness::in_voxels(mask, dims)?;
    let count = mask.iter().filter(|&&inside| inside).count() as f64;
    // Outside of the mask the thickness is zero, and so are both terms.
    let mean = ordered_sum(voxels.len(), |i| f64::from(voxels[i])) / count;
    let variance = ordered_sum(voxels.len(), |i| {
        if mask[i] {
            (f64::from(voxels[i]) - mean).powi(2)
        } else {
            0.0
        }
    }) / count;
    let largest = voxels.iter().copied().fold(0.0, f32::max);
    let scale = spacing_um * 1e-3;
    Some(Summary {
        mean: mean * scale,
        deviation: variance.sqrt() * scale,
        largest: f64::from(largest) * scale,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_meaning_is_none() {
        let all = measure(&[true; 27], [3; 3], 10.0);
        assert_eq!((all.bone_voxels, all.bv_tv), (27, 1.0));
        assert_eq!((all.tb_th_mm, all.tb_sp_mm), (None, None));
        assert_eq!((all.bs_tv_per_mm, all.bs_bv_per_mm), (0.0, Some(0.0)));
        let none = measure(&[false; 27], [3; 3], 10.0);
        assert_eq!((none.bone_voxels, none.bv_tv), (0, 0.0));
        assert_eq!((none.tb_th_mm, none.tb_sp_mm), (None, None));
        assert_eq!((none.bs_tv_per_mm, none.bs_bv_per_mm), (0.0, None));
        assert_eq!(measure(&[], [0; 3], 10.0).bone_voxels, 0);
    }

    /// Strips of 4 sites with gaps of 6 in a section: Tb.Th 40 um, Tb.Sp 60 um, and two
    /// edges per strip, each 29 steps of 10 um long, in a section of 40 x 30 sites.
    #[test]
    fn strips_of_a_section_measure_as_they_are() {
        let dims = [40, 30, 1];
        let bone: Vec<bool> = (0..1200).map(|i| (3..7).contains(&(i % 40 % 10))).collect();
        let measured = measure(&bone, dims, 10.0);
        assert!((measured.bv_tv - 0.4).abs() < 1e-12);
        assert!((measured.tb_th_mm.unwrap() - 0.04).abs() < 1e-8);
        assert!((measured.tb_sp_mm.unwrap() - 0.06).abs() < 1e-8);
        assert!(measured.tb_th_sd_mm.unwrap() < 1e-8);
        let perimeter_mm = 8.0 * 29.0 * 0.01;
        assert!((measured.bs_tv_per_mm - perimeter_mm / (0.4 * 0.3)).abs() < 1e-9);
        assert!((measured.bs_bv_per_mm.unwrap() - perimeter_mm / 0.048).abs() < 1e-9);
        assert!((measured.tb_n_plate_per_mm().unwrap() - 10.0).abs() < 1e-5);
    }

    /// A region that is all is all, and one that is a part is that part with nothing beyond it to bound it but
    /// its ends: plates of 4 sites every 10, in the middle of a box.
    #[test]
    fn a_region_is_measured_by_itself() {
        let dims = [40, 30, 30];
        let bone: Vec<bool> = (0..36_000)
            .map(|i| (3..7).contains(&(i % 40 % 10)))
            .collect();
        assert_eq!(
            measure_within(&bone, &vec![true; bone.len()], dims, 10.0),
            measure(&bone, dims, 10.0)
        );
        let region: Vec<bool> = (0..36_000)
            .map(|i| [i % 40, i / 40 % 30, i / 1200])
            .map(|[x, y, z]| (10..30).contains(&x) && (5..25).contains(&y) && (5..25).contains(&z))
            .collect();
        let found = measure_within(&bone, &region, dims, 10.0);
        assert!((found.bv_tv - 0.4).abs() < 1e-12);
        assert_eq!(found.bone_voxels, 2 * 4 * 400);
        assert!((found.tb_th_max_mm.unwrap() - 0.04).abs() < 1e-8);
        assert!((found.tb_sp_max_mm.unwrap() - 0.06).abs() < 1e-8);
        // Four faces of 19 x 19 cells of 10 um.
        let surface_mm2 = 4.0 * (0.19_f64).powi(2);
        assert!((found.bs_tv_per_mm - surface_mm2 / (0.2 * 0.2 * 0.2)).abs() < 1e-9);
        let shape = Architecture::within(&bone, &region, dims, 10.0);
        assert_eq!(shape.euler, 2);
        assert!(shape.smi.unwrap().abs() < 1e-6, "{shape:?}");
        assert!(shape.mil_axes.unwrap()[2][0] > 0.999, "{shape:?}");
    }

    #[test]
    fn the_numbers_have_the_same_bits_on_any_number_of_threads() {
        let dims = [23, 19, 17];
        let bone: Vec<bool> = (0..23 * 19 * 17)
            .map(|i| (i * 7919 % 101 + i / 437 * 13) % 29 < 19)
            .collect();
        let on = |threads| {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .unwrap();
            pool.install(|| {
                (
                    measure(&bone, dims, 20.0),
                    local_thickness(&bone, dims, 20.0),
                )
            })
        };
        assert_eq!(on(1), on(2));
        assert_eq!(on(1), on(5));
    }
}
