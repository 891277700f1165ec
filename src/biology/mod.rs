//! What cells do.
//!
//! Everything that a cell can sense is a [`cue`]; everything that it does is a [`rate`]. A
//! mechanism is a file: its biology, its law, its parameters, its tests. Mechanisms do not know each
//! other; they meet in [`surroundings`], and the engine loops over the cells.
//!
//! Values of parameters are not here: they stand with their sources in the presets of the scenario,
//! and every one of them can be set by its dotted path.

pub mod conversion;
pub mod cue;
pub mod immune;
pub mod osteoblast;
pub mod osteoclast;
pub mod parameters;
pub mod problem;
pub mod rate;
pub mod residents;
pub mod signal;
pub mod surroundings;
pub mod tumour;
pub(crate) mod words;
