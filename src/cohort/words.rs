//! What a trial would do and what it found, in words.

use std::fmt;

#[cfg(feature = "cli")]
use crate::cohort::lattice::{Difference, Fit};
use crate::cohort::summary::{Figure, Summary};
use crate::cohort::tissue::COMPARED_PTHRP;
use crate::cohort::trial::Trial;
use crate::numerics::random::Chance;

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines = Vec::new();
        for arm in &self.arms {
            lines.push(format!(
                "{}: {} patients; with an event {} (without hypercalcaemia {}), median {}; {:.2} events per year; {} deaths, median survival {}",
                arm.arm,
                arm.patients,
                per_cent(&arm.with_event),
                per_cent(&arm.with_event_without_hypercalcaemia),
                days(&arm.median_d),
                arm.events_per_yr.value.unwrap_or(f64::NAN),
                arm.deaths,
                days(&arm.survival_d)
            ));
            let kinds: Vec<String> = arm
                .first
                .iter()
                .map(|(kind, count)| format!("{} {count}", kind.replace('_', " ")))
                .collect();
            lines.push(format!("    first events: {}", kinds.join(", ")));
            let share = |name: &str| arm.outcomes.get(name).map_or_else(String::new, per_cent);
            lines.push(format!(
                "    response in bone {}, outside {}; progression-free {}; pain relieved {}, gone {}",
                share("response_bone"),
                share("response_soft"),
                days(&arm.progression_free_d),
                share("pain_response"),
                share("pain_complete_response")
            ));
        }
        for one in &self.comparisons {
            lines.push(format!(
                "{} against {}: hazard ratio of the first event {}; of all events {}; of death {}",
                one.arm,
                one.control,
                ratio(&one.hazard_ratio),
                ratio(&one.multiple_event_ratio),
                ratio(&one.death_ratio)
            ));
        }
        write!(f, "{}", lines.join("\n"))
    }
}

fn per_cent(figure: &Figure) -> String {
    figure.value.map_or_else(
        || "none".to_owned(),
        |value| format!("{:.1} %", 100.0 * value),
    )
}

fn days(figure: &Figure) -> String {
    let end = |value: Option<f64>| {
        value.map_or_else(|| "not reached".to_owned(), |value| format!("{value:.0}"))
    };
    match figure.value {
        Some(value) => format!("{value:.0} d ({} to {})", end(figure.low), end(figure.high)),
        None => "not reached".to_owned(),
    }
}

fn ratio(figure: &Figure) -> String {
    match (figure.value, figure.low, figure.high) {
        (Some(value), Some(low), Some(high)) => {
            let p = match figure.p {
                Some(p) if p < 0.001 => ", p < 0.001".to_owned(),
                Some(p) => format!(", p {p:.3}"),
                None => String::new(),
            };
            format!("{value:.3} ({low:.3} to {high:.3}{p})")
        }
        _ => "none, as one arm has no events".to_owned(),
    }
}

impl Trial {
    /// Patients whose output of PTHrP lies outside of what the reduced tissue was compared with.
    fn beyond_compared(&self) -> usize {
        let chance = Chance::new(self.seed);
        let [least, most] = COMPARED_PTHRP;
        let patients = 0..self.patients;
        patients
            .filter_map(|patient| self.traits.draw(chance, patient).ok())
            .filter(|person| !(least..=most).contains(&person.pthrp))
            .count()
    }

    /// What it would do: patients, days, and the arms with their drugs.
    pub fn outline(&self) -> String {
        let trial = self;
        let mut lines = Vec::new();
        lines.push(format!("{}: {}", trial.name, trial.description));
        lines.push(format!(
            "{} patients per arm, the same in every arm, followed for {} d; seed {}",
            trial.patients,
            trial.days(),
            trial.seed
        ));
        let outside = self.beyond_compared();
        if outside > 0 {
            let [least, most] = COMPARED_PTHRP;
            lines.push(format!(
                "{outside} of them ({:.1} %) have an output of PTHrP outside of {least} to {most} times the basal one, within which the reduced tissue was compared with the lattice",
                100.0 * outside as f64 / trial.patients as f64
            ));
        }
        for name in trial.arm_names() {
            let courses: Vec<String> = trial.arms.get(name).map_or_else(Vec::new, |arm| {
                let drugs = arm.therapy.values();
                let fields = arm.radiotherapy.courses();
                drugs
                    .map(|course| format!("{} {}", course.drug, course.dose))
                    .chain(fields.into_iter().map(|(_, course)| course.to_string()))
                    .collect()
            });
            lines.push(format!(
                "arm {name}{}: {}",
                if name == trial.control {
                    " (control)"
                } else {
                    ""
                },
                if courses.is_empty() {
                    "no drug and no radiation".to_owned()
                } else {
                    courses.join(", ")
                }
            ));
        }
        let (combined, is_untreated) = trial.combined();
        for [both, one, other] in combined {
            lines.push(format!(
                "arm {both} combines {one} and {other}: compared with the better of the two{}",
                if is_untreated {
                    " and with Bliss independence"
                } else {
                    ", not with Bliss independence, which needs an untreated control"
                }
            ));
        }
        lines.join("\n")
    }
}

#[cfg(feature = "cli")]
impl fmt::Display for Fit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            tissue,
            turnover_per_d,
            left,
            runs,
        } = self;
        writeln!(f, "fitted over {runs} courses; what is left is {left:.3}")?;
        writeln!(f, "growth = {:.5} /d", 24.0 * tissue.growth.get())?;
        writeln!(
            f,
            "growth_by_factors = {:.5} /d",
            24.0 * tissue.growth_by_factors.get()
        )?;
        writeln!(f, "rankl_gain = {:.4}", tissue.rankl_gain)?;
        writeln!(f, "pthrp_half = {:.4}", tissue.pthrp_half)?;
        writeln!(f, "factors_half = {:.4}", tissue.factors_half)?;
        writeln!(f, "refill = {:.4}", tissue.refill)?;
        writeln!(f, "drug_most = {:.4}", tissue.drug_most)?;
        write!(
            f,
            "turnover of this piece of bone = {turnover_per_d:.3e} /d"
        )
    }
}

#[cfg(feature = "cli")]
impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:<16} {}bone on the last day {:.1} % of day 0 (lattice {:.1}), difference {:.2} points root mean square and {:.2} at most; resorbed {:.1} % (lattice {:.1}), {:.2} points root mean square; tumour cells {:.0} (lattice {:.0}), {:.1} % root mean square",
            self.arm,
            if self.is_fitted { "" } else { "(not fitted) " },
            100.0 * self.reduced_bone,
            100.0 * self.bone,
            100.0 * self.bone_error,
            100.0 * self.most_bone_error,
            100.0 * self.reduced_resorbed,
            100.0 * self.resorbed,
            100.0 * self.resorbed_error,
            self.reduced_cells,
            self.cells,
            100.0 * self.cell_error
        )
    }
}
