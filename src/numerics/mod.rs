//! Numbers without biology: quantities with units, addressed chance, responses, ordered sums,
//! intervals, arrays in few bytes; and the opening of files.

pub mod files;
pub mod packed;
pub mod quantity;
pub mod random;
pub mod reduce;
pub mod response;
pub mod student;
