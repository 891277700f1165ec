//! Rigidity of cuts against analytic sections, a real vertebra and a published table; the same followed
//! through a run.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

use crate::common;

use std::f64::consts::PI;
use std::fs;
use std::path::{Path, PathBuf};

use crate::common::{recorded, refusal};
use howship::mechanics::density_laws::{
    BelowZero, Constants, DensityError, DensityKind, FLOOR_MPA, LAWS, named,
};
use howship::mechanics::mirels::{Advice, Lesion, LesionSite, Pain, advice, score};
use howship::mechanics::rigidity::{
    Axis, Comparison, Cut, Measure, Rigidities, RigidityError, Voxels, cuts, weakest,
};
use howship::output::table::Table;
use howship::run::record::Record;
use howship::run::simulation::Simulation;
use howship::scenario::build::Loaded;
use howship::specimen::image::read;

fn near(found: f64, expected: f64, relative: f64) {
    assert!(
        (found - expected).abs() <= relative * expected.abs(),
        "{found}, expected {expected} within {relative}"
    );
}

/// The cut of a plane section whose modulus is given at points (x, y), mm, from its corner.
fn section(size_mm: [f64; 2], edge_mm: f64, modulus: impl Fn(f64, f64) -> f64 + Sync) -> Cut {
    let [nx, ny] = size_mm.map(|size| (size / edge_mm).round() as usize);
    let voxels = Voxels {
        dims: [nx, ny, 1],
        spacing_mm: [edge_mm; 3],
    };
    let middle = |at: usize| (at as f64 + 0.5) * edge_mm;
    cuts(voxels, Axis::Z, 0.3, |site| {
        modulus(middle(site % nx), middle(site / nx))
    })
    .unwrap()[0]
}

#[test]
fn a_rectangle_is_exact_at_any_voxel_size() {
    for edge_mm in [0.1, 0.25, 0.5, 1.0] {
        let cut = section([2.0, 3.0], edge_mm, |_, _| 1000.0);
        near(cut.rigidities.ea_n, 6000.0, 1e-12);
        near(cut.ei_xx, 4500.0, 1e-12);
        near(cut.ei_yy, 2000.0, 1e-12);
        near(cut.rigidities.ei_min_n_mm2, 2000.0, 1e-12);
        near(cut.ei_max, 4500.0, 1e-12);
        near(cut.rigidities.gj_n_mm2, 2500.0, 1e-12);
        near(cut.centroid_mm[0], 1.0, 1e-12);
        near(cut.centroid_mm[1], 1.5, 1e-12);
        assert!(cut.ei_xy.abs() < 1e-9);
        // It bends most easily about its long side, which is y.
        near(cut.weak_axis_deg.abs(), 90.0, 1e-12);
    }
}

#[test]
fn a_tube_errs_by_what_its_voxels_leave_out() {
    let (r_out, r_in) = (13.0_f64, 7.0_f64);
    let exact_ea = 1000.0 * PI * (r_out * r_out - r_in * r_in);
    let exact_ei = 1000.0 * PI / 4.0 * (r_out.powi(4) - r_in.powi(4));
    near(exact_ei, 20_546_015.95, 1e-9);
    let tube = |x: f64, y: f64| {
        let r = (x - 14.0).hypot(y - 14.0);
        if (r_in..=r_out).contains(&r) {
            1000.0
        } else {
            0.0
        }
    };
    for (edge_mm, ea, ei, gj, error) in [
        (0.5, 378_000.0, 20_641_500.0, 15_878_076.923_076_924, 0.0047),
        (
            0.2,
            376_480.0,
            20_512_539.733_333,
            15_778_876.717_949,
            0.0017,
        ),
        (
            0.1,
            377_160.0,
            20_552_305.2,
            15_809_465.538_461_542,
            0.000_31,
        ),
        (
            0.05,
            377_010.0,
            20_547_203.525,
            15_805_541.173_077,
            0.000_06,
        ),
    ] {
        let cut = section([28.0, 28.0], edge_mm, tube);
        near(cut.rigidities.ea_n, ea, 1e-9);
        near(cut.ei_xx, ei, 1e-9);
        near(cut.rigidities.ei_min_n_mm2, ei, 1e-9);
        near(cut.rigidities.gj_n_mm2, gj, 1e-9);
        near(cut.rigidities.ea_n, exact_ea, 0.003);
        near(cut.ei_xx, exact_ei, error);
        near(cut.rigidities.gj_n_mm2, 2.0 * exact_ei / 2.6, error);
        assert!(cut.weak_axis_deg.abs() < 1e-9, "all axes are alike");
    }
}

#[test]
fn two_materials_shift_the_centroid_to_the_stiffer_one() {
    let cut = section(
        [2.0, 2.0],
        0.1,
        |x, _| if x < 1.0 { 1000.0 } else { 3000.0 },
    );
    near(cut.rigidities.ea_n, 8000.0, 1e-12);
    near(cut.centroid_mm[0], 1.25, 1e-12);
    near(cut.ei_yy, 6500.0 / 3.0, 1e-12);
    near(cut.ei_xx, 8000.0 / 3.0, 1e-12);
}

#[test]
fn a_slot_weakens_a_tube_about_the_axis_through_it() {
    let cut = section([28.0, 28.0], 0.1, |x, y| {
        let (x, y) = (x - 14.0, y - 14.0);
        let r = x.hypot(y);
        let slot = x > 0.0 && y.abs() <= 5.0;
        if (7.0..=13.0).contains(&r) && !slot {
            1000.0
        } else {
            0.0
        }
    });
    near(cut.rigidities.ea_n, 313_860.0, 1e-9);
    near(cut.centroid_mm[0], 12.086_876_314_280_25, 1e-9);
    near(cut.rigidities.ei_min_n_mm2, 13_480_989.743_538_5, 1e-9);
    near(cut.ei_max, 20_000_951.8, 1e-9);
    near(cut.rigidities.gj_n_mm2, 12_877_669.824_437_9, 1e-9);
    assert!(cut.ei_xy.abs() < 1e-3);
}

/// Tube of radii 14 and 8 mm, 17 GPa, with and without a hole of radius 9 mm at (12, 0).
#[test]
fn a_hole_off_the_axis_costs_bending_about_one_axis_most() {
    let tube = |hole: bool| {
        section([30.0, 30.0], 0.25, move |x, y| {
            let (x, y) = (x - 15.0, y - 15.0);
            let inside = (8.0..=14.0).contains(&x.hypot(y));
            if inside && !(hole && (x - 12.0).hypot(y) < 9.0) {
                17_000.0
            } else {
                0.0
            }
        })
    };
    let (whole, drilled) = (tube(false), tube(true));
    near(whole.rigidities.ea_n, 7_050_000.0, 0.02);
    near(whole.ei_xx, 458_233e3, 0.02);
    near(drilled.rigidities.ea_n / whole.rigidities.ea_n, 0.75, 0.02);
    near(drilled.ei_xx / whole.ei_xx, 0.91, 0.02);
    near(drilled.ei_yy / whole.ei_yy, 0.47, 0.02);
    let found = Comparison::of(&[drilled.rigidities], &[whole.rigidities], 0).unwrap();
    near(found.bending.value, 0.47, 0.02);
    assert!(found.has_fallen_by(0.35) && !found.has_fallen_by(0.6));
}

/// The three axes of a block of 2 x 3 x 5 mm, and a turned bar whose weak axis is known.
#[test]
fn axes_and_the_angle_of_the_weak_axis_are_as_stated() {
    let voxels = Voxels {
        dims: [4, 3, 10],
        spacing_mm: [0.5, 1.0, 0.5],
    };
    for (axis, count, area, second) in [
        (Axis::X, 4, 15.0, [3.0 * 125.0, 5.0 * 27.0]),
        (Axis::Y, 3, 10.0, [2.0 * 125.0, 5.0 * 8.0]),
        (Axis::Z, 10, 6.0, [2.0 * 27.0, 3.0 * 8.0]),
    ] {
        let found = cuts(voxels, axis, 0.3, |_| 1000.0).unwrap();
        assert_eq!(found.len(), count);
        for cut in &found {
            near(cut.rigidities.ea_n, 1000.0 * area, 1e-12);
            near(cut.ei_xx, 1000.0 / 12.0 * second[0], 1e-12);
            near(cut.ei_yy, 1000.0 / 12.0 * second[1], 1e-12);
        }
    }
    // A bar along 30 degrees bends most easily about its own length.
    let (sin, cos) = 30.0_f64.to_radians().sin_cos();
    let cut = section([20.0, 20.0], 0.05, |x, y| {
        let (x, y) = (x - 10.0, y - 10.0);
        let (along, across) = (x * cos + y * sin, y * cos - x * sin);
        f64::from(u8::from(along.abs() < 8.0 && across.abs() < 1.0))
    });
    assert!(
        (cut.weak_axis_deg - 30.0).abs() < 0.05,
        "{}",
        cut.weak_axis_deg
    );
    assert!(cut.ei_xy > 0.0);
}

#[test]
fn what_is_no_bone_is_refused_by_name() {
    let voxels = Voxels {
        dims: [2, 2, 2],
        spacing_mm: [1.0; 3],
    };
    let said = |voxels, poisson, modulus: f64| {
        cuts(voxels, Axis::Z, poisson, |site| {
            if site == 5 { modulus } else { 1.0 }
        })
        .unwrap_err()
        .to_string()
    };
    assert!(said(voxels, 0.3, -1.0).contains("voxel (1, 0, 1)"));
    assert!(said(voxels, 0.3, f64::NAN).contains("finite"));
    for poisson in [-1.0, 0.51, f64::NAN] {
        assert!(said(voxels, poisson, 1.0).contains("Poisson"));
    }
    let flat = Voxels {
        spacing_mm: [1.0, 0.0, 1.0],
        ..voxels
    };
    assert!(said(flat, 0.3, 1.0).contains("above zero"));
    let one = [Rigidities::default()];
    assert!(matches!(
        Comparison::of(&one, &[], 0),
        Err(RigidityError::Cuts { .. })
    ));
    assert_eq!(Comparison::of(&one, &one, 0), Err(RigidityError::Empty));
}

fn vertebra(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data/verse004_L2")
        .join(name)
}

/// Every cut of a real vertebra has the rigidities that a program apart from this one found.
#[test]
fn a_real_vertebra_has_the_reference_rigidities_in_every_cut() {
    let density = read(&vertebra("verse004_L2_density.nii.gz"), None).unwrap();
    let labels = read(&vertebra("verse004_L2_labels.nii.gz"), None).unwrap();
    let law = named("kopperdahl").unwrap();
    let found = |most: f32| {
        let voxels = Voxels {
            dims: density.dims,
            spacing_mm: density.spacing_um.map(|um| um * 1e-3),
        };
        cuts(voxels, Axis::Z, 0.3, |site| {
            if (1.0..=most).contains(&labels.values[site]) {
                let density = f64::from(density.values[site]) * 1e-3;
                law.modulus_mpa(density, &Constants::default(), BelowZero::Floor)
                    .unwrap()
            } else {
                0.0
            }
        })
        .unwrap()
    };
    let (all, body) = (found(4.0), found(2.0));
    let text = fs::read_to_string(vertebra("verse004_L2_ctra_reference.csv")).unwrap();
    let reference = Table::from_csv(&text, Path::new("reference")).unwrap();
    assert_eq!(reference.rows.len(), 49);
    for row in &reference.rows {
        let (cut, body) = (&all[row[0] as usize], &body[row[0] as usize]);
        assert_eq!(cut.voxels, row[1] as usize);
        // The table has seven digits; the image is held in numbers of 24 bits.
        near(cut.rigidities.ea_n, row[2], 1e-6);
        near(cut.rigidities.ei_min_n_mm2, row[3], 1e-6);
        near(cut.ei_max, row[4], 1e-6);
        near(cut.rigidities.gj_n_mm2, row[5], 1e-6);
        near(body.rigidities.ea_n, row[6], 1e-6);
    }
    let filled: Vec<usize> = (0..all.len()).filter(|&k| all[k].voxels > 0).collect();
    assert_eq!(filled.len(), 49, "no bone outside of the table");
    // At least five cuts inside the body of the vertebra.
    let inside: Vec<usize> = (0..body.len()).filter(|&k| body[k].voxels > 0).collect();
    let inside = inside[5]..=inside[inside.len() - 6];
    let least = weakest(&all[inside], Measure::Axial).unwrap();
    assert_eq!(least.cut, 48);
    near(least.value, 7.12867e5, 1e-6);
}

/// Half of a real cube drilled through: what is left is what the drill left, and the weakest cut lies
/// in the hole.
#[test]
fn a_hole_in_real_trabecular_bone_is_found_where_it_is() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("scenarios/specimens/lhdl3155/lhdl3155_seg_c128.nii.gz");
    let image = read(&path, None).unwrap();
    let (bone, _) = image.binarise(None).unwrap();
    let [nx, ny, nz] = image.dims;
    let voxels = Voxels {
        dims: image.dims,
        spacing_mm: image.spacing_um.map(|um| um * 1e-3),
    };
    // A ball of 0.9 mm around the middle of cut 80, towards one side.
    let in_ball = |site: usize| {
        let at = [site % nx, site / nx % ny, site / (nx * ny)];
        let middle = [90, ny / 2, 80];
        let squared: f64 = (0..3)
            .map(|axis| ((at[axis] as f64 - middle[axis] as f64) * voxels.spacing_mm[axis]).powi(2))
            .sum();
        squared < 0.9 * 0.9
    };
    let modulus = |site: usize| if bone[site] { 18_000.0 } else { 0.0 };
    let whole = cuts(voxels, Axis::Z, 0.3, modulus).unwrap();
    let drilled = cuts(voxels, Axis::Z, 0.3, |site| {
        if in_ball(site) { 0.0 } else { modulus(site) }
    })
    .unwrap();
    let area_mm2 = voxels.spacing_mm[0] * voxels.spacing_mm[1];
    let layer = |z: usize, taken: bool| {
        let sites = z * nx * ny..(z + 1) * nx * ny;
        sites
            .filter(|&site| bone[site] && !(taken && in_ball(site)))
            .count() as f64
    };
    for z in 0..nz {
        near(
            whole[z].rigidities.ea_n,
            18_000.0 * area_mm2 * layer(z, false),
            1e-12,
        );
        near(
            drilled[z].rigidities.ea_n,
            18_000.0 * area_mm2 * layer(z, true),
            1e-12,
        );
    }
    let all = |cuts: &[Cut]| -> Vec<Rigidities> { cuts.iter().map(|cut| cut.rigidities).collect() };
    let found = Comparison::of(&all(&drilled), &all(&whole), 0).unwrap();
    let reach = (0.9 / voxels.spacing_mm[2]) as usize;
    for measure in Measure::ALL {
        let at = found.at(measure);
        assert!(at.value < 0.9 && at.cut.abs_diff(80) < reach, "{at:?}");
    }
    // Cuts beyond the hole have lost nothing.
    near(drilled[5].rigidities.ea_n, whole[5].rigidities.ea_n, 1e-15);
}

#[test]
fn laws_give_the_moduli_that_their_papers_do() {
    let constants = Constants::default();
    for (name, density, expected) in [
        ("morgan_vertebra", 0.2, 4730.0 * 0.2_f64.powf(1.56)),
        ("morgan_femoral_neck", 1.0, 6850.0),
        ("morgan_tibia", 1.0, 15_520.0),
        ("morgan_trochanter", 1.0, 15_010.0),
        ("morgan_pooled", 1.0, 8920.0),
        // The value that the published vertebral model prints for its densest voxel.
        ("kopperdahl", 1.8705, 5751.2),
        ("crawford", 0.2, 611.3),
        ("crawford", 0.005, 0.0),
        ("rice_snyder", 0.5, 275.0),
        ("rice_snyder", 1.1, 601.0),
        ("rice_snyder", 1.8, 15_938.0),
        ("keller", 1.0, 10_500.0),
        ("carter_hayes", 1.0, 3790.0 * 0.01_f64.powf(0.06)),
        ("hernandez", 0.2, 390.0),
        ("hernandez", 0.95, 21_800.0),
        ("tissue", 1.0, 18_000.0),
    ] {
        let law = named(name).unwrap();
        let found = law
            .modulus_mpa(density, &constants, BelowZero::Refuse)
            .unwrap();
        assert!(
            (found - expected).abs() <= 3e-3 * expected,
            "{name}: {found}, {expected}"
        );
    }
    // The pair of laws of structural rigidity analysis jumps where it is switched.
    let pair = named("rice_snyder").unwrap();
    let at = |density| {
        pair.modulus_mpa(density, &constants, BelowZero::Refuse)
            .unwrap()
    };
    near(at(1.1 - 1e-9), 1062.2, 1e-6);
    near(at(1.1), 601.0, 1e-6);
}

#[test]
fn densities_that_no_bone_has_are_refused_or_follow_a_rule_that_is_named() {
    let constants = Constants::default();
    assert!(named("gibson").is_none());
    for law in LAWS {
        let at = |density, rule| law.modulus_mpa(density, &constants, rule);
        assert!(matches!(
            at(f64::NAN, BelowZero::Floor),
            Err(DensityError::NotFinite(_))
        ));
        if law.density == DensityKind::BoneVolume {
            for share in [-0.1, 1.1] {
                assert!(matches!(
                    at(share, BelowZero::Floor),
                    Err(DensityError::NoShare(_))
                ));
            }
        } else {
            assert_eq!(at(-0.05, BelowZero::Floor), Ok(FLOOR_MPA), "{}", law.name);
            assert!(matches!(
                at(-0.05, BelowZero::Refuse),
                Err(DensityError::Negative(_))
            ));
            // 180 mg/cm3 given as g/cm3.
            assert!(matches!(
                at(180.0, BelowZero::Floor),
                Err(DensityError::TooDense(_))
            ));
        }
        assert!(!law.source.is_empty() && !law.formula.is_empty());
        let wrong = Constants {
            ash_fraction: 1.5,
            ..constants
        };
        assert!(law.modulus_mpa(0.5, &wrong, BelowZero::Refuse).is_err());
    }
}

#[test]
fn the_table_of_mirels_is_scored_by_its_rows() {
    let least = score(LesionSite::UpperLimb, Pain::Mild, Lesion::Blastic, 0.2).unwrap();
    let middle = score(LesionSite::LowerLimb, Pain::Moderate, Lesion::Mixed, 0.5).unwrap();
    let most = score(
        LesionSite::Peritrochanteric,
        Pain::Functional,
        Lesion::Lytic,
        0.9,
    )
    .unwrap();
    assert_eq!((least, middle, most), (4, 8, 12));
    for (points, expected) in [
        (4, Advice::Observe),
        (7, Advice::Observe),
        (8, Advice::Judge),
        (9, Advice::Fix),
        (12, Advice::Fix),
    ] {
        assert_eq!(advice(points), expected, "{points}");
    }
    // A third and two thirds belong to the middle row.
    for (size, points) in [
        (0.0, 4),
        (0.333, 4),
        (1.0 / 3.0, 5),
        (2.0 / 3.0, 5),
        (0.667, 6),
    ] {
        let found = score(LesionSite::UpperLimb, Pain::Mild, Lesion::Blastic, size).unwrap();
        assert_eq!(found, points, "{size}");
    }
    for size in [-0.1, 1.1, f64::NAN] {
        assert!(score(LesionSite::UpperLimb, Pain::Mild, Lesion::Lytic, size).is_err());
    }
}

const SMALL: &str = r#"
name = "small"
preset = "mouse"
seed = 3
[run]
duration = "10 d"
burn_in = "2 d"
tick = "6 h"
[lattice]
size = [30, 24, 16]
site = "10 um"
[specimen.slab]
thickness = "120 um"
[inoculation]
cells = 300
"#;

fn loaded(more: &str) -> Loaded {
    common::loaded(&format!("{SMALL}{more}"), &[])
}

#[test]
fn a_run_reports_its_weakest_cut_against_day_0_and_the_tissue_does_not_feel_it() {
    let (bare_record, bare) = recorded(&loaded(""));
    let with = loaded("[rigidity]\naxis = \"x\"\nevery = \"4 d\"\nmodulus = \"10 GPa\"\n");
    let (record, followed) = recorded(&with);
    assert_eq!(bare_record.series, record.series);
    let table = |record: &Record, file: &str| record.tables.get(file).cloned();
    assert!(table(&bare_record, "rigidity.csv").is_none() && bare.state.parts.rigidity.is_none());
    let rigidity = table(&record, "rigidity.csv").unwrap();
    assert_ne!(bare.state.digest(), followed.state.digest());
    let mut cleared = followed.state.clone();
    cleared.parts.rigidity = None;
    assert_eq!(bare.state.digest(), cleared.digest());
    // Days 0, 4, 8 and the last.
    let days = rigidity.column("time_d").unwrap();
    assert_eq!(days, [0.0, 4.0, 8.0, 10.0]);
    for name in ["ea_ratio", "ei_min_ratio", "gj_ratio", "least_ratio"] {
        let ratios = rigidity.column(name).unwrap();
        near(ratios[0], 1.0, 1e-15);
        assert!(ratios.iter().all(|&ratio| ratio > 0.0 && ratio < 1.5));
    }
    // The cut that is named has the ratio that is given, and no cut has less.
    let cuts = table(&record, "rigidity_cuts.csv").unwrap();
    assert_eq!(cuts.rows.len(), 30);
    let ratios: Vec<f64> = cuts.rows.iter().map(|row| row[3] / row[2]).collect();
    let last = rigidity.rows.last().unwrap();
    near(ratios[last[2] as usize], last[1], 1e-15);
    assert!(ratios.iter().all(|&ratio| ratio >= last[1]));
    // EA of a cut across x is the mineralised matrix in it, times the modulus and the area of a site.
    let bone = &followed.state.bone;
    let matrix: f64 = (0..bone.matrix.len())
        .filter(|site| site % 30 == 7)
        .map(|site| f64::from((bone.matrix[site] - bone.osteoid[site]).max(0.0)))
        .sum();
    near(cuts.rows[7][3], 10_000.0 * 1e-4 * matrix, 1e-9);
}

/// Bone as it is seeded, old and without osteoid, has the modulus that its law says.
#[test]
fn mineral_counts_where_it_is_asked_for() {
    let by_mineral = loaded("[rigidity]\nlaw = \"hernandez\"\n").build().unwrap();
    let by_tissue = loaded("[rigidity]\n").build().unwrap();
    let stiff = |simulation: &Simulation, site: usize| {
        let law = simulation.model.parts.rigidity.as_ref().unwrap();
        law.modulus_mpa(&simulation.state.bone, site)
    };
    let bone = &by_tissue.state.bone;
    let site = (0..bone.matrix.len())
        .find(|&site| bone.matrix[site] >= 1.0)
        .unwrap();
    near(stiff(&by_tissue, site), 18_000.0, 1e-6);
    // Mineral of 0.442 is an ash fraction of 0.635: 84370 x 0.635^2.74 MPa.
    near(stiff(&by_mineral, site), 24_300.0, 0.005);
    let marrow = (0..bone.matrix.len())
        .find(|&site| bone.matrix[site] <= 0.0)
        .unwrap();
    assert!(stiff(&by_mineral, marrow) <= 0.0 && stiff(&by_tissue, marrow) <= 0.0);
}

#[test]
fn a_run_taken_up_in_the_middle_ends_in_the_same_rigidity() {
    let with = loaded("[rigidity]\nevery = \"3 d\"\n");
    let mut simulation = with.build().unwrap();
    let mut record = Record::new(&with);
    simulation.begin().unwrap();
    let mut saved = Vec::new();
    while !simulation.is_done() {
        simulation.step().unwrap();
        record.take(&with, &simulation);
        if [-12.0, 0.0, 102.0].contains(&simulation.state.time_h) {
            saved.push(with.checkpoint(&simulation, &record, 0.0).unwrap());
        }
    }
    assert_eq!(saved.len(), 3);
    for bytes in saved {
        let restored = howship::run::checkpoint::open(&bytes)
            .unwrap()
            .restore()
            .unwrap();
        let (mut again, mut record_again) = (restored.simulation, restored.record);
        while !again.is_done() {
            again.step().unwrap();
            record_again.take(&with, &again);
        }
        assert_eq!(again.state.digest(), simulation.state.digest());
        assert_eq!(again.state.parts.rigidity, simulation.state.parts.rigidity);
        assert_eq!(record_again.tables, record.tables);
    }
}

#[test]
fn a_rigidity_that_makes_no_sense_is_refused_by_name() {
    let said = |more: &str| refusal(&format!("{SMALL}{more}"), &[]);
    for (more, words) in [
        (
            "[rigidity]\nevery = \"36 h\"\n",
            ["rigidity.every", "whole days"],
        ),
        ("[rigidity]\npoisson = 0.6\n", ["rigidity.poisson", "0.5"]),
        (
            "[rigidity]\nmodulus = \"0 GPa\"\n",
            ["rigidity.modulus", "above zero"],
        ),
        ("[rigidity]\nmodulus = 18\n", ["without a unit", "18 GPa"]),
        (
            "[rigidity]\nlaw = \"hernandez\"\nmodulus = \"18 GPa\"\n",
            ["rigidity.modulus", "remove it"],
        ),
        ("[rigidity]\naxis = \"w\"\n", ["axis", "w"]),
        ("[rigidity]\nlenght = 1\n", ["lenght", "rigidity"]),
        (
            "[rigidity]\n[arms.a]\nat = \"2 d\"\nset = [\"rigidity.axis = x\"]\n",
            ["rigidity", "shared by all arms"],
        ),
    ] {
        let found = said(more);
        for word in words {
            assert!(found.contains(word), "no {word} in: {found}");
        }
    }
}

fn howship(words: &[&str]) -> std::process::Output {
    common::howship().args(words).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn the_command_finds_the_weakest_cut_of_the_vertebra_and_writes_its_table() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("cuts.csv");
    let (density, labels) = (
        vertebra("verse004_L2_density.nii.gz"),
        vertebra("verse004_L2_labels.nii.gz"),
    );
    let (density, labels) = (density.to_str().unwrap(), labels.to_str().unwrap());
    let words = [
        "rigidity",
        density,
        "--labels",
        labels,
        "--include",
        "1,2,3,4",
        "--law",
        "kopperdahl",
    ];
    let with = |more: &[&str]| howship(&[&words, more].concat());
    let done = with(&["--floor", "--cuts", "31-51", "--out", out.to_str().unwrap()]);
    assert!(done.status.success(), "{}", text(&done.stderr));
    let said = text(&done.stdout);
    assert!(said.contains("7.128669e5 N at cut 48"), "{said}");
    assert!(
        said.contains("Kopperdahl 2002") && said.contains("QCT density"),
        "{said}"
    );
    let table = Table::read_csv(&out).unwrap();
    assert_eq!(table.rows.len(), 21);
    near(table.column("ea_n").unwrap()[48 - 31], 7.12867e5, 1e-6);
    // Nothing is overwritten.
    let again = with(&["--floor", "--out", out.to_str().unwrap()]);
    assert_eq!(again.status.code(), Some(2));
    assert!(text(&again.stderr).contains("exists already"));
    // A bone is as strong as itself.
    let same = with(&["--floor", "--intact", density]);
    assert!(
        text(&same.stdout).contains("not flagged"),
        "{}",
        text(&same.stdout)
    );
    // Without the rule a density below zero has no modulus.
    let refused = with(&[]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(
        text(&refused.stderr).contains("below zero"),
        "{}",
        text(&refused.stderr)
    );
}

#[test]
fn the_modulus_that_was_given_is_named() {
    let mask = common::repository("scenarios/specimens/shrew/shrew_seg.nii.gz");
    let mask = mask.to_str().unwrap();
    let said = |more: &[&str]| text(&howship(&[&["rigidity", mask], more].concat()).stdout);
    let (own, given) = (said(&[]), said(&["--modulus", "10 GPa"]));
    assert!(
        own.contains("  Bayraktar 2004: 18 GPa in trabeculae; takes"),
        "{own}"
    );
    assert!(
        given.contains("10 GPa, as given (Bayraktar 2004: 18 GPa"),
        "{given}"
    );
}

#[test]
fn the_command_refuses_what_it_cannot_mean() {
    let density = vertebra("verse004_L2_density.nii.gz");
    let labels = vertebra("verse004_L2_labels.nii.gz");
    let (density, labels) = (density.to_str().unwrap(), labels.to_str().unwrap());
    let mask = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("scenarios/specimens/lhdl3155/lhdl3155_seg_c128.nii.gz");
    let mask = mask.to_str().unwrap();
    for (words, expected) in [
        (vec!["rigidity", density], "not segmented"),
        (vec!["rigidity", density, "--law", "hooke"], "kopperdahl"),
        (
            vec![
                "rigidity",
                density,
                "--law",
                "crawford",
                "--labels",
                mask,
                "--include",
                "1",
            ],
            "size of the volume",
        ),
        (
            vec![
                "rigidity",
                density,
                "--law",
                "crawford",
                "--labels",
                labels,
                "--include",
                "9",
            ],
            "has the labels 0, 1, 2, 3, 4, 5, 6",
        ),
        (
            vec![
                "rigidity",
                density,
                "--law",
                "crawford",
                "--labels",
                density,
                "--include",
                "1",
            ],
            "no label",
        ),
        (vec!["rigidity", mask, "--cuts", "5-4"], "31-51"),
        (vec!["rigidity", mask, "--cuts", "0-128"], "cuts 0 to 127"),
        (vec!["rigidity", mask, "--axis", "w"], "x, y or z"),
        (vec!["rigidity", mask, "--poisson", "0.7"], "Poisson"),
        // Numbers of other laws would do nothing.
        (
            vec![
                "rigidity",
                mask,
                "--law",
                "hernandez",
                "--modulus",
                "10 GPa",
            ],
            "--modulus is for --law tissue, and the law here is hernandez",
        ),
        (
            vec!["rigidity", mask, "--ash-fraction", "0.6"],
            "--ash-fraction is for --law hernandez, and the law here is tissue",
        ),
        (
            vec![
                "rigidity",
                density,
                "--law",
                "keller",
                "--strain-rate",
                "1 /s",
            ],
            "--strain-rate is for --law carter_hayes",
        ),
        (
            vec!["rigidity", mask, "--floor"],
            "--floor is for densities",
        ),
        (
            vec!["rigidity", mask, "--intact", density, "--law", "tissue"],
            "cuts across z",
        ),
        (
            vec![
                "mirels", "--site", "skull", "--pain", "mild", "--lesion", "lytic", "--size", "0.5",
            ],
            "peritrochanteric",
        ),
    ] {
        let refused = howship(&words);
        assert_eq!(refused.status.code(), Some(2), "{words:?}");
        let said = text(&refused.stderr);
        assert!(said.contains(expected), "no {expected} in: {said}");
    }
    let scored = howship(&[
        "mirels",
        "--site",
        "lower_limb",
        "--pain",
        "functional",
        "--lesion",
        "lytic",
        "--size",
        "0.5",
    ]);
    assert!(
        text(&scored.stdout).contains("10 of 12 points: fix"),
        "{}",
        text(&scored.stdout)
    );
}

/// Labels of another place would count other voxels than those that were labelled.
#[test]
fn labels_that_lie_elsewhere_than_the_volume_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, more: &str| {
        let mut bytes = format!(
            "ObjectType = Image\nNDims = 3\nDimSize = 4 4 4\nElementSpacing = 1 1 1\n{more}\
             ElementType = MET_UCHAR\nElementDataFile = LOCAL\n"
        )
        .into_bytes();
        bytes.extend((0..64_u8).map(|i| u8::from(i % 4 < 2)));
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let volume = write("volume.mha", "Offset = 3 4 5\n");
    let run = |labels: &str| howship(&["rigidity", &volume, "--labels", labels, "--include", "1"]);
    let near = run(&write("near.mha", "Offset = 3 4.4 5\n"));
    assert_eq!(near.status.code(), Some(0), "{}", text(&near.stderr));
    let turned = "Offset = 3 4 5\nTransformMatrix = -1 0 0 0 -1 0 0 0 1\n";
    for (name, more, expected) in [
        ("moved.mha", "Offset = 3 4 5.6\n", "half a voxel"),
        ("turned.mha", turned, "its axes"),
    ] {
        let refused = run(&write(name, more));
        assert_eq!(refused.status.code(), Some(2), "{name}");
        let said = text(&refused.stderr);
        assert!(said.contains(expected) && said.contains(name), "{said}");
    }
    let out = folder.path().join("none/cuts.csv");
    let refused = howship(&["rigidity", &volume, "--out", out.to_str().unwrap()]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(text(&refused.stderr).contains("there is no folder"));
}
