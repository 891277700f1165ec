//! What can be said of a run to come: tumour, arms, doses, and what it will take.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::engine::fault::Fault;
use crate::engine::model::Model;
use crate::layers::diagnostic::Diagnostics;
use crate::run::record::{Record, frames as film_frames};
use crate::run::simulation::Simulation;
use crate::run::span::span;
use crate::scenario::build::Loaded;
use crate::scenario::file::InoculationSite;
use crate::scenario::silent::silent_couplings;
use crate::therapy::irradiation::RadiationPlan;
use crate::therapy::plan::Plan;
use crate::transport::{Scheme, block_error, diffusion_length_um};

/// Time that the ticks which are measured take at most, the last one apart.
const MEASURED: Duration = Duration::from_millis(500);
/// Ticks that are measured at most, after a first one that warms up.
const MOST_TICKS: u32 = 12;

/// Bytes of a number in a table, of a cut in a map and in a frame of the film, of the curves of a run,
/// and of a site in a checkpoint, as `scenarios/vicious_cycle_2d.toml` and `vicious_cycle.toml` left
/// them.
const BYTES_OF_NUMBER: f64 = 15.0;
const BYTES_OF_MAP: f64 = 27e3;
const BYTES_OF_FRAME: f64 = 10e3;
const BYTES_OF_CURVES: f64 = 300e3;
const BYTES_OF_SITE: f64 = 13.0;

/// What a scenario would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outlook {
    /// What it is: bone, lattice, tumour, arms, doses, how signals are solved, and what it will take.
    pub lines: Vec<String>,
    /// What makes the bone doubtful, and what a reader may not expect, a sentence each.
    pub warnings: Vec<String>,
}

/// Builds the run of a scenario and says what it would do, without running it; some of its ticks are
/// measured.
///
/// # Errors
/// What makes no sense in the scenario, its image or its arms.
pub fn outlook(loaded: &Loaded) -> Result<Outlook, Diagnostics> {
    let simulation = loaded.build_measured()?;
    let (scenario, model) = (&loaded.scenario, &simulation.model);
    let mut lines = vec![
        format!("{}: {}", scenario.name, scenario.description),
        format!("layers    {}", loaded.tree.layer_names()),
        format!("bone      {}", simulation.specimen),
    ];
    lines.extend(space(&simulation));
    let [x, y, z] = model.signal_block;
    lines.extend([
        format!(
            "memory    about {:.2} GB",
            loaded.memory_bytes(&model.grid) as f64 / 1e9
        ),
        format!(
            "time      {} ticks of {} h, after {} ticks of burn-in",
            simulation.ticks, model.tick_h, simulation.burn_in_ticks
        ),
        format!(
            "transport relative residual {}, one level per {x} x {y} x {z} sites",
            scenario.transport.tolerance
        ),
    ]);
    lines.extend(spread(model));
    let silent = silent_couplings(loaded).into_iter();
    lines.extend(silent.map(|said| format!("silent    {said}")));
    let report = simulation.report.as_ref();
    let mut warnings = report.map_or_else(Vec::new, |report| report.warnings.clone());
    warnings.extend(loaded.notices());
    lines.extend(prospects(loaded, simulation)?);
    Ok(Outlook { lines, warnings })
}

/// Lattice, the bone on its way to it, and what the scan shows as tumour.
fn space(simulation: &Simulation) -> Vec<String> {
    let grid = &simulation.model.grid;
    let [nx, ny, nz] = grid.dims;
    let mut lines = vec![format!(
        "lattice   {nx} x {ny} x {nz} sites of {} um, {:.3} mm3",
        grid.edge_um,
        grid.volume_mm3()
    )];
    if let Some(report) = &simulation.report {
        let seeded = simulation.figures();
        lines.extend(report.stages(Some(&seeded), " (as seeded, before the burn-in)"));
    }
    let lesion = &simulation.state.lesion;
    if !lesion.sites.is_empty() {
        lines.push(format!(
            "lesion    {} tumour cells in {} sites that the scan shows as tumour, on day {}",
            simulation.state.lesion_cells(),
            lesion.sites.len(),
            lesion.at_h / 24.0
        ));
    }
    lines
}

/// Lines with tumour, arms, doses, and what the run will take. The simulation is used up.
///
/// # Errors
/// Arms that make no sense.
fn prospects(loaded: &Loaded, simulation: Simulation) -> Result<Vec<String>, Diagnostics> {
    let mut lines = vec![format!("tumour    {}", tumour(loaded))];
    lines.extend(courses("", &simulation.model));
    let scenario = &loaded.scenario;
    let mut ticks = u64::from(simulation.burn_in_ticks) + u64::from(simulation.ticks);
    let end = ticks;
    let is_control = scenario.arm.is_none();
    for (name, arm) in scenario.arms.iter().filter(|_| is_control) {
        // As it was written: "1 d" and not "24 h".
        let at = loaded.tree.get(&format!("arms.{name}.at"));
        let typed = at.as_ref().and_then(toml::Value::as_str);
        let at = typed.map_or_else(|| arm.at.to_string(), str::to_owned);
        lines.push(format!(
            "arm       {name} from {at} on: {}",
            arm.set.join("; ")
        ));
        let taken = loaded.taking(name).and_then(|arm| arm.at_the_end());
        let model = taken.and_then(|arm| arm.model(simulation.model.grid))?;
        lines.extend(courses(&format!("{name}: "), &model));
        ticks += end - u64::from(loaded.fork_tick(arm.at));
    }
    if let Some(arm) = &scenario.arm {
        lines.push(format!("arm       this is a run of {arm} alone"));
    }
    let size = size(loaded, &simulation);
    let wall = wall(simulation, ticks).unwrap_or_else(|fault| format!("not measured: {fault}"));
    lines.push(format!("wall      {wall}"));
    lines.push(format!("output    {size}"));
    Ok(lines)
}

/// Lines with how each signal is solved, how far it spreads, and what is expected of errors.
fn spread(model: &Model) -> Vec<String> {
    let sites = model.signal_block.iter().max().copied();
    let (tick_h, grid) = (model.tick_h, &model.grid);
    let mut lines = Vec::new();
    for (name, physics) in model.signals.iter().zip(&model.physics) {
        let length_um = diffusion_length_um(physics.diffusivity_um2_per_h, physics.loss_per_h);
        let blocks = match sites {
            Some(sites) if sites > 1 && physics.scheme != Scheme::Exact => {
                block_error(sites as f64 * grid.edge_um, length_um)
            }
            _ => 0.0,
        };
        lines.push(format!(
            "          {name}: {}, reaches {length_um:.0} um ({:.1} sites) before it is lost, {:.2} losses in a tick; \
             expected error: {:.1} % of its level by blocks, {:.1} % of a change of its source by the tick",
            match physics.scheme {
                Scheme::Implicit => "implicit",
                Scheme::QuasiSteady => "quasi-steady",
                Scheme::Exact => "exact",
            },
            length_um / grid.edge_um,
            physics.loss_per_h * tick_h,
            100.0 * blocks,
            100.0 * physics.scheme.lag(physics.loss_per_h, tick_h)
        ));
    }
    lines
}

/// A time, h, in days for the eye.
fn day(time_h: f64) -> f64 {
    (time_h / 24.0 * 1e4).round() / 1e4
}

/// The tumour in a sentence.
fn tumour(loaded: &Loaded) -> String {
    let scenario = &loaded.scenario;
    let mut layers = loaded.tree.layers().into_iter().rev();
    let line = layers
        .find_map(|layer| layer.strip_prefix("line "))
        .map_or_else(String::new, |line| format!(", line {line}"));
    let mut said = Vec::new();
    if let Some(inoculation) = scenario.inoculation.as_ref().filter(|it| it.cells > 0) {
        let site = match inoculation.site {
            InoculationSite::Vessels => "vessels",
            InoculationSite::Centre => "the centre",
            InoculationSite::Position => "a given position",
        };
        said.push(format!(
            "{} cells in {} at {}, on day {}",
            inoculation.cells,
            match inoculation.colonies {
                1 => "one colony".to_owned(),
                colonies => format!("{colonies} colonies"),
            },
            site,
            day(inoculation.time.get())
        ));
    }
    if let Some(arrivals) = &scenario.colonisation {
        let end = arrivals.stop.unwrap_or(scenario.run.duration);
        said.push(format!(
            "single cells from the circulation, day {} to {}",
            day(arrivals.start.get()),
            day(end.get())
        ));
    }
    if let Some(tumour) = scenario
        .specimen
        .image
        .as_ref()
        .and_then(|it| it.tumour.as_ref())
    {
        said.push(format!(
            "cells where the scan shows a tumour, on day {}",
            day(tumour.time.get())
        ));
    }
    if said.is_empty() {
        "no tumour: no cell is inoculated or arrives".to_owned()
    } else {
        format!("{}{line}", said.join("; "))
    }
}

/// Doses and fractions of a model, a line for each drug, each course that waits, and each course of
/// radiation.
fn courses(before: &str, model: &Model) -> Vec<String> {
    let mut lines = doses(&model.parts.drugs.plan);
    if let Some(plan) = &model.parts.radiation {
        lines.extend(fractions(plan));
    }
    if lines.is_empty() {
        lines.push("none".to_owned());
    }
    let lines = lines.iter();
    lines
        .map(|line| format!("doses     {before}{line}"))
        .collect()
}

/// First, last and number.
fn dated(times_h: &[f64], what: &str, amount: &str) -> String {
    match times_h {
        [] => format!("no {what}{amount} in this run"),
        [one] => format!("1 {what}{amount}, on day {}", day(*one)),
        [first, .., last] => format!(
            "{} {what}s{amount}, day {} to {}",
            times_h.len(),
            day(*first),
            day(*last)
        ),
    }
}

fn doses(plan: &Plan) -> Vec<String> {
    let mut found = Vec::new();
    for (index, agent) in plan.agents.iter().enumerate() {
        let given = || plan.doses.iter().filter(|dose| dose.agent == index);
        let times_h: Vec<f64> = given().map(|dose| dose.time_h).collect();
        let waits = plan
            .conditional
            .iter()
            .any(|entry| entry.dose.agent == index);
        if times_h.is_empty() && waits {
            continue;
        }
        let mut amounts: Vec<f64> = given().map(|dose| dose.mg).collect();
        amounts.sort_by(f64::total_cmp);
        amounts.dedup();
        let amounts: Vec<String> = amounts.iter().map(|mg| milligrams(*mg)).collect();
        let amount = match &amounts[..] {
            [] => String::new(),
            amounts => format!(" of {}", amounts.join(" and ")),
        };
        found.push(format!(
            "{}: {}",
            agent.name,
            dated(&times_h, "dose", &amount)
        ));
    }
    for entry in &plan.conditional {
        let course = &entry.course;
        let start = course.start_when.map_or_else(
            || format!("from day {}", day(course.earliest_h())),
            |when| format!("when {when}"),
        );
        let stop = course
            .stop_when
            .map_or_else(String::new, |when| format!(", until {when}"));
        found.push(format!(
            "{}: course {} {start}{stop}, {} each",
            course.drug,
            entry.name,
            milligrams(entry.dose.mg)
        ));
    }
    found
}

/// An amount to a tenth of a microgram.
fn milligrams(mg: f64) -> String {
    format!("{} mg", (1e4 * mg).round() / 1e4)
}

fn fractions(plan: &RadiationPlan) -> Vec<String> {
    let mut times: BTreeMap<usize, Vec<f64>> = BTreeMap::new();
    for &(time_h, course) in &plan.fractions {
        times.entry(course).or_default().push(time_h);
    }
    times
        .into_iter()
        .map(|(course, times_h)| {
            let name = plan.courses.get(course).map_or("", |course| &course.name);
            format!("radiation {name}: {}", dated(&times_h, "fraction", ""))
        })
        .collect()
}

/// Wall time of so many ticks, by some that are run.
fn wall(mut simulation: Simulation, ticks: u64) -> Result<String, Fault> {
    let began = Instant::now();
    simulation.begin()?;
    simulation.step()?;
    // The first tick makes what later ones use again. Where it alone takes long, it must do.
    let mut each_s = began.elapsed().as_secs_f64();
    let mut measured = 1;
    if began.elapsed() < MEASURED {
        let clock = Instant::now();
        let mut run = 0;
        while run < MOST_TICKS && clock.elapsed() < MEASURED && !simulation.is_done() {
            simulation.step()?;
            run += 1;
        }
        if run > 0 {
            each_s = clock.elapsed().as_secs_f64() / f64::from(run);
            measured = run;
        }
    }
    Ok(format!(
        "at least {} here: {ticks} ticks, arms among them, of {:.3} s as the first {measured} after \
         the start took; ticks get longer as a tumour grows, several times in a large one",
        span(each_s * ticks as f64),
        each_s
    ))
}

/// Rough size of the run folder, of each arm.
fn size(loaded: &Loaded, simulation: &Simulation) -> String {
    let grid = &simulation.model.grid;
    let scenario = &loaded.scenario;
    let output = &scenario.output;
    let duration_h = scenario.run.duration.get();
    let columns = Record::new(loaded).width(simulation);
    let rows = (duration_h / output.series_every.get().clamp(1e-3, 24.0)).ceil() + 1.0;
    let days = output.map_days.iter();
    let asked = days.filter(|&&day| day > 0.0 && day < duration_h / 24.0);
    let maps = asked.count() as f64 + 2.0;
    let frames = film_frames(loaded, grid);
    let sites = grid.len() as f64;
    let states = scenario.checkpoint.keep as f64 + scenario.arms.len() as f64;
    let tables = rows * columns as f64 * BYTES_OF_NUMBER;
    let cuts = if grid.is_section() { 1.0 } else { 3.0 };
    let pictures = cuts * (maps * BYTES_OF_MAP + frames * BYTES_OF_FRAME) + BYTES_OF_CURVES;
    let checkpoints = states * sites * BYTES_OF_SITE;
    format!(
        "roughly {}: {rows:.0} rows in tables {}, {maps:.0} maps, {frames:.0} frames of film and curves \
         {}, up to {states:.0} checkpoints {} on the way{}",
        bytes(tables + pictures + checkpoints),
        bytes(tables),
        bytes(pictures),
        bytes(checkpoints),
        if scenario.arms.is_empty() || scenario.arm.is_some() {
            ""
        } else {
            "; as much for each arm"
        }
    )
}

/// An amount of memory or of files in words.
pub(crate) fn bytes(count: f64) -> String {
    match count {
        n if n < 1e6 => format!("{:.0} kB", (n / 1e3).max(1.0)),
        n if n < 1e9 => format!("{:.1} MB", n / 1e6),
        n => format!("{:.1} GB", n / 1e9),
    }
}
