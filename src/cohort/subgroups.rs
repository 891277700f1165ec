//! Subgroups of a trial and risk factors of its patients.
//!
//! # Law
//! A subgroup is told by what is known on day 0: line, PD-L1, stages, performance, and markers and volumes above or below the median of
//! the cohort (calcium above the limit of [`super::death`]). In each the hazard ratios of an arm over the control are
//! those of the whole trial. Risk factors are hazard ratios within the control arm, of patients who have the factor over those
//! who have not.
//!
//! # Limits
//! One factor at a time: a factor that goes with another has its ratio too. ALP is the part that comes from bone (BSAP); CEA counts
//! tumour in bone and outside alike.
//!
//! # References
//! Zhou 2017 (histology, ALP), Zhang and Gong 2017 (ALP, performance), Zheng 2019 and Deng 2018 (T, N, histology), Brown 2005 (BSAP,
//! NTX), Penel 2008 (calcium), as factors of bone metastases or of survival.

use crate::cohort::figure::Figure;
use crate::cohort::outcomes::Outcome;
use crate::cohort::run::Results;
use crate::cohort::summary::{at_risk, to_death, to_first};
use crate::cohort::trial::Trial;
use crate::plot::words::sentence;
use crate::statistics::quantile::quantile;
use crate::statistics::survival::{AtRisk, Followed, Ties, cox};

/// A group of patients.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Group {
    /// What it is told by.
    pub(crate) factor: String,
    /// Which of its values.
    pub(crate) level: String,
    /// Both in words and units, for pictures.
    pub(crate) label: String,
    /// Which patients, by their places.
    pub(crate) patients: Vec<usize>,
}

/// Hazard ratios of a group.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct GroupRatios {
    /// The arm; that within which a factor is looked at for risk factors.
    pub(crate) arm: String,
    /// The group.
    pub(crate) factor: String,
    /// Its value.
    pub(crate) level: String,
    /// Both in words and units, for pictures.
    pub(crate) label: String,
    /// Patients in it.
    pub(crate) patients: usize,
    /// Deaths among them: in the arm and in the control; of a risk factor among those who have it and all others.
    pub(crate) deaths: [usize; 2],
    /// Hazard ratio of death.
    pub(crate) death: Figure,
    /// Hazard ratio of the first event.
    pub(crate) first_event: Figure,
    /// Share with a response outside of bone, in the arm.
    pub(crate) response: Figure,
}

/// Unit of markers in blood.
const HEALTH: &str = "\u{d7} the level in health";

/// Three digits: a median of 1.00 is a number that was measured, not a count.
fn three_digits(value: f64) -> String {
    match value.abs() {
        size if size < 10.0 => format!("{value:.2}"),
        size if size < 100.0 => format!("{value:.1}"),
        _ => format!("{value:.0}"),
    }
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    quantile(&sorted, 0.5)
}

/// All groups of a trial; those that hold nobody or everybody are left out.
pub(crate) fn groups(trial: &Trial, results: &Results) -> Vec<Group> {
    let mut found = Vec::new();
    let mut add = |[factor, level, label]: [&str; 3], holds: &dyn Fn(usize) -> bool| {
        let patients: Vec<usize> = (0..results.people.len()).filter(|at| holds(*at)).collect();
        if !patients.is_empty() && patients.len() < results.people.len() {
            found.push(Group {
                factor: factor.to_owned(),
                level: level.to_owned(),
                label: label.to_owned(),
                patients,
            });
        }
    };
    let ill = &results.ill;
    for line in trial.shares().keys() {
        let label = sentence(&line.replace('_', " ").replace("egfr", "with mutant EGFR"));
        add(["line", line, &label], &|at| ill[at].tumour == *line);
    }
    let pd_l1 = |of: &str| format!("PD-L1 on {of} of tumour cells");
    add(["pd_l1", "below 1 %", &pd_l1("less than 1 %")], &|at| {
        ill[at].pd_l1 < 0.01
    });
    add(["pd_l1", "1 to 49 %", &pd_l1("1 to 49 %")], &|at| {
        (0.01..0.5).contains(&ill[at].pd_l1)
    });
    add(["pd_l1", "50 % and more", &pd_l1("50 % and more")], &|at| {
        ill[at].pd_l1 >= 0.5
    });
    add(["stage_t", "T4", "Stage T4"], &|at| ill[at].t == 4);
    add(["stage_t", "T1 to T3", "Stage T1 to T3"], &|at| {
        ill[at].t < 4
    });
    add(["stage_n", "N3", "Stage N3"], &|at| ill[at].n == 3);
    add(["stage_n", "N0 to N2", "Stage N0 to N2"], &|at| {
        ill[at].n < 3
    });
    let performance = "Performance status (ECOG)";
    add(
        [
            "performance",
            "2 and more",
            &format!("{performance} 2 and more"),
        ],
        &|at| ill[at].performance > 1,
    );
    add(
        ["performance", "0 and 1", &format!("{performance} 0 and 1")],
        &|at| ill[at].performance <= 1,
    );
    let limit_mm = trial.death.calcium_limit.get() * 1e-9;
    add(
        [
            "calcium",
            "high",
            &format!("Calcium above {limit_mm:.2} mM (hazard of death raised)"),
        ],
        &|at| results.baseline[at].1 > limit_mm,
    );
    add(
        [
            "calcium",
            "not high",
            &format!("Calcium up to {limit_mm:.2} mM (hazard of death not raised)"),
        ],
        &|at| results.baseline[at].1 <= limit_mm,
    );
    let per_cm3 = trial.body.markers.cea_per_cm3;
    let baseline = || results.baseline.iter();
    // By name, in words and with the unit of its median.
    let measured: [([&str; 3], Vec<f64>); 5] = [
        (
            ["alp", "ALP of bone", HEALTH],
            baseline().map(|one| one.0.bsap).collect(),
        ),
        (
            ["bsp", "BSP", HEALTH],
            baseline().map(|one| one.0.bsp).collect(),
        ),
        (
            ["cea", "CEA", HEALTH],
            (baseline().zip(ill))
                .map(|(one, ill)| one.0.cea + per_cm3 * ill.outside_cm3)
                .collect(),
        ),
        (
            ["ntx", "NTX", HEALTH],
            baseline().map(|one| one.0.ntx).collect(),
        ),
        (
            ["tumour_outside", "Tumour outside of bone", "cm\u{b3}"],
            ill.iter().map(|one| one.outside_cm3).collect(),
        ),
    ];
    for ([factor, words, unit], values) in &measured {
        let middle = median(values);
        let of = format!("the median of {} {unit}", three_digits(middle));
        add(
            [factor, "above median", &format!("{words} above {of}")],
            &|at| values[at] > middle,
        );
        add(
            [factor, "up to median", &format!("{words} up to {of}")],
            &|at| values[at] <= middle,
        );
    }
    found
}

/// Hazard ratio of times by the arm with which they are marked.
fn hazard_ratio(times: &[AtRisk]) -> Figure {
    Figure::ratio(cox(times, Ties::Efron), false)
}

type Times = Vec<(u64, Followed)>;

fn of_group(times: &Times, group: &Group) -> Times {
    group.patients.iter().map(|&at| times[at]).collect()
}

fn events(times: &Times) -> usize {
    times.iter().filter(|(_, followed)| followed.event).count()
}

/// Arms against the control in each group.
pub(crate) fn subgroups(
    results: &Results,
    groups: &[Group],
    outcomes: &[Vec<Outcome>],
) -> Vec<GroupRatios> {
    let times = |of: fn(&Results, usize) -> Times| -> Vec<Times> {
        (0..results.arms.len())
            .map(|arm| of(results, arm))
            .collect()
    };
    let (deaths, firsts) = (times(to_death), times(to_first));
    let mut found = Vec::new();
    for (arm, name) in results.arms.iter().enumerate().skip(1) {
        for group in groups {
            let ratio = |times: &[Times]| {
                let (control, other) = (of_group(&times[0], group), of_group(&times[arm], group));
                let all: Vec<AtRisk> = at_risk(&control, 0).chain(at_risk(&other, 1)).collect();
                hazard_ratio(&all)
            };
            let seen = group.patients.iter().map(|&at| &outcomes[arm][at]);
            let responses = seen.filter(|one| one.outside.best.is_response()).count();
            found.push(GroupRatios {
                arm: name.clone(),
                factor: group.factor.clone(),
                level: group.level.clone(),
                label: group.label.clone(),
                patients: group.patients.len(),
                deaths: [arm, 0].map(|arm| events(&of_group(&deaths[arm], group))),
                death: ratio(&deaths),
                first_event: ratio(&firsts),
                response: Figure::share(responses, group.patients.len()),
            });
        }
    }
    found
}

/// Risk factors within the control: patients of a group over all others.
pub(crate) fn covariates(
    results: &Results,
    groups: &[Group],
    outcomes: &[Vec<Outcome>],
) -> Vec<GroupRatios> {
    let (deaths, firsts) = (to_death(results, 0), to_first(results, 0));
    let mut found = Vec::new();
    for group in groups {
        let inside = |at: usize| group.patients.binary_search(&at).is_ok();
        let ratio = |times: &Times| {
            let mut marked: Vec<AtRisk> = Vec::new();
            for (at, one) in times.iter().enumerate() {
                marked.extend(at_risk(&[*one], usize::from(inside(at))));
            }
            hazard_ratio(&marked)
        };
        let seen = group.patients.iter().map(|&at| &outcomes[0][at]);
        let responses = seen.filter(|one| one.outside.best.is_response()).count();
        let died = events(&of_group(&deaths, group));
        found.push(GroupRatios {
            arm: results.arms[0].clone(),
            factor: group.factor.clone(),
            level: group.level.clone(),
            label: group.label.clone(),
            patients: group.patients.len(),
            deaths: [died, events(&deaths) - died],
            death: ratio(&deaths),
            first_event: ratio(&firsts),
            response: Figure::share(responses, group.patients.len()),
        });
    }
    found
}
