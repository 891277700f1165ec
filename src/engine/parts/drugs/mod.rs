//! Drugs: in the body, on bone, and by whom they are met.

pub mod dose;
