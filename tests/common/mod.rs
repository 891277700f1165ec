//! What many tests do: load a scenario from its text, run it, call the program in a folder of its own.

#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::panic,
    reason = "each test takes a part of this; one that cannot go on fails"
)]

pub(crate) mod pages;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use howship::layers::diagnostic::Diagnostics;
use howship::run::record::Record;
use howship::run::simulation::Simulation;
use howship::scenario::build::{Loaded, load};
use tempfile::TempDir;

/// A file of the repository.
pub(crate) fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// A scenario file with assignments laid over it.
pub(crate) fn load_file(path: &Path, sets: &[&str]) -> Result<Loaded, Diagnostics> {
    let sets: Vec<String> = sets.iter().map(|&set| set.to_owned()).collect();
    load(path, &sets)
}

/// A scenario from its text, as `small.toml` in a folder of its own, with assignments laid over it.
pub(crate) fn try_load(text: &str, sets: &[&str]) -> Result<Loaded, Diagnostics> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("small.toml");
    fs::write(&path, text).unwrap();
    load_file(&path, sets)
}

/// As [`try_load`], where the scenario is right.
pub(crate) fn loaded(text: &str, sets: &[&str]) -> Loaded {
    try_load(text, sets).unwrap_or_else(|found| panic!("{}", found.render(false)))
}

/// What is said of a scenario that is refused, when it is read or when its model is built.
pub(crate) fn refusal(text: &str, sets: &[&str]) -> String {
    match try_load(text, sets).and_then(|loaded| loaded.build()) {
        Ok(_) => panic!("accepted with {sets:?}:\n{text}"),
        Err(found) => found.render(false),
    }
}

/// The simulation of a scenario before its first tick.
pub(crate) fn simulation(text: &str, sets: &[&str]) -> Simulation {
    loaded(text, sets).build().unwrap()
}

/// The simulation of a scenario after its last tick.
pub(crate) fn ended(text: &str, sets: &[&str]) -> Simulation {
    let mut simulation = simulation(text, sets);
    simulation.run(|_| {}).unwrap();
    simulation
}

/// A run to its end with its record.
pub(crate) fn recorded(loaded: &Loaded) -> (Record, Simulation) {
    let mut simulation = loaded.build().unwrap();
    let mut record = Record::new(loaded);
    simulation.run(|now| record.take(loaded, now)).unwrap();
    (record, simulation)
}

/// Work on a pool of so many threads.
pub(crate) fn on_threads<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> T {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
    pool.build().unwrap().install(work)
}

/// The program.
pub(crate) fn howship() -> Command {
    Command::new(env!("CARGO_BIN_EXE_howship"))
}

/// Standard output, then standard error.
pub(crate) fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// A folder of its own in which the program is called.
pub(crate) struct Bench {
    folder: TempDir,
}

impl Bench {
    /// A folder with these files: name and text.
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            fs::write(folder.path().join(name), text).unwrap();
        }
        Self { folder }
    }

    /// A folder with one scenario, `small.toml`.
    pub(crate) fn small(text: &str) -> Self {
        Self::new(&[("small.toml", text)])
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// The program in this folder, with words as typed; `~` stands for a space inside a word.
    pub(crate) fn command(&self, words: &str) -> Command {
        let mut command = howship();
        command
            .current_dir(self.folder())
            .env("HOME", self.folder())
            .args(words.split_whitespace().map(|word| word.replace('~', " ")));
        command
    }

    /// Exit code and words.
    pub(crate) fn howship(&self, words: &str) -> (Option<i32>, String) {
        let output = self.command(words).output().unwrap();
        (output.status.code(), said(&output))
    }

    /// What is said by a call that succeeds.
    pub(crate) fn done(&self, words: &str) -> String {
        let (code, said) = self.howship(words);
        assert_eq!(code, Some(0), "{words}: {said}");
        said
    }

    /// A call that is refused with exit 2 and these words, and touches nothing in the folder.
    pub(crate) fn refused(&self, words: &str, expected: &[&str]) {
        let before = all(self.folder());
        let (code, said) = self.howship(words);
        assert_eq!(code, Some(2), "{words}: {said}");
        for word in expected {
            assert!(said.contains(word), "{words}: {word} is not said: {said}");
        }
        let after = all(self.folder());
        assert!(before.keys().eq(after.keys()), "{words}: other files");
        assert!(before == after, "{words}: something was written");
    }
}

/// Everything under a folder: bytes of files, targets of links, nothing for folders.
pub(crate) fn all(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let kind = path.symlink_metadata().unwrap().file_type();
        if kind.is_symlink() {
            let to = fs::read_link(&path).unwrap();
            found.insert(path, to.to_string_lossy().into_owned().into_bytes());
        } else if kind.is_dir() {
            found.extend(all(&path));
            found.insert(path, Vec::new());
        } else {
            let bytes = fs::read(&path).unwrap();
            found.insert(path, bytes);
        }
    }
    found
}

/// A file of the repository that a program puts together says what it would say now.
pub(crate) fn assert_fresh(file: &str, fresh: &str, mend: &str) {
    let there = fs::read_to_string(repository(file)).unwrap();
    let differing = fresh
        .lines()
        .zip(there.lines())
        .position(|(fresh, there)| fresh != there)
        .unwrap_or_else(|| fresh.lines().count().min(there.lines().count()));
    assert!(
        fresh == there,
        "{file} is stale from line {} on: {mend}",
        differing + 1
    );
}
