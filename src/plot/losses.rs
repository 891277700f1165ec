//! Bone lost in a simulation and in a follow-up scan, as cuts in colours.

use crate::observe::losses::Change;
use crate::plot::chart::{Chart, Form, Sign};
use crate::plot::colour::Colour;
use crate::plot::map::{Cut, panels};

/// Kinds in the order of the legend: loss is warm and gain is green, as everywhere. In grey print those of loss differ
/// in lightness.
const KINDS: [(Change, Colour, &str); 6] = [
    (Change::Kept, Colour(186, 176, 158), "bone in both"),
    (Change::LostInBoth, Colour(105, 30, 0), "lost in both"),
    (
        Change::LostInRun,
        Colour(225, 95, 10),
        "lost in the run alone",
    ),
    (
        Change::LostInScan,
        Colour(255, 205, 70),
        "lost in the scan alone",
    ),
    (
        Change::Gained,
        Colour(90, 190, 150),
        "gained in one or both",
    ),
    (Change::Marrow, Colour(251, 248, 243), "marrow"),
];

/// The cut along the first two axes through a layer of the third.
fn cut(changes: &[Change], dims: [usize; 3], edge_um: f64, axes: [usize; 3]) -> (Cut, Vec<Change>) {
    let [a, b, fixed] = axes;
    let names = ["x", "y", "z"];
    let site = |layer: usize, i: usize, j: usize| {
        let mut at = [0; 3];
        (at[a], at[b], at[fixed]) = (i, j, layer);
        (at[2] * dims[1] + at[1]) * dims[0] + at[0]
    };
    let layer_of = |layer: usize| {
        let rows = (0..dims[b]).flat_map(|j| (0..dims[a]).map(move |i| (i, j)));
        rows.map(|(i, j)| changes[site(layer, i, j)])
            .collect::<Vec<_>>()
    };
    let lost = |layer: usize| {
        let is_lost =
            |change: &&Change| !matches!(change, Change::Marrow | Change::Kept | Change::Gained);
        layer_of(layer).iter().filter(is_lost).count()
    };
    // The first of the layers that lost most.
    let layer = (0..dims[fixed])
        .rev()
        .max_by_key(|&layer| lost(layer))
        .unwrap_or_default();
    let place_mm = (layer as f64 + 0.5) * edge_um / 1e3;
    let cut = Cut {
        name: format!("at {} = {place_mm:.2} mm", names[fixed]),
        axes: [names[a], names[b]],
        width: dims[a],
        height: dims[b],
        pixel_um: edge_um,
        ..Cut::default()
    };
    (cut, layer_of(layer))
}

/// Three cuts, each through the layer that lost most; one of a section.
pub(crate) fn losses_chart(
    heading: &str,
    caption: &str,
    changes: &[Change],
    dims: [usize; 3],
    edge_um: f64,
) -> Chart {
    let axes: &[[usize; 3]] = if dims[2] == 1 {
        &[[0, 1, 2]]
    } else {
        &[[0, 1, 2], [0, 2, 1], [1, 2, 0]]
    };
    let found = axes.iter().map(|&axes| cut(changes, dims, edge_um, axes));
    let (mut cuts, shown): (Vec<Cut>, Vec<Vec<Change>>) = found.unzip();
    if let [section] = &mut cuts[..] {
        section.name.clear();
    }
    let colour = |change: &Change| {
        let found = KINDS.iter().find(|(kind, ..)| kind == change);
        found.map_or(KINDS[5].1, |&(_, colour, _)| colour)
    };
    let there = KINDS
        .iter()
        .filter(|(kind, ..)| shown.iter().flatten().any(|change| change == kind));
    let key: Vec<Sign> = there
        .map(|&(_, colour, label)| Sign {
            form: Form::Square,
            colour,
            label: label.to_owned(),
        })
        .collect();
    Chart {
        title: heading.to_owned(),
        note: caption.to_owned(),
        columns: cuts.len(),
        panels: panels(&cuts, |at| shown[at].iter().map(colour).collect(), &key),
        ..Chart::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::held::hold;

    #[test]
    fn losses_of_a_run_and_a_scan_are_drawn_as_they_were_seen_to_be_right() {
        let dims = [8, 6, 4];
        let sites = dims.iter().product::<usize>();
        let changes: Vec<Change> = (0..sites)
            .map(|site| KINDS[site / 2 % KINDS.len()].0)
            .collect();
        let heading = "Bone lost by day 28 in the run and in the scan";
        let chart = losses_chart(
            heading,
            "a lesion, Dice of what was lost 0.41",
            &changes,
            dims,
            20.0,
        );
        hold("losses", &chart);
    }
}
