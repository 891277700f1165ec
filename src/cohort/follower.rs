//! A patient of a trial, day by day: drugs, radiation, lesions, disease outside of bone, the rest of the skeleton, calcium,
//! markers, bones, death.
//!
//! # Law
//! All lesions of a patient are alike: one reduced lesion times their volume, until the one that hurts is irradiated; from then on
//! there are two, that one and all others, and each has its share of hazards. The rest of the skeleton
//! is the same tissue without tumour. Strength of the weakest cut is
//! `1 - section (1 - bone^strength_exponent)`; the canal is filled by `canal` times the fill.
//! Calcium from bone is what lesions and the rest lose, plasma PTHrP what the cells make over its
//! clearance; both act on the body as in a single run (`patient`), and calcium is taken with antiresorptive drugs as
//! there. The body does not act on the tissue.
//! Disease begins `disease` before day 0, without drugs; calcium and markers settle over the last 28 d.
//! Leaving the trial has a constant hazard per patient, death one that tumour, events and drugs modulate
//! ([`super::death`]). Radiation that is an event irradiates the lesion that hurts where its draw falls to it.
//!
//! # Limits
//! Lesions do not spread to other bones. A fracture does not heal, and surgery leaves bone as it was. Radiation that falls to one of
//! the other lesions relieves nothing: one of many.
//!
//! # References
//! Carter and Hayes 1977 (strength by the square of density).

use crate::biology::problem::Problems;
use crate::cohort::body::{CohortError, End, History, RECORD_D, Seen};
use crate::cohort::clones::Clones;
use crate::cohort::courses::Shot;
use crate::cohort::death::Burden;
use crate::cohort::illness::Ill;
use crate::cohort::immunity::{Cd8, Place};
use crate::cohort::pain::felt;
use crate::cohort::radiation::radiobiology;
use crate::cohort::site::{Of, Site, kills};
use crate::cohort::soft::Visceral;
use crate::cohort::systemic::{Acts, Dosed, dosed, given};
use crate::cohort::tissue::{Action, Lesion, Phenotype, Tissue};
use crate::cohort::traits::Person;
use crate::cohort::trial::Trial;
use crate::numerics::random::{Chance, Stream};
use crate::patient::calcium::Pools;
use crate::patient::markers::Levels;
use crate::patient::skeletal_events::{Course, SkeletalState};
use crate::therapy::plan::{DrugInBody, Plan};
use crate::therapy::radiotherapy::Radiobiology;

pub(super) const DAY_H: f64 = 24.0;
/// Days before day 0 over which calcium and markers settle.
const SETTLING_D: u32 = 28;
/// Addresses of the draws of death and of leaving.
const DEATH: u32 = 100;
const LEAVING: u32 = 101;

/// A patient on a day.
#[derive(Debug, Clone)]
pub(super) struct Today {
    /// The lesion that hurts; all lesions where there are no `others`.
    pub(super) hurts: Site,
    /// All other lesions, once they differ.
    pub(super) others: Option<Site>,
    pub(super) rest: Lesion,
    outside: Visceral,
    clones: Clones,
    cd8: Cd8,
    pub(super) pools: Pools,
    pub(super) levels: Levels,
    pub(super) course: Course,
    /// Days of radiation to the lesion that hurts.
    pub(super) irradiated_d: Vec<f64>,
}

/// A patient and what does not change in a trial.
pub(super) struct Follower<'a> {
    pub(super) trial: &'a Trial,
    pub(super) person: Person,
    pub(super) ill: Ill,
    pub(super) tissue: Tissue,
    pub(super) cells: Option<&'static Radiobiology>,
    pub(super) lesion: Phenotype,
    rest: Phenotype,
    /// Turnover of lesions and of the rest in health, cm3 per day.
    pub(super) turned: [f64; 2],
    /// The end of follow-up but for death.
    end: (f64, End),
    /// Death comes when its hazard, summed over days, is this.
    death_at: f64,
    start: Today,
}

/// What an arm gives a patient.
struct Given<'a> {
    plan: Plan,
    acts: Vec<&'a Acts>,
    shots: Vec<Shot>,
}

impl<'a> Follower<'a> {
    /// Draws a patient and takes the disease to day 0.
    ///
    /// # Errors
    /// [`CohortError`].
    pub(super) fn new(trial: &'a Trial, patient: u64) -> Result<Self, CohortError> {
        let chance = Chance::new(trial.seed);
        let mut person = trial.traits.draw(chance, patient)?;
        let ill = trial.illness.draw(chance, patient, &trial.shares())?;
        person.growth *= ill.growth;
        person.pthrp *= ill.pthrp;
        // A tumour that grows slower is found as late as it is large.
        person.disease_d /= ill.growth;
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
        let mut tissue = trial.tissue.clone();
        if let Some(link) = ill.link {
            tissue.link = link;
        }
        let lesion = Phenotype {
            pthrp: person.pthrp,
            pace: person.growth,
            turnover_per_d: person.turnover_per_d,
        };
        let of = Of {
            trial,
            tissue: &tissue,
            phenotype: &lesion,
            ill: &ill,
        };
        let start = Today {
            hurts: of.at_start(Lesion::new(person.seeded)),
            others: None,
            rest: Lesion::new(0.0),
            outside: trial.soft.at_start(ill.outside_cm3),
            clones: Clones::new(ill.resistant),
            cd8: trial.immunity.at_start(&outside(&ill, &Dosed::NONE)),
            pools: trial.body.calcium.at_rest(),
            levels: Levels::default(),
            course: Course::default(),
            irradiated_d: Vec::new(),
        };
        let mut follower = Self {
            trial,
            person,
            ill,
            tissue,
            cells: radiobiology(),
            lesion,
            rest: Phenotype {
                pthrp: 0.0,
                pace: 0.0,
                turnover_per_d: whole / trial.body.bone.get(),
            },
            turned: [lesions, whole - lesions],
            end,
            death_at: waits(DEATH),
            start,
        };
        let mut today = follower.start.clone();
        let before = person.disease_d.round() as u32;
        for left in (0..before).rev() {
            let of = follower.of();
            let healed = of.grow(&mut today.hurts.lesion, &Action::NONE);
            if left < SETTLING_D {
                follower.blood(&mut today, &Action::NONE, [healed, 0.0], -i64::from(left))?;
            }
        }
        let mut hurts = follower.of().at_start(today.hurts.lesion);
        let state = follower.state(&hurts, &today);
        hurts
            .painful
            .see(&trial.events, &state, 0.0, follower.ill.lasting_pain);
        today.hurts = hurts;
        follower.start = today;
        Ok(follower)
    }

    /// The patient.
    pub(super) const fn person(&self) -> &Person {
        &self.person
    }

    /// The illness.
    pub(super) const fn ill(&self) -> &Ill {
        &self.ill
    }

    /// Markers, calcium and tumour in bone on day 0.
    pub(super) fn baseline(&self) -> (Levels, f64, f64) {
        (
            self.start.levels,
            self.trial.body.calcium.level_mm(&self.start.pools),
            self.tumour_cm3(&self.start),
        )
    }

    const fn of(&self) -> Of<'_> {
        Of {
            trial: self.trial,
            tissue: &self.tissue,
            phenotype: &self.lesion,
            ill: &self.ill,
        }
    }

    /// Lesions with their shares of the volume.
    pub(super) fn sites<'b>(
        &self,
        today: &'b Today,
    ) -> impl Iterator<Item = (f64, &'b Site)> + use<'b> {
        let painful = self.trial.radiation.painful;
        let first = if today.others.is_some() { painful } else { 1.0 };
        let others = today.others.iter().map(move |site| (1.0 - painful, site));
        std::iter::once((first, &today.hurts)).chain(others)
    }

    /// Tumour that would fill all lesions as this one, cm3.
    fn as_all_cm3(&self, site: &Site, fill: f64) -> f64 {
        let marrow = 1.0 - self.person.bone * site.lesion.bone;
        self.person.lesions_cm3 * marrow * fill
    }

    /// Living tumour in bone, cm3.
    pub(super) fn tumour_cm3(&self, today: &Today) -> f64 {
        self.sites(today)
            .map(|(share, site)| share * self.as_all_cm3(site, site.lesion.fill))
            .sum()
    }

    /// Tumour in bone as a scan sees it, cm3.
    fn seen_cm3(&self, today: &Today) -> f64 {
        let stroma = self.trial.soft.stroma * self.tumour_cm3(&self.start);
        let seen = self
            .sites(today)
            .map(|(share, site)| share * self.as_all_cm3(site, site.lesion.fill + site.dead));
        seen.sum::<f64>() + stroma
    }

    pub(super) fn state(&self, site: &Site, today: &Today) -> SkeletalState {
        let left = site.lesion.bone.powf(self.trial.body.strength_exponent);
        SkeletalState {
            strength: 1.0 - self.person.section * (1.0 - left),
            burden_cm3: self.as_all_cm3(site, site.lesion.fill),
            resorption: site.lesion.resorption,
            calcium_mm: self.trial.body.calcium.level_mm(&today.pools),
            canal: Some(self.person.canal * site.lesion.fill),
            load: self.person.load,
        }
    }

    fn seen(&self, today: &Today) -> Seen {
        let mean = |of: fn(&Lesion) -> f64| {
            self.sites(today)
                .map(|(share, site)| share * of(&site.lesion))
                .sum()
        };
        let weakest = self
            .sites(today)
            .map(|(_, site)| self.state(site, today).strength)
            .fold(f64::INFINITY, f64::min);
        Seen {
            ctx: today.levels.ctx,
            ntx: today.levels.ntx,
            calcium_mm: self.trial.body.calcium.level_mm(&today.pools),
            bone: mean(|lesion| lesion.bone),
            fill: mean(|lesion| lesion.fill),
            resorption: mean(|lesion| lesion.resorption),
            strength: weakest,
            pain: today.hurts.painful.pain,
            felt_pain: felt(today.hurts.painful.pain, self.ill.tolerance),
            in_bone_cm3: self.seen_cm3(today),
            outside_cm3: today.outside.seen_cm3(),
        }
    }

    fn given(&self, arm: &str) -> Result<Given<'a>, CohortError> {
        let mut problems = Problems::default();
        let plan = self.trial.plan(arm, &self.person, &mut problems);
        let shots = self.trial.shots(arm, &mut problems);
        if let Some(problem) = problems.found.first() {
            return Err(CohortError::Plan {
                patient: self.person.number,
                arm: arm.to_owned(),
                reason: problem.to_string(),
            });
        }
        let acts = self.trial.acts(&plan);
        Ok(Given { plan, acts, shots })
    }

    /// Follows the patient in an arm.
    ///
    /// # Errors
    /// [`CohortError`].
    pub(super) fn follow(&self, arm: &str) -> Result<History, CohortError> {
        let patient = self.person.number;
        let Given { plan, acts, shots } = self.given(arm)?;
        let mut drugs = vec![DrugInBody::default(); plan.agents.len()];
        let mut today = self.start.clone();
        let mut seen = vec![self.seen(&today)];
        let (mut end_d, mut end) = self.end;
        let mut summed = 0.0;
        for day in 0..end_d.ceil() as u32 {
            let hazard = self.hazard_of_death(&today, given(&plan, &acts, f64::from(day)));
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
            for shot in shots.iter().filter(|shot| shot.day == day) {
                self.irradiate(&mut today, (shot.dose_gy, shot.law), shot.field, day);
            }
            self.grow(&mut today, &dosed(&plan, &acts, &drugs), day)?;
            self.happen(&mut today, day);
            if (day + 1) % RECORD_D == 0 && f64::from(day + 1) <= end_d {
                seen.push(self.seen(&today));
            }
            if end == End::Death {
                break;
            }
        }
        let mut events = today.course.events.all;
        events.retain(|event| event.day <= end_d);
        let mut irradiated_d = today.irradiated_d;
        irradiated_d.retain(|day| *day <= end_d);
        Ok(History {
            end_d,
            end,
            events,
            irradiated_d,
            seen,
        })
    }

    fn hazard_of_death(&self, today: &Today, given: (bool, bool)) -> f64 {
        let calcium_mm = self.trial.body.calcium.level_mm(&today.pools);
        let burden = Burden {
            outside_cm3: today.outside.living_cm3,
            bone_cm3: self.tumour_cm3(today),
            performance: self.ill.performance,
            n: self.ill.n,
            given,
        };
        let events = &today.course.events.all;
        (self.trial.death).hazard(self.person.death_per_d, &burden, events, calcium_mm)
    }

    /// Takes tissue and blood on by a day.
    fn grow(&self, today: &mut Today, dosed: &Dosed, day: u32) -> Result<(), CohortError> {
        let of = self.of();
        let healed = of.advance(&mut today.hurts, dosed);
        let others = today.others.as_mut();
        let healed = [healed, others.map_or(0.0, |site| of.advance(site, dosed))];
        self.tissue
            .advance(&mut today.rest, &self.rest, &dosed.action);
        let by_cd8 = self
            .trial
            .immunity
            .advance(&mut today.cd8, &outside(&self.ill, dosed));
        let killed = kills(&mut today.clones, &self.ill, dosed, by_cd8);
        self.trial.soft.advance(
            &mut today.outside,
            self.ill.outside_cm3,
            self.ill.doubling_d,
            killed,
        );
        self.blood(today, &dosed.action, healed, i64::from(day))
    }
}

/// Where CD8 cells are outside of bone.
const fn outside(ill: &Ill, dosed: &Dosed) -> Place {
    Place {
        pd_l1: ill.pd_l1,
        hidden: dosed.pd_1,
        priming: dosed.priming,
        antigenicity: ill.antigenicity,
        factors: 0.0,
        free_rankl: dosed.action.free_rankl,
        is_bone: false,
    }
}
