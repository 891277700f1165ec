//! Runs of arms over seeds, one run per thread at a time.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::ValidationError;
use super::arm::Arm;
use super::at_end::AtEnd;
use super::course::Course;
use crate::engine::model::Model;
use crate::engine::state::State;
use crate::observe::series::{columns, row};
use crate::scenario::build::load;
use crate::study::batch::{Work, all_of, cores};
use crate::tissue::bone::Bone;

/// Runs of all arms, by arm and in the order of the seeds.
pub(crate) type Runs = BTreeMap<&'static str, Vec<Course>>;

/// Runs arms over seeds 1 to `seeds`, one run per thread at a time, the longest arms first. `seen` is called
/// after each run with how many are done.
///
/// # Errors
/// A scenario that does not load, or a run that stops: the first in the order of arms and seeds.
pub(crate) fn run_arms(
    folder: &Path,
    arms: &[Arm],
    seeds: u64,
    seen: &(impl Fn(usize) + Sync),
) -> Result<Runs, ValidationError> {
    let mut arms = arms.to_vec();
    arms.sort_by(|a, b| work_of(folder, b).total_cmp(&work_of(folder, a)));
    let tasks: Vec<(Arm, u64)> = arms
        .iter()
        .flat_map(|&arm| (1..=seeds).map(move |seed| (arm, seed)))
        .collect();
    let done = AtomicUsize::new(0);
    let one = |task: usize| {
        let (arm, seed) = tasks[task];
        let course = run_one(folder, &arm, seed)?;
        seen(done.fetch_add(1, Ordering::Relaxed) + 1);
        Ok(course)
    };
    let work = Work {
        jobs: cores().min(tasks.len()),
        threads: 1,
        retry_failed: false,
    };
    let broken = |error| {
        ValidationError::Calculation(format!("a thread of the validation stopped: {error}"))
    };
    let courses = all_of(tasks.len(), work, &one, &broken)?;
    let mut runs = Runs::new();
    for ((arm, _), course) in tasks.iter().zip(courses) {
        runs.entry(arm.name).or_default().push(course);
    }
    Ok(runs)
}

/// Sites times ticks of a run of an arm, about; no end for one that does not load, which is told at once.
fn work_of(folder: &Path, arm: &Arm) -> f64 {
    load(&folder.join(arm.scenario.name), &arm.assignments(1)).map_or(f64::INFINITY, |loaded| {
        let scenario = &loaded.scenario;
        let sites: f64 = scenario
            .lattice
            .size
            .iter()
            .flatten()
            .map(|&n| n as f64)
            .product();
        let time = scenario.run.duration.get() + scenario.run.burn_in.get();
        sites * time / scenario.run.tick.get()
    })
}

/// Runs one arm with one seed.
///
/// # Errors
/// As [`run_arms`].
pub(crate) fn run_one(folder: &Path, arm: &Arm, seed: u64) -> Result<Course, ValidationError> {
    let wrong = |message: String| ValidationError::Arm {
        arm: arm.name,
        seed,
        message,
    };
    let mut simulation = load(&folder.join(arm.scenario.name), &arm.assignments(seed))
        .and_then(|loaded| loaded.build())
        .map_err(|found| wrong(found.render(false)))?;
    let (mut rows, mut ntx) = (Vec::new(), Vec::new());
    simulation
        .run(|now| {
            let steps = now.state.day() / arm.every_d;
            let due = (steps - steps.round()).abs() < 1e-6 || now.is_done();
            if now.is_past_burn_in() && due {
                rows.push(row(&now.model, &now.state, &now.scratch));
                if let Some(body) = &now.state.parts.patient.body {
                    ntx.push((now.state.day(), body.levels.ntx));
                }
            }
        })
        .map_err(|fault| wrong(fault.to_string()))?;
    let ledger = &simulation.state.ledger;
    let grid = &simulation.model.grid;
    let outer = (0..grid.len()).filter(|&site| 2 * (site % grid.dims[0]) >= grid.dims[0]);
    let (mut sites, mut matrix) = (0.0, 0.0);
    for site in outer {
        sites += 1.0;
        matrix += f64::from(simulation.state.bone.matrix[site]);
    }
    Ok(Course {
        outer_porosity: 1.0 - matrix / sites,
        n_oc_per_interface_mm: per_interface(&simulation.model, &simulation.state),
        ntx,
        columns: columns(&simulation.model.signals),
        health_um3: (simulation.state.parts.patient.body.as_ref())
            .map_or(f64::NAN, |body| body.health.resorbed_um3),
        rows,
        resorbed_um3: ledger.resorbed_um3,
        formed_um3: ledger.formed_um3,
        remodelling: ledger.remodelling,
        worst_store: ledger.worst_store_residual,
        worst_signal: ledger.worst_signal_residual,
        tissue_mm3: grid.volume_mm3(),
        at_end: AtEnd::of(&simulation.model, &simulation.state),
        digest: simulation.state.digest(),
    })
}

/// Osteoclasts near the tumour over the bone that it touches: marrow sites with tumour cells, or beside
/// one, that have faces on bone.
fn per_interface(model: &Model, state: &State) -> f64 {
    let grid = &model.grid;
    let holds = |site: usize| state.occupancy.tumour[site] > 0;
    let near = |site: usize| holds(site) || grid.near_neighbours(site).any(|(at, _)| holds(at));
    let faces: u32 = (0..grid.len())
        .filter(|&site| !state.bone.solid[site])
        .map(|site| (site, state.bone.bone_faces(grid, site)))
        .filter(|&(site, faces)| faces > 0 && near(site))
        .map(|(_, faces)| faces)
        .sum();
    let cells = state.osteoclasts.site.iter();
    let osteoclasts = cells.filter(|&&site| near(site as usize)).count();
    let area_um2 = Bone::surface_area_um2(grid, faces);
    let length = if grid.is_section() {
        area_um2 / (grid.face_area_um2() / grid.edge_um) * 1e-3
    } else {
        area_um2 * 1e-6
    };
    osteoclasts as f64 / length
}
