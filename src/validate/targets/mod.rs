//! The targets, a file each: what is run, what is measured, its published value with the source, and the band in
//! which it passes. `docs/references.md` has the sources in full.
//!
//! A new target is a file here, `aNN_what_it_shows.rs`, with its `TARGET`. `build.rs` lists them.

use super::target::Target;

// A `mod` of each file, and `TARGETS`.
include!(concat!(env!("OUT_DIR"), "/targets.rs"));

/// Names of all targets, for messages.
pub(super) fn names() -> String {
    TARGETS
        .iter()
        .map(|target| target.id)
        .collect::<Vec<_>>()
        .join(", ")
}
