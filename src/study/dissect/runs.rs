//! Runs of a dissection: as many at once as there are threads, each kept as a few numbers.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::observe::series::columns;
use crate::run::simulation::Simulation;
use crate::scenario::build::Loaded;
use crate::study::batch::{NoSeries, Work, follow, on_workers};
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

/// Follows a run to its end; `watch` sees it at every row.
pub(super) fn course(
    loaded: &Loaded,
    stop: &(dyn Fn() -> bool + Sync),
    watch: &mut dyn FnMut(&Simulation),
) -> Result<Course, NoSeries> {
    let names = columns(&loaded.scenario.parameters().signal_names());
    let place = |name: &str| {
        let found = names.iter().position(|column| column == name);
        found.ok_or_else(|| NoSeries::Failed(format!("there is no column {name}")))
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
    follow(loaded, stop, &mut |simulation, row| {
        watch(simulation);
        let before = *first.get_or_insert(row[bone]);
        course.days.push(row[day]);
        course.tgf_beta_pm.push(row[tgf_beta]);
        course.loss = 1.0 - row[bone] / before;
        course.tumour = row[tumour];
        course.osteoclasts = row[osteoclasts];
        true
    })?;
    Ok(course)
}

/// Does so many tasks, several at once, and gives what they gave in their order. After the first that goes
/// wrong no other begins.
pub(super) fn all<T: Send>(
    tasks: usize,
    work: Work,
    one: &(dyn Fn(usize) -> Result<T, DissectError> + Sync),
) -> Result<Vec<T>, DissectError> {
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<(usize, Result<T, DissectError>)>> = Mutex::new(Vec::new());
    let is_over = AtomicBool::new(false);
    let keep = |task: usize, found: Result<T, DissectError>| {
        is_over.fetch_or(found.is_err(), Ordering::SeqCst);
        done.lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push((task, found));
    };
    on_workers(work, &|pool| {
        let pool = match pool {
            Ok(pool) => pool,
            Err(error) => return keep(0, Err(DissectError::Worker(error))),
        };
        while !is_over.load(Ordering::SeqCst) {
            let task = next.fetch_add(1, Ordering::SeqCst);
            if task >= tasks {
                break;
            }
            keep(task, pool.install(|| one(task)));
        }
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    // The first run that failed says more than those that were stopped for it.
    done.sort_by_key(|&(task, _)| task);
    done.into_iter().map(|(_, found)| found).collect()
}
