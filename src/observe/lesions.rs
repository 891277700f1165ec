//! Pits and lesions: bone that a scan has no longer where the scan before has it, piece by piece.
//!
//! Both scans lie on the same voxels (registered). A lesion is a piece of bone that was lost, whose voxels touch
//! by faces. Its depth is how far its deepest voxel lies from its mouth: the largest distance from a voxel of it
//! to the nearest of the voxels that were marrow and touch it; of a piece that touches none, to the nearest that
//! was marrow. Scans that are registered to a fraction of a voxel
//! differ along the whole surface by a voxel: pieces that are not deeper than a least depth are counted apart.

use std::fmt::Write as _;

use serde::Serialize;

use crate::numerics::distance;
use crate::specimen::prepare::components::{Touch, pieces};

/// One lesion.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Lesion {
    /// Its number, from 1, the largest first; of two as large the one that begins lower.
    pub number: usize,
    /// Volume, mm3.
    pub volume_mm3: f64,
    /// Diameter of a ball of this volume, um.
    pub diameter_um: f64,
    /// How far it reaches from its mouth, um.
    pub depth_um: f64,
    /// Area of its mouth: faces of voxels between it and what was marrow, um2. 0 of one within the bone.
    pub mouth_um2: f64,
    /// Its centre along x, y, z of the image, from its first corner, mm.
    pub centre_mm: [f64; 3],
}

/// What was lost and gained between two scans.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Lesions {
    /// Lesions deeper than the least depth.
    pub number: usize,
    /// Their volume, mm3.
    pub volume_mm3: f64,
    /// Mean volume of one, mm3.
    pub mean_volume_mm3: Option<f64>,
    /// Largest depth, um.
    pub deepest_um: Option<f64>,
    /// Mean of the depths, um.
    pub mean_depth_um: Option<f64>,
    /// Least depth of a lesion, um.
    pub least_depth_um: f64,
    /// Pieces of lost bone that are not deeper.
    pub shallow: usize,
    /// Their volume, mm3.
    pub shallow_mm3: f64,
    /// Bone before, mm3.
    pub before_mm3: f64,
    /// Bone after, mm3.
    pub after_mm3: f64,
    /// Bone where there was marrow, mm3.
    pub gained_mm3: f64,
    /// All that was lost over the bone before.
    pub lost_share: Option<f64>,
    /// Each lesion, the largest first.
    pub each: Vec<Lesion>,
    /// The number of the lesion at each voxel; 0 elsewhere.
    #[serde(skip)]
    pub labels: Vec<u32>,
}

impl Lesions {
    /// Compares bone (true) before and after on the same voxels, cubes of edge `edge_um`.
    pub fn between(
        before: &[bool],
        after: &[bool],
        dims: [usize; 3],
        edge_um: f64,
        least_depth_um: f64,
    ) -> Self {
        let count = |mask: &[bool]| mask.iter().filter(|&&inside| inside).count() as f64;
        let pairs = || before.iter().zip(after);
        let lost: Vec<bool> = pairs().map(|(&before, &after)| before && !after).collect();
        let gained: Vec<bool> = pairs().map(|(&before, &after)| !before && after).collect();
        let voxel_mm3 = (edge_um * 1e-3).powi(3);
        let deep_from = Depths::of(before, dims);
        let depth_of = |piece: &[usize]| deep_from.depth(piece) * edge_um;
        let (mut deep, mut shallow, mut shallow_voxels) = (Vec::new(), 0, 0);
        pieces(&lost, dims, Touch::Faces, |piece| {
            if depth_of(piece) > least_depth_um {
                deep.push(piece.to_vec());
            } else {
                shallow += 1;
                shallow_voxels += piece.len();
            }
        });
        // A stable order: the largest first.
        deep.sort_by_key(|piece| std::cmp::Reverse(piece.len()));
        let mut labels = vec![0; before.len()];
        let each: Vec<Lesion> = deep
            .iter()
            .enumerate()
            .map(|(at, piece)| {
                for &site in piece {
                    labels[site] = at as u32 + 1;
                }
                let volume_um3 = piece.len() as f64 * edge_um.powi(3);
                Lesion {
                    number: at + 1,
                    volume_mm3: volume_um3 * 1e-9,
                    diameter_um: (6.0 * volume_um3 / std::f64::consts::PI).cbrt(),
                    depth_um: depth_of(piece),
                    mouth_um2: mouth(piece, before, dims) * edge_um * edge_um,
                    centre_mm: centre(piece, dims).map(|part| part * edge_um * 1e-3),
                }
            })
            .collect();
        let number = each.len();
        // The sum of no lesion is -0.
        let sum = |of: fn(&Lesion) -> f64| each.iter().map(of).sum::<f64>() + 0.0;
        let mean = |of: fn(&Lesion) -> f64| (number > 0).then(|| sum(of) / number as f64);
        let [before_count, lost_count] = [count(before), count(&lost)];
        Self {
            number,
            volume_mm3: sum(|one| one.volume_mm3),
            mean_volume_mm3: mean(|one| one.volume_mm3),
            deepest_um: each.iter().map(|one| one.depth_um).reduce(f64::max),
            mean_depth_um: mean(|one| one.depth_um),
            least_depth_um,
            shallow,
            shallow_mm3: shallow_voxels as f64 * voxel_mm3,
            before_mm3: before_count * voxel_mm3,
            after_mm3: count(after) * voxel_mm3,
            gained_mm3: count(&gained) * voxel_mm3,
            lost_share: (before_count > 0.0).then(|| lost_count / before_count),
            each,
            labels,
        }
    }

    /// The lesions as CSV, a row each.
    pub fn csv(&self) -> String {
        let mut text = String::from(
            "number,volume_mm3,diameter_um,depth_um,mouth_um2,centre_x_mm,centre_y_mm,centre_z_mm\n",
        );
        for one in &self.each {
            let [x, y, z] = one.centre_mm;
            let Lesion {
                number,
                volume_mm3,
                diameter_um,
                depth_um,
                mouth_um2,
                ..
            } = one;
            let _ = writeln!(
                text,
                "{number},{volume_mm3},{diameter_um},{depth_um},{mouth_um2},{x},{y},{z}"
            );
        }
        text
    }

    /// The figures in a sentence.
    pub fn words(&self) -> String {
        let um = |value: Option<f64>| {
            value.map_or_else(|| "none".to_owned(), |value| format!("{value:.0} um"))
        };
        let share = self.lost_share.map_or(0.0, |share| 100.0 * share);
        format!(
            "{} deeper than {} um, {:.5} mm3 in all, deepest {}, mean depth {}; {} shallower with {:.5} mm3; {share:.2} % \
             of the bone before was lost, {:.5} mm3 gained",
            self.number,
            self.least_depth_um,
            self.volume_mm3,
            um(self.deepest_um),
            um(self.mean_depth_um),
            self.shallow,
            self.shallow_mm3,
            self.gained_mm3
        )
    }
}

/// How deep pieces of bone lie.
struct Depths<'a> {
    before: &'a [bool],
    dims: [usize; 3],
    /// Squared distance to what was marrow; of bone without a surface nothing is deep.
    within2: Vec<u32>,
}

impl<'a> Depths<'a> {
    fn of(before: &'a [bool], dims: [usize; 3]) -> Self {
        let within2 = distance::squared(before, dims).unwrap_or_else(|| vec![0; before.len()]);
        Self {
            before,
            dims,
            within2,
        }
    }

    /// Depth of a piece, voxels.
    fn depth(&self, piece: &[usize]) -> f64 {
        let [nx, ny, _] = self.dims;
        let place = |site: usize| [site % nx, site / nx % ny, site / nx / ny];
        // The box of the piece, a voxel wider.
        let (mut low, mut high) = (self.dims, [0; 3]);
        for &site in piece {
            for (axis, at) in place(site).into_iter().enumerate() {
                low[axis] = low[axis].min(at.saturating_sub(1));
                high[axis] = high[axis].max((at + 2).min(self.dims[axis]));
            }
        }
        let size = [0, 1, 2].map(|axis| high[axis].saturating_sub(low[axis]));
        let inner = |site: usize| {
            let [x, y, z] = place(site);
            ((z - low[2]) * size[1] + y - low[1]) * size[0] + x - low[0]
        };
        let mut away = vec![true; size.iter().product()];
        let mut is_open = false;
        for &site in piece {
            for other in touching(site, self.dims).filter(|&other| !self.before[other]) {
                away[inner(other)] = false;
                is_open = true;
            }
        }
        let deepest = match distance::squared(&away, size) {
            Some(away2) if is_open => piece.iter().map(|&site| away2[inner(site)]).max(),
            _ => piece.iter().map(|&site| self.within2[site]).max(),
        };
        f64::from(deepest.unwrap_or(0)).sqrt()
    }
}

/// The sites that touch a site by faces.
fn touching(site: usize, dims: [usize; 3]) -> impl Iterator<Item = usize> {
    let [nx, ny, _] = dims;
    let at = [site % nx, site / nx % ny, site / nx / ny];
    let steps = [1, nx, nx * ny];
    (0..3).flat_map(move |axis| {
        let before = (at[axis] > 0).then(|| site - steps[axis]);
        let behind = (at[axis] + 1 < dims[axis]).then(|| site + steps[axis]);
        before.into_iter().chain(behind)
    })
}

/// Faces of voxels between a piece and what was marrow.
fn mouth(piece: &[usize], before: &[bool], dims: [usize; 3]) -> f64 {
    let sites = piece.iter().flat_map(|&site| touching(site, dims));
    sites.filter(|&site| !before[site]).count() as f64
}

/// Mean place of the middles of voxels, voxels from the first corner.
fn centre(piece: &[usize], dims: [usize; 3]) -> [f64; 3] {
    let [nx, ny, _] = dims;
    let mut sums = [0_u64; 3];
    for &site in piece {
        for (sum, at) in sums
            .iter_mut()
            .zip([site % nx, site / nx % ny, site / nx / ny])
        {
            *sum += at as u64;
        }
    }
    sums.map(|sum| sum as f64 / piece.len().max(1) as f64 + 0.5)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A block whose top is pitted: 4 x 4 voxels 3 deep, 2 x 2 voxels 5 deep, and a layer of one voxel on the
    /// side; and a hole within that nothing opens.
    #[test]
    fn pits_have_their_size_and_depth() {
        let dims = [30, 30, 20];
        let at = |site: usize| [site % 30, site / 30 % 30, site / 900];
        let count = 30 * 30 * 20;
        let before: Vec<bool> = (0..count)
            .map(|site| at(site)[2] < 15 && at(site)[0] < 28)
            .collect();
        let within = |[x, y, z]: [usize; 3], from: [usize; 3], size: [usize; 3]| {
            let inside = |k: usize, part: usize| (from[k]..from[k] + size[k]).contains(&part);
            inside(0, x) && inside(1, y) && inside(2, z)
        };
        let pits = [
            ([4, 4, 12], [4, 4, 3]),
            ([15, 15, 10], [2, 2, 5]),
            ([20, 20, 3], [2, 2, 2]),
            ([27, 2, 2], [1, 3, 3]),
        ];
        let after: Vec<bool> = (0..count)
            .map(|site| {
                let in_pit = pits
                    .iter()
                    .any(|&(from, size)| within(at(site), from, size));
                before[site] && !in_pit || at(site) == [2, 2, 15]
            })
            .collect();
        let found = Lesions::between(&before, &after, dims, 10.0, 15.0);
        assert_eq!((found.number, found.shallow), (3, 1));
        let voxels: Vec<f64> = found
            .each
            .iter()
            .map(|one| (one.volume_mm3 * 1e6).round())
            .collect();
        assert_eq!(voxels, [48.0, 20.0, 8.0]);
        let depths: Vec<f64> = found.each.iter().map(|one| one.depth_um).collect();
        // The hole: its lowest corner lies 12 voxels below the top and 8 from the side.
        assert_eq!(depths, [30.0, 50.0, 80.0]);
        let mouths: Vec<f64> = found.each.iter().map(|one| one.mouth_um2).collect();
        assert_eq!(mouths, [1600.0, 400.0, 0.0]);
        assert_eq!(
            found.each[0]
                .centre_mm
                .map(|part| (part * 1e4).round() as i64),
            [600, 600, 1350]
        );
        assert!(
            (found.gained_mm3 - 1e-6).abs() < 1e-12 && (found.shallow_mm3 - 9e-6).abs() < 1e-12
        );
        let labelled = |number: u32| {
            found
                .labels
                .iter()
                .filter(|&&label| label == number)
                .count()
        };
        assert_eq!(
            [labelled(1), labelled(2), labelled(3), labelled(4)],
            [48, 20, 8, 0]
        );
        assert_eq!(found.csv().lines().count(), 4);
        let same = Lesions::between(&before, &before, dims, 10.0, 15.0);
        assert_eq!(
            (same.number, same.deepest_um, same.lost_share),
            (0, None, Some(0.0))
        );
    }
}
