//! What is taken away so that the lesion shows: a part of the block before a plane, or the eighth before a place.
//!
//! The place is that of the tumour on day 0, which all days of a run and all arms of a scenario share: a cut that
//! moved from one picture to the next would read as bone that was lost.

use std::fmt::Write as _;
use std::str::FromStr;

use crate::plot::map::day_words;
use crate::plot::solid::camera::View;
use crate::plot::solid::field::Field;
use crate::plot::solid::surface::LEVEL;
use crate::plot::solid::tissue::{SolidError, Tissue};
use crate::plot::solid::vector::{Vector, add, times};

const AXES: [&str; 3] = ["x", "y", "z"];

/// What was asked.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) enum Cutaway {
    /// By the rule: the eighth before the tumour of day 0 where more than half of that is hidden.
    #[default]
    Auto,
    /// Nothing is taken away.
    None,
    /// The eighth before the tumour of day 0.
    Octant,
    /// The eighth before the most lost bone where more than half of that is hidden: of two scans, between which
    /// nothing else says where the lesion is.
    #[cfg(feature = "cli")]
    Lost,
    /// The octant before a place, mm from the corner of the lattice.
    OctantAt([f64; 3]),
    /// All that lies before a plane: its axis, and its place in mm.
    Plane(usize, f64),
}

impl Cutaway {
    /// True where a rule finds what is cut away, and not who asks.
    pub(super) const fn is_by_rule(self) -> bool {
        !matches!(
            self,
            Self::None | Self::Octant | Self::OctantAt(_) | Self::Plane(..)
        )
    }
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
    /// What it is, as a caption says it.
    pub(super) words: String,
    /// Where its planes lie.
    pub(super) place: String,
}

/// How far the direction of view leans along an axis at least for the octant to be bounded along it.
const LEAN: f32 = 0.2;

/// Share of the tumour, or of the lost bone, that is hidden from which on the rule cuts.
const HIDDEN: f32 = 0.5;

/// Share of the tumour that is cut away from which on the caption tells it.
const TOLD: f32 = 0.05;

impl Removed {
    /// True where both take the same part away.
    pub(super) fn is_same_part(&self, other: &Self) -> bool {
        self.planes == other.planes
    }

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
            words: "the front is cut away".to_owned(),
            place: format!("{}\u{a0}=\u{a0}{place_mm:.2}\u{a0}mm", AXES[axis]),
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
                format!("{}\u{a0}=\u{a0}{mm:.2}", AXES[axis])
            })
            .collect();
        let part = |&(axis, at, above): &(usize, f32, bool)| {
            let sites = tissue.dims[axis] as f32;
            let inside = if above { sites - at } else { at };
            (inside / sites).clamp(0.0, 1.0)
        };
        let percent = 100.0 * planes.iter().map(part).product::<f32>();
        let what = if axes.len() == 1 {
            "the front"
        } else {
            "the front corner"
        };
        let what = format!("{what}, {percent:.0} % of the block,");
        Self {
            planes,
            words: format!("{what} is cut away"),
            place: format!("{}\u{a0}mm", places.join(", ")),
        }
    }
}

/// What the cut takes away, with how much of the tumour. `first` is the tissue of day 0, where it is known.
///
/// # Errors
/// [`SolidError::Cut`] for places outside of the lattice.
pub(super) fn removed(
    cut: Cutaway,
    view: View,
    tissue: &Tissue,
    first: Option<&Tissue>,
) -> Result<Removed, SolidError> {
    let mut removed = part(cut, view, tissue, first)?;
    let share = removed.share_of_tumour(tissue);
    if share >= TOLD {
        let _ = write!(removed.words, ", with {:.0} % of the tumour", 100.0 * share);
        // Days of one run share a cut, and each has another share.
        if tissue.day.is_finite() {
            let _ = write!(removed.words, " of {}", day_words(tissue.day));
        }
    }
    Ok(removed)
}

/// The part that goes.
fn part(
    cut: Cutaway,
    view: View,
    tissue: &Tissue,
    first: Option<&Tissue>,
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
        Cutaway::Octant => {
            let middle = tissue.dims.map(|sites| 0.5 * sites as f32);
            let of = with_tumour(tissue, first);
            let is_there = |site: usize| of.tumour.get(site).is_some_and(|&share| share > 0.0);
            let found = open_to(of, view, &of.tumour, is_there);
            Ok(found.unwrap_or_else(|| Removed::octant(tissue, view, middle)))
        }
        Cutaway::Auto => Ok(first.map_or_else(Removed::default, |first| {
            let is_there = |site: usize| first.tumour.get(site).is_some_and(|&share| share > 0.0);
            before_what_is_hidden(first, view, &first.tumour, is_there)
        })),
        #[cfg(feature = "cli")]
        Cutaway::Lost => Ok(first.map_or_else(Removed::default, |first| {
            let lost = lost(&first.bone, &tissue.bone);
            before_what_is_hidden(tissue, view, &lost, |site| lost[site] > 0.5)
        })),
    }
}

/// The eighth before the place where most of something is, where more than half of its sites are hidden by bone.
fn before_what_is_hidden(
    tissue: &Tissue,
    view: View,
    values: &[f32],
    is_there: impl Fn(usize) -> bool,
) -> Removed {
    if hidden(tissue, view, &Removed::default(), &is_there) > HIDDEN {
        open_to(tissue, view, values, is_there).unwrap_or_default()
    } else {
        Removed::default()
    }
}

/// The tissue of day 0, or that of the day itself where there was no tumour yet.
fn with_tumour<'a>(tissue: &'a Tissue, first: Option<&'a Tissue>) -> &'a Tissue {
    let has_tumour = |first: &&Tissue| first.tumour.iter().any(|&share| share > 0.0);
    first.filter(has_tumour).unwrap_or(tissue)
}

/// The least and the greatest place of a cut along an edge, as shares of it: a cut near the border takes nothing away,
/// or all. The wider ones are for what would stay hidden.
const REACH: [[f32; 2]; 2] = [[0.25, 0.75], [0.1, 0.9]];

/// The eighth before the place where most of something is: the one that leaves less of it hidden of two that reach
/// unlike far.
fn open_to(
    tissue: &Tissue,
    view: View,
    values: &[f32],
    is_there: impl Fn(usize) -> bool,
) -> Option<Removed> {
    let place = densest(tissue.dims, values)?;
    let mut best: Option<(f32, Removed)> = None;
    for [least, most] in REACH {
        let within = [0, 1, 2].map(|axis: usize| {
            let side = tissue.dims[axis] as f32;
            place[axis].clamp(least * side, most * side)
        });
        let removed = Removed::octant(tissue, view, within);
        let share = hidden(tissue, view, &removed, &is_there);
        if best.as_ref().is_none_or(|(least, _)| share < *least) {
            best = Some((share, removed));
        }
    }
    best.map(|(_, removed)| removed)
}

/// Share of each site that was lost, below 0 where bone was made.
#[cfg(feature = "cli")]
fn lost(before: &[f32], now: &[f32]) -> Vec<f32> {
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
    let centre = place.map(|at| (at * edge) as f32 + 0.5 * edge as f32);
    Some(middle_of(dims, values, centre, 1.5 * edge as f32).unwrap_or(centre))
}

/// Middle of what is above 0 no farther along any axis from a place: blocks are coarse.
fn middle_of(dims: [usize; 3], values: &[f32], centre: Vector, far: f32) -> Option<Vector> {
    let (mut sum, mut whole) = ([0.0_f64; 3], 0.0_f64);
    for (site, &value) in values.iter().enumerate().filter(|it| *it.1 > 0.0) {
        let x = site % dims[0];
        let place = [x, site / dims[0] % dims[1], site / dims[0] / dims[1]];
        let place = place.map(|at| at as f32 + 0.5);
        if (0..3).all(|axis| (place[axis] - centre[axis]).abs() <= far) {
            whole += f64::from(value);
            for (sum, at) in sum.iter_mut().zip(place) {
                *sum += f64::from(value * at);
            }
        }
    }
    (whole > 0.0).then(|| sum.map(|sum| (sum / whole) as f32))
}

/// Share of the sites where something is that are taken away, or lie behind bone that is not.
pub(super) fn hidden(
    tissue: &Tissue,
    view: View,
    removed: &Removed,
    is_there: impl Fn(usize) -> bool,
) -> f32 {
    const MOST: usize = 4000;
    let [x, y, _] = tissue.dims;
    let there: Vec<usize> = (0..tissue.bone.len())
        .filter(|&site| is_there(site))
        .collect();
    let step = there.len().div_ceil(MOST).max(1);
    let looked: Vec<usize> = there.into_iter().step_by(step).collect();
    let bone = Field::new(tissue.dims, tissue.bone.clone());
    let toward = view.toward();
    let is_hidden = |site: usize| {
        let centre = [site % x, site / x % y, site / x / y].map(|at| at as f32 + 0.5);
        let mut distance = 2.0;
        if removed.kept(centre) < 0.0 {
            return true;
        }
        loop {
            let place = add(centre, times(toward, distance));
            match bone.site(place) {
                None => return false,
                Some(bone) if bone > LEVEL && removed.kept(place) >= 0.0 => return true,
                Some(_) => distance += 1.0,
            }
        }
    };
    let hidden = looked.iter().filter(|&&site| is_hidden(site)).count();
    hidden as f32 / looked.len().max(1) as f32
}
