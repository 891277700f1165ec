use super::*;

fn drawn(distribution: Distribution<f64>) -> Vec<f64> {
    (0..4000)
        .filter_map(|patient| distribution.draw(Chance::new(3), 1, patient))
        .collect()
}

#[test]
fn draws_have_their_median_and_keep_their_bounds() {
    let mut values = drawn(Distribution::Lognormal {
        median: 5.0,
        sigma: 0.5,
        least: None,
        most: None,
    });
    values.sort_by(f64::total_cmp);
    // Error of a median of 4000: 1.25 sigma / sqrt(4000) of the logarithm, here 0.01.
    assert!((values[2000] / 5.0).ln().abs() < 0.04, "{}", values[2000]);
    let values = drawn(Distribution::Normal {
        mean: 0.0,
        sd: 1.0,
        least: Some(0.5),
        most: Some(1.0),
    });
    assert!(values.len() == 4000 && values.iter().all(|value| (0.5..=1.0).contains(value)));
    let values = drawn(Distribution::Uniform {
        low: 2.0,
        high: 3.0,
    });
    let mean = values.iter().sum::<f64>() / 4000.0;
    assert!((mean - 2.5).abs() < 5.0 * (1.0 / 12.0_f64 / 4000.0).sqrt());
}

#[test]
fn distributions_that_make_no_sense_are_named() {
    let wrong = |distribution: Distribution<f64>| {
        let mut problems = Problems::default();
        distribution.check("traits.x", Allowed::number(0.0, 1.0), &mut problems);
        problems
            .found
            .iter()
            .map(|p| p.path.clone())
            .collect::<Vec<_>>()
    };
    let uniform = |low, high| Distribution::Uniform { low, high };
    assert_eq!(wrong(uniform(0.9, 0.1)), ["traits.x.uniform"]);
    assert_eq!(wrong(uniform(0.5, 1.5)), ["traits.x"]);
    assert!(wrong(uniform(0.0, 1.0)).is_empty());
    let normal = |sd, least| Distribution::Normal {
        mean: 0.5,
        sd,
        least,
        most: Some(1.0),
    };
    assert_eq!(wrong(normal(-1.0, None)), ["traits.x.normal.sd"]);
    assert_eq!(wrong(normal(0.01, Some(0.99))), ["traits.x"]);
}

#[test]
fn a_value_out_of_bounds_is_said_in_the_unit_of_the_bounds() {
    let hazard = Allowed::new(0.0, 1.0, ["/d", "/h"]);
    let said = |per_h: f64| {
        let mut problems = Problems::default();
        Distribution::Fixed(per_h).check("traits.death", hazard, &mut problems);
        problems
            .found
            .pop()
            .map(|found| (found.message, found.help))
    };
    let found = |value: &str| {
        (
            format!("draws {value}"),
            "give a value from 0 to 1 /d".into(),
        )
    };
    assert_eq!(said(2.0 / 24.0), Some(found("2.0000 /d")));
    assert_eq!(said(1e9 / 24.0), Some(found("1.000e9 /d")));
    // The bound itself is allowed, however its unit rounds.
    assert_eq!(said(1.0 / 24.0 * (1.0 + 1e-15)), None);
    assert_eq!(said(0.0), None);
}
