//! Radiation: fractions that are due, and progenitors that are fewer after them.

pub mod columns;
pub mod irradiate;
pub mod supply;
