//! From a TOML file to a ready simulation.
//!
//! A scenario is read in layers: a preset, a base file named by `extends`, the file itself, and
//! the assignments of `--set`. [`read::read_file`] stacks them into a [`layers::Tree`] in which
//! every value remembers its layer and line; [`layers::Tree::deserialize`] turns the tree into
//! any typed struct. Whatever goes wrong becomes a [`diagnostic::Diagnostic`] that shows the line,
//! says what was found and what is allowed.

pub mod build;
pub mod describe;
pub mod diagnostic;
pub mod file;
pub mod fork;
pub mod fragments;
pub mod layers;
pub mod lesion;
pub mod memory;
pub mod read;
pub mod record;
pub mod restore;
pub mod schema;
pub mod sentences;

mod deserialize;
mod path;
mod source;
