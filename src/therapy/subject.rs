//! Who is treated.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::biology::problem::Problems;
use crate::numerics::quantity::{Area, Clearance, Mass};

/// Species of the host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Species {
    /// Man.
    #[default]
    Human,
    /// Mouse.
    Mouse,
}

impl Species {
    /// Name in a scenario.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Mouse => "mouse",
        }
    }

    /// Masses that a body of it may have, mg: another is most likely that of the other species.
    pub(crate) const fn masses_mg(self) -> std::ops::RangeInclusive<f64> {
        match self {
            Self::Human => 2e6..=3e8,
            Self::Mouse => 5e3..=1e5,
        }
    }
}

/// Masses of bodies, mg.
const LIGHTEST_MG: f64 = 1e3;
const HEAVIEST_MG: f64 = 7e8;

/// Who is treated. Sizes are needed only where a dose or a drug asks for them.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Subject {
    /// Species of the host; some drugs bind the protein of one species only.
    pub species: Species,
    /// Body mass, for doses in mg/kg and to scale pharmacokinetics.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mass: Option<Mass>,
    /// Body surface, for doses in mg/m2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub surface: Option<Area>,
    /// Glomerular filtration, for doses by area under the curve.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filtration: Option<Clearance>,
}

impl Subject {
    /// Looks for values that make no sense.
    pub fn check(&self, problems: &mut Problems) {
        if let Some(mass) = self.mass {
            // From a newborn mouse to the heaviest of men; a mouse with human protein has species human
            // and the mass of a mouse.
            if !(LIGHTEST_MG..=HEAVIEST_MG).contains(&mass.get()) {
                problems.add(
                    "subject.mass",
                    format!("found {mass}"),
                    "give 1 g to 700 kg",
                );
            }
        }
        if let Some(surface) = self.surface {
            problems.positive("subject.surface", surface.get(), "um2");
        }
        if let Some(filtration) = self.filtration {
            problems.not_negative("subject.filtration", filtration.get(), "L/h");
        }
    }
}
