//! A drug on its way through the body.

use serde::{Deserialize, Serialize};

use super::{Administration, NEAR_H, Plan};
use crate::numerics::response::hill;
use crate::therapy::drug::{Cycle, Dying};
use crate::therapy::pharmacokinetics::{Amounts, PharmacokineticsError};

/// Share of all that was given below which a drug is gone.
const GONE: f64 = 1e-15;

/// Hazards by which a tumour cell is hit, per h, by when it dies of that.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Hazard {
    /// In the same tick.
    pub at_once: f64,
    /// At its next attempt to divide.
    pub at_division: f64,
}

impl Hazard {
    /// Of both.
    pub fn sum(self) -> f64 {
        self.at_once + self.at_division
    }
}

/// Hazards by which drugs hit tumour cells.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Hits {
    /// Every cell.
    pub any: Hazard,
    /// A cell that divides at its basal rate, on top.
    pub dividing: Hazard,
}

/// A drug in the body of the subject, as it is saved.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct DrugInBody {
    /// Amounts in the body.
    pub amounts: Amounts,
    /// Given since day 0, mg.
    pub given_mg: f64,
    /// Mean central level in the last tick, mg/L.
    pub plasma_mg_per_l: f64,
    /// Mean level at the site of action in the last tick, pM; 0 where the drug does not act.
    pub site_pm: f64,
    /// Gone to bone in the last tick, amol per um2 of lined surface.
    pub bone_amol_per_um2: f64,
}

impl DrugInBody {
    /// True when every amount and level is finite and not negative.
    pub fn makes_sense(&self) -> bool {
        let amounts = &self.amounts;
        [
            amounts.depot_mg,
            amounts.central_mg,
            amounts.peripheral_mg[0],
            amounts.peripheral_mg[1],
            amounts.site_mg_per_l,
            self.given_mg,
            self.plasma_mg_per_l,
            self.site_pm,
            self.bone_amol_per_um2,
        ]
        .iter()
        .all(|value| (0.0..=f64::MAX).contains(value))
    }
}

impl Plan {
    /// Takes a drug from `from_h` to `to_h`, with what is given in between; `to_h` itself belongs to
    /// the next step. Conditional courses are left out. Gives the highest level in plasma at the start, at
    /// the end, and at every beginning and end of a dose in between, mg/L: between these it has no peak
    /// of its own but of a drug that is absorbed over hours.
    ///
    /// # Errors
    /// [`PharmacokineticsError`] of the integrator.
    pub fn advance(
        &self,
        agent: usize,
        body: &mut DrugInBody,
        from_h: f64,
        to_h: f64,
    ) -> Result<f64, PharmacokineticsError> {
        self.advance_by(agent, body, &self.doses, (from_h, to_h))
    }

    /// As [`Self::advance`], with the doses of a calendar.
    ///
    /// # Errors
    /// [`PharmacokineticsError`] of the integrator.
    pub fn advance_by(
        &self,
        agent: usize,
        body: &mut DrugInBody,
        calendar: &[Administration],
        (from_h, to_h): (f64, f64),
    ) -> Result<f64, PharmacokineticsError> {
        let drug = &self.agents[agent];
        let own = || calendar.iter().filter(move |dose| dose.agent == agent);
        let due = |at: f64| at > from_h - NEAR_H && at < to_h - NEAR_H;
        let begins = own().any(|dose| due(dose.time_h));
        if body.given_mg <= 0.0 && !begins {
            return Ok(0.0);
        }
        let mut cuts = vec![from_h, to_h];
        for dose in own() {
            for at in [dose.time_h, dose.time_h + dose.infusion_h] {
                if at > from_h + NEAR_H && at < to_h - NEAR_H {
                    cuts.push(at);
                }
            }
        }
        cuts.sort_by(f64::total_cmp);
        let (mut central, mut site) = (0.0, 0.0);
        let level = |body: &DrugInBody| body.amounts.central_mg / drug.system.central_l;
        let mut peak = 0.0_f64;
        for pair in cuts.windows(2) {
            let (now, next) = (pair[0], pair[1]);
            let mut input = 0.0;
            for dose in own() {
                let is_due = (dose.time_h - now).abs() <= NEAR_H;
                if is_due {
                    body.given_mg += dose.mg;
                }
                if dose.infusion_h > 0.0 {
                    let end = dose.time_h + dose.infusion_h;
                    if dose.time_h < now + NEAR_H && end > now + NEAR_H {
                        input += dose.mg / dose.infusion_h;
                    }
                } else if is_due && dose.into_vein {
                    body.amounts.central_mg += dose.mg;
                } else if is_due {
                    body.amounts.depot_mg += dose.mg * drug.bioavailability;
                }
            }
            peak = peak.max(level(body));
            let seen = drug.system.advance(&mut body.amounts, input, next - now)?;
            peak = peak.max(level(body));
            central += seen.central_mg_h_per_l;
            site += seen.site_mg_h_per_l;
        }
        // What is left of a drug long gone is round-off.
        let left = &body.amounts;
        let left_mg = left.depot_mg + left.central_mg + left.peripheral_mg.iter().sum::<f64>();
        if left_mg < GONE * body.given_mg {
            body.amounts = Amounts::default();
        }
        let length = to_h - from_h;
        body.plasma_mg_per_l = central / length;
        body.site_pm = if drug.acts {
            site / length * drug.pm_per_mg_per_l
        } else {
            0.0
        };
        if let Some(bone) = &drug.bone {
            // mg over g/mol is mmol; a mmol is 1e15 amol.
            let cleared_mg = drug.system.clearance_l_per_h * central;
            let amol = cleared_mg * drug.pm_per_mg_per_l * 1e-9 * 1e15;
            body.bone_amol_per_um2 = bone.share * amol / bone.skeleton.get();
        }
        Ok(peak)
    }

    /// Share of a signal that drugs leave free at their site of action, where they are far more than it.
    pub fn left_free(&self, bodies: &[DrugInBody], signal: &str) -> f64 {
        let bound = self.agents.iter().zip(bodies);
        bound
            .flat_map(|(agent, body)| {
                let laws = agent.neutralises.iter();
                laws.filter(|(name, ..)| name == signal)
                    .map(|(_, kd, most)| 1.0 - most * body.site_pm / (body.site_pm + kd))
            })
            .product()
    }

    /// Hazards by which drugs hit tumour cells.
    pub fn kills(&self, bodies: &[DrugInBody], is_egfr_mutant: bool) -> Hits {
        let mut hits = Hits::default();
        for (agent, body) in self.agents.iter().zip(bodies) {
            let Some(law) = &agent.kills else {
                continue;
            };
            if law.egfr_mutant_only && !is_egfr_mutant {
                continue;
            }
            let hazard = law.rate.get() * hill(body.site_pm, law.half_max.get(), law.hill);
            let by_cycle = match law.cycle {
                Cycle::Any => &mut hits.any,
                Cycle::Dividing => &mut hits.dividing,
            };
            match law.dies {
                Dying::AtOnce => by_cycle.at_once += hazard,
                Dying::AtDivision => by_cycle.at_division += hazard,
            }
        }
        hits
    }
}
