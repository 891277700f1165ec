//! TOML in layers, in which every value remembers its layer and line; knows no biology.
//!
//! Texts are stacked into a [`tree::Tree`], whose [`tree::Tree::deserialize`] turns them into any
//! typed struct. Whatever goes wrong becomes a [`diagnostic::Diagnostic`] that shows the line, says
//! what was found and what is allowed.

pub mod diagnostic;
pub mod tree;

pub(crate) mod path;
pub(crate) mod source;

mod deserialize;
mod resolved;
