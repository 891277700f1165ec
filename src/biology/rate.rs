//! What a cell does: a basal value and any number of modulators by cues.
//!
//! ```toml
//! [tumour.secretion.pthrp]
//! rate = "0.0126 amol/h"
//! raised_by.tgf_beta = { fold = 3.0, half_max = "20 pM", hill = 1 }
//! ```
//!
//! With `H = c^n / (c^n + half_max^n)` of the cue's level `c`: `raised_by` multiplies by
//! `1 + (fold - 1) H`, `lowered_by` by `1 - (1 - to) H`, `needs` by `H` itself, so that nothing
//! happens where the cue is absent. Modulators multiply each other. A receptor inhibitor may hide a
//! cue from the rates that its drug names (`drugs.<name>.blocks`).

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::biology::cue::{CueId, CueTable};
use crate::biology::problem::Problems;
use crate::biology::surroundings::Surroundings;
use crate::numerics::quantity::{
    Diffusivity, Rate, Secretion, Speed, SurfaceRate, Untyped, VolumeEventRate,
};
use crate::numerics::response::{hill, hills, lowered, raised};

/// A value that cues raise and lower.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Modulated<Q> {
    /// The value without modulators.
    pub rate: Q,
    /// Cues that raise it, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub raised_by: BTreeMap<String, Raise>,
    /// Cues that lower it, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub lowered_by: BTreeMap<String, Lower>,
    /// Cues without which it is zero, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub needs: BTreeMap<String, Need>,
}

/// Multiplies by `1 + (fold - 1) H`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Raise {
    /// Factor at a saturating level, at least 1.
    pub fold: f64,
    /// Level of half effect, in the unit of the cue.
    pub half_max: Untyped,
    /// Hill exponent.
    #[serde(default = "one")]
    pub hill: f64,
}

/// Multiplies by `1 - (1 - to) H`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Lower {
    /// Factor at a saturating level, 0 to 1.
    pub to: f64,
    /// Level of half effect, in the unit of the cue.
    pub half_max: Untyped,
    /// Hill exponent.
    #[serde(default = "one")]
    pub hill: f64,
}

/// Multiplies by `H`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Need {
    /// Level of half effect, in the unit of the cue.
    pub half_max: Untyped,
    /// Hill exponent.
    #[serde(default = "one")]
    pub hill: f64,
}

/// Largest value that all modulators together may make of a rate.
const LARGEST_RATE: f64 = 1e24;

/// Largest fold of a modulator: far above any measured one, and such that many of them have a product.
const LARGEST_FOLD: f64 = 1e6;

const fn one() -> f64 {
    1.0
}

/// A quantity that can be modulated.
pub trait Basal {
    /// The value in the canonical unit.
    fn canonical(&self) -> f64;
}

macro_rules! basal {
    ($($kind:ty),*) => {$(
        impl Basal for $kind {
            fn canonical(&self) -> f64 {
                self.get()
            }
        }
    )*};
}
basal!(
    Diffusivity,
    Rate,
    Secretion,
    Speed,
    SurfaceRate,
    VolumeEventRate
);

impl Basal for f64 {
    fn canonical(&self) -> f64 {
        *self
    }
}

#[derive(Debug, Clone, PartialEq)]
struct Modulator {
    cue: CueId,
    half_max: f64,
    exponent: f64,
    /// Factor at no effect and at full effect.
    ends: [f64; 2],
    /// Drugs that hide the cue from this rate.
    blocks: Vec<Block>,
}

/// A drug that hides a cue: the cue is seen as `c (1 - most H)`.
#[derive(Debug, Clone, PartialEq)]
struct Block {
    drug: CueId,
    half_max: f64,
    exponent: f64,
    most: f64,
}

/// Sites that are evaluated together.
const RUN: usize = 128;

/// A rate with its cues found: ready to be evaluated.
#[derive(Debug, Clone, PartialEq)]
pub struct CompiledRate {
    /// Value without modulators, canonical unit.
    pub basal: f64,
    modulators: Vec<Modulator>,
}

impl CompiledRate {
    /// The value where `level` gives the level of each cue.
    pub fn at(&self, level: impl Fn(CueId) -> f64) -> f64 {
        let mut value = self.basal;
        for modulator in &self.modulators {
            let mut seen = level(modulator.cue);
            for block in &modulator.blocks {
                seen *= 1.0 - block.most * hill(level(block.drug), block.half_max, block.exponent);
            }
            let effect = hill(seen, modulator.half_max, modulator.exponent);
            value *= modulator.ends[0] + (modulator.ends[1] - modulator.ends[0]) * effect;
        }
        value
    }

    /// The values at consecutive sites from `first` on, to the last bit those of [`CompiledRate::at`].
    pub fn fill(&self, view: &Surroundings<'_>, first: usize, out: &mut [f64]) {
        let mut cue = [0.0; RUN];
        let mut seen = [0.0; RUN];
        for (run, out) in out.chunks_mut(RUN).enumerate() {
            let first = first + run * RUN;
            let (cue, seen) = (&mut cue[..out.len()], &mut seen[..out.len()]);
            out.fill(self.basal);
            for modulator in &self.modulators {
                view.levels(modulator.cue, first, seen);
                for block in &modulator.blocks {
                    view.levels(block.drug, first, cue);
                    hills(cue, block.half_max, block.exponent);
                    for (seen, hidden) in seen.iter_mut().zip(&*cue) {
                        *seen *= 1.0 - block.most * hidden;
                    }
                }
                hills(seen, modulator.half_max, modulator.exponent);
                for (value, effect) in out.iter_mut().zip(&*seen) {
                    *value *= modulator.ends[0] + (modulator.ends[1] - modulator.ends[0]) * effect;
                }
            }
        }
    }

    /// The rate of a cell of another phenotype: `factor` times this one, each cue sensed at
    /// `sensitivity` times its level. A factor and a sensitivity of 1 change no bit.
    #[must_use]
    pub fn varied(&self, factor: f64, sensitivity: impl Fn(CueId) -> f64) -> Self {
        Self {
            basal: self.basal * factor,
            modulators: self
                .modulators
                .iter()
                .map(|modulator| Modulator {
                    // Deafness is an infinite half-maximum.
                    half_max: modulator.half_max / sensitivity(modulator.cue),
                    ..modulator.clone()
                })
                .collect(),
        }
    }

    /// The largest value that any levels of its cues can give.
    pub fn most(&self) -> f64 {
        let most = |modulator: &Modulator| {
            if modulator.half_max.is_infinite() {
                modulator.ends[0]
            } else {
                modulator.ends[0].max(modulator.ends[1])
            }
        };
        self.modulators.iter().map(most).product::<f64>() * self.basal
    }

    /// True when no cue can change the value.
    pub const fn is_constant(&self) -> bool {
        self.modulators.is_empty()
    }

    /// Cues that the value depends on.
    pub fn cues(&self) -> impl Iterator<Item = CueId> {
        self.modulators.iter().map(|modulator| modulator.cue)
    }
}

impl<Q: Basal> Modulated<Q> {
    /// A value that nothing modulates.
    pub const fn constant(rate: Q) -> Self {
        Self {
            rate,
            raised_by: BTreeMap::new(),
            lowered_by: BTreeMap::new(),
            needs: BTreeMap::new(),
        }
    }

    /// Finds the cues; what is wrong goes to `problems` under `path`.
    pub fn compile(&self, path: &str, cues: &CueTable, problems: &mut Problems) -> CompiledRate {
        let basal = self.rate.canonical();
        problems.not_negative(&format!("{path}.rate"), basal, "");
        let mut modulators = Vec::new();
        let mut add = |kind: &str, name: &str, half_max: &Untyped, exponent: f64, ends| {
            let at = format!("{path}.{kind}.{name}");
            let Some(cue) = cues.find(name) else {
                problems.add(
                    &at,
                    format!("there is no cue or signal \"{name}\""),
                    format!("known: {}", cues.names().join(", ")),
                );
                return;
            };
            let half_max = match cues.dimension(cue).parse(&half_max.0) {
                Ok(level) => level,
                Err(error) => {
                    problems.add(
                        &format!("{at}.half_max"),
                        error.to_string(),
                        "give the level in the unit of the cue",
                    );
                    return;
                }
            };
            problems.positive(&format!("{at}.half_max"), half_max, "");
            problems.steepness(&format!("{at}.hill"), exponent);
            let blocks = cues
                .blocked
                .iter()
                .filter(|blocked| blocked.holds(path, name))
                .filter_map(|blocked| {
                    Some(Block {
                        drug: cues.find(&blocked.drug)?,
                        half_max: blocked.half_max_pm,
                        exponent: blocked.hill,
                        most: blocked.most,
                    })
                })
                .collect();
            modulators.push(Modulator {
                cue,
                half_max,
                exponent,
                ends,
                blocks,
            });
        };
        for (name, raise) in &self.raised_by {
            let ends = [raised(raise.fold, 0.0), raised(raise.fold, 1.0)];
            add("raised_by", name, &raise.half_max, raise.hill, ends);
        }
        for (name, lower) in &self.lowered_by {
            let ends = [lowered(lower.to, 0.0), lowered(lower.to, 1.0)];
            add("lowered_by", name, &lower.half_max, lower.hill, ends);
        }
        for (name, need) in &self.needs {
            add("needs", name, &need.half_max, need.hill, [0.0, 1.0]);
        }
        for (name, raise) in &self.raised_by {
            if !(1.0..=LARGEST_FOLD).contains(&raise.fold) {
                problems.add(
                    &format!("{path}.raised_by.{name}.fold"),
                    if raise.fold < 1.0 {
                        format!("found {}, which would lower", raise.fold)
                    } else {
                        format!("found {}", raise.fold)
                    },
                    format!("give a fold from 1 to {LARGEST_FOLD}, or use lowered_by"),
                );
            }
        }
        for (name, lower) in &self.lowered_by {
            problems.within(&format!("{path}.lowered_by.{name}.to"), lower.to, 0.0, 1.0);
        }
        let rate = CompiledRate { basal, modulators };
        let most = rate.most();
        if most.is_nan() || most > LARGEST_RATE {
            problems.add(
                path,
                format!("found up to {most:e} with every modulator at its most"),
                format!("give a rate and folds of which the product is at most {LARGEST_RATE:e}"),
            );
        }
        rate
    }
}

/// One sentence about the modulators of a rate, for `describe`.
pub fn sentence<Q: Basal>(modulated: &Modulated<Q>) -> String {
    let mut parts = Vec::new();
    for (name, raise) in &modulated.raised_by {
        parts.push(format!(
            "raised up to {}-fold by {name} (half effect at {})",
            raise.fold, raise.half_max.0
        ));
    }
    for (name, lower) in &modulated.lowered_by {
        parts.push(format!(
            "lowered to {} of itself by {name} (half effect at {})",
            lower.to, lower.half_max.0
        ));
    }
    for (name, need) in &modulated.needs {
        parts.push(format!("needs {name} (half at {})", need.half_max.0));
    }
    parts.join(", ")
}

#[cfg(test)]
mod tests;
