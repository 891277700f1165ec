//! Virtual trials: thousands of patients in arms with common random numbers.
//!
//! [`trial`] reads the file, `traits` draws patients, [`tissue`] is the reduced lesion, which `lattice`
//! compares with the lattice, `body` the patient around it, `death` what multiplies its hazard, and `follower` one patient day by day; [`run`] follows all,
//! [`summary`] asks [`crate::statistics::survival`], `report` writes tables and [`pictures`] draws.

pub(crate) mod body;
pub(crate) mod death;
pub(crate) mod lattice;
pub mod pictures;
pub(crate) mod report;
pub mod run;
pub mod summary;
pub mod tissue;
pub(crate) mod traits;
pub mod trial;

mod follower;
mod words;
