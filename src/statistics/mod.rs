//! Statistics without biology: intervals, quantiles, replicates, survival.
//!
//! One rule a thing: Student's t in [`student`], quantiles in [`quantile`], a number with its interval
//! in [`estimate`], what replicates are needed in `replicates`, times to events in [`survival`].

pub mod estimate;
pub mod quantile;
#[cfg(all(feature = "plots", feature = "threads"))]
pub(crate) mod replicates;
pub mod student;
pub mod survival;
