//! The shipped scenarios over seeds, against what they must show; prints Markdown and exits with 1
//! when a target is missed. Takes about half an hour on two cores:
//!
//! ```sh
//! cargo run --release --example validate            # all
//! cargo run --release --example validate -- section # the section of mouse bone, ten seeds
//! cargo run --release --example validate -- health  # health in 3-D, five seeds
//! cargo run --release --example validate -- human   # the human lesion with and without its loops
//! cargo run --release --example validate -- tick    # ticks of 12 h against ticks of 1 h
//! ```

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a report is what this program is for"
)]

use std::path::Path;
use std::process::ExitCode;

use howship::scenario::build::load;
use rayon::prelude::*;

/// What is kept of a run.
#[derive(Debug, Clone)]
struct Course {
    scenario: &'static str,
    seed: u64,
    /// BV/TV from day 0 on, once a day.
    bone: Vec<f64>,
    osteoclasts: [usize; 2],
    tumour: [usize; 2],
    worst_signal: f64,
    worst_store: f64,
}

impl Course {
    fn loss(&self) -> f64 {
        1.0 - self.bone[self.bone.len() - 1] / self.bone[0]
    }

    /// Largest deviation from day 0, as a share.
    fn drift(&self) -> f64 {
        let apart = |value: &f64| (value / self.bone[0] - 1.0).abs();
        self.bone.iter().map(apart).fold(0.0, f64::max)
    }

    fn growth(&self) -> f64 {
        self.tumour[1] as f64 / self.tumour[0].max(1) as f64
    }
}

fn course(scenario: &'static str, seed: u64, sets: &[&str]) -> Result<Course, String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("scenarios")
        .join(format!("{scenario}.toml"));
    let mut all: Vec<String> = sets.iter().map(|&set| set.to_owned()).collect();
    all.push(format!("seed={seed}"));
    let mut simulation = load(&path, &all)
        .and_then(|loaded| loaded.build())
        .map_err(|found| found.render(false))?;
    let mut course = Course {
        scenario,
        seed,
        bone: Vec::new(),
        osteoclasts: [0; 2],
        tumour: [0; 2],
        worst_signal: 0.0,
        worst_store: 0.0,
    };
    simulation
        .run(|now| {
            let days = now.state.day();
            if !now.is_past_burn_in() || (days - days.round()).abs() > 1e-6 {
                return;
            }
            let (cells, tumour) = (now.state.osteoclasts.len(), now.state.tumour.len());
            if course.bone.is_empty() {
                (course.osteoclasts[0], course.tumour[0]) = (cells, tumour);
            }
            (course.osteoclasts[1], course.tumour[1]) = (cells, tumour);
            course.bone.push(now.state.bv_tv(&now.model));
            course.worst_signal = now.state.ledger.worst_signal_residual;
            course.worst_store = now.state.ledger.worst_store_residual;
        })
        .map_err(|fault| format!("{scenario}, seed {seed}: {fault}"))?;
    eprintln!("{scenario}, seed {seed}: done");
    Ok(course)
}

fn courses(scenarios: &[&'static str], seeds: u64, sets: &[&str]) -> Result<Vec<Course>, String> {
    let jobs: Vec<(&'static str, u64)> = scenarios
        .iter()
        .flat_map(|&scenario| (1..=seeds).map(move |seed| (scenario, seed)))
        .collect();
    let found: Vec<Course> = jobs
        .into_par_iter()
        .map(|(scenario, seed)| course(scenario, seed, sets))
        .collect::<Result<_, _>>()?;
    println!(
        "\n| scenario | seed | BV/TV day 0 | change | largest deviation | osteoclasts | tumour cells | ledger, signals | ledger, stores |\n|---|---|---|---|---|---|---|---|---|"
    );
    for run in &found {
        println!(
            "| {} | {} | {:.2} % | {:+.1} % | {:.1} % | {} -> {} | {} -> {} | {:.1e} | {:.1e} |",
            run.scenario,
            run.seed,
            100.0 * run.bone[0],
            -100.0 * run.loss(),
            100.0 * run.drift(),
            run.osteoclasts[0],
            run.osteoclasts[1],
            run.tumour[0],
            run.tumour[1],
            run.worst_signal,
            run.worst_store
        );
    }
    println!();
    Ok(found)
}

/// Prints a target with what was seen.
fn verdict(holds: bool, text: &str) -> bool {
    println!("- {} {text}", if holds { "holds:" } else { "MISSED:" });
    holds
}

fn books_close(runs: &[Course]) -> bool {
    verdict(
        runs.iter()
            .all(|run| run.worst_signal < 1e-5 && run.worst_store < 1e-9),
        "the books close below 1e-5 per tick for signals and 1e-9 for stores",
    )
}

fn lesion(runs: &[&Course], name: &str) -> bool {
    let least = |value: &dyn Fn(&Course) -> f64| {
        runs.iter()
            .map(|run| value(run))
            .fold(f64::INFINITY, f64::min)
    };
    let (loss, growth) = (least(&Course::loss), least(&Course::growth));
    let rise = least(&|run| run.osteoclasts[1] as f64 / run.osteoclasts[0].max(1) as f64);
    verdict(
        loss >= 0.2 && growth >= 5.0 && rise > 1.0,
        &format!(
            "{name}: every seed loses at least {:.1} % of its bone, grows {growth:.1}-fold, and its \
             osteoclasts rise {rise:.1}-fold (asked: 20 %, 5, above 1)",
            100.0 * loss
        ),
    )
}

/// Full loop against cut loop, seed by seed.
fn paired(full: &[&Course], cut: &[&Course], asked: usize) -> bool {
    let ratios: Vec<f64> = full
        .iter()
        .zip(cut)
        .map(|(full, cut)| full.loss() / cut.loss().max(1e-9))
        .collect();
    let enough = ratios.iter().filter(|&&ratio| ratio >= 1.25).count();
    let more_tumour = full
        .iter()
        .zip(cut)
        .filter(|(full, cut)| full.tumour[1] > cut.tumour[1])
        .count();
    verdict(
        enough >= asked && more_tumour >= asked,
        &format!(
            "{} against {}: at least 1.25 times the loss in {enough} of {} seeds (least {:.2}), more \
             tumour in {more_tumour} (asked: {asked})",
            full[0].scenario,
            cut[0].scenario,
            ratios.len(),
            ratios.iter().copied().fold(f64::INFINITY, f64::min)
        ),
    )
}

fn of<'a>(runs: &'a [Course], scenario: &str) -> Vec<&'a Course> {
    runs.iter().filter(|run| run.scenario == scenario).collect()
}

fn section() -> Result<bool, String> {
    println!("## Section of mouse bone, 28 days, ten seeds");
    let names = ["vicious_cycle_2d", "no_pthrp", "no_tgf_beta_release"];
    let runs = courses(&names, 10, &[])?;
    let [full, no_pthrp, no_release] = names.map(|name| of(&runs, name));
    Ok(lesion(&full, "vicious_cycle_2d")
        & paired(&full, &no_pthrp, 9)
        & paired(&full, &no_release, 9)
        & books_close(&runs))
}

fn health() -> Result<bool, String> {
    println!("## Health in 3-D, five seeds");
    let runs = courses(&["healthy_mouse", "healthy_human"], 5, &[])?;
    let worst = runs.iter().map(Course::drift).fold(0.0, f64::max);
    Ok(verdict(
        worst <= 0.05,
        &format!(
            "BV/TV stays within {:.1} % of day 0 (asked: 5 %)",
            100.0 * worst
        ),
    ) & books_close(&runs))
}

fn human() -> Result<bool, String> {
    println!("## The human lesion, 360 days");
    let full = courses(&["vicious_cycle"], 1, &[])?;
    println!("Without PTHrP:");
    let no_pthrp = courses(
        &["vicious_cycle"],
        1,
        &["tumour.secretion.pthrp.rate=\"0 amol/h\""],
    )?;
    println!("Without release of TGF-beta:");
    let no_release = courses(
        &["vicious_cycle"],
        1,
        &["signals.tgf_beta.matrix_release=false"],
    )?;
    let all = [&full, &no_pthrp, &no_release].map(|runs| runs.iter().collect::<Vec<_>>());
    let less = |cut: &Course| full[0].loss() > cut.loss() && full[0].tumour[1] > cut.tumour[1];
    Ok(lesion(&all[0], "vicious_cycle")
        & verdict(
            less(all[1][0]) && less(all[2][0]),
            "the full loop loses more bone and grows more tumour than either cut loop",
        )
        & books_close(&full))
}

fn ticks() -> Result<bool, String> {
    println!("## Ticks of 12 h against ticks of 1 h, 40 x 40 x 40 sites of human bone, 200 days");
    let small = [
        "specimen.image.crop={start=[14,14,14],size=[40,40,40]}",
        "inoculation.cells=3000",
        "inoculation.colonies=1",
        "run.duration=\"200 d\"",
    ];
    let mut means = Vec::new();
    let mut spread = 0.0_f64;
    for tick in ["run.tick=\"12 h\"", "run.tick=\"1 h\""] {
        println!("{tick}:");
        let runs = courses(&["vicious_cycle"], 3, &[&small[..], &[tick]].concat())?;
        let losses: Vec<f64> = runs.iter().map(Course::loss).collect();
        let mean = losses.iter().sum::<f64>() / losses.len() as f64;
        let variance = losses.iter().map(|loss| (loss - mean).powi(2)).sum::<f64>()
            / (losses.len() - 1) as f64;
        spread = spread.max(variance.sqrt());
        means.push(mean);
    }
    let apart = (means[0] - means[1]).abs();
    Ok(verdict(
        apart <= (0.1 * means[1]).max(2.0 * spread / 3.0_f64.sqrt() * 2.0_f64.sqrt()),
        &format!(
            "the mean loss is {:.1} % with 12 h and {:.1} % with 1 h; standard deviation over seeds \
             {:.1} points (asked, Atlas A35: within 10 %, or twice the standard error of the difference)",
            100.0 * means[0],
            100.0 * means[1],
            100.0 * spread
        ),
    ))
}

type Part = (&'static str, fn() -> Result<bool, String>);

fn main() -> ExitCode {
    let parts: [Part; 4] = [
        ("section", section),
        ("health", health),
        ("human", human),
        ("tick", ticks),
    ];
    let asked: Vec<String> = std::env::args().skip(1).collect();
    if let Some(unknown) = asked
        .iter()
        .find(|name| parts.iter().all(|(known, _)| known != name))
    {
        eprintln!("error: there is no part \"{unknown}\"; allowed: section, health, human, tick");
        return ExitCode::from(2);
    }
    let mut all_hold = true;
    for (name, part) in parts {
        if !asked.is_empty() && !asked.iter().any(|wanted| wanted == name) {
            continue;
        }
        match part() {
            Ok(holds) => all_hold &= holds,
            Err(error) => {
                eprintln!("{error}");
                return ExitCode::from(1);
            }
        }
    }
    if all_hold {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(1)
    }
}
