//! The study file: a base scenario, what is varied, how, and what is asked of each run.

mod entries;
mod keys;
mod pointed;
mod vary;

pub(super) use self::keys::Keys;
pub use self::keys::{AcceptanceKernel, Fit, Method};

use std::path::{Path, PathBuf};

use toml::Value;

use self::entries::{Entry, entries};
use crate::layers::diagnostic::{Diagnostic, Diagnostics};
use crate::layers::path::{self, Segment, write_key};
use crate::layers::tree::Tree;
use crate::numerics::name::{ALLOWED_DOTTED, is_dotted_name};
use crate::observe::series::columns;
use crate::scenario::build::{Loaded, preset};
use crate::scenario::kind::Kind;
use crate::scenario::read::{load as read_layer, read_file};
use crate::study::design::{Design, Levels, Points};
use crate::study::factor::{Factor, StudyArm, Values, problem_of_design};
use crate::study::names::problem_of_response;
use crate::study::plan::{FORMAT, Header, Study};

struct Reader {
    tree: Tree,
    found: Diagnostics,
    /// Places of parameters whose numbers are shares of the base's value, and where they stand.
    relative: Vec<(usize, String)>,
}

/// The steps of a path of the scenario; two spellings of one path have the same.
fn steps(path: &str) -> Vec<Segment> {
    let steps = path::parse(path).unwrap_or_default();
    steps.into_iter().map(|(segment, _)| segment).collect()
}

/// True where one path leads to the other or into it.
fn overlap(one: &str, other: &str) -> bool {
    let (one, other) = (steps(one), steps(other));
    let count = one.len().min(other.len());
    count > 0 && one[..count] == other[..count]
}

impl Reader {
    fn wrong(&mut self, here: &str, message: &str, help: &str) {
        let fault = self.tree.error_at(here, message, help);
        self.found.push(fault);
    }

    fn table(&mut self, key: &str, is_one: fn(&Value) -> bool) -> Vec<Entry> {
        match self.tree.get(key) {
            None => Vec::new(),
            Some(Value::Table(table)) => entries(&table, key, "", is_one),
            Some(other) => {
                self.wrong(
                    key,
                    &format!("found {}, expected a table of paths", other.type_str()),
                    &format!("write [{key}] and below it \"tumour.division.rate\" = ..."),
                );
                Vec::new()
            }
        }
    }

    /// Values that are laid over the scenario.
    fn sets(&mut self, key: &str) -> Vec<(String, Value)> {
        let mut sets: Vec<(String, Value)> = Vec::new();
        for entry in self.table(key, |_| false) {
            self.refuse_own(&entry);
            if sets
                .iter()
                .any(|(path, _)| steps(path) == steps(&entry.path))
            {
                let message = format!("`{}` is set twice", entry.path);
                self.wrong(&entry.here, &message, "leave it in one place");
            }
            sets.push((entry.path, entry.value));
        }
        sets
    }

    /// What the study itself decides.
    fn refuse_own(&mut self, entry: &Entry) {
        const OWN: [&str; 5] = ["seed", "name", "description", "preset", "extends"];
        let steps = steps(&entry.path);
        let is_own = |own: &str| steps == [Segment::Key(own.to_owned())];
        if steps.is_empty() {
            self.wrong(
                &entry.here,
                "this is no dotted path",
                "write it as in \"tumour.division.rate\"",
            );
        } else if OWN.into_iter().any(is_own) {
            let message = format!("`{}` is not varied by a path", entry.path);
            self.wrong(
                &entry.here,
                &message,
                "the study gives the seeds (seed, replicates, random_numbers) and the base the rest",
            );
        }
    }

    fn arms(&mut self, factors: &[Factor]) -> Vec<StudyArm> {
        let Some(Value::Table(table)) = self.tree.get("arms") else {
            if self.tree.get("arms").is_some() {
                self.wrong(
                    "arms",
                    "expected tables",
                    "write [arms.treated] for each arm",
                );
            }
            return Vec::new();
        };
        let mut arms = Vec::new();
        for name in table.keys() {
            let here = format!("arms.{}", write_key(name));
            if !is_dotted_name(name) {
                self.wrong(&here, &format!("an arm is called {name:?}"), ALLOWED_DOTTED);
                continue;
            }
            let sets = self.sets(&here);
            for (path, _) in &sets {
                if factors.iter().any(|factor| overlap(&factor.path, path)) {
                    let message = format!("`{path}` is varied and set by an arm");
                    self.wrong(&here, &message, "leave it in one of them");
                }
            }
            arms.push(StudyArm {
                name: name.clone(),
                sets,
            });
        }
        arms
    }

    fn check_design(&mut self, keys: &Keys, factors: &[Factor]) -> Vec<Levels> {
        if let Some(help) = problem_of_design(keys.design, factors) {
            self.wrong("design", "the design cannot be laid", &help);
        }
        let is_grid = keys.design == Design::Grid && keys.fit.is_none();
        factors
            .iter()
            .map(|factor| {
                factor.levels().unwrap_or_else(|| {
                    if is_grid {
                        let message = format!("`{}` has a range without levels", factor.path);
                        self.wrong("vary", &message, "a grid needs levels = 5, or values");
                    }
                    Levels::Range(2)
                })
            })
            .collect()
    }

    fn check_keys(&mut self, keys: &Keys) {
        if !is_dotted_name(&keys.name) {
            self.wrong("name", &format!("found {:?}", keys.name), ALLOWED_DOTTED);
        }
        if keys.replicates == 0 {
            self.wrong("replicates", "found 0", "give at least 1");
        }
        if let Some(fit) = &keys.fit {
            let is_sound = fit.particles >= 2
                && fit.populations >= 1
                && fit.keep > 0.0
                && fit.keep < 1.0
                && fit.runs >= 1;
            if !is_sound {
                self.wrong(
                    "fit",
                    "the search cannot be made",
                    "give at least 2 particles, 1 population and 1 run, and keep between 0 and 1",
                );
            }
        } else if keys.responses.is_empty() {
            self.wrong(
                "responses",
                "nothing is asked of the runs",
                "write [responses] and below it bone = { column = \"bv_tv\" }",
            );
        }
    }

    fn check_responses(&mut self, keys: &Keys, factors: &[Factor], loaded: &Loaded) {
        let duration_h = loaded.scenario.run.duration.get();
        let columns = columns(&loaded.scenario.parameters().signal_names());
        let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
        for (name, response) in &keys.responses {
            let here = format!("responses.{}", write_key(name));
            let paths = factors.iter().map(|factor| factor.path.as_str());
            if let Some(why) = problem_of_response(name, paths) {
                self.wrong(&here, &format!("a response is called {name:?}"), &why);
            } else if let Some((key, message, help)) = response.problem(&columns, duration_h) {
                self.wrong(&format!("{here}.{key}"), &message, &help);
            }
        }
    }
}

/// Reads a study and the scenario under it, and tries every parameter at both ends.
///
/// # Errors
/// All that is wrong, with file, line and remedy.
pub fn read_study(path: &Path) -> Result<Study, Diagnostics> {
    match read(path)? {
        (study, None) => Ok(study),
        (_, Some(_)) => Err(
            Diagnostic::new("this is a calibration, because it has a table [fit]")
                .in_file(path.display().to_string())
                .with_help("start it with `howship study calibrate`, or take the table out")
                .into(),
        ),
    }
}

/// Reads a calibration.
///
/// # Errors
/// As [`read_study`]; a study without the table `[fit]` or without ranges.
pub fn read_calibration(path: &Path) -> Result<(Study, Fit), Diagnostics> {
    let wrong = |message: &str, help: &str| {
        let fault = Diagnostic::new(message).in_file(path.display().to_string());
        Diagnostics::from(fault.with_help(help))
    };
    let (study, fit) = read(path)?;
    if study.header.factors.is_empty() {
        return Err(wrong(
            "nothing is varied",
            "give a table [vary] with ranges",
        ));
    }
    let Some(mut fit) = fit else {
        return Err(wrong(
            "there is no table [fit]",
            "write [fit] and below it data = \"lesion.csv\"",
        ));
    };
    if let Some(folder) = path.parent() {
        fit.data = folder.join(&fit.data);
    }
    Ok((study, fit))
}

fn read(path: &Path) -> Result<(Study, Option<Fit>), Diagnostics> {
    let tree = Tree::parse(read_layer(path)?)?;
    Kind::Study.expect(&tree, &path.display().to_string())?;
    let mut reader = Reader {
        tree,
        found: Diagnostics::default(),
        relative: Vec::new(),
    };
    let mut rest = reader.tree.clone();
    for key in ["set", "vary", "arms"] {
        rest.remove(key);
    }
    let keys: Keys = rest.deserialize()?;
    reader.check_keys(&keys);
    let sets = reader.sets("set");
    let mut factors = reader.factors(&sets);
    let arms = reader.arms(&factors);
    let levels = reader.check_design(&keys, &factors);
    if !reader.found.is_empty() {
        return Err(reader.found);
    }
    let base = path
        .parent()
        .map_or_else(|| keys.base.clone(), |folder| folder.join(&keys.base));
    let mut tree = read_file(&base, preset, &[]).map_err(|fault| {
        if fault.line().is_some() {
            return fault;
        }
        let help = "base is taken from the folder of the study";
        reader.tree.error_at("base", fault.title(), help)
    })?;
    for (path, value) in &sets {
        tree.set(&format!("{path}={value}"))
            .map_err(|fault| reader.pointed("set", fault))?;
    }
    tree.keep_uppermost_choice("specimen");
    let folder = base.parent().map_or_else(PathBuf::new, Path::to_path_buf);
    let loaded = Loaded::from_tree(tree, folder).map_err(|found| {
        let pointed = |fault| reader.pointed("set", fault);
        Diagnostics(found.0.into_iter().map(pointed).collect())
    })?;
    reader.check_responses(&keys, &factors, &loaded);
    reader.take_shares(&mut factors, &loaded.tree);
    let points = Points {
        design: keys.design,
        seed: keys.seed,
        levels,
    };
    let arm_count = arms.len().max(1) as u64;
    let runs = points
        .count()
        .checked_mul(arm_count)
        .and_then(|runs| runs.checked_mul(u64::from(keys.replicates)))
        .filter(|&runs| u32::try_from(runs).is_ok());
    let Some(runs) = runs else {
        reader.wrong(
            "design",
            "these are more than 2^32 runs",
            "ask for fewer points",
        );
        return Err(reader.found);
    };
    std::mem::take(&mut reader.found).into_result()?;
    let study = Study::new(Header {
        howship: env!("CARGO_PKG_VERSION").to_owned(),
        format: FORMAT,
        study: keys.name,
        description: keys.description,
        runs,
        seed: keys.seed,
        replicates: keys.replicates,
        random_numbers: keys.random_numbers,
        design: keys.design,
        factors,
        arms,
        responses: keys.responses,
        inputs: loaded
            .scenario
            .specimen
            .image
            .is_some()
            .then(|| loaded.inputs()),
        base: loaded.tree.to_toml(),
    })?;
    try_ends(&study, &reader)?;
    Ok((study, keys.fit))
}

/// Tries every parameter at its ends, and every arm, on the scenario.
fn try_ends(study: &Study, reader: &Reader) -> Result<(), Diagnostic> {
    let explain = |found: Diagnostics, key: &str, of: &str| {
        let first = found.0.into_iter().next();
        first.map_or(Ok(()), |fault| {
            Err(reader
                .pointed(key, fault)
                .with_note(format!("the study sets it: {of}")))
        })
    };
    for factor in &study.header.factors {
        let tried: Vec<Value> = match &factor.values {
            Values::Listed(values) => values.clone(),
            Values::Range { .. } => vec![factor.value(0.0), factor.value(1.0)],
        };
        for value in tried {
            let of = format!("{} = {value}", factor.path);
            let tried = study.resolve(&[(factor.path.clone(), value)]);
            if let Err(found) = tried.and_then(|loaded| loaded.check_parameters()) {
                explain(found, "vary", &of)?;
            }
        }
    }
    for arm in &study.header.arms {
        if let Err(found) = study.resolve(&arm.sets) {
            let key = format!("arms.{}", write_key(&arm.name));
            explain(found, &key, &key)?;
        }
    }
    Ok(())
}
