use super::*;

#[test]
fn a_whole_ratio_averages_blocks_and_drops_the_rest() {
    let values: Vec<f32> = (0..5 * 4 * 2).map(|i| i as f32).collect();
    let (means, sites) = resample(&values, [5, 4, 2], [4.1; 3], 8.2).unwrap();
    assert_eq!(sites, [2, 2, 1]);
    // (0 + 1 + 5 + 6 + 20 + 21 + 25 + 26) / 8, then two further along x, then two rows on.
    assert_eq!(means, [13.0, 15.0, 23.0, 25.0]);
}

#[test]
fn a_broken_ratio_weights_by_overlap() {
    let (means, sites) = resample(&[0.0, 3.0, 6.0], [3, 1, 1], [10.0, 15.0, 7.0], 15.0).unwrap();
    assert_eq!(sites, [2, 1, 1]);
    // (1 x 0 + 1/2 x 3) / 1.5 and (1/2 x 3 + 1 x 6) / 1.5.
    assert_eq!(means, [1.0, 5.0]);
}

#[test]
fn smaller_sites_repeat_the_voxel() {
    let (means, sites) = resample(&[1.0, 2.0], [2, 1, 1], [10.0, 10.0, 10.0], 5.0).unwrap();
    assert_eq!(sites, [4, 2, 1]);
    assert_eq!(means, [1.0, 1.0, 2.0, 2.0, 1.0, 1.0, 2.0, 2.0]);
}

/// Balls and a plate in a cube of 60 voxels; structures span two sites and more.
fn shapes() -> Vec<f32> {
    let mut values = vec![0.0; 60 * 60 * 60];
    for (at, value) in values.iter_mut().enumerate() {
        let [x, y, z] = [at % 60, at / 60 % 60, at / 3600];
        let ball = |c: [usize; 3], r2: usize| {
            x.abs_diff(c[0]).pow(2) + y.abs_diff(c[1]).pow(2) + z.abs_diff(c[2]).pow(2) < r2
        };
        let is_bone = ball([20, 20, 20], 150)
            || ball([41, 38, 17], 90)
            || (41..46).contains(&z)
            || (15..20).contains(&x);
        *value = f32::from(u8::from(is_bone));
    }
    values
}

#[test]
fn the_volume_is_kept_where_structures_span_two_sites() {
    let values = shapes();
    for edge in [1.25, 1.5, 2.0, 2.4, 2.5, 3.0] {
        let (share, dims) = resample(&values, [60; 3], [1.0; 3], edge).unwrap();
        let volume: f64 = share.iter().map(|&share| f64::from(share)).sum();
        let bone = bone_sites(&share, dims);
        let kept = bone.iter().filter(|&&bone| bone).count() as f64 / volume;
        assert!((kept - 1.0).abs() < 1e-3, "{edge}: {kept}");
        for (site, &share) in share.iter().enumerate() {
            assert!(bone[site] || share < INSIDE, "{edge}: {share} is not bone");
            assert!(!bone[site] || share > 0.0, "{edge}: {share} is bone");
        }
    }
}

/// A plate of two sites, half a site off the lattice: bone that lies further along counts.
#[test]
fn of_a_plate_between_sites_one_face_is_taken() {
    let share = [0.0, 0.5, 1.0, 0.5, 0.0, 0.0];
    for dims in [[6, 1, 1], [1, 6, 1], [1, 1, 6]] {
        let bone = bone_sites(&share, dims);
        assert_eq!(bone, [false, true, true, false, false, false]);
    }
}

/// What is thinner than a site is neither broken into pieces nor made up.
#[test]
fn plates_thinner_than_half_a_site_are_lost_and_not_invented() {
    let plates = [0.4_f32, 0.0, 0.0].repeat(48);
    assert_eq!(bone_sites(&plates, [3, 6, 8]), [false; 144]);
    let halves = [0.5_f32, 0.0, 0.0].repeat(48);
    let bone = bone_sites(&halves, [3, 6, 8]);
    assert!(
        bone.chunks(3)
            .all(|row| row[0] == bone[0] && !row[1] && !row[2])
    );
}

#[test]
fn impossible_edges_are_refused() {
    // Ten by ten by ten voxels, each of them 50^3 sites.
    assert!(resample(&[1.0; 1000], [10; 3], [10.0; 3], 0.2).is_err());
    for edge in [0.0, -1.0, f64::NAN, f64::INFINITY, 41.0, 1e-9] {
        assert!(
            resample(&[1.0; 8], [2; 3], [10.0; 3], edge).is_err(),
            "{edge}"
        );
    }
}

#[test]
fn the_mean_is_kept_on_any_number_of_threads() {
    let values: Vec<f32> = (0..12 * 12 * 12).map(|i| (i * i % 97) as f32).collect();
    let on = |threads| {
        rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap()
            .install(|| resample(&values, [12; 3], [1.0; 3], 1.5).unwrap().0)
    };
    let (one, three) = (on(1), on(3));
    assert_eq!(one, three);
    let mean = |v: &[f32]| v.iter().map(|&x| f64::from(x)).sum::<f64>() / v.len() as f64;
    assert!((mean(&one) - mean(&values)).abs() < 1e-4);
}
