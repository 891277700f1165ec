//! Many runs of one scenario: a study file in, one tidy table out.
//!
//! `open` takes a study from its file ([`mod@file`], of [`factor`]s) or its plan, [`design`] lays its points, [`plan`] gives one line per run with the key of
//! its content, [`batch`] runs what [`store`] does not hold yet, and `table` puts the rows together.
//! `analysis` says what they mean, by [`sensitivity`] and [`crate::statistics`], with `pictures`;
//! [`calibrate`] comes near to [`data`] by the searches of [`fit`], and `posterior` says what was found.
//! Every run is stored as its whole series under the digest of what decides it (resolved scenario,
//! seed and version), so that a study that was killed, widened or asked other questions computes only
//! what is missing. From workers without the store, results come by [`travel`]. Results and plans carry
//! digests ([`seal`]), so that what was damaged is run again and not believed. [`dissect`] takes the cycle of a
//! scenario apart, link by link, without a store.

pub(crate) mod analysed;
pub(crate) mod analysis;
pub mod batch;
pub mod calibrate;
#[cfg(feature = "cli")]
pub(crate) mod dask;
pub mod data;
pub mod design;
pub mod dissect;
pub mod factor;
pub mod file;
pub mod fit;
pub(crate) mod forecast;
#[cfg(feature = "cli")]
pub(crate) mod jobs;
#[cfg(feature = "cli")]
pub(crate) mod measured;
pub(crate) mod names;
pub(crate) mod open;
mod outline;
pub(crate) mod pictures;
pub mod plan;
pub(crate) mod posterior;
pub(crate) mod posterior_pictures;
pub(crate) mod response;
pub mod schema;
pub mod seal;
#[cfg(feature = "cli")]
pub(crate) mod select;
pub mod sensitivity;
#[cfg(feature = "cli")]
pub(crate) mod shard;
#[cfg(feature = "cli")]
pub(crate) mod slurm;
pub mod store;
pub(crate) mod surface;
pub mod table;
mod tables_folder;
pub mod tally;
pub mod travel;
mod words;
