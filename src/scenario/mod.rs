//! From a TOML file to a ready simulation.
//!
//! A scenario is read in layers: a preset, a base file named by `extends`, the file itself, and
//! the assignments of `--set`. [`read::read_file`] stacks them ([`crate::layers`]);
//! [`build::load`] holds the values against each other and builds the simulation.

pub mod build;
pub mod describe;
pub mod file;
pub mod fork;
pub mod fragments;
pub mod lesion;
pub mod memory;
pub mod read;
pub mod record;
pub mod restore;
pub mod schema;
pub mod sentences;

mod restorable;
