//! The files themselves, which `build.rs` lists.

/// Name from the root of the repository on, and bytes, of every example and of what examples read.
pub(super) const FILES: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/examples.rs"));

/// True for a scenario, a study or a trial; the others are what these read.
pub(super) fn is_text(file: &str) -> bool {
    file.rsplit('.').next() == Some("toml")
}
