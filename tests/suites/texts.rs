//! What is read and refused, and what the project says of itself.

#[path = "../common/mod.rs"]
mod common;

#[path = "../architecture.rs"]
mod architecture;
#[path = "../columns.rs"]
mod columns;
#[cfg(feature = "view")]
#[path = "../docs.rs"]
mod docs;
#[path = "../every_key.rs"]
mod every_key;
#[path = "../faults.rs"]
mod faults;
#[path = "../gallery.rs"]
mod gallery;
#[path = "../hostile.rs"]
mod hostile;
#[path = "../keys.rs"]
mod keys;
#[path = "../learn.rs"]
mod learn;
#[path = "../odd.rs"]
mod odd;
#[path = "../parameters.rs"]
mod parameters;
#[path = "../references.rs"]
mod references;
#[path = "../scenario_reading.rs"]
mod scenario_reading;
#[cfg(feature = "view")]
#[path = "../tutorials.rs"]
mod tutorials;
