use super::*;
use crate::scenario::build::parse;

fn repository(file: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(file)
}

fn scan(file: &str, preset: &str) -> (String, Vec<String>) {
    let taken = Taken {
        preset,
        threshold: None,
        labels: &[],
        reading: ReadOptions::default(),
    };
    over_scan("mine", &repository(file), &taken).unwrap()
}

#[test]
fn what_is_written_over_synthetic_bone_loads_and_its_suggestions_too() {
    let text = synthetic("mine").unwrap();
    let loaded = parse("mine.toml", &text, &[]).unwrap();
    assert_eq!(loaded.scenario.name, "mine");
    // What stands behind a # can be had by taking that away.
    let offered = text.split_once("# A drug").unwrap();
    let lines = offered.1.lines().skip(1);
    let uncommented: Vec<&str> = lines
        .map(|line| line.strip_prefix("# ").unwrap_or(line))
        .filter(|line| !line.starts_with("Two futures"))
        .collect();
    let uncommented = uncommented.join("\n");
    let loaded = parse("mine.toml", &format!("{}\n{uncommented}", offered.0), &[]).unwrap();
    assert_eq!(loaded.scenario.arms.len(), 1, "{uncommented}");
    assert!(loaded.tree.get("therapy.block.drug").is_some());
    loaded.build().unwrap();
}

#[test]
fn what_is_written_over_a_scan_loads_and_builds() {
    for (file, preset) in [
        (
            "scenarios/specimens/lhdl3155/lhdl3155_seg_c128.nii.gz",
            "human",
        ),
        ("scenarios/specimens/shrew/shrew_seg.nii.gz", "mouse"),
    ] {
        let (text, _) = scan(file, preset);
        let loaded =
            parse("mine.toml", &text, &[]).unwrap_or_else(|found| panic!("{found}\n{text}"));
        let simulation = loaded.build().unwrap();
        assert!(
            simulation
                .model
                .grid
                .dims
                .iter()
                .all(|&sites| sites <= FIRST_PART),
            "{text}"
        );
        let bv_tv = simulation.view().bv_tv();
        assert!(SHARES.contains(&bv_tv), "{file}: {bv_tv}");
        let marks = text
            .lines()
            .filter(|line| line.contains('<') || line.contains('>'));
        assert_eq!(marks.count(), 0, "{text}");
        let treated = text
            .split_once("# [arms.treated]")
            .unwrap()
            .1
            .replace("\n# ", "\n");
        let loaded = parse(
            "mine.toml",
            &format!("{text}\n[arms.treated]{treated}"),
            &[],
        )
        .unwrap();
        assert!(loaded.scenario.arms.contains_key("treated"));
        loaded
            .taking("treated")
            .unwrap()
            .at_the_end()
            .unwrap()
            .model(simulation.model.grid)
            .unwrap();
    }
}

#[test]
fn a_part_with_bone_and_marrow_is_looked_for_from_the_middle_out() {
    // Bone fills the middle; a plate lies at one end.
    let dims = [80, 20, 20];
    let bone: Vec<bool> = (0..dims.iter().product::<usize>())
        .map(|at| matches!(at % 80, 20..=65 | 2..=4))
        .collect();
    let found = part(dims, &bone, &[20, 20, 20]);
    assert_eq!((found.start, found.size), ([10, 0, 0], [20, 20, 20]));
    assert!((found.share - 0.5).abs() < 1e-12, "{}", found.share);
    let none = part(dims, &vec![true; 32_000], &[20, 20, 20]);
    assert_eq!(none.start, [30, 0, 0]);
    assert!(none.why.contains("NO part"));
}

#[test]
fn names_presets_and_voxels_that_make_no_scenario_are_refused() {
    let said = synthetic("a b").unwrap_err().to_string();
    assert!(
        said.contains("\"a b\"") && said.contains("letters"),
        "{said}"
    );
    let file = repository("scenarios/specimens/shrew/shrew_seg.nii.gz");
    let mut taken = Taken {
        preset: "rat",
        threshold: None,
        labels: &[],
        reading: ReadOptions::default(),
    };
    let said = over_scan("mine", &file, &taken).unwrap_err().to_string();
    assert!(said.contains("\"rat\"") && said.contains("human"), "{said}");
    taken.preset = "mouse";
    taken.reading.spacing_um = Some([82.0; 3]);
    let said = over_scan("mine", &file, &taken).unwrap_err().to_string();
    assert!(said.contains("82") && said.contains("25 um"), "{said}");
    // Voxels that are no cubes are resampled to the coarsest of their edges.
    taken.reading.spacing_um = Some([6.0, 6.0, 11.5]);
    let (text, _) = over_scan("mine", &file, &taken).unwrap();
    assert!(text.contains("site = \"12 um\""), "{text}");
    parse("mine.toml", &text, &[]).unwrap();
}
