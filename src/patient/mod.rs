//! The body around the lattice: calcium, markers, neutrophils, harm by antiresorptives. Knows no tissue.
//!
//! The tissue does not feel the body; it is read once a day from day 0 on.
//!
//! # Law
//! The lattice stands for a lesion of a given volume, or for a sample of the whole skeleton. What it
//! does is multiplied by a factor `s`: volume of the lesion over that of the lattice, or turnover of
//! the skeleton over that of the lattice in health. The lattice in health is the last part of the
//! burn-in (`health_window`). Its share of the turnover of the skeleton is
//! `w = s x resorption in health / turnover`; the rest of the skeleton, `1 - w`, stays in health but
//! for antiresorptive drugs ([`skeleton`]).
//!
//! # Limits
//! In a small lattice that stands for a skeleton, chance moves markers more than in a patient.

pub mod bones;
pub mod calcium;
pub mod markers;
pub mod neutrophils;
pub mod skeletal_events;
pub mod skeleton;
pub mod toxicity;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::biology::problem::Problems;
use crate::numerics::quantity::{BodyVolume, BoneTurnover, Time};
use calcium::{Calcium, CalciumError, Pools};
use markers::{Levels, Markers, Production};
use neutrophils::{Chain, NeutrophilError, Neutrophils};
use skeletal_events::SkeletalEvents;
use skeleton::{OnBone, Skeleton, Turnover, is_held};
use toxicity::{Harm, LastDose, Toxicity};

/// What the lattice is a sample of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sample {
    /// Of lesions of the volume `lesions`.
    Lesion,
    /// Of the whole skeleton.
    Skeleton,
}

/// What bones of a patient break by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BreaksBy {
    /// The rigidity of the weakest cut, which `[rigidity]` follows.
    #[default]
    Rigidity,
    /// The least failure load of all axes, which `[strength]` follows.
    Strength,
}

impl BreaksBy {
    #[allow(
        clippy::trivially_copy_pass_by_ref,
        reason = "serde hands out references"
    )]
    fn is_rigidity(&self) -> bool {
        *self == Self::Rigidity
    }
}

/// The body of a patient.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Patient {
    /// What the lattice is a sample of.
    pub lattice: Sample,
    /// Volume of all lesions, bone and marrow; for `lattice = "lesion"`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lesions: Option<BodyVolume>,
    /// Bone that the healthy skeleton turns over; design: 0.48 cm3/d, a tenth of 1.75 L in a year.
    #[serde(default = "turnover")]
    pub turnover: BoneTurnover,
    /// The part of the burn-in, up to day 0, that counts as health.
    #[serde(default = "health_window")]
    pub health_window: Time,
    /// Calcium.
    #[serde(default)]
    pub calcium: Calcium,
    /// Markers of turnover.
    #[serde(default)]
    pub markers: Markers,
    /// Neutrophils.
    #[serde(default)]
    pub neutrophils: Neutrophils,
    /// The rest of the skeleton.
    #[serde(default)]
    pub skeleton: Skeleton,
    /// Antiresorptive drugs: harm, and their effect on the rest of the skeleton.
    #[serde(default)]
    pub toxicity: Toxicity,
    /// Skeletal-related events; none without this table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skeletal_events: Option<SkeletalEvents>,
    /// What bones break by, at its last reading over day 0.
    #[serde(default, skip_serializing_if = "BreaksBy::is_rigidity")]
    pub breaks_by: BreaksBy,
}

fn turnover() -> BoneTurnover {
    BoneTurnover::cm3_per_h(0.48 / 24.0)
}

fn health_window() -> Time {
    Time::h(60.0 * 24.0)
}

impl Patient {
    /// Looks for values that make no sense.
    pub fn check(&self, burn_in_h: f64, problems: &mut Problems) {
        match (self.lattice, self.lesions) {
            (Sample::Lesion, None) => problems.add(
                "patient.lesions",
                "no volume, with patient.lattice = \"lesion\"",
                "give the volume of all lesions, such as `lesions = \"20 cm3\"`",
            ),
            (Sample::Skeleton, Some(_)) => problems.add(
                "patient.lesions",
                "a volume, with patient.lattice = \"skeleton\"",
                "leave it out, or write `lattice = \"lesion\"`",
            ),
            (_, Some(volume)) => problems.positive("patient.lesions", volume.get(), "cm3"),
            (_, None) => {}
        }
        problems.positive("patient.turnover", self.turnover.get(), "cm3/h");
        let window = self.health_window.get();
        if !(24.0..=burn_in_h).contains(&window) {
            problems.add(
                "patient.health_window",
                format!(
                    "found {} d with a burn-in of {} d",
                    window / 24.0,
                    burn_in_h / 24.0
                ),
                "give at least a day and at most run.burn_in: it says what the lattice does in health",
            );
        }
        self.calcium.check("patient.calcium", problems);
        self.markers.check("patient.markers", problems);
        self.neutrophils.check("patient.neutrophils", problems);
        self.skeleton.check("patient.skeleton", problems);
        self.toxicity.check("patient.toxicity", problems);
        if let Some(events) = &self.skeletal_events {
            events.check("patient.skeletal_events", problems);
        }
    }
}

/// What a lattice is to the body.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LatticeBone {
    /// Its volume, um3.
    pub volume_um3: f64,
    /// Calcium in mature bone, mmol/cm3: of the lattice and of the rest of the skeleton alike.
    pub mature_mmol_per_cm3: f64,
}

/// What a lattice did: sums since the start of the run, and numbers of cells now.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Reading {
    /// Resorbed since the start, um3.
    pub resorbed_um3: f64,
    /// Formed since the start, um3.
    pub formed_um3: f64,
    /// Calcium in the bone of the lattice now, fmol.
    pub calcium_fmol: f64,
    /// PTHrP that tumour cells made since the start, amol.
    pub pthrp_amol: f64,
    /// Osteoclasts now.
    pub osteoclasts: f64,
    /// Osteoblasts now.
    pub osteoblasts: f64,
    /// Volume of the tumour cells now, um3.
    pub tumour_um3: f64,
}

/// A body, as it is saved.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Body {
    /// Calcium.
    pub pools: Pools,
    /// Plasma PTHrP of the last day that drugs left free, pM.
    pub pthrp_pm: f64,
    /// Markers.
    pub levels: Levels,
    /// Neutrophils.
    pub chain: Chain,
    /// Effect of drugs on the marrow since the last day, summed over hours.
    pub marrow_effect_h: f64,
    /// Share of RANKL that drugs left free since the last day, summed over hours.
    pub free_rankl_h: f64,
    /// Drug that was laid on bone since the last day, amol/um2.
    pub laid: f64,
    /// The lattice a day ago.
    pub last: Reading,
    /// What the lattice did in the health window: volumes as sums, cells summed over days.
    pub health: Reading,
    /// Days in the health window.
    pub health_days: f64,
    /// Volume of the tumour cells in all lesions, cm3.
    pub tumour_cm3: f64,
    /// Turnover of the rest of the skeleton.
    pub rest: Turnover,
    /// Its resorption less its formation over the last day, over either in health.
    pub rest_net: f64,
    /// True while calcium is taken with an antiresorptive drug, as its level asks.
    pub is_supplemented: bool,
    /// Harm by antiresorptive drugs since day 0.
    pub harm: Harm,
}

/// What stops a run.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PatientError {
    /// Calcium.
    #[error(transparent)]
    Calcium(#[from] CalciumError),
    /// Neutrophils.
    #[error(transparent)]
    Neutrophils(#[from] NeutrophilError),
    /// Nothing happened in health.
    #[error(
        "in the {days} d before day 0 the lattice resorbed {resorbed_um3} um3 and held {osteoclasts} osteoclasts and {osteoblasts} osteoblasts on average, so it does not say what health is; take a larger lattice or a longer patient.health_window"
    )]
    NoHealth {
        /// Days looked at.
        days: f64,
        /// Resorbed, um3.
        resorbed_um3: f64,
        /// Mean number.
        osteoclasts: f64,
        /// Mean number.
        osteoblasts: f64,
    },
    /// The lesions turn over more than the skeleton.
    #[error(
        "lesions of this volume turn over {share:.2} of what the skeleton does in health; give smaller patient.lesions or a larger patient.turnover"
    )]
    TooLarge {
        /// Share of the turnover.
        share: f64,
    },
}

impl Patient {
    /// A body in health, with the lattice as it is at the start.
    pub fn at_rest(&self, reading: Reading) -> Body {
        Body {
            pools: self.calcium.at_rest(),
            levels: Levels::default(),
            chain: Chain::default(),
            last: reading,
            ..Body::default()
        }
    }

    /// True when the lattice shows health at this time, h.
    pub fn is_health(&self, time_h: f64) -> bool {
        time_h <= 1e-6 && time_h > -self.health_window.get() + 1e-6
    }

    /// The factor `s`, and the share `w` of the turnover.
    ///
    /// # Errors
    /// [`PatientError`].
    pub fn scale(&self, body: &Body, lattice_um3: f64) -> Result<(f64, f64), PatientError> {
        let (health, days) = (&body.health, body.health_days);
        if health.resorbed_um3 <= 0.0 || health.osteoclasts <= 0.0 || health.osteoblasts <= 0.0 {
            return Err(PatientError::NoHealth {
                days,
                resorbed_um3: health.resorbed_um3,
                osteoclasts: health.osteoclasts / days.max(1.0),
                osteoblasts: health.osteoblasts / days.max(1.0),
            });
        }
        let usual_um3_per_h = health.resorbed_um3 / (24.0 * days);
        let turnover_um3_per_h = self.turnover.get() * 1e12;
        let s = match (self.lattice, self.lesions) {
            (Sample::Lesion, Some(volume)) => volume.get() * 1e12 / lattice_um3,
            _ => turnover_um3_per_h / usual_um3_per_h,
        };
        let share = s * usual_um3_per_h / turnover_um3_per_h;
        if share > 1.0 + 1e-9 {
            return Err(PatientError::TooLarge { share });
        }
        Ok((s, share))
    }

    /// Takes the body on by a day. Up to day 0 it only looks at the lattice. Of the PTHrP in plasma drugs leave
    /// `free_pthrp`, 0 to 1, to act.
    ///
    /// # Errors
    /// [`PatientError`].
    pub fn advance(
        &self,
        body: &mut Body,
        time_h: f64,
        lattice: LatticeBone,
        now: Reading,
        free_pthrp: f64,
    ) -> Result<(), PatientError> {
        const DAY_H: f64 = 24.0;
        let resorbed_um3 = now.resorbed_um3 - body.last.resorbed_um3;
        let formed_um3 = now.formed_um3 - body.last.formed_um3;
        let freed_fmol = body.last.calcium_fmol - now.calcium_fmol;
        let pthrp_amol = now.pthrp_amol - body.last.pthrp_amol;
        body.last = now;
        let marrow_effect = std::mem::take(&mut body.marrow_effect_h) / DAY_H;
        if time_h <= 1e-6 {
            if self.is_health(time_h) {
                body.health.resorbed_um3 += resorbed_um3;
                body.health.formed_um3 += formed_um3;
                body.health.osteoclasts += now.osteoclasts;
                body.health.osteoblasts += now.osteoblasts;
                body.health_days += 1.0;
            }
            return Ok(());
        }
        let (s, share) = self.scale(body, lattice.volume_um3)?;
        // fmol to mmol, amol to pmol.
        let from_rest_cm3_per_h = (1.0 - share) * self.turnover.get() * body.rest_net;
        let from_bone_mmol_per_h =
            s * freed_fmol * 1e-12 / DAY_H + lattice.mature_mmol_per_cm3 * from_rest_cm3_per_h;
        body.pthrp_pm = free_pthrp * self.calcium.pthrp_escape * s * pthrp_amol * 1e-6
            / DAY_H
            / self.calcium.pthrp_clearance.get();
        self.calcium.advance_fed(
            &mut body.pools,
            from_bone_mmol_per_h,
            body.pthrp_pm,
            DAY_H,
            body.is_supplemented,
        )?;
        let health = &body.health;
        let rest = body.rest;
        let over = |rest: f64, now: f64, sum: f64| {
            (1.0 - share) * rest + share * now * body.health_days / sum
        };
        let formation = if health.formed_um3 > 0.0 {
            over(rest.formation, formed_um3, health.formed_um3)
        } else {
            rest.formation
        };
        body.tumour_cm3 = s * now.tumour_um3 * 1e-12;
        let production = Production {
            resorption: over(rest.resorption, resorbed_um3, health.resorbed_um3),
            formation,
            osteoclasts: over(rest.resorption, now.osteoclasts, health.osteoclasts),
            osteoblasts: over(rest.formation, now.osteoblasts, health.osteoblasts),
            tumour_cm3: body.tumour_cm3,
        };
        self.markers.advance(&mut body.levels, &production, DAY_H);
        self.neutrophils
            .advance(&mut body.chain, marrow_effect, DAY_H)?;
        Ok(())
    }

    /// Takes the rest of the skeleton on by a day, before the body, under the drugs that it met.
    pub fn turn_rest_over(&self, body: &mut Body, time_h: f64) {
        const DAY_H: f64 = 24.0;
        let drugs = OnBone {
            free_rankl: std::mem::take(&mut body.free_rankl_h) / DAY_H,
            laid: std::mem::take(&mut body.laid),
        };
        if time_h <= 1e-6 {
            return;
        }
        let before = body.rest;
        self.skeleton.advance(&mut body.rest, drugs, DAY_H);
        body.is_supplemented = is_held(drugs.free_rankl, body.rest.drug);
        // Net over the day by the mean of its ends; formation is slow, resorption falls in days.
        let net = |at: Turnover| at.resorption - at.formation;
        body.rest_net = f64::midpoint(net(before), net(body.rest));
    }

    /// Adds the harm of the day that ended now, from the drugs that were given until then.
    pub fn add_harm(&self, body: &mut Body, time_h: f64, doses: &[LastDose<'_>]) {
        const DAY_H: f64 = 24.0;
        if time_h <= 1e-6 {
            return;
        }
        let calcium_mm = self.calcium.level_mm(&body.pools);
        self.toxicity
            .advance(&mut body.harm, doses, time_h, DAY_H, calcium_mm);
    }
}

impl Body {
    /// True when every value is finite.
    pub fn makes_sense(&self) -> bool {
        let readings = [&self.last, &self.health].map(|reading| {
            [
                reading.resorbed_um3,
                reading.formed_um3,
                reading.calcium_fmol,
                reading.pthrp_amol,
                reading.osteoclasts,
                reading.osteoblasts,
                reading.tumour_um3,
            ]
        });
        let levels = &self.levels;
        [
            self.pools.fluid_mmol,
            self.pools.exchangeable_mmol,
            self.pools.calcitriol,
            self.pools.from_gut_mmol,
            self.pools.to_urine_mmol,
            self.pools.from_bone_mmol,
            self.pthrp_pm,
            levels.ctx,
            levels.ntx,
            levels.trap5b,
            levels.bsap,
            levels.p1np,
            levels.cea,
            levels.bsp,
            self.health_days,
            self.marrow_effect_h,
            self.tumour_cm3,
            self.rest.resorption,
            self.rest.formation,
            self.rest.drug,
            self.rest_net,
            self.free_rankl_h,
            self.laid,
        ]
        .iter()
        .chain(readings.iter().flatten())
        .chain(&self.chain.relative)
        .all(|value| value.is_finite())
            && self.harm.makes_sense()
    }
}

#[cfg(test)]
mod tests;
