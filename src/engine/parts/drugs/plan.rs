//! Drugs of a model: their plan, and what they bind in fluid.

use crate::biology::problem::Problems;
use crate::biology::surroundings::Decoy;
use crate::engine::parts::setting::Setting;
use crate::therapy::plan::{DrugInBody, Plan, Therapy};

/// Drugs of a model.
#[derive(Debug, Clone, PartialEq)]
pub struct DrugsPlan {
    /// Drugs and doses.
    pub plan: Plan,
    /// True where a course is asked for.
    pub(super) has_courses: bool,
    /// Signals that drugs bind: drug, signal, dissociation constant in pM, share within reach.
    binding: Vec<(usize, usize, f64, f64)>,
}

impl DrugsPlan {
    /// The plan of what is asked.
    pub(super) fn new(asked: &Therapy, setting: &Setting<'_>, problems: &mut Problems) -> Self {
        let plan = asked.plan(problems);
        let binding = binding(&plan, setting.signals, problems);
        if setting.asked.patient.patient.is_none() {
            check_conditions(asked, problems);
        }
        Self {
            plan,
            has_courses: !asked.courses.is_empty(),
            binding,
        }
    }

    /// Level of each drug at its site of action, pM.
    pub fn drugs_pm(&self, bodies: &[DrugInBody]) -> Vec<f64> {
        bodies.iter().map(|body| body.site_pm).collect()
    }

    /// Drugs that bind a signal in fluid now.
    pub fn decoys(&self, bodies: &[DrugInBody]) -> Vec<Decoy> {
        self.binding
            .iter()
            .filter_map(|&(drug, signal, kd_pm, most)| {
                let level_pm = bodies.get(drug)?.site_pm;
                (level_pm > 0.0).then_some(Decoy {
                    signal,
                    level_pm,
                    kd_pm,
                    most,
                })
            })
            .collect()
    }
}

/// Conditions that ask for a patient, where none is followed.
fn check_conditions(asked: &Therapy, problems: &mut Problems) {
    for (name, course) in &asked.courses {
        for (key, condition) in [
            ("start_when", course.start_when),
            ("stop_when", course.stop_when),
        ] {
            if let Some(condition) = condition.filter(|when| when.needs_patient()) {
                problems.add(
                    &format!("therapy.{name}.{key}"),
                    format!("found {condition}, and no patient is followed"),
                    "add [patient], or take a condition on bv_tv or tumour_cells",
                );
            }
        }
    }
}

/// Which drugs bind which signals, by index.
fn binding(
    plan: &Plan,
    signals: &[String],
    problems: &mut Problems,
) -> Vec<(usize, usize, f64, f64)> {
    let mut found = Vec::new();
    for (drug, agent) in plan.agents.iter().enumerate() {
        for (name, kd_pm, most) in &agent.neutralises {
            match signals.iter().position(|known| known == name) {
                Some(signal) if name != "opg" => found.push((drug, signal, *kd_pm, *most)),
                _ => problems.add(
                    &format!("drugs.{}.neutralises.{name}", agent.name),
                    format!("a drug cannot bind \"{name}\""),
                    format!("signals that can be bound: {}", signals.join(", "))
                        .replace(" opg,", ""),
                ),
            }
        }
    }
    found
}
