//! A run: a simulation built from a scenario, who watches it, what it records, its checkpoints and its
//! folder; runs with arms, and what is done with the folders of runs.

pub mod arrival;
pub mod checkpoint;
pub mod compare;
pub mod day;
pub mod error;
pub mod folder;
pub mod group;
pub mod host;
pub mod members;
pub mod memory;
pub mod observer;
pub mod ours;
pub mod outlook;
pub mod past;
pub mod plot;
pub mod record;
pub mod remaining;
pub mod restore;
pub mod resume;
pub mod schedule;
pub mod sealed;
pub mod simulation;
pub mod solid;
pub mod start;
pub mod turning;
pub mod verify;
pub mod view;

mod apart;
mod bone;
mod session;
mod workspace;
