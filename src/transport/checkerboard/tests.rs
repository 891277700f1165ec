use super::*;
use crate::transport::blocks::face;

/// On an odd lattice with bone, both storage forms give the operator written site by site.
#[test]
fn the_operator_is_the_one_written_site_by_site() {
    let grid = crate::tissue::grid::Grid::cubic([5, 4, 3], 1.0);
    let solid: Vec<bool> = (0..grid.len()).map(|i| i % 7 == 3).collect();
    for bone in [0.0, 0.1] {
        let walls = Walls::Sites {
            solid: &solid,
            bone,
        };
        let stencil = Stencil::new(grid.dims, &walls);
        let board = stencil.board;
        let (mut vector, mut rate, mut out) = (board.zeros(), board.zeros(), board.zeros());
        let value = |site: usize| {
            if solid[site] && bone == 0.0 {
                0.0
            } else {
                1.0 + (site * site % 11) as f32
            }
        };
        for (rate, sums) in rate.iter_mut().zip(&stencil.face_sum) {
            for (rate, &sum) in rate.iter_mut().zip(sums) {
                *rate = if sum < 0.0 { 0.0 } else { 0.5 };
            }
        }
        for site in 0..grid.len() {
            let (colour, entry) = board.entry(site % 5, site / 5);
            vector[colour][entry] = value(site);
        }
        stencil.apply(2.0, &rate, &vector, &mut out);
        for site in 0..grid.len() {
            let mut expected = 0.5 * value(site);
            for next in grid.face_neighbours(site) {
                expected +=
                    2.0 * face(solid[site], solid[next], bone) * (value(site) - value(next));
            }
            let (colour, entry) = board.entry(site % 5, site / 5);
            let found = out[colour][entry];
            assert!(
                (found - expected).abs() < 1e-4,
                "{site}: {found} {expected}"
            );
        }
    }
}
