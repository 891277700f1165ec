//! Heritable clones of the tumour: phenotypes as factors on the rates of the parental cell.
//!
//! # Biology
//! Lines and primary tumours are mixtures. Single-cell progeny of one breast cancer line differ in
//! their spread to bone, and the difference is inherited (Kang 2003); a cell that is deaf to
//! TGF-beta makes less `PTHrP` and breaks less bone (Yin 1999).
//!
//! # Law
//! Every tumour cell belongs to one clone: `parental`, which has the parameters of the tumour as
//! they stand, or a declared one. A rate of a declared clone is the parental rate times its factor,
//! evaluated with the level of each cue times the clone's `sensitivity` to it (0 is deaf). The
//! daughter inherits the clone of the mother; with the probability of `mutation.<from>.<to>` one of
//! the two daughters of a division is of another clone. Cells that settle are shared out by `share`;
//! what the shares leave over is parental.
//!
//! # Limits
//! A clone has no memory besides its name. Cells of all clones have one size and one motility law;
//! death does not mutate. A factor on a rate of zero stays zero: to give a signal to one clone,
//! declare it for the tumour and give the parental cells their share by another clone.
//!
//! # References
//! Kang Y et al. Cancer Cell 2003;3:537-549. Yin JJ et al. J Clin Invest 1999;103:197-206.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::biology::cue::CueTable;
use crate::biology::problem::Problems;
use crate::biology::rate::CompiledRate;
use crate::biology::tumour::Tumour;
use crate::numerics::name::{ALLOWED, is_name};

/// Name of the cells with the parameters of the tumour as they stand.
pub const PARENTAL: &str = "parental";

/// Largest factor on a rate or a level.
const MOST: f64 = 1000.0;

/// Phenotype of a clone relative to the parental cell; a factor of 1 changes nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Phenotype {
    /// Share of the cells that settle, 0 to 1; what all clones leave over is parental.
    pub share: f64,
    /// Factor on the hazard of division.
    pub division: f64,
    /// Factor on the hazard of death.
    pub death: f64,
    /// Factor on the motility.
    pub motility: f64,
    /// Factor on the hazard of waking from dormancy.
    pub waking: f64,
    /// Factor on the hazards of death by drugs; 0 is resistant.
    pub drug_kills: f64,
    /// Factor on both coefficients of death by radiation; 0 is resistant.
    pub radiosensitivity: f64,
    /// Share that is dormant on settling, 0 to 1, instead of that of the tumour.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dormant_share: Option<f64>,
    /// Factors on what a cell makes, by signal.
    pub secretion: BTreeMap<String, f64>,
    /// Factors on the level at which a cell senses a cue, by cue; 0 is deaf.
    pub sensitivity: BTreeMap<String, f64>,
}

impl Default for Phenotype {
    fn default() -> Self {
        Self {
            share: 0.0,
            division: 1.0,
            death: 1.0,
            motility: 1.0,
            waking: 1.0,
            drug_kills: 1.0,
            radiosensitivity: 1.0,
            dormant_share: None,
            secretion: BTreeMap::new(),
            sensitivity: BTreeMap::new(),
        }
    }
}

/// Probability per division that one of the two daughters is of another clone, by that clone.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline)]
pub struct Mutations(pub BTreeMap<String, f64>);

/// What one cell makes of one signal, amol/h.
#[derive(Debug, Clone, PartialEq)]
pub struct SecretionRate {
    /// Index of the signal.
    pub signal: usize,
    /// Amount per cell and hour.
    pub rate: CompiledRate,
}

/// Rates of one clone.
#[derive(Debug, Clone, PartialEq)]
pub struct TumourRates {
    /// Division, per h.
    pub division: CompiledRate,
    /// Death, per h.
    pub death: CompiledRate,
    /// Motility, um2/h.
    pub motility: CompiledRate,
    /// End of dormancy, per h.
    pub waking: CompiledRate,
    /// Factor on the hazards of death by drugs.
    pub drug_kills: f64,
    /// Factor on both coefficients of death by radiation.
    pub radiosensitivity: f64,
    /// What a cell makes.
    pub secretion: Vec<SecretionRate>,
}

impl TumourRates {
    /// What a cell makes of a signal, if anything.
    pub fn secretion_of(&self, signal: usize) -> Option<&CompiledRate> {
        self.secretion
            .iter()
            .find(|made| made.signal == signal)
            .map(|made| &made.rate)
    }

    fn all(&self) -> impl Iterator<Item = &CompiledRate> {
        [&self.division, &self.death, &self.motility, &self.waking]
            .into_iter()
            .chain(self.secretion.iter().map(|made| &made.rate))
    }

    /// Rates of a clone of cells with these rates; what is wrong goes to `problems`.
    #[must_use]
    pub fn of_clone(
        &self,
        name: &str,
        phenotype: &Phenotype,
        signals: &[String],
        cues: &CueTable,
        problems: &mut Problems,
    ) -> Self {
        let path = format!("tumour.clones.{name}");
        for signal in phenotype.secretion.keys() {
            let made = |at: usize| self.secretion_of(at).is_some();
            if !(0..signals.len()).any(|at| signals[at] == *signal && made(at)) {
                let known: Vec<&str> = self
                    .secretion
                    .iter()
                    .map(|made| signals[made.signal].as_str())
                    .collect();
                problems.add(
                    &format!("{path}.secretion.{signal}"),
                    format!("tumour cells make no \"{signal}\" that a factor could change"),
                    format!(
                        "they make: {}; or declare [tumour.secretion.{signal}]",
                        known.join(", ")
                    ),
                );
            }
        }
        let heard = |cue: &str| {
            let cue = cues.find(cue);
            cue.is_some_and(|cue| self.all().any(|rate| rate.cues().any(|at| at == cue)))
        };
        for cue in phenotype.sensitivity.keys().filter(|cue| !heard(cue)) {
            let known: Vec<&str> = cues
                .names()
                .iter()
                .map(String::as_str)
                .filter(|cue| heard(cue))
                .collect();
            problems.add(
                &format!("{path}.sensitivity.{cue}"),
                format!("no rate of the tumour listens to \"{cue}\""),
                format!("they listen to: {}", known.join(", ")),
            );
        }
        let varied = |rate: &CompiledRate, factor: f64| {
            rate.varied(factor, |cue| {
                let factor = phenotype.sensitivity.get(cues.name(cue));
                factor.copied().unwrap_or(1.0)
            })
        };
        Self {
            division: varied(&self.division, phenotype.division),
            death: varied(&self.death, phenotype.death),
            motility: varied(&self.motility, phenotype.motility),
            waking: varied(&self.waking, phenotype.waking),
            drug_kills: phenotype.drug_kills,
            radiosensitivity: phenotype.radiosensitivity,
            secretion: self
                .secretion
                .iter()
                .map(|made| {
                    let factor = phenotype.secretion.get(&signals[made.signal]);
                    SecretionRate {
                        signal: made.signal,
                        rate: varied(&made.rate, factor.copied().unwrap_or(1.0)),
                    }
                })
                .collect(),
        }
    }
}

/// Clones by index: 0 is parental, then the declared ones by name.
#[derive(Debug, Clone, PartialEq)]
pub struct Clones {
    /// Names.
    pub names: Vec<String>,
    /// Share that is dormant on settling.
    dormant_share: Vec<f64>,
    /// Sums of the shares on settling, of the declared clones.
    settling: Vec<(f64, u8)>,
    /// Sums of the probabilities per division, by the clone of the mother.
    mutating: Vec<Vec<(f64, u8)>>,
}

impl Tumour {
    /// Names of its clones by index: 0 is parental, then the declared ones.
    pub fn clone_names(&self) -> Vec<String> {
        let declared = self.clones.keys().cloned();
        std::iter::once(PARENTAL.to_owned())
            .chain(declared)
            .collect()
    }
}

impl Clones {
    /// Looks for values that make no sense, and finds the clones by name.
    pub fn new(tumour: &Tumour, problems: &mut Problems) -> Self {
        if tumour.clones.len() > usize::from(u8::MAX) {
            problems.add(
                "tumour.clones",
                format!("found {} clones", tumour.clones.len()),
                "declare at most 255",
            );
        }
        let mut clones = Self {
            names: vec![PARENTAL.to_owned()],
            dormant_share: vec![tumour.dormancy.share],
            settling: Vec::new(),
            mutating: Vec::new(),
        };
        let mut shares = 0.0;
        for (index, (name, phenotype)) in (1..=u8::MAX).zip(&tumour.clones) {
            phenotype.check(name, problems);
            shares += phenotype.share;
            clones.names.push(name.clone());
            clones
                .dormant_share
                .push(phenotype.dormant_share.unwrap_or(tumour.dormancy.share));
            clones.settling.push((shares, index));
        }
        if shares > 1.0 + 1e-9 {
            problems.add(
                "tumour.clones",
                format!("their shares add up to {shares}"),
                "give shares that add up to at most 1; the rest is parental",
            );
        }
        clones.mutating = vec![Vec::new(); clones.names.len()];
        for (from, targets) in &tumour.mutation {
            let Some(mother) = clones.known(&format!("tumour.mutation.{from}"), from, problems)
            else {
                continue;
            };
            let mut sum = 0.0;
            for (to, &probability) in &targets.0 {
                let path = format!("tumour.mutation.{from}.{to}");
                problems.within(&path, probability, 0.0, 1.0);
                if to == from {
                    problems.add(&path, "a clone changes into itself", "name another clone");
                }
                sum += probability;
                if let Some(daughter) = clones.known(&path, to, problems) {
                    clones.mutating[usize::from(mother)].push((sum, daughter));
                }
            }
            if sum > 1.0 + 1e-9 {
                problems.add(
                    &format!("tumour.mutation.{from}"),
                    format!("its probabilities add up to {sum}"),
                    "give probabilities per division that add up to at most 1",
                );
            }
        }
        clones
    }

    fn known(&self, path: &str, name: &str, problems: &mut Problems) -> Option<u8> {
        let found = self.find(name);
        if found.is_none() {
            problems.add(
                path,
                format!("there is no clone \"{name}\""),
                format!(
                    "known clones: {}; or declare [tumour.clones.{name}]",
                    self.names.join(", ")
                ),
            );
        }
        found
    }

    /// The clone of this name.
    pub fn find(&self, name: &str) -> Option<u8> {
        let at = self.names.iter().position(|known| known == name)?;
        u8::try_from(at).ok()
    }

    /// Share of cells of a clone that is dormant on settling.
    pub fn dormant_share(&self, clone: u8) -> f64 {
        self.dormant_share[usize::from(clone)]
    }

    /// The clone of a cell that settles, by a uniform draw.
    pub fn settling(&self, uniform: f64) -> u8 {
        pick(&self.settling, uniform).unwrap_or(0)
    }

    /// True when the daughters of a clone may be of another.
    pub fn mutates(&self, mother: u8) -> bool {
        !self.mutating[usize::from(mother)].is_empty()
    }

    /// The clone of the second daughter, by a uniform draw.
    pub fn daughter(&self, mother: u8, uniform: f64) -> u8 {
        pick(&self.mutating[usize::from(mother)], uniform).unwrap_or(mother)
    }
}

fn pick(sums: &[(f64, u8)], uniform: f64) -> Option<u8> {
    sums.iter()
        .find(|&&(sum, _)| uniform < sum)
        .map(|&(_, clone)| clone)
}

impl Phenotype {
    fn check(&self, name: &str, problems: &mut Problems) {
        let path = format!("tumour.clones.{name}");
        if name == PARENTAL || !is_name(name) {
            problems.add(
                &path,
                format!("found the name {name:?}"),
                format!("{ALLOWED}; \"{PARENTAL}\" are the cells of no declared clone"),
            );
        }
        problems.within(&format!("{path}.share"), self.share, 0.0, 1.0);
        for (key, factor) in [
            ("division", self.division),
            ("death", self.death),
            ("motility", self.motility),
            ("waking", self.waking),
            ("drug_kills", self.drug_kills),
            ("radiosensitivity", self.radiosensitivity),
        ] {
            problems.within(&format!("{path}.{key}"), factor, 0.0, MOST);
        }
        if let Some(share) = self.dormant_share {
            problems.within(&format!("{path}.dormant_share"), share, 0.0, 1.0);
        }
        for (kind, factors) in [
            ("secretion", &self.secretion),
            ("sensitivity", &self.sensitivity),
        ] {
            for (key, &factor) in factors {
                problems.within(&format!("{path}.{kind}.{key}"), factor, 0.0, MOST);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draw_falls_to_the_clones_by_their_shares_and_the_rest_to_the_parental_cell() {
        let clones = Clones {
            names: ["parental", "a", "b"].map(str::to_owned).to_vec(),
            dormant_share: vec![0.0; 3],
            settling: vec![(0.2, 1), (0.5, 2)],
            mutating: vec![vec![], vec![(0.01, 2)], vec![]],
        };
        let settled = [0.1, 0.3, 0.6].map(|uniform| clones.settling(uniform));
        assert_eq!(settled, [1, 2, 0]);
        assert_eq!([0.005, 0.5].map(|u| clones.daughter(1, u)), [2, 1]);
        assert_eq!(clones.daughter(2, 0.0), 2);
        assert!(clones.mutates(1) && !clones.mutates(0));
    }
}
