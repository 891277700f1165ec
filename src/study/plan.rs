//! The plan: what each run of a study is, from its number alone, and the key of its content.
//!
//! As a file: a head, from which all runs are made, and a line per run. Each ends in its digest, which
//! for a run covers the head too, so that an edited or exchanged line is named.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use toml::Value;

use crate::layers::diagnostic::{Diagnostic, Diagnostics};
use crate::layers::tree::{Layer, Tree};
use crate::numerics::files::read_bytes;
use crate::numerics::name::{ALLOWED_DOTTED, is_dotted_name};
use crate::numerics::quantity::Time;
use crate::observe::series::columns;
use crate::output::{OutputError, digest, write_new};
use crate::scenario::build::Loaded;
use crate::scenario::file::{Checkpoint, Scenario};
use crate::study::design::{Design, Levels, Points};
use crate::study::factor::{Arm, Factor, Luck, Values, problem_of_design};
use crate::study::names::problem_of_response;
use crate::study::response::Response;
use crate::study::seal::seal;

/// Form of plans and results; a change makes all keys new.
pub const FORMAT: u32 = 2;

/// Bytes of a line of a plan at most.
const LONGEST_LINE: u64 = 64 << 20;
/// Behind what a line of a plan says stands its digest.
const DIGEST: &str = ",\"digest\":\"";

/// First line of a plan: all that its runs are made from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// Version of howship.
    pub howship: String,
    /// [`FORMAT`].
    pub format: u32,
    /// Name of the study.
    pub study: String,
    /// What it asks.
    pub description: String,
    /// Number of runs.
    pub runs: u64,
    /// Seed of the design and of the replicates.
    pub seed: u64,
    /// Replicates of each point and arm.
    pub replicates: u32,
    /// Whose chance the points have.
    pub luck: Luck,
    /// How the points are laid.
    pub design: Design,
    /// What is varied, in alphabetical order.
    pub factors: Vec<Factor>,
    /// Arms; without any there is one without a name.
    pub arms: Vec<Arm>,
    /// What is asked of each run.
    pub responses: BTreeMap<String, Response>,
    /// Folder to which file names in the scenario refer, where it has one.
    pub inputs: Option<String>,
    /// The scenario under all runs, as TOML.
    pub base: String,
}

/// A run of a plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// Number of the run, from 0.
    pub run: u64,
    /// Number of the point, from 0.
    pub point: u64,
    /// Name of the arm; empty without arms.
    pub arm: String,
    /// Number of the replicate, from 0.
    pub replicate: u32,
    /// Seed of the run.
    pub seed: u64,
    /// Digest of what decides the result.
    pub key: String,
    /// Values of the parameters, in the order of the header.
    pub values: Vec<Value>,
}

/// A run with its scenario; the scenario may turn out to make no sense.
#[derive(Debug)]
pub struct Run {
    /// Its line.
    pub line: Line,
    /// Its scenario, or why there is none.
    pub loaded: Result<Box<Loaded>, String>,
}

/// A study that is ready to run.
#[derive(Debug)]
pub struct Study {
    /// All that it is made from.
    pub header: Header,
    /// Where its points lie.
    pub points: Points,
    /// Lines of runs in the plan that it was read from; none of a study file.
    pub written: Option<u64>,
    base: Tree,
    folder: PathBuf,
    images: Mutex<BTreeMap<PathBuf, String>>,
}

impl Study {
    /// A study from its header.
    ///
    /// # Errors
    /// A scenario that does not read.
    pub fn new(header: Header) -> Result<Self, Diagnostics> {
        let base = Tree::parse(Layer {
            name: format!("the scenario of study {}", header.study),
            text: header.base.clone(),
        })?;
        Ok(Self {
            points: points_of(&header),
            written: None,
            base,
            folder: header.inputs.clone().unwrap_or_default().into(),
            images: Mutex::new(BTreeMap::new()),
            header,
        })
    }

    /// Reads a plan; `name` stands in messages.
    ///
    /// # Errors
    /// What is wrong; a plan of another version of howship, or one that was cut or edited.
    pub fn read_plan(mut plan: impl BufRead, name: &str) -> Result<Self, Diagnostics> {
        let wrong = |line: u64, message: &str| {
            let title = format!("line {line} of the plan: {message}");
            Diagnostics::from(
                Diagnostic::new(title)
                    .in_file(name)
                    .with_help("write it anew with `howship study plan`"),
            )
        };
        let mut text = String::new();
        let mut next = |text: &mut String| {
            text.clear();
            let read = std::io::Read::take(&mut plan, LONGEST_LINE).read_line(text);
            read.map_err(|error| error.to_string())
        };
        next(&mut text).map_err(|error| wrong(1, &error))?;
        let (content, digest) = split_digest(&text).unwrap_or((&text, ""));
        // Without a digest it may still say of which version it is.
        let said: Said = serde_json::from_str(&format!("{content}}}"))
            .or_else(|_| serde_json::from_str(&text))
            .map_err(|error| wrong(1, &format!("it is no head of a plan: {error}")))?;
        let here = env!("CARGO_PKG_VERSION");
        if said.howship != here || said.format != FORMAT {
            let of = format!(
                "the plan is of howship {:?}, form {}; this is {here}, form {FORMAT}",
                said.howship, said.format
            );
            return Err(wrong(1, &of));
        }
        if digest != seal(&["head", content]) {
            return Err(wrong(1, UNFIT));
        }
        let header: Header = serde_json::from_str(&format!("{content}}}"))
            .map_err(|error| wrong(1, &format!("it is no head of a plan: {error}")))?;
        header.check().map_err(|message| wrong(1, &message))?;
        let head = digest.to_owned();
        let mut study = Self::new(header)?;
        let mut written = 0;
        loop {
            let number = written + 2;
            if next(&mut text).map_err(|error| wrong(number, &error))? == 0 {
                break;
            }
            let is_whole = split_digest(&text)
                .is_some_and(|(content, digest)| digest == seal(&["run", &head, content]));
            if !is_whole {
                return Err(wrong(number, UNFIT));
            }
            if !text.starts_with(&format!("{{\"run\":{written},")) {
                return Err(wrong(number, &format!("it is not that of run {written}")));
            }
            written += 1;
        }
        let runs = study.header.runs;
        if written != 0 && written != runs {
            let message = format!("the plan ends here, with {written} of {runs} runs");
            return Err(wrong(written + 1, &message));
        }
        study.written = Some(written);
        Ok(study)
    }

    /// Number of arms; one without any.
    pub fn arms(&self) -> u64 {
        self.header.arms.len().max(1) as u64
    }

    /// Number of the point, the arm and the replicate of a run.
    pub fn place(&self, run: u64) -> (u64, usize, u32) {
        let replicates = u64::from(self.header.replicates.max(1));
        let rest = run / replicates;
        (
            rest / self.arms(),
            (rest % self.arms()) as usize,
            (run % replicates) as u32,
        )
    }

    /// The scenario under these values.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn resolve(&self, sets: &[(String, Value)]) -> Result<Loaded, Diagnostics> {
        let mut tree = self.base.clone();
        for (path, value) in sets {
            tree.set(&format!("{path}={value}"))?;
        }
        Loaded::from_tree(tree, self.folder.clone())
    }

    /// Values of the parameters at a point.
    pub fn values(&self, point: u64) -> Vec<Value> {
        self.points
            .at(point)
            .iter()
            .zip(&self.header.factors)
            .map(|(&coordinate, factor)| factor.value(coordinate))
            .collect()
    }

    /// A run by its number.
    pub fn run(&self, run: u64) -> Run {
        let place = self.place(run);
        self.make(run, place, self.values(place.0))
    }

    /// A run at a place of the unit cube that no design laid, in the first arm and replicate.
    pub fn at(&self, run: u64, coordinates: &[f64]) -> Run {
        let values = coordinates
            .iter()
            .zip(&self.header.factors)
            .map(|(&coordinate, factor)| factor.value(coordinate))
            .collect();
        self.make(run, (run, 0, 0), values)
    }

    fn make(&self, run: u64, place: (u64, usize, u32), values: Vec<Value>) -> Run {
        let (point, arm, replicate) = place;
        let seed = self.seed(&values, replicate);
        let arm = self.header.arms.get(arm);
        let mut sets: Vec<(String, Value)> = self
            .header
            .factors
            .iter()
            .map(|factor| factor.path.clone())
            .zip(values.iter().cloned())
            .collect();
        sets.extend(arm.into_iter().flat_map(|arm| arm.sets.iter().cloned()));
        sets.push(("seed".to_owned(), Value::Integer(seed as i64)));
        let loaded = self.resolve(&sets).map_err(|found| {
            found.0.first().map_or_else(String::new, |fault| {
                let key = fault.key_path().unwrap_or_default();
                format!("{key}: {}", fault.title())
            })
        });
        let key = match &loaded {
            Ok(loaded) => self.key(loaded),
            // Such a run never gives a result; its key only has to be its own.
            Err(_) => digest_of(&format!("{:?}\n{}", sets, self.header.base), ""),
        };
        Run {
            line: Line {
                run,
                point,
                arm: arm.map_or_else(String::new, |arm| arm.name.clone()),
                replicate,
                seed,
                key,
                values,
            },
            loaded: loaded.map(Box::new),
        }
    }

    /// Seeds stay below 2^48, so that every reader of tables takes them for whole numbers.
    fn seed(&self, values: &[Value], replicate: u32) -> u64 {
        let mut hash = blake3::Hasher::new();
        hash.update(b"seed of a replicate");
        hash.update(&self.header.seed.to_le_bytes());
        hash.update(&replicate.to_le_bytes());
        if self.header.luck == Luck::Own {
            for value in values {
                hash.update(value.to_string().as_bytes());
                hash.update(b"\n");
            }
        }
        let bytes = hash.finalize();
        bytes.as_bytes()[..6]
            .iter()
            .fold(0, |seed, &byte| (seed << 8) | u64::from(byte))
    }

    /// Digest of what decides the series of a run: every value of the scenario in its canonical unit
    /// (with the seed, without names and pictures), the image of the bone, and the version.
    fn key(&self, loaded: &Loaded) -> String {
        let mut scenario: Scenario = loaded.scenario.clone();
        scenario.name.clear();
        scenario.description.clear();
        scenario.output.map_days.clear();
        scenario.output.film_every = Time::h(0.0);
        scenario.checkpoint = Checkpoint::default();
        let mut image = String::new();
        if let Some(file) = &mut scenario.specimen.image {
            image = self.image(&self.folder.join(&file.file));
            file.file.clear();
            if let Some(labels) = file.tumour.as_mut().and_then(|tumour| tumour.file.take()) {
                image = format!("{image}\n{}", self.image(&self.folder.join(labels)));
            }
        }
        // A struct of texts and numbers does not fail to be written.
        digest_of(
            &serde_json::to_string(&scenario).unwrap_or_default(),
            &image,
        )
    }

    fn image(&self, path: &Path) -> String {
        let mut images = self.images.lock().unwrap_or_else(PoisonError::into_inner);
        images
            .entry(path.to_path_buf())
            .or_insert_with(|| digest_of_image(path))
            .clone()
    }

    /// Writes the plan: the header, then one line per run.
    ///
    /// # Errors
    /// What the writer says.
    pub fn write(&self, out: impl Write) -> std::io::Result<()> {
        self.write_some(out, (0..self.header.runs).map(|run| Ok(self.run(run).line)))
    }

    /// Writes the plan into a file of its own; one that holds the same is left.
    ///
    /// # Errors
    /// [`OutputError::Refused`]: what is there holds something else or is no regular file.
    pub fn write_file(&self, path: &Path) -> Result<(), OutputError> {
        let mut bytes = Vec::new();
        self.write(&mut bytes).map_err(|source| OutputError::Io {
            path: path.to_path_buf(),
            source,
        })?;
        let taken = |what: String| {
            Err(OutputError::Refused {
                path: path.to_path_buf(),
                reason: format!("{what}; choose another file with --out"),
            })
        };
        // A device or a pipe would be replaced by a file of its name, and a link leads to what is somebody's.
        match path.symlink_metadata() {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => write_new(path, &bytes),
            Err(error) => taken(format!("cannot be looked at: {error}")),
            Ok(found) if !found.is_file() => taken("exists and is no regular file".to_owned()),
            Ok(_) => match read_bytes(path) {
                Ok(there) if there == bytes => Ok(()),
                Ok(_) => taken("exists and holds something else".to_owned()),
                Err(error) => taken(format!("exists and does not read: {error}")),
            },
        }
    }

    /// Writes the head of the plan and some of its lines.
    ///
    /// # Errors
    /// What the writer or a line says.
    pub fn write_some<E: From<std::io::Error>>(
        &self,
        mut out: impl Write,
        lines: impl Iterator<Item = Result<Line, E>>,
    ) -> Result<(), E> {
        let json = |error: serde_json::Error| E::from(error.into());
        let text = serde_json::to_string(&self.header).map_err(json)?;
        // The digest goes before the bracket that closes the object.
        let content = &text[..text.len() - 1];
        let head = seal(&["head", content]);
        writeln!(out, "{content}{DIGEST}{head}\"}}")?;
        for line in lines {
            let text = serde_json::to_string(&line?).map_err(json)?;
            let content = &text[..text.len() - 1];
            let digest = seal(&["run", &head, content]);
            writeln!(out, "{content}{DIGEST}{digest}\"}}")?;
        }
        Ok(out.flush()?)
    }
}

const UNFIT: &str = "it does not fit its digest: it was edited or cut";

/// What every version of a head says.
#[derive(Deserialize)]
struct Said {
    howship: String,
    format: u32,
}

/// What a line of a plan says, without its closing bracket, and its digest.
fn split_digest(line: &str) -> Option<(&str, &str)> {
    let line = line.strip_suffix('\n')?.strip_suffix("\"}")?;
    line.rsplit_once(DIGEST)
}

impl Header {
    /// Holds what a plan says against the rules that a study file is held to.
    ///
    /// # Errors
    /// What is wrong.
    pub fn check(&self) -> Result<(), String> {
        if !is_dotted_name(&self.study) {
            return Err(format!(
                "the study is called {:?}: {ALLOWED_DOTTED}",
                self.study
            ));
        }
        for (place, arm) in self.arms.iter().enumerate() {
            if !is_dotted_name(&arm.name) {
                return Err(format!("an arm is called {:?}: {ALLOWED_DOTTED}", arm.name));
            }
            if self.arms[..place]
                .iter()
                .any(|other| other.name == arm.name)
            {
                return Err(format!("two arms are called {:?}", arm.name));
            }
        }
        let columns = columns(&signals_of(&self.base));
        let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
        for (name, response) in &self.responses {
            if let Some((_, found, _)) = response.problem(&columns, f64::INFINITY) {
                return Err(format!("response {name:?}: {found}"));
            }
            let parameters = self.factors.iter().map(|factor| factor.path.as_str());
            if let Some(why) = problem_of_response(name, parameters) {
                return Err(format!("a response is called {name:?}: {why}"));
            }
        }
        for factor in &self.factors {
            if let Some(why) = factor.problem() {
                return Err(format!("{:?}: {why}", factor.path));
            }
        }
        if let Some(why) = problem_of_design(self.design, &self.factors) {
            return Err(format!("the design cannot be laid: {why}"));
        }
        let expected = points_of(self)
            .count()
            .saturating_mul(self.arms.len().max(1) as u64)
            .saturating_mul(u64::from(self.replicates));
        if self.runs != expected || self.runs == 0 || u32::try_from(self.runs).is_err() {
            return Err(format!(
                "it says {} runs, its design has {expected}, of at most 2^32",
                self.runs
            ));
        }
        Ok(())
    }
}

/// Names of the signals of a scenario; none of a text that does not read, which is refused elsewhere.
fn signals_of(base: &str) -> Vec<String> {
    let base: Option<toml::Table> = toml::from_str(base).ok();
    let signals = base
        .as_ref()
        .and_then(|base| base.get("signals")?.as_table());
    let mut names: Vec<String> = signals
        .into_iter()
        .flat_map(toml::Table::keys)
        .cloned()
        .collect();
    names.sort();
    names
}

fn points_of(header: &Header) -> Points {
    let levels = header.factors.iter().map(|factor| match &factor.values {
        Values::Listed(values) => Levels::Listed(values.len() as u32),
        Values::Range { levels, .. } => Levels::Range(levels.unwrap_or(2)),
    });
    Points {
        design: header.design,
        seed: header.seed,
        levels: levels.collect(),
    }
}

/// 128 bits in hexadecimal: enough that no two of all runs ever made share one.
fn digest_of(text: &str, image: &str) -> String {
    let mut hash = blake3::Hasher::new();
    hash.update(format!("howship {} form {FORMAT}\n", env!("CARGO_PKG_VERSION")).as_bytes());
    hash.update(image.as_bytes());
    hash.update(b"\n");
    hash.update(text.as_bytes());
    hash.finalize().to_hex()[..32].to_owned()
}

/// Digest of an image, or of all files of a folder of images; the reason where it cannot be read, which
/// the run will meet again.
fn digest_of_image(path: &Path) -> String {
    if !path.is_dir() {
        return digest(path).unwrap_or_else(|error| error.to_string());
    }
    let mut files: Vec<PathBuf> = fs::read_dir(path)
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|file| file.is_file())
        .collect();
    files.sort();
    files
        .iter()
        .map(|file| digest(file).unwrap_or_default())
        .collect::<Vec<_>>()
        .join("\n")
}
