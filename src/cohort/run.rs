//! A trial run: every patient in every arm, in parallel over patients.

use crate::numerics::parallel::prelude::*;

use crate::cohort::body::{CohortError, History};
use crate::cohort::follower::Follower;
use crate::cohort::traits::Person;
use crate::cohort::trial::Trial;

/// What became of all patients.
#[derive(Debug, Clone, PartialEq)]
pub struct Results {
    /// Names of the arms, the control first.
    pub arms: Vec<String>,
    /// The patients.
    pub people: Vec<Person>,
    /// Their histories: by patient, then by arm.
    pub histories: Vec<Vec<History>>,
}

impl Results {
    /// Histories of an arm, by patient.
    pub fn arm(&self, arm: usize) -> impl Iterator<Item = &History> {
        self.histories.iter().filter_map(move |all| all.get(arm))
    }
}

/// Runs a trial. `seen` is called after each patient. The same results on any number of threads.
///
/// # Errors
/// The fault of the first patient that has one.
pub fn run(trial: &Trial, seen: &(impl Fn() + Sync)) -> Result<Results, CohortError> {
    let arms: Vec<String> = trial.arm_names().into_iter().map(str::to_owned).collect();
    let followed: Vec<Result<(Person, Vec<History>), CohortError>> = (0..trial.patients)
        .into_par_iter()
        .map(|patient| {
            let follower = Follower::new(trial, patient)?;
            let histories = arms
                .iter()
                .map(|arm| follower.follow(arm))
                .collect::<Result<_, _>>()?;
            seen();
            Ok((*follower.person(), histories))
        })
        .collect();
    let mut results = Results {
        arms,
        people: Vec::new(),
        histories: Vec::new(),
    };
    for one in followed {
        let (person, histories) = one?;
        results.people.push(person);
        results.histories.push(histories);
    }
    Ok(results)
}
