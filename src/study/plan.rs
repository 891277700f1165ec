//! The plan: what each run of a study is, from its number alone, and the key of its content.
//!
//! As a file: a head, from which all runs are made, and a line per run. Each ends in its digest, which
//! for a run covers the head too, so that an edited or exchanged line is named.

mod check;
mod text;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use toml::Value;

use crate::layers::diagnostic::Diagnostics;
use crate::layers::tree::{Layer, Tree};
use crate::numerics::quantity::Time;
use crate::output::digest;
use crate::scenario::build::Loaded;
use crate::scenario::file::{Checkpoint, Scenario};
use crate::study::design::{Design, Levels, Points};
use crate::study::factor::{Factor, RandomNumbers, StudyArm, Values};
use crate::study::response::Response;

/// Form of plans and results; a change makes all keys new.
pub const FORMAT: u32 = 2;

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
    /// Which random numbers the points have.
    #[serde(alias = "luck")]
    pub random_numbers: RandomNumbers,
    /// How the points are laid.
    pub design: Design,
    /// What is varied, in alphabetical order.
    pub factors: Vec<Factor>,
    /// Arms; without any there is one without a name.
    pub arms: Vec<StudyArm>,
    /// What is asked of each run.
    pub(crate) responses: BTreeMap<String, Response>,
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
        if self.header.random_numbers == RandomNumbers::Own {
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
        scenario.output.volumes = None;
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

    /// The image of bone under the runs, where the base scenario has one.
    pub(super) fn base_image(&self) -> Option<PathBuf> {
        let file = self.base.get("specimen.image.file")?;
        Some(self.folder.join(file.as_str()?))
    }

    fn image(&self, path: &Path) -> String {
        let mut images = self.images.lock().unwrap_or_else(PoisonError::into_inner);
        images
            .entry(path.to_path_buf())
            .or_insert_with(|| digest_of_image(path))
            .clone()
    }
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
