use super::*;

#[test]
fn mass_action_and_totals_hold_over_twelve_decades() {
    for r in [0.0, 1e-6, 1.0, 40.0, 1e6] {
        for o in [0.0, 1e-6, 1.0, 40.0, 1e6] {
            for kd in [1e-3, 1.0, 300.0] {
                let (free, decoy) = (free_ligand(r, o, kd), free_ligand(o, r, kd));
                // Both complexes, each formed without cancellation by mass action.
                let complex = free * decoy / kd;
                assert!(
                    (free + complex - r).abs() <= 1e-11 * r.max(1e-9),
                    "{r} {o} {kd}"
                );
                assert!(
                    (decoy + complex - o).abs() <= 1e-11 * o.max(1e-9),
                    "{r} {o} {kd}"
                );
            }
        }
    }
}

/// Expansion for K << O: free = K R / (O - R + K) to first order in K; a naive quadratic gives 0.
#[test]
fn no_digits_are_lost_when_the_decoy_is_tight_and_in_excess() {
    let free = free_ligand(100.0, 1e5, 1e-9);
    assert!((free / (1e-9 * 100.0 / 99_900.0) - 1.0).abs() < 1e-9);
}

#[test]
fn more_decoy_or_tighter_binding_frees_less() {
    assert!(free_ligand(10.0, 20.0, 5.0) < free_ligand(10.0, 10.0, 5.0));
    assert!(free_ligand(10.0, 20.0, 1.0) < free_ligand(10.0, 20.0, 5.0));
    assert!((free_ligand(10.0, 4.0, 0.0) - 6.0).abs() < 1e-12);
    assert!(free_ligand(4.0, 10.0, 0.0).abs() < 1e-12);
}

#[test]
fn several_decoys_obey_mass_action_of_each() {
    for (r, first, second) in [
        (10.0, (30.0, 2.0), (5.0, 0.01)),
        (1e4, (30.0, 2.0), (500.0, 50.0)),
        (0.5, (1e5, 1e-3), (2e4, 1e-2)),
    ] {
        let free = free_ligand_of_many(r, &[first, second]);
        let bound = |(total, kd): (f64, f64)| total * free / (kd + free);
        assert!(
            (free + bound(first) + bound(second) - r).abs() < 1e-9 * r,
            "{r}"
        );
    }
    assert!((free_ligand_of_many(10.0, &[(3.0, 0.0), (0.0, 1.0)]) - 7.0).abs() < 1e-12);
    assert!((free_ligand_of_many(3.0, &[(5.0, 0.0), (9.0, 1.0)])).abs() < 1e-12);
}

#[test]
fn a_drug_in_excess_frees_the_native_decoy_and_leaves_what_is_out_of_reach() {
    let (ligand, decoy) = (vec![5.0_f32; 3], vec![50.0_f32; 3]);
    let (mut free, mut opg) = (vec![0.0; 3], vec![0.0; 3]);
    free_levels(&ligand, &decoy, 2.0, &mut free, &mut opg).unwrap();
    let alone = free[0];
    let drug = [(40_000.0, 3.0)];
    free_levels_with(&ligand, &decoy, 2.0, (&drug, 0.9), &mut free, &mut opg).unwrap();
    // A tenth as without the drug; of the rest K R / D, for a drug D in excess.
    let expected = 0.1 * alone + 0.9 * 5.0 * 3.0 / 40_000.0;
    assert!((free[0] / expected - 1.0).abs() < 0.01, "{}", free[0]);
    assert!(opg[0] > 49.0, "{}", opg[0]);
    free_levels_with(&ligand, &decoy, 2.0, (&[], 0.0), &mut free, &mut opg).unwrap();
    assert_eq!(free[0].to_bits(), alone.to_bits());
}

#[test]
fn slices_and_scalars_agree_and_lengths_are_checked() {
    let (r, o): (Vec<f32>, Vec<f32>) = (0..20_000).map(|i| (i as f32, (i % 77) as f32)).unzip();
    let (mut free, mut decoy) = (vec![0.0; r.len()], vec![0.0; r.len()]);
    free_levels(&r, &o, 4.0, &mut free, &mut decoy).unwrap();
    for i in (0..r.len()).step_by(997) {
        let expected = free_ligand(f64::from(r[i]), f64::from(o[i]), 4.0) as f32;
        assert_eq!(free[i].to_bits(), expected.to_bits());
    }
    let fault = free_levels(&r, &o[1..], 4.0, &mut free, &mut decoy).unwrap_err();
    assert!(fault.to_string().contains("19999"), "{fault}");
}
