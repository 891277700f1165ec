//! Rigidity of transverse cuts through bone (computed tomography-based structural rigidity analysis).
//!
//! # Law
//! For a cut with voxels `i` of area `a = dx dy`, modulus `E_i` and shear modulus
//! `G_i = E_i / 2 (1 + nu)`:
//!
//! - `EA = sum E a`, centroid `xc = sum E x a / EA`, `yc` alike;
//! - `EIxx = sum E ((y - yc)^2 + dy^2/12) a`, `EIyy` alike, `EIxy = sum E (x - xc)(y - yc) a`;
//! - `EImin, EImax = (EIxx + EIyy)/2 -+ sqrt(((EIxx - EIyy)/2)^2 + EIxy^2)`;
//! - `GJ = sum G ((x - xg)^2 + (y - yg)^2 + (dx^2 + dy^2)/12) a`, about the centroid weighted by `G`,
//!   which is that weighted by `E` where one Poisson's ratio holds.
//!
//! The terms in `dx^2/12` are the own inertia of a voxel: with them a rectangle of whole voxels is
//! exact at any voxel size. `x` and `y` are the two axes of the image other than the axis of the
//! bone, in their order; places are counted from the corner of the volume, mm.
//!
//! The strength of an affected bone against the same bone intact (its day 0, or the other side of the
//! body) is the smallest ratio over cuts of `EA`, `EImin` and `GJ`. Cuts where the intact bone has
//! no material say nothing and are passed over.
//!
//! # Parameters
//! A fall of 35 % or more of any of the three flags a long bone with metastases (Nazarian 2015), one
//! of 33 % a benign lesion in a child (Snyder 2006). Both are clinical rules for whole human long
//! bones under their loads. For a cube of trabecular bone of some millimetres they are a yardstick,
//! not a prediction.
//!
//! # Limits
//! Plane cuts across one axis; material isotropic in each voxel; no fracture criterion. `GJ` is the
//! polar form, exact for circular sections alone; it overstates open or slotted ones (`mechanics/torsion.rs`).
//!
//! # References
//! Hong 2004; Nazarian 2015; Snyder 2006; Snyder 2009.

use std::fmt;
use std::str::FromStr;

use crate::numerics::parallel::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Fall of EA, EI or GJ that flags a metastatic long bone of an adult (Nazarian 2015).
pub const FALL_ADULT: f64 = 0.35;
/// Fall that flags a benign lesion in a child (Snyder 2006).
pub const FALL_CHILD: f64 = 0.33;

/// An axis of the volume; cuts are transverse to it.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Default, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Axis {
    /// First axis.
    X,
    /// Second axis.
    Y,
    /// Third axis.
    #[default]
    Z,
}

impl Axis {
    /// Its number: 0, 1 or 2.
    pub const fn index(self) -> usize {
        match self {
            Self::X => 0,
            Self::Y => 1,
            Self::Z => 2,
        }
    }

    /// Its letter.
    pub const fn name(self) -> &'static str {
        match self {
            Self::X => "x",
            Self::Y => "y",
            Self::Z => "z",
        }
    }

    /// The two axes in its cuts, in their order.
    pub const fn in_cut(self) -> [usize; 2] {
        match self {
            Self::X => [1, 2],
            Self::Y => [0, 2],
            Self::Z => [0, 1],
        }
    }
}

impl fmt::Display for Axis {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(self.name())
    }
}

impl FromStr for Axis {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "x" => Ok(Self::X),
            "y" => Ok(Self::Y),
            "z" => Ok(Self::Z),
            other => Err(format!("found \"{other}\", expected x, y or z")),
        }
    }
}

/// What makes no sense as a bone, or as a pair of bones.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RigidityError {
    /// A size that is none.
    #[error("voxels of {spacing_mm:?} mm, {dims:?} of them; sizes must be finite and above zero")]
    Shape {
        /// Voxels along x, y, z.
        dims: [usize; 3],
        /// Their size, mm.
        spacing_mm: [f64; 3],
    },
    /// Poisson's ratio of no isotropic solid.
    #[error("Poisson's ratio {0}; an isotropic solid has one above -1 and at most 0.5")]
    Poisson(f64),
    /// A modulus below zero or not finite.
    #[error(
        "modulus {modulus_mpa} MPa at voxel ({x}, {y}, {z}); it must be finite and not negative"
    )]
    Modulus {
        /// What was found, MPa.
        modulus_mpa: f64,
        /// Place.
        x: usize,
        /// Place.
        y: usize,
        /// Place.
        z: usize,
    },
    /// Two bones that cannot be compared.
    #[error(
        "{affected} cuts of the affected bone and {intact} of the intact one; give volumes of the same size along the axis"
    )]
    Cuts {
        /// Of the affected bone.
        affected: usize,
        /// Of the intact one.
        intact: usize,
    },
    /// No cut of the intact bone has material.
    #[error("the intact bone has no material in the cuts that are compared")]
    Empty,
}

/// A regular box of voxels; arrays over it run x fastest, then y, then z.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Voxels {
    /// Voxels along x, y, z.
    pub dims: [usize; 3],
    /// Size of a voxel along x, y, z, mm.
    pub spacing_mm: [f64; 3],
}

/// The three rigidities of a cut.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Rigidities {
    /// Axial, N.
    pub ea_n: f64,
    /// Bending about the weakest axis through the centroid, N mm2.
    pub ei_min_n_mm2: f64,
    /// Torsion, N mm2.
    pub gj_n_mm2: f64,
}

/// One of the three rigidities.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// EA.
    Axial,
    /// `EImin`.
    Bending,
    /// GJ.
    Torsion,
}

impl Measure {
    /// All three.
    pub const ALL: [Self; 3] = [Self::Axial, Self::Bending, Self::Torsion];

    /// Its symbol.
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::Axial => "EA",
            Self::Bending => "EImin",
            Self::Torsion => "GJ",
        }
    }

    /// Its unit.
    pub const fn unit(self) -> &'static str {
        match self {
            Self::Axial => "N",
            Self::Bending | Self::Torsion => "N mm2",
        }
    }
}

impl Rigidities {
    /// The value of a measure.
    pub const fn of(&self, measure: Measure) -> f64 {
        match measure {
            Measure::Axial => self.ea_n,
            Measure::Bending => self.ei_min_n_mm2,
            Measure::Torsion => self.gj_n_mm2,
        }
    }
}

/// A transverse cut.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cut {
    /// Number along the axis, from 0.
    pub number: usize,
    /// Middle of the cut along the axis, from the corner of the volume, mm.
    pub position_mm: f64,
    /// Voxels with a modulus above zero.
    pub voxels: usize,
    /// Centroid weighted by modulus, from the corner of the volume, mm; not a number without material.
    pub centroid_mm: [f64; 2],
    /// Bending rigidity about the x axis of the cut, N mm2.
    pub ei_xx: f64,
    /// Bending rigidity about the y axis of the cut, N mm2.
    pub ei_yy: f64,
    /// Product term, N mm2.
    pub ei_xy: f64,
    /// Bending rigidity about the strongest axis, N mm2.
    pub ei_max: f64,
    /// The axis about which the cut bends most easily, from the x axis of the cut towards its y axis,
    /// above -90 to 90 degrees; 0 where all axes are alike.
    pub weak_axis_deg: f64,
    /// Axial, least bending and torsional rigidity.
    pub rigidities: Rigidities,
}

impl Cut {
    /// Names of the numbers of [`Self::row`], with their units.
    pub const COLUMNS: [&'static str; 13] = [
        "cut",
        "position_mm",
        "voxels",
        "ea_n",
        "centroid_1_mm",
        "centroid_2_mm",
        "ei_xx_n_mm2",
        "ei_yy_n_mm2",
        "ei_xy_n_mm2",
        "ei_min_n_mm2",
        "ei_max_n_mm2",
        "weak_axis_deg",
        "gj_n_mm2",
    ];
    /// Names of [`Self::ratios`].
    pub const RATIOS: [&'static str; 3] = ["ea_ratio", "ei_min_ratio", "gj_ratio"];

    /// The cut as numbers.
    pub fn row(&self) -> [f64; 13] {
        [
            self.number as f64,
            self.position_mm,
            self.voxels as f64,
            self.rigidities.ea_n,
            self.centroid_mm[0],
            self.centroid_mm[1],
            self.ei_xx,
            self.ei_yy,
            self.ei_xy,
            self.rigidities.ei_min_n_mm2,
            self.ei_max,
            self.weak_axis_deg,
            self.rigidities.gj_n_mm2,
        ]
    }

    /// Each measure over that of the intact cut; not a number where that has no material.
    pub fn ratios(&self, intact: &Self) -> [f64; 3] {
        Measure::ALL.map(|measure| self.rigidities.of(measure) / intact.rigidities.of(measure))
    }
}

/// All cuts across an axis, in their order. `modulus_mpa` gives the modulus of a voxel by its index,
/// MPa; 0 is no material.
///
/// # Errors
/// [`RigidityError`]: sizes, Poisson's ratio or a modulus that make no sense.
pub fn cuts(
    voxels: Voxels,
    axis: Axis,
    poisson: f64,
    modulus_mpa: impl Fn(usize) -> f64 + Sync,
) -> Result<Vec<Cut>, RigidityError> {
    let Voxels { dims, spacing_mm } = voxels;
    let sizes_fit = spacing_mm
        .iter()
        .all(|size| size.is_finite() && *size > 0.0);
    let count = dims.iter().try_fold(1_usize, |all, &n| all.checked_mul(n));
    if !sizes_fit || dims.contains(&0) || count.is_none() {
        return Err(RigidityError::Shape { dims, spacing_mm });
    }
    if poisson.is_nan() || poisson <= -1.0 || poisson > 0.5 {
        return Err(RigidityError::Poisson(poisson));
    }
    (0..dims[axis.index()])
        .into_par_iter()
        .map(|number| cut(&voxels, axis, poisson, number, &modulus_mpa))
        .collect()
}

/// One cut. Sums run in the order of the voxels, so that they are the same on any threads.
fn cut(
    voxels: &Voxels,
    axis: Axis,
    poisson: f64,
    number: usize,
    modulus_mpa: &impl Fn(usize) -> f64,
) -> Result<Cut, RigidityError> {
    let Voxels { dims, spacing_mm } = voxels;
    let [first, second] = axis.in_cut();
    let stride = [1, dims[0], dims[0] * dims[1]];
    let [dx, dy] = [spacing_mm[first], spacing_mm[second]];
    let area = dx * dy;
    let base = number * stride[axis.index()];
    let (mut filled, mut sum, mut sum_x, mut sum_y) = (0, 0.0, 0.0, 0.0);
    for j in 0..dims[second] {
        let y = (j as f64 + 0.5) * dy;
        for i in 0..dims[first] {
            let site = base + i * stride[first] + j * stride[second];
            let e = modulus_mpa(site);
            if !(e.is_finite() && e >= 0.0) {
                return Err(RigidityError::Modulus {
                    modulus_mpa: e,
                    x: site % dims[0],
                    y: site / dims[0] % dims[1],
                    z: site / stride[2],
                });
            }
            if e > 0.0 {
                filled += 1;
                sum += e;
                sum_x += e * (i as f64 + 0.5) * dx;
                sum_y += e * y;
            }
        }
    }
    let [xc, yc] = [sum_x / sum, sum_y / sum];
    let (mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0);
    if filled > 0 {
        for j in 0..dims[second] {
            let y = (j as f64 + 0.5) * dy - yc;
            for i in 0..dims[first] {
                let e = modulus_mpa(base + i * stride[first] + j * stride[second]);
                let x = (i as f64 + 0.5) * dx - xc;
                xx += e * (y * y + dy * dy / 12.0);
                yy += e * (x * x + dx * dx / 12.0);
                xy += e * x * y;
            }
        }
    }
    let [ei_xx, ei_yy, ei_xy] = [xx * area, yy * area, xy * area];
    let middle = 0.5 * (ei_xx + ei_yy);
    let half = (0.5 * (ei_xx - ei_yy)).hypot(ei_xy);
    // Round-off of the product term is no direction.
    let weak_axis_deg = if half > 1e-9 * middle {
        0.5 * (2.0 * ei_xy).atan2(ei_yy - ei_xx).to_degrees()
    } else {
        0.0
    };
    Ok(Cut {
        number,
        position_mm: (number as f64 + 0.5) * spacing_mm[axis.index()],
        voxels: filled,
        centroid_mm: [xc, yc],
        ei_xx,
        ei_yy,
        ei_xy,
        ei_max: middle + half,
        weak_axis_deg,
        rigidities: Rigidities {
            ea_n: sum * area,
            ei_min_n_mm2: middle - half,
            gj_n_mm2: (ei_xx + ei_yy) / (2.0 * (1.0 + poisson)),
        },
    })
}

/// The cut with the smallest value or ratio of a measure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weakest {
    /// Value in the unit of the measure, or ratio of affected to intact.
    pub value: f64,
    /// Number of the cut.
    pub cut: usize,
}

/// The weakest of numbered values; the first where two are alike.
fn least(values: impl Iterator<Item = (usize, f64)>) -> Option<Weakest> {
    let mut found: Option<Weakest> = None;
    for (cut, value) in values {
        if found.is_none_or(|before| value < before.value) {
            found = Some(Weakest { value, cut });
        }
    }
    found
}

/// The weakest cut of one bone among those that have material.
pub fn weakest(cuts: &[Cut], measure: Measure) -> Option<Weakest> {
    let filled = cuts.iter().filter(|cut| cut.voxels > 0);
    least(filled.map(|cut| (cut.number, cut.rigidities.of(measure))))
}

/// Weakest cuts of an affected bone against an intact one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Comparison {
    /// Smallest ratio of EA.
    pub axial: Weakest,
    /// Smallest ratio of `EImin`.
    pub bending: Weakest,
    /// Smallest ratio of GJ.
    pub torsion: Weakest,
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "against the intact bone, the weakest:")?;
        for measure in Measure::ALL {
            let weakest = self.at(measure);
            writeln!(
                f,
                "{:7} {:.1} % of intact ({:+.1} %) at cut {}",
                measure.symbol(),
                100.0 * weakest.value,
                100.0 * (weakest.value - 1.0),
                weakest.cut
            )?;
        }
        let said = if self.has_fallen_by(FALL_ADULT) {
            "at least 35 % less: flagged by the rule for metastatic long bones (Nazarian 2015)"
        } else if self.has_fallen_by(FALL_CHILD) {
            "33 to 35 % less: flagged by the rule for children (Snyder 2006), not by that for metastases"
        } else {
            "less than 33 % less: not flagged"
        };
        write!(
            f,
            "{said}\nthe rules are for whole human long bones, not for other bones or for small samples of bone"
        )
    }
}

impl Comparison {
    /// The smallest ratio over the cuts of each measure. The first entry is cut `first`.
    ///
    /// # Errors
    /// [`RigidityError::Cuts`], [`RigidityError::Empty`].
    pub fn of(
        affected: &[Rigidities],
        intact: &[Rigidities],
        first: usize,
    ) -> Result<Self, RigidityError> {
        if affected.len() != intact.len() {
            return Err(RigidityError::Cuts {
                affected: affected.len(),
                intact: intact.len(),
            });
        }
        let ratio = |measure: Measure| {
            let pairs = affected.iter().zip(intact).enumerate();
            least(pairs.filter_map(|(place, (affected, intact))| {
                let under = intact.of(measure);
                (under > 0.0).then(|| (first + place, affected.of(measure) / under))
            }))
            .ok_or(RigidityError::Empty)
        };
        Ok(Self {
            axial: ratio(Measure::Axial)?,
            bending: ratio(Measure::Bending)?,
            torsion: ratio(Measure::Torsion)?,
        })
    }

    /// The ratio of a measure.
    pub const fn at(&self, measure: Measure) -> Weakest {
        match measure {
            Measure::Axial => self.axial,
            Measure::Bending => self.bending,
            Measure::Torsion => self.torsion,
        }
    }

    /// The smallest of the three ratios.
    pub fn least_ratio(&self) -> f64 {
        self.axial
            .value
            .min(self.bending.value)
            .min(self.torsion.value)
    }

    /// True when any of the three has fallen by at least this share.
    pub fn has_fallen_by(&self, fall: f64) -> bool {
        // 1e-12: a fall of exactly the threshold counts in binary numbers too.
        1.0 - self.least_ratio() >= fall - 1e-12
    }
}
