//! State in, numbers out.

pub(crate) mod books;
pub mod figures;
#[cfg(feature = "plots")]
pub(crate) mod front;
pub mod lesions;
pub mod losses;
#[cfg(feature = "cli")]
pub(crate) mod maps;
pub mod morphometry;
#[cfg(feature = "plots")]
pub(crate) mod picture;
pub mod scanned;
pub mod series;
pub mod sites;
#[cfg(feature = "cli")]
pub(crate) mod slices;
pub(crate) mod structure;
#[cfg(feature = "plots")]
pub(crate) mod volume;
pub(crate) mod volume_size;
