//! What a figure that is met says of the model: how much of it was put in.

use std::fmt;

/// Class of a figure, the weakest evidence first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// It follows from a formula, or from constants that it shares with what it is compared with: a test of
    /// the program.
    Arithmetic,
    /// A rule or a given value says it: nothing else could come out.
    ByConstruction,
    /// A value of the model was chosen by it.
    Fitted,
    /// The published value was known when mechanisms and values were chosen.
    Informed,
    /// Form and values stood before the published value was known.
    Predicted,
}

impl Class {
    /// All classes, the weakest evidence first.
    pub const ALL: [Self; 5] = [
        Self::Arithmetic,
        Self::ByConstruction,
        Self::Fitted,
        Self::Informed,
        Self::Predicted,
    ];

    /// Its name in tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Arithmetic => "arithmetic",
            Self::ByConstruction => "by construction",
            Self::Fitted => "fitted",
            Self::Informed => "informed",
            Self::Predicted => "predicted",
        }
    }

    /// What it means, in one sentence.
    pub const fn says(self) -> &'static str {
        match self {
            Self::Arithmetic => {
                "follows from a formula, or from constants that it shares with what it is compared with"
            }
            Self::ByConstruction => "a rule or a given value says it; nothing else could come out",
            Self::Fitted => "a value of the model was chosen by it",
            Self::Informed => {
                "the published value was known when mechanisms and values were chosen"
            }
            Self::Predicted => "form and values stood before the published value was known",
        }
    }
}

impl fmt::Display for Class {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}
