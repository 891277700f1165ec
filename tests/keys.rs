//! Keys that mean something, and nothing else: names, times outside of the run, what is written,
//! chains of `extends`, books of signals that last, and values that would keep a run from ever ending.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a helper of a test fails the test"
)]

use std::fs;
use std::path::Path;

use crate::common::{refusal, try_load};
use howship::cohort::trial::Trial;
use howship::scenario::build::load;

const SLAB: &str = "name = \"slab\"\npreset = \"mouse\"\n[run]\nduration = \"2 d\"\nburn_in = \"1 d\"\n\
     [lattice]\nsize = [16, 16, 16]\nsite = \"10 um\"\n[specimen.slab]\nthickness = \"60 um\"\n";

fn refused(sets: &[&str]) -> String {
    refusal(SLAB, sets)
}

#[test]
fn names_that_would_part_a_table_are_refused_on_their_line() {
    for (table, body) in [
        (
            "signals",
            "diffusivity = \"80 um2/s\"\nhalf_life = \"30 min\"",
        ),
        ("cues", "constant = 1"),
        (
            "therapy",
            "drug = \"denosumab\"\ndose = \"1 mg\"\nroute = \"intravenous\"",
        ),
        ("tumour.clones", "share = 0.5"),
        (
            "radiotherapy",
            "dose = \"8 Gy\"\nlaw = \"linear_quadratic\"",
        ),
        ("arms", "at = \"1 d\"\nset = []"),
    ] {
        for name in ["a,b", "a\\nb", "a\\\"b", "", "a b", "../a", "\u{e9}"] {
            let text = format!("{SLAB}[{table}.\"{name}\"]\n{body}\n");
            let said = try_load(&text, &[]).unwrap_err().to_string();
            assert!(said.contains("found the name"), "{table}: {said}");
            assert!(said.contains("small.toml:11"), "{table}.{name:?}: {said}");
            assert!(said.contains("digits, _ and -"), "{table}: {said}");
        }
    }
    let said = refused(&["name=\"a,b\""]);
    assert!(said.contains("found \"a,b\""), "{said}");
}

#[test]
fn a_bad_arm_is_shown_on_its_own_line() {
    let arms = "[arms.first]\nat = \"1 d\"\nset = []\n[arms.plots]\nat = \"1 d\"\nset = []\n";
    let said = try_load(&format!("{SLAB}{arms}"), &[])
        .unwrap_err()
        .to_string();
    assert!(
        said.contains("small.toml:14") && said.contains("plots"),
        "{said}"
    );
    let arms = "[arms.first]\nat = \"1 d\"\nset = []\n\
                [arms.other]\nat = \"1 d\"\nset = [\"lining.contact_rankl.kd_rank = 0 pM\"]\n";
    let found = try_load(&format!("{SLAB}{arms}"), &[]).and_then(|loaded| loaded.build());
    let said = found.unwrap_err().to_string();
    assert!(
        said.contains("arms.other") && !said.contains("arms.first"),
        "{said}"
    );
}

#[test]
fn values_are_said_as_they_were_typed() {
    let said = refused(&["run.tick=\"0 h\""]);
    assert!(
        said.contains("found 0 h") && said.contains("run.tick"),
        "{said}"
    );
    assert!(!said.contains("years"), "{said}");
    let said = refused(&["output.series_every=\"10 wk\""]);
    assert!(said.contains("found 10 wk"), "{said}");
    let said = refused(&["inoculation={ cells = 5, time = \"70 d\" }"]);
    assert!(
        said.contains("found 70 d") && said.contains("run.duration = 2 d"),
        "{said}"
    );
    let said = refused(&["tumour.clones.a.share=1e300"]);
    assert!(said.contains("1e300") && !said.contains("000000"), "{said}");
    let said = refused(&["run.duration=\"1e300 d\""]);
    assert!(
        said.contains("1e300 d") && !said.contains("000000"),
        "{said}"
    );
}

#[test]
fn what_would_be_idle_or_clamped_is_refused_by_name() {
    for (set, key, allowed) in [
        (
            "output.series_every=\"30 d\"",
            "output.series_every",
            "up to a day",
        ),
        (
            "output.series_every=\"90 min\"",
            "output.series_every",
            "whole ticks",
        ),
        (
            "output.film_every=\"90 min\"",
            "output.film_every",
            "whole ticks",
        ),
        ("output.map_days=[-1]", "output.map_days[0]", "from 0 on"),
        (
            "output.map_days=[1, 2, 1]",
            "output.map_days[2]",
            "each day once",
        ),
        ("output.map_days=[1.3]", "output.map_days[0]", "whole ticks"),
        ("output.volumes={}", "output.volumes", "every or days"),
        (
            "output.volumes={ every = \"90 min\" }",
            "output.volumes.every",
            "whole ticks",
        ),
        (
            "output.volumes={ days = [1, 1.3] }",
            "output.volumes.days[1]",
            "whole ticks",
        ),
        (
            "output.volumes={ days = [1, 2, 1] }",
            "output.volumes.days[2]",
            "each day once",
        ),
        (
            "output.volumes={ days = [-1] }",
            "output.volumes.days[0]",
            "from 0 on",
        ),
        (
            "output.volumes={ days = [1], formats = [] }",
            "output.volumes.formats",
            "vti, vtp, zarr, nifti, stl, ply, parquet",
        ),
        (
            "output.volumes={ days = [1], formats = [\"vtk\"] }",
            "output.volumes.formats[0]",
            "vti",
        ),
        (
            "output.volumes={ days = [1], formats = [\"stl\", \"stl\"] }",
            "output.volumes.formats[1]",
            "each once",
        ),
        (
            "output.volumes={ days = [1], fields = [\"rank\"] }",
            "output.volumes.fields[0]",
            "tissue, bone_solid",
        ),
        (
            "output.volumes={ days = [1], fields = [\"rankl\", \"rankl\"] }",
            "output.volumes.fields[1]",
            "each once",
        ),
        (
            "output.volumes={ days = [1], formats = [\"vtp\"], fields = [\"rankl\"] }",
            "output.volumes.fields",
            "add vti, zarr or nifti",
        ),
        (
            "inoculation={ cells = 5, time = \"2 d\" }",
            "inoculation.time",
            "before run.duration",
        ),
        (
            "colonisation={ arrival = { rate = \"1 /mm3/d\" }, start = \"3 d\" }",
            "colonisation.start",
            "before run.duration",
        ),
        (
            "lining.contact_rankl.kd_rank=\"-1 nM\"",
            "lining.contact_rankl.kd_rank",
            "zero or above",
        ),
        (
            "cues.x.constant=\"-1 pM\"",
            "cues.x.constant",
            "zero or above",
        ),
        (
            "cues.x.constant=-1",
            "cues.x.constant",
            "zero or a value above",
        ),
        (
            "precursor.recruitment.arrest=\"-1 d\"",
            "precursor.recruitment.arrest",
            "zero or above",
        ),
        (
            "precursor.maturation.least_age=\"-1 d\"",
            "precursor.maturation.least_age",
            "zero or above",
        ),
    ] {
        let said = refused(&[set]);
        assert!(
            said.contains(key) && said.contains(allowed),
            "{set}: {said}"
        );
    }
}

#[test]
fn what_the_scenario_alone_tells_is_a_warning() {
    let notices = |sets: &[&str]| try_load(SLAB, sets).unwrap().notices();
    assert!(notices(&[])[0].contains("no tumour"), "{:?}", notices(&[]));
    let some = "inoculation.cells=5";
    assert_eq!(notices(&[some]), Vec::<String>::new());
    assert!(notices(&["inoculation.cells=0"])[0].contains("no tumour"));
    for (set, word) in [
        ("output.map_days=[1, 7]", "output.map_days holds 7"),
        ("rigidity.every=\"7 d\"", "rigidity.every = 7 d"),
    ] {
        let said = notices(&[some, set]);
        assert!(said.len() == 1 && said[0].contains(word), "{said:?}");
    }
    let course = "therapy.a={ drug = \"opg_fc\", dose = \"1 mg/kg\", route = \"subcutaneous\", \
                  interval = \"1 d\", number = 5 }";
    let said = notices(&[some, "subject.mass=\"20 g\"", course]);
    assert!(said[0].contains("therapy.a: 3 of the doses"), "{said:?}");
    // A drug that knows RANKL of man alone, in a mouse, and the mass of the other.
    let course = "therapy.d={ drug = \"denosumab\", dose = \"1 mg/kg\", route = \"subcutaneous\" }";
    let mouse = [some, "subject.mass=\"70 kg\"", course];
    let said = notices(&mouse);
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(
        said[0].contains("therapy.d: denosumab does nothing in a mouse, it acts in human alone"),
        "{said:?}"
    );
    assert!(
        said[1].contains("subject.mass is 70 kg, which is no mass of a mouse"),
        "{said:?}"
    );
    // In an arm too.
    let arm = "arms.two={ at = \"1 d\", therapy = { d = { drug = \"denosumab\", dose = \"1 mg/kg\", route = \"subcutaneous\", start = \"1 d\" } } }";
    let said_of_arm = notices(&[some, "subject.mass=\"20 g\"", arm]);
    assert!(
        said_of_arm
            .iter()
            .any(|one| one.starts_with("arm two: therapy.d: denosumab does nothing in a mouse")),
        "{said_of_arm:?}"
    );
    let said = notices(
        &[
            &mouse[..],
            &[
                "drugs.denosumab.acts_in=[\"mouse\"]",
                "subject.mass=\"20 g\"",
            ],
        ]
        .concat(),
    );
    assert_eq!(said, Vec::<String>::new());
}

#[test]
fn a_file_may_extend_one_that_extends_another() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::create_dir_all(at("bases/deep")).unwrap();
    fs::write(at("bases/deep/a.toml"), SLAB).unwrap();
    fs::write(
        at("bases/b.toml"),
        "extends = \"deep/a.toml\"\nname = \"b\"\nseed = 7\n",
    )
    .unwrap();
    fs::write(at("c.toml"), "extends = \"bases/b.toml\"\nname = \"c\"\n").unwrap();
    let found = load(&at("c.toml"), &[]).unwrap();
    assert_eq!(
        (found.scenario.name.as_str(), found.scenario.seed),
        ("c", 7)
    );
    assert_eq!(found.scenario.lattice.size, Some([16, 16, 16]));

    fs::write(at("bases/deep/a.toml"), "extends = \"../../c.toml\"\n").unwrap();
    let said = load(&at("c.toml"), &[]).unwrap_err().to_string();
    assert!(
        said.contains("in a circle") && said.contains("a.toml"),
        "{said}"
    );
    fs::write(at("own.toml"), "extends = \"own.toml\"\n").unwrap();
    let said = load(&at("own.toml"), &[]).unwrap_err().to_string();
    assert!(
        said.contains("extends itself") && said.contains("own.toml:1"),
        "{said}"
    );

    for number in 0..30 {
        let text = format!("extends = \"{}.toml\"\n", number + 1);
        fs::write(at(&format!("{number}.toml")), text).unwrap();
    }
    let said = load(&at("0.toml"), &[]).unwrap_err().to_string();
    assert!(said.contains("more than 16 files"), "{said}");
}

#[test]
fn a_base_in_another_folder_finds_its_own_image() {
    let image = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("scenarios/specimens/lhdl3155/lhdl3155_seg_c128.nii.gz");
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::create_dir_all(at("bases/scans")).unwrap();
    fs::create_dir_all(at("mine")).unwrap();
    fs::copy(image, at("bases/scans/bone.nii.gz")).unwrap();
    let base = "name = \"base\"\npreset = \"human\"\n[run]\nduration = \"1 d\"\n\
                [lattice]\nsite = \"20 um\"\n[specimen.image]\nfile = \"scans/bone.nii.gz\"\n";
    fs::write(at("bases/base.toml"), base).unwrap();
    fs::write(
        at("mine/own.toml"),
        "extends = \"../bases/base.toml\"\nname = \"own\"\n",
    )
    .unwrap();
    let found = load(&at("mine/own.toml"), &[]).unwrap();
    let file = &found.scenario.specimen.image.as_ref().unwrap().file;
    assert!(found.folder.join(file).is_file(), "{}", file.display());
    let direct = load(&at("bases/base.toml"), &[]).unwrap();
    assert_eq!(
        found.needed_bytes().unwrap(),
        direct.needed_bytes().unwrap()
    );
    assert!(direct.needed_bytes().unwrap() > 100_000_000);
}

#[cfg(unix)]
#[test]
fn a_named_pipe_is_refused_and_not_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe.toml");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    let said = load(&pipe, &[]).unwrap_err().to_string();
    assert!(said.contains("no regular file"), "{said}");
    let own = folder.path().join("own.toml");
    fs::write(&own, "extends = \"pipe.toml\"\n").unwrap();
    let said = load(&own, &[]).unwrap_err().to_string();
    assert!(
        said.contains("no regular file") && said.contains("own.toml:1"),
        "{said}"
    );
}

/// Rounding to single precision is a seventh digit of what is stored, and many times the turnover of
/// a tick where a signal lasts: it is entered, and the books close by the bound of all others.
#[test]
fn the_books_close_for_signals_that_last_and_for_short_ticks() {
    let tumour = "inoculation={ cells = 20, site = \"centre\" }";
    let short = ["run.duration=\"4 h\"", "run.burn_in=\"1 d\""];
    for sets in [
        vec!["signals.tgf_beta.half_life=\"2e5 min\""],
        vec!["signals.tgf_beta.half_life=\"1e8 min\""],
        vec![
            "signals.tgf_beta.half_life=\"2e6 min\"",
            "signals.tgf_beta.bone_factor=0.5",
        ],
        vec![
            "signals.tgf_beta.half_life=\"2e6 min\"",
            "transport.scheme=\"implicit\"",
            "transport.block=\"1 um\"",
        ],
        vec!["run.tick=\"5 min\""],
        vec!["run.tick=\"1 min\"", "signals.opg.half_life=\"30 d\""],
        vec!["run.tick=\"5 min\"", "transport.scheme=\"implicit\""],
    ] {
        let mut all = vec![tumour];
        if sets[0].starts_with("run.tick") {
            all.extend(short);
        }
        all.extend(&sets);
        let mut simulation = try_load(SLAB, &all).unwrap().build().unwrap();
        let end = simulation.run(|_| {});
        assert!(end.is_ok(), "{sets:?}: {}", end.unwrap_err());
        let books = &simulation.state.ledger;
        assert!(
            books.tick.iter().any(|book| book.made > 0.0),
            "{sets:?}: nothing was made"
        );
        assert!(books.worst_signal_residual < 1e-5, "{sets:?}");
    }
}

#[test]
fn values_that_would_keep_a_run_from_ending_are_refused() {
    for (set, key) in [
        (
            "osteoclast.migration.speed=\"1e12 um/h\"",
            "osteoclast.migration.speed",
        ),
        (
            "osteoclast.migration.speed=\"1e8 um/h\"",
            "osteoclast.migration.speed",
        ),
        ("tumour.motility.rate=\"1e6 um2/h\"", "tumour.motility.rate"),
        ("tumour.cell_diameter=\"0.01 um\"", "tumour.cell_diameter"),
        (
            "lining.activation.radius=\"10 mm\"",
            "lining.activation.radius",
        ),
        ("vessels.spacing=\"1e-9 um\"", "vessels.spacing"),
        (
            "inoculation={ cells = 4000000000, colonies = 4000000000, site = \"vessels\" }",
            "inoculation.cells",
        ),
        ("run.duration=\"1e6 yr\"", "run.duration"),
        ("lattice.size=[4096, 4096, 4096]", "lattice.size"),
    ] {
        let said = refused(&[set]);
        assert!(said.contains(key), "{set}: {said}");
    }
    let course = "therapy.a={ drug = \"opg_fc\", dose = \"1 mg\", route = \"subcutaneous\", ";
    for (rest, key) in [
        (
            "interval = \"1 s\", number = 4000000000 }",
            "therapy.a.number",
        ),
        ("interval = \"1 s\" }", "therapy.a.interval"),
    ] {
        let said = refused(&[&format!("{course}{rest}"), "subject.mass=\"20 g\""]);
        assert!(said.contains(key), "{rest}: {said}");
    }
    let many = "radiotherapy.a={ dose = \"8 Gy\", law = \"linear_quadratic\", fractions = 4000000000, interval = \"1 s\" }";
    let said = refused(&[many]);
    assert!(said.contains("radiotherapy.a.fractions"), "{said}");
    let frames = refused(&["run.duration=\"100 d\"", "output.film_every=\"1 h\""]);
    assert!(frames.contains("at most 1000 frames"), "{frames}");
}

#[test]
fn a_trial_whose_tumours_outgrow_its_step_is_refused() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("trials/zoledronate_sre.toml");
    let trial = fs::read_to_string(path).unwrap();
    let with = |key: &str, value: &str| {
        let lines = trial.lines().map(|line| {
            if line.starts_with(&format!("{key} = ")) {
                format!("{key} = {value}\n")
            } else {
                format!("{line}\n")
            }
        });
        lines.collect::<String>()
    };
    for (text, key) in [
        (with("growth", "{ fixed = 1e6 }"), "traits.growth"),
        (with("disease", "{ fixed = \"1e9 d\" }"), "traits.disease"),
        (
            format!("{trial}\n[tissue]\ngrowth = \"1e6 /d\"\n"),
            "tissue.growth",
        ),
    ] {
        let said = Trial::parse("trial.toml", &text, None, None)
            .map(|_| ())
            .unwrap_err();
        assert!(said.to_string().contains(key), "{said}");
    }
    assert!(Trial::parse("trial.toml", &trial, None, None).is_ok());
}

#[test]
fn what_ships_is_accepted() {
    fn tomls(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                tomls(&path, found);
            } else if path.extension().is_some_and(|ending| ending == "toml") {
                found.push(path);
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut scenarios = Vec::new();
    tomls(&root.join("scenarios"), &mut scenarios);
    assert!(scenarios.len() > 40);
    let mut lines = Vec::new();
    tomls(&root.join("src/scenario/fragments/lines"), &mut lines);
    let check = |path: &Path, sets: &[String]| {
        let loaded = load(path, sets).unwrap_or_else(|found| panic!("{}: {found}", path.display()));
        let lattice = &loaded.scenario.lattice;
        let edge_um = lattice
            .site
            .map_or(20.0, howship::numerics::quantity::Length::get);
        let grid = howship::tissue::grid::Grid::cubic([32, 32, 32], edge_um);
        let model = loaded.model(grid);
        assert!(model.is_ok(), "{}: {}", path.display(), model.unwrap_err());
    };
    for path in &scenarios {
        check(path, &[]);
    }
    for line in &lines {
        let name = line.file_stem().unwrap().to_str().unwrap();
        let on = match howship::scenario::fragments::preset_of_line(name) {
            "human" => "scenarios/patient_lesion.toml",
            _ => "scenarios/vicious_cycle_2d.toml",
        };
        check(&root.join(on), &[format!("line={name}")]);
    }
    let mut trials = Vec::new();
    for entry in fs::read_dir(root.join("trials")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "toml") {
            trials.push(path);
        }
    }
    assert!(trials.len() > 2);
    for path in trials {
        let read = Trial::read(&path, None, None);
        assert!(read.is_ok(), "{}: {}", path.display(), read.unwrap_err());
    }
}
