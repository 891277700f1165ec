//! RO-Crate metadata of folders: all files with their digests, units of columns, the bone with its licence.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::path::Path;

use howship::run::host::Silent;
use howship::run::research_crate::{Described, metadata, write};
use howship::run::start::begin;
use serde_json::{Value, json};

use crate::common::{all, howship, load_file, repository, said};

fn described(folder: &Path) -> Described<'_> {
    Described {
        folder,
        licence: None,
        authors: &[],
        date: Some("2026-11-29"),
        replace: false,
    }
}

fn entity<'a>(found: &'a Value, id: &str) -> &'a Value {
    let mut graph = found["@graph"].as_array().unwrap().iter();
    graph.find(|entity| entity["@id"] == id).unwrap()
}

#[test]
fn a_run_says_its_files_its_columns_and_the_licence_of_its_bone() {
    let bench = tempfile::tempdir().unwrap();
    let image = repository("scenarios/specimens/lhdl3155/lhdl3155_seg_c128.nii.gz");
    let text = format!(
        "name = \"part\"\ndescription = \"A part\"\npreset = \"human\"\nrun = {{ duration = \"1 d\", burn_in = \"0 d\" }}\n\
         lattice = {{}}\noutput = {{ parquet = true, film = \"none\" }}\n[specimen.image]\nfile = {:?}\n\
         crop = {{ start = [40, 40, 40], size = [16, 16, 16] }}\n",
        image.display().to_string()
    );
    let file = bench.path().join("part.toml");
    fs::write(&file, text).unwrap();
    let run = bench.path().join("run");
    begin(load_file(&file, &[]).unwrap(), &run, false, &Silent).unwrap();

    let found = metadata(described(&run)).unwrap();
    assert_eq!(found["@context"], "https://w3id.org/ro/crate/1.2/context");
    let descriptor = entity(&found, "ro-crate-metadata.json");
    assert_eq!(
        descriptor["conformsTo"]["@id"],
        "https://w3id.org/ro/crate/1.2"
    );
    let root = entity(&found, "./");
    assert_eq!(root["name"], "part, seed 0");
    assert_eq!(root["description"], "A part");
    assert_eq!(root["datePublished"], "2026-11-29");
    let parts = root["hasPart"].as_array().unwrap();
    let files = all(&run).into_keys();
    let files = files.filter(|path| run.join(path).is_file() && !path.ends_with("lock"));
    assert_eq!(parts.len(), files.count());
    let manifest: Value = serde_json::from_slice(&fs::read(run.join("run.json")).unwrap()).unwrap();
    for (name, digest) in manifest["outputs"].as_object().unwrap() {
        let file = entity(&found, name);
        assert_eq!(
            file["identifier"],
            format!("blake3:{}", digest.as_str().unwrap())
        );
        let size = fs::metadata(run.join(name)).unwrap().len();
        assert_eq!(file["contentSize"], size.to_string());
    }
    assert_eq!(
        entity(&found, "series.parquet")["encodingFormat"],
        "application/vnd.apache.parquet"
    );
    let column = entity(&found, "#series.csv/tgf_beta_pm");
    assert_eq!(column["unitText"], "pM");
    let bone = entity(&found, "#bone");
    assert_eq!(bone["license"]["@id"], "https://spdx.org/licenses/MIT");
    assert_eq!(
        bone["identifier"],
        format!("blake3:{}", manifest["bone"].as_str().unwrap())
    );
    assert_eq!(entity(&found, "#howship")["version"], manifest["version"]);
    // Every reference leads to an entity of the graph, or out of it.
    let ids: Vec<&str> = found["@graph"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entity| entity["@id"].as_str().unwrap())
        .collect();
    for made in ["object", "result"] {
        for part in entity(&found, "#made")[made].as_array().unwrap() {
            assert!(ids.contains(&part["@id"].as_str().unwrap()), "{part}");
        }
    }

    let asked = Described {
        licence: Some("CC-BY-4.0"),
        authors: &["A. B.".to_owned()],
        ..described(&run)
    };
    let place = write(asked).unwrap();
    let written: Value = serde_json::from_slice(&fs::read(&place).unwrap()).unwrap();
    let licence = json!({"@id": "https://spdx.org/licenses/CC-BY-4.0"});
    assert_eq!(entity(&written, "./")["license"], licence);
    assert_eq!(entity(&written, "#author-1")["name"], "A. B.");
    // A run that was given away is still the run.
    let verified = howship().arg("verify").arg(&run).output().unwrap();
    assert!(verified.status.success(), "{}", said(&verified));
    // What is there is not described, nor replaced unasked.
    assert_eq!(metadata(asked).unwrap(), written);
    assert!(write(asked).unwrap_err().to_string().contains("--force"));
    write(Described {
        replace: true,
        ..asked
    })
    .unwrap();
    // It is howship's: the folder may be replaced with it, but not where somebody wrote into it.
    let own = fs::read_to_string(&place).unwrap();
    fs::write(&place, own.replace("A. B.", "C. D.")).unwrap();
    let again = || begin(load_file(&file, &[]).unwrap(), &run, true, &Silent);
    let said_of = again().unwrap_err().to_string();
    assert!(
        said_of.contains("ro-crate-metadata.json (changed since it was written)"),
        "{said_of}"
    );
    let verified = howship().arg("verify").arg(&run).output().unwrap();
    assert!(verified.status.success(), "{}", said(&verified));
    fs::write(&place, own).unwrap();
    again().unwrap();
    assert!(!place.exists());
}

/// A call of the program in a folder, which ends well.
fn done_in(folder: &Path, words: &[&str]) {
    let output = howship().current_dir(folder).args(words).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
}

/// What a trial and a study are, what was asked, and all of their files.
#[test]
fn folders_of_trials_and_of_studies_are_described() {
    let bench = tempfile::tempdir().unwrap();
    let at = |name: &str| bench.path().join(name);
    let run = |words: &[&str]| done_in(bench.path(), words);
    let trial = repository("trials/small/zoledronate_sre.toml");
    let trial = trial.to_str().unwrap();
    let trial_run = [
        "trial",
        "run",
        trial,
        "--patients=2",
        "--out=trial",
        "--quiet",
    ];
    run(&trial_run);
    fs::write(
        at("strip.toml"),
        "name = \"strip\"\ndescription = \"A strip\"\npreset = \"mouse\"\nrun = { duration = \"6 h\", burn_in = \"0 d\" }\n\
         lattice = { size = [20, 16, 1], site = \"10 um\", section_thickness = \"50 um\" }\nspecimen.slab.thickness = \"40 um\"\n\
         inoculation.cells = 9\n",
    )
    .unwrap();
    fs::write(
        at("dose.toml"),
        "name = \"cells\"\ndescription = \"How many\"\nbase = \"strip.toml\"\n[vary]\n\"inoculation.cells\" = [5, 9]\n[responses]\nbone = { column = \"bv_tv\", at = \"6 h\" }\n",
    )
    .unwrap();
    run(&["study", "run", "dose.toml", "--store", "results", "--quiet"]);

    for (folder, name, about, object) in [
        (
            "trial",
            "trial zoledronate_sre_small",
            "Zoledronate 4 mg every three weeks against placebo, in lung cancer and other solid tumours",
            Some("trial.toml"),
        ),
        ("results/studies/cells", "study cells", "How many", None),
    ] {
        let folder = at(folder);
        let found = metadata(described(&folder)).unwrap();
        let root = entity(&found, "./");
        assert_eq!(
            (&root["name"], &root["description"]),
            (&json!(name), &json!(about))
        );
        let made = entity(&found, "#made");
        let object = object.map_or(Value::Null, |file| json!([{"@id": file}]));
        assert_eq!(made["object"], object, "{name}");
        let files = all(&folder).into_keys();
        let files: Vec<_> = files.filter(|path| folder.join(path).is_file()).collect();
        assert!(files.len() > 2, "{files:?}");
        assert_eq!(root["hasPart"].as_array().unwrap().len(), files.len());
        write(described(&folder)).unwrap();
    }
    // Both may be made again.
    run(&[&trial_run[..], &["--force"]].concat());
    run(&["study", "run", "dose.toml", "--store", "results", "--quiet"]);
}

/// The bone under the runs of a study, of arms and of a dissection keeps its licence.
#[test]
fn the_bone_of_many_runs_keeps_its_licence() {
    let bench = tempfile::tempdir().unwrap();
    let at = |name: &str| bench.path().join(name);
    let run = |words: &[&str]| done_in(bench.path(), words);
    let image = repository("scenarios/specimens/lhdl3155/lhdl3155_seg_c128.nii.gz");
    let scenario = format!(
        "name = \"part\"\npreset = \"human\"\nrun = {{ duration = \"1 d\", burn_in = \"0 d\" }}\nlattice = {{}}\n\
         output = {{ film = \"none\", map_days = [] }}\ninoculation.cells = 9\n[specimen.image]\nfile = {:?}\n\
         crop = {{ start = [40, 40, 40], size = [12, 12, 12] }}\n",
        image.display().to_string()
    );
    fs::write(at("part.toml"), &scenario).unwrap();
    let arms = "[arms.slow]\nat = \"12 h\"\ntumour.division.rate = \"0.1 /d\"\n";
    fs::write(at("arms.toml"), format!("{scenario}{arms}")).unwrap();
    let study = "name = \"cells\"\ndescription = \"How many\"\nbase = \"part.toml\"\n[vary]\n\"inoculation.cells\" = [5, 9]\n\
                 [responses]\nbone = { column = \"bv_tv\", at = \"1 d\" }\n";
    fs::write(at("study.toml"), study).unwrap();
    run(&[
        "study",
        "run",
        "study.toml",
        "--store",
        "results",
        "--quiet",
    ]);
    run(&["run", "arms.toml", "--out", "arms", "--quiet"]);
    run(&["dissect", "part.toml", "--seeds", "2", "--out", "dissected"]);
    for folder in ["results/studies/cells", "arms", "dissected"] {
        let found = metadata(described(&at(folder))).unwrap();
        let bone = entity(&found, "#bone");
        let licence = json!({"@id": "https://spdx.org/licenses/MIT"});
        assert_eq!(bone["license"], licence, "{folder}");
        let made = entity(&found, "#made")["object"].as_array().unwrap();
        assert!(made.contains(&json!({"@id": "#bone"})), "{folder}");
        assert_eq!(
            made.iter()
                .filter(|part| part["@id"].as_str().unwrap().starts_with("#bone"))
                .count(),
            1
        );
    }
}

#[test]
fn a_folder_of_others_and_a_date_that_is_none_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let said = metadata(described(folder.path())).unwrap_err().to_string();
    assert!(
        said.contains("run.json") && said.contains("study.json"),
        "{said}"
    );
    let asked = Described {
        date: Some("today"),
        ..described(folder.path())
    };
    let said = metadata(asked).unwrap_err().to_string();
    assert!(
        said.contains("\"today\"") && said.contains("YYYY-MM-DD"),
        "{said}"
    );
    let names = |names: &[&str]| {
        names
            .iter()
            .map(|&name| name.to_owned())
            .collect::<Vec<_>>()
    };
    for (authors, licence, words) in [
        (names(&["A. B.", " "]), None, "the author \" \""),
        (names(&["A. B.", "A. B."]), None, "\"A. B.\" twice"),
        (names(&[]), Some(""), "the licence \"\""),
        (names(&[]), Some("CC\nBY"), "the licence \"CC\\nBY\""),
    ] {
        let asked = Described {
            authors: &authors,
            licence,
            ..described(folder.path())
        };
        let said = metadata(asked).unwrap_err().to_string();
        assert!(said.contains(words), "{words} is not in {said}");
    }
}
