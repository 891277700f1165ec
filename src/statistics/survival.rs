//! Statistics of times to events, as a clinical paper gives them.
//!
//! # Law
//! - Survival after Kaplan and Meier; variance of its logarithm after Greenwood, intervals on the scale
//!   of `ln(-ln S)`; the median where the curve first lies at or below a half, its interval after
//!   Brookmeyer and Crowley: where the ends of the band do so.
//! - Two arms by the log-rank test and by the proportional hazards of Cox with one covariate (0 control,
//!   1 arm), ties after Efron. Times may be intervals at risk, several for one patient (Andersen and
//!   Gill); the variance is then also given with the patients as clusters (Lin and Wei).
//! - Incidence of each kind of first event, death among them, after Aalen and Johansen, with its
//!   variance by the delta method (Marubini and Valsecchi).
//!
//! Numbers at risk are whole, so that sums do not depend on the order of patients.
//!
//! # References
//! Kaplan and Meier 1958; Greenwood 1926; Brookmeyer and Crowley 1982; Efron 1977; Andersen and Gill
//! 1982; Lin and Wei 1989; Aalen and Johansen 1978; Marubini and Valsecchi 1995.

/// 97.5 % quantile of the normal distribution.
const Z: f64 = 1.959_963_984_540_054;
/// Steps of Newton's method at most.
const MOST_STEPS: usize = 60;

/// How long a patient was followed, and whether it ended with the event.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Followed {
    /// Time, days.
    pub time: f64,
    /// True for the event, false for the end of follow-up.
    pub event: bool,
}

/// A step of a survival curve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// Time of the events.
    pub time: f64,
    /// At risk just before.
    pub at_risk: u32,
    /// Events.
    pub events: u32,
    /// Survival from here on.
    pub survival: f64,
    /// Lower end of its 95 % interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// A survival curve.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct KaplanMeier {
    /// Steps by time.
    pub steps: Vec<Step>,
    /// All times, in order.
    times: Vec<f64>,
}

/// A median with its 95 % interval; an end that was not reached is none.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Median {
    /// The median.
    pub time: Option<f64>,
    /// Lower end.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
}

impl KaplanMeier {
    /// The curve of these patients.
    pub fn of(patients: &[Followed]) -> Self {
        let mut sorted = patients.to_vec();
        sorted.sort_by(|one, other| one.time.total_cmp(&other.time));
        let mut curve = Self {
            steps: Vec::new(),
            times: sorted.iter().map(|patient| patient.time).collect(),
        };
        let (mut survival, mut greenwood) = (1.0, 0.0);
        let mut from = 0;
        while from < sorted.len() {
            let time = sorted[from].time;
            let to = sorted.partition_point(|patient| patient.time <= time);
            let events = sorted[from..to].iter().filter(|one| one.event).count();
            let at_risk = sorted.len() - from;
            if events > 0 {
                let (n, d) = (at_risk as f64, events as f64);
                survival *= 1.0 - d / n;
                greenwood += d / (n * (n - d));
                let (low, high) = log_log_interval(survival, greenwood);
                curve.steps.push(Step {
                    time,
                    at_risk: at_risk as u32,
                    events: events as u32,
                    survival,
                    low,
                    high,
                });
            }
            from = to;
        }
        curve
    }

    /// Survival at a time, with its interval.
    pub fn at(&self, time: f64) -> (f64, f64, f64) {
        let place = self.steps.partition_point(|step| step.time <= time);
        place.checked_sub(1).map_or((1.0, 1.0, 1.0), |last| {
            let step = &self.steps[last];
            (step.survival, step.low, step.high)
        })
    }

    /// Patients still followed at a time: those with their time at it or behind it.
    pub fn at_risk(&self, time: f64) -> usize {
        self.times.len() - self.times.partition_point(|&other| other < time)
    }

    /// The median with its interval.
    pub fn median(&self) -> Median {
        const HALF: f64 = 0.5 + 1e-12;
        let first =
            |value: fn(&Step) -> f64| self.steps.iter().position(|step| value(step) <= HALF);
        let time = first(|step| step.survival).map(|place| {
            let step = &self.steps[place];
            // A curve that runs along a half has its median in the middle of that piece.
            match self.steps.get(place + 1) {
                Some(next) if (step.survival - 0.5).abs() < 1e-9 => 0.5 * (step.time + next.time),
                _ => step.time,
            }
        });
        let end = |value| first(value).map(|place| self.steps[place].time);
        Median {
            time,
            low: end(|step| step.low),
            high: end(|step| step.high),
        }
    }
}

/// 95 % interval of survival on the scale of `ln(-ln S)`; the point itself where it is 0 or 1.
fn log_log_interval(survival: f64, greenwood: f64) -> (f64, f64) {
    if survival <= 0.0 || survival >= 1.0 {
        return (survival, survival);
    }
    let log = survival.ln();
    let width = Z * greenwood.sqrt() / log.abs();
    ((log * width.exp()).exp(), (log * (-width).exp()).exp())
}

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
    let spread: f64 = residuals(times, &tables, log, ties)
        .iter()
        .map(|residual| residual * residual)
        .sum();
    Some(Ratio {
        log,
        error,
        robust_error: spread.sqrt() / information,
    })
}

/// Residuals of the score, one per patient and arm, in the order of patients.
fn residuals(times: &[AtRisk], tables: &[Table], log: f64, ties: Ties) -> Vec<f64> {
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
    let mut by_patient = std::collections::BTreeMap::<(usize, u64), f64>::new();
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
    by_patient.into_values().collect()
}

/// How a patient's time to the first event ended: with one of several kinds, or without.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct First {
    /// Time, days.
    pub time: f64,
    /// The kind; none for the end of follow-up.
    pub kind: Option<usize>,
}

/// Incidence of one kind of first event at a time, with its standard error.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Incidence {
    /// Share of patients.
    pub share: f64,
    /// Standard error.
    pub error: f64,
}

/// Incidence of each of so many kinds at these times.
pub fn aalen_johansen(patients: &[First], kinds: usize, at: &[f64]) -> Vec<Vec<Incidence>> {
    let mut sorted = patients.to_vec();
    sorted.sort_by(|one, other| one.time.total_cmp(&other.time));
    let mut steps: Vec<Competed> = Vec::new();
    let (mut survival, mut incidence) = (1.0, vec![0.0; kinds]);
    let mut from = 0;
    while from < sorted.len() {
        let time = sorted[from].time;
        let to = sorted.partition_point(|patient| patient.time <= time);
        let at_risk = (sorted.len() - from) as f64;
        let mut events = vec![0.0; kinds];
        for kind in sorted[from..to].iter().filter_map(|one| one.kind) {
            if let Some(count) = events.get_mut(kind) {
                *count += 1.0;
            }
        }
        let all: f64 = events.iter().sum();
        if all > 0.0 {
            for (share, count) in incidence.iter_mut().zip(&events) {
                *share += survival * count / at_risk;
            }
            steps.push(Competed {
                time,
                at_risk,
                all,
                before: survival,
                events,
                incidence: incidence.clone(),
            });
            survival *= 1.0 - all / at_risk;
        }
        from = to;
    }
    at.iter()
        .map(|&until| {
            let seen = &steps[..steps.partition_point(|step| step.time <= until)];
            (0..kinds).map(|kind| incidence_of(seen, kind)).collect()
        })
        .collect()
}

/// Patients at one time of events.
struct Competed {
    time: f64,
    at_risk: f64,
    /// Events of any kind.
    all: f64,
    /// Share without an event just before.
    before: f64,
    /// Events by kind.
    events: Vec<f64>,
    /// Incidence by kind up to here.
    incidence: Vec<f64>,
}

fn incidence_of(seen: &[Competed], kind: usize) -> Incidence {
    let share = seen.last().map_or(0.0, |step| step.incidence[kind]);
    let variance: f64 = seen
        .iter()
        .map(|step| {
            let (n, own) = (step.at_risk, step.events[kind]);
            let gap = share - step.incidence[kind];
            let survived = if n > step.all {
                gap * gap * step.all / (n * (n - step.all))
            } else {
                0.0
            };
            survived + step.before * step.before * own * (n - own) / n.powi(3)
                - 2.0 * gap * step.before * own / (n * n)
        })
        .sum();
    Incidence {
        share,
        error: variance.max(0.0).sqrt(),
    }
}

/// Events per time over patients, with the ends of its 95 % interval, patients as clusters: the mean
/// `sum(events) / sum(time)`.
pub fn rate(patients: &[(f64, f64)]) -> (f64, f64, f64) {
    let (events, time) = patients.iter().fold((0.0, 0.0), |(events, time), one| {
        (events + one.0, time + one.1)
    });
    let mean = events / time;
    let spread: f64 = patients
        .iter()
        .map(|(events, time)| (events - mean * time).powi(2))
        .sum();
    let half = Z * spread.sqrt() / time;
    (mean, mean - half, mean + half)
}

/// Share of the chi square distribution with one degree of freedom above a value.
pub fn chi_square_tail(value: f64) -> f64 {
    complementary_error(((value / 2.0).max(0.0)).sqrt())
}

/// `erfc(x)` for `x >= 0`: the series of the error function near zero, its continued fraction beyond.
fn complementary_error(x: f64) -> f64 {
    const TERMS: i32 = 100;
    if x < 2.0 {
        let mut term = x;
        let mut sum = x;
        for n in 1..TERMS {
            term *= -x * x / f64::from(n);
            sum += term / f64::from(2 * n + 1);
        }
        1.0 - sum * std::f64::consts::FRAC_2_SQRT_PI
    } else {
        // x + (1/2)/(x + 1/(x + (3/2)/(x + ...))), from the end.
        let tail = (1..TERMS)
            .rev()
            .fold(x, |tail, n| x + f64::from(n) / 2.0 / tail);
        (-x * x).exp() / tail * std::f64::consts::FRAC_2_SQRT_PI / 2.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Remissions under 6-MP (arm 0 here) and placebo (arm 1), weeks; Freireich 1963.
    fn freireich() -> Vec<AtRisk> {
        let treated = [
            (6.0, true),
            (6.0, true),
            (6.0, true),
            (6.0, false),
            (7.0, true),
            (9.0, false),
            (10.0, true),
            (10.0, false),
            (11.0, false),
            (13.0, true),
            (16.0, true),
            (17.0, false),
            (19.0, false),
            (20.0, false),
            (22.0, true),
            (23.0, true),
            (25.0, false),
            (32.0, false),
            (32.0, false),
            (34.0, false),
            (35.0, false),
        ];
        let placebo = [
            1.0, 1.0, 2.0, 2.0, 3.0, 4.0, 4.0, 5.0, 5.0, 8.0, 8.0, 8.0, 8.0, 11.0, 11.0, 12.0,
            12.0, 15.0, 17.0, 22.0, 23.0,
        ];
        let all = treated
            .into_iter()
            .map(|(stop, event)| (0, stop, event))
            .chain(placebo.into_iter().map(|stop| (1, stop, true)));
        all.enumerate()
            .map(|(patient, (arm, stop, event))| AtRisk {
                patient: patient as u64,
                arm,
                start: 0.0,
                stop,
                event,
            })
            .collect()
    }

    fn curve(arm: usize) -> KaplanMeier {
        let patients: Vec<Followed> = freireich()
            .iter()
            .filter(|one| one.arm == arm)
            .map(|one| Followed {
                time: one.stop,
                event: one.event,
            })
            .collect();
        KaplanMeier::of(&patients)
    }

    #[test]
    fn survival_under_6_mp_is_that_of_the_textbooks() {
        let curve = curve(0);
        for (time, survival) in [
            (6.0, 0.8571),
            (7.0, 0.8067),
            (10.0, 0.7529),
            (13.0, 0.6902),
            (16.0, 0.6275),
            (22.0, 0.5378),
            (23.0, 0.4482),
        ] {
            assert!((curve.at(time).0 - survival).abs() < 5e-5, "{time}");
        }
        assert_eq!(curve.at(5.9), (1.0, 1.0, 1.0));
        assert_eq!(
            [0.0, 6.0, 6.1, 35.0, 36.0].map(|time| curve.at_risk(time)),
            [21, 21, 17, 1, 0]
        );
        // Greenwood's error at 10 weeks is 0.0963, on the log-log scale 0.503 to 0.889.
        let (_, low, high) = curve.at(10.0);
        assert!(
            (low - 0.503).abs() < 1e-3 && (high - 0.889).abs() < 1e-3,
            "{low} {high}"
        );
    }

    #[test]
    fn medians_are_those_of_the_textbooks() {
        let median = curve(0).median();
        assert_eq!(
            (median.time, median.low, median.high),
            (Some(23.0), Some(13.0), None)
        );
        let median = curve(1).median();
        assert_eq!(
            (median.time, median.low, median.high),
            (Some(8.0), Some(4.0), Some(11.0))
        );
        // A curve along a half: 1, 2 of four, then 3.
        let flat: Vec<Followed> = [1.0, 2.0, 3.0, 4.0]
            .map(|time| Followed { time, event: true })
            .to_vec();
        assert_eq!(KaplanMeier::of(&flat).median().time, Some(2.5));
        assert_eq!(KaplanMeier::of(&[]).median(), Median::default());
    }

    #[test]
    fn the_log_rank_test_of_freireich_gives_16_79() {
        let test = log_rank(&freireich()).unwrap();
        assert!(
            (test.chi_square - 16.793).abs() < 1e-3,
            "{}",
            test.chi_square
        );
        assert!((test.p - 4.169e-5).abs() < 2e-8, "{}", test.p);
    }

    /// Log hazard ratios of R: 1.5721 (0.4124) by Efron, 1.5092 (0.4096) by Breslow.
    #[test]
    fn the_hazard_ratio_of_freireich_is_that_of_r() {
        let efron = cox(&freireich(), Ties::Efron).unwrap();
        assert!((efron.log - 1.5721).abs() < 5e-5, "{}", efron.log);
        assert!((efron.error - 0.4124).abs() < 5e-5, "{}", efron.error);
        let breslow = cox(&freireich(), Ties::Breslow).unwrap();
        assert!((breslow.log - 1.5092).abs() < 5e-5, "{}", breslow.log);
        assert!((breslow.error - 0.4096).abs() < 5e-5, "{}", breslow.error);
        let (low, high) = efron.interval(efron.error);
        assert!(
            (low - 2.147).abs() < 1e-3 && (high - 10.81).abs() < 1e-2,
            "{low} {high}"
        );
    }

    #[test]
    fn equal_arms_have_a_ratio_of_exactly_one_and_an_arm_without_events_has_none() {
        let one: Vec<AtRisk> = freireich().into_iter().filter(|one| one.arm == 0).collect();
        let both: Vec<AtRisk> = [0, 1]
            .into_iter()
            .flat_map(|arm| one.iter().map(move |time| AtRisk { arm, ..*time }))
            .collect();
        let ratio = cox(&both, Ties::Efron).unwrap();
        assert_eq!(ratio.log.to_bits(), 0.0_f64.to_bits());
        assert!(log_rank(&both).unwrap().chi_square.abs() < 1e-20);
        let none: Vec<AtRisk> = both
            .iter()
            .map(|time| AtRisk {
                event: time.event && time.arm == 0,
                ..*time
            })
            .collect();
        assert_eq!(cox(&none, Ties::Efron), None);
    }

    /// A patient cut into pieces weighs as much as one in one piece, in both variances; without
    /// ties within patients the clustered error is near that of the likelihood.
    #[test]
    fn intervals_at_risk_add_up_to_the_whole() {
        let whole = freireich();
        let pieces: Vec<AtRisk> = whole
            .iter()
            .flat_map(|one| {
                let middle = 0.4 * one.stop;
                [
                    AtRisk {
                        stop: middle,
                        event: false,
                        ..*one
                    },
                    AtRisk {
                        start: middle,
                        ..*one
                    },
                ]
            })
            .collect();
        let (one, other) = (
            cox(&whole, Ties::Efron).unwrap(),
            cox(&pieces, Ties::Efron).unwrap(),
        );
        assert!((one.log - other.log).abs() < 1e-12);
        assert!((one.error - other.error).abs() < 1e-12);
        assert!((one.robust_error - other.robust_error).abs() < 1e-12);
        assert!((one.robust_error / one.error - 1.0).abs() < 0.25);
    }

    /// Five patients: kind 0 at 1, kind 1 at 2, lost at 3, kind 0 at 4, kind 0 at 5.
    /// S: 4/5, 3/5, then 2 at risk: 3/10, 0. Incidence of kind 0: 1/5, 1/5, 1/2, 4/5; of kind 1: 1/5.
    #[test]
    fn incidence_is_that_by_hand() {
        let patients: Vec<First> = [
            (1.0, Some(0)),
            (2.0, Some(1)),
            (3.0, None),
            (4.0, Some(0)),
            (5.0, Some(0)),
        ]
        .map(|(time, kind)| First { time, kind })
        .to_vec();
        let found = aalen_johansen(&patients, 2, &[0.5, 1.0, 3.0, 4.0, 5.0]);
        let shares: Vec<[f64; 2]> = found
            .iter()
            .map(|kinds| [kinds[0].share, kinds[1].share])
            .collect();
        for (found, expected) in
            shares
                .iter()
                .zip([[0.0, 0.0], [0.2, 0.0], [0.2, 0.2], [0.5, 0.2], [0.8, 0.2]])
        {
            assert!((found[0] - expected[0]).abs() < 1e-12, "{found:?}");
            assert!((found[1] - expected[1]).abs() < 1e-12, "{found:?}");
        }
        // Before anyone is lost it is a binomial share: p (1 - p) / n.
        assert!((found[1][0].error - (0.2 * 0.8 / 5.0_f64).sqrt()).abs() < 1e-12);
        assert!((found[2][1].error - (0.2 * 0.8 / 5.0_f64).sqrt()).abs() < 1e-12);
    }

    #[test]
    fn a_rate_counts_patients_as_clusters() {
        let (mean, low, high) = rate(&[(1.0, 1.0), (0.0, 1.0), (3.0, 1.0), (0.0, 1.0)]);
        assert!((mean - 1.0).abs() < 1e-12);
        // sqrt(0 + 1 + 4 + 1) / 4 = 0.6124
        assert!((high - low - 2.0 * Z * 0.612_372_4).abs() < 1e-6);
    }

    #[test]
    fn tails_are_those_of_the_tables() {
        for (value, tail) in [
            (0.0, 1.0),
            (1.0, 0.317_310_5),
            (3.841_458_8, 0.05),
            (6.634_896_6, 0.01),
            (10.827_566, 0.001),
            (30.0, 4.320_463e-8),
        ] {
            assert!(
                (chi_square_tail(value) / tail - 1.0).abs() < 1e-6,
                "{value}"
            );
        }
    }
}
