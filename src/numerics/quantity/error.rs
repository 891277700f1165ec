//! Text that is not the quantity asked for.

use super::{Dimension, LEAST};

/// Text that is not the quantity asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum QuantityError {
    /// There is no number at the start.
    #[error("found \"{found}\", expected {} such as \"{}\"", dimension.name(), dimension.example())]
    NoNumber {
        /// The text.
        found: String,
        /// What was asked for.
        dimension: Dimension,
    },
    /// The number is infinite or not a number.
    #[error("found \"{found}\", expected {} that is finite, such as \"{}\"", dimension.name(), dimension.example())]
    NotFinite {
        /// The text.
        found: String,
        /// What was asked for.
        dimension: Dimension,
    },
    /// A quantity that cannot be below zero is.
    #[error("found \"{found}\", which is below zero; write {} of zero or above, such as \"{}\"", dimension.name(), dimension.example())]
    BelowZero {
        /// The text.
        found: String,
        /// What was asked for.
        dimension: Dimension,
    },
    /// A quantity beyond every use of its dimension.
    #[error("found \"{found}\"; write {} {}", dimension.name(), range(*dimension))]
    OutOfRange {
        /// The text.
        found: String,
        /// What was asked for.
        dimension: Dimension,
    },
    /// A number without its unit.
    #[error("found {found} without a unit, expected {} such as \"{}\" (units: {})", dimension.name(), dimension.example(), dimension.allowed_units().join(", "))]
    MissingUnit {
        /// The text.
        found: String,
        /// What was asked for.
        dimension: Dimension,
    },
    /// A unit of another dimension, or none at all.
    #[error("unit \"{unit}\" in \"{found}\" does not measure {}; {}", dimension.name(), allowed(*dimension))]
    UnknownUnit {
        /// The text.
        found: String,
        /// The unit in it.
        unit: String,
        /// What was asked for.
        dimension: Dimension,
    },
}

fn range(dimension: Dimension) -> String {
    let (most, unit) = (dimension.most(), dimension.canonical_unit());
    if dimension == Dimension::Number {
        format!("of at most {most:e}")
    } else {
        format!("of zero, or of {LEAST:e} {unit} to {most:e} {unit}")
    }
}

pub(super) fn allowed(dimension: Dimension) -> String {
    if dimension == Dimension::Number {
        format!("write the number alone, such as {}", dimension.example())
    } else {
        format!(
            "units: {} (example: \"{}\")",
            dimension.allowed_units().join(", "),
            dimension.example()
        )
    }
}
