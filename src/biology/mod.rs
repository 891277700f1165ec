//! What cells do.
