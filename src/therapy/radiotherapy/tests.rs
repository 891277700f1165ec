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

#[test]
fn strength_counts_the_last_high_dose() {
    let strength = Strength {
        high_dose: AbsorbedDose::gy(8.0),
        loss: 0.3,
        lasts: Time::h(100.0),
        recalcification: Time::h(100.0),
    };
    let at = |fractions: &[(f64, f64)], now| strength.factor_at(fractions.iter().copied(), now);
    assert!((at(&[(0.0, 2.0)], 1.0) - 1.0).abs() < 1e-12);
    assert!((at(&[(0.0, 8.0)], 1.0) - 0.7).abs() < 1e-12);
    assert!((at(&[(0.0, 8.0), (100.0, 9.0)], 150.0) - 0.7).abs() < 1e-12);
    assert!((at(&[(0.0, 8.0)], 150.0) - 0.85).abs() < 1e-12);
    assert!((at(&[(5.0, 8.0)], 4.0) - 1.0).abs() < 1e-12);
}
