//! A run of a dissection, kept as a few numbers.

use crate::observe::series::columns;
use crate::run::simulation::Simulation;
use crate::scenario::build::Loaded;
use crate::study::batch::{NoSeries, follow};

/// What is kept of a run.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Course {
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
