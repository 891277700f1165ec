//! The cycle taken apart: what a scenario loses with each link cut, halved and doubled, over the same seeds.
//!
//! `links` has the links as data and what an action means as settings of scenario keys; `gain` defines the
//! local gain of the loop; `silent` finds couplings that never matter; [`map`] lays a grid over two parameters.
//! Every run is whole, with its settings from the first tick of the burn-in on, and is that of `howship run` with
//! the same `--set`: settings.csv lists them. Runs of a seed have common random numbers, which pairs them.

mod error;
pub(crate) mod gain;
pub(crate) mod links;
pub mod map;
mod pictures;
pub(crate) mod runs;
pub(crate) mod silent;
mod tables;

use std::path::Path;

use toml::Value;

pub use self::error::DissectError;
use self::gain::SENSED;
use self::links::{LeftOut, changes};
use self::map::Map;
use self::runs::{Course, course};
use self::silent::{Coupling, Highest, couplings, merge, see};
use crate::layers::diagnostic::Diagnostics;
use crate::output::sheet::Kind;
use crate::output::write_whole;
use crate::run::citation;
use crate::run::memory::machine_bytes;
use crate::run::ours::{Listing, Replacement, refuse_inside};
#[cfg(feature = "cli")]
use crate::run::{screen::Console, signals::Halt, words::Weight};
use crate::scenario::build::Loaded;
use crate::study::batch::{NoSeries, Work, all_of};

/// What is asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// Seeds, from that of the scenario on.
    pub seeds: u64,
    /// A map over two parameters.
    pub map: Option<Map>,
    /// Threads of all runs together; one per core without it.
    pub threads: Option<usize>,
}

/// What a variant of the scenario is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The scenario as it is.
    Full,
    /// A link with what is done to it.
    Link(&'static str, &'static str),
    /// TGF-beta sensed at a multiple of its level, half or twice, by its place.
    Sensed(usize),
    /// A point of the map.
    Point(u32),
}

/// The scenario with some values laid over it.
#[derive(Debug, Clone, PartialEq)]
pub struct Variant {
    /// What it is for.
    pub role: Role,
    /// Keys with their values.
    pub sets: Vec<(String, Value)>,
}

/// What will be run.
#[derive(Debug)]
pub struct Plan<'a> {
    loaded: &'a Loaded,
    asked: Asked,
    /// The scenario as it is, then what is done to it.
    pub(crate) variants: Vec<Variant>,
    /// What is not run, and why.
    pub(crate) left_out: Vec<LeftOut>,
    couplings: Vec<Coupling>,
}

/// What was found.
#[derive(Debug)]
pub struct Dissection<'a> {
    /// What was run.
    pub(crate) plan: Plan<'a>,
    /// Courses by variant, in the order of the seeds.
    pub(crate) courses: Vec<Vec<Course>>,
    highest: Highest,
}

/// The scenario with values laid over it.
fn with(loaded: &Loaded, sets: &[(String, Value)], seed: u64) -> Result<Loaded, Diagnostics> {
    let mut tree = loaded.tree.clone();
    for (path, value) in sets {
        tree.set(&format!("{path}={value}"))?;
    }
    tree.set(&format!("seed={seed}"))?;
    Loaded::from_tree(tree, loaded.folder.clone())
}

impl<'a> Plan<'a> {
    /// What is to be run of a scenario. An action whose values the model refuses is left out with what it says.
    ///
    /// # Errors
    /// What is wrong with the scenario; more seeds than there are.
    pub fn new(loaded: &'a Loaded, asked: Asked) -> Result<Self, DissectError> {
        let first = loaded.scenario.seed;
        let last = first.checked_add(asked.seeds.max(1) - 1);
        if last.is_none_or(|last| i64::try_from(last).is_err()) {
            return Err(DissectError::Seeds {
                seeds: asked.seeds,
                first,
            });
        }
        let grid = loaded.build()?.model.grid;
        let mut variants = vec![Variant {
            role: Role::Full,
            sets: Vec::new(),
        }];
        let (changes, mut left_out) = changes(loaded);
        for change in changes {
            let model = with(loaded, &change.sets, first).and_then(|loaded| loaded.model(grid));
            match model {
                Ok(_) => variants.push(Variant {
                    role: Role::Link(change.link, change.action.name()),
                    sets: change.sets,
                }),
                Err(found) => left_out.push(LeftOut {
                    link: change.link,
                    action: Some(change.action),
                    reason: found.0.first().map_or_else(String::new, |fault| {
                        format!(
                            "{}: {}",
                            fault.key_path().unwrap_or_default(),
                            fault.title()
                        )
                    }),
                }),
            }
        }
        for (place, &times) in SENSED.iter().enumerate() {
            let sets = gain::sensing(loaded, times);
            if !sets.is_empty() {
                variants.push(Variant {
                    role: Role::Sensed(place),
                    sets,
                });
            }
        }
        if let Some(map) = &asked.map {
            variants.extend((0..map.points()).map(|point| Variant {
                role: Role::Point(point),
                sets: map.sets(point),
            }));
        }
        Ok(Self {
            couplings: couplings(loaded),
            loaded,
            asked,
            variants,
            left_out,
        })
    }

    /// Number of runs.
    pub fn runs(&self) -> u64 {
        self.variants.len() as u64 * self.asked.seeds
    }

    /// Does all runs and writes the folder of tables and pictures, until a signal comes; a console shows where it is.
    ///
    /// # Errors
    /// [`DissectError`].
    #[cfg(feature = "cli")]
    pub(crate) fn shown(self, out: &Path, console: &Console<'_>) -> Result<(), DissectError> {
        for one in &self.left_out {
            console.show(Weight::Note, format_args!("left out: {one}"));
        }
        let halt = Halt::at_signal()?;
        let total = self.runs();
        let counter = console.counter(total, "runs");
        let found = self.run(&|| halt.is_asked(), &|| counter.one(None));
        counter.finish();
        found?.write(out)?;
        let words = format!("{total} runs; tables and pictures in {}", out.display());
        console.show(Weight::Result, words);
        Ok(())
    }

    /// Does all runs; `stop` is asked before every tick, `seen` is told after each run.
    ///
    /// # Errors
    /// A run that did not come to its end.
    pub fn run(
        self,
        stop: &(dyn Fn() -> bool + Sync),
        seen: &(dyn Fn() + Sync),
    ) -> Result<Dissection<'a>, DissectError> {
        let bytes = self.loaded.needed_bytes().unwrap_or(0);
        let work = Work::share(self.runs(), self.asked.threads, bytes, machine_bytes());
        let seeds = self.asked.seeds.max(1) as usize;
        let one = |task: usize| {
            let found = self.one(&self.variants[task / seeds], (task % seeds) as u64, stop);
            seen();
            found
        };
        let tasks = self.variants.len() * seeds;
        let mut done = all_of(tasks, work, &one, &DissectError::Worker)?.into_iter();
        let mut highest = Highest::new();
        let mut courses = Vec::with_capacity(self.variants.len());
        for _ in &self.variants {
            let mut of_variant = Vec::with_capacity(seeds);
            for (course, levels) in done.by_ref().take(seeds) {
                merge(&mut highest, &levels);
                of_variant.push(course);
            }
            courses.push(of_variant);
        }
        Ok(Dissection {
            plan: self,
            courses,
            highest,
        })
    }

    fn one(
        &self,
        variant: &Variant,
        number: u64,
        stop: &(dyn Fn() -> bool + Sync),
    ) -> Result<(Course, Highest), DissectError> {
        let seed = self.loaded.scenario.seed + number;
        let loaded = with(self.loaded, &variant.sets, seed)?;
        let mut highest = Highest::new();
        let mut watch = |simulation: &_| {
            if variant.role == Role::Full {
                see(&self.couplings, simulation, &mut highest);
            }
        };
        match course(&loaded, stop, &mut watch) {
            Ok(course) => Ok((course, highest)),
            Err(NoSeries::Stopped) => Err(DissectError::Stopped),
            Err(NoSeries::Failed(reason)) => Err(DissectError::Run {
                run: words(variant),
                seed,
                reason,
            }),
        }
    }
}

/// What a column of a table of a dissection holds.
pub fn kind(file: &str, column: &str) -> Kind {
    tables::kind(file, column)
}

fn words(variant: &Variant) -> String {
    match variant.role {
        Role::Full => "the scenario as it is".to_owned(),
        Role::Link(link, action) => format!("{link} {action}"),
        Role::Sensed(place) => format!("TGF-beta sensed at {} of its level", SENSED[place]),
        Role::Point(_) => {
            let sets = variant.sets.iter();
            let sets: Vec<String> = sets
                .map(|(path, value)| format!("{path} = {value}"))
                .collect();
            sets.join(", ")
        }
    }
}

/// Says whether the folder of a dissection can be made, without touching anything.
///
/// # Errors
/// [`DissectError::Exists`] where there is anything of its name; inside a folder of ours.
pub fn check_place(out: &Path) -> Result<(), DissectError> {
    refuse_inside(out)?;
    if out.symlink_metadata().is_ok() {
        return Err(DissectError::Exists(out.to_path_buf()));
    }
    Replacement::try_place(out)?;
    Ok(())
}

impl Dissection<'_> {
    /// Courses of a role; none where it was not run.
    fn of(&self, role: Role) -> Option<&[Course]> {
        let mut variants = self.plan.variants.iter();
        let place = variants.position(|variant| variant.role == role)?;
        self.courses.get(place).map(Vec::as_slice)
    }

    /// Writes tables and pictures into a folder that appears whole.
    ///
    /// # Errors
    /// [`check_place`], and a file that cannot be drawn or written.
    pub fn write(&self, out: &Path) -> Result<(), DissectError> {
        check_place(out)?;
        let place = Replacement::begin(out, &[])?;
        let new = place.folder().to_path_buf();
        let written = self.fill(&new).and_then(|()| Ok(place.place()?));
        if written.is_err() {
            // Made a moment ago, and nobody's.
            let _ = std::fs::remove_dir_all(&new);
        }
        written
    }

    fn fill(&self, folder: &Path) -> Result<(), DissectError> {
        let scenario = self.plan.loaded.tree.to_toml_with_sources();
        write_whole(&folder.join("scenario.toml"), scenario.as_bytes())?;
        for (name, text) in tables::all(self) {
            write_whole(&folder.join(name), text.as_bytes())?;
        }
        pictures::draw(self, folder)?;
        let loaded = &self.plan.loaded;
        let image = loaded.scenario.specimen.image.as_ref();
        let image = image.map(|image| loaded.folder.join(&image.file));
        citation::leave(image.as_deref(), folder)?;
        Ok(Listing::write(folder, "dissection", &[])?)
    }
}
