use super::*;

#[test]
fn the_nearest_room_is_found_over_marrow_and_not_through_bone() {
    let grid = Grid::section(9, 3, 20.0, 50.0);
    // Column 7 is a wall with room beyond it; between it and column 0 all is full. The search
    // ends after four rings of 20 um.
    let solid: Vec<bool> = (0..grid.len()).map(|site| site % 9 == 7).collect();
    let occupancy = Occupancy {
        tumour: (0..grid.len())
            .map(|site| u16::from((1..7).contains(&(site % 9))))
            .collect(),
        capacity: vec![1; grid.len()],
        ..Occupancy::default()
    };
    let found = |from| occupancy.nearest_room(&grid, &solid, from, |_| 0);
    assert_eq!(found(13).map(|site| site % 9), Some(0));
    assert_eq!(found(15), None, "the wall is two sites away, room six");
    assert_eq!(found(9), Some(9));
}

#[test]
fn the_distance_transform_is_exact() {
    let grid = Grid::cubic([7, 6, 5], 10.0);
    let targets = [3, 120, 77];
    let distance = distance_um(&grid, &targets);
    for (site, &found) in distance.iter().enumerate() {
        let nearest = targets
            .iter()
            .map(|&target| grid.distance2_um2(site, target))
            .fold(f64::INFINITY, f64::min);
        assert!((f64::from(found) - nearest.sqrt()).abs() < 1e-3);
    }
    assert!(distance_um(&grid, &[])[0].is_infinite());
}

#[test]
fn sites_hold_as_many_cells_as_their_volume() {
    let chance = Chance::new(5);
    for (grid, cell_um3) in [
        (Grid::cubic([40, 40, 40], 10.0), 1767.0),
        (Grid::cubic([30, 30, 30], 20.0), 1767.0),
    ] {
        let occupancy = Occupancy::new(&grid, cell_um3, chance);
        let held: f64 = occupancy
            .capacity
            .iter()
            .map(|&count| f64::from(count))
            .sum();
        let expected = grid.volume_mm3() * 1e9 / cell_um3;
        assert!((held / expected - 1.0).abs() < 0.02, "{held} of {expected}");
    }
}

#[test]
fn the_way_out_of_a_full_block_leads_to_its_rim() {
    let grid = Grid::section(11, 11, 10.0, 10.0);
    let solid = vec![false; grid.len()];
    let mut occupancy = Occupancy::new(&grid, 1000.0, Chance::new(1));
    for y in 3..8 {
        for x in 3..8 {
            occupancy.tumour[grid.index(x, y, 0)] = 1;
        }
    }
    let mut way = WayOut::default();
    way.find(&grid, &solid, &occupancy, 150.0);
    assert_eq!(way.distance[grid.index(5, 5, 0)], 9);
    let mut site = grid.index(5, 5, 0);
    let mut walked = 0;
    while way.distance[site] > 0 {
        site = way.step(&grid, site, |_| 0).unwrap();
        walked += 1;
    }
    assert_eq!(walked, 3);
    assert!(occupancy.has_room(&solid, site));
    way.find(&grid, &solid, &occupancy, 20.0);
    assert_eq!(way.distance[grid.index(5, 5, 0)], BLOCKED);
}
