//! Optional features of a simulation, a folder each.

pub mod rigidity;
