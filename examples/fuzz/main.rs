//! Fires mutated inputs at every reader: `cargo run --release --example fuzz -- --executions N`.
//!
//! Options: `--seed S` for other inputs, `--only NAME` for one reader (scenario, trial, nifti, metaimage,
//! nrrd, tiff, checkpoint). The same arguments give the same inputs. An input that makes a reader panic, or
//! take more memory than is stated, is kept under `target/fuzz`. Exit 1 when there is one.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "an example talks to the terminal"
)]

mod targets;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use howship::numerics::random::{Chance, Stream};
use peak_alloc::PeakAlloc;

use targets::{Answer, Target, targets};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

struct Found {
    read: u64,
    refused: u64,
    panics: u64,
    over: u64,
    peak: usize,
}

fn main() -> ExitCode {
    match fuzz() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(reason) => {
            eprintln!("error: {reason}");
            ExitCode::from(2)
        }
    }
}

fn fuzz() -> Result<bool, String> {
    let (mut executions, mut seed, mut only) = (100_000_u64, 1_u64, None);
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let value = words.next().ok_or(format!("{word} needs a value"))?;
        let number = || {
            value
                .parse()
                .map_err(|error| format!("{word} {value}: {error}"))
        };
        match word.as_str() {
            "--executions" => executions = number()?,
            "--seed" => seed = number()?,
            "--only" => only = Some(value.clone()),
            _ => return Err(format!("{word}: give --executions, --seed or --only")),
        }
    }
    // One thread: what is measured belongs to the reader.
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1);
    pool.build_global().map_err(|error| error.to_string())?;
    let memory = Path::new("/dev/shm");
    let scratch = if memory.is_dir() {
        tempfile::tempdir_in(memory)
    } else {
        tempfile::tempdir()
    }
    .map_err(|error| error.to_string())?;
    let all: Vec<Target> = targets(scratch.path())?
        .into_iter()
        .filter(|target| only.as_ref().is_none_or(|only| only == target.name))
        .collect();
    if all.is_empty() {
        return Err("--only names no reader".to_owned());
    }
    let each = executions.div_ceil(all.len() as u64);
    println!("reader      executions        read     refused  panics  too much  most held  time");
    let mut sound = true;
    for target in &all {
        let clock = Instant::now();
        let found = fire(target, each, seed)?;
        sound &= found.panics + found.over == 0;
        println!(
            "{:<11} {each:>10} {:>11} {:>11} {:>7} {:>9} {:>7.1} MB {:>4.0} s",
            target.name,
            found.read,
            found.refused,
            found.panics,
            found.over,
            found.peak as f64 / 1e6,
            clock.elapsed().as_secs_f64()
        );
    }
    Ok(sound)
}

fn fire(target: &Target, executions: u64, seed: u64) -> Result<Found, String> {
    let mut found = Found {
        read: 0,
        refused: 0,
        panics: 0,
        over: 0,
        peak: 0,
    };
    for turn in 0..executions {
        let mut draws = Chance::new(seed).at(Stream::Test, target.name.len() as u32, turn);
        let input = target.input(&mut draws);
        let before = MEMORY.current_usage();
        MEMORY.reset_peak_usage();
        let answer = catch_unwind(AssertUnwindSafe(|| {
            (target.reader)(input.kind, &input.bytes)
        }));
        let held = MEMORY.peak_usage().saturating_sub(before);
        found.peak = found.peak.max(held);
        let is_over = held > target.allowed[0] + target.allowed[1] * input.bytes.len();
        found.over += u64::from(is_over);
        match answer {
            Ok(Answer::Read) => found.read += 1,
            Ok(Answer::Refused) => found.refused += 1,
            Err(_) => found.panics += 1,
        }
        if answer.is_err() || is_over {
            keep(target.name, turn, input.kind, &input.bytes)?;
        }
    }
    Ok(found)
}

fn keep(target: &str, turn: u64, kind: &str, bytes: &[u8]) -> Result<(), String> {
    let folder = Path::new("target/fuzz");
    let path = folder.join(format!("{target}-{turn}.{kind}"));
    std::fs::create_dir_all(folder)
        .and_then(|()| std::fs::write(&path, bytes))
        .map_err(|error| format!("{}: {error}", path.display()))?;
    eprintln!("kept {}", path.display());
    Ok(())
}
