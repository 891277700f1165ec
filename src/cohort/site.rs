//! A lesion of a patient: bone and tumour, CD8 cells, resistance, radiation, pain and strength.
//!
//! # Law
//! The reduced tissue takes a step a day without kills; then tumour cells die with the sum of the hazards: cytotoxic drugs, drugs
//! against EGFR, CD8 cells, radiation. Bone that was lost comes back where tumour has gone:
//! `b' = (1 - b) (1 - H(f, refill_half)) / healing`, less where tumour cells are, as the refill of what is resorbed. Dead cells
//! are seen until they are cleared.
//!
//! # References
//! Koswig and Budach 1999, Sprave18: density of irradiated bone after months.

use crate::cohort::clones::{Class, Clones};
use crate::cohort::illness::Ill;
use crate::cohort::immunity::{Cd8, Place};
use crate::cohort::pain::Painful;
use crate::cohort::radiation::Irradiated;
use crate::cohort::systemic::Dosed;
use crate::cohort::tissue::{Action, Lesion, Phenotype, Tissue};
use crate::cohort::trial::Trial;

const DAY_H: f64 = 24.0;

/// A lesion, or all lesions that are alike.
#[derive(Debug, Clone)]
pub(super) struct Site {
    /// Bone and living tumour.
    pub(super) lesion: Lesion,
    /// Share of the marrow that dead cells fill.
    pub(super) dead: f64,
    clones: Clones,
    pub(super) cd8: Cd8,
    pub(super) irradiated: Irradiated,
    pub(super) painful: Painful,
    /// Days in a row with pain.
    pub(super) painful_days: f64,
}

/// What a lesion of a patient has of the trial and of the patient.
pub(super) struct Of<'a> {
    pub(super) trial: &'a Trial,
    pub(super) tissue: &'a Tissue,
    pub(super) phenotype: &'a Phenotype,
    pub(super) ill: &'a Ill,
}

impl Of<'_> {
    fn place(&self, lesion: &Lesion, dosed: &Dosed) -> Place {
        Place {
            pd_l1: self.ill.pd_l1,
            hidden: dosed.pd_1,
            priming: dosed.priming,
            antigenicity: self.ill.antigenicity,
            factors: self.tissue.factors(lesion.resorption, dosed.fluid_factors),
            free_rankl: dosed.action.free_rankl,
            is_bone: true,
        }
    }

    /// The lesion on day 0.
    pub(super) fn at_start(&self, lesion: Lesion) -> Site {
        Site {
            lesion,
            dead: 0.0,
            clones: Clones::new(self.ill.resistant),
            cd8: self
                .trial
                .immunity
                .at_start(&self.place(&lesion, &Dosed::NONE)),
            irradiated: Irradiated::default(),
            painful: Painful::default(),
            painful_days: 0.0,
        }
    }

    /// Takes bone and tumour on by a day without kills; share of intact bone that came back.
    pub(super) fn grow(&self, lesion: &mut Lesion, action: &Action) -> f64 {
        self.tissue.advance(lesion, self.phenotype, action);
        let beside = lesion.fill / (lesion.fill + self.tissue.refill_half);
        let healing = DAY_H / self.trial.healing.get();
        let healed = (1.0 - lesion.bone).max(0.0) * (1.0 - beside) * healing;
        lesion.bone += healed;
        healed
    }

    /// Takes a lesion on by a day; share of intact bone that came back.
    pub(super) fn advance(&self, site: &mut Site, dosed: &Dosed) -> f64 {
        let trial = self.trial;
        let healed = self.grow(&mut site.lesion, &dosed.action);
        let place = self.place(&site.lesion, dosed);
        let by_cd8 = trial.immunity.advance(&mut site.cd8, &place);
        let kills = kills(&mut site.clones, self.ill, dosed, by_cd8)
            + trial.radiation.advance(&mut site.irradiated);
        let before = site.lesion.fill;
        site.lesion.fill *= (-kills).exp();
        // CD8 cells that do less let more live, but no more than there is room for.
        site.lesion.fill = site.lesion.fill.min(before.max(1.0));
        site.dead = trial.soft.left() * (site.dead + (before - site.lesion.fill).max(0.0));
        healed
    }
}

/// Hazard over a day of death of tumour cells by drugs and CD8 cells.
pub(super) fn kills(clones: &mut Clones, ill: &Ill, dosed: &Dosed, by_cd8: f64) -> f64 {
    let egfr = if ill.egfr_mutant {
        dosed.egfr_per_d
    } else {
        0.0
    };
    clones.killed(Class::Cytotoxic, dosed.cytotoxic_per_d)
        + clones.killed(Class::Egfr, egfr)
        + clones.killed(Class::Immune, by_cd8)
}
