//! A drug: its way through the body, and where it acts.
//!
//! # Biology
//! A drug acts on cells through its level at the site of action, which is a cue of its name. What
//! that level does is told by data: modulators on named rates (`lowered_by.<drug>`), and the tables
//! below for what is no modulator.
//!
//! - `neutralises`: an antibody or a decoy receptor binds a signal in fluid; cells see the free rest.
//! - `blocks`: a receptor inhibitor makes named rates see less of a cue.
//! - `kills`: a hazard by which tumour cells are hit, so that log-kills add; they die at once or at their
//!   next attempt to divide.
//! - `bone`: a drug that binds to bone surface, is set free by resorption and taken up by the
//!   osteoclast; its level inside of the cell is the cue `<drug>_inside`.
//!
//! # Law
//! Neutralised: free ligand of all decoys by mass action (see the binding of RANKL and OPG), of
//! which `most` is within reach. Blocked: the cue is seen as `cue (1 - most H)`. Hit: hazard
//! `rate H`. `H = c^n / (c^n + half_max^n)` of the level `c` at the site of action.
//!
//! # Limits
//! The level is the same everywhere in the tissue. A bound signal spreads and is lost as a free one.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::biology::problem::Problems;
use crate::numerics::quantity::{Area, Concentration, Length, Rate, Volume};
use crate::therapy::pharmacokinetics::Pharmacokinetics;
use crate::therapy::subject::Species;

/// A drug.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Drug {
    /// Its way through the body.
    pub pk: Pharmacokinetics,
    /// Species of host in which its target is there; every one without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acts_in: Option<Vec<Species>>,
    /// Signals that it binds in fluid, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub neutralises: BTreeMap<String, Neutralises>,
    /// Points at which cells see less of a cue, by a name of their own.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub blocks: BTreeMap<String, Blocks>,
    /// Death of tumour cells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kills: Option<Kills>,
    /// Binding to bone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bone: Option<BoneBinding>,
}

/// Binding of a signal in fluid.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Neutralises {
    /// Dissociation constant.
    pub kd: Concentration,
    /// Share of the signal within reach of the drug, 0 to 1.
    #[serde(default = "all")]
    pub most: f64,
}

/// A point of action of a receptor inhibitor.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Blocks {
    /// The cue that is seen less.
    pub cue: String,
    /// Paths of the rates, or of tables of them, that see it less.
    pub on: Vec<String>,
    /// Level of half effect at the site of action.
    pub half_max: Concentration,
    /// Hill exponent.
    #[serde(default = "all")]
    pub hill: f64,
    /// Share of the cue that a saturating level hides, 0 to 1.
    #[serde(default = "all")]
    pub most: f64,
    /// False switches this point off.
    #[serde(default = "yes")]
    pub enabled: bool,
}

/// Which tumour cells a kill spares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Cycle {
    /// None: resting cells die as cycling ones.
    #[default]
    Any,
    /// Resting ones: the hazard is that of a cell that divides at its basal rate and falls with the
    /// rate at which cells divide where they are.
    Dividing,
}

/// When a cell that a drug hit dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Dying {
    /// In the same tick.
    #[default]
    AtOnce,
    /// At its next attempt to divide, as a cell that radiation doomed.
    AtDivision,
}

/// Death of tumour cells.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Kills {
    /// Hazard of death at a saturating level.
    pub rate: Rate,
    /// Level of half effect at the site of action.
    pub half_max: Concentration,
    /// Hill exponent.
    #[serde(default = "all")]
    pub hill: f64,
    /// Dependence on the cell cycle.
    #[serde(default)]
    pub cycle: Cycle,
    /// When a cell that is hit dies.
    #[serde(default)]
    pub dies: Dying,
    /// True for a drug that kills cells with an activating mutation of EGFR only.
    #[serde(default)]
    pub egfr_mutant_only: bool,
}

/// Binding to bone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BoneBinding {
    /// Share of what leaves the central compartment that goes to bone, 0 to 1; also of what
    /// resorption sets free and no cell takes up.
    pub share: f64,
    /// Bone surface of a whole skeleton in the reference body, over which that share is spread.
    pub skeleton: Area,
    /// Load of eroded surface relative to that of lined surface.
    pub eroded_affinity: f64,
    /// Depth under the surface in which it lies: a pit this deep has set all of it free.
    #[serde(default = "layer")]
    pub layer: Length,
    /// Share of what resorption sets free that the osteoclast takes up, 0 to 1.
    pub uptake: f64,
    /// Volume of an osteoclast in which it is dissolved.
    pub cell_volume: Volume,
}

fn layer() -> Length {
    Length::um(1.0)
}

const fn all() -> f64 {
    1.0
}

const fn yes() -> bool {
    true
}

impl Drug {
    /// Looks for values that make no sense.
    pub fn check(&self, path: &str, problems: &mut Problems) {
        self.pk.check(&format!("{path}.pk"), problems);
        for (signal, law) in &self.neutralises {
            let at = |key: &str| format!("{path}.neutralises.{signal}.{key}");
            problems.positive(&at("kd"), law.kd.get(), "pM");
            problems.within(&at("most"), law.most, 0.0, 1.0);
        }
        for (name, law) in &self.blocks {
            let at = |key: &str| format!("{path}.blocks.{name}.{key}");
            problems.positive(&at("half_max"), law.half_max.get(), "pM");
            problems.steepness(&at("hill"), law.hill);
            problems.within(&at("most"), law.most, 0.0, 1.0);
        }
        if let Some(law) = &self.kills {
            let at = |key: &str| format!("{path}.kills.{key}");
            problems.not_negative(&at("rate"), law.rate.get(), "/h");
            problems.positive(&at("half_max"), law.half_max.get(), "pM");
            problems.steepness(&at("hill"), law.hill);
        }
        if let Some(law) = &self.bone {
            let at = |key: &str| format!("{path}.bone.{key}");
            problems.within(&at("share"), law.share, 0.0, 1.0);
            problems.positive(&at("skeleton"), law.skeleton.get(), "um2");
            problems.positive(&at("eroded_affinity"), law.eroded_affinity, "");
            problems.positive(&at("layer"), law.layer.get(), "um");
            problems.within(&at("uptake"), law.uptake, 0.0, 1.0);
            problems.positive(&at("cell_volume"), law.cell_volume.get(), "um3");
        }
    }
}
