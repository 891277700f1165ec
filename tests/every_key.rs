//! No key without a check: every number of every table of a scenario is set to values that mean
//! nothing, and is refused by its name, but for the exceptions that are listed here with their reason.
//!
//! The keys come from the JSON Schema, so that a new one is covered by itself; one that no scenario
//! here gives a value makes [`every_number_of_the_schema_stands_in_a_scenario_here`] fail.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a helper of a test fails the test"
)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use howship::layers::diagnostic::Diagnostics;
use howship::layers::tree::Tree;
use howship::numerics::quantity::Dimension;
use howship::scenario::build::{Loaded, preset};
use howship::scenario::file::Scenario;
use howship::scenario::read::read_file;
use howship::scenario::schema::json_schema;
use rayon::prelude::*;
use serde_json::Value;

/// Scenarios that together give every number of the schema.
const SCENARIOS: [&str; 5] = ["body", "lesion", "cortical", "porous", "trabecular"];

/// Zeros that mean something: path (`*` is a name or an index) and reason. A key that is allowed to be
/// zero and is refused fails the test, so that the list stays true.
const ZEROS: &[(&str, &str)] = &[
    ("**.rate", "what does not happen"),
    ("**.to", "lowered to nothing"),
    ("arms.*.at", "a turn at day 0"),
    ("colonisation.start", "from day 0 on"),
    ("colonisation.survival", "none survives"),
    ("conversions.*.everywhere", "a conversion that is cut"),
    ("cues.*.constant", "a cue that is absent"),
    ("cues.*.scaled.by", "a cue that is cut"),
    ("drugs.*.blocks.*.most", "a drug that hides nothing"),
    ("drugs.*.neutralises.*.most", "a drug that binds nothing"),
    (
        "drugs.*.bone.share",
        "a drug that bone, or a cell, does not take up",
    ),
    (
        "drugs.*.bone.uptake",
        "a drug that bone, or a cell, does not take up",
    ),
    (
        "drugs.*.pk.access",
        "no way in or out of the body, or no delay",
    ),
    (
        "drugs.*.pk.bioavailability",
        "no way in or out of the body, or no delay",
    ),
    (
        "drugs.*.pk.clearance",
        "no way in or out of the body, or no delay",
    ),
    (
        "drugs.*.pk.delay",
        "no way in or out of the body, or no delay",
    ),
    (
        "drugs.*.pk.filtered",
        "no way in or out of the body, or no delay",
    ),
    (
        "drugs.*.pk.peripheral.*.exchange",
        "a compartment that takes no part",
    ),
    ("drugs.*.pk.saturable.most", "no saturable elimination"),
    (
        "immune.division.refractory",
        "a cell may divide again at once",
    ),
    ("immune.exhaustion.division", "none, or nothing of it"),
    ("immune.exhaustion.killing", "none, or nothing of it"),
    ("immune.exhaustion.pd_l1", "none, or nothing of it"),
    ("immune.killing.contact", "a site touches itself"),
    ("immune.motility.persistence", "cells that stay"),
    ("inoculation.cells", "a sham operation"),
    ("inoculation.position.*", "the corner of the lattice"),
    ("inoculation.time", "day 0"),
    ("mechanostat.levels[*].from", "from day 0 on"),
    ("mechanostat.levels[*].level", "bone without a load"),
    ("mechanostat.poisson", "no strain across"),
    ("mineralisation.calcium", "bone without it"),
    ("mineralisation.primary", "bone without it"),
    ("mineralisation.secondary", "bone without it"),
    ("osteoblast.formation.lining_share", "none of the cells"),
    ("osteoblast.formation.osteocyte_share", "none of the cells"),
    ("osteoclast.apoptosis.life_sd", "all nuclei live alike"),
    ("osteoclast.migration.speed", "cells that stay"),
    ("output.film_every", "as many frames as make a short film"),
    ("output.structure_every", "no table of structure"),
    ("output.map_days.*", "day 0"),
    ("output.volumes.days.*", "day 0"),
    (
        "patient.calcium.calcitriol_share",
        "a part of the exchange that is off",
    ),
    (
        "patient.calcium.exchange",
        "a part of the exchange that is off",
    ),
    (
        "patient.calcium.exchangeable",
        "a part of the exchange that is off",
    ),
    (
        "patient.calcium.pthrp_escape",
        "a part of the exchange that is off",
    ),
    (
        "patient.calcium.renal_sensing",
        "a part of the exchange that is off",
    ),
    (
        "patient.calcium.supplement",
        "a part of the exchange that is off",
    ),
    ("patient.markers.bsp_per_cm3", "tumours that shed none"),
    ("patient.markers.cea_per_cm3", "tumours that shed none"),
    ("patient.markers.ctx_background", "all of it from bone"),
    ("patient.markers.ntx_background", "all of it from bone"),
    ("patient.neutrophils.gamma", "no feedback"),
    ("patient.neutrophils.toxicity.*", "a drug that does no harm"),
    (
        "patient.skeletal_events.canal",
        "a hazard, a share, a weight or a window of none",
    ),
    (
        "patient.skeletal_events.collapse",
        "a hazard, a share, a weight or a window of none",
    ),
    (
        "patient.skeletal_events.collapse_loss",
        "a hazard, a share, a weight or a window of none",
    ),
    (
        "patient.skeletal_events.flag",
        "a hazard, a share, a weight or a window of none",
    ),
    (
        "patient.skeletal_events.fracture",
        "a hazard, a share, a weight or a window of none",
    ),
    (
        "patient.skeletal_events.fracture_exponent",
        "a hazard, a share, a weight or a window of none",
    ),
    (
        "patient.skeletal_events.hypercalcaemia",
        "a hazard, a share, a weight or a window of none",
    ),
    (
        "patient.skeletal_events.long_bone",
        "a hazard, a share, a weight or a window of none",
    ),
    (
        "patient.skeletal_events.pain_acid",
        "a hazard, a share, a weight or a window of none",
    ),
    (
        "patient.skeletal_events.pain_strength",
        "a hazard, a share, a weight or a window of none",
    ),
    (
        "patient.skeletal_events.pain_threshold",
        "a hazard, a share, a weight or a window of none",
    ),
    (
        "patient.skeletal_events.pain_tumour",
        "a hazard, a share, a weight or a window of none",
    ),
    (
        "patient.skeletal_events.patience",
        "a hazard, a share, a weight or a window of none",
    ),
    (
        "patient.skeletal_events.radiation",
        "a hazard, a share, a weight or a window of none",
    ),
    (
        "patient.skeletal_events.repair",
        "a hazard, a share, a weight or a window of none",
    ),
    (
        "patient.skeletal_events.scale",
        "a hazard, a share, a weight or a window of none",
    ),
    (
        "patient.skeletal_events.spine",
        "a hazard, a share, a weight or a window of none",
    ),
    (
        "patient.skeletal_events.surgery",
        "a hazard, a share, a weight or a window of none",
    ),
    (
        "patient.skeletal_events.window",
        "a hazard, a share, a weight or a window of none",
    ),
    (
        "patient.toxicity.drugs.*.hypocalcaemia",
        "a drug without that harm or effect",
    ),
    (
        "patient.skeleton.drug_most",
        "a drug on bone without effect",
    ),
    (
        "patient.skeleton.turnover",
        "bone that is not turned over and keeps its drug",
    ),
    ("patient.toxicity.drugs.*.jaw.*", "a year without that harm"),
    ("patient.toxicity.extractions.*", "day 0"),
    ("patient.toxicity.triggered_share", "none of the cases"),
    (
        "precursor.maturation.least_age",
        "a cell may mature at once",
    ),
    (
        "precursor.recruitment.arrest",
        "at once, or the sites around alone",
    ),
    (
        "precursor.recruitment.arrest_reach",
        "at once, or the sites around alone",
    ),
    (
        "precursor.recruitment.reversal",
        "at once, or the sites around alone",
    ),
    (
        "precursor.recruitment.perforation_reach",
        "every pit is refilled",
    ),
    (
        "radiobiology.abortive_divisions",
        "cells that die without one",
    ),
    ("radiobiology.*.alpha", "cells that radiation spares"),
    (
        "radiobiology.strength.lasts",
        "no loss, or a loss that begins to heal at once",
    ),
    (
        "radiobiology.strength.most",
        "no loss, or a loss that begins to heal at once",
    ),
    ("radiotherapy.*.centre.*", "the corner of the lattice"),
    ("radiotherapy.*.margin", "none"),
    ("radiotherapy.*.penumbra", "a sharp edge"),
    ("radiotherapy.*.start", "day 0"),
    ("rigidity.poisson", "no strain across"),
    ("run.burn_in", "none"),
    ("seed", "a seed like others"),
    (
        "seeding.remodelling_space",
        "it is retired and does nothing",
    ),
    (
        "signals.*.active_fraction",
        "bone that lets nothing through, holds none or frees none; no vessels, no plasma",
    ),
    (
        "signals.*.bone_factor",
        "bone that lets nothing through, holds none or frees none; no vessels, no plasma",
    ),
    (
        "signals.*.matrix_content",
        "bone that lets nothing through, holds none or frees none; no vessels, no plasma",
    ),
    (
        "signals.*.plasma",
        "bone that lets nothing through, holds none or frees none; no vessels, no plasma",
    ),
    (
        "signals.*.vessel_exchange",
        "bone that lets nothing through, holds none or frees none; no vessels, no plasma",
    ),
    ("strength.poisson", "no strain across"),
    ("subject.filtration", "kidneys that have failed"),
    ("therapy.*.infusion", "at once"),
    ("therapy.*.start", "day 0"),
    ("therapy.*.not_before", "from day 0 on"),
    ("therapy.*.*.tumour_cells_above", "any tumour"),
    ("therapy.*.holidays.*.from", "from day 0 on"),
    (
        "tumour.clones.*.death",
        "a clone that does not, or hears nothing",
    ),
    (
        "tumour.clones.*.division",
        "a clone that does not, or hears nothing",
    ),
    (
        "tumour.clones.*.dormant_share",
        "a clone that does not, or hears nothing",
    ),
    (
        "tumour.clones.*.drug_kills",
        "a clone that does not, or hears nothing",
    ),
    (
        "tumour.clones.*.motility",
        "a clone that does not, or hears nothing",
    ),
    (
        "tumour.clones.*.radiosensitivity",
        "a clone that does not, or hears nothing",
    ),
    (
        "tumour.clones.*.share",
        "a clone that does not, or hears nothing",
    ),
    (
        "tumour.clones.*.waking",
        "a clone that does not, or hears nothing",
    ),
    (
        "tumour.clones.*.secretion.*",
        "a clone that makes or hears none",
    ),
    (
        "tumour.clones.*.sensitivity.*",
        "a clone that makes or hears none",
    ),
    ("tumour.dormancy.death", "none"),
    ("tumour.dormancy.share", "none"),
    ("tumour.mutation.*.*", "no change of clone"),
    ("tumour.pushing_depth", "cells at free space alone divide"),
];

fn scenario(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/data/every_key/{name}.toml"))
}

fn build(tree: Tree) -> Result<(), Diagnostics> {
    let folder = scenario("body").parent().unwrap().to_path_buf();
    Loaded::from_tree(tree, folder)?.build().map(|_| ())
}

/// What stands in a scenario, with all its defaults: paths and values of its leaves.
fn leaves(value: &toml::Value, path: &str, found: &mut Vec<(String, toml::Value)>) {
    let quoted = |key: &str| {
        let plain = key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if plain {
            key.to_owned()
        } else {
            format!("{key:?}")
        }
    };
    match value {
        toml::Value::Table(table) => {
            for (key, inner) in table {
                let below = if path.is_empty() {
                    quoted(key)
                } else {
                    format!("{path}.{}", quoted(key))
                };
                leaves(inner, &below, found);
            }
        }
        toml::Value::Array(items) => {
            for (index, inner) in items.iter().enumerate() {
                leaves(inner, &format!("{path}[{index}]"), found);
            }
        }
        leaf => found.push((path.to_owned(), leaf.clone())),
    }
}

/// A number with its unit, if the leaf is one.
fn unit(leaf: &toml::Value) -> Option<String> {
    match leaf {
        toml::Value::Integer(_) | toml::Value::Float(_) => Some(String::new()),
        toml::Value::String(text) => {
            let (number, unit) = text.split_once(' ').unwrap_or((text, ""));
            if let Some(area) = text.strip_prefix("AUC ") {
                return area.parse::<f64>().ok().map(|_| "AUC".to_owned());
            }
            number.parse::<f64>().ok().map(|_| unit.to_owned())
        }
        _ => None,
    }
}

fn written(number: &str, leaf: &toml::Value, unit: &str) -> String {
    match leaf {
        toml::Value::String(_) if unit == "AUC" => format!("\"AUC {number}\""),
        toml::Value::String(_) => format!("\"{number} {unit}\""),
        _ => number.to_owned(),
    }
}

fn matches(pattern: &str, path: &str) -> bool {
    let parts = |text: &str| -> Vec<String> {
        let text = text.replace('[', ".").replace(']', "");
        text.split('.').map(str::to_owned).collect()
    };
    let (mut pattern, mut path) = (parts(pattern), parts(path));
    if pattern.first().is_some_and(|first| first == "**") && path.len() >= pattern.len() {
        pattern.remove(0);
        path.drain(..path.len() - pattern.len());
    }
    pattern.len() == path.len()
        && pattern
            .iter()
            .zip(&path)
            .all(|(one, other)| one == "*" || one == other)
}

/// A refusal that names the key, or the table that it stands in, and says what is allowed.
fn names(refused: &Diagnostics, path: &str) -> Result<(), String> {
    let first = &refused.0[0];
    let key = first.key_path().unwrap_or("");
    let table = path.rsplit_once('.').map_or("", |(table, _)| table);
    let said = first.to_string();
    let own = path.rsplit_once('.').map_or(path, |(_, own)| own);
    let own = own.split('[').next().unwrap();
    let is_named = key == path
        || path.starts_with(&format!("{key}[")) && !key.is_empty()
        || said.contains(path)
        || (key == table && !key.is_empty())
        // Two that do not go together: the other one is shown, and this one is named.
        || (key.starts_with(&format!("{table}.")) && said.contains(own));
    let says_more = first.help().is_some() || said.contains("expected");
    match (is_named, says_more) {
        (true, true) => Ok(()),
        (false, _) => Err(format!("{path} is not named: {said}")),
        (_, false) => Err(format!("{path}: nothing says what is allowed: {said}")),
    }
}

fn base(name: &str) -> (Tree, Vec<(String, toml::Value)>) {
    let tree = read_file(&scenario(name), preset, &[]).unwrap();
    let folder = scenario(name).parent().unwrap().to_path_buf();
    let loaded =
        Loaded::from_tree(tree.clone(), folder).unwrap_or_else(|said| panic!("{name}: {said}"));
    loaded
        .build()
        .unwrap_or_else(|said| panic!("{name}: {said}"));
    let mut found = Vec::new();
    leaves(
        &toml::Value::try_from(&loaded.scenario).unwrap(),
        "",
        &mut found,
    );
    (tree, found)
}

/// What a number of this base may not be, and is accepted as all the same.
fn accepted(name: &str, numbers: &[&str]) -> (usize, Vec<String>) {
    let (tree, found) = base(name);
    let cases: Vec<(&String, String)> = found
        .iter()
        .filter_map(|(path, leaf)| Some((path, leaf, unit(leaf)?)))
        .flat_map(|(path, leaf, unit)| {
            numbers
                .iter()
                .map(move |number| (path, written(number, leaf, &unit)))
        })
        .collect();
    let wrong = cases
        .par_iter()
        .filter_map(|(path, value)| {
            let mut tree = tree.clone();
            if let Err(refused) = tree.set(&format!("{path}={value}")) {
                return names(&refused.into(), path).err();
            }
            match build(tree) {
                Ok(()) => Some(format!("{path} = {value} is accepted")),
                Err(refused) => names(&refused, path).err(),
            }
        })
        .collect();
    (cases.len(), wrong)
}

#[test]
fn no_number_is_none_or_beyond_all_bounds() {
    for name in SCENARIOS {
        let (cases, wrong) = accepted(name, &["nan", "1e300"]);
        assert!(cases > 300, "{name}: {cases}");
        assert!(wrong.is_empty(), "{name}:\n{}", wrong.join("\n"));
    }
}

/// Keys that may be below zero, with the reason.
const SIGNED: &[(&str, &str)] = &[
    (
        "patient.toxicity.extractions.*",
        "a tooth may have been drawn before day 0",
    ),
    (
        "radiotherapy.*.centre.*",
        "a field may reach in from beside the lattice",
    ),
];

/// Whole numbers that may be the largest of 32 bits, with the reason.
const COUNTS: &[(&str, &str)] = &[
    ("seed", "any seed is one"),
    (
        "therapy.*.start_when.tumour_cells_above",
        "a limit that is never met",
    ),
    (
        "therapy.*.*.tumour_cells_below",
        "a limit that is always met",
    ),
    (
        "therapy.*.stop_when.tumour_cells_above",
        "a limit that is never met",
    ),
    ("checkpoint.keep", "all checkpoints are kept"),
    (
        "lattice.size.*",
        "refused beside the thickness of what is then no section",
    ),
];

#[test]
fn no_number_is_below_zero() {
    for name in SCENARIOS {
        let (_, mut wrong) = accepted(name, &["-1"]);
        wrong.retain(|said| {
            let path = said.split(' ').next().unwrap();
            !(said.ends_with("is accepted") && SIGNED.iter().any(|(key, _)| matches(key, path)))
        });
        assert!(wrong.is_empty(), "{name}:\n{}", wrong.join("\n"));
    }
}

#[test]
fn no_count_takes_the_memory_or_the_time_of_the_machine() {
    for name in SCENARIOS {
        let (_, mut wrong) = accepted(name, &["4294967295"]);
        let (_, found) = base(name);
        wrong.retain(|said| {
            let path = said.split(' ').next().unwrap();
            let is_count = found
                .iter()
                .any(|(key, leaf)| key == path && leaf.is_integer());
            is_count && !COUNTS.iter().any(|(key, _)| matches(key, path))
        });
        assert!(wrong.is_empty(), "{name}:\n{}", wrong.join("\n"));
    }
}

/// What is accepted runs or stops with a named fault: no panic, and no loop without end.
#[test]
fn what_is_accepted_can_be_run() {
    let mut ran = 0;
    for name in ["body", "lesion"] {
        let (tree, found) = base(name);
        let cases: Vec<(&String, String)> = found
            .iter()
            .filter_map(|(path, leaf)| Some((path, leaf, unit(leaf)?)))
            .flat_map(|(path, leaf, unit)| {
                ["0", "1e-3", "1e3", "1e6"].map(|number| (path, written(number, leaf, &unit)))
            })
            .collect();
        ran += cases
            .par_iter()
            .filter(|(path, value)| {
                let mut tree = tree.clone();
                if tree.set(&format!("{path}={value}")).is_err() {
                    return false;
                }
                let folder = scenario("body").parent().unwrap().to_path_buf();
                let built = Loaded::from_tree(tree, folder).and_then(|loaded| loaded.build());
                let Ok(mut simulation) = built else {
                    return false;
                };
                if simulation.begin().is_ok() {
                    for _ in 0..2 {
                        if simulation.step().is_err() {
                            break;
                        }
                    }
                }
                true
            })
            .count();
    }
    assert!(ran > 500, "{ran}");
}

#[test]
fn zero_is_refused_where_it_means_nothing() {
    let mut met = BTreeSet::new();
    let mut all = Vec::new();
    for name in SCENARIOS {
        let (_, wrong) = accepted(name, &["0"]);
        for said in wrong {
            let path = said.split(' ').next().unwrap();
            let allowed = ZEROS.iter().find(|(key, _)| matches(key, path));
            match allowed {
                Some((key, _)) if said.ends_with("is accepted") => {
                    met.insert(*key);
                }
                _ => all.push(format!("{name}: {said}")),
            }
        }
    }
    assert!(all.is_empty(), "{}", all.join("\n"));
    let idle: Vec<_> = ZEROS.iter().filter(|(key, _)| !met.contains(key)).collect();
    assert!(idle.is_empty(), "refused after all: {idle:?}");
}

/// Paths of all numbers and quantities of the schema; `*` stands for a name or an index.
fn numbers(schema: &Value, root: &Value, path: &str, found: &mut BTreeSet<String>) {
    let Value::Object(object) = schema else {
        return;
    };
    if let Some(Value::String(reference)) = object.get("$ref") {
        let target = root.pointer(reference.trim_start_matches('#')).unwrap();
        return numbers(target, root, path, found);
    }
    for key in ["anyOf", "oneOf", "allOf"] {
        for one in object
            .get(key)
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            numbers(one, root, path, found);
        }
    }
    let is = |name: &str| match object.get("type") {
        Some(Value::String(kind)) => kind == name,
        Some(Value::Array(kinds)) => kinds.iter().any(|kind| kind == name),
        _ => false,
    };
    let example = object.pointer_example();
    if is("number")
        || is("integer")
        || example.is_some_and(|text| text.starts_with(|c: char| c.is_ascii_digit()))
    {
        found.insert(path.to_owned());
    }
    for (key, inner) in object
        .get("properties")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
    {
        let below = if path.is_empty() {
            key.clone()
        } else {
            format!("{path}.{key}")
        };
        numbers(inner, root, &below, found);
    }
    for key in ["additionalProperties", "items"] {
        if let Some(inner) = object.get(key) {
            numbers(inner, root, &format!("{path}.*"), found);
        }
    }
    for inner in object
        .get("prefixItems")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        numbers(inner, root, &format!("{path}.*"), found);
    }
}

trait Example {
    fn pointer_example(&self) -> Option<&str>;
}

impl Example for serde_json::Map<String, Value> {
    fn pointer_example(&self) -> Option<&str> {
        self.get("examples")?.get(0)?.as_str()
    }
}

#[test]
fn every_number_of_the_schema_stands_in_a_scenario_here() {
    let schema = json_schema::<Scenario>("scenario");
    let mut wanted = BTreeSet::new();
    numbers(&schema, &schema, "", &mut wanted);
    assert!(wanted.len() > 200, "{}", wanted.len());
    let mut given = Vec::new();
    for name in SCENARIOS {
        given.extend(base(name).1.into_iter().map(|(path, _)| path));
    }
    // Modulators are read and checked in one place, whatever they modulate.
    let modulators = [".raised_by.", ".lowered_by.", ".needs."];
    let wanted: BTreeSet<String> = wanted
        .into_iter()
        .map(|path| {
            let at = modulators.iter().find_map(|kind| path.find(kind));
            at.map_or(path.clone(), |at| format!("**{}", &path[at..]))
        })
        .collect();
    let missing: Vec<&String> = wanted
        .iter()
        // Images and their sizes: tests/specimen_images.rs.
        .filter(|path| !path.starts_with("specimen.image"))
        .filter(|path| !given.iter().any(|key| matches(path, key)))
        .collect();
    assert!(
        missing.is_empty(),
        "in no scenario of tests/data/every_key: {missing:#?}"
    );
}

#[test]
fn every_dimension_has_a_largest_value() {
    for dimension in [Dimension::Time, Dimension::Length, Dimension::Concentration] {
        let unit = dimension.canonical_unit();
        let at = |number: f64| dimension.parse(&format!("{number:e} {unit}"));
        assert!(at(dimension.most()).is_ok());
        assert!(
            at(dimension.most() * 1.01)
                .unwrap_err()
                .to_string()
                .contains("at most")
                || at(dimension.most() * 1.01).is_err()
        );
        assert!(at(1e-19).is_err() && at(0.0).is_ok() && at(-1e-3).is_err());
    }
}
