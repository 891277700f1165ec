//! Immune cells in marrow: CD8 T cells that kill tumour cells and tire, regulatory T cells and
//! myeloid suppressors that hold them back, natural killer cells. None of them without `[immune]`.
//!
//! # Biology
//! CD8 cells leave vessels, crawl through the tissue, kill tumour cells that they touch, and become
//! exhausted by killing, by PD-L1 and by TGF-beta. Regulatory T cells (Treg) and myeloid cells lower
//! what they do; RANKL makes myeloid cells more suppressive, so that a drug that binds RANKL helps
//! CD8 cells by way of the myeloid cells and by way of bone (less TGF-beta), and by no other.
//!
//! # Law
//! Every cell has a kind, a site and an age since its last division; a CD8 cell has a counter besides.
//! What a cell does is a rate with modulators; drugs and cytokines act on these rates alone.
//!
//! # Limits
//! The CD8 cells of the model are those that know the tumour. Immune cells are small and take no room
//! from tumour cells or each other: a T cell of 7 um has a tenth of the volume of a tumour cell.
//! Antigen does not change; there is no node and no memory.
//!
//! # References
//! Froid, `mfroid/myelomaSimpleABM` (counter, lives, division); Ahern 2017, Ahern 2018 (RANKL and
//! checkpoints in mice); Jiao 2019 (TGF-beta of bone).

pub mod entry;
pub mod exhaustion;
pub mod killing;
pub mod motility;
pub mod suppression;
pub mod turnover;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::biology::cue::{CueSource, CueTable};
use crate::biology::problem::Problems;
use crate::biology::rate::{CompiledRate, Modulated};
use crate::biology::tumour::clones::SecretionRate;
use crate::numerics::quantity::Secretion;

/// Parameters of immune cells.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Immune {
    /// Cells that leave vessels.
    pub entry: entry::Entry,
    /// Crawling.
    pub motility: motility::Motility,
    /// Killing by contact.
    pub killing: killing::Killing,
    /// Exhaustion of CD8 cells.
    pub exhaustion: exhaustion::Exhaustion,
    /// What holds CD8 cells back.
    pub suppression: suppression::Suppression,
    /// Division.
    pub division: turnover::Division,
    /// Death.
    pub death: turnover::Death,
    /// What each CD8 cell that is not exhausted, and each natural killer cell, makes, by signal.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub secretion: BTreeMap<String, Modulated<Secretion>>,
}

/// Kinds of cells in the order of the arrays of [`ImmuneRates`].
pub const KINDS: [&str; 4] = ["cd8", "treg", "myeloid", "nk"];

/// Rates of immune cells; arrays are by kind.
#[derive(Debug, Clone, PartialEq)]
pub struct ImmuneRates {
    /// Cells that leave vessels, per mm3 and h.
    pub entry: [CompiledRate; 4],
    /// Factor on the entry of CD8 cells.
    pub priming: CompiledRate,
    /// Speed, um/h.
    pub speed: [CompiledRate; 4],
    /// Weight of a site for a cell that crawls.
    pub preference: CompiledRate,
    /// Killing in contact, per h, by CD8 cells.
    pub killing_cd8: CompiledRate,
    /// Killing in contact, per h, by natural killer cells.
    pub killing_nk: CompiledRate,
    /// Rise of the counter with a kill.
    pub per_kill: CompiledRate,
    /// Rise of the counter in contact, per h.
    pub exposure: CompiledRate,
    /// Counter at which a CD8 cell is exhausted.
    pub threshold: CompiledRate,
    /// Return of exhausted cells, per h.
    pub recovery: CompiledRate,
    /// Suppressive activity of a myeloid cell.
    pub myeloid_activity: CompiledRate,
    /// Division of CD8 cells and of Treg, per h.
    pub division: [CompiledRate; 2],
    /// Death, per h.
    pub death: [CompiledRate; 4],
    /// What CD8 cells that are not exhausted, and natural killer cells, make.
    pub secretion: Vec<SecretionRate>,
}

impl Immune {
    /// Looks for values that make no sense.
    pub fn check(&self, problems: &mut Problems) {
        self.entry.check(problems);
        self.motility.check(problems);
        self.killing.check(problems);
        self.exhaustion.check(problems);
        self.suppression.check(problems);
        self.division.check(problems);
    }

    /// Finds the cues of all rates; what is wrong goes to `problems`. What cells make is compiled by
    /// the caller, who knows the signals.
    pub fn compile(
        &self,
        secretion: Vec<SecretionRate>,
        cues: &CueTable,
        problems: &mut Problems,
    ) -> ImmuneRates {
        let Self {
            entry,
            motility,
            killing,
            exhaustion,
            suppression,
            division,
            death,
            ..
        } = self;
        let rates = ImmuneRates {
            entry: [
                entry.cd8.compile("immune.entry.cd8", cues, problems),
                entry.treg.compile("immune.entry.treg", cues, problems),
                entry
                    .myeloid
                    .compile("immune.entry.myeloid", cues, problems),
                entry.nk.compile("immune.entry.nk", cues, problems),
            ],
            priming: entry
                .priming
                .compile("immune.entry.priming", cues, problems),
            speed: [
                motility.cd8.compile("immune.motility.cd8", cues, problems),
                motility
                    .treg
                    .compile("immune.motility.treg", cues, problems),
                motility
                    .myeloid
                    .compile("immune.motility.myeloid", cues, problems),
                motility.nk.compile("immune.motility.nk", cues, problems),
            ],
            preference: motility
                .preference
                .compile("immune.motility.preference", cues, problems),
            killing_cd8: killing.cd8.compile("immune.killing.cd8", cues, problems),
            killing_nk: killing.nk.compile("immune.killing.nk", cues, problems),
            per_kill: exhaustion
                .per_kill
                .compile("immune.exhaustion.per_kill", cues, problems),
            exposure: exhaustion
                .exposure
                .compile("immune.exhaustion.exposure", cues, problems),
            threshold: exhaustion
                .threshold
                .compile("immune.exhaustion.threshold", cues, problems),
            recovery: exhaustion
                .recovery
                .compile("immune.exhaustion.recovery", cues, problems),
            myeloid_activity: suppression.myeloid.compile(
                "immune.suppression.myeloid",
                cues,
                problems,
            ),
            division: [
                division.cd8.compile("immune.division.cd8", cues, problems),
                division
                    .treg
                    .compile("immune.division.treg", cues, problems),
            ],
            death: [
                death.cd8.compile("immune.death.cd8", cues, problems),
                death.treg.compile("immune.death.treg", cues, problems),
                death
                    .myeloid
                    .compile("immune.death.myeloid", cues, problems),
                death.nk.compile("immune.death.nk", cues, problems),
            ],
            secretion,
        };
        let is_suppression = |source: &CueSource| matches!(source, CueSource::Suppression);
        if rates
            .myeloid_activity
            .cues()
            .any(|cue| cues.rests_on(cue, is_suppression))
        {
            problems.add(
                "immune.suppression.myeloid",
                "is modulated by suppression, which is made of it",
                "modulate it by a signal or another cue",
            );
        }
        rates
    }
}
