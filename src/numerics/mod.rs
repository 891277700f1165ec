//! Numbers and names without biology: quantities with units, addressed chance, responses, ordered sums, equations in time, distances,
//! arrays in few bytes; the opening of files, and whose errors are.

pub(crate) mod distance;
pub(crate) mod elementary;
pub(crate) mod extrapolation;
pub(crate) mod files;
#[cfg(feature = "cli")]
pub(crate) mod memory;
pub mod name;
pub mod packed;
pub mod parallel;
pub mod quantity;
pub mod random;
pub mod reduce;
pub mod refusal;
pub mod response;
