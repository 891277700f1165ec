//! What is taken away so that the lesion shows: a half of the lattice, or the octant before a place.

use std::fmt::Write as _;
use std::str::FromStr;

use crate::plot::solid::camera::View;
use crate::plot::solid::field::Field;
use crate::plot::solid::surface::LEVEL;
use crate::plot::solid::tissue::{SolidError, Tissue};
use crate::plot::solid::vector::{Vector, add, times};

const AXES: [&str; 3] = ["x", "y", "z"];

/// What was asked.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) enum Cutaway {
    /// By the rule: the octant before the lesion where more than half of the lesion is hidden.
    #[default]
    Auto,
    /// Nothing is taken away.
    None,
    /// The octant before the lesion.
    Octant,
    /// The octant before a place, mm from the corner of the lattice.
    OctantAt([f64; 3]),
    /// All that lies before a plane: its axis, and its place in mm.
    Plane(usize, f64),
}

impl FromStr for Cutaway {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "found \"{text}\", expected auto, none, octant, octant=X,Y,Z or a plane as in x=0.9 \
                 (places in mm from the corner of the lattice)"
            )
        };
        let number = |text: &str| {
            let value: f64 = text.trim().parse().map_err(|_| wrong())?;
            if value.is_finite() {
                Ok(value)
            } else {
                Err(wrong())
            }
        };
        match text.split_once('=') {
            None => match text {
                "auto" => Ok(Self::Auto),
                "none" => Ok(Self::None),
                "octant" => Ok(Self::Octant),
                _ => Err(wrong()),
            },
            Some(("octant", place)) => {
                let parts: Vec<f64> = place.split(',').map(number).collect::<Result<_, _>>()?;
                let place = parts.try_into().map_err(|_| wrong())?;
                Ok(Self::OctantAt(place))
            }
            Some((axis, place)) => {
                let axis = AXES
                    .iter()
                    .position(|name| *name == axis)
                    .ok_or_else(wrong)?;
                Ok(Self::Plane(axis, number(place)?))
            }
        }
    }
}

/// A part that is taken away: all that lies beyond all of its planes.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Removed {
    /// Axis, place in sites, and whether what lies above it goes.
    planes: Vec<(usize, f32, bool)>,
    /// Why, as a caption says it.
    pub(super) words: String,
}

/// How far the direction of view leans along an axis at least for the octant to be bounded along it.
const LEAN: f32 = 0.2;

/// Share of the lesion that is hidden from which on the rule cuts.
const HIDDEN: f32 = 0.5;

/// Share of the tumour that is cut away from which on the caption tells it.
const TOLD: f32 = 0.05;

impl Removed {
    /// Share of the tumour that it takes away.
    fn share_of_tumour(&self, tissue: &Tissue) -> f32 {
        let (mut gone, mut all) = (0.0_f64, 0.0_f64);
        for (site, &cells) in tissue.tumour.iter().enumerate().filter(|it| *it.1 > 0.0) {
            let [x, y, _] = tissue.dims;
            let place = [site % x, site / x % y, site / (x * y)];
            all += f64::from(cells);
            if self.kept(place.map(|at| at as f32 + 0.5)) < 0.0 {
                gone += f64::from(cells);
            }
        }
        if all > 0.0 { (gone / all) as f32 } else { 0.0 }
    }

    /// How far a place lies within what is kept, sites; below 0 for what is taken away.
    pub(super) fn kept(&self, place: Vector) -> f32 {
        let outside = |&(axis, at, above): &(usize, f32, bool)| {
            if above {
                at - place[axis]
            } else {
                place[axis] - at
            }
        };
        self.planes
            .iter()
            .map(outside)
            .reduce(f32::max)
            .unwrap_or(f32::INFINITY)
    }

    /// The direction out of the kept part at a place on its cut.
    pub(super) fn outward(&self, place: Vector) -> Vector {
        let mut best = (f32::NEG_INFINITY, [0.0, 0.0, 1.0]);
        for &(axis, at, above) in &self.planes {
            let inside = if above {
                at - place[axis]
            } else {
                place[axis] - at
            };
            if inside > best.0 {
                let mut out = [0.0; 3];
                out[axis] = if above { 1.0 } else { -1.0 };
                best = (inside, out);
            }
        }
        best.1
    }

    fn plane(tissue: &Tissue, view: View, axis: usize, place_mm: f64) -> Self {
        let above = view.toward()[axis] >= 0.0;
        Self {
            planes: vec![(axis, (place_mm * 1e3 / tissue.edge_um) as f32, above)],
            words: format!("cut at {} = {place_mm:.2} mm", AXES[axis]),
        }
    }

    fn octant(tissue: &Tissue, view: View, place: Vector) -> Self {
        let toward = view.toward();
        let axes: Vec<usize> = (0..3).filter(|&axis| toward[axis].abs() > LEAN).collect();
        let planes: Vec<_> = axes
            .iter()
            .map(|&axis| (axis, place[axis], toward[axis] > 0.0))
            .collect();
        let places: Vec<String> = axes
            .iter()
            .map(|&axis| {
                let mm = f64::from(place[axis]) * tissue.edge_um / 1e3;
                format!("{} = {mm:.2}", AXES[axis])
            })
            .collect();
        let what = match axes.len() {
            3 => "front octant",
            2 => "front quarter",
            _ => "front",
        };
        Self {
            planes,
            words: format!("{what} cut away at {} mm", places.join(", ")),
        }
    }
}

/// What the cut takes away, with how much of the tumour. `before` is the bone of day 0, where it is known.
///
/// # Errors
/// [`SolidError::Cut`] for places outside of the lattice.
pub(super) fn removed(
    cut: Cutaway,
    view: View,
    tissue: &Tissue,
    before: Option<&[f32]>,
    tumour: Option<&Field>,
) -> Result<Removed, SolidError> {
    let mut removed = part(cut, view, tissue, before, tumour)?;
    let share = removed.share_of_tumour(tissue);
    if share >= TOLD {
        let percent = 100.0 * share;
        let _ = write!(
            removed.words,
            "; {percent:.0} % of the tumour lies in what is cut away"
        );
    }
    Ok(removed)
}

/// The part that goes, with the words of why.
fn part(
    cut: Cutaway,
    view: View,
    tissue: &Tissue,
    before: Option<&[f32]>,
    tumour: Option<&Field>,
) -> Result<Removed, SolidError> {
    let size = tissue.size_mm();
    let outside = |axis: usize, mm: f64| {
        (!(0.0 < mm && mm < size[axis])).then(|| SolidError::Cut {
            cut: format!("{}={mm}", AXES[axis]),
            problem: format!(
                "along {} the lattice reaches from 0 to {:.3} mm",
                AXES[axis], size[axis]
            ),
        })
    };
    match cut {
        Cutaway::None => Ok(Removed::default()),
        Cutaway::Plane(axis, mm) => match outside(axis, mm) {
            Some(wrong) => Err(wrong),
            None => Ok(Removed::plane(tissue, view, axis, mm)),
        },
        Cutaway::OctantAt(mm) => {
            if let Some(wrong) = (0..3).find_map(|axis| outside(axis, mm[axis])) {
                return Err(wrong);
            }
            let place = mm.map(|mm| (mm * 1e3 / tissue.edge_um) as f32);
            Ok(Removed::octant(tissue, view, place))
        }
        Cutaway::Octant | Cutaway::Auto => {
            let middle = tissue.dims.map(|sites| 0.5 * sites as f32);
            let lost = before.map(|before| lost(before, &tissue.bone));
            let centre = lost.as_ref().and_then(|lost| densest(tissue.dims, lost));
            let of_tumour = || densest(tissue.dims, &tissue.tumour);
            if cut == Cutaway::Octant {
                let place = centre.or_else(of_tumour).unwrap_or(middle);
                return Ok(Removed::octant(tissue, view, place));
            }
            let (Some(lost), Some(place)) = (lost, centre) else {
                return Ok(Removed::default());
            };
            let hidden = hidden(tissue, view, &lost, tumour);
            if hidden <= HIDDEN {
                return Ok(Removed::default());
            }
            let mut removed = Removed::octant(tissue, view, place);
            removed.words = format!(
                "{}, where most bone was lost: without the cut {:.0} % of the lost bone would be hidden",
                removed.words,
                100.0 * hidden
            );
            Ok(removed)
        }
    }
}

/// Share of each site that was lost, below 0 where bone was made.
pub(super) fn lost(before: &[f32], now: &[f32]) -> Vec<f32> {
    before
        .iter()
        .zip(now)
        .map(|(before, now)| before - now)
        .collect()
}

/// Blocks along the shortest side of a lattice, in which sites are summed.
const BLOCKS: usize = 12;

/// Middle of the place, five blocks wide, with the highest sum; none where no sum is above 0.
fn densest(dims: [usize; 3], values: &[f32]) -> Option<Vector> {
    if values.is_empty() {
        return None;
    }
    let shortest = dims.iter().copied().min()?;
    let edge = (shortest / BLOCKS).max(1);
    let blocks = dims.map(|sites| sites.div_ceil(edge));
    let mut sums = vec![0.0_f32; blocks[0] * blocks[1] * blocks[2]];
    for (site, value) in values.iter().enumerate() {
        let place = [
            site % dims[0],
            site / dims[0] % dims[1],
            site / dims[0] / dims[1],
        ];
        let [x, y, z] = place.map(|at| at / edge);
        sums[(z * blocks[1] + y) * blocks[0] + x] += value;
    }
    let coarse = Field::new(blocks, sums).smoothed(3);
    let mut best: Option<(f32, usize)> = None;
    for (block, &sum) in coarse.values.iter().enumerate() {
        if sum > 1e-6 && best.is_none_or(|(most, _)| sum > most) {
            best = Some((sum, block));
        }
    }
    let (_, block) = best?;
    let place = [
        block % blocks[0],
        block / blocks[0] % blocks[1],
        block / blocks[0] / blocks[1],
    ];
    // A cut at the border would take nothing away, or all.
    let mut centre = [0.0_f32; 3];
    for axis in 0..3 {
        let side = dims[axis] as f32;
        centre[axis] =
            ((place[axis] * edge) as f32 + 0.5 * edge as f32).clamp(0.25 * side, 0.75 * side);
    }
    Some(centre)
}

/// Share of the lost sites that lie behind bone or tumour.
fn hidden(tissue: &Tissue, view: View, lost: &[f32], tumour: Option<&Field>) -> f32 {
    const MOST: usize = 4000;
    let [x, y, _] = tissue.dims;
    let gone: Vec<usize> = (0..lost.len()).filter(|&site| lost[site] > 0.5).collect();
    let step = gone.len().div_ceil(MOST).max(1);
    let looked: Vec<usize> = gone.into_iter().step_by(step).collect();
    let bone = Field::new(tissue.dims, tissue.bone.clone());
    let toward = view.toward();
    let is_hidden = |site: usize| {
        let centre = [site % x, site / x % y, site / x / y].map(|at| at as f32 + 0.5);
        let mut distance = 2.0;
        loop {
            let place = add(centre, times(toward, distance));
            let Some(bone) = bone.site(place) else {
                return false;
            };
            let tumour = tumour.and_then(|tumour| tumour.site(place)).unwrap_or(0.0);
            if bone.max(tumour) > LEVEL {
                return true;
            }
            distance += 1.0;
        }
    };
    let hidden = looked.iter().filter(|&&site| is_hidden(site)).count();
    hidden as f32 / looked.len().max(1) as f32
}
