//! The osteoblast lineage: lining cells that open the surface and hold RANKL, precursors that are
//! recruited to what was dug, osteoblasts that refill it.

pub mod activation;
pub mod contact_rankl;
pub mod formation;
pub mod maturation;
pub mod mineralisation;
pub mod modelling;
pub mod perforation;
pub mod recruitment;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::biology::problem::Problems;
use crate::biology::rate::Modulated;
use crate::numerics::quantity::{Area, Secretion};

/// Lining cells: quiescent surface. They are a state of the surface, not entries.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Lining {
    /// Surface that one cell covers.
    pub footprint: Area,
    /// Opening of quiescent surface.
    pub activation: activation::Activation,
    /// Formation on whole surface; none without this table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modelling: Option<modelling::Modelling>,
    /// RANKL on the cell.
    pub contact_rankl: contact_rankl::ContactRankl,
    /// What a cell makes, by signal.
    #[serde(default)]
    pub secretion: BTreeMap<String, Modulated<Secretion>>,
}

/// Precursors of osteoblasts on eroded surface.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Precursor {
    /// Arrival on eroded surface.
    pub recruitment: recruitment::Recruitment,
    /// Becoming an osteoblast, or dying.
    pub maturation: maturation::Maturation,
    /// What a cell makes, by signal.
    #[serde(default)]
    pub secretion: BTreeMap<String, Modulated<Secretion>>,
}

/// Osteoblasts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Osteoblast {
    /// Surface that one cell covers.
    pub footprint: Area,
    /// Laying of osteoid, and what becomes of the cell.
    pub formation: formation::Formation,
    /// What a cell makes, by signal.
    #[serde(default)]
    pub secretion: BTreeMap<String, Modulated<Secretion>>,
}

impl Lining {
    /// Looks for values that make no sense.
    pub fn check(&self, problems: &mut Problems) {
        problems.positive("lining.footprint", self.footprint.get(), "um2");
        self.activation.check(problems);
        self.contact_rankl.check(problems);
        if let Some(modelling) = &self.modelling {
            modelling.check(problems);
        }
    }
}

impl Osteoblast {
    /// Looks for values that make no sense.
    pub fn check(&self, problems: &mut Problems) {
        problems.positive("osteoblast.footprint", self.footprint.get(), "um2");
        self.formation.check(problems);
    }
}
