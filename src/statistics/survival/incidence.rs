//! Incidence of each kind of first event, after Aalen and Johansen.

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
