//! docs/ODD.md says what the sources, the presets and the schema say now.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

#[path = "../examples/odd/document.rs"]
mod document;

use crate::common::assert_fresh;
use std::fs;
use std::path::Path;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn the_description_is_fresh() {
    let fresh = document::document(root()).unwrap();
    assert_fresh(document::FILE, &fresh, document::MEND);
}

#[test]
fn it_has_the_seven_elements_and_the_eleven_concepts() {
    let text = document::document(root()).unwrap();
    let mut rest = text.as_str();
    for heading in [
        "\n## 1. Purpose and patterns\n",
        "\n## 2. Entities, state variables and scales\n",
        "\n## 3. Process overview and scheduling\n",
        "\n## 4. Design concepts\n",
        "\n**Basic principles.**",
        "\n**Emergence.**",
        "\n**Adaptation.**",
        "\n**Objectives.**",
        "\n**Learning.**",
        "\n**Prediction.**",
        "\n**Sensing.**",
        "\n**Interaction.**",
        "\n**Stochasticity.**",
        "\n**Collectives.**",
        "\n**Observation.**",
        "\n## 5. Initialisation\n",
        "\n## 6. Input data\n",
        "\n## 7. Submodels\n",
    ] {
        let at = rest
            .find(heading)
            .unwrap_or_else(|| panic!("{heading:?} is missing or out of order"));
        rest = &rest[at + heading.len() - 1..];
    }
}

#[test]
fn every_key_of_a_preset_and_every_mechanism_is_in_it() {
    let text = document::document(root()).unwrap();
    for part in [
        "| `osteoclast.resorption.volume.rate` | Volume removed per time",
        "| `specimen.image.threshold` |",
        "| `<any rate>.needs.<name>.half_max` |",
        "#### `biology/osteoclast/fusion`",
        "#### `engine/osteoclasts`",
        "#### `transport/binding`",
    ] {
        assert!(text.contains(part), "{part}");
    }
    // No link into the documentation of the code is left over.
    assert!(!text.contains("](crate::") && !text.contains("[`"));
}

/// Element 7 says that they stand beside the engine; when that changes, its fragment must.
#[test]
fn the_small_steps_of_transport_are_not_used_by_a_run() {
    for folder in ["engine", "scenario"] {
        for entry in fs::read_dir(root().join("src").join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                let code = fs::read_to_string(&path).unwrap();
                assert!(
                    !code.contains("transport::marching"),
                    "{} uses small steps: mend docs/odd/7_submodels.md and this test",
                    path.display()
                );
            }
        }
    }
}
