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
//! marrow that tumour cells take).
//!
//! *Declared* in a scenario: a constant, a sum of cues, or a threshold:
//!
//! ```toml
//! [cues.pth]
//! constant = "3.9 pM"
//! [cues.pth1r]
//! sum = ["pthrp", "pth"]
//! [cues.tgf_beta_low]
//! below = { cue = "tgf_beta", threshold = "5 pM", hill = 4 }
//! ```

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::biology::problem::Problems;
use crate::numerics::quantity::{Dimension, QuantityError, Untyped};

/// A cue that a scenario declares; exactly one of the fields is given.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeclaredCue {
    /// A level that is the same everywhere, such as endogenous PTH.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub constant: Option<Untyped>,
    /// The sum of these cues, which must measure the same thing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sum: Option<Vec<String>>,
    /// 1 where a cue is far below a threshold, 1/2 at it, 0 far above.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub below: Option<Threshold>,
    /// 0 where a cue is far below a threshold, 1/2 at it, 1 far above.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub above: Option<Threshold>,
}

/// A soft threshold on a cue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Threshold {
    /// Name of the cue.
    pub cue: String,
    /// Level at which the answer is one half, in the unit of the cue.
    pub threshold: Untyped,
    /// Steepness (Hill exponent).
    #[serde(default = "steep")]
    pub hill: f64,
}

impl Eq for Threshold {}

const fn steep() -> f64 {
    4.0
}

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

/// Cues that a scenario declares at most.
const MOST_DECLARED: usize = 256;

/// Levels that a cue adds up at most.
const MOST_PARTS: usize = 1000;

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
    /// Level of a drug at its site of action, pM, by index.
    Drug(usize),
    /// Level of the drug that binds to bone inside of the cell that senses, pM.
    Inside,
    /// The same everywhere.
    Constant(f64),
    /// Sum of earlier cues.
    Sum(Vec<CueId>),
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
        Self::with_agents(signals, declared, &Agents::default(), false, problems)
    }

    /// Builds the table with the cues of drugs, and of immune cells where there are any, besides.
    pub fn with_agents(
        signals: &[String],
        declared: &BTreeMap<String, DeclaredCue>,
        agents: &Agents,
        immune: bool,
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
        if immune {
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
            CueSource::Below(part, ..) | CueSource::Above(part, ..) => self.parts[*part],
            _ => 1,
        };
        self.parts.push(parts);
        self.names.push(name.to_owned());
        self.dimensions.push(dimension);
        self.sources.push(source);
    }

    /// True when the cue was taken in (or found wrong), false while its parts are unknown.
    fn declare(&mut self, name: &str, cue: &DeclaredCue, problems: &mut Problems) -> bool {
        let path = format!("cues.{name}");
        let given = usize::from(cue.constant.is_some())
            + usize::from(cue.sum.is_some())
            + usize::from(cue.below.is_some())
            + usize::from(cue.above.is_some());
        if given != 1 {
            problems.add(
                &path,
                format!("has {given} definitions"),
                "give exactly one of: constant, sum, below, above",
            );
            return true;
        }
        if self.find(name).is_some() {
            problems.add(
                &path,
                "is the name of a cue that exists already",
                "choose another name",
            );
            return true;
        }
        if let Some(constant) = &cue.constant {
            let kinds = [
                Dimension::Concentration,
                Dimension::Length,
                Dimension::Number,
            ];
            let readings = kinds.map(|dimension| (dimension, dimension.parse(&constant.0)));
            let beyond = readings.iter().find_map(|(_, read)| match read {
                Err(
                    error @ (QuantityError::BelowZero { .. }
                    | QuantityError::OutOfRange { .. }
                    | QuantityError::NotFinite { .. }),
                ) => Some(error.to_string()),
                _ => None,
            });
            let parsed = readings
                .into_iter()
                .find_map(|(dimension, read)| Some((dimension, read.ok()?)));
            match parsed {
                Some((dimension, value)) => {
                    problems.not_negative(&format!("{path}.constant"), value, "");
                    self.push(name, dimension, CueSource::Constant(value));
                }
                None => problems.add(
                    &format!("{path}.constant"),
                    beyond.unwrap_or_else(|| format!("found \"{}\"", constant.0)),
                    "give a concentration (\"3.9 pM\"), a length (\"50 um\") or a number",
                ),
            }
            return true;
        }
        if let Some(parts) = &cue.sum {
            let Some(ids) = parts
                .iter()
                .map(|part| self.find(part))
                .collect::<Option<Vec<_>>>()
            else {
                return false;
            };
            let dimension = ids
                .first()
                .map_or(Dimension::Number, |&id| self.dimensions[id]);
            if ids.is_empty() || ids.iter().any(|&id| self.dimensions[id] != dimension) {
                problems.add(
                    &format!("{path}.sum"),
                    "adds cues that do not measure the same thing",
                    "sum cues of one dimension, at least one",
                );
                return true;
            }
            self.push(name, dimension, CueSource::Sum(ids));
            let parts = self.parts.last().copied().unwrap_or(1);
            if parts > MOST_PARTS {
                problems.add(
                    &format!("{path}.sum"),
                    format!("adds {parts} levels, those of the cues that it names counted"),
                    format!("sum at most {MOST_PARTS}: each is looked up at every site"),
                );
                // What rests on it is no more than one.
                if let Some(last) = self.parts.last_mut() {
                    *last = 1;
                }
            }
            return true;
        }
        let (threshold, key, is_below) = match (&cue.below, &cue.above) {
            (Some(threshold), _) => (threshold, "below", true),
            (None, Some(threshold)) => (threshold, "above", false),
            (None, None) => return true,
        };
        let Some(id) = self.find(&threshold.cue) else {
            return false;
        };
        problems.steepness(&format!("{path}.{key}.hill"), threshold.hill);
        match self.dimensions[id].parse(&threshold.threshold.0) {
            Ok(level) if level > 0.0 => {
                let source = if is_below {
                    CueSource::Below(id, level, threshold.hill)
                } else {
                    CueSource::Above(id, level, threshold.hill)
                };
                self.push(name, Dimension::Number, source);
            }
            Ok(level) => {
                problems.positive(&format!("{path}.{key}.threshold"), level, "");
            }
            Err(error) => problems.add(
                &format!("{path}.{key}.threshold"),
                error.to_string(),
                "give the level in the unit of the cue",
            ),
        }
        true
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
            CueSource::Below(part, ..) | CueSource::Above(part, ..) => self.rests_on(*part, is),
            _ => false,
        }
    }
}

impl DeclaredCue {
    fn parts(&self) -> Vec<&str> {
        let mut parts: Vec<&str> = self.sum.iter().flatten().map(String::as_str).collect();
        parts.extend(self.below.iter().map(|threshold| threshold.cue.as_str()));
        parts.extend(self.above.iter().map(|threshold| threshold.cue.as_str()));
        parts
    }
}

#[cfg(test)]
mod tests;
