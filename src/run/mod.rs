//! A run: a simulation built from a scenario, who watches it, what it records, its checkpoints and its
//! folder; runs with arms, and what is done with the folders of runs.

#[cfg(feature = "plots")]
mod behind;
pub(crate) mod carried;
#[cfg(feature = "checkpoints")]
pub mod checkpoint;
#[cfg(feature = "plots")]
pub(crate) mod citation;
pub mod columns;
#[cfg(feature = "plots")]
pub(crate) mod compare;
#[cfg(feature = "plots")]
pub mod compare_scan;
#[cfg(feature = "plots")]
pub mod day;
#[cfg(feature = "plots")]
pub mod error;
#[cfg(feature = "plots")]
pub mod export;
#[cfg(feature = "checkpoints")]
pub mod folder;
#[cfg(feature = "cli")]
pub(crate) mod fork;
mod further_columns;
#[cfg(feature = "plots")]
pub(crate) mod group;
#[cfg(feature = "plots")]
pub mod host;
mod inoculum;
#[cfg(feature = "plots")]
pub(crate) mod members;
pub(crate) mod memory;
pub mod observer;
#[cfg(feature = "plots")]
pub(crate) mod ours;
#[cfg(feature = "plots")]
pub mod outlook;
#[cfg(feature = "plots")]
pub(crate) mod past;
#[cfg(feature = "cli")]
pub(crate) mod place;
#[cfg(feature = "cli")]
pub(crate) mod plot;
#[cfg(feature = "plots")]
pub mod record;
#[cfg(feature = "cli")]
pub(crate) mod remaining;
#[cfg(feature = "cli")]
pub(crate) mod render;
#[cfg(feature = "plots")]
pub mod research_crate;
#[cfg(feature = "plots")]
pub mod restore;
#[cfg(feature = "plots")]
pub(crate) mod resume;
#[cfg(feature = "cli")]
pub(crate) mod scan;
#[cfg(feature = "cli")]
pub(crate) mod scan_maps;
#[cfg(feature = "cli")]
pub(crate) mod scan_outcomes;
#[cfg(feature = "cli")]
pub(crate) mod scan_rigidity;
pub mod schedule;
#[cfg(feature = "cli")]
pub(crate) mod screen;
#[cfg(feature = "checkpoints")]
pub(crate) mod sealed;
#[cfg(feature = "cli")]
pub(crate) mod signals;
pub mod simulation;
#[cfg(feature = "plots")]
pub(crate) mod solid;
#[cfg(feature = "plots")]
pub(crate) mod span;
#[cfg(feature = "plots")]
pub mod start;
#[cfg(feature = "cli")]
pub(crate) mod strength;
#[cfg(feature = "cli")]
pub(crate) mod strength_of_seeds;
#[cfg(feature = "plots")]
pub(crate) mod tables;
mod turning;
#[cfg(feature = "cli")]
pub(crate) mod verify;
pub mod view;
#[cfg(feature = "plots")]
mod volume_names;
#[cfg(feature = "plots")]
mod volumes;
#[cfg(feature = "cli")]
pub(crate) mod words;

#[cfg(feature = "plots")]
mod apart;
mod bone;
#[cfg(feature = "plots")]
mod session;
mod workspace;
