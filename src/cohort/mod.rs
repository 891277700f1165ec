//! Virtual trials: thousands of patients in arms with shared luck.
//!
//! [`trial`] reads the file, [`traits`] draws patients, [`tissue`] is the reduced lesion and [`body`]
//! the patient around it, [`run`] follows all, [`survival`] has the statistics, [`summary`] asks them,
//! and [`pictures`] draws what a clinical paper shows.

pub mod body;
pub mod pictures;
pub mod report;
pub mod run;
pub mod summary;
pub mod survival;
pub mod tissue;
pub mod traits;
pub mod trial;
