//! Runs and their folders: written, stopped, resumed, compared, exported.

#[path = "../common/mod.rs"]
mod common;

#[path = "../arms.rs"]
mod arms;
#[path = "../checkpoint.rs"]
mod checkpoint;
#[path = "../cli.rs"]
mod cli;
#[path = "../folders.rs"]
mod folders;
#[path = "../follow_up_scan.rs"]
mod follow_up_scan;
#[path = "../further_tables.rs"]
mod further_tables;
#[path = "../library.rs"]
mod library;
#[cfg(feature = "view")]
#[path = "../live.rs"]
mod live;
#[path = "../options.rs"]
mod options;
#[path = "../research_crate.rs"]
mod research_crate;
#[path = "../resume.rs"]
mod resume;
#[path = "../streams.rs"]
mod streams;
#[cfg(feature = "parquet")]
#[path = "../typed_tables.rs"]
mod typed_tables;
#[cfg(feature = "view")]
#[path = "../view.rs"]
mod view;
#[path = "../volumes.rs"]
mod volumes;
