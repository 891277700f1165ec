use super::*;

fn system() -> System {
    System {
        central_l: 3.0,
        clearance_l_per_h: 0.6,
        peripheral_l: [1.0, 1.0],
        exchange_l_per_h: [0.0, 0.0],
        absorption_per_h: 0.0,
        saturable: None,
        access: 1.0,
        delay_h: 0.0,
    }
}

fn near(found: f64, expected: f64) {
    assert!(
        (found / expected - 1.0).abs() < 1e-9,
        "{found} for {expected}"
    );
}

/// Bateman: `F D ka / (V (ka - k)) (exp(-k t) - exp(-ka t))`, in ticks of an hour over 40 d.
#[test]
fn absorption_equals_its_closed_form_after_a_thousand_ticks() {
    let mut system = system();
    system.absorption_per_h = 0.011;
    system.clearance_l_per_h = 0.0021;
    let mut amounts = Amounts {
        depot_mg: 74.4,
        ..Amounts::default()
    };
    let (k, ka) = (0.0007, 0.011);
    let mut area = 0.0;
    for tick in 1..=1000 {
        area += system
            .advance(&mut amounts, 0.0, 1.0)
            .unwrap()
            .central_mg_h_per_l;
        let t = f64::from(tick);
        let bateman = 74.4 * ka / (ka - k) * ((-k * t).exp() - (-ka * t).exp());
        near(amounts.central_mg, bateman);
    }
    let t = 1000.0;
    let integral = 74.4 * ka / (ka - k) / 3.0
        * ((1.0 - f64::exp(-k * t)) / k - (1.0 - f64::exp(-ka * t)) / ka);
    near(area, integral);
}

/// Two compartments after a bolus: hybrid rates `alpha`, `beta` of the quadratic.
#[test]
fn two_compartments_equal_their_closed_form_in_one_step_and_in_many() {
    let mut system = system();
    system.peripheral_l[0] = 5.0;
    system.exchange_l_per_h[0] = 1.5;
    let (k10, k12, k21) = (0.2, 0.5, 0.3);
    let sum: f64 = k10 + k12 + k21;
    let root = (sum * sum - 4.0 * k10 * k21).sqrt();
    let (fast, slow) = (f64::midpoint(sum, root), 0.5 * (sum - root));
    let closed = |t: f64| {
        100.0 / (fast - slow)
            * ((fast - k21) * (-fast * t).exp() + (k21 - slow) * (-slow * t).exp())
    };
    let mut once = Amounts {
        central_mg: 100.0,
        ..Amounts::default()
    };
    let mut often = once;
    system.advance(&mut once, 0.0, 24.0).unwrap();
    for _ in 0..96 {
        system.advance(&mut often, 0.0, 0.25).unwrap();
    }
    near(once.central_mg, closed(24.0));
    near(often.central_mg, closed(24.0));
}

/// A constant infusion: `R / CL (1 - exp(-k t))`; and a site that follows with a delay.
#[test]
fn an_infusion_and_a_delayed_site_equal_their_closed_forms() {
    let mut system = system();
    system.access = 0.3;
    system.delay_h = 10.0;
    let mut amounts = Amounts::default();
    let seen = system.advance(&mut amounts, 7.0, 4.0).unwrap();
    let k = 0.2_f64;
    near(
        amounts.central_mg / 3.0,
        7.0 / 0.6 * (1.0 - (-k * 4.0).exp()),
    );
    near(
        seen.central_mg_h_per_l,
        7.0 / 0.6 * (4.0 - (1.0 - (-k * 4.0).exp()) / k),
    );
    let ke = 0.1_f64;
    let mut bolus = Amounts {
        central_mg: 3.0,
        ..Amounts::default()
    };
    system.advance(&mut bolus, 0.0, 7.0).unwrap();
    near(
        bolus.site_mg_per_l,
        0.3 * ke / (ke - k) * ((-k * 7.0).exp() - (-ke * 7.0).exp()),
    );
}

/// Far below Km the saturable way is linear with clearance Vmax / Km; far above it takes Vmax.
#[test]
fn a_saturable_elimination_meets_its_two_limits() {
    let mut low = system();
    low.clearance_l_per_h = 0.0;
    low.saturable = Some((0.6e6, 1e6));
    let mut amounts = Amounts {
        central_mg: 1.0,
        ..Amounts::default()
    };
    low.advance(&mut amounts, 0.0, 5.0).unwrap();
    assert!((amounts.central_mg / (-1.0_f64).exp() - 1.0).abs() < 1e-6);
    low.saturable = Some((2.0, 1e-9));
    let mut amounts = Amounts {
        central_mg: 100.0,
        ..Amounts::default()
    };
    low.advance(&mut amounts, 0.0, 5.0).unwrap();
    near(amounts.central_mg, 90.0);
}

#[test]
fn what_leaves_is_clearance_times_area() {
    let mut system = system();
    system.exchange_l_per_h = [1.0, 0.2];
    system.peripheral_l = [4.0, 20.0];
    let mut amounts = Amounts {
        central_mg: 50.0,
        ..Amounts::default()
    };
    let seen = system.advance(&mut amounts, 3.0, 12.0).unwrap();
    let there = amounts.central_mg + amounts.peripheral_mg.iter().sum::<f64>();
    near(there + 0.6 * seen.central_mg_h_per_l, 50.0 + 36.0);
}
