use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::copy::one;
use super::*;
use crate::scenario::build::load;

fn written(copied: &[(String, Vec<u8>)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in copied {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    folder
}

#[test]
fn every_shipped_file_is_listed_once_and_found_by_its_name() {
    let examples = listed().unwrap();
    let names: BTreeSet<&str> = examples.iter().map(Example::name).collect();
    assert_eq!(names.len(), examples.len());
    for example in &examples {
        assert_eq!(find(example.name()).unwrap().file, example.file);
        assert_eq!(find(example.file).unwrap().file, example.file);
        assert!(example.description.len() > 20, "{}", example.file);
    }
    for name in [
        "vicious_cycle",
        "zoledronate",
        "studies/anti_pthrp_dose",
        "small/zoledronate_sre",
    ] {
        find(name).unwrap();
    }
    let said = find("anti_pthrp_dose").unwrap_err().to_string();
    assert!(
        said.contains("studies/small/anti_pthrp_dose.toml"),
        "{said}"
    );
    let said = find("../secret").unwrap_err().to_string();
    assert!(
        said.contains("no example") && said.contains("howship examples"),
        "{said}"
    );
}

#[test]
fn every_scenario_that_is_copied_alone_says_what_its_file_says() {
    for example in listed().unwrap() {
        let copied = one(example.file, "mine.toml").unwrap();
        let folder = written(&copied);
        assert_eq!(copied[0].0, "mine.toml");
        let text = fs::read_to_string(folder.path().join("mine.toml")).unwrap();
        let outside = text
            .lines()
            .filter(|line| !line.starts_with('#') && line.contains("../"))
            .count();
        assert_eq!(outside, 0, "{}: {text}", example.file);
        if example.kind != Kind::Scenario {
            continue;
        }
        let shipped = load(
            &Path::new(env!("CARGO_MANIFEST_DIR")).join(example.file),
            &[],
        )
        .unwrap();
        let mine = load(&folder.path().join("mine.toml"), &[]).unwrap();
        let image = |loaded: &crate::scenario::build::Loaded| {
            let image = loaded.scenario.specimen.image.as_ref();
            image.map(|image| fs::read(loaded.folder.join(&image.file)).unwrap())
        };
        assert_eq!(image(&mine), image(&shipped), "{}", example.file);
        assert_eq!(mine.scenario.name, shipped.scenario.name);
        assert_eq!(mine.scenario.run, shipped.scenario.run);
    }
}

#[test]
fn a_bone_travels_with_its_licence() {
    let copied = one(find("vicious_cycle").unwrap().file, "lesion.toml").unwrap();
    let names: Vec<&str> = copied.iter().map(|file| &*file.0).collect();
    assert!(
        names.contains(&"specimens/lhdl3155/lhdl3155_seg_c128.nii.gz"),
        "{names:?}"
    );
    assert!(names.contains(&"specimens/lhdl3155/LICENSE"), "{names:?}");
    assert!(
        !names.iter().any(|name| name.contains("shrew")),
        "{names:?}"
    );
}

#[test]
fn an_example_is_not_copied_onto_what_it_reads() {
    let file = "scenarios/therapy/zoledronate.toml";
    let said = one(file, "vicious_cycle_2d.toml").unwrap_err().to_string();
    assert!(
        said.contains("vicious_cycle_2d.toml for scenarios/therapy/zoledronate.toml")
            && said.contains("another name"),
        "{said}"
    );
    // One that reads nothing may have its own name.
    one("scenarios/vicious_cycle_2d.toml", "vicious_cycle_2d.toml").unwrap();
}
