//! State in, numbers out.

pub mod figures;
pub mod immune;
pub mod morphometry;
pub mod picture;
pub mod radiation;
pub mod scanned;
pub mod series;
pub mod tumour;
pub mod volume;
