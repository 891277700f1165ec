//! Tumour lines and genotypes as fragments of a scenario, and a scenario that declares signals of its own.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::path::PathBuf;

use crate::common::{loaded, refusal, repository};
use howship::biology::cue::CueId;
use howship::biology::rate::CompiledRate;
use howship::engine::model::Model;
use howship::engine::secrete::{OPG, RANKL};
use howship::engine::sense::surroundings;
use howship::layers::tree::{Layer, Tree};
use howship::run::simulation::Simulation;
use howship::scenario::build::{Loaded, load};
use howship::scenario::fragments::{GENOTYPE, KINDS, LINE, preset_of_line};
use tempfile::TempDir;

/// A small section without a tumour, without preset.
const SECTION: &str = "\
name = \"small\"
[run]
duration = \"8 d\"
tick = \"1 h\"
burn_in = \"0 d\"
[lattice]
size = [80, 80, 1]
site = \"10 um\"
section_thickness = \"50 um\"
[specimen.trabecular]
bv_tv = 0.14
tb_th = \"50 um\"
tb_sp = \"200 um\"
";

/// A folder with one scenario: `head` at the top, then the small section, then `tail`.
fn written(head: &str, tail: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("small.toml");
    fs::write(&path, format!("{head}\n{SECTION}\n{tail}")).unwrap();
    (folder, path)
}

fn read(head: &str, tail: &str, sets: &[&str]) -> Loaded {
    loaded(&format!("{head}\n{SECTION}\n{tail}"), sets)
}

/// What is said of a scenario that does not load.
fn refused(head: &str, sets: &[&str]) -> String {
    refusal(&format!("{head}\n{SECTION}\n"), sets)
}

fn shipped(name: &str) -> PathBuf {
    repository("scenarios").join(name)
}

#[test]
fn every_value_of_a_fragment_has_a_source_and_a_line_changes_the_tumour_alone() {
    for kind in KINDS {
        for &(name, text) in kind.all {
            let tree = Tree::parse(Layer {
                name: name.to_owned(),
                text: text.to_owned(),
            })
            .unwrap();
            assert!(!tree.leaves().is_empty(), "{name} changes nothing");
            for leaf in tree.leaves() {
                assert!(
                    leaf.comment.is_some(),
                    "{name}: {} has no source",
                    leaf.path
                );
                // A line also says how far its cells hold osteoblasts back.
                let blastic = ["signals.bmp.", "lining.modelling.", "osteoblast.formation."];
                let of_line = leaf.path.starts_with("tumour.")
                    || leaf.path.contains(".lowered_by.tumour_packing.")
                    || name == "c4_2b" && blastic.iter().any(|key| leaf.path.starts_with(key));
                assert!(kind.key != LINE.key || of_line, "{name}: {}", leaf.path);
                let of_host = !leaf.path.starts_with("tumour.");
                assert!(kind.key != GENOTYPE.key || of_host, "{name}: {}", leaf.path);
            }
        }
    }
}

#[test]
fn lines_stand_on_their_preset_and_genotypes_on_both() {
    for name in LINE.names() {
        let preset = preset_of_line(name);
        let head = format!("preset = \"{preset}\"\nline = \"{name}\"");
        let loaded = read(&head, "", &[]);
        assert_eq!(loaded.tree.layers()[1], format!("line {name}"));
        loaded.build().unwrap();
    }
    for name in GENOTYPE.names() {
        for preset in ["mouse", "human"] {
            let head = format!("preset = \"{preset}\"\ngenotype = \"{name}\"");
            read(&head, "", &[]).build().unwrap();
        }
    }
}

/// Lung cancer of patients grows as slowly as its doubling time says, next to that of the preset.
#[test]
fn lung_cancer_of_patients_grows_by_its_doubling_time() {
    let net_per_d = |line: &str| {
        let tumour = read(&format!("preset = \"human\"\n{line}"), "", &[])
            .scenario
            .tumour;
        24.0 * (tumour.division.rate.get() - tumour.death.rate.get())
    };
    let of = |line: &str| net_per_d(&format!("line = \"{line}\""));
    let preset = net_per_d("");
    for (line, doubling_d) in [
        ("adenocarcinoma", 258.0),
        ("squamous", 126.0),
        ("small_cell", 53.0),
    ] {
        let slower = preset / of(line);
        assert!(
            (slower / (doubling_d / 50.0) - 1.0).abs() < 0.02,
            "{line}: {slower}"
        );
    }
    assert!((of("adenocarcinoma_egfr") - of("adenocarcinoma")).abs() < 1e-12);
    let mutant = |line: &str| {
        read(&format!("preset = \"human\"\nline = \"{line}\""), "", &[])
            .scenario
            .tumour
            .egfr_mutant
    };
    assert!(mutant("adenocarcinoma_egfr") && !mutant("adenocarcinoma"));
}

#[test]
fn a_file_goes_before_its_line_and_an_assignment_before_both() {
    let own = "[tumour.division]\nrate = \"0.1 /d\"";
    let head = "preset = \"mouse\"\nline = \"pc3\"";
    let loaded = read(head, own, &[]);
    let tumour = &loaded.scenario.tumour;
    assert!((24.0 * tumour.division.rate.get() - 0.1).abs() < 1e-12);
    let alone = read("preset = \"mouse\"", "", &[]).scenario.tumour;
    assert!(tumour.pushing_depth.get() < alone.pushing_depth.get());
    let renca = read("preset = \"mouse\"\nline = \"renca\"", "", &[]).scenario;
    let set = read(head, "", &["line=\"renca\""]).scenario;
    assert_eq!(set.tumour, renca.tumour);

    // The line of a file goes before that of its base.
    let (folder, _base) = written(head, "");
    let above = folder.path().join("above.toml");
    fs::write(&above, "extends = \"small.toml\"\nline = \"renca\"\n").unwrap();
    assert_eq!(load(&above, &[]).unwrap().scenario.tumour, renca.tumour);
}

#[test]
fn what_is_no_line_or_genotype_is_refused_with_what_is_allowed() {
    let said = refused("preset = \"mouse\"\nline = \"PC-4\"", &[]);
    assert!(said.contains("unknown line `PC-4`"), "{said}");
    assert!(said.contains("small.toml:2"), "{said}");
    for name in LINE.names() {
        assert!(said.contains(name), "{name} is not in\n{said}");
    }
    let near = refused("preset = \"mouse\"\nline = \"mda-mb-213\"", &[]);
    assert!(near.contains("did you mean `mda_mb_231`?"), "{near}");
    let genotype = refused("preset = \"human\"\ngenotype = \"opg_nul\"", &[]);
    assert!(genotype.contains("did you mean `opg_null`?"), "{genotype}");
    assert!(genotype.contains("opg_het"), "{genotype}");

    let human = refused("preset = \"human\"\nline = \"hara\"", &[]);
    assert!(human.contains("measured in mice"), "{human}");
    let set = refused("preset = \"human\"", &["line=\"hara\""]);
    assert!(set.contains("measured in mice"), "{set}");
    let patient = refused("preset = \"mouse\"\nline = \"squamous\"", &[]);
    assert!(patient.contains("tumour of patients"), "{patient}");
    let bare = refused("line = \"hara\"", &[]);
    assert!(bare.contains("without a preset"), "{bare}");
    let number = refused("preset = \"mouse\"\nline = 3", &[]);
    assert!(number.contains("`line` must be text"), "{number}");
}

/// Day and tumour cells, once a day.
fn growth(simulation: &mut Simulation) -> Vec<f64> {
    let mut cells = Vec::new();
    simulation
        .run(|now| {
            if now.state.tick.is_multiple_of(24) {
                cells.push(now.state.tumour.len() as f64);
            }
        })
        .unwrap();
    cells
}

const COLONY: &str = "[inoculation]\ncells = 60";

/// The courses of the lines in mouse tibia slow down on a logarithmic scale: the rim grows, the core
/// rests (Marsilio 2025). With every cell dividing the colony grows as before.
#[test]
fn a_colony_whose_rim_alone_divides_slows_down() {
    let slowing = |sets: &[&str]| {
        let head = "preset = \"mouse\"\nline = \"pc3\"";
        let cells = growth(&mut read(head, COLONY, sets).build().unwrap());
        assert!((cells[0] - 60.0).abs() < 0.5);
        let per_d = |from: usize, to: usize| (cells[to] / cells[from]).ln() / (to - from) as f64;
        (per_d(0, 4), per_d(4, 8))
    };
    let (early, late) = slowing(&[]);
    assert!(late < 0.75 * early, "{early} then {late} /d");
    let (early, late) = slowing(&["tumour.pushing_depth=\"400 um\""]);
    assert!(late > 0.75 * early, "all divide: {early} then {late} /d");
}

/// Runs for some ticks and gives what was made of a signal in the last, amol.
fn made(simulation: &mut Simulation, signal: usize, ticks: u32) -> f64 {
    simulation.begin().unwrap();
    for _ in 0..ticks {
        simulation.step().unwrap();
    }
    simulation.state.ledger.tick[signal].made
}

#[test]
fn lines_differ_in_pthrp() {
    let made = |line: &str| {
        let head = format!("preset = \"mouse\"\nline = \"{line}\"");
        made(&mut read(&head, COLONY, &[]).build().unwrap(), 0, 2)
    };
    let (high, middle, low) = (made("hara"), made("pc3"), made("a549"));
    assert!(high > 1.3 * middle && middle > 2.0 * low && low > 0.0);
}

/// RANKL and OPG of the first tick, in which no level yet answers another, are none, half and whole.
#[test]
fn genotypes_make_none_or_half() {
    let made = |genotype: &str, signal| {
        let head = format!("preset = \"mouse\"\n{genotype}");
        made(&mut read(&head, "", &[]).build().unwrap(), signal, 1)
    };
    let wild = "";
    assert!(made(wild, OPG) > 0.0 && made(wild, RANKL) > 0.0);
    let half = made("genotype = \"opg_het\"", OPG) / made(wild, OPG);
    assert!((half - 0.5).abs() < 1e-3, "{half}");
    assert!(made("genotype = \"opg_null\"", OPG).abs() < 1e-12);
    assert!(made("genotype = \"rankl_null\"", RANKL).abs() < 1e-12);
}

/// Without RANKL no osteoclast forms and no bone goes (Kong 1999); without OPG more of RANK is engaged
/// and more osteoclasts form (Bucay 1998).
#[test]
fn genotypes_change_the_osteoclasts() {
    let osteoclasts = |genotype: &str| {
        let head = format!("preset = \"mouse\"\n{genotype}");
        let mut simulation = read(&head, "", &[]).build().unwrap();
        let mut days = 0;
        simulation
            .run(|now| days += now.state.osteoclasts.len())
            .unwrap();
        let removed = simulation.state.ledger.resorbed_um3;
        (days, removed)
    };
    let (none, removed) = osteoclasts("genotype = \"rankl_null\"");
    assert!(none == 0 && removed.abs() < 1e-9, "{none}, {removed} um3");
    let wild = osteoclasts("").0;
    let half = osteoclasts("genotype = \"opg_het\"").0;
    let without = osteoclasts("genotype = \"opg_null\"").0;
    assert!(wild > 0 && 2 * without > 3 * wild, "{wild} to {without}");
    assert!(half < without, "{half} and {without}");
}

/// Mean of a rate over the surface, with its cues as they are and with one of them at zero.
fn with_and_without(simulation: &Simulation, rate: &CompiledRate, cue: CueId) -> (f64, f64) {
    let view = surroundings(&simulation.model, &simulation.state, &simulation.scratch);
    let (mut with, mut without) = (0.0, 0.0);
    for at in &simulation.scratch.surface {
        let site = at.site as usize;
        with += rate.at(|asked| view.level(asked, site));
        without += rate.at(|asked| {
            if asked == cue {
                0.0
            } else {
                view.level(asked, site)
            }
        });
    }
    let sites = simulation.scratch.surface.len() as f64;
    (with / sites, without / sites)
}

/// What a signal of scenarios/cytokines.toml does to a rate: raises, lowers, or is needed.
#[derive(Clone, Copy)]
enum Acts {
    Raises,
    Lowers,
    Permits,
}

type Chosen = for<'a> fn(&'a Model) -> &'a CompiledRate;

#[test]
fn signals_that_a_scenario_declares_act_and_keep_their_books() {
    let sets = [
        "lattice.size=[80, 80, 1]",
        "run.burn_in=\"2 d\"",
        "run.duration=\"3 d\"",
    ];
    let sets: Vec<String> = sets.iter().map(|&set| set.to_owned()).collect();
    let mut simulation = load(&shipped("cytokines.toml"), &sets)
        .unwrap()
        .build()
        .unwrap();
    simulation.run(|_| ()).unwrap();
    let opg: Chosen = |model| {
        let made = &model.rates.lining_secretion;
        &made.iter().find(|made| made.signal == OPG).unwrap().rate
    };
    let acts: [(&str, Chosen, Acts); 10] = [
        ("il6", |model| &model.rates.contact_resting, Acts::Raises),
        ("il6", |model| &model.rates.contact_opened, Acts::Raises),
        ("pge2", |model| &model.rates.contact_opened, Acts::Raises),
        ("pge2", opg, Acts::Lowers),
        ("tnf", |model| &model.rates.fusion, Acts::Raises),
        ("tnf", |model| &model.rates.maturing, Acts::Lowers),
        ("m_csf", |model| &model.rates.fusion, Acts::Permits),
        ("dkk1", |model| &model.rates.maturing, Acts::Lowers),
        ("dkk1", |model| &model.rates.apposition, Acts::Lowers),
        ("bmp2", |model| &model.rates.arrival, Acts::Raises),
    ];
    for (index, (name, chosen, acts)) in acts.into_iter().enumerate() {
        let signal = simulation.model.signal(name).unwrap();
        let (with, without) = with_and_without(&simulation, chosen(&simulation.model), signal);
        let acted = match acts {
            Acts::Raises => with > 1.02 * without && without > 0.0,
            Acts::Lowers => with < 0.98 * without && with > 0.0,
            Acts::Permits => with > 0.0 && without.abs() < 1e-15,
        };
        assert!(acted, "{index}: {name}: {with} with it, {without} without");
    }
    let ledger = &simulation.state.ledger;
    assert!(ledger.worst_signal_residual < 1e-5);
    assert!(ledger.worst_store_residual < 1e-9);
    let bmp2 = simulation.model.signal("bmp2").unwrap();
    assert!(ledger.total[bmp2].released > 0.0, "bone sets BMP-2 free");
}

/// The same random numbers with and without one source: no M-CSF, no osteoclast; no DKK-1, more osteoid.
#[test]
fn a_signal_switched_off_changes_the_outcome() {
    let outcome = |off: &[&str]| {
        let mut sets = vec![
            "lattice.size=[80, 80, 1]".to_owned(),
            "run.burn_in=\"24 d\"".to_owned(),
            "run.duration=\"10 d\"".to_owned(),
        ];
        sets.extend(off.iter().map(|path| format!("{path}.rate=\"0 amol/h\"")));
        let mut simulation = load(&shipped("cytokines.toml"), &sets)
            .unwrap()
            .build()
            .unwrap();
        let mut osteoclasts = 0;
        simulation
            .run(|now| osteoclasts += now.state.osteoclasts.len())
            .unwrap();
        (osteoclasts, simulation.state.ledger.formed_um3)
    };
    let (osteoclasts, formed) = outcome(&[]);
    assert!(osteoclasts > 0);
    let (none, _) = outcome(&[
        "lining.secretion.m_csf",
        "precursor.secretion.m_csf",
        "osteoblast.secretion.m_csf",
        "tumour.secretion.m_csf",
    ]);
    assert_eq!(none, 0);
    let (_, more) = outcome(&["tumour.secretion.dkk1"]);
    // With it, so near the tumour, none matures in time.
    assert!(
        more > 1.05 * formed && more > 0.0,
        "{formed} and {more} um3"
    );
}
