//! State in, numbers out.

pub mod morphometry;
pub mod series;
pub mod picture;
