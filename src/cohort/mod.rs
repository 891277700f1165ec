//! Virtual trials: thousands of patients in arms with common random numbers.
//!
//! [`trial`] reads the file, `traits` draws patients and `illness` what they have, by a line of `tumours`, [`tissue`] is the reduced lesion, which `lattice`
//! compares with the lattice, `body` the patient around it, `death` what multiplies its hazard, and `follower` one patient day by day, with the lesions of `site`, the disease
//! outside of bone of `soft`, drugs by `systemic`, resistance by `clones`, CD8 cells by `immunity`, `radiation` and `pain`, calcium and
//! markers by `blood`; `response` reads scans; [`run`] follows all,
//! [`summary`] asks [`crate::statistics::survival`], [`report`] runs a trial file into a folder, with tables, and `pictures` draws.

pub(crate) mod body;
pub(crate) mod combination;
pub(crate) mod courses;
pub(crate) mod death;
pub(crate) mod figure;
pub(crate) mod illness;
pub(crate) mod immunity;
#[cfg(feature = "cli")]
pub(crate) mod lattice;
pub(crate) mod outcomes;
pub(crate) mod pain;
pub(crate) mod pictures;
pub(crate) mod radiation;
pub mod report;
pub(crate) mod response;
pub mod run;
pub(crate) mod soft;
pub(crate) mod subgroups;
pub mod summary;
pub mod tissue;
pub(crate) mod traits;
pub mod trial;

mod blood;
mod clones;
mod follower;
mod happening;
mod outcome_pictures;
mod site;
mod systemic;
mod tables;
mod tumours;
mod words;
