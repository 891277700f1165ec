use super::*;

const BENT: Law = Law::LinearQuadraticLinear {
    transition_gy: 10.0,
};

#[test]
fn the_tangent_meets_the_curve_with_its_slope() {
    let of = |dose: f64| BENT.effective_gy(dose, 10.0);
    assert!((of(10.0) - 20.0).abs() < 1e-12);
    let step = 1e-6;
    let below = (of(10.0) - of(10.0 - step)) / step;
    let above = (of(10.0 + step) - of(10.0)) / step;
    assert!((below - 3.0).abs() < 1e-5 && (above - 3.0).abs() < 1e-5);
    // Below the transition the two laws are one.
    for dose in [0.0, 2.0, 8.0, 10.0] {
        let plain = Law::LinearQuadratic.effective_gy(dose, 10.0);
        assert!((of(dose) - plain).abs() < 1e-15);
    }
    assert!(of(24.0) < Law::LinearQuadratic.effective_gy(24.0, 10.0));
}

/// 100 Gy of effective dose, whole: half of the most.
#[test]
fn strength_is_lost_by_dose_and_comes_and_goes() {
    let strength = Strength {
        most: 0.4,
        half: AbsorbedDose::gy(100.0),
        steepness: 2.0,
        alpha_beta: AbsorbedDose::gy(3.0),
        onset: Time::h(1.0),
        lasts: Time::h(1000.0),
        recalcification: Time::h(1000.0),
    };
    // Two of 10.81 Gy: 2 x 10.81 (1 + 10.81 / 3) = 99.52 Gy; of 10.838963 Gy 100 Gy.
    let at = |now_h| {
        let twice = [(now_h, 10.838_963, Law::LinearQuadratic); 2];
        strength.factor_since(twice.into_iter())
    };
    assert!((at(500.0) - 0.8).abs() < 1e-6, "{}", at(500.0));
    // Half of the dose acts: 0.4 / (1 + 2^2).
    assert!((at(1500.0) - 0.92).abs() < 1e-6, "{}", at(1500.0));
    assert!((at(0.0) - 1.0).abs() < 1e-15 && (at(2000.0) - 1.0).abs() < 1e-12);
    assert!(at(0.5) < 1.0 && at(0.5) > at(500.0));
    assert!((at(-5.0) - 1.0).abs() < 1e-15);
}
