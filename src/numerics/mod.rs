//! Numbers without biology: quantities with units, addressed chance, responses, ordered sums.

pub mod quantity;
pub mod random;
pub mod reduce;
pub mod response;
