//! Does a calibration recover parameters that are known? In every repeat they are drawn from their
//! prior, a run of a shortened lesion with them and with errors gives data, and a calibration that knows
//! the data alone gives a 95 % interval for each.
//!
//! ```sh
//! cargo run --release --example coverage -- --repeats 20 --jobs 2 --out coverage
//! ```
//!
//! The folder holds `coverage.csv`, one row per repeat and parameter (values as places in the range of
//! the prior, from 0 to 1), and a folder with tables and pictures of each repeat. It ends with 1 when
//! the interval of any parameter holds the truth in less than 9 of 10 repeats.
//!
//! The search knows the chance of the run that made the data, so that errors alone blur it. With
//! `--random-numbers own` it does not: in so small a tissue chance hides most of what the parameters do.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a report is what this program is for"
)]

#[path = "coverage/repeat.rs"]
mod repeat;

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

const USE: &str =
    "allowed: --repeats N --first N --jobs N --random-numbers shared|own --out FOLDER";

struct Asked {
    repeats: u64,
    first: u64,
    jobs: usize,
    is_own: bool,
    out: PathBuf,
}

fn asked() -> Result<Asked, Box<dyn Error>> {
    let mut asked = Asked {
        repeats: 20,
        first: 1,
        jobs: 2,
        is_own: false,
        out: PathBuf::from("coverage"),
    };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let value = words
            .next()
            .ok_or_else(|| format!("{word} has no value; {USE}"))?;
        match word.as_str() {
            "--repeats" => asked.repeats = value.parse()?,
            "--first" => asked.first = value.parse()?,
            "--jobs" => asked.jobs = value.parse()?,
            "--random-numbers" if ["own", "shared"].contains(&value.as_str()) => {
                asked.is_own = value == "own";
            }
            "--out" => asked.out = value.into(),
            _ => return Err(format!("unknown argument {word}; {USE}").into()),
        }
    }
    Ok(asked)
}

/// True when all intervals hold the truth often enough.
fn run() -> Result<bool, Box<dyn Error>> {
    let Asked {
        repeats,
        first,
        jobs,
        is_own,
        out,
    } = asked()?;
    std::fs::create_dir_all(&out)?;
    let mut table = "repeat,parameter,truth,low,median,high,is_covered,width,populations,runs,\
                     rejected_early,effective_particles,weighed_by_errors\n"
        .to_owned();
    let mut covered: BTreeMap<String, (u64, f64)> = BTreeMap::new();
    for number in first..first + repeats {
        let clock = std::time::Instant::now();
        let found = repeat::repeat(number, is_own, &out.join(format!("repeat_{number}")), jobs)?;
        let mut line = format!("repeat {number}: {} runs, ", found.runs);
        for one in &found.parameters {
            let [low, median, high] = one.quantiles;
            let is_covered = one.is_covered();
            writeln!(
                table,
                "{number},{},{},{low},{median},{high},{is_covered},{},{},{},{},{},{}",
                one.parameter,
                one.truth,
                one.width,
                found.populations,
                found.runs,
                found.rejected_early,
                found.effective_particles,
                found.is_weighed
            )?;
            let sum = covered.entry(one.parameter.clone()).or_default();
            sum.0 += u64::from(is_covered);
            sum.1 += one.width;
            let verdict = if is_covered { "in" } else { "NOT in" };
            write!(line, "{:.2} {verdict} {low:.2} to {high:.2}, ", one.truth)?;
        }
        println!("{line}{:.0} s", clock.elapsed().as_secs_f64());
        std::fs::write(out.join("coverage.csv"), &table)?;
    }
    let mut is_good = true;
    for (parameter, (count, width)) in covered {
        println!(
            "{parameter}: the 95 % interval holds the truth in {count} of {repeats}; it takes {:.0} % \
             of that of the prior",
            100.0 * width / repeats as f64
        );
        is_good &= 10 * count >= 9 * repeats;
    }
    Ok(is_good)
}

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(problem) => {
            eprintln!("error: {problem}");
            ExitCode::from(2)
        }
    }
}
