//! From a TOML file to a scenario that fits together.
//!
//! A scenario is read in layers: a preset, a base file named by `extends`, the file itself, and
//! the assignments of `--set`. [`read::read_file`] stacks them ([`crate::layers`]);
//! [`build::load`] checks the values with each other and makes the model.

mod arm_keys;
pub(crate) mod arms;
pub mod build;
pub mod describe;
#[cfg(feature = "cli")]
pub(crate) mod examples;
pub mod file;
pub mod fragments;
pub(crate) mod kind;
pub(crate) mod lesion;
#[cfg(feature = "cli")]
pub(crate) mod new;
mod preparing;
pub mod read;
pub mod restorable;
mod retired;
pub mod schema;
pub mod sentences;
pub mod silent;
pub(crate) mod volume_days;
pub mod volumes;
