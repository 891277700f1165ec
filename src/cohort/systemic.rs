//! What the drugs in a body do on a day: to bone, to tumour cells wherever they are, to CD8 cells.
//!
//! # Law
//! Free shares of RANKL, PTHrP and TGF-beta are products over the drugs that bind or block them. What binds TGF-beta takes it out of the
//! fluid of the marrow, for all cells there; what blocks its receptor hides it from the cells it names, here tumour cells, and leaves it free for
//! others: CD8 cells are held back by what is free in the fluid. A drug that lowers the
//! output of PTHrP leaves `1 - (1 - to) H` of it. Hazards of death add within a class of drugs: cytotoxic ones, and those
//! that kill cells with mutant EGFR only. PD-1 is hidden by `1 - product (1 - most H)`. `H` is the response of the level
//! at the site of action, as in a single run.
//!
//! # Limits
//! The level outside of bone is that in marrow.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::cohort::tissue::Action;
use crate::numerics::quantity::Concentration;
use crate::numerics::response::hill;
use crate::therapy::catalogue::fragment;
use crate::therapy::drug::Drug;
use crate::therapy::plan::{DrugInBody, Plan};

const DAY_H: f64 = 24.0;

/// A response of the level at the site: level of half effect, steepness, most.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Response {
    half_pm: f64,
    hill: f64,
    most: f64,
}

impl Response {
    fn at(&self, site_pm: f64) -> f64 {
        self.most * hill(site_pm, self.half_pm, self.hill)
    }
}

/// What a drug does beside what the plan knows of it.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Acts {
    /// Hides PD-L1 from CD8 cells.
    pd_1: Option<Response>,
    /// Hides TGF-beta from tumour cells.
    factors: Option<Response>,
    /// Lowers the output of PTHrP.
    pthrp: Option<Response>,
    /// Adds to the priming of CD8 cells, over 1.
    priming: Option<Response>,
    /// Kills cells that divide, or all.
    is_cytotoxic: bool,
}

/// A modulator as a drug of the catalogue has it.
#[derive(Deserialize)]
struct Modulator {
    to: Option<f64>,
    fold: Option<f64>,
    half_max: Concentration,
    hill: Option<f64>,
}

/// The modulator of a drug on a rate: `<rate>.<way>.<drug>`.
fn modulator(tables: &toml::Table, rate: &str, way: &str, drug: &str) -> Option<Modulator> {
    let mut at = tables;
    for key in rate.split('.').chain([way]) {
        at = at.get(key)?.as_table()?;
    }
    at.get(drug)?.clone().try_into().ok()
}

impl Acts {
    /// What a drug does; modulators are those that it has in the catalogue.
    pub(super) fn of(name: &str, drug: &Drug) -> Self {
        let blocked = |cue: &str, on: &str| {
            let laws = drug.blocks.values();
            let mut found = laws.filter(|law| {
                law.enabled && law.cue == cue && law.on.iter().any(|path| path.starts_with(on))
            });
            found.next().map(|law| Response {
                half_pm: law.half_max.get(),
                hill: law.hill,
                most: law.most,
            })
        };
        let tables: toml::Table = fragment(name)
            .and_then(|text| text.parse().ok())
            .unwrap_or_default();
        let response = |found: Modulator, most: f64| Response {
            half_pm: found.half_max.get(),
            hill: found.hill.unwrap_or(1.0),
            most,
        };
        let lowered = modulator(&tables, "tumour.secretion.pthrp", "lowered_by", name);
        let raised = modulator(&tables, "immune.entry.priming", "raised_by", name);
        Self {
            pd_1: blocked("pd_l1", "immune."),
            factors: blocked("tgf_beta", "tumour."),
            pthrp: lowered.and_then(|one| {
                let to = one.to?;
                Some(response(one, 1.0 - to))
            }),
            priming: raised.and_then(|one| {
                let fold = one.fold?;
                Some(response(one, fold - 1.0))
            }),
            is_cytotoxic: drug.kills.as_ref().is_some_and(|law| !law.egfr_mutant_only),
        }
    }

    /// True for a drug that acts on CD8 cells.
    pub(super) const fn is_checkpoint(&self) -> bool {
        self.pd_1.is_some() || self.priming.is_some()
    }

    /// True for a drug that does something that only these tables tell.
    pub(super) const fn is_any(&self) -> bool {
        self.is_checkpoint() || self.factors.is_some() || self.pthrp.is_some()
    }
}

/// Acts of all drugs of a trial, by name.
pub(super) type AllActs = BTreeMap<String, Acts>;

/// What drugs do on one day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Dosed {
    /// To bone and its signals; no kills.
    pub(super) action: Action,
    /// Hazard of death of tumour cells by cytotoxic drugs, per day.
    pub(super) cytotoxic_per_d: f64,
    /// The same of cells with mutant EGFR by drugs against it.
    pub(super) egfr_per_d: f64,
    /// TGF-beta that is left free in the fluid of the marrow; what tumour cells sense of it is part of the action.
    pub(super) fluid_factors: f64,
    /// Share of PD-1 that is hidden.
    pub(super) pd_1: f64,
    /// Priming of CD8 cells over the usual one.
    pub(super) priming: f64,
}

impl Dosed {
    /// No drug.
    pub(super) const NONE: Self = Self {
        action: Action::NONE,
        cytotoxic_per_d: 0.0,
        egfr_per_d: 0.0,
        fluid_factors: 1.0,
        pd_1: 0.0,
        priming: 1.0,
    };
}

/// What the drugs in a body do to bone and its signals.
fn on_bone(plan: &Plan, drugs: &[DrugInBody]) -> Action {
    let free = |signal: &str| plan.left_free(drugs, signal);
    Action {
        free_rankl: free("rankl"),
        free_pthrp: free("pthrp"),
        free_factors: free("tgf_beta"),
        laid: plan
            .bone_agent
            .map_or(0.0, |agent| drugs[agent].bone_amol_per_um2),
        kills: 0.0,
    }
}

/// What the drugs in a body do to the reduced tissue alone, with all that kills.
#[cfg(feature = "cli")]
pub(super) fn action(plan: &Plan, drugs: &[DrugInBody]) -> Action {
    let hits = plan.kills(drugs, false);
    Action {
        kills: (hits.any.sum() + hits.dividing.sum()) * DAY_H,
        ..on_bone(plan, drugs)
    }
}

/// What the drugs in a body do; `acts` by the agents of the plan.
pub(super) fn dosed(plan: &Plan, acts: &[&Acts], drugs: &[DrugInBody]) -> Dosed {
    let action = on_bone(plan, drugs);
    let mut found = Dosed {
        action,
        fluid_factors: action.free_factors,
        ..Dosed::NONE
    };
    let mut seen = 1.0;
    for ((agent, act), body) in plan.agents.iter().zip(acts).zip(drugs) {
        let site_pm = body.site_pm;
        if let Some(law) = &agent.kills {
            let hazard = law.rate.get() * DAY_H * hill(site_pm, law.half_max.get(), law.hill);
            if law.egfr_mutant_only {
                found.egfr_per_d += hazard;
            } else {
                found.cytotoxic_per_d += hazard;
            }
        }
        let effect = |law: &Option<Response>| law.as_ref().map_or(0.0, |law| law.at(site_pm));
        seen *= 1.0 - effect(&act.pd_1);
        found.action.free_factors *= 1.0 - effect(&act.factors);
        found.action.free_pthrp *= 1.0 - effect(&act.pthrp);
        found.priming *= 1.0 + effect(&act.priming);
    }
    found.pd_1 = 1.0 - seen;
    found
}

/// Days for which a dose counts as given, when toxicity is asked.
const CYCLE_D: f64 = 21.0;

/// Whether a cytotoxic drug and one on CD8 cells were given within a cycle of a day.
pub(super) fn given(plan: &Plan, acts: &[&Acts], day: f64) -> (bool, bool) {
    let mut found = (false, false);
    for dose in &plan.doses {
        let at = dose.time_h / DAY_H;
        if at <= day && day < at + CYCLE_D {
            found.0 |= acts[dose.agent].is_cytotoxic;
            found.1 |= acts[dose.agent].is_checkpoint();
        }
    }
    found
}
