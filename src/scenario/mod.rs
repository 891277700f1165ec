//! From a TOML file to a ready simulation.

pub mod file;
