//! A patient of a trial, day by day: drugs, lesions, the rest of the skeleton, calcium, markers, bones.
//!
//! # Law
//! All lesions of a patient are alike: one reduced lesion times their volume. The rest of the skeleton
//! is the same tissue without tumour. Strength of the weakest cut is
//! `1 - section (1 - bone^strength_exponent)`; the canal is filled by `canal` times the fill.
//! Calcium from bone is what lesions and the rest lose, plasma PTHrP what the cells make over its
//! clearance; both act on the body as in a single run (`patient`), and calcium is taken with antiresorptive drugs as
//! there. The body does not act on the tissue.
//! Disease begins `disease` before day 0, without drugs; calcium and markers settle over the last 28 d.
//! Leaving the trial has a constant hazard per patient, death one that what bone metastases do multiplies
//! ([`super::death`]).
//!
//! # Limits
//! Lesions do not spread to other bones. Events do not change the tissue.
//!
//! # References
//! Carter and Hayes 1977 (strength by the square of density).

use crate::biology::problem::Problems;
use crate::cohort::body::{CohortError, End, History, RECORD_D, Seen};
use crate::cohort::tissue::{Action, Lesion, Phenotype};
use crate::cohort::traits::Person;
use crate::cohort::trial::Trial;
use crate::numerics::random::{Chance, Stream};
use crate::patient::calcium::Pools;
use crate::patient::markers::{Levels, Production};
use crate::patient::skeletal_events::{Course, SkeletalState};
use crate::therapy::plan::{DrugInBody, Plan};

const DAY_H: f64 = 24.0;
/// g of calcium in a mol.
const CALCIUM_G_PER_MOL: f64 = 40.078;
/// Days before day 0 over which calcium and markers settle.
const SETTLING_D: u32 = 28;
/// Free share of RANKL below which a drug holds bone.
const FREE: f64 = 0.99;
/// Addresses of the draws of death and of leaving.
const DEATH: u32 = 100;
const LEAVING: u32 = 101;

/// A patient on a day.
#[derive(Debug, Clone)]
struct Today {
    lesion: Lesion,
    rest: Lesion,
    pools: Pools,
    levels: Levels,
    course: Course,
}

/// A patient and what does not change in a trial.
pub(super) struct Follower<'a> {
    trial: &'a Trial,
    person: Person,
    lesion: Phenotype,
    rest: Phenotype,
    /// Turnover of lesions and of the rest in health, cm3 per day.
    turned: [f64; 2],
    /// The end of follow-up but for death.
    end: (f64, End),
    /// Death comes when its hazard, summed over days, is this.
    death_at: f64,
    start: Today,
}

impl<'a> Follower<'a> {
    /// Draws a patient and takes the disease to day 0.
    ///
    /// # Errors
    /// [`CohortError`].
    pub(super) fn new(trial: &'a Trial, patient: u64) -> Result<Self, CohortError> {
        let chance = Chance::new(trial.seed);
        let person = trial.traits.draw(chance, patient)?;
        let whole = trial.body.turnover.get() * DAY_H;
        let lesions = person.lesions_cm3 * person.bone * person.turnover_per_d;
        if lesions > whole {
            return Err(CohortError::TooLarge {
                patient,
                lesions_cm3: person.lesions_cm3,
                share: lesions / whole,
            });
        }
        let waits = |address| -chance.at(Stream::Cohort, address, patient).uniform().ln();
        let follow_up = f64::from(trial.days());
        // A hazard of zero never comes.
        let leaves = waits(LEAVING) / person.dropout_per_d;
        let end = if leaves < follow_up {
            (leaves, End::Leaving)
        } else {
            (follow_up, End::Trial)
        };
        let mut follower = Self {
            trial,
            person,
            lesion: Phenotype {
                pthrp: person.pthrp,
                pace: person.growth,
                turnover_per_d: person.turnover_per_d,
            },
            rest: Phenotype {
                pthrp: 0.0,
                pace: 0.0,
                turnover_per_d: whole / trial.body.bone.get(),
            },
            turned: [lesions, whole - lesions],
            end,
            death_at: waits(DEATH),
            start: Today {
                lesion: Lesion::new(person.seeded),
                rest: Lesion::new(0.0),
                pools: trial.body.calcium.at_rest(),
                levels: Levels::default(),
                course: Course::default(),
            },
        };
        let mut today = follower.start.clone();
        let before = person.disease_d.round() as u32;
        for left in (0..before).rev() {
            trial
                .tissue
                .advance(&mut today.lesion, &follower.lesion, &Action::NONE);
            if left < SETTLING_D {
                follower.blood(&mut today, &Action::NONE, -i64::from(left))?;
            }
        }
        follower.start = today;
        Ok(follower)
    }

    /// The patient.
    pub(super) const fn person(&self) -> &Person {
        &self.person
    }

    /// Takes calcium and markers on by a day.
    fn blood(&self, today: &mut Today, action: &Action, day: i64) -> Result<(), CohortError> {
        let (body, tissue) = (&self.trial.body, &self.trial.tissue);
        let [lesions, rest] = self.turned;
        let of_lesions = lesions * today.lesion.bone;
        let lost = of_lesions * (today.lesion.resorption - today.lesion.formation)
            + rest * (today.rest.resorption - today.rest.formation);
        let mmol_per_cm3 = 1e3 * body.calcium_content.get() / CALCIUM_G_PER_MOL;
        let cells = self.tumour_cm3(today) * 1e12 / body.cell_volume.get();
        let amol_per_h =
            cells * body.pthrp.get() * tissue.pthrp(&today.lesion, &self.lesion, action);
        let pthrp_pm = body.calcium.pthrp_escape * action.free_pthrp * amol_per_h * 1e-6
            / body.calcium.pthrp_clearance.get();
        // Calcium is taken with an antiresorptive drug, as in a single run.
        let is_supplemented = action.free_rankl < FREE || today.rest.drug > 0.0;
        body.calcium
            .advance_fed(
                &mut today.pools,
                lost * mmol_per_cm3 / DAY_H,
                pthrp_pm,
                DAY_H,
                is_supplemented,
            )
            .map_err(|reason| CohortError::Calcium {
                patient: self.person.number,
                day,
                reason,
            })?;
        let over =
            |lesion: f64, rest_now: f64| (of_lesions * lesion + rest * rest_now) / (lesions + rest);
        let resorption = over(today.lesion.resorption, today.rest.resorption);
        let formation = over(today.lesion.formation, today.rest.formation);
        let tumour_cm3 = self.tumour_cm3(today);
        body.markers.advance(
            &mut today.levels,
            &Production {
                resorption,
                formation,
                osteoclasts: resorption,
                osteoblasts: formation,
                tumour_cm3,
            },
            DAY_H,
        );
        Ok(())
    }

    /// Tumour in bone, cm3.
    fn tumour_cm3(&self, today: &Today) -> f64 {
        let marrow = 1.0 - self.person.bone * today.lesion.bone;
        self.person.lesions_cm3 * marrow * today.lesion.fill
    }

    fn state(&self, today: &Today) -> SkeletalState {
        let left = today.lesion.bone.powf(self.trial.body.strength_exponent);
        SkeletalState {
            strength: 1.0 - self.person.section * (1.0 - left),
            burden_cm3: self.tumour_cm3(today),
            resorption: today.lesion.resorption,
            calcium_mm: self.trial.body.calcium.level_mm(&today.pools),
            canal: Some(self.person.canal * today.lesion.fill),
            load: self.person.load,
        }
    }

    fn seen(&self, today: &Today) -> Seen {
        let state = self.state(today);
        Seen {
            ctx: today.levels.ctx,
            ntx: today.levels.ntx,
            calcium_mm: state.calcium_mm,
            bone: today.lesion.bone,
            fill: today.lesion.fill,
            resorption: state.resorption,
            strength: state.strength,
            pain: self.trial.events.pain(&state),
        }
    }

    /// Follows the patient in an arm.
    ///
    /// # Errors
    /// [`CohortError`].
    pub(super) fn follow(&self, arm: &str) -> Result<History, CohortError> {
        let patient = self.person.number;
        let mut problems = Problems::default();
        let plan = self.trial.plan(arm, &self.person, &mut problems);
        if let Some(problem) = problems.found.first() {
            return Err(CohortError::Plan {
                patient,
                arm: arm.to_owned(),
                reason: problem.to_string(),
            });
        }
        let chance = Chance::new(self.trial.seed);
        let mut drugs = vec![DrugInBody::default(); plan.agents.len()];
        let mut today = self.start.clone();
        let mut seen = vec![self.seen(&today)];
        let (mut end_d, mut end) = self.end;
        let mut summed = 0.0;
        for day in 0..end_d.ceil() as u32 {
            let calcium_mm = self.trial.body.calcium.level_mm(&today.pools);
            let factor = (self.trial.death).factor(&today.course.events.all, calcium_mm);
            let hazard = self.person.death_per_d * factor;
            let dies = f64::from(day) + (self.death_at - summed) / hazard;
            if dies < end_d.min(f64::from(day + 1)) {
                (end_d, end) = (dies, End::Death);
            }
            summed += hazard;
            let from_h = f64::from(day) * DAY_H;
            for (agent, body) in drugs.iter_mut().enumerate() {
                plan.advance(agent, body, from_h, from_h + DAY_H)
                    .map_err(|reason| CohortError::Drug {
                        patient,
                        arm: arm.to_owned(),
                        reason,
                    })?;
            }
            let action = action(&plan, &drugs);
            let tissue = &self.trial.tissue;
            tissue.advance(&mut today.lesion, &self.lesion, &action);
            tissue.advance(&mut today.rest, &self.rest, &action);
            self.blood(&mut today, &action, i64::from(day))?;
            let state = self.state(&today);
            self.trial
                .events
                .advance(&mut today.course, &state, day, chance, patient);
            if (day + 1) % RECORD_D == 0 && f64::from(day + 1) <= end_d {
                seen.push(self.seen(&today));
            }
            if end == End::Death {
                break;
            }
        }
        let mut events = today.course.events.all;
        events.retain(|event| event.day <= end_d);
        Ok(History {
            end_d,
            end,
            events,
            seen,
        })
    }
}

/// What the drugs in a body do to the reduced tissue.
pub(super) fn action(plan: &Plan, drugs: &[DrugInBody]) -> Action {
    let free = |signal: &str| plan.left_free(drugs, signal);
    let hits = plan.kills(drugs, false);
    let (any, dividing) = (hits.any.sum(), hits.dividing.sum());
    Action {
        free_rankl: free("rankl"),
        free_pthrp: free("pthrp"),
        free_factors: free("tgf_beta"),
        laid: plan
            .bone_agent
            .map_or(0.0, |agent| drugs[agent].bone_amol_per_um2),
        kills: (any + dividing) * DAY_H,
    }
}
