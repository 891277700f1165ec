//! The first day: real bone from images, synthetic bone, and what is seeded in it.

pub mod image;
