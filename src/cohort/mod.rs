//! Virtual trials: thousands of patients in arms with shared luck.
//!
//! [`trial`] reads the file, [`traits`] draws patients, [`tissue`] is the reduced lesion, which [`lattice`]
//! holds against the lattice, and [`body`] the patient around it; [`run`] follows all, [`survival`] has the
//! statistics, [`summary`] asks them, [`report`] writes tables and [`pictures`] draws.

pub mod body;
pub mod lattice;
pub mod pictures;
pub mod report;
pub mod run;
pub mod summary;
pub mod survival;
pub mod tissue;
pub mod traits;
pub mod trial;
