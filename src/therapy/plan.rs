//! The plan of a run: drugs ready for their first dose, and what is given when.
//!
//! Doses of courses with dates are known before the run. A course that waits for a condition, or ends
//! by one, is kept as it is; with its [`Dates`], which the state of the run remembers, its doses follow.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::biology::cue::{Agents, Blocked};
use crate::biology::problem::Problems;
use crate::numerics::response::hill;
use crate::patient::toxicity::LastDose;
use crate::therapy::condition::Findings;
use crate::therapy::drug::{BoneBinding, Cycle, Drug, Kills};
use crate::therapy::pharmacokinetics::{Amounts, PharmacokineticsError, System};
use crate::therapy::regimen::{Course, Route};
use crate::therapy::subject::{Species, Subject};

/// A moment is met when it is this near, h: times are sums of decimals.
const NEAR_H: f64 = 1e-9;

/// Share of all that was given below which a drug is gone.
const GONE: f64 = 1e-15;

/// Where the courses stand in a scenario.
const COURSES: &str = "therapy.";

/// What a scenario says about therapy.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Therapy {
    /// Who is treated.
    pub subject: Subject,
    /// Drugs by name.
    pub drugs: BTreeMap<String, Drug>,
    /// Courses by name.
    pub courses: BTreeMap<String, Course>,
    /// Length of the run, h.
    pub duration_h: f64,
}

/// A drug in the body of the subject.
#[derive(Debug, Clone, PartialEq)]
pub struct Agent {
    /// Name, also of its cue.
    pub name: String,
    /// Its way through the body.
    pub system: System,
    /// Share of a dose in the depot that is absorbed.
    pub bioavailability: f64,
    /// pM in one mg/L.
    pub pm_per_mg_per_l: f64,
    /// False where its target is that of another species.
    pub acts: bool,
    /// Signals it binds: name, dissociation constant in pM, share within reach.
    pub neutralises: Vec<(String, f64, f64)>,
    /// Death of tumour cells.
    pub kills: Option<Kills>,
    /// Binding to bone, with the skeleton of the subject.
    pub bone: Option<BoneBinding>,
}

/// One dose.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Administration {
    /// Index of the drug.
    pub agent: usize,
    /// Time, h.
    pub time_h: f64,
    /// Amount, mg.
    pub mg: f64,
    /// True into a vein, false into the depot.
    pub into_vein: bool,
    /// Length of the infusion, h; 0 for a bolus.
    pub infusion_h: f64,
}

/// Drugs and doses of a run, immutable.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Plan {
    /// Drugs, by name.
    pub agents: Vec<Agent>,
    /// Doses of the courses with dates, by time.
    pub doses: Vec<Administration>,
    /// Courses that begin or end by a condition, by name.
    pub conditional: Vec<ConditionalCourse>,
    /// The drug that binds to bone, if there is one.
    pub bone_agent: Option<usize>,
    /// Length of the run, h.
    pub duration_h: f64,
}

/// A course that begins or ends by a condition.
#[derive(Debug, Clone, PartialEq)]
pub struct ConditionalCourse {
    /// Its name.
    pub name: String,
    /// The course.
    pub course: Course,
    /// One of its doses, at any time.
    pub dose: Administration,
}

/// When a conditional course began and ended, as it is saved.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Dates {
    /// Time at which its condition came true, h; none for a course that still waits.
    pub started_h: Option<f64>,
    /// Time at which it ended by a condition, h.
    pub stopped_h: Option<f64>,
}

impl Dates {
    /// True when no date lies before day 0 or after a time, and none ends before it starts.
    pub fn make_sense(&self, now_h: f64) -> bool {
        let fits =
            |time: Option<f64>| time.is_none_or(|time| (0.0..=now_h.max(0.0)).contains(&time));
        let in_order = match (self.started_h, self.stopped_h) {
            (Some(started), Some(stopped)) => started <= stopped,
            _ => true,
        };
        fits(self.started_h) && fits(self.stopped_h) && in_order
    }
}

impl ConditionalCourse {
    /// Time of its first dose, h, if that is known.
    pub fn start_h(&self, dates: &Dates) -> Option<f64> {
        if self.course.start_when.is_some() {
            dates.started_h
        } else {
            Some(self.course.earliest_h())
        }
    }
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

impl Therapy {
    /// What the cues and rates have to know about the drugs.
    pub fn agents(&self) -> Agents {
        Agents {
            names: self.drugs.keys().cloned().collect(),
            inside: self
                .drugs
                .iter()
                .filter(|(_, drug)| drug.bone.is_some())
                .map(|(name, _)| format!("{name}_inside"))
                .collect(),
            blocked: self
                .drugs
                .iter()
                .flat_map(|(name, drug)| {
                    drug.blocks
                        .iter()
                        .filter(|(_, law)| law.enabled)
                        .map(move |(key, law)| Blocked {
                            key: format!("drugs.{name}.blocks.{key}"),
                            drug: name.clone(),
                            cue: law.cue.clone(),
                            on: law.on.clone(),
                            half_max_pm: law.half_max.get(),
                            hill: law.hill,
                            most: law.most,
                        })
                })
                .collect(),
        }
    }

    /// The plan. What is wrong goes to `problems`.
    pub fn plan(&self, problems: &mut Problems) -> Plan {
        self.subject.check(problems);
        let mut plan = Plan {
            duration_h: self.duration_h,
            ..Plan::default()
        };
        for (name, drug) in &self.drugs {
            let path = format!("drugs.{name}");
            drug.check(&path, problems);
            if drug.bone.is_some() {
                if plan.bone_agent.is_some() {
                    problems.add(
                        &format!("{path}.bone"),
                        "a second drug that binds to bone",
                        "declare one such drug: bone keeps the load of one",
                    );
                }
                plan.bone_agent = Some(plan.agents.len());
            }
            plan.agents.push(self.agent(name, drug, problems));
        }
        for (name, course) in &self.courses {
            self.enter(&mut plan, &format!("{COURSES}{name}"), course, problems);
        }
        sort(&mut plan.doses);
        plan
    }

    fn agent(&self, name: &str, drug: &Drug, problems: &mut Problems) -> Agent {
        // A body that is far from that of the reference needs its mass.
        const GREAT_MG: f64 = 1e6;
        let reference = drug.pk.reference_mass.get();
        let is_great = self.subject.species == Species::Human;
        let given = self.courses.values().any(|course| course.drug == name);
        if given && self.subject.mass.is_none() && (reference > GREAT_MG) != is_great {
            problems.add(
                &format!("drugs.{name}.pk.reference_mass"),
                format!(
                    "found {} for a {}, and subject.mass is not given",
                    drug.pk.reference_mass,
                    self.subject.species.name()
                ),
                "set subject.mass, such as \"20 g\" or \"70 kg\", to scale it",
            );
        }
        let relative = self.subject.mass.map_or(1.0, |mass| mass.get() / reference);
        let mut system = drug.pk.system(self.subject.mass);
        if drug.pk.filtered > 0.0 {
            match self.subject.filtration {
                Some(filtration) => {
                    system.clearance_l_per_h += drug.pk.filtered * filtration.get();
                }
                None if given => problems.add(
                    &format!("drugs.{name}.pk.filtered"),
                    format!(
                        "found {}, and subject.filtration is not given",
                        drug.pk.filtered
                    ),
                    "set subject.filtration, such as \"90 mL/min\" in man or \"0.25 mL/min\" in \
                     a mouse of 20 g",
                ),
                None => {}
            }
        }
        Agent {
            name: name.to_owned(),
            system,
            bioavailability: drug.pk.bioavailability,
            pm_per_mg_per_l: drug.pk.pm_per_mg_per_l(),
            acts: drug
                .acts_in
                .as_ref()
                .is_none_or(|species| species.contains(&self.subject.species)),
            neutralises: drug
                .neutralises
                .iter()
                .map(|(signal, law)| (signal.clone(), law.kd.get(), law.most))
                .collect(),
            kills: drug.kills.clone(),
            bone: drug.bone.clone().map(|mut bone| {
                // Bone surface goes with the mass of bone, which goes with that of the body.
                bone.skeleton =
                    crate::numerics::quantity::Area::um2(bone.skeleton.get() * relative);
                bone
            }),
        }
    }

    fn enter(&self, plan: &mut Plan, path: &str, course: &Course, problems: &mut Problems) {
        let (times, mg) = course.doses(path, &self.subject, self.duration_h, problems);
        let Some(agent) = plan
            .agents
            .iter()
            .position(|agent| agent.name == course.drug)
        else {
            let known: Vec<&str> = self.drugs.keys().map(String::as_str).collect();
            problems.add(
                &format!("{path}.drug"),
                format!("there is no drug \"{}\"", course.drug),
                format!(
                    "drugs that come with howship: {}; declared here: {}; or declare [drugs.{}]",
                    crate::therapy::catalogue::names().join(", "),
                    if known.is_empty() {
                        "none".to_owned()
                    } else {
                        known.join(", ")
                    },
                    course.drug
                ),
            );
            return;
        };
        let into_vein = course.route == Route::Intravenous;
        if !into_vein && plan.agents[agent].system.absorption_per_h <= 0.0 {
            problems.add(
                &format!("{path}.route"),
                format!("{} has no absorption from a depot", course.drug),
                format!(
                    "set route = \"intravenous\", or give drugs.{}.pk.absorption",
                    course.drug
                ),
            );
        }
        let dose = Administration {
            agent,
            time_h: 0.0,
            mg,
            into_vein,
            infusion_h: course.infusion.get(),
        };
        if course.is_conditional() {
            plan.conditional.push(ConditionalCourse {
                name: path.strip_prefix(COURSES).unwrap_or(path).to_owned(),
                course: course.clone(),
                dose,
            });
        } else {
            let at = |&time_h: &f64| Administration { time_h, ..dose };
            plan.doses.extend(times.iter().map(at));
        }
    }
}

/// Doses by time.
fn sort(doses: &mut [Administration]) {
    doses.sort_by(|a, b| a.time_h.total_cmp(&b.time_h).then(a.agent.cmp(&b.agent)));
}

impl Plan {
    /// True when nothing is ever given.
    pub const fn is_empty(&self) -> bool {
        self.doses.is_empty() && self.conditional.is_empty()
    }

    /// All doses that are known, by time: those of courses with dates, and those of conditional courses
    /// that have begun.
    pub fn calendar(&self, dates: &[Dates]) -> Cow<'_, [Administration]> {
        if self.conditional.is_empty() {
            return Cow::Borrowed(&self.doses);
        }
        let mut doses = self.doses.clone();
        for (entry, dates) in self.conditional.iter().zip(dates) {
            if let Some(start_h) = entry.start_h(dates) {
                let times = entry
                    .course
                    .times(start_h, dates.stopped_h, self.duration_h);
                doses.extend(times.into_iter().map(|time_h| Administration {
                    time_h,
                    ..entry.dose
                }));
            }
        }
        sort(&mut doses);
        Cow::Owned(doses)
    }

    /// Looks at the conditions of all courses on a day.
    pub fn look(&self, dates: &mut [Dates], time_h: f64, found: &Findings) {
        for (entry, dates) in self.conditional.iter().zip(dates) {
            let course = &entry.course;
            match entry.start_h(dates) {
                None => {
                    let is_due = time_h > course.earliest_h() - NEAR_H;
                    if is_due && course.start_when.is_some_and(|when| when.holds(found)) {
                        dates.started_h = Some(time_h);
                    }
                }
                Some(start_h) => {
                    if dates.stopped_h.is_none()
                        && time_h > start_h + NEAR_H
                        && course.stop_when.is_some_and(|when| when.holds(found))
                    {
                        dates.stopped_h = Some(time_h);
                    }
                }
            }
        }
    }

    /// Each drug that was given before a time, with the time since its last dose.
    pub fn last_doses(&self, dates: &[Dates], time_h: f64) -> Vec<LastDose<'_>> {
        let calendar = self.calendar(dates);
        let last = |agent: usize| {
            let given = calendar.iter().rev();
            given
                .filter(|dose| dose.agent == agent)
                .map(|dose| dose.time_h)
                .find(|&at| at < time_h - NEAR_H)
        };
        let agents = self.agents.iter().enumerate();
        agents
            .filter_map(|(agent, drug)| {
                Some(LastDose {
                    drug: &drug.name,
                    ago_h: time_h - last(agent)?,
                })
            })
            .collect()
    }

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

    /// Hazards of death of tumour cells by drugs, per h: of every cell, and of a cell that divides
    /// at its basal rate on top.
    pub fn kills(&self, bodies: &[DrugInBody], is_egfr_mutant: bool) -> (f64, f64) {
        let (mut any, mut dividing) = (0.0, 0.0);
        for (agent, body) in self.agents.iter().zip(bodies) {
            let Some(law) = &agent.kills else {
                continue;
            };
            if law.egfr_mutant_only && !is_egfr_mutant {
                continue;
            }
            let hazard = law.rate.get() * hill(body.site_pm, law.half_max.get(), law.hill);
            match law.cycle {
                Cycle::Any => any += hazard,
                Cycle::Dividing => dividing += hazard,
            }
        }
        (any, dividing)
    }
}
