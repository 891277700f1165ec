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
        1.0, 1.0, 2.0, 2.0, 3.0, 4.0, 4.0, 5.0, 5.0, 8.0, 8.0, 8.0, 8.0, 11.0, 11.0, 12.0, 12.0,
        15.0, 17.0, 22.0, 23.0,
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
    // The same patients with the same fate in both arms: nothing is left to chance.
    assert!(ratio.paired_error < 1e-12 && ratio.robust_error > 0.1);
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
