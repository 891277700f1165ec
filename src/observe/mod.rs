//! State in, numbers out.

pub(crate) mod books;
pub mod figures;
pub(crate) mod front;
pub mod lesions;
pub mod losses;
pub(crate) mod maps;
pub mod morphometry;
pub(crate) mod picture;
pub mod scanned;
pub mod series;
pub mod sites;
pub(crate) mod slices;
pub(crate) mod structure;
pub(crate) mod volume;
