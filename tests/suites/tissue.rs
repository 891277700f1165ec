//! Cells on the lattice, from day 0 on.

#[path = "../common/mod.rs"]
mod common;

#[path = "../clones.rs"]
mod clones;
#[path = "../conversions.rs"]
mod conversions;
#[path = "../day_zero.rs"]
mod day_zero;
#[path = "../determinism.rs"]
mod determinism;
#[path = "../emergence.rs"]
mod emergence;
#[path = "../immune.rs"]
mod immune;
#[path = "../lesion.rs"]
mod lesion;
#[path = "../lines.rs"]
mod lines;
#[path = "../living_bone.rs"]
mod living_bone;
#[path = "../simulation.rs"]
mod simulation;
