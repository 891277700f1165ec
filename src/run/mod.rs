//! A run: a simulation built from a scenario, what it records, its checkpoints and its folder.

pub mod arrival;
pub mod checkpoint;
pub mod folder;
pub mod memory;
pub mod ours;
pub mod record;
pub mod restore;
pub mod sealed;
pub mod simulation;
pub mod solid;
pub mod tables;
pub mod turning;

mod bone;
mod workspace;
