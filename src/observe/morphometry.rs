//! Morphometry
