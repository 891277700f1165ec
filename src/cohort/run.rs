//! A trial run: every patient in every arm, in parallel over patients.

use crate::numerics::parallel::prelude::*;

pub use crate::cohort::body::{CohortError, End, History, Seen};
use crate::cohort::follower::Follower;
pub use crate::cohort::illness::Ill;
pub use crate::cohort::traits::{Person, TraitError};
use crate::cohort::trial::Trial;
use crate::patient::markers::Levels;

/// What became of all patients.
#[derive(Debug, Clone, PartialEq)]
pub struct Results {
    /// Names of the arms, the control first.
    pub arms: Vec<String>,
    /// The patients.
    pub people: Vec<Person>,
    /// Their illness.
    pub ill: Vec<Ill>,
    /// Their markers, calcium (mM) and tumour in bone (cm3) on day 0.
    pub(crate) baseline: Vec<(Levels, f64, f64)>,
    /// Their histories: by patient, then by arm.
    pub histories: Vec<Vec<History>>,
}

impl Results {
    /// Histories of an arm, by patient.
    pub fn arm(&self, arm: usize) -> impl Iterator<Item = &History> {
        self.histories.iter().filter_map(move |all| all.get(arm))
    }
}

/// One patient in all arms.
struct Followed {
    person: Person,
    ill: Ill,
    baseline: (Levels, f64, f64),
    histories: Vec<History>,
}

/// Runs a trial. `seen` is called after each patient. The same results on any number of threads.
///
/// # Errors
/// The fault of the first patient that has one.
pub fn run(trial: &Trial, seen: &(impl Fn() + Sync)) -> Result<Results, CohortError> {
    run_while(trial, &|| false, seen)
}

/// As [`run`]; `stop` is asked before each patient.
///
/// # Errors
/// The fault of the first patient that has one; that it was stopped.
pub fn run_while(
    trial: &Trial,
    stop: &(dyn Fn() -> bool + Sync),
    seen: &(impl Fn() + Sync),
) -> Result<Results, CohortError> {
    let arms: Vec<String> = trial.arm_names().into_iter().map(str::to_owned).collect();
    let followed: Vec<Result<Followed, CohortError>> = (0..trial.patients)
        .into_par_iter()
        .map(|patient| {
            if stop() {
                return Err(CohortError::Stopped);
            }
            let follower = Follower::new(trial, patient)?;
            let histories = arms
                .iter()
                .map(|arm| follower.follow(arm))
                .collect::<Result<_, _>>()?;
            seen();
            Ok(Followed {
                person: *follower.person(),
                ill: follower.ill().clone(),
                baseline: follower.baseline(),
                histories,
            })
        })
        .collect();
    let mut results = Results {
        arms,
        people: Vec::new(),
        ill: Vec::new(),
        baseline: Vec::new(),
        histories: Vec::new(),
    };
    for one in followed {
        let one = one?;
        results.people.push(one.person);
        results.ill.push(one.ill);
        results.baseline.push(one.baseline);
        results.histories.push(one.histories);
    }
    Ok(results)
}
