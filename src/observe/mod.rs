//! State in, numbers out.

pub mod books;
pub mod figures;
pub mod losses;
pub mod morphometry;
pub mod picture;
pub mod scanned;
pub mod series;
pub mod sites;
pub mod volume;
