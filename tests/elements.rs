//! Finite elements of voxels against exact answers, theory and another program, and `specimen --fe`.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

use std::fs;

use crate::common::{Bench, howship, on_threads, repository, said};
use howship::mechanics::elements::{
    Answer, Body, ElementsError, Ends, Failure, Load, Moduli, Motion, Precision,
};
use howship::mechanics::rigidity::{Axis, Voxels};
use howship::specimen::image::read;
use serde_json::Value;

const EXACT: Precision = Precision {
    tolerance: 1e-11,
    most_iterations: 1000,
};

fn near(found: f64, expected: f64, relative: f64) {
    assert!(
        (found - expected).abs() <= relative * expected.abs(),
        "{found}, expected {expected} within {relative}"
    );
}

fn along(axis: Axis, ends: Ends) -> Load {
    Load {
        axis,
        ends,
        ..Load::default()
    }
}

/// Voxels of bone where this holds of their place.
struct Shape {
    voxels: Voxels,
    bone: Vec<bool>,
}

impl Shape {
    fn new(dims: [usize; 3], edge_mm: f64, is_bone: impl Fn([usize; 3]) -> bool) -> Self {
        let [nx, ny, nz] = dims;
        let place = |voxel: usize| [voxel % nx, voxel / nx % ny, voxel / (nx * ny)];
        Self {
            voxels: Voxels {
                dims,
                spacing_mm: [edge_mm; 3],
            },
            bone: (0..nx * ny * nz)
                .map(|voxel| is_bone(place(voxel)))
                .collect(),
        }
    }

    /// A part of a mask, from its corner.
    fn of_file(path: &str, edge: usize) -> Self {
        let image = read(&repository(path), None).unwrap();
        let part = image.crop([0; 3], [edge; 3]).unwrap();
        Self {
            voxels: Voxels {
                dims: part.dims,
                spacing_mm: part.spacing_um.map(|um| um * 1e-3),
            },
            bone: part.values.iter().map(|&value| value > 0.5).collect(),
        }
    }

    fn body(&self, modulus_mpa: f64, poisson: f64) -> Body<'_> {
        Body {
            voxels: self.voxels,
            moduli: Moduli::One {
                bone: &self.bone,
                modulus_mpa,
            },
            poisson,
        }
    }

    fn under(&self, load: &Load) -> Answer {
        self.body(1000.0, 0.3).under(load, &EXACT).unwrap()
    }

    fn refused(&self, load: &Load) -> String {
        match self.body(1000.0, 0.3).under(load, &EXACT) {
            Ok(_) => panic!("accepted {load:?}"),
            Err(error) => error.to_string(),
        }
    }
}

fn gyroid(edge: usize) -> Shape {
    Shape::of_file("tests/data/synthetic/gyroid_p32_t0.6.nii.gz", edge)
}

fn bone_c64() -> Shape {
    Shape::of_file("tests/data/elements/lhdl3155_seg_c64_fe.nii.gz", 64)
}

/// Layers across z of 1000 and 3000 MPa, six voxels each.
fn laminate() -> Vec<f32> {
    (0..12 * 12 * 12)
        .map(|voxel| if voxel < 6 * 144 { 1000.0 } else { 3000.0 })
        .collect()
}

#[test]
fn every_case_of_parosol_comes_out_within_a_ten_thousandth() {
    let text = fs::read_to_string(repository("tests/data/elements/parosol.json")).unwrap();
    let reference: Value = serde_json::from_str(&text).unwrap();
    let cases = reference["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 9);
    let bar = Shape::new([6, 8, 10], 0.1, |_| true);
    let cube = Shape::new([12; 3], 0.1, |_| true);
    let (gyroid, bone, laminate) = (gyroid(64), bone_c64(), laminate());
    for case in cases {
        let name = case["name"].as_str().unwrap();
        let poisson = case["nu"].as_f64().unwrap();
        let body = match name {
            "homog_6x8x10" | "homog_6x8x10_nu0" => bar.body(1000.0, poisson),
            "gyroid64_p32_t0.6_E10000" => gyroid.body(10_000.0, poisson),
            "lhdl3155_c64_E10000" => bone.body(10_000.0, poisson),
            "laminate_series_z_1000_3000" | "laminate_parallel_x_1000_3000" => Body {
                voxels: cube.voxels,
                moduli: Moduli::Each(&laminate),
                poisson,
            },
            other => panic!("no shape for {other}"),
        };
        let ends = match case["bc"].as_str().unwrap() {
            "clamped" => Ends::Clamped,
            "uniaxial" => Ends::Uniaxial,
            other => panic!("no ends for {other}"),
        };
        let axis: Axis = case["axis"].as_str().unwrap().parse().unwrap();
        let found = body
            .under(&along(axis, ends), &Precision::default())
            .unwrap();
        let expected = |field: &str| case[field].as_f64().unwrap();
        let count = |field: &str| case[field].as_u64().unwrap() as usize;
        assert_eq!(found.carrying(), count("elements"), "{name}");
        assert_eq!(found.nodes(), count("nodes"), "{name}");
        assert_eq!(found.left_out(), 0, "{name}");
        near(found.stiffness(), expected("stiffness_N_per_mm"), 1e-5);
        near(
            found.apparent_modulus_mpa().unwrap(),
            expected("Eapp_MPa"),
            1e-5,
        );
        assert!(found.iterations() <= 40, "{name}: {}", found.iterations());
    }
}

#[test]
fn a_bar_of_one_material_is_exact() {
    let bar = Shape::new([5, 7, 9], 0.05, |_| true);
    for axis in [Axis::X, Axis::Y, Axis::Z] {
        let found = bar.under(&along(axis, Ends::Uniaxial));
        near(found.apparent_modulus_mpa().unwrap(), 1000.0, 1e-10);
        let area_mm2 = found.gross_area_mm2();
        near(
            found.failure_load(&Failure::PISTOIA),
            0.007 * 1000.0 * area_mm2,
            1e-9,
        );
        near(
            found.failure_load(&Failure::YIELD),
            0.0083 * 1000.0 * area_mm2,
            1e-9,
        );
        near(found.load_at_strain(0.002), 2.0 * area_mm2, 1e-9);
        // Half of the force times the way, in every voxel alike.
        let energy = found.energy_density_mpa();
        assert_eq!(energy.len(), 5 * 7 * 9);
        for value in energy {
            near(f64::from(value), 0.5 * 1000.0 * 1e-4, 1e-6);
        }
    }
}

#[test]
fn the_energy_of_the_voxels_is_the_work_of_the_end() {
    let shape = gyroid(24);
    for motion in [Motion::Compression, Motion::Shear(Axis::X), Motion::Torsion] {
        let load = Load {
            motion,
            ..Load::default()
        };
        let found = shape.under(&load);
        let way = match motion {
            Motion::Torsion => 0.01,
            _ => 0.01 * found.length_mm(),
        };
        near(found.energy_mj(), 0.5 * found.stiffness() * way * way, 1e-8);
        let voxel_mm3: f64 = shape.voxels.spacing_mm.iter().product();
        let density = found.energy_density_mpa();
        let sum: f64 = density.iter().map(|&value| f64::from(value)).sum();
        near(sum * voxel_mm3, found.energy_mj(), 1e-5);
    }
}

#[test]
fn a_beam_converges_to_that_of_timoshenko_with_the_second_order() {
    // Both ends clamped, one shifted: two cantilevers of half its length, end to end.
    let (width_mm, length_mm, modulus) = (1.0_f64, 10.0_f64, 1000.0);
    let stiffness = |across: usize| {
        let beam = Shape::new(
            [across, across, 10 * across],
            width_mm / across as f64,
            |_| true,
        );
        let load = Load {
            motion: Motion::Shear(Axis::X),
            ..Load::default()
        };
        beam.body(modulus, 0.0)
            .under(&load, &EXACT)
            .unwrap()
            .stiffness()
    };
    let inertia = width_mm.powi(4) / 12.0;
    let shear = 12.0 * modulus * inertia / (5.0 / 6.0 * 0.5 * modulus * length_mm.powi(2));
    let theory = 12.0 * modulus * inertia / (length_mm.powi(3) * (1.0 + shear));
    let found = [2, 4, 8].map(stiffness);
    let errors = found.map(|value| value / theory - 1.0);
    let order = ((found[0] - found[1]) / (found[1] - found[2])).log2();
    assert!((1.8..2.3).contains(&order), "order {order}, {errors:?}");
    let limit = found[2] + (found[2] - found[1]) / 3.0;
    near(limit, theory, 0.01);
}

#[test]
fn a_plate_gives_way_by_its_hole_as_theory_says() {
    // A small round hole in a plate under tension adds three times its share of the area to the
    // compliance (plane stress).
    let added = |radius: usize| {
        let half = 8 * radius;
        let middle = half as f64 - 0.5;
        let plate = Shape::new([2 * half, 2 * half, 1], 1.0 / radius as f64, |[x, y, _]| {
            let [x, y] = [x, y].map(|at| at as f64 - middle);
            x * x + y * y >= (radius * radius) as f64
        });
        let found = plate.under(&along(Axis::Y, Ends::Uniaxial));
        let hole = plate.bone.iter().filter(|&&bone| !bone).count();
        let share = hole as f64 / plate.bone.len() as f64;
        (1000.0 / found.apparent_modulus_mpa().unwrap() - 1.0) / share
    };
    let found = [2, 4, 8].map(added);
    // The hole has steps for an edge, which come nearer to it with the first order.
    let order = ((found[0] - found[1]) / (found[1] - found[2])).log2();
    assert!((0.7..1.3).contains(&order), "order {order}, {found:?}");
    near(2.0 * found[2] - found[1], 3.0, 0.03);
}

#[test]
fn a_round_bar_twists_by_its_polar_moment() {
    let twist = |radius: usize| {
        let edge_mm = 1.0 / radius as f64;
        let middle = radius as f64 - 0.5;
        let bar = Shape::new(
            [2 * radius, 2 * radius, 3 * radius],
            edge_mm,
            |[x, y, _]| {
                let [x, y] = [x, y].map(|at| at as f64 - middle);
                x * x + y * y <= (radius * radius) as f64
            },
        );
        let load = Load {
            motion: Motion::Torsion,
            ..Load::default()
        };
        let found = bar.under(&load);
        assert_eq!(found.apparent_modulus_mpa(), None);
        let section = bar.bone[..4 * radius * radius].iter().enumerate();
        let moment: f64 = section
            .filter(|&(_, &bone)| bone)
            .map(|(voxel, _)| {
                let [x, y] = [voxel % (2 * radius), voxel / (2 * radius)]
                    .map(|at| (at as f64 - middle) * edge_mm);
                (x * x + y * y + edge_mm * edge_mm / 6.0) * edge_mm * edge_mm
            })
            .sum();
        found.stiffness() / (1000.0 / 2.6 * moment / 3.0)
    };
    let found = [4, 8, 12].map(twist);
    assert!(found.is_sorted() && found[2] < 1.0, "{found:?}");
    near(found[2], 1.0, 0.03);
}

#[test]
fn the_tensor_of_one_material_is_that_of_hooke() {
    let block = Shape::new([4, 5, 6], 0.1, |_| true);
    let tensor = block.body(1000.0, 0.3).tensor(&EXACT).unwrap();
    let (shear, lame) = (1000.0 / 2.6, 1000.0 * 0.3 / (1.3 * 0.4));
    for i in 0..6 {
        for j in 0..6 {
            let expected = match (i, j) {
                _ if i == j && i < 3 => lame + 2.0 * shear,
                _ if i == j => shear,
                _ if i < 3 && j < 3 => lame,
                _ => 0.0,
            };
            assert!(
                (tensor.stiffness_mpa[i][j] - expected).abs() < 1e-7,
                "{i} {j}"
            );
        }
    }
    let found = tensor.orthotropic().unwrap();
    for value in found.e_mpa {
        near(value, 1000.0, 1e-9);
    }
    for value in found.poisson {
        near(value, 0.3, 1e-9);
    }
    assert!(found.beyond < 1e-9);
}

#[test]
fn layers_are_stiffer_along_than_across() {
    let moduli = laminate();
    let body = Body {
        voxels: Shape::new([12; 3], 0.1, |_| true).voxels,
        moduli: Moduli::Each(&moduli),
        poisson: 0.0,
    };
    let found = body.tensor(&EXACT).unwrap().orthotropic().unwrap();
    // Across, faces that are held keep the layers from yielding one by one.
    assert!((1500.0..2000.0).contains(&found.e_mpa[2]), "{found:?}");
    near(found.e_mpa[0], 2000.0, 1e-6);
    near(found.e_mpa[1], 2000.0, 1e-6);
}

#[test]
fn no_bit_depends_on_the_number_of_threads() {
    let shape = gyroid(40);
    let bits = |threads: usize| {
        on_threads(threads, || {
            let found = shape
                .body(1.0, 0.3)
                .under(&Load::default(), &Precision::default())
                .unwrap();
            let moved: Vec<[u64; 3]> = found
                .displacements_mm()
                .map(|(_, by)| by.map(f64::to_bits))
                .collect();
            (found.iterations(), found.stiffness().to_bits(), moved)
        })
    };
    let one = bits(1);
    assert!(one.0 > 3);
    for threads in [2, 5] {
        assert!(bits(threads) == one, "{threads} threads");
    }
}

#[test]
fn only_bone_that_joins_both_ends_counts() {
    let post = |[x, y, _]: [usize; 3]| x < 3 && y < 3;
    // A stump on the upper end, and an island.
    let stump = |[x, y, z]: [usize; 3]| x > 6 && y > 6 && z > 5;
    let island = |at: [usize; 3]| at == [5, 5, 4];
    let alone = Shape::new([10; 3], 0.1, post).under(&Load::default());
    let shape = Shape::new([10; 3], 0.1, |at| post(at) || stump(at) || island(at));
    let found = shape.under(&Load::default());
    assert_eq!((alone.carrying(), alone.left_out()), (90, 0));
    assert_eq!((found.carrying(), found.left_out()), (90, 37));
    assert_eq!(found.stiffness().to_bits(), alone.stiffness().to_bits());
    let density = found.energy_density_mpa();
    for (voxel, value) in density.iter().enumerate() {
        let at = [voxel % 10, voxel / 10 % 10, voxel / 100];
        assert_eq!(*value > 0.0, post(at), "{at:?}");
    }
}

#[test]
fn what_makes_no_sense_is_refused_with_what_is_allowed() {
    let half = Shape::new([6; 3], 0.1, |[_, _, z]| z < 3);
    let words = half.refused(&Load::default());
    assert!(
        words.contains("no bone joins both ends along z (108 voxels of bone, 36"),
        "{words}"
    );
    let whole = Shape::new([6; 3], 0.1, |_| true);
    let locked = |locked| Load {
        locked,
        ..Load::default()
    };
    let words = whole.refused(&locked(3));
    assert!(words.contains("at most 2 can be locked"), "{words}");
    whole.under(&locked(2));
    whole.refused(&locked(usize::MAX));
    let words = whole.refused(&Load {
        motion: Motion::Shear(Axis::Z),
        ..Load::default()
    });
    assert!(words.contains("one of the two other axes"), "{words}");
    let words = whole.refused(&Load {
        motion: Motion::Torsion,
        ends: Ends::Uniaxial,
        ..Load::default()
    });
    assert!(words.contains("torsion needs clamped ends"), "{words}");
    for (modulus, poisson) in [
        (0.0, 0.3),
        (f64::NAN, 0.3),
        (-5.0, 0.3),
        (1.0, 0.5),
        (1.0, -1.0),
    ] {
        let found = whole.body(modulus, poisson).under(&Load::default(), &EXACT);
        assert!(
            matches!(
                found,
                Err(ElementsError::Modulus(_) | ElementsError::Poisson(_))
            ),
            "{modulus} {poisson}"
        );
    }
    let few = Precision {
        most_iterations: 1,
        ..EXACT
    };
    let Err(error) = gyroid(16).body(1.0, 0.3).under(&Load::default(), &few) else {
        panic!("in one iteration");
    };
    assert!(error.to_string().contains("after 1 iterations"), "{error}");
}

/// The program on a specimen, and its JSON.
fn specimen(arguments: &[&str]) -> Value {
    let mut call = howship();
    call.args(["specimen", "tests/data/elements/lhdl3155_seg_c64_fe.nii.gz"]);
    let output = call
        .args(arguments)
        .current_dir(repository(""))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", said(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn the_program_gives_stiffness_modulus_and_failure_load() {
    let found = specimen(&["--fe", "--axis", "z", "--modulus", "10 GPa", "--json"]);
    let number = |field: &str| found[field].as_f64().unwrap();
    near(number("stiffness_n_per_mm"), 2628.103, 1e-4);
    near(number("e_apparent_mpa"), 2105.852, 1e-4);
    assert_eq!(found["left_out"], 0);
    assert!((1.0..40.0).contains(&number("iterations")));
    assert!((5.0..30.0).contains(&number("failure_load_n")));
    // Ends that let the bone slide hold it less, and slices that are cast in more.
    let slide = specimen(&[
        "--fe",
        "--boundary",
        "uniaxial",
        "--modulus",
        "10 GPa",
        "--json",
    ]);
    let cast = specimen(&["--fe", "--locked", "10", "--modulus", "10 GPa", "--json"]);
    let modulus = |of: &Value| of["e_apparent_mpa"].as_f64().unwrap();
    assert!(modulus(&slide) < modulus(&found) && modulus(&found) < modulus(&cast));
}

#[test]
fn the_program_says_what_it_refuses_and_ends_with_two() {
    let bench = Bench::new(&[]);
    let file = repository("tests/data/elements/lhdl3155_seg_c64_fe.nii.gz");
    for (arguments, words) in [
        (&["--fe", "--axis", "w"][..], "expected x, y or z"),
        (
            &["--fe", "--modulus", "0 GPa"],
            "it must be finite and above zero",
        ),
        (&["--fe", "--modulus", "10 mm"], "GPa"),
        (&["--fe", "--locked", "40"], "at most 31 can be locked"),
        (&["--fe", "--poisson", "0.5"], "at most 0.45"),
        (&["--axis", "x"], "--fe"),
        (
            &["--fe", "--load", "torsion", "--boundary", "uniaxial"],
            "clamped ends",
        ),
        (&["--fe", "--materials", "7=1 GPa"], "no voxel"),
        (&["--fe", "--materials", "one"], "such as 1=10 GPa"),
        (&["--fe", "--load", "tensor", "--axis", "z"], "has no axis"),
        (
            &["--fe", "--load", "tensor", "--locked", "1"],
            "holds all faces",
        ),
        (
            &["--fe", "--law", "tissue", "--floor"],
            "--floor is for densities",
        ),
    ] {
        let mut call = howship();
        let output = call
            .arg("specimen")
            .arg(&file)
            .args(arguments)
            .current_dir(bench.folder());
        let output = output.output().unwrap();
        assert_eq!(
            output.status.code(),
            Some(2),
            "{arguments:?}: {}",
            said(&output)
        );
        assert!(
            said(&output).contains(words),
            "{arguments:?}: {}",
            said(&output)
        );
        assert!(output.stdout.is_empty(), "{arguments:?}");
    }
}

/// An image of nothing but bone is taken whole, and of it no part in silence.
#[test]
fn a_block_of_bone_is_loaded_whole_or_not_at_all() {
    let bench = Bench::new(&[]);
    let head = "ObjectType = Image\nNDims = 3\nDimSize = 6 5 4\nElementSpacing = 0.1 0.1 0.1\n\
                ElementType = MET_UCHAR\nElementDataFile = LOCAL\n";
    fs::write(
        bench.path("block.mha"),
        [head.as_bytes(), &[1; 120]].concat(),
    )
    .unwrap();
    let whole = bench.done("specimen block.mha --fe --boundary uniaxial --modulus 10~GPa --json");
    let found: Value = serde_json::from_str(whole.trim()).unwrap();
    let apparent = found["e_apparent_mpa"].as_f64().unwrap();
    assert!((apparent / 10_000.0 - 1.0).abs() < 1e-5, "{apparent}");
    for more in [
        "--crop 0,0,0,3,3,3",
        "--largest",
        "--rotate",
        "--gaussian 0.8,1",
    ] {
        bench.refused(&format!("specimen block.mha --fe {more}"), &["block.mha"]);
    }
}
