use super::*;

pub(super) fn image(dims: [usize; 3], spacing_um: [f64; 3], values: Vec<f32>) -> Image {
    Image {
        dims,
        spacing_um,
        spacing_from: "test",
        orientation: UNORIENTED,
        values,
        source: "test.nii".into(),
        format: "NIfTI",
        density: None,
        assumed: Vec::new(),
        warnings: Vec::new(),
    }
}

#[test]
fn a_crop_keeps_its_voxels_and_its_place() {
    let mut whole = image(
        [4, 3, 2],
        [10.0, 20.0, 30.0],
        (0..24_u8).map(f32::from).collect(),
    );
    whole.orientation.direction[0][0] = -1.0;
    let part = whole.crop([1, 1, 1], [2, 2, 1]).unwrap();
    assert_eq!(part.values, [17.0, 18.0, 21.0, 22.0]);
    let origin = part
        .orientation
        .origin_mm
        .map(|part| (part * 1e6).round() as i32);
    assert_eq!(origin, [-10_000, 20_000, 30_000]);
    assert!(whole.crop([3, 0, 0], [2, 1, 1]).is_err());
    assert!(whole.crop([0, 0, 0], [0, 1, 1]).is_err());
    assert!(whole.crop([usize::MAX, 0, 0], [1, 1, 1]).is_err());
}
