use super::*;

fn after(net_cm3_per_d: f64, pthrp_pm: f64, days: f64) -> (Calcium, Pools) {
    let law = Calcium::default();
    let mut pools = law.at_rest();
    let mmol_per_h = net_cm3_per_d * 11.23 / 24.0;
    for _ in 0..days as usize {
        law.advance(&mut pools, mmol_per_h, pthrp_pm, 24.0).unwrap();
    }
    (law, pools)
}

#[test]
fn health_is_at_rest_and_excretes_two_per_cent_of_what_is_filtered() {
    let (law, pools) = after(0.0, 0.0, 100.0);
    assert!((law.level_mm(&pools) - 2.35).abs() < 1e-8);
    assert!((law.pth_pm(&pools) - 3.85).abs() < 1e-7);
    let share = law.excreted_share(&pools, 0.0);
    assert!((0.015..0.025).contains(&share), "{share}");
}

/// 1 cm3 of bone a day lifts calcium with a healthy kidney, and more with PTHrP; the book closes.
#[test]
fn bone_loss_lifts_calcium_and_pthrp_keeps_it() {
    let mut last = 2.35;
    for (pthrp_pm, least) in [(0.0, 2.36), (5.0, 2.65), (15.0, 2.9)] {
        let (law, pools) = after(1.0, pthrp_pm, 60.0);
        let level = law.level_mm(&pools);
        assert!(
            level > least && level > last,
            "{level} mM with {pthrp_pm} pM of PTHrP"
        );
        assert!(law.pth_pm(&pools) < 3.85);
        assert!(law.residual(&pools) < 1e-9, "{}", law.residual(&pools));
        last = level;
    }
}

/// Bone that takes 3 mmol a day lowers calcium, and PTH rises against it.
#[test]
fn hungry_bone_lowers_calcium_and_raises_pth() {
    let (law, pools) = after(-3.0 / 11.23, 0.0, 60.0);
    assert!(law.level_mm(&pools) < 2.35 && law.level_mm(&pools) > 1.8);
    assert!(law.pth_pm(&pools) > 3.85);
    let mut pools = law.at_rest();
    let said = law
        .advance(&mut pools, -20.0, 0.0, 24.0)
        .unwrap_err()
        .to_string();
    assert!(said.contains("480.000 mmol/d"), "{said}");
}

/// The supplement holds a calcium that hungry bone lowers, and does nothing to a high one.
#[test]
fn a_supplement_helps_against_a_low_calcium_alone() {
    let after = |from_bone_mmol_per_d: f64, is_supplemented: bool| {
        let law = Calcium::default();
        let mut pools = law.at_rest();
        for _ in 0..60 {
            law.advance_fed(
                &mut pools,
                from_bone_mmol_per_d / 24.0,
                if from_bone_mmol_per_d > 0.0 {
                    15.0
                } else {
                    0.0
                },
                24.0,
                is_supplemented,
            )
            .unwrap();
        }
        assert!(law.residual(&pools) < 1e-9);
        law.level_mm(&pools)
    };
    let (without, with) = (after(-3.0, false), after(-3.0, true));
    assert!(with > without + 0.05 && with < 2.35, "{without} {with}");
    let (without, with) = (after(11.0, false), after(11.0, true));
    assert!((with - without).abs() < 0.01, "{without} {with}");
}

#[test]
fn grades_begin_above_their_limits() {
    assert_eq!([2.6, 2.7, 3.0, 3.6].map(hypercalcaemia), [0, 1, 2, 3]);
}
