//! One tick, and a run of them.
