//! Lines on maps: around cells and bone, along surfaces, and where cuts cross.

use crate::observe::picture::Shown;
use crate::plot::colour::{Colour, GREY, INK};
use crate::plot::map_cut::Cut;
use crate::plot::quantities;

/// A line between two places on the axes of a cut, um.
pub(super) type Ruled = ([(f64, f64); 2], Colour);

/// Lines where the other cuts of a volume cross one.
pub(super) fn crossings(cut: &Cut) -> Vec<Ruled> {
    let [wide, high] = [cut.width, cut.height].map(|count| count as f64 * cut.pixel_um);
    let [across, up] = cut.crossed_um;
    let upright = across.map(|at| ([(at, 0.0), (at, high)], GREY));
    let lying = up.map(|at| ([(0.0, at), (wide, at)], GREY));
    upright.into_iter().chain(lying).collect()
}

/// Eroded surface and osteoid that does not fill its sites: lines between their sites and the bone beside them in the
/// cut. Bone above or below the cut has no edge in it.
pub(super) fn rims(cut: &Cut) -> Vec<Ruled> {
    if cut.eroded.is_empty() && !cut.tissue.contains(&Shown::Forming) {
        return Vec::new();
    }
    let mut is_eroded = vec![false; cut.tissue.len()];
    for &pixel in &cut.eroded {
        if let Some(site) = is_eroded.get_mut(pixel as usize) {
            *site = true;
        }
    }
    let is_bone = |at: usize| matches!(cut.tissue[at], Shown::Bone | Shown::Osteoid);
    let rim = |site: usize| {
        if cut.tissue[site] == Shown::Forming {
            Some(quantities::OSTEOID)
        } else {
            is_eroded[site].then_some(quantities::ERODED)
        }
    };
    edges(cut, |one, other| match [is_bone(one), is_bone(other)] {
        [true, false] => rim(other),
        [false, true] => rim(one),
        _ => None,
    })
}

/// Sites from one slanted line to the next.
const HATCHED: usize = 3;

/// Slanted lines through sites that are such.
pub(super) fn hatching(cut: &Cut, is_such: impl Fn(usize) -> bool) -> Vec<Ruled> {
    let corner = |site: usize, by: usize| {
        let [x, y] = [site % cut.width + by, site / cut.width + by];
        (x as f64 * cut.pixel_um, y as f64 * cut.pixel_um)
    };
    let is_on_line = |site: usize| {
        let [x, y] = [site % cut.width, site / cut.width];
        (x + (HATCHED - 1) * y).is_multiple_of(HATCHED)
    };
    let sites = (0..cut.tissue.len()).filter(|&site| is_on_line(site) && is_such(site));
    sites
        .map(|site| ([corner(site, 0), corner(site, 1)], INK))
        .collect()
}

/// Lines between sites of unlike holders, each in the colour for its site that has one (a holder of 0 is none);
/// neighbours of one colour are one line.
pub(super) fn outlines(
    cut: &Cut,
    holder: impl Fn(usize) -> u64,
    colour: impl Fn(usize) -> Colour,
) -> Vec<Ruled> {
    edges(cut, |one, other| {
        let [before, behind] = [holder(one), holder(other)];
        let inside = if before > 0 { one } else { other };
        (before != behind).then(|| colour(inside))
    })
}

/// Lines between sites side by side, in the colour for the two where there is one; neighbours of one colour are one
/// line.
fn edges(cut: &Cut, colour: impl Fn(usize, usize) -> Option<Colour>) -> Vec<Ruled> {
    let mut lines: Vec<Ruled> = Vec::new();
    let at = |place: usize| place as f64 * cut.pixel_um;
    // Edges that stand upright, then those that lie.
    for is_upright in [true, false] {
        let (lanes, along) = if is_upright {
            (cut.width, cut.height)
        } else {
            (cut.height, cut.width)
        };
        let site = |lane: usize, step: usize| {
            if is_upright {
                (lane, step)
            } else {
                (step, lane)
            }
        };
        for lane in 1..lanes {
            let mut open = false;
            for step in 0..along {
                let [(a, b), (c, d)] = [site(lane - 1, step), site(lane, step)];
                let Some(ink) = colour(a + b * cut.width, c + d * cut.width) else {
                    open = false;
                    continue;
                };
                let end = |step: usize| {
                    let (x, y) = site(lane, step);
                    (at(x), at(y))
                };
                match lines.last_mut() {
                    Some((ends, last)) if open && *last == ink => ends[1] = end(step + 1),
                    _ => lines.push(([end(step), end(step + 1)], ink)),
                }
                open = true;
            }
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::colour::WHITE;

    #[test]
    fn bone_is_outlined_by_lines_as_long_as_its_edges() {
        // Two sites of bone beside each other in a field of three by three.
        let mut tissue = vec![Shown::Marrow; 9];
        (tissue[4], tissue[5]) = (Shown::Bone, Shown::Osteoid);
        let cut = Cut {
            name: String::new(),
            axes: ["x", "y"],
            width: 3,
            height: 3,
            pixel_um: 10.0,
            tissue,
            ..Cut::default()
        };
        let is_bone = |at: usize| u64::from(cut.tissue[at] != Shown::Marrow);
        let mut lines = outlines(&cut, is_bone, |_| INK);
        lines.sort_by(|a, b| a.partial_cmp(b).unwrap());
        let ends: Vec<_> = lines.iter().map(|line| line.0).collect();
        assert_eq!(
            ends,
            [
                [(10.0, 10.0), (10.0, 20.0)],
                [(10.0, 10.0), (30.0, 10.0)],
                [(10.0, 20.0), (30.0, 20.0)],
            ]
        );
        // A line breaks where its colour changes.
        let coloured = outlines(&cut, is_bone, |site| [INK, WHITE][site % 2]);
        assert_eq!(coloured.len(), 5);
        // Two holders beside each other are parted.
        let apart = outlines(&cut, |at| [0, 0, 0, 0, 7, 8, 0, 0, 0][at], |_| INK);
        assert!(
            apart
                .iter()
                .any(|(ends, _)| *ends == [(20.0, 10.0), (20.0, 20.0)])
        );
    }

    #[test]
    fn osteoid_under_osteoblasts_is_a_line_on_the_bone_beside_them() {
        let cut = Cut {
            width: 2,
            height: 2,
            pixel_um: 10.0,
            tissue: vec![
                Shown::Forming,
                Shown::Marrow,
                Shown::Bone,
                Shown::Osteoblast,
            ],
            ..Cut::default()
        };
        assert_eq!(
            rims(&cut),
            [([(0.0, 10.0), (10.0, 10.0)], quantities::OSTEOID)]
        );
    }

    #[test]
    fn hatching_is_lines_through_every_third_diagonal_of_what_is_hatched() {
        let cut = Cut {
            width: 3,
            height: 3,
            pixel_um: 10.0,
            tissue: vec![Shown::Osteoclast; 9],
            ..Cut::default()
        };
        let starts: Vec<_> = hatching(&cut, |_| true)
            .iter()
            .map(|line| line.0[0])
            .collect();
        assert_eq!(starts, [(0.0, 0.0), (10.0, 10.0), (20.0, 20.0)]);
        assert_eq!(
            hatching(&cut, |site| site == 4),
            [([(10.0, 10.0), (20.0, 20.0)], INK)]
        );
    }
}
