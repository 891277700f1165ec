//! Optional features of a simulation, a folder each: state, checks, what they do in a tick, columns,
//! pictures and sentences. `with_parts` is the one list of them; what all parts are asked for follows
//! from it here and in `engine/parts/each.rs`.

pub mod clones;
pub mod colonisation;
pub mod drugs;
pub(crate) mod each;
pub mod immune;
pub mod mechanostat;
pub(crate) mod part;
pub mod patient;
pub mod radiation;
pub mod rigidity;
pub(crate) mod setting;
pub mod strength;

use serde::{Deserialize, Serialize};

use crate::biology::problem::Problems;
use part::Part;
use setting::Setting;

/// Calls a macro with the parts, by name and type, in the order in which they are asked.
macro_rules! with_parts {
    ($call:ident) => {
        $call! {
            /// Clones of the tumour.
            clones: clones::TumourClones,
            /// Rigidity of the lattice against its day 0.
            rigidity: rigidity::Rigidity,
            /// Strength of the lattice by finite elements against its day 0.
            strength: strength::Strength,
            /// Radiation, what it did, and what cells make of it.
            radiation: radiation::Radiation,
            /// The body of the patient and the events of its bones.
            patient: patient::Followed,
            /// Immune cells.
            immune: immune::ImmuneCells,
            /// Drugs in the body and on bone, and their courses.
            drugs: drugs::Drugs,
            /// Bone that feels its load.
            mechanostat: mechanostat::Loaded,
            /// Tumour cells from the circulation.
            colonisation: colonisation::Arriving,
        }
    };
}
pub(crate) use with_parts;

macro_rules! types {
    ($($(#[$about:meta])* $name:ident: $part:ty,)*) => {
        /// What a scenario asks of each part.
        #[derive(Debug, Clone, PartialEq)]
        pub struct Asked {
            $($(#[$about])* pub $name: <$part as Part>::Asked,)*
        }

        /// What a model holds of each part.
        #[derive(Debug, Clone, PartialEq)]
        pub struct Plans {
            $($(#[$about])* pub $name: <$part as Part>::Plan,)*
        }

        /// What a state holds of each part.
        #[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
        pub struct States {
            $($(#[$about])* pub $name: <$part as Part>::State,)*
        }

        impl Plans {
            /// The plans of all parts; what makes no sense goes to the problems.
            pub fn new(setting: &Setting<'_>, problems: &mut Problems) -> Self {
                Self {
                    $($name: <$part>::plan(&setting.asked.$name, setting, problems),)*
                }
            }
        }
    };
}
with_parts!(types);
