//! The body of a patient around the lattice, once a day.

pub mod body;
pub mod reading;
