//! What osteocytes feel of the loads of a day: strain energy of the bone around a site, over that of day 0.
//!
//! # Biology
//! Bone that is strained more than it is used to is added to, and bone that is strained less is taken away (Frost
//! 2003). Osteocytes are the sensors, and signal to the surface around them (Huiskes 2000).
//!
//! # Law
//! Each load of the day strains the bone by finite elements ([`crate::mechanics::elements`]); its force is the same
//! on every day. Energy density of a site over all loads,
//!
//! ```text
//! U = sum (F_i / f_i)^2 u_i,   u_i of a solution with force f_i
//! ```
//!
//! with forces `F_i` of day 0 such that load `i` brings its `share` of a mean of 1 over the bone that it strains then, so
//! that no force needs to be known. A site feels the mean of `U` over the bone around it, weighted by a Gaussian of
//! standard deviation `reach`. The cue `strain` is that over what is usual, times `day_0` and the square of the `level`, the
//! load of the time over that of day 0. Usual is, by `reference`,
//!
//! - `site`: what was felt at this site on day 0, as osteocytes are used to the place where they were formed
//!   (Lerebours 2015);
//! - `block`: the mean of day 0, the same everywhere (Huiskes 2000), by which bone that day 0 strains less than
//!   the mean is unloaded from the beginning.
//!
//! Bone that joins no two ends is not strained, and a load that no bone carries any more strains nothing. Where nothing was
//! felt on day 0, and before day 0, the cue is 1.
//!
//! # Limits
//! What a site is used to does not change with its remodelling. Ends are clamped, so that bone near the faces is strained
//! otherwise than in the body; struts that the faces cut carry less. Rate and number of cycles of a load, and rest,
//! are in its share alone.
//!
//! # References
//! Frost 2003; Huiskes 2000; Lerebours 2015.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::biology::problem::Problems;
use crate::mechanics::elements::{Answer, ElementsError, Load, Motion, Precision, STRAIN};
use crate::mechanics::follow_up::SiteLaw;
use crate::mechanics::loading::{self, Loading};
use crate::mechanics::rigidity::Axis;
use crate::mechanics::strength_course::{check_days, check_material, is_due};
use crate::numerics::elementary::exp;
use crate::numerics::packed;
use crate::numerics::parallel::prelude::*;
use crate::numerics::quantity::{ElasticModulus, Length, Time};
use crate::numerics::reduce::ordered_sum;
use crate::tissue::bone::Bone;
use crate::tissue::grid::Grid;

/// Forces are balanced to this for what cells feel: energies then have an error of some 1e-4.
const BALANCED: Precision = Precision {
    tolerance: 1e-4,
    most_iterations: 1000,
};
/// Standard deviations up to which a Gaussian counts.
const TAIL: f64 = 3.0;
/// Load at most, over that of day 0.
const MOST_LEVEL: f64 = 100.0;
/// Shares and ratios at most.
const MOST: f64 = 1e6;
/// Sites that a thread takes at once.
const PIECE: usize = 16_384;

/// What an end of a load does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// It comes nearer.
    #[default]
    Compression,
    /// It moves along x.
    ShearX,
    /// It moves along y.
    ShearY,
    /// It moves along z.
    ShearZ,
    /// It turns about the axis.
    Torsion,
}

/// A load of a day.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DayLoad {
    /// From end to end.
    pub axis: Axis,
    /// What it does.
    #[serde(default)]
    pub way: Way,
    /// Its part in the strain energy of day 0, over the sum of all parts.
    #[serde(default = "one")]
    pub share: f64,
}

/// What strain is held against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reference {
    /// That of the same site on day 0.
    #[default]
    Site,
    /// The mean over bone on day 0.
    Block,
}

/// Load from a time on.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Level {
    /// From when on, after day 0.
    pub from: Time,
    /// Load over that of day 0.
    pub level: f64,
}

const fn one() -> f64 {
    1.0
}

/// Bone that feels its load.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Mechanostat {
    /// Time between solutions, whole days; design: 5 d, in which a pit grows by a site.
    #[serde(default = "five_days")]
    pub every: Time,
    /// Loads of a day; a compression along each axis alike without any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub loads: Vec<DayLoad>,
    /// What strain is held against.
    #[serde(default)]
    pub reference: Reference,
    /// Strain energy of day 0 over what bone is used to; 1 where it is as usual.
    #[serde(default = "one")]
    pub day_0: f64,
    /// Load over that of day 0, from times on; 1 before the first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub levels: Vec<Level>,
    /// How far osteocytes are heard: standard deviation of a Gaussian; 100 um is the reach of Huiskes 2000.
    #[serde(default = "reach")]
    pub reach: Length,
    /// From a site to its modulus.
    #[serde(default)]
    pub law: SiteLaw,
    /// Modulus of mineralised tissue, for `law = "tissue"`; only ratios of moduli count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modulus: Option<ElasticModulus>,
    /// Poisson's ratio (0.3, usual for bone; design).
    #[serde(default = "poisson")]
    pub poisson: f64,
}

fn five_days() -> Time {
    Time::h(5.0 * 24.0)
}

fn reach() -> Length {
    Length::um(100.0)
}

const fn poisson() -> f64 {
    0.3
}

/// What is felt since the last solution.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Felt {
    /// The cue at the load of day 0, by site.
    #[serde(with = "packed")]
    pub strain: Vec<f32>,
    /// What is usual, by site.
    #[serde(with = "packed")]
    pub usual: Vec<f32>,
    /// Force of each load, N (N mm of a torsion); zero where no bone carried it on day 0.
    pub forces: Vec<f64>,
    /// Mean of the cue over bone, and its 10th and 90th percentiles, at the load of day 0.
    pub spread: [f64; 3],
    /// Time of the solution, h.
    pub read_h: f64,
}

/// Why the forces of day 0 cannot be found.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum FeltError {
    /// The elements.
    #[error(transparent)]
    Elements(#[from] ElementsError),
    /// No bone carries a load on day 0.
    #[error(
        "on day 0 no bone joins both ends along {0}: leave that load out of mechanostat.loads, or take a piece of bone \
         that holds together"
    )]
    NotCarried(Axis),
}

impl DayLoad {
    fn load(&self) -> Load {
        Load {
            axis: self.axis,
            motion: match self.way {
                Way::Compression => Motion::Compression,
                Way::ShearX => Motion::Shear(Axis::X),
                Way::ShearY => Motion::Shear(Axis::Y),
                Way::ShearZ => Motion::Shear(Axis::Z),
                Way::Torsion => Motion::Torsion,
            },
            ..Load::default()
        }
    }
}

impl Mechanostat {
    /// Looks for values that make no sense.
    pub fn check(&self, grid: &Grid, problems: &mut Problems) {
        check_days("mechanostat.every", self.every, problems);
        check_material(
            "mechanostat",
            (self.law, self.modulus, self.poisson),
            problems,
        );
        problems.positive("mechanostat.reach", self.reach.get(), "um");
        problems.positive("mechanostat.day_0", self.day_0, "");
        problems.within("mechanostat.day_0", self.day_0, 0.0, MOST);
        for (place, load) in self.loads.iter().enumerate() {
            let at = |key: &str| format!("mechanostat.loads[{place}].{key}");
            problems.positive(&at("share"), load.share, "");
            problems.within(&at("share"), load.share, 0.0, MOST);
            if grid.dims[load.axis.index()] <= 1 {
                problems.add(
                    &at("axis"),
                    format!("names {}, along which the lattice has one site", load.axis),
                    "name an axis of the plane of the section",
                );
            }
            if matches!(load.load().motion, Motion::Shear(along) if along == load.axis) {
                problems.add(
                    &at("way"),
                    format!("shears along {0} between ends across {0}", load.axis),
                    "shear along one of the two other axes",
                );
            }
        }
        let mut before = f64::NEG_INFINITY;
        for (place, level) in self.levels.iter().enumerate() {
            let at = |key: &str| format!("mechanostat.levels[{place}].{key}");
            problems.within(&at("level"), level.level, 0.0, MOST_LEVEL);
            let from = level.from.get();
            if !(from.is_finite() && from >= 0.0 && from > before) {
                problems.add(
                    &at("from"),
                    format!("found {}", level.from),
                    "give times from day 0 on, each after the one before",
                );
            }
            before = from;
        }
    }

    /// Loads of a day on a lattice.
    pub fn loads(&self, grid: &Grid) -> Vec<DayLoad> {
        if !self.loads.is_empty() {
            return self.loads.clone();
        }
        let along = |axis| DayLoad {
            axis,
            way: Way::Compression,
            share: 1.0,
        };
        loading::axes(grid).map(along).collect()
    }

    /// Load of a time, h, over that of day 0.
    pub fn level(&self, time_h: f64) -> f64 {
        let past = self
            .levels
            .iter()
            .rev()
            .find(|level| level.from.get() <= time_h + 1e-6);
        past.map_or(1.0, |level| level.level)
    }

    /// True when a solution is due at this time, h, which ends a day.
    pub fn is_due(&self, time_h: f64) -> bool {
        is_due(time_h, self.every)
    }

    /// What the bone of day 0 feels, with the forces that it is used to.
    ///
    /// # Errors
    /// [`FeltError`].
    pub fn begin(&self, grid: &Grid, bone: &Bone, time_h: f64) -> Result<Felt, FeltError> {
        let loads = self.loads(grid);
        let total: f64 = loads.iter().map(|load| load.share).sum();
        let mut forces = Vec::new();
        let mut energy = vec![0.0; grid.len()];
        self.for_loads(grid, bone, &loads, |load, answer| {
            let Some(answer) = answer else {
                return Err(FeltError::NotCarried(loads[load].axis));
            };
            let density = answer.energy_density_mpa();
            let sum = ordered_sum(density.len(), |site| f64::from(density[site]));
            let mean = sum / answer.carrying() as f64;
            let share = loads[load].share / total;
            forces.push(answer.load_at_strain(STRAIN) * (share / mean).sqrt());
            add(&mut energy, &density, share / mean);
            Ok(())
        })?;
        let around = self.around(grid, bone, &energy);
        let usual = match self.reference {
            Reference::Site => around.clone(),
            Reference::Block => vec![1.0; grid.len()],
        };
        let before = Felt {
            usual,
            forces,
            ..Felt::default()
        };
        Ok(self.felt(bone, &around, before, time_h))
    }

    /// What the bone feels now under the same forces.
    ///
    /// # Errors
    /// [`FeltError::Elements`].
    pub fn again(
        &self,
        grid: &Grid,
        bone: &Bone,
        before: &Felt,
        time_h: f64,
    ) -> Result<Felt, FeltError> {
        let loads = self.loads(grid);
        let mut energy = vec![0.0; grid.len()];
        self.for_loads(grid, bone, &loads, |load, answer| {
            if let Some(answer) = answer {
                let ratio = before.forces[load] / answer.load_at_strain(STRAIN);
                add(&mut energy, &answer.energy_density_mpa(), ratio * ratio);
            }
            Ok(())
        })?;
        let around = self.around(grid, bone, &energy);
        Ok(self.felt(bone, &around, before.clone(), time_h))
    }

    const fn loading(&self) -> Loading {
        Loading {
            law: self.law,
            modulus: self.modulus,
            poisson: self.poisson,
        }
    }

    /// The axis of the first load that no bone carries.
    pub fn not_carried(&self, grid: &Grid, bone: &Bone) -> Option<Axis> {
        let loading = self.loading();
        let moduli = loading.moduli(bone);
        let mut axes = self.loads(grid).into_iter().map(|load| load.axis);
        axes.find(|&axis| !loading.joins(grid, &moduli, axis))
    }

    fn for_loads(
        &self,
        grid: &Grid,
        bone: &Bone,
        loads: &[DayLoad],
        mut each: impl FnMut(usize, Option<Answer>) -> Result<(), FeltError>,
    ) -> Result<(), FeltError> {
        let loading = self.loading();
        let moduli = loading.moduli(bone);
        for (place, load) in loads.iter().enumerate() {
            each(
                place,
                loading.answer_if_joined(grid, &moduli, &load.load(), &BALANCED)?,
            )?;
        }
        Ok(())
    }

    /// Mean strain energy of the bone around each site; zero where there is none.
    fn around(&self, grid: &Grid, bone: &Bone, energy: &[f64]) -> Vec<f32> {
        let matrix = |site: usize| f64::from(bone.matrix[site]);
        let sum = |of: &dyn Fn(usize) -> f64| {
            blurred(grid, self.reach.get(), (0..grid.len()).map(of).collect())
        };
        let strained = sum(&|site| energy[site] * matrix(site));
        let all = sum(&matrix);
        let mean = |(&energy, &bone): (&f64, &f64)| {
            if bone > 0.0 {
                (energy / bone) as f32
            } else {
                0.0
            }
        };
        strained.iter().zip(&all).map(mean).collect()
    }

    /// What is felt, from the mean around each site, with what is usual and the forces of before.
    fn felt(&self, bone: &Bone, around: &[f32], before: Felt, read_h: f64) -> Felt {
        let over = |(&felt, &usual): (&f32, &f32)| {
            if usual > 0.0 {
                (self.day_0 * f64::from(felt) / f64::from(usual)) as f32
            } else {
                1.0
            }
        };
        let strain: Vec<f32> = around.iter().zip(&before.usual).map(over).collect();
        let mut sorted: Vec<f32> = (0..strain.len())
            .filter(|&site| bone.solid[site])
            .map(|site| strain[site])
            .collect();
        sorted.sort_unstable_by(f32::total_cmp);
        let at = |share: f64| {
            let place = (share * sorted.len() as f64) as usize;
            sorted.get(place).copied().map_or(0.0, f64::from)
        };
        let sum = ordered_sum(sorted.len(), |place| f64::from(sorted[place]));
        Felt {
            spread: [sum / sorted.len().max(1) as f64, at(0.1), at(0.9)],
            strain,
            read_h,
            ..before
        }
    }
}

fn add(energy: &mut [f64], density: &[f32], factor: f64) {
    for (sum, &more) in energy.iter_mut().zip(density) {
        *sum += factor * f64::from(more);
    }
}

/// Sums around each site, weighted by a Gaussian, along one axis after another; what lies beyond the lattice is not there.
fn blurred(grid: &Grid, reach_um: f64, mut values: Vec<f64>) -> Vec<f64> {
    let edges_um = [grid.edge_um, grid.edge_um, grid.depth_um];
    let mut step = 1;
    for (edge_um, sites) in edges_um.into_iter().zip(grid.dims) {
        let last = ((TAIL * reach_um / edge_um) as usize).min(sites - 1);
        let weights: Vec<f64> = (0..=last)
            .map(|by| {
                let deviations = by as f64 * edge_um / reach_um;
                exp(-0.5 * deviations * deviations)
            })
            .collect();
        let of = |site: usize| {
            let place = site / step % sites;
            let mut sum = weights[0] * values[site];
            for (by, weight) in weights.iter().enumerate().skip(1) {
                if place >= by {
                    sum += weight * values[site - by * step];
                }
                if place + by < sites {
                    sum += weight * values[site + by * step];
                }
            }
            sum
        };
        values = (0..values.len())
            .into_par_iter()
            .with_min_len(PIECE)
            .map(of)
            .collect();
        step *= sites;
    }
    values
}

impl Felt {
    /// True when there is a finite value for each of so many sites, and a force for each of so many loads.
    pub fn makes_sense(&self, sites: usize, loads: usize) -> bool {
        self.strain.len() == sites
            && self.usual.len() == sites
            && self
                .usual
                .iter()
                .all(|&value| value.is_finite() && value >= 0.0)
            && self.forces.len() == loads
            && self
                .strain
                .iter()
                .all(|&value| value.is_finite() && value >= 0.0)
            && self
                .forces
                .iter()
                .all(|&value| value.is_finite() && value >= 0.0)
            && self.spread.iter().all(|value| value.is_finite())
            && self.read_h.is_finite()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_around_a_site_is_that_of_all_sites_with_their_weights() {
        let grid = Grid {
            dims: [7, 5, 4],
            edge_um: 20.0,
            depth_um: 20.0,
        };
        let values: Vec<f64> = (0..grid.len())
            .map(|site| ((site * 37) % 11) as f64)
            .collect();
        let found = blurred(&grid, 30.0, values.clone());
        for site in [0, 63, grid.len() - 1] {
            let at = grid.place(site);
            let sum: f64 = (0..grid.len())
                .map(|other| {
                    let there = grid.place(other);
                    let weight = |axis: usize| {
                        let apart = 20.0 * at[axis].abs_diff(there[axis]) as f64;
                        if apart > 90.0 {
                            0.0
                        } else {
                            (-0.5 * (apart / 30.0).powi(2)).exp()
                        }
                    };
                    weight(0) * weight(1) * weight(2) * values[other]
                })
                .sum();
            assert!((found[site] / sum - 1.0).abs() < 1e-12, "{site}");
        }
    }

    #[test]
    fn a_level_holds_from_its_time_on() {
        let law = Mechanostat {
            every: five_days(),
            loads: Vec::new(),
            levels: vec![
                Level {
                    from: Time::h(24.0),
                    level: 0.1,
                },
                Level {
                    from: Time::h(48.0),
                    level: 2.0,
                },
            ],
            reference: Reference::Site,
            day_0: 1.0,
            reach: reach(),
            law: SiteLaw::Tissue,
            modulus: None,
            poisson: 0.3,
        };
        let levels = [0.0, 23.9, 24.0, 47.9, 48.0, 1e6].map(|time_h| law.level(time_h));
        let expected = [1.0, 1.0, 0.1, 0.1, 2.0, 2.0];
        let apart = levels.iter().zip(expected).map(|(a, b)| (a - b).abs());
        assert!(apart.fold(0.0, f64::max) < 1e-15 && levels.len() == 6);
    }
}
