use super::*;

/// A grey image of marrow at 40 to 59 and, in a third of it, bone at 150 to 169.
fn grey() -> Vec<f32> {
    (0..8000_u32)
        .map(|i| (i * 7919 % 20) as f32 + if i % 3 == 0 { 150.0 } else { 40.0 })
        .collect()
}

#[test]
fn an_image_without_values_apart_is_left_alone() {
    assert_eq!(outliers(&grey(), [20; 3]), [""; 0]);
}

#[test]
fn hot_voxels_are_seen_at_either_end() {
    for hot in [30_000.0, -30_000.0, 1e9] {
        let mut values = grey();
        values[17] = hot;
        values[4711] = hot;
        let said = outliers(&values, [20; 3]);
        assert_eq!(said.len(), 1, "{said:?}");
        // What is left without them.
        assert!(said[0].starts_with("2 voxels lie far") && said[0].contains("is 59 without"));
    }
}

#[test]
fn padding_is_seen_below_above_and_as_a_frame_amid_the_values() {
    for value in [-2000.0, 0.0, 100.0, 255.0, 5000.0] {
        let mut values = grey();
        for (at, voxel) in values.iter_mut().enumerate() {
            let (x, y) = (at % 20, at / 20 % 20);
            if x == 0 || y == 0 || x == 19 || y == 19 {
                *voxel = value;
            }
        }
        let said = outliers(&values, [20; 3]);
        assert_eq!(said.len(), 1, "{value}: {said:?}");
        assert!(said[0].contains(&format!("value {value},")), "{said:?}");
        assert!(said[0].contains("59 without"), "{said:?}");
        assert_eq!(padding_kept(&values, [20; 3]).len(), 1);
    }
}

/// Marrow and bone with normal noise, whole or not.
fn noisy(scale: f32) -> Vec<f32> {
    let mut state = 3_u64;
    let mut noise = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 40) as f32 / (1_u64 << 24) as f32 - 0.5
    };
    (0..20_usize.pow(3))
        .map(|at| {
            let sum: f32 = (0..12).map(|_| noise()).sum();
            let middle = if at / 20 % 20 < 6 { 900.0 } else { -80.0 };
            (middle + 80.0 * sum).round() * scale
        })
        .collect()
}

type IsIn = fn([usize; 3]) -> bool;

#[test]
fn a_fill_amid_the_values_is_seen_wherever_it_lies() {
    let fills: [(&str, IsIn); 3] = [
        ("last columns", |[x, ..]| x >= 18),
        ("first slices", |[.., z]| z < 3),
        ("a frame but for a corner", |[x, y, _]| {
            (x < 2 || y < 2 || x > 17 || y > 17) && x + y > 3
        }),
    ];
    for scale in [1.0, 0.37] {
        assert_eq!(outliers(&noisy(scale), [20; 3]), [""; 0]);
        for (name, is_in) in fills {
            for fill in [400.0, -80.0] {
                let mut values = noisy(scale);
                for (at, value) in values.iter_mut().enumerate() {
                    if is_in([at % 20, at / 20 % 20, at / 400]) {
                        *value = fill * scale;
                    }
                }
                let said = outliers(&values, [20; 3]);
                assert_eq!(said.len(), 1, "{name}: {said:?}");
                let words = format!("exactly the value {}, apart", fill * scale);
                assert!(said[0].contains(&words), "{name}: {said:?}");
                assert!(said[0].contains("without them"), "{said:?}");
            }
        }
    }
}

#[test]
fn narrow_noise_and_smooth_masks_are_no_padding() {
    // 79 % on the middle, 10.5 % on either side, and an edge that is smeared.
    let narrow: Vec<f32> = (0..8000_u32)
        .map(|i| match i * 7919 % 1000 {
            0..=99 => 49.0,
            100..=849 => 50.0,
            850..=949 => 51.0,
            part => part as f32 - 890.0,
        })
        .collect();
    assert_eq!(padding_kept(&narrow, [20; 3]), [""; 0]);
    let smooth: Vec<f32> = (0..8000_u32)
        .map(|i| match i * 7919 % 1000 {
            0..=599 => 0.0,
            600..=899 => 255.0,
            part => (part - 899) as f32 * 2.5,
        })
        .collect();
    assert_eq!(padding_kept(&smooth, [20; 3]), [""; 0]);
}

#[test]
fn metal_and_air_are_said_with_both_thresholds() {
    for (other, third) in [(12000.0, 56), (-1000.0, 3000)] {
        let mut values = noisy(1.0);
        for (at, value) in values.iter_mut().rev().take(third).enumerate() {
            *value = other + (at * 7919 % 61) as f32;
        }
        let said = outliers(&values, [20; 3]);
        assert_eq!(said.len(), 1, "{said:?}");
        for words in ["three groups", "--threshold", "specimen.image", "Otsu's"] {
            assert!(said[0].contains(words), "{said:?}");
        }
    }
}

#[test]
fn blocks_of_many_whole_values_are_labels_and_grey_values_are_not() {
    let of = |values: &[f32]| {
        let few = few_values(values);
        labels_or_grey(few.as_deref(), values, [40; 3])
    };
    let place = |at: usize| [at % 40, at / 40 % 40, at / 1600];
    let blocks: Vec<f32> = (0..64_000)
        .map(|at| {
            let [x, y, z] = place(at).map(|part| part / 5);
            ((x + 8 * y + 64 * z) * 7919 % 300) as f32
        })
        .collect();
    let said = of(&blocks).unwrap();
    assert!(said.contains("more than 64") && said.contains("--labels"));
    // A field of view of noise, in a constant.
    let grey: Vec<f32> = (0..64_000)
        .map(|at| {
            let [x, y, _] = place(at);
            let inside = (8..32).contains(&x) && (8..32).contains(&y);
            if inside {
                (at * 7919 % 211) as f32
            } else {
                0.0
            }
        })
        .collect();
    assert_eq!(of(&grey), None);
    // A slope so slow that most neighbours are equal.
    let slope: Vec<f32> = (0..64_000)
        .map(|at| place(at).iter().sum::<usize>() as f32)
        .map(|sum| (sum * 0.9).floor())
        .collect();
    assert_eq!(of(&slope), None);
}

/// Values that are cut off at the ends of eight bits go on next to them.
#[test]
fn clipped_values_are_no_padding() {
    let clipped: Vec<f32> = (0..8000_u32)
        .map(|i| {
            ((i * 7919 % 257) as f32 * 1.2 - 25.0)
                .clamp(0.0, 255.0)
                .round()
        })
        .collect();
    assert!(clipped.iter().filter(|&&value| value <= 0.0).count() > 400);
    assert_eq!(outliers(&clipped, [20; 3]), [""; 0]);
}

#[test]
fn few_whole_values_are_labels_and_others_are_not() {
    let of = |values: &[f32]| few_values(values).is_some_and(|few| are_labels(&few));
    assert!(of(&[0.0, 1.0, 2.0, -0.0]));
    assert!(!of(&[0.0, 255.0, -0.0]));
    assert!(!of(&[0.0, 0.5, 1.0]));
    let many: Vec<f32> = (0..8000).map(|i| (i / 400) as f32).collect();
    assert!(!of(&many));
    let few = few_values(&many).unwrap();
    assert!(labels_or_grey(Some(&few), &many, [20; 3]).is_some());
    let noise: Vec<f32> = (0..8000).map(|i| (i * 7 % 20) as f32).collect();
    assert_eq!(labels_or_grey(Some(&few), &noise, [20; 3]), None);
    let grey: Vec<f32> = (0..8000).map(|i| (i % 100) as f32).collect();
    assert_eq!(few_values(&grey), None);
}

#[test]
fn levels_on_the_threshold_are_said_where_they_are_many() {
    let values: Vec<f32> = (0..1000).map(|i| (i % 50) as f32).collect();
    let given = on_threshold(&values, &Binarisation::Threshold(20.0)).unwrap();
    assert!(given.contains("2.0 %") && given.contains("19.5"), "{given}");
    assert!(on_threshold(&values, &Binarisation::Threshold(20.5)).is_none());
    assert!(on_threshold(&values, &Binarisation::Otsu(20.0)).is_some());
    let gap: Vec<f32> = values
        .iter()
        .map(|v| if *v > 20.0 { v + 9.0 } else { *v })
        .collect();
    assert!(on_threshold(&gap, &Binarisation::Otsu(20.0)).is_none());
}

#[test]
fn too_little_and_too_much_bone_are_said() {
    let rule = Binarisation::Otsu(5.0);
    let bone = |of_thousand: usize| (0..1000).map(|i| i < of_thousand).collect::<Vec<_>>();
    assert!(bone_share(&bone(4), &rule).unwrap().contains("--threshold"));
    assert!(bone_share(&bone(5), &rule).is_none());
    assert!(bone_share(&bone(950), &rule).is_none());
    let mask = Binarisation::Mask { larger: 255.0 };
    assert!(bone_share(&bone(951), &mask).unwrap().contains("--labels"));
}
