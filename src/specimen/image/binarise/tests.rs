use super::super::tests::image;
use super::*;

#[test]
fn two_values_are_a_mask_whatever_they_are() {
    let mask = image([4, 1, 1], [1.0; 3], vec![-3.0, 7.5, 7.5, -3.0]);
    let (bone, rule) = mask.binarise(Some(1.0)).unwrap();
    assert_eq!(bone, [false, true, true, false]);
    assert_eq!(rule, Binarisation::Mask { larger: 7.5 });
    assert!(rule.to_string().contains("7.5"));
    // A threshold that does not part the two would be idle.
    let error = mask.binarise(Some(100.0)).unwrap_err();
    assert!(matches!(error, ImageError::Threshold { .. }), "{error}");
}

#[test]
fn grey_values_take_the_threshold_given_and_equal_is_not_bone() {
    let grey = image([4, 1, 1], [1.0; 3], vec![1.0, 2.0, 3.0, 4.0]);
    let (bone, rule) = grey.binarise(Some(2.0)).unwrap();
    assert_eq!(bone, [false, false, true, true]);
    assert_eq!(rule, Binarisation::Threshold(2.0));
    for outside in [0.5, 4.0, f32::NAN] {
        let error = grey.binarise(Some(outside)).unwrap_err();
        assert!(matches!(error, ImageError::Threshold { .. }), "{error}");
    }
}

#[test]
fn a_constant_image_has_no_bone_and_no_marrow() {
    let error = image([2, 1, 1], [1.0; 3], vec![5.0, 5.0])
        .binarise(Some(1.0))
        .unwrap_err();
    assert!(error.to_string().contains("every voxel is 5"), "{error}");
    assert_eq!(otsu(&[5.0, 5.0]), None);
    assert_eq!(otsu(&[]), None);
    assert_eq!(otsu(&[1.0, f32::NAN]), None);
}

/// Two groups of whole values, 0 to 3 and 252 to 255: every level from 3 to the upper group
/// separates equally well, and the first is taken. The same values a third as large are not
/// whole: 256 bins over 0..85, 85/256 wide, and the first of equals is that of 1, the fourth.
#[test]
fn otsu_separates_two_groups() {
    let values: Vec<f32> = (0..400)
        .map(|i| (i % 4) as f32 + if i % 8 < 4 { 0.0 } else { 252.0 })
        .collect();
    assert_eq!(otsu(&values), Some(3.0));
    let thirds: Vec<f32> = values.iter().map(|value| value / 3.0).collect();
    let threshold = otsu(&thirds).unwrap();
    assert!((threshold - 3.5 * 85.0 / 256.0).abs() < 1e-5, "{threshold}");
}

#[test]
fn labels_say_what_is_bone_and_a_map_of_labels_asks_for_them() {
    let map = image([5, 1, 1], [1.0; 3], vec![0.0, 1.0, 2.0, 1.0, 0.0]);
    let error = map.binarise(None).unwrap_err();
    for words in ["0, 1, 2", "labels", "--labels", "specimen.image"] {
        assert!(error.to_string().contains(words), "{words}: {error}");
    }
    let by = |threshold, labels: &[u32]| {
        map.segment(&Segmentation {
            threshold,
            labels: labels.to_vec(),
        })
    };
    let both = by(None, &[2, 1, 2]).unwrap();
    assert_eq!(both.bone, [false, true, true, true, false]);
    assert_eq!(both.rule, Binarisation::Labels(vec![1, 2]));
    // The smaller of two values is bone where it is said to be.
    let mask = image([2, 1, 1], [1.0; 3], vec![0.0, 255.0]);
    let dark = Segmentation {
        threshold: None,
        labels: vec![0],
    };
    assert_eq!(mask.segment(&dark).unwrap().bone, [true, false]);
    let error = by(None, &[1, 7]).unwrap_err();
    assert!(
        matches!(error, ImageError::AbsentLabel { label: 7, .. }),
        "{error}"
    );
    assert!(error.to_string().contains("0, 1, 2"), "{error}");
    let error = by(Some(0.5), &[1]).unwrap_err();
    assert!(
        matches!(error, ImageError::ThresholdAndLabels { .. }),
        "{error}"
    );
    let error = by(None, &[0, 1, 2]).unwrap_err();
    assert!(matches!(error, ImageError::OneKind { .. }), "{error}");
    let grey = image([3, 1, 1], [1.0; 3], vec![0.0, 1.5, 1.0]);
    let by = Segmentation {
        threshold: None,
        labels: vec![1],
    };
    let error = grey.segment(&by).unwrap_err();
    assert!(matches!(error, ImageError::NoLabel { .. }), "{error}");
}
