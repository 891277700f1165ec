//! Images, synthetic bone, its measures and its strength.

#[path = "../common/mod.rs"]
mod common;

#[path = "../elements.rs"]
mod elements;
#[path = "../field.rs"]
mod field;
#[path = "../image_readers.rs"]
mod image_readers;
#[path = "../measured.rs"]
mod measured;
#[path = "../morphometry.rs"]
mod morphometry;
#[path = "../preparing.rs"]
mod preparing;
#[path = "../rigidity.rs"]
mod rigidity;
#[path = "../scan_outcomes.rs"]
mod scan_outcomes;
#[path = "../scanner_files.rs"]
mod scanner_files;
#[path = "../specimen_images.rs"]
mod specimen_images;
#[path = "../strength.rs"]
mod strength;
#[path = "../synthetic_bone.rs"]
mod synthetic_bone;
