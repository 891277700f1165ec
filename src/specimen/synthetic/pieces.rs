//! Growth of connected pieces of bone, site by site, until they hold a given volume.

use crate::tissue::grid::Grid;

/// Which pieces (sites joined by faces) count as bone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keep {
    /// The largest alone.
    Largest,
    /// All of at least this many sites.
    AtLeast(usize),
}

const NONE: u32 = u32::MAX;

/// Sets of sites that touch.
struct Pieces {
    /// The next site towards the root of the piece; `NONE` at marrow.
    parent: Vec<u32>,
    /// Sites in the piece, valid at its root.
    size: Vec<u32>,
}

impl Pieces {
    fn root(&mut self, site: usize) -> usize {
        let mut at = site;
        while self.parent[at] as usize != at {
            let above = self.parent[at] as usize;
            self.parent[at] = self.parent[above];
            at = above;
        }
        at
    }
}

/// Turns the sites of `order` into bone one after another until the pieces that count hold
/// `wanted` sites, and drops all other pieces. `None` when `order` ends before that.
///
/// Adding in the order of a field's value is thresholding the field, with the threshold found
/// exactly. A site that would join pieces to more than `wanted` sites stays marrow, so the volume
/// is met to the site even where the last piece to join is large.
pub(super) fn grow(grid: &Grid, order: &[u32], wanted: usize, keep: Keep) -> Option<Vec<bool>> {
    if wanted == 0 {
        return Some(vec![false; grid.len()]);
    }
    let least = match keep {
        Keep::Largest => wanted,
        Keep::AtLeast(sites) => sites.max(1),
    };
    let mut pieces = Pieces {
        parent: vec![NONE; grid.len()],
        size: vec![0; grid.len()],
    };
    let mut kept = 0;
    for &added in order {
        let site = added as usize;
        let mut roots = [0_usize; 6];
        let mut count = 0;
        for neighbour in grid.face_neighbours(site) {
            if pieces.parent[neighbour] != NONE {
                let root = pieces.root(neighbour);
                if !roots[..count].contains(&root) {
                    roots[count] = root;
                    count += 1;
                }
            }
        }
        let sizes = roots[..count].iter().map(|&r| pieces.size[r] as usize);
        let joined = 1 + sizes.clone().sum::<usize>();
        let counted: usize = sizes.filter(|&size| size >= least).sum();
        let now = kept - counted + if joined >= least { joined } else { 0 };
        if joined > wanted || now > wanted {
            continue;
        }
        let root = roots[..count]
            .iter()
            .copied()
            .max_by_key(|&r| (pieces.size[r], r))
            .unwrap_or(site);
        pieces.parent[site] = root as u32;
        for &other in &roots[..count] {
            pieces.parent[other] = root as u32;
        }
        pieces.size[root] = joined as u32;
        kept = now;
        if kept == wanted {
            let bone = (0..grid.len())
                .map(|site| {
                    pieces.parent[site] != NONE && {
                        let root = pieces.root(site);
                        pieces.size[root] as usize >= least
                    }
                })
                .collect();
            return Some(bone);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_piece_alone_is_kept() {
        let grid = Grid::section(8, 1, 10.0, 10.0);
        let bone = grow(&grid, &[0, 6, 7, 1, 2], 3, Keep::Largest).unwrap();
        assert_eq!(bone, [true, true, true, false, false, false, false, false]);
        assert_eq!(grow(&grid, &[0, 2, 4, 6], 2, Keep::Largest), None);
    }

    /// Site 3 would join three and three to seven; only five are wanted, and 7 and 8 give them.
    #[test]
    fn a_join_beyond_the_wanted_volume_is_refused() {
        let grid = Grid::section(10, 1, 10.0, 10.0);
        let bone = grow(&grid, &[0, 1, 2, 4, 5, 6, 3, 7, 8], 5, Keep::Largest).unwrap();
        let sites: Vec<usize> = (0..10).filter(|&site| bone[site]).collect();
        assert_eq!(sites, [4, 5, 6, 7, 8]);
    }

    #[test]
    fn specks_are_dropped_and_larger_pieces_kept() {
        let grid = Grid::section(10, 1, 10.0, 10.0);
        let bone = grow(&grid, &[0, 2, 3, 5, 8, 9], 4, Keep::AtLeast(2)).unwrap();
        let sites: Vec<usize> = (0..10).filter(|&site| bone[site]).collect();
        assert_eq!(sites, [2, 3, 8, 9]);
    }
}
