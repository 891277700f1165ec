//! What exists in the tissue: state that never acts.

pub mod grid;
