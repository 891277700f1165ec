//! What a cell can sense at its site, by name.
//!
//! *Built in*: the level of every signal under its name (`rankl` and `opg` are the free levels,
//! after they have bound each other), `rank_occupancy` (share of RANK on a precursor or osteoclast
//! at this surface that is engaged, by contact and by soluble RANKL), `tumour_packing` (share of the
//! near neighbourhood's room for tumour cells that is taken, 0 to 1), `bone_contact` (share of the
//! faces of the site that are bone, 0 to 1), `vessel_distance` (to the nearest vessel, a length).
//! Of every drug the level at its site of action under its name, and of one that binds to bone the
//! level inside of an osteoclast as `<drug>_inside`. With immune cells besides: `cd8_near` and
//! `treg_near` (cells within the reach of suppression), `suppression` (that of myeloid cells there), `pd_l1`
//! (share of tumour cells that show it, times `tumour_packing`), and `tumour_share` (share of the room of the whole
//! marrow that tumour cells take). Where bone feels its load, `strain` (strain energy around the site over the mean of
//! day 0; 1 before it), in place of a constant that a scenario declares by this name.
//!
//! *Declared* in a scenario: a constant, a sum of cues, a cue times a factor (a latent ligand that a cell senses
//! where it binds it; Campbell 2020), or a threshold:
//!
//! ```toml
//! [cues.pth]
//! constant = "3.9 pM"
//! [cues.pth1r]
//! sum = ["pthrp", "pth"]
//! [cues.presented]
//! scaled = { cue = "tgf_beta_latent", by = 0.02 }
//! [cues.tgf_beta_low]
//! below = { cue = "tgf_beta", threshold = "5 pM", hill = 4 }
//! ```

mod declared;

use std::collections::BTreeMap;

use crate::biology::problem::Problems;
use crate::numerics::quantity::Dimension;
use declared::MOST_DECLARED;
pub use declared::{DeclaredCue, Scaled, Threshold};

/// What drugs add to the cues: names alone, so that biology knows no therapy.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Agents {
    /// Names of the drugs, in order.
    pub names: Vec<String>,
    /// Cues for what osteoclasts took up from bone.
    pub inside: Vec<String>,
    /// Points at which a drug hides a cue.
    pub blocked: Vec<Blocked>,
}

/// A point at which a drug hides a cue from some rates.
#[derive(Debug, Clone, PartialEq)]
pub struct Blocked {
    /// Path of the point in a scenario.
    pub key: String,
    /// The drug.
    pub drug: String,
    /// The cue.
    pub cue: String,
    /// Paths of rates, or of tables of them, that see less of it.
    pub on: Vec<String>,
    /// Level of half effect, pM.
    pub half_max_pm: f64,
    /// Hill exponent.
    pub hill: f64,
    /// Share that a saturating level hides.
    pub most: f64,
}

impl Blocked {
    /// True when the rate at this path sees less of this cue.
    pub fn holds(&self, path: &str, cue: &str) -> bool {
        self.cue == cue
            && self.on.iter().any(|on| {
                path.strip_prefix(on.as_str())
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            })
    }
}

/// Cues that optional features bring.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Brought {
    /// Those of immune cells.
    pub immune: bool,
    /// What bone feels of its load.
    pub strain: bool,
}

/// Name of the cue that bone feels of its load.
pub const STRAIN: &str = "strain";

/// Index of a cue in the table of a model.
pub type CueId = usize;

/// Where the level of a cue comes from.
#[derive(Debug, Clone, PartialEq)]
pub enum CueSource {
    /// Level of a signal, pM.
    Signal(usize),
    /// Soluble RANKL that is not bound, pM.
    FreeRankl,
    /// OPG that is not bound, pM.
    FreeOpg,
    /// Share of RANK engaged.
    RankOccupancy,
    /// Share of the room for tumour cells that is taken.
    TumourPacking,
    /// Share of the faces that are bone.
    BoneContact,
    /// Distance to the nearest vessel, um.
    VesselDistance,
    /// CD8 cells within reach.
    Cd8Near,
    /// Regulatory T cells within reach.
    TregNear,
    /// Suppressive activity of the myeloid cells within reach.
    Suppression,
    /// Share of tumour cells that show PD-L1, times the share of the room for tumour cells that is taken.
    PdL1,
    /// Share of the room of the whole marrow that tumour cells take.
    TumourShare,
    /// Strain energy around the site over the mean of day 0.
    Strain,
    /// Level of a drug at its site of action, pM, by index.
    Drug(usize),
    /// Level of the drug that binds to bone inside of the cell that senses, pM.
    Inside,
    /// The same everywhere.
    Constant(f64),
    /// Sum of earlier cues.
    Sum(Vec<CueId>),
    /// An earlier cue times a factor.
    Scaled(CueId, f64),
    /// Falls from 1 to 0 across a threshold of an earlier cue.
    Below(CueId, f64, f64),
    /// Rises from 0 to 1 across a threshold of an earlier cue.
    Above(CueId, f64, f64),
}

/// All cues of a model: built in, signals, declared.
#[derive(Debug, Clone, PartialEq)]
pub struct CueTable {
    names: Vec<String>,
    dimensions: Vec<Dimension>,
    /// Sources, by [`CueId`]; a cue refers to earlier ones only.
    pub sources: Vec<CueSource>,
    /// Points at which drugs hide cues.
    pub blocked: Vec<Blocked>,
    /// Levels that each cue adds up.
    parts: Vec<usize>,
}

impl CueTable {
    /// Builds the table from the names of the signals and the declared cues.
    pub fn new(
        signals: &[String],
        declared: &BTreeMap<String, DeclaredCue>,
        problems: &mut Problems,
    ) -> Self {
        Self::with_agents(
            signals,
            declared,
            &Agents::default(),
            Brought::default(),
            problems,
        )
    }

    /// Builds the table with the cues of drugs, and those of optional features, besides.
    pub fn with_agents(
        signals: &[String],
        declared: &BTreeMap<String, DeclaredCue>,
        agents: &Agents,
        brought: Brought,
        problems: &mut Problems,
    ) -> Self {
        let mut table = Self {
            names: vec![],
            dimensions: vec![],
            sources: vec![],
            blocked: agents.blocked.clone(),
            parts: vec![],
        };
        for (index, name) in signals.iter().enumerate() {
            let source = match name.as_str() {
                "rankl" => CueSource::FreeRankl,
                "opg" => CueSource::FreeOpg,
                _ => CueSource::Signal(index),
            };
            table.push(name, Dimension::Concentration, source);
        }
        table.push(
            "rank_occupancy",
            Dimension::Number,
            CueSource::RankOccupancy,
        );
        table.push(
            "tumour_packing",
            Dimension::Number,
            CueSource::TumourPacking,
        );
        table.push("bone_contact", Dimension::Number, CueSource::BoneContact);
        table.push(
            "vessel_distance",
            Dimension::Length,
            CueSource::VesselDistance,
        );
        if brought.strain {
            table.push(STRAIN, Dimension::Number, CueSource::Strain);
        }
        if brought.immune {
            for (name, source) in [
                ("cd8_near", CueSource::Cd8Near),
                ("treg_near", CueSource::TregNear),
                ("suppression", CueSource::Suppression),
                ("pd_l1", CueSource::PdL1),
                ("tumour_share", CueSource::TumourShare),
            ] {
                table.push(name, Dimension::Number, source);
            }
        }
        let drugs = agents.names.iter().enumerate();
        let drugs = drugs.map(|(index, name)| (name, CueSource::Drug(index)));
        let inside = agents.inside.iter().map(|name| (name, CueSource::Inside));
        for (name, source) in drugs.chain(inside) {
            if table.find(name).is_some() {
                problems.add(
                    &format!("drugs.{name}"),
                    "is the name of a signal or cue that exists already",
                    "choose another name for the drug",
                );
            }
            table.push(name, Dimension::Concentration, source);
        }
        if declared.len() > MOST_DECLARED {
            problems.add(
                "cues",
                format!("found {} cues", declared.len()),
                format!("declare at most {MOST_DECLARED}"),
            );
            return table;
        }
        // A declared cue may name another declared one: take them as their parts become known.
        let mut waiting: Vec<(&String, &DeclaredCue)> = declared.iter().collect();
        // A constant stands for the load as long as nothing finds it.
        let is_found =
            |(name, cue): &(&String, &DeclaredCue)| name.as_str() == STRAIN && cue.is_constant();
        if brought.strain {
            waiting.retain(|cue| !is_found(cue));
        }
        while !waiting.is_empty() {
            let before = waiting.len();
            waiting.retain(|(name, cue)| !table.declare(name, cue, problems));
            if waiting.len() == before {
                for (name, cue) in &waiting {
                    let unknown: Vec<&str> = cue
                        .parts()
                        .into_iter()
                        .filter(|part| table.find(part).is_none())
                        .collect();
                    problems.add(
                        &format!("cues.{name}"),
                        format!("rests on unknown or circular cues: {}", unknown.join(", ")),
                        format!("known cues: {}", table.names.join(", ")),
                    );
                }
                break;
            }
        }
        table
    }

    fn push(&mut self, name: &str, dimension: Dimension, source: CueSource) {
        let parts = match &source {
            CueSource::Sum(parts) => parts.iter().fold(0_usize, |all, &part| {
                all.saturating_add(self.parts.get(part).copied().unwrap_or(1))
            }),
            CueSource::Scaled(part, _)
            | CueSource::Below(part, ..)
            | CueSource::Above(part, ..) => self.parts[*part],
            _ => 1,
        };
        self.parts.push(parts);
        self.names.push(name.to_owned());
        self.dimensions.push(dimension);
        self.sources.push(source);
    }

    /// The cue of this name.
    pub fn find(&self, name: &str) -> Option<CueId> {
        self.names.iter().position(|known| known == name)
    }

    /// What a cue measures.
    pub fn dimension(&self, cue: CueId) -> Dimension {
        self.dimensions[cue]
    }

    /// Name of a cue.
    pub fn name(&self, cue: CueId) -> &str {
        &self.names[cue]
    }

    /// All names, for messages.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// True when `cue` is, or rests on, RANK occupancy.
    pub fn rests_on_occupancy(&self, cue: CueId) -> bool {
        self.rests_on(cue, |source| matches!(source, CueSource::RankOccupancy))
    }

    /// True when `cue` is, or rests on, a cue from such a source.
    pub fn rests_on(&self, cue: CueId, is: fn(&CueSource) -> bool) -> bool {
        match &self.sources[cue] {
            source if is(source) => true,
            CueSource::Sum(parts) => parts.iter().any(|&part| self.rests_on(part, is)),
            CueSource::Scaled(part, _)
            | CueSource::Below(part, ..)
            | CueSource::Above(part, ..) => self.rests_on(*part, is),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests;
