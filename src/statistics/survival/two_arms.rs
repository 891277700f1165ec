//! Two arms: the log-rank test, and the proportional hazards of Cox with one covariate.

use std::collections::BTreeMap;

use super::{MOST_STEPS, Z, chi_square_tail};

/// Two arms at one time of events.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Table {
    time: f64,
    /// At risk: control, arm.
    at_risk: [f64; 2],
    /// Events: control, arm.
    events: [f64; 2],
}

/// A time at risk: from `start`, which is not part of it, to `stop`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AtRisk {
    /// The patient.
    pub patient: u64,
    /// 0 control, 1 arm.
    pub arm: usize,
    /// Start.
    pub start: f64,
    /// End.
    pub stop: f64,
    /// True when the event ends it.
    pub event: bool,
}

fn tables(times: &[AtRisk]) -> Vec<Table> {
    let mut at: Vec<f64> = times
        .iter()
        .filter(|one| one.event)
        .map(|one| one.stop)
        .collect();
    at.sort_by(f64::total_cmp);
    at.dedup();
    let sorted = |arm: usize, of: fn(&AtRisk) -> f64| {
        let mut all: Vec<f64> = times.iter().filter(|one| one.arm == arm).map(of).collect();
        all.sort_by(f64::total_cmp);
        all
    };
    let count = |arm| (sorted(arm, |one| one.start), sorted(arm, |one| one.stop));
    let both = [count(0), count(1)];
    let mut hits = at.iter().map(|_| [0.0; 2]).collect::<Vec<_>>();
    for one in times.iter().filter(|one| one.event) {
        let place = at.partition_point(|&time| time < one.stop);
        hits[place][one.arm.min(1)] += 1.0;
    }
    at.iter()
        .zip(hits)
        .map(|(&time, events)| Table {
            time,
            at_risk: [0, 1].map(|arm| {
                let (starts, stops) = &both[arm];
                let begun = starts.partition_point(|&start| start < time);
                let ended = stops.partition_point(|&stop| stop < time);
                begun as f64 - ended as f64
            }),
            events,
        })
        .collect()
}

/// Outcome of a log-rank test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LogRank {
    /// Chi square with one degree of freedom.
    pub chi_square: f64,
    /// Its p value.
    pub p: f64,
}

/// Log-rank test of two arms; none without an event while both are at risk.
pub fn log_rank(times: &[AtRisk]) -> Option<LogRank> {
    let (mut excess, mut variance) = (0.0, 0.0);
    for table in tables(times) {
        let n = table.at_risk[0] + table.at_risk[1];
        let d = table.events[0] + table.events[1];
        let share = table.at_risk[1] / n;
        excess += table.events[1] - d * share;
        if n > 1.0 {
            variance += d * share * (1.0 - share) * (n - d) / (n - 1.0);
        }
    }
    (variance > 0.0).then(|| {
        let chi_square = excess * excess / variance;
        LogRank {
            chi_square,
            p: chi_square_tail(chi_square),
        }
    })
}

/// How ties are treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ties {
    /// After Breslow.
    Breslow,
    /// After Efron.
    Efron,
}

/// A ratio of hazards, arm over control.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ratio {
    /// Its logarithm.
    pub log: f64,
    /// Standard error of the logarithm by the partial likelihood.
    pub error: f64,
    /// The same with patients as clusters.
    pub robust_error: f64,
    /// The same where a number names one patient in both arms, so that what both arms do to a patient counts once.
    pub paired_error: f64,
}

impl Ratio {
    /// The ratio.
    pub fn ratio(&self) -> f64 {
        self.log.exp()
    }

    /// Its 95 % interval with a standard error of the logarithm.
    pub fn interval(&self, error: f64) -> (f64, f64) {
        ((self.log - Z * error).exp(), (self.log + Z * error).exp())
    }

    /// p value of no difference, by Wald.
    pub fn p(&self, error: f64) -> f64 {
        chi_square_tail((self.log / error).powi(2))
    }
}

/// Sums of the partial likelihood over the ties at one time.
struct Tied {
    /// Risk of all that are left.
    sum: f64,
    /// Share of it that is in the arm.
    share: f64,
    /// What is left of those with the event.
    left: f64,
}

fn tied(table: &Table, risk: f64, ties: Ties) -> Vec<Tied> {
    let count = (table.events[0] + table.events[1]) as usize;
    (0..count)
        .map(|turn| {
            let gone = match ties {
                Ties::Breslow => 0.0,
                Ties::Efron => turn as f64 / count as f64,
            };
            let [control, arm] = [0, 1].map(|arm| table.at_risk[arm] - gone * table.events[arm]);
            let sum = control + arm * risk;
            Tied {
                sum,
                share: arm * risk / sum,
                left: 1.0 - gone,
            }
        })
        .collect()
}

/// The hazard of the arm over that of the control; none where one of them has no event while both are
/// at risk, so that no finite ratio is best.
pub fn cox(times: &[AtRisk], ties: Ties) -> Option<Ratio> {
    let tables = tables(times);
    let (low, high) = tables
        .iter()
        .filter(|table| table.at_risk[0] > 0.0 && table.at_risk[1] > 0.0)
        .fold((0.0, 0.0), |(control, arm), table| {
            (control + table.events[0], arm + table.events[1])
        });
    if low <= 0.0 || high <= 0.0 {
        return None;
    }
    let score = |log: f64| {
        let risk = log.exp();
        tables
            .iter()
            .fold((0.0, 0.0), |(score, information), table| {
                tied(table, risk, ties)
                    .iter()
                    .fold((score + table.events[1], information), |(s, i), one| {
                        (s - one.share, i + one.share * (1.0 - one.share))
                    })
            })
    };
    let mut log = 0.0;
    for _ in 0..MOST_STEPS {
        let (slope, information) = score(log);
        if information <= 0.0 {
            return None;
        }
        // The score of one binary covariate falls everywhere; a bounded step cannot run away.
        let step = (slope / information).clamp(-2.0, 2.0);
        log += step;
        if step.abs() < 1e-12 {
            break;
        }
    }
    let (_, information) = score(log);
    let error = information.sqrt().recip();
    let residuals = residuals(times, &tables, log, ties);
    let spread: f64 = residuals.values().map(|residual| residual.powi(2)).sum();
    let mut pairs = BTreeMap::<u64, f64>::new();
    for (&(_, patient), residual) in &residuals {
        *pairs.entry(patient).or_insert(0.0) += residual;
    }
    let paired: f64 = pairs.values().map(|residual| residual.powi(2)).sum();
    Some(Ratio {
        log,
        error,
        robust_error: spread.sqrt() / information,
        paired_error: paired.sqrt() / information,
    })
}

/// Residuals of the score, one per arm and patient.
fn residuals(
    times: &[AtRisk],
    tables: &[Table],
    log: f64,
    ties: Ties,
) -> BTreeMap<(usize, u64), f64> {
    let risk = log.exp();
    // Sums up to and with each time of what a patient at risk without the event adds, by arm, and
    // what the event adds beside it.
    let mut sums = vec![[0.0; 2]];
    let mut own = Vec::new();
    for table in tables {
        let all = tied(table, risk, ties);
        let each = (all.len() as f64).recip();
        let mut here = [0.0; 2];
        let mut event = [0.0; 2];
        for arm in [0, 1] {
            let covariate = arm as f64;
            let weight = if arm == 1 { risk } else { 1.0 };
            for one in &all {
                let lever = weight / one.sum * (covariate - one.share);
                here[arm] -= lever;
                event[arm] += each * (covariate - one.share) - one.left * lever;
            }
        }
        let last = sums.last().copied().unwrap_or([0.0; 2]);
        sums.push([0, 1].map(|arm| last[arm] + here[arm]));
        own.push([0, 1].map(|arm| event[arm] - here[arm]));
    }
    let mut by_patient = BTreeMap::<(usize, u64), f64>::new();
    for one in times {
        let arm = one.arm.min(1);
        let before = tables.partition_point(|table| table.time <= one.start);
        let until = tables.partition_point(|table| table.time <= one.stop);
        let mut residual = sums[until][arm] - sums[before.min(until)][arm];
        if one.event && until > 0 {
            residual += own[until - 1][arm];
        }
        *by_patient.entry((arm, one.patient)).or_insert(0.0) += residual;
    }
    by_patient
}
