//! Whose colour and dash something on a chart has.

use crate::plot::colour::Colour;

/// Whose colour and dash something has.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) enum Tone {
    /// That of a name, the same in all panels.
    Named(String),
    /// A colour that the tissue has on maps, with the dash of a number.
    Own {
        /// The colour.
        colour: Colour,
        /// What the dash is counted by.
        number: usize,
    },
    /// Dark grey, a full line: what the others are compared with.
    Reference,
    /// Light grey, a full line: what stands behind another.
    Behind,
    /// Black.
    #[default]
    Ink,
}
