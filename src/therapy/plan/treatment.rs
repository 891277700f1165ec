//! What a scenario prescribes, to a plan.

use std::collections::BTreeMap;

use super::conditional::ConditionalCourse;
use super::{Administration, Agent, Plan};
use crate::biology::cue::{Agents, Blocked};
use crate::biology::problem::Problems;
use crate::therapy::catalogue::{meant, names};
use crate::therapy::drug::Drug;
use crate::therapy::regimen::{Course, Route};
use crate::therapy::subject::{Species, Subject};

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
                    "{}drugs that come with howship: {}; declared here: {}; or declare [drugs.{}]",
                    meant(&course.drug)
                        .map_or_else(String::new, |name| format!("did you mean \"{name}\"? ")),
                    names().join(", "),
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
pub(super) fn sort(doses: &mut [Administration]) {
    doses.sort_by(|a, b| a.time_h.total_cmp(&b.time_h).then(a.agent.cmp(&b.agent)));
}
