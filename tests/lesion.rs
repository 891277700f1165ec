//! A lesion that is in the scan already: cells where its labels are, and nowhere else.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::path::Path;

use crate::common::load_file;
use howship::run::simulation::Simulation;

const SIZE: [usize; 3] = [16, 14, 12];

/// A plate of bone (2), a tumour beside it (1) and a second one (3), in voxels of 10 um.
fn label(x: usize, y: usize, z: usize) -> u8 {
    match (x, y, z) {
        (0..=5, ..) => 2,
        (6..=9, 4..=9, 4..=9) => 1,
        (12..=13, 0..=1, 0..=1) => 3,
        _ => 0,
    }
}

fn voxels(size: [usize; 3], of: impl Fn(usize, usize, usize) -> u8) -> Vec<u8> {
    let [nx, ny, nz] = size;
    let places = (0..nz).flat_map(|z| (0..ny).flat_map(move |y| (0..nx).map(move |x| (x, y, z))));
    places.map(|(x, y, z)| of(x, y, z)).collect()
}

fn write(path: &Path, size: [usize; 3], spacing_mm: f64, more: &str, values: &[u8]) {
    let [nx, ny, nz] = size;
    let mut bytes = format!(
        "ObjectType = Image\nNDims = 3\nDimSize = {nx} {ny} {nz}\n\
         ElementSpacing = {spacing_mm} {spacing_mm} {spacing_mm}\n{more}\
         ElementType = MET_UCHAR\nElementDataFile = LOCAL\n"
    )
    .into_bytes();
    bytes.extend_from_slice(values);
    fs::write(path, bytes).unwrap();
}

/// A folder with a scan of bone, labels of it, and a scenario of both.
fn scan(tumour: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mask = voxels(SIZE, |x, y, z| u8::from(label(x, y, z) == 2));
    write(&folder.path().join("bone.mha"), SIZE, 0.01, "", &mask);
    write(
        &folder.path().join("labels.mha"),
        SIZE,
        0.01,
        "",
        &voxels(SIZE, label),
    );
    let text = format!(
        "name = \"scanned\"\npreset = \"mouse\"\nseed = 4\n[run]\nduration = \"2 d\"\n\
         burn_in = \"0 d\"\n[lattice]\n[specimen.image]\nfile = \"bone.mha\"\n{tumour}\n"
    );
    fs::write(folder.path().join("scenario.toml"), text).unwrap();
    folder
}

const LABELLED: &str = "tumour = { file = \"labels.mha\", labels = [1] }";

fn run(folder: &Path, sets: &[&str]) -> Result<Simulation, String> {
    load_file(&folder.join("scenario.toml"), sets)
        .and_then(|loaded| loaded.build())
        .map_err(|found| found.render(false))
}

/// Tumour cells by site, on day 0.
fn on_day_0(simulation: &mut Simulation) -> Vec<u16> {
    simulation.begin().unwrap();
    while !simulation.is_past_burn_in() {
        simulation.step().unwrap();
    }
    simulation.state.occupancy.tumour.clone()
}

#[test]
fn cells_fill_the_marrow_that_is_labelled_and_no_other() {
    let folder = scan(LABELLED);
    let mut simulation = run(folder.path(), &[]).unwrap();
    assert_eq!(simulation.state.lesion.sites.len(), 4 * 6 * 6);
    let expected = simulation.state.lesion_cells();
    let cells = on_day_0(&mut simulation);
    let labels = voxels(SIZE, label);
    let state = &simulation.state;
    for (site, &count) in cells.iter().enumerate() {
        let room = if labels[site] == 1 {
            state.occupancy.capacity[site]
        } else {
            0
        };
        assert_eq!(count, room, "site {site} with label {}", labels[site]);
    }
    let all: u64 = cells.iter().map(|&count| u64::from(count)).sum();
    assert_eq!(all, expected);
    assert_eq!(state.tumour.len() as u64, expected);
    // As dense as the cells are large: 144 sites of 1000 um3 and cells of 1767 um3.
    let volume = expected as f64 * simulation.model.parameters.tumour.cell_volume_um3();
    assert!(
        (volume / 144_000.0 - 1.0).abs() < 0.15,
        "{volume} um3 of cells"
    );
    assert!(state.lesion.sites.is_empty());
    simulation.step().unwrap();
    assert!(simulation.state.tumour.len() > 50);
}

#[test]
fn several_labels_a_time_and_clones_count() {
    let folder = scan("tumour = { file = \"labels.mha\", labels = [3, 1], time = \"1 d\" }");
    let sets = [
        "tumour.clones.quick.share=0.5",
        "tumour.clones.quick.division=2.0",
    ];
    let mut simulation = run(folder.path(), &sets).unwrap();
    assert_eq!(simulation.state.lesion.sites.len(), 144 + 8);
    let expected = simulation.state.lesion_cells();
    assert!(on_day_0(&mut simulation).iter().all(|&count| count == 0));
    while simulation.state.time_h < 24.0 {
        assert!(simulation.state.tumour.is_empty());
        simulation.step().unwrap();
    }
    // What the first day of remodelling dug or filled may change the room by little.
    let cells = simulation.state.tumour.len() as u64;
    assert!(cells.abs_diff(expected) < 4, "{cells} for {expected}");
    let clones = &simulation.state.tumour.clone;
    let quick: u32 = clones.iter().map(|&clone| u32::from(clone)).sum();
    let share = f64::from(quick) / cells as f64;
    assert!((0.3..0.7).contains(&share), "{share} are of the clone");
}

#[test]
fn labels_are_cropped_and_resampled_with_the_bone() {
    let folder = scan(
        "crop = { start = [2, 2, 2], size = [12, 12, 8] }\n\
         tumour = { file = \"labels.mha\", labels = [1] }",
    );
    let path = folder.path().join("scenario.toml");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(
        &path,
        text.replace("[lattice]", "[lattice]\nsite = \"20 um\""),
    )
    .unwrap();
    let simulation = run(folder.path(), &[]).unwrap();
    let grid = &simulation.model.grid;
    assert_eq!(grid.dims, [6, 6, 4]);
    // Sites of two voxels: 6 to 9 less 2 is 2 to 3 of the lattice, 4 to 9 less 2 is 1 to 3.
    let expected: Vec<u32> = (0..grid.len())
        .filter(|&site| {
            let [x, y, z] = grid.place(site);
            (2..=3).contains(&x) && (1..=3).contains(&y) && (1..=3).contains(&z)
        })
        .map(|site| site as u32)
        .collect();
    assert_eq!(simulation.state.lesion.sites, expected);
}

#[test]
fn the_image_of_the_specimen_may_hold_the_labels() {
    let folder = scan("threshold = 1.5\ntumour = { labels = [1] }");
    // Without label 3, so that bone is above 1.5.
    let values = voxels(SIZE, |x, y, z| label(x, y, z) % 3);
    write(&folder.path().join("bone.mha"), SIZE, 0.01, "", &values);
    let simulation = run(folder.path(), &[]).unwrap();
    assert_eq!(simulation.state.lesion.sites.len(), 144);
}

#[test]
fn the_same_seed_fills_it_alike_through_a_burn_in() {
    let folder = scan(LABELLED);
    let digest = |seed: &str| {
        let mut simulation = run(folder.path(), &["run.burn_in=6 d", seed]).unwrap();
        let sites = simulation.state.lesion.sites.clone();
        let cells = on_day_0(&mut simulation);
        assert!(cells.iter().map(|&count| u32::from(count)).sum::<u32>() > 40);
        let outside = (0..cells.len()).find(|&at| cells[at] > 0 && !sites.contains(&(at as u32)));
        assert_eq!(outside, None);
        simulation.state.digest()
    };
    assert_eq!(digest("seed=1"), digest("seed=1"));
    assert_ne!(digest("seed=1"), digest("seed=2"));
}

/// Half a voxel is what programs disagree by on where a voxel lies; a NIfTI and a TIFF have no
/// frame in common.
#[test]
fn labels_within_half_a_voxel_are_taken() {
    let folder = scan("tumour = { file = \"near.mha\", labels = [1] }");
    let near = "Offset = 0 0.0045 0\n";
    write(
        &folder.path().join("near.mha"),
        SIZE,
        0.01,
        near,
        &voxels(SIZE, label),
    );
    let simulation = run(folder.path(), &[]).unwrap();
    assert_eq!(simulation.state.lesion.sites.len(), 4 * 6 * 6);
}

/// Each with what the message must hold.
#[test]
fn labels_that_make_no_sense_are_refused_with_key_and_remedy() {
    let cases: &[(&str, &[&str])] = &[
        (
            "tumour = { file = \"labels.mha\", labels = [2] }",
            &[
                "specimen.image.tumour.labels",
                "labels.mha",
                "are bone in bone.mha",
            ],
        ),
        (
            "tumour = { file = \"labels.mha\", labels = [7] }",
            &[
                "specimen.image.tumour.labels",
                "the label 7",
                "which holds 0, 1, 2, 3",
            ],
        ),
        (
            "tumour = { file = \"labels.mha\", labels = [] }",
            &["specimen.image.tumour.labels", "found []", "labels = [2]"],
        ),
        (
            "tumour = { file = \"labels.mha\", labels = [1, 1] }",
            &[
                "specimen.image.tumour.labels",
                "found [1, 1]",
                "each label once",
            ],
        ),
        (
            "tumour = { file = \"labels.mha\", labels = [0] }",
            &["specimen.image.tumour.labels", "found [0]", "from 1 on"],
        ),
        (
            "tumour = { file = \"small.mha\", labels = [1] }",
            &[
                "specimen.image.tumour.file",
                "small.mha",
                "[16, 14, 11]",
                "[16, 14, 12]",
            ],
        ),
        (
            "tumour = { file = \"coarse.mha\", labels = [1] }",
            &["specimen.image.tumour.file", "coarse.mha", "20", "10"],
        ),
        (
            "tumour = { file = \"turned.mha\", labels = [1] }",
            &["specimen.image.tumour.file", "turned.mha", "axes"],
        ),
        (
            "tumour = { file = \"none.mha\", labels = [1] }",
            &["specimen.image.tumour.file", "none.mha", "name a NIfTI"],
        ),
        (
            "tumour = { file = \"labels.mha\", labels = [1], time = \"-1 d\" }",
            &["specimen.image.tumour.time", "below zero", "zero or above"],
        ),
        (
            "tumour = { file = \"labels.mha\", labels = [1], time = \"2 d\" }",
            &[
                "specimen.image.tumour.time",
                "not before the end of the run",
                "run.duration = 2 d",
            ],
        ),
        (
            "tumour = { file = \"moved.mha\", labels = [1] }",
            &["specimen.image.tumour.file", "moved.mha", "half a voxel"],
        ),
        (
            "crop = { start = [0, 0, 0], size = [8, 4, 4] }\n\
             tumour = { file = \"labels.mha\", labels = [1] }",
            &[
                "specimen.image.tumour.labels",
                "no site of the lattice",
                "crop",
            ],
        ),
        (
            "tumour = { file = \"labels.mha\", labels = [1] }\n[inoculation]\ncells = 10",
            &[
                "specimen.image.tumour",
                "[inoculation] besides",
                "leave out one",
            ],
        ),
        (
            "tumour = { file = \"labels.mha\", label = [1] }",
            &["label", "labels"],
        ),
    ];
    for (tumour, words) in cases {
        let folder = scan(tumour);
        let at = |name: &str| folder.path().join(name);
        let small = [16, 14, 11];
        write(&at("small.mha"), small, 0.01, "", &voxels(small, label));
        write(&at("coarse.mha"), SIZE, 0.02, "", &voxels(SIZE, label));
        let turned = "TransformMatrix = -1 0 0 0 -1 0 0 0 1\n";
        write(&at("turned.mha"), SIZE, 0.01, turned, &voxels(SIZE, label));
        let moved = "Offset = 0 0.006 0\n";
        write(&at("moved.mha"), SIZE, 0.01, moved, &voxels(SIZE, label));
        let said = run(folder.path(), &[]).unwrap_err();
        for word in *words {
            assert!(said.contains(word), "{tumour}: no \"{word}\" in {said}");
        }
    }
}

/// A closed pore that is labelled: filled with bone, it would hold no tumour.
#[test]
fn a_tumour_in_a_pore_that_is_filled_is_refused() {
    let pore = |x: usize, y: usize, z: usize| {
        (2..=3).contains(&x) && (6..=7).contains(&y) && (6..=7).contains(&z)
    };
    let folder = scan("fill_pores = true\ntumour = { file = \"labels.mha\", labels = [1] }");
    let at = |name: &str| folder.path().join(name);
    let bone = |x: usize, y: usize, z: usize| u8::from(label(x, y, z) == 2 && !pore(x, y, z));
    write(&at("bone.mha"), SIZE, 0.01, "", &voxels(SIZE, bone));
    // Beside a pore that is filled a tumour may lie.
    let simulation = run(folder.path(), &[]).unwrap();
    assert_eq!(simulation.state.lesion.sites.len(), 144);
    let inside = |x: usize, y: usize, z: usize| {
        if pore(x, y, z) { 1 } else { label(x, y, z) }
    };
    write(&at("labels.mha"), SIZE, 0.01, "", &voxels(SIZE, inside));
    let said = run(folder.path(), &[]).unwrap_err();
    for word in [
        "specimen.image.fill_pores",
        "8 sites",
        "closed pores",
        "scenario.toml:",
    ] {
        assert!(said.contains(word), "{word} is not in {said}");
    }
    let unfilled = run(folder.path(), &["specimen.image.fill_pores=false"]).unwrap();
    assert_eq!(unfilled.state.lesion.sites.len(), 144 + 8);
}
