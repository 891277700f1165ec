//! CD8 cells in a lesion, reduced to one number: the share that is exhausted.
//!
//! # Biology
//! CD8 cells that meet tumour for long tire, by PD-1 where its ligand is shown; an antibody hides the ligand, fewer tire
//! and some come back. How many there are and what they see differs between patients (antigenicity). In bone TGF-beta of
//! resorbed matrix and myeloid cells that sense RANKL hold them back; an antiresorptive drug takes either away.
//!
//! # Law
//! Ligand `l = (host + (1 - host) p) (1 - hidden)` by the share `p` of tumour cells with PD-L1. Exhausted share
//! `x' = exhaustion l (1 - x) - (recovery (1 - l) + 1 / life) x`. What CD8 cells do is `f = priming (1 - (1 - tired) x)`. The growth
//! of a tumour was measured with the CD8 cells that were there and had lost; what acts is what they do more than on day 0,
//! `f - f0`, and bone lets as much of it through as it does: hazard of death of tumour cells with antigen
//! `kill a (f - f0) m / (1 + h / factors_half)`, with antigenicity `a`, effect `h` of growth factors of bone
//! that are free in the fluid of the marrow (0 outside of bone; a drug that hides them from tumour cells alone leaves them to CD8 cells), `m = 1 - myeloid free RANKL`. So an antiresorptive drug alone wakes no cells that have lost, as
//! in mice (Ahern17), but lets those through that an antibody woke.
//!
//! # Parameters
//! Those of the lattice where it has them; `kill` was fitted to the share of responders to pembrolizumab.
//!
//! # Limits
//! No synergy constant: what drugs do together comes from where each acts. No regulatory T cells (antibodies against
//! CTLA-4 leave their number in man, and act by priming), no NK cells, no interferon, no node.
//!
//! # References
//! Garon et al. 2015; Ahern17 and Ahern18 (RANKL and CD8 cells, mice); Pauken16 (return from exhaustion).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::biology::problem::Problems;
use crate::numerics::quantity::{Rate, Time};

const DAY_H: f64 = 24.0;

/// Parameters of CD8 cells in trials.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Immunity {
    /// Hazard of death of tumour cells by CD8 cells of which none is exhausted, at an antigenicity of 1. 0.05 /d; fitted to
    /// the response to pembrolizumab (Garon 2015).
    pub kill: Rate,
    /// Killing of an exhausted cell over a fresh one. 0.33, as on the lattice (Froid).
    pub tired: f64,
    /// Rate at which fresh cells tire where all tumour cells show PD-L1. 0.2 /d [0.05 to 0.5]; design, so that most are
    /// exhausted where PD-L1 is.
    pub exhaustion: Rate,
    /// Rate of return where no PD-L1 is seen. 0.1 /d [0.05 to 0.2]; design, as on the lattice.
    pub recovery: Rate,
    /// Life of a CD8 cell in the lesion, after which a fresh one takes its place. 30 d [10 to 60 d], as on the lattice
    /// (Froid).
    pub life: Time,
    /// PD-L1 of host cells, over that of a tumour all of whose cells show it. 0.1 [0 to 0.5]; design.
    pub host: f64,
    /// Share of killing in bone that RANKL on myeloid cells takes away. 0.25 [0 to 0.5]; design, as on the lattice.
    pub myeloid: f64,
    /// The same outside of bone, where RANKL is scarce. 0.05 [0 to 0.25]; design.
    pub myeloid_outside: f64,
    /// Effect of growth factors of bone that halves killing. 0.3 [0.1 to 1]; design.
    pub factors_half: f64,
}

impl Default for Immunity {
    fn default() -> Self {
        let per_d = |value: f64| Rate::per_h(value / DAY_H);
        Self {
            kill: per_d(0.05),
            tired: 0.33,
            exhaustion: per_d(0.2),
            recovery: per_d(0.1),
            life: Time::h(30.0 * DAY_H),
            host: 0.1,
            myeloid: 0.25,
            myeloid_outside: 0.05,
            factors_half: 0.3,
        }
    }
}

/// Where CD8 cells are, and what acts on them there.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Place {
    /// Share of tumour cells that show PD-L1.
    pub(super) pd_l1: f64,
    /// Share of PD-1 that is hidden.
    pub(super) hidden: f64,
    /// Priming over the usual one.
    pub(super) priming: f64,
    /// Antigenicity.
    pub(super) antigenicity: f64,
    /// Effect of growth factors of bone that are free in the fluid.
    pub(super) factors: f64,
    /// RANKL that is left free.
    pub(super) free_rankl: f64,
    /// True in bone.
    pub(super) is_bone: bool,
}

/// CD8 cells of a lesion.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Cd8 {
    /// Share that is exhausted.
    pub(super) exhausted: f64,
    /// What they did on day 0, which the growth of the tumour holds.
    usual: f64,
}

impl Immunity {
    /// Looks for values that make no sense.
    pub(crate) fn check(&self, path: &str, problems: &mut Problems) {
        let at = |key: &str| format!("{path}.{key}");
        for (key, rate) in [
            ("kill", self.kill),
            ("exhaustion", self.exhaustion),
            ("recovery", self.recovery),
        ] {
            problems.within(&at(key), rate.get() * DAY_H, 0.0, 10.0);
        }
        for (key, value) in [
            ("tired", self.tired),
            ("host", self.host),
            ("myeloid", self.myeloid),
            ("myeloid_outside", self.myeloid_outside),
        ] {
            problems.within(&at(key), value, 0.0, 1.0);
        }
        problems.positive(&at("life"), self.life.get(), "h");
        problems.positive(&at("factors_half"), self.factors_half, "");
    }

    /// Rates of tiring and of return, per day.
    fn rates(&self, place: &Place) -> (f64, f64) {
        let ligand = (self.host + (1.0 - self.host) * place.pd_l1) * (1.0 - place.hidden);
        let back = self.recovery.get() * (1.0 - ligand) + 1.0 / self.life.get();
        (self.exhaustion.get() * ligand * DAY_H, back * DAY_H)
    }

    /// What CD8 cells do, over fresh ones with the usual priming.
    fn activity(&self, exhausted: f64, place: &Place) -> f64 {
        place.priming * (1.0 - (1.0 - self.tired) * exhausted)
    }

    /// CD8 cells on day 0: those that tire are as many as come back.
    pub(super) fn at_start(&self, place: &Place) -> Cd8 {
        let (tire, back) = self.rates(place);
        let exhausted = tire / (tire + back);
        Cd8 {
            exhausted,
            usual: self.activity(exhausted, place),
        }
    }

    /// Takes CD8 cells on by a day; hazard of death of tumour cells with antigen beyond what growth holds, per day.
    pub(super) fn advance(&self, cd8: &mut Cd8, place: &Place) -> f64 {
        let (tire, back) = self.rates(place);
        let goal = tire / (tire + back);
        cd8.exhausted = goal + (cd8.exhausted - goal) * (-(tire + back)).exp();
        let myeloid = if place.is_bone {
            self.myeloid
        } else {
            self.myeloid_outside
        };
        let through =
            (1.0 - myeloid * place.free_rankl) / (1.0 + place.factors / self.factors_half);
        let more = self.activity(cd8.exhausted, place) - cd8.usual;
        self.kill.get() * DAY_H * place.antigenicity * more * through
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OUTSIDE: Place = Place {
        pd_l1: 0.8,
        hidden: 0.0,
        priming: 1.0,
        antigenicity: 1.0,
        factors: 0.0,
        free_rankl: 1.0,
        is_bone: false,
    };

    fn after_weeks(start: &Place, then: &Place) -> f64 {
        let law = Immunity::default();
        let mut cd8 = law.at_start(start);
        (0..60)
            .map(|_| law.advance(&mut cd8, then))
            .last()
            .unwrap_or(f64::NAN)
    }

    #[test]
    fn an_antibody_helps_most_where_its_ligand_is() {
        assert!(after_weeks(&OUTSIDE, &OUTSIDE).abs() < 1e-15);
        let gain = |pd_l1: f64| {
            let start = Place { pd_l1, ..OUTSIDE };
            after_weeks(
                &start,
                &Place {
                    hidden: 0.97,
                    ..start
                },
            )
        };
        assert!(gain(0.8) > gain(0.3) && gain(0.3) > gain(0.0) && gain(0.0) > 0.0);
        let blind = Place {
            antigenicity: 0.0,
            ..OUTSIDE
        };
        assert!(
            after_weeks(
                &blind,
                &Place {
                    hidden: 1.0,
                    ..blind
                }
            )
            .abs()
                < 1e-15
        );
    }

    /// Less TGF-beta and no RANKL let more of the CD8 cells through that an antibody woke, and wake none.
    #[test]
    fn in_bone_an_antiresorptive_drug_helps() {
        let bone = Place {
            factors: 0.3,
            is_bone: true,
            ..OUTSIDE
        };
        let spared = Place {
            factors: 0.05,
            free_rankl: 0.02,
            ..bone
        };
        let alone = after_weeks(&bone, &spared);
        let antibody = after_weeks(
            &bone,
            &Place {
                hidden: 0.97,
                ..bone
            },
        );
        let both = after_weeks(
            &bone,
            &Place {
                hidden: 0.97,
                ..spared
            },
        );
        assert!(alone.abs() < 1e-12 && antibody > 0.0 && both > 1.3 * antibody);
    }
}
