//! The first day: real bone from images, synthetic bone.

pub mod image;
pub mod prepare;
pub mod synthetic;
