//! Runs of a dissection: as many at once as there are threads, each kept as a few numbers.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crate::observe::series::{columns, row};
use crate::run::record::has_row;
use crate::run::simulation::Simulation;
use crate::scenario::build::Loaded;
use crate::study::batch::Work;
use crate::study::dissect::error::DissectError;

/// What is kept of a run.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Course {
    /// Times of its rows from day 0 on, d.
    pub days: Vec<f64>,
    /// Mean TGF-beta over marrow at these times, pM.
    pub tgf_beta_pm: Vec<f64>,
    /// Bone lost from day 0 to the end, as a share of that of day 0.
    pub loss: f64,
    /// Tumour cells at the end.
    pub tumour: f64,
    /// Osteoclasts at the end.
    pub osteoclasts: f64,
}

/// Why a run has no course.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum NoCourse {
    /// It failed, and said this.
    Failed(String),
    /// It was asked to stop.
    Stopped,
}

/// Follows a run to its end; `watch` sees it at every row.
pub(super) fn follow(
    loaded: &Loaded,
    stop: &(dyn Fn() -> bool + Sync),
    watch: &mut dyn FnMut(&Simulation),
) -> Result<Course, NoCourse> {
    let failed = |fault: &dyn std::fmt::Display| NoCourse::Failed(fault.to_string());
    let mut simulation = loaded
        .build()
        .map_err(|found| NoCourse::Failed(found.render(false)))?;
    let names = columns(&simulation.model.signals);
    let place = |name: &str| {
        let found = names.iter().position(|column| column == name);
        found.ok_or_else(|| NoCourse::Failed(format!("there is no column {name}")))
    };
    let [day, bone, tumour, osteoclasts, tgf_beta] = [
        place("time_d")?,
        place("bv_tv")?,
        place("tumour_cells")?,
        place("n_oc")?,
        place("tgf_beta_pm")?,
    ];
    let mut course = Course::default();
    let mut first = None;
    simulation.begin().map_err(|fault| failed(&fault))?;
    loop {
        if has_row(loaded, &simulation) {
            let row = row(&simulation.model, &simulation.state, &simulation.scratch);
            watch(&simulation);
            let before = *first.get_or_insert(row[bone]);
            course.days.push(row[day]);
            course.tgf_beta_pm.push(row[tgf_beta]);
            course.loss = 1.0 - row[bone] / before;
            course.tumour = row[tumour];
            course.osteoclasts = row[osteoclasts];
        }
        if simulation.is_done() {
            return Ok(course);
        }
        if stop() {
            return Err(NoCourse::Stopped);
        }
        simulation.step().map_err(|fault| failed(&fault))?;
    }
}

/// Does so many tasks, several at once, and gives what they gave in their order. After the first that goes
/// wrong no other begins.
pub(super) fn all<T: Send>(
    tasks: usize,
    work: Work,
    one: &(dyn Fn(usize) -> Result<T, DissectError> + Sync),
) -> Result<Vec<T>, DissectError> {
    let next = AtomicUsize::new(0);
    let is_over = AtomicBool::new(false);
    let worker = || -> Result<Vec<(usize, T)>, (usize, DissectError)> {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(work.threads.max(1));
        let pool = pool
            .build()
            .map_err(|error| (0, DissectError::Worker(error.to_string())))?;
        let mut done = Vec::new();
        while !is_over.load(Ordering::SeqCst) {
            let task = next.fetch_add(1, Ordering::SeqCst);
            if task >= tasks {
                break;
            }
            match pool.install(|| one(task)) {
                Ok(found) => done.push((task, found)),
                Err(error) => {
                    is_over.store(true, Ordering::SeqCst);
                    return Err((task, error));
                }
            }
        }
        Ok(done)
    };
    let parts: Vec<_> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..work.jobs.max(1)).map(|_| scope.spawn(worker)).collect();
        workers
            .into_iter()
            .map(|worker| {
                worker.join().unwrap_or_else(|_| {
                    let error = DissectError::Worker("it broke off".to_owned());
                    Err((usize::MAX, error))
                })
            })
            .collect()
    });
    let mut found = Vec::with_capacity(tasks);
    let mut first: Option<(usize, DissectError)> = None;
    for part in parts {
        match part {
            Ok(part) => found.extend(part),
            // A run that failed says more than those that were stopped for it.
            Err(error) if first.as_ref().is_none_or(|(at, _)| error.0 < *at) => first = Some(error),
            Err(_) => {}
        }
    }
    if let Some((_, error)) = first {
        return Err(error);
    }
    found.sort_by_key(|&(task, _)| task);
    Ok(found.into_iter().map(|(_, found)| found).collect())
}
