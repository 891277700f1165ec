//! Immune cells.

pub mod act;
pub mod columns;
