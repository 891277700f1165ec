//! State in, numbers out.

pub mod books;
pub mod figures;
pub mod front;
pub mod lesions;
pub mod losses;
pub mod maps;
pub mod morphometry;
pub mod picture;
pub mod scanned;
pub mod series;
pub mod sites;
pub mod slices;
pub mod structure;
pub mod volume;
