//! Cortex and marrow cavity of a long bone or a vertebra, by two thresholds of one segmentation.
//!
//! Buie et al. 2007 (Bone 41:505) and Burghardt et al. 2010 (Bone 47:519) find the periosteal contour by
//! closing the bone from outside until vessels and cracks are bridged, and the endosteal contour by closing
//! the marrow from inside until trabeculae are swallowed. So here, with balls whose radii the caller knows:
//! the first is wider than the openings of the cortex, the second than half a trabecula, and less than half
//! of the cortex. Cuts transverse to z decide what is outside, since a shaft is open at both ends.
//!
//! The pores of the cortex are those of Burghardt et al. 2010: all of it that is not bone, also canals that
//! open to the marrow or to the outside, as long as they are narrower than the first ball. So the cavity is
//! opened by that ball: what it does not reach belongs to the cortex.

use super::components::{Touch, largest, pieces};
use crate::numerics::distance;

/// What the bone is parted with, mm turned to voxels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Radii {
    /// Of the ball that bridges the openings of the cortex.
    pub openings: f64,
    /// Of the ball that swallows trabeculae.
    pub trabeculae: f64,
}

/// The two compartments; neither holds what lies outside of the bone.
#[derive(Debug, Clone, PartialEq)]
pub struct Compartments {
    /// The cortex with its pores.
    pub cortical: Vec<bool>,
    /// Marrow and trabeculae within.
    pub trabecular: Vec<bool>,
}

/// Parts bone (true) in its compartments.
///
/// # Errors
/// The cortex closes around nothing, or nothing is left of it.
pub(crate) fn compartments(
    bone: &[bool],
    dims: [usize; 3],
    radii: Radii,
) -> Result<Compartments, &'static str> {
    let (whole, _) = largest(bone, dims, Touch::Corners);
    let periosteal = within(&whole, dims, radii.openings);
    let marrow: Vec<bool> = (0..bone.len())
        .map(|site| periosteal[site] && !bone[site])
        .collect();
    // A step is taken off, so that canals through the cortex do not join its pores to the marrow.
    let narrow = eroded(&marrow, dims, 1.5);
    let core = large_pieces(&narrow, dims);
    if !core.contains(&true) {
        return Err(
            "no marrow cavity within the cortex: its openings may be wider than the radius that bridges \
                    them, or the box holds trabecular bone alone",
        );
    }
    let cavity: Vec<bool> = dilated(&core, dims, 1.5)
        .into_iter()
        .zip(&marrow)
        .map(|(near, marrow)| near && *marrow)
        .collect();
    let closed = eroded(
        &dilated(&cavity, dims, radii.trabeculae),
        dims,
        radii.trabeculae,
    );
    let swallowed: Vec<bool> = (0..bone.len())
        .map(|site| periosteal[site] && (closed[site] || cavity[site]))
        .collect();
    let wide = eroded(&swallowed, dims, radii.openings);
    if !wide.contains(&true) {
        return Err("no marrow cavity as wide as the ball that bridges the openings of the cortex");
    }
    // A pore may hold the ball: it is no cavity where no way as wide leads to one.
    let reached = dilated(&large_pieces(&wide, dims), dims, radii.openings);
    // The ball does not reach into edges and corners of the cavity either, but these are not deep.
    let near = dilated(&reached, dims, CORNER * radii.openings);
    let deep: Vec<bool> = (0..bone.len())
        .map(|site| swallowed[site] && !near[site])
        .collect();
    let pores = dilated(&deep, dims, CORNER * radii.openings + 1.0);
    let trabecular: Vec<bool> = (0..bone.len())
        .map(|site| swallowed[site] && (reached[site] || !pores[site]))
        .collect();
    let cortical: Vec<bool> = (0..bone.len())
        .map(|site| periosteal[site] && !trabecular[site])
        .collect();
    if !cortical.contains(&true) {
        return Err("no cortex left: the ball that swallows trabeculae is wider than half of it");
    }
    Ok(Compartments {
        cortical,
        trabecular,
    })
}

/// How far a corner of three planes lies from a ball in it, in radii of the ball: the root of 3, less 1.
const CORNER: f64 = 0.73;

/// Share of the largest piece of marrow from which on another belongs to the cavity too, as where a physis or a bridge of
/// bone parts it; smaller ones are pores of the cortex.
const LARGE: f64 = 0.1;

/// The pieces of a mask that are at least [`LARGE`] of the largest.
fn large_pieces(mask: &[bool], dims: [usize; 3]) -> Vec<bool> {
    let mut sizes = Vec::new();
    pieces(mask, dims, Touch::Faces, |piece| sizes.push(piece.len()));
    let least = LARGE * sizes.iter().copied().max().unwrap_or(0) as f64;
    let mut kept = vec![false; mask.len()];
    pieces(mask, dims, Touch::Faces, |piece| {
        if piece.len() as f64 >= least {
            for &site in piece {
                kept[site] = true;
            }
        }
    });
    kept
}

/// What lies within the outer contour of a closed bone: in each cut across z all that no way leads to from its
/// edges, after bridging openings.
fn within(bone: &[bool], dims: [usize; 3], radius: f64) -> Vec<bool> {
    let [nx, ny, nz] = dims;
    // The bone grows into an empty margin, so that closing changes nothing at the faces of the box.
    let margin = radius.ceil() as usize + 1;
    let wide = [nx + 2 * margin, ny + 2 * margin, nz];
    let to = |x: usize, y: usize, z: usize| (z * wide[1] + y + margin) * wide[0] + x + margin;
    let mut padded = vec![false; wide.iter().product()];
    for (site, &bone) in bone.iter().enumerate() {
        padded[to(site % nx, site / nx % ny, site / nx / ny)] = bone;
    }
    let grown = dilated(&padded, wide, radius);
    let area = wide[0] * wide[1];
    let mut outside = vec![false; padded.len()];
    for z in 0..nz {
        let free: Vec<bool> = grown[z * area..(z + 1) * area]
            .iter()
            .map(|&bone| !bone)
            .collect();
        let flat = [wide[0], wide[1], 1];
        pieces(&free, flat, Touch::Faces, |piece| {
            let at_edge = piece.iter().any(|&at| {
                let (x, y) = (at % wide[0], at / wide[0]);
                x == 0 || y == 0 || x + 1 == wide[0] || y + 1 == wide[1]
            });
            if at_edge {
                for &at in piece {
                    outside[z * area + at] = true;
                }
            }
        });
    }
    let outside = dilated(&outside, wide, radius);
    (0..bone.len())
        .map(|site| bone[site] || !outside[to(site % nx, site / nx % ny, site / nx / ny)])
        .collect()
}

/// All that lies within a distance of the mask, voxels.
fn dilated(mask: &[bool], dims: [usize; 3], radius: f64) -> Vec<bool> {
    let rest: Vec<bool> = mask.iter().map(|&inside| !inside).collect();
    let reach = (radius * radius).floor() as u32;
    distance::squared(&rest, dims).map_or_else(
        || vec![false; mask.len()],
        |away2| away2.iter().map(|&away2| away2 <= reach).collect(),
    )
}

/// All of the mask that lies further than a distance from what is outside of it.
fn eroded(mask: &[bool], dims: [usize; 3], radius: f64) -> Vec<bool> {
    let reach = (radius * radius).floor() as u32;
    distance::squared(mask, dims).map_or_else(
        || mask.to_vec(),
        |away2| away2.iter().map(|&away2| away2 > reach).collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A tube of radii 12 and 18 with a vessel through its wall, a pore in it, and trabeculae of two voxels
    /// within: the cortex is the tube with vessel and pore, the rest within is trabecular.
    #[test]
    fn a_tube_is_parted_where_its_walls_are() {
        let dims = [48, 48, 12];
        let at = |site: usize| [site % 48, site / 48 % 48, site / 48 / 48];
        let from_axis2 = |site: usize| {
            let [x, y, _] = at(site);
            (x as f64 + 0.5 - 24.0).powi(2) + (y as f64 + 0.5 - 24.0).powi(2)
        };
        let is_wall = |site: usize| (144.0..=324.0).contains(&from_axis2(site));
        let is_hole = |site: usize| {
            let [x, y, z] = at(site);
            let is_vessel = x > 24 && (23..25).contains(&y) && (5..7).contains(&z);
            let is_pore = (9..11).contains(&x) && (23..25).contains(&y) && (4..8).contains(&z);
            is_vessel || is_pore
        };
        let count = 48 * 48 * 12;
        let bone: Vec<bool> = (0..count)
            .map(|site| {
                let [x, _, z] = at(site);
                let is_trabecula = from_axis2(site) < 144.0 && (23..25).contains(&x) && z % 6 < 2;
                (is_wall(site) && !is_hole(site)) || is_trabecula
            })
            .collect();
        let radii = Radii {
            openings: 3.0,
            trabeculae: 2.0,
        };
        let found = compartments(&bone, dims, radii).unwrap();
        let wall = (0..count).filter(|&site| is_wall(site)).count();
        let wrong = (0..count)
            .filter(|&site| found.cortical[site] != is_wall(site))
            .count();
        // The roots of trabeculae and the mouth of the vessel are rounded by the balls.
        assert!(wrong * 50 < wall, "{wrong} of {wall}");
        let inner = (0..count).filter(|&site| from_axis2(site) < 144.0).count();
        let taken = found.trabecular.iter().filter(|&&inside| inside).count();
        assert!(taken.abs_diff(inner) * 20 < inner, "{taken} of {inner}");
        assert!((0..count).all(|site| !(found.cortical[site] && found.trabecular[site])));
        let solid: Vec<bool> = (0..count).map(|site| from_axis2(site) < 324.0).collect();
        assert!(compartments(&solid, dims, radii).is_err());
        let wide = Radii {
            openings: 3.0,
            trabeculae: 24.0,
        };
        assert!(
            compartments(&bone, dims, wide)
                .unwrap_err()
                .contains("no cortex")
        );
    }

    /// Canals of 4 x 4 voxels that open to the marrow, to the outside and to both are pores of the cortex, but
    /// for what the ball of 3 voxels reaches at their mouths.
    #[test]
    fn canals_that_open_to_the_marrow_or_to_the_outside_are_pores() {
        let dims = [64, 64, 32];
        let at = |site: usize| [site % 64, site / 64 % 64, site / 64 / 64];
        let from_axis2 = |site: usize| {
            let [x, y, _] = at(site);
            (x as f64 + 0.5 - 32.0).powi(2) + (y as f64 + 0.5 - 32.0).powi(2)
        };
        let is_wall = |site: usize| (256.0..=676.0).contains(&from_axis2(site));
        let in_canal = |site: usize| {
            let [x, y, z] = at(site);
            let narrow = (30..34).contains(&y);
            let (low, high) = ((4..8).contains(&z), (14..18).contains(&z));
            let to_marrow = narrow && low && (32..54).contains(&x);
            let to_outside = narrow && high && x > 52;
            let through = narrow && (24..28).contains(&z) && x < 32;
            to_marrow || to_outside || through
        };
        let count = 64 * 64 * 32;
        let bone: Vec<bool> = (0..count)
            .map(|site| is_wall(site) && !in_canal(site))
            .collect();
        let radii = Radii {
            openings: 3.0,
            trabeculae: 2.0,
        };
        let found = compartments(&bone, dims, radii).unwrap();
        let canals: Vec<usize> = (0..count)
            .filter(|&site| is_wall(site) && in_canal(site))
            .collect();
        // A ball of radius 3 dips 3 - sqrt(5), less than a voxel, into a mouth 4 wide: what lies two voxels
        // from either face of the wall is all kept.
        let within = |site: usize| (324.0..=576.0).contains(&from_axis2(site));
        assert!(
            canals
                .iter()
                .all(|&site| found.cortical[site] || !within(site))
        );
        let lost = canals.iter().filter(|&&site| !found.cortical[site]);
        let lost = lost.count();
        // Four mouths of 16 voxels, and half as many where the wall curves.
        assert!(lost <= 4 * 24, "{lost} of {}", canals.len());
        let wrong = (0..count)
            .filter(|&site| found.cortical[site] != is_wall(site))
            .count();
        let wall = (0..count).filter(|&site| is_wall(site)).count();
        assert!(wrong * 50 < wall, "{wrong} of {wall}");
    }
}
