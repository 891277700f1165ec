//! What exists in the tissue: state that never acts.

pub mod bone;
pub mod grid;
pub mod ledger;
pub mod population;
pub(crate) mod reach;
pub mod space;
