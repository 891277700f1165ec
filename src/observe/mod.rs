//! State in, numbers out.

pub mod morphometry;
