//! Morphometry against the tools of the field.
//!
//! The expected numbers were computed on the same voxels: thickness and separation by `BoneJ` 1.x
//! (classes of GitHub `mdoube/BoneJ` @17ee483, with masking), surfaces by marching cubes of
//! scikit-image 0.26 (level 0.5, open at the border). The algorithms are the same, so the numbers
//! must agree to the six digits that the tools print, far within the 2 % (thickness) and 1 %
//! (surface) that separate one tool from another.
#![expect(clippy::unwrap_used, reason = "a test may fail where it stands")]

use std::path::Path;

use howship::observe::morphometry::{Architecture, Morphometry, local_thickness, measure};
use howship::specimen::image::{BoneImage, read};

/// What the tools say, in mm.
struct Expected {
    bone_voxels: u64,
    bv_tv: f64,
    /// Mean, standard deviation, maximum.
    tb_th: [f64; 3],
    /// Mean, standard deviation, maximum; absent where the tool was not run.
    tb_sp: Option<[f64; 3]>,
    bs_tv: f64,
    bs_bv: f64,
}

fn bone(path: &str) -> BoneImage {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    read(&path, None).unwrap().to_bone(None, None).unwrap()
}

fn check(path: &str, expected: &Expected) -> Morphometry {
    let bone = bone(path);
    let found = measure(&bone.bone, bone.dims, bone.spacing_um);
    let same = |name: &str, found: f64, expected: f64| {
        let off = (found - expected).abs();
        assert!(
            off < 1.5e-6 * expected.max(1.0),
            "{path}: {name} is {found}, expected {expected}"
        );
    };
    assert_eq!(found.bone_voxels, expected.bone_voxels, "{path}");
    same("BV/TV", found.bv_tv, expected.bv_tv);
    same("Tb.Th", found.tb_th_mm.unwrap(), expected.tb_th[0]);
    same("Tb.Th SD", found.tb_th_sd_mm.unwrap(), expected.tb_th[1]);
    same("Tb.Th max", found.tb_th_max_mm.unwrap(), expected.tb_th[2]);
    if let Some(tb_sp) = expected.tb_sp {
        same("Tb.Sp", found.tb_sp_mm.unwrap(), tb_sp[0]);
        same("Tb.Sp SD", found.tb_sp_sd_mm.unwrap(), tb_sp[1]);
        same("Tb.Sp max", found.tb_sp_max_mm.unwrap(), tb_sp[2]);
    }
    same("BS/TV", found.bs_tv_per_mm, expected.bs_tv);
    same("BS/BV", found.bs_bv_per_mm.unwrap(), expected.bs_bv);
    found
}

/// Plates also have exact answers: 0.3, 0.12 mm, 0.28 mm.
#[test]
fn plates() {
    let found = check(
        "tests/data/synthetic/plates_t6_p20.nii.gz",
        &Expected {
            bone_voxels: 300_000,
            bv_tv: 0.3,
            tb_th: [0.12, 0.0, 0.12],
            tb_sp: Some([0.28, 0.000_001, 0.28]),
            bs_tv: 4.9005,
            bs_bv: 16.335,
        },
    );
    assert!((found.tb_th_mm.unwrap() - 0.12).abs() < 1e-6);
    assert!((found.tb_sp_mm.unwrap() - 0.28).abs() < 1e-6);
}

/// True diameter 0.2 mm: spheres between centres of voxels read 0.178885.
#[test]
fn rods() {
    check(
        "tests/data/synthetic/rods_r5_p20.nii.gz",
        &Expected {
            bone_voxels: 200_000,
            bv_tv: 0.2,
            tb_th: [0.178_885, 0.0, 0.178_885],
            tb_sp: Some([0.328_387, 0.0251, 0.339_411]),
            bs_tv: 4.225_089,
            bs_bv: 21.125_446,
        },
    );
}

#[test]
fn spheres() {
    check(
        "tests/data/synthetic/spheres_r8_p24.nii.gz",
        &Expected {
            bone_voxels: 139_264,
            bv_tv: 139_264.0 / 884_736.0,
            tb_th: [0.291_204, 0.0, 0.291_204],
            tb_sp: Some([0.456_292, 0.064_205, 0.484_974]),
            bs_tv: 3.245_090,
            bs_bv: 20.615_866,
        },
    );
}

#[test]
fn ball() {
    check(
        "tests/data/synthetic/ball_r20.nii.gz",
        &Expected {
            bone_voxels: 33_552,
            bv_tv: 33_552.0 / 262_144.0,
            tb_th: [0.768_375, 0.0, 0.768_375],
            tb_sp: None,
            bs_tv: 1.048_001,
            bs_bv: 8.188_105,
        },
    );
}

#[test]
fn shell() {
    check(
        "tests/data/synthetic/shell_r20_r14.nii.gz",
        &Expected {
            bone_voxels: 22_016,
            bv_tv: 22_016.0 / 262_144.0,
            tb_th: [0.131_518, 0.006_364, 0.144_222],
            tb_sp: None,
            bs_tv: 1.558_151,
            bs_bv: 18.552_869,
        },
    );
}

#[test]
fn torus() {
    check(
        "tests/data/synthetic/torus_R18_r6.nii.gz",
        &Expected {
            bone_voxels: 12_864,
            bv_tv: 12_864.0 / 262_144.0,
            tb_th: [0.229_455, 0.001_665, 0.229_783],
            tb_sp: None,
            bs_tv: 0.880_294,
            bs_bv: 17.938_724,
        },
    );
}

#[test]
fn lattice() {
    check(
        "tests/data/synthetic/lattice_4x4x4_w4_p16.nii.gz",
        &Expected {
            bone_voxels: 31_744,
            bv_tv: 31_744.0 / 262_144.0,
            tb_th: [0.089_871, 0.013_921, 0.113_137],
            tb_sp: Some([0.334_913, 0.025_322, 0.415_692]),
            bs_tv: 5.114_745,
            bs_bv: 42.237_894,
        },
    );
}

#[test]
fn gyroid() {
    check(
        "tests/data/synthetic/gyroid_p32_t0.6.nii.gz",
        &Expected {
            bone_voxels: 648_192,
            bv_tv: 648_192.0 / 2_097_152.0,
            tb_th: [0.210_741, 0.014_975, 0.233_238],
            tb_sp: Some([0.370_548, 0.021_162, 0.601_332]),
            bs_tv: 4.692_297,
            bs_bv: 15.181_395,
        },
    );
}

#[test]
fn human_bone() {
    check(
        "scenarios/specimens/lhdl3155/lhdl3155_seg_c128.nii.gz",
        &Expected {
            bone_voxels: 552_355,
            bv_tv: 552_355.0 / 2_097_152.0,
            tb_th: [0.265_056, 0.090_067, 0.471_239],
            tb_sp: Some([0.761_251, 0.213_88, 1.117_471]),
            bs_tv: 3.135_449,
            bs_bv: 11.904_504,
        },
    );
}

#[test]
fn shrew_bone() {
    check(
        "scenarios/specimens/shrew/shrew_seg.nii.gz",
        &Expected {
            bone_voxels: 438_636,
            bv_tv: 438_636.0 / 1_494_540.0,
            tb_th: [0.061_902, 0.016_757, 0.1312],
            tb_sp: Some([0.165_005, 0.051_337, 0.247_227]),
            bs_tv: 13.976_003,
            bs_bv: 47.619_657,
        },
    );
}

/// BV/TV of the resampled bone is that of the voxels which the sites cover (means over whole blocks).
#[test]
fn bone_keeps_its_volume_on_coarser_sites() {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/specimens/shrew/shrew_seg.nii.gz");
    let image = read(&path, None).unwrap();
    for (edge_um, dims, bv_tv) in [
        (8.2, [57, 57, 57], 0.293_05),
        (12.3, [38, 38, 38], 0.293_05),
        (16.4, [28, 28, 28], 0.288_63),
        (20.5, [22, 22, 23], 0.286_20),
    ] {
        let bone = image.to_bone(None, Some(edge_um)).unwrap();
        assert_eq!(bone.dims, dims);
        let found = bone.bone_voxels() as f64 / bone.bone.len() as f64;
        assert!((found - bv_tv).abs() < 5e-5, "{edge_um} um: {found}");
    }
}

/// A disc of diameter 21 sites in a section. The largest circle about its centre reaches to
/// the nearest site outside, (3, 10) or (7, 8) and their like, so its diameter is 2 sqrt(109) or
/// 2 sqrt(113): the smallest sum of two squares above 10.5^2 = 110.25 is 113.
#[test]
fn a_disc_of_a_section_is_as_thick_as_its_largest_circle() {
    let dims = [41, 41, 1];
    let bone: Vec<bool> = (0..41 * 41)
        .map(|i| {
            let (x, y) = (i % 41 - 20, i / 41 - 20);
            f64::from(x * x + y * y) <= 110.25
        })
        .collect();
    let found = measure(&bone, dims, 10.0);
    let expected = 0.02 * 113.0_f64.sqrt();
    assert!((found.tb_th_max_mm.unwrap() - expected).abs() < 1e-8);
    assert!((found.tb_th_mm.unwrap() - expected).abs() < 0.02 * expected);
    let map = local_thickness(&bone, dims, 10.0);
    assert!(bone.iter().zip(&map).all(|(&bone, &t)| bone == (t > 0.0)));
}

/// Euler numbers are counts and exact; those with edges and Conn.D are `BoneJ`'s (`Connectivity`).
#[test]
fn connectivity_is_that_of_bonej() {
    for (path, euler, corrected, conn_d) in [
        ("tests/data/synthetic/plates_t6_p20.nii.gz", 5, 0.0, 0.125),
        ("tests/data/synthetic/rods_r5_p20.nii.gz", 25, 0.0, 0.125),
        (
            "tests/data/synthetic/spheres_r8_p24.nii.gz",
            64,
            64.0,
            -8.900_96,
        ),
        ("tests/data/synthetic/ball_r20.nii.gz", 1, 1.0, 0.0),
        (
            "tests/data/synthetic/shell_r20_r14.nii.gz",
            2,
            2.0,
            -0.476_837,
        ),
        (
            "tests/data/synthetic/torus_R18_r6.nii.gz",
            0,
            0.0,
            0.476_837,
        ),
        (
            "tests/data/synthetic/lattice_4x4x4_w4_p16.nii.gz",
            -80,
            -80.0,
            38.623_81,
        ),
        (
            "tests/data/synthetic/gyroid_p32_t0.6.nii.gz",
            -244,
            -256.0,
            15.318_394,
        ),
        (
            "scenarios/specimens/lhdl3155/lhdl3155_seg_c128.nii.gz",
            -35,
            -51.5,
            3.376_18,
        ),
        (
            "scenarios/specimens/shrew/shrew_seg.nii.gz",
            -19,
            -22.125,
            224.503_248,
        ),
    ] {
        let bone = bone(path);
        let found = Architecture::of(&bone.bone, bone.dims, bone.spacing_um);
        assert_eq!(found.euler, euler, "{path}");
        assert!(
            (found.euler_corrected - corrected).abs() < 1e-9,
            "{path}: {found:?}"
        );
        let (density, conn_d): (f64, f64) = (found.conn_d_per_mm3.unwrap(), conn_d);
        assert!(
            (density - conn_d).abs() < 1e-6 * f64::max(conn_d.abs(), 1.0),
            "{path}: {density}"
        );
    }
}

/// Against mean intercept lengths by other code (1000 directions, sampled lines 2 sites apart in the inscribed
/// sphere) and by `BoneJ`, the mean of three runs, which scatter by up to 0.1: within 0.05 of both on boxes of
/// 128 sites and more, and of one of them on the shrew of 114, where the two are 0.09 apart. Plates and rods
/// have no crossing along them: 1.
#[test]
fn anisotropy_is_that_of_mean_intercept_lengths() {
    for (path, sampled, bonej) in [
        ("tests/data/synthetic/plates_t6_p20.nii.gz", 1.0, 1.0),
        ("tests/data/synthetic/rods_r5_p20.nii.gz", 1.0, 1.0),
        (
            "tests/data/synthetic/gyroid_p32_t0.6.nii.gz",
            0.0043,
            0.0043,
        ),
        (
            "scenarios/specimens/lhdl3155/lhdl3155_seg_c128.nii.gz",
            0.4945,
            0.5347,
        ),
        ("scenarios/specimens/shrew/shrew_seg.nii.gz", 0.5042, 0.5928),
    ] {
        let bone = bone(path);
        let found = Architecture::of(&bone.bone, bone.dims, bone.spacing_um);
        let da = found.da.unwrap();
        let off = [sampled, bonej].map(|expected: f64| (da - expected).abs());
        let [least, most] = [off[0].min(off[1]), off[0].max(off[1])];
        assert!(least < 0.05, "{path}: {found:?}");
        assert!(most < 0.05 || path.contains("shrew"), "{path}: {found:?}");
        let [longest, _, shortest] = found.mil_mm.unwrap();
        assert!((longest / shortest / found.da_ratio.unwrap() - 1.0).abs() < 1e-9);
        let [smallest, _, largest] = found.mil_eigenvalues_per_mm2.unwrap();
        assert!((1.0 - smallest / largest - da).abs() < 1e-12);
    }
}

/// The shapes have the numbers of the continuum: plates 0, rods 3, balls 4. Steps of the lattice on radii of
/// 5 and 8 sites leave 8 %; of a torus the inner half is concave and SMI is below that of its rod, and of a
/// shell, a plate that is bent, it is V S' / S^2 of its two spheres (radii in sites).
#[test]
fn the_structure_model_index_of_shapes() {
    let index = |path: &str| {
        let bone = bone(path);
        let found = Architecture::of(&bone.bone, bone.dims, bone.spacing_um);
        (found.smi.unwrap(), found.smi_concave_share.unwrap())
    };
    let (plates, _) = index("tests/data/synthetic/plates_t6_p20.nii.gz");
    assert!(plates.abs() < 1e-6, "{plates}");
    for (path, expected) in [
        ("rods_r5_p20", 3.0),
        ("spheres_r8_p24", 4.0),
        ("ball_r20", 4.0),
    ] {
        let (found, concave) = index(&format!("tests/data/synthetic/{path}.nii.gz"));
        assert!((found / expected - 1.0_f64).abs() < 0.08, "{path}: {found}");
        assert!(concave < 0.06, "{path}: {concave}");
    }
    let (shell, concave) = index("tests/data/synthetic/shell_r20_r14.nii.gz");
    let (outer, inner) = (20.0_f64, 14.0_f64);
    // S = 4 pi (R^2 + r^2), S' = 8 pi (R - r), V = 4/3 pi (R^3 - r^3).
    let expected = 4.0 * (outer.powi(3) - inner.powi(3)) * (outer - inner)
        / (outer.powi(2) + inner.powi(2)).powi(2);
    // S' is the difference of its two spheres: what these are off counts R / (R - r) times.
    assert!(
        (shell / expected - 1.0).abs() < 0.04 * outer / (outer - inner),
        "{shell} {expected}"
    );
    let share = inner.powi(2) / (outer.powi(2) + inner.powi(2));
    assert!((concave - share).abs() < 0.05, "{concave} {share}");
}
