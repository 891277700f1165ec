use super::*;

#[test]
fn what_is_dug_releases_its_store_once_and_no_more() {
    let grid = Grid::cubic([1, 1, 1], 10.0);
    let mut bone = Bone::of_mask(&[true]);
    bone.add_store(0, 22_800.0, &grid);
    let stored = bone.stores[0].amol[0];
    assert!((stored - 22_800.0 * 1000.0 * 1e-9).abs() < 1e-12);
    let mut released = [0.0];
    let mut taken = 0.0;
    while bone.solid[0] {
        taken += bone.dig(0, 0.3, 0.0, &mut released);
    }
    assert!((taken - 1.0).abs() < 1e-6);
    assert!((released[0] - stored).abs() < 1e-15);
    assert!(bone.stores[0].amol[0].abs() < f64::MIN_POSITIVE);
    assert!(bone.is_eroded(0));
}

#[test]
fn a_pit_is_refilled_to_its_goal_and_not_beyond() {
    let mut bone = Bone::of_mask(&[true]);
    bone.dig(0, 2.0, 0.0, &mut []);
    let laid = bone.lay(0, 0.7, 5.0) + bone.lay(0, 0.7, 6.0) + bone.lay(0, 0.7, 7.0);
    assert!((laid - 1.0).abs() < 1e-6);
    assert!(bone.solid[0] && !bone.is_eroded(0));
    assert!((bone.osteoid[0] - 1.0).abs() < 1e-6);
}

#[test]
fn nothing_is_laid_where_nothing_is_owed() {
    let mut bone = Bone::of_mask(&[false]);
    assert!(bone.lay(0, 0.5, 0.0).abs() < f32::EPSILON);
}

/// Whatever the shape, borders and sections included.
#[test]
fn the_surface_is_the_marrow_that_touches_bone() {
    for grid in [
        Grid::cubic([7, 5, 4], 10.0),
        Grid::section(6, 5, 10.0, 30.0),
        Grid::cubic([1, 3, 2], 10.0),
    ] {
        let solid: Vec<bool> = (0..grid.len()).map(|site| site * site % 7 < 3).collect();
        let bone = Bone::of_mask(&solid);
        let mut found = vec![SurfaceSite { site: 99, faces: 9 }];
        bone.surface(&grid, &mut found);
        let expected: Vec<SurfaceSite> = (0..grid.len())
            .filter(|&site| !solid[site] && bone.bone_faces(&grid, site) > 0)
            .map(|site| SurfaceSite {
                site: site as u32,
                faces: bone.bone_faces(&grid, site) as u8,
            })
            .collect();
        assert!(!expected.is_empty());
        assert_eq!(found, expected);
    }
}
