use super::super::UNORIENTED;
use super::super::tests::image;
use super::*;

#[test]
fn voxels_that_are_not_cubes_are_refused_unless_resampled() {
    let mask: Vec<f32> = (0..64).map(|i| (i / 2 % 2) as f32).collect();
    let long = image([4, 4, 4], [10.0, 10.0, 20.0], mask.clone());
    assert!(!long.is_isotropic());
    assert!(matches!(
        long.to_bone(None, None),
        Err(ImageError::Anisotropic { .. })
    ));
    assert_eq!(long.to_bone(None, Some(20.0)).unwrap().dims, [2, 2, 4]);
    assert!(image([4, 4, 4], [10.0, 10.0, 10.005], mask.clone()).is_isotropic());
    assert!(!image([4, 4, 4], [10.0, 10.0, 10.02], mask).is_isotropic());
}

/// Half of every site of x = 1 is bone, and as much lies on either side: it becomes bone, and
/// that is told.
#[test]
fn half_bone_is_bone() {
    let columns: Vec<f32> = (0..128).map(|i| f32::from(u8::from(i % 8 == 3))).collect();
    let bone = image([8, 4, 4], [10.0; 3], columns)
        .to_bone(None, Some(20.0))
        .unwrap();
    assert_eq!(bone.dims, [4, 2, 2]);
    assert_eq!(bone.bone, [false, true, false, false].repeat(4));
    // The first site is the mean of eight voxels: its centre lies 5 um further.
    assert_eq!(bone.orientation, UNORIENTED.moved([0.005; 3]));
    let native = bone.native.unwrap();
    assert!((native.covered_bv_tv - 0.125).abs() < 1e-12);
    assert_eq!(bone.warnings.len(), 1, "{:?}", bone.warnings);
    for figure in ["0.1250", "0.2500", "+100.0 %", "--edge", "lattice.site"] {
        assert!(bone.warnings[0].contains(figure), "{:?}", bone.warnings);
    }
}

/// One threshold for the whole, so that parts agree where they overlap.
#[test]
fn a_part_has_the_threshold_of_the_whole() {
    // Marrow about 50 to the left and about 140 to the right, bone about 200.
    let values: Vec<f32> = (0..20 * 12 * 12_u32)
        .map(|i| {
            let (x, noise) = (i % 20, (i * 7919 % 31) as f32);
            let marrow = if x < 10 { 50.0 } else { 140.0 };
            noise + if i / 20 % 4 == 0 { 200.0 } else { marrow }
        })
        .collect();
    let whole = image([20, 12, 12], [10.0; 3], values);
    let part = |start, size| {
        let options = BoneOptions {
            part: Some([start, size]),
            ..BoneOptions::default()
        };
        whole.to_bone_with(&options).unwrap()
    };
    let all = whole.to_bone(None, None).unwrap();
    for start in [[0, 0, 0], [5, 2, 1], [7, 3, 4]] {
        let crop = part(start, [8, 8, 8]);
        assert_eq!(crop.binarisation, all.binarisation);
        for (site, &bone) in crop.bone.iter().enumerate() {
            let at = [site % 8, site / 8 % 8, site / 64];
            let [x, y, z] = [0, 1, 2].map(|axis| at[axis] + start[axis]);
            assert_eq!(bone, all.bone[(z * 12 + y) * 20 + x]);
        }
    }
    // Cut alone, the right-hand part would have another.
    let alone = whole.crop([12, 0, 0], [8, 12, 12]).unwrap();
    assert_ne!(alone.binarise(None).unwrap().1, all.binarisation);
}

/// Slices of one value at the end of the scan move the threshold below all marrow: the refusal
/// of the part says so.
#[test]
fn a_refused_part_says_what_was_doubtful() {
    let values: Vec<f32> = (0..20 * 12 * 12_u32)
        .map(|i| match i / 20 % 12 {
            0..=3 => -3000.0,
            y => (i * 7919 % 31) as f32 + if y % 4 == 0 { 200.0 } else { 50.0 },
        })
        .collect();
    let options = BoneOptions {
        part: Some([[0, 4, 0], [20, 8, 12]]),
        ..BoneOptions::default()
    };
    let error = image([20, 12, 12], [10.0; 3], values).to_bone_with(&options);
    let error = error.unwrap_err().to_string();
    for words in [
        "nothing but bone",
        "warning: ",
        "value -3000,",
        "--threshold",
    ] {
        assert!(error.contains(words), "{words}: {error}");
    }
}

#[test]
fn a_part_without_bone_is_refused() {
    let half: Vec<f32> = (0..64).map(|i| f32::from(u8::from(i >= 32))).collect();
    let options = BoneOptions {
        part: Some([[0; 3], [4, 4, 2]]),
        ..BoneOptions::default()
    };
    let error = image([4; 3], [10.0; 3], half).to_bone_with(&options);
    let error = error.unwrap_err().to_string();
    assert!(error.contains("holds no bone"), "{error}");
}
