//! Rules that tell bone from marrow, in words.

use std::fmt;

/// Which rule told bone from marrow.
#[derive(Debug, Clone, PartialEq)]
pub enum Binarisation {
    /// The data hold two values; the larger one is bone.
    Mask {
        /// The larger value.
        larger: f32,
    },
    /// These labels are bone.
    Labels(Vec<u32>),
    /// Above a threshold that was given.
    Threshold(f32),
    /// Above the threshold of Otsu (1979).
    Otsu(f32),
}

impl Binarisation {
    /// The threshold, where grey values were cut at one.
    pub const fn threshold(&self) -> Option<f32> {
        match self {
            Self::Threshold(value) | Self::Otsu(value) => Some(*value),
            Self::Mask { .. } | Self::Labels(_) => None,
        }
    }

    /// True when nobody gave the threshold.
    pub const fn is_automatic(&self) -> bool {
        matches!(self, Self::Otsu(_))
    }
}

impl fmt::Display for Binarisation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mask { larger } => write!(
                f,
                "the image holds two values, and bone is the larger one, {larger}"
            ),
            Self::Labels(labels) => write!(f, "bone has the labels {}", listed(labels)),
            Self::Threshold(value) => {
                write!(f, "bone is above {value}, the threshold that was given")
            }
            Self::Otsu(value) => write!(
                f,
                "bone is above {value}, the threshold of Otsu, found automatically on the whole image"
            ),
        }
    }
}

/// Numbers with commas.
pub(super) fn listed<T: ToString>(numbers: &[T]) -> String {
    let words: Vec<String> = numbers.iter().map(ToString::to_string).collect();
    words.join(", ")
}
