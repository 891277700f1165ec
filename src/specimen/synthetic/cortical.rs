//! A cortical shell: compact bone with Haversian canals, marrow on its inner side.

use std::collections::BTreeSet;
use std::f64::consts::PI;

use crate::numerics::parallel::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{SyntheticBone, SyntheticError, check_fits, check_lattice, check_range};
use crate::numerics::quantity::Length;
use crate::numerics::random::{Chance, Stream};
use crate::tissue::grid::Grid;

/// Numbers the canals' draws; the fields of trabecular bone use 0 and 1.
const HAVERSIAN_DRAWS: u32 = 2;
/// Numbers the draws of the canals between the canals.
const VOLKMANN_DRAWS: u32 = 3;
/// Farthest displacement of an axis from its place in the arrangement, as a share of the pitch.
const JITTER: f64 = 0.15;
/// Smallest canal spacing in largest diameters: nearer canals would run into one another.
const LEAST_SPACING: f64 = 1.5;
/// Diameters may be scaled by this factor, or its inverse, to meet a porosity.
const MOST_SCALING: f64 = 1.25;

/// Compact bone of the given thickness against the high-x face of the lattice, marrow in the rest.
///
/// Haversian canals run along z (a section cuts them across). Their axes lie on a hexagonal
/// arrangement that is stretched a little to fit the shell, each displaced at random by up to
/// 15 % of the pitch; diameters are drawn evenly from a range. Exactly one of `canal_spacing` and
/// `porosity` is given.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Cortical {
    /// Thickness of the shell, um, rounded to whole sites; at least the largest canal and a site
    /// on either side, and it leaves a site of marrow. Mouse 150 to 250 um, human femur 2 to 7 mm,
    /// human vertebra 300 to 500 um (textbook ranges).
    pub thickness: Length,
    /// Smallest diameter of a Haversian canal, um; at least two sites. Textbook range 40 to 90 um.
    #[serde(default = "least_diameter")]
    pub canal_diameter_least: Length,
    /// Largest diameter of a Haversian canal, um; at least the smallest. Textbook range 40 to 90 um.
    #[serde(default = "most_diameter")]
    pub canal_diameter_most: Length,
    /// Mean distance between the axes of neighbouring canals, um: the diameter of an osteon, 200 to
    /// 250 um in humans (textbook range); at least 1.5 times the largest diameter.
    #[serde(default)]
    pub canal_spacing: Option<Length>,
    /// Share of the shell that the Haversian canals take, above 0; 0.03 to 0.10 in adults, up to
    /// 0.20 in the elderly (textbook range). It is met to the site: the spacing follows from it,
    /// and the drawn diameters are scaled together by up to a quarter.
    #[serde(default)]
    pub porosity: Option<f64>,
    /// Mean distance along z between the Volkmann canals that leave one Haversian canal towards
    /// the marrow, um; at least four of the smallest diameters. Without it there are none. A
    /// section has none either. They come on top of `porosity`.
    #[serde(default)]
    pub volkmann_spacing: Option<Length>,
}

fn least_diameter() -> Length {
    Length::um(40.0)
}

fn most_diameter() -> Length {
    Length::um(90.0)
}

/// A Haversian canal.
struct Canal {
    /// Row in the arrangement, counted from the marrow.
    row: usize,
    /// Its axis: x, y in um.
    axis_um: [f64; 2],
    /// Its radius, um.
    radius_um: f64,
}

/// The shell on its lattice.
struct Shell {
    grid: Grid,
    /// First layer of bone in x.
    start: usize,
    canals: Vec<Canal>,
}

impl Cortical {
    /// The shell on this lattice.
    ///
    /// # Errors
    /// When a length does not fit the lattice, when not exactly one of `canal_spacing` and
    /// `porosity` is given, and when the porosity cannot be met with canals of these diameters.
    pub fn generate(&self, grid: Grid, chance: Chance) -> Result<SyntheticBone, SyntheticError> {
        let spacing_um = self.checked_spacing_um(&grid)?;
        let shell = self.arrange(grid, chance, spacing_um);
        let in_plane = self.cross_section(&shell)?;
        let layer = grid.dims[0] * grid.dims[1];
        let mut bone: Vec<bool> = (0..grid.len()).map(|site| in_plane[site % layer]).collect();
        let mut canals = BTreeSet::new();
        for canal in &shell.canals {
            let [x, y] = canal
                .axis_um
                .map(|position| (position / grid.edge_um) as usize);
            canals.extend((0..grid.dims[2]).map(|z| grid.index(x, y, z)));
        }
        if let Some(apart) = self.volkmann_spacing
            && !grid.is_section()
        {
            self.link(&shell, chance, apart.get(), &mut bone, &mut canals);
        }
        Ok(SyntheticBone {
            grid,
            bone,
            canals: canals.into_iter().collect(),
        })
    }

    /// Mean area of a canal's cross-section, um2: the mean of pi d^2 / 4 over the range of d.
    fn mean_area_um2(&self) -> f64 {
        let (least, most) = (
            self.canal_diameter_least.get(),
            self.canal_diameter_most.get(),
        );
        PI / 12.0 * (least * least + least * most + most * most)
    }

    /// Checks all fields; the spacing of the axes, um.
    fn checked_spacing_um(&self, grid: &Grid) -> Result<f64, SyntheticError> {
        check_lattice(grid)?;
        let (least, most) = (
            self.canal_diameter_least.get(),
            self.canal_diameter_most.get(),
        );
        let edge = grid.edge_um;
        let box_um = grid.dims[0] as f64 * edge;
        check_fits(
            "canal_diameter_least",
            least,
            grid,
            [2.0 * edge, most],
            "two sites, and canal_diameter_most",
        )?;
        check_fits(
            "thickness",
            self.thickness.get(),
            grid,
            [most + 2.0 * edge, box_um - edge],
            "the largest canal with a site on either side, and the lattice in x less one site",
        )?;
        if let Some(apart) = self.volkmann_spacing {
            check_fits(
                "volkmann_spacing",
                apart.get(),
                grid,
                [4.0 * least, f64::INFINITY],
                "four of canal_diameter_least",
            )?;
        }
        let closest = LEAST_SPACING * most;
        let height = 3.0_f64.sqrt() / 2.0;
        match (self.canal_spacing, self.porosity) {
            (Some(spacing), None) => {
                let widest = box_um.max(grid.dims[1] as f64 * edge);
                check_fits(
                    "canal_spacing",
                    spacing.get(),
                    grid,
                    [closest, widest],
                    "1.5 times canal_diameter_most, and the lattice",
                )?;
                Ok(spacing.get())
            }
            (None, Some(porosity)) => {
                let most_porous = self.mean_area_um2() / (height * closest * closest);
                check_range("porosity", porosity, 0.001, most_porous, "")?;
                Ok((self.mean_area_um2() / (porosity * height)).sqrt())
            }
            (None, None) => Err(SyntheticError::Fields(
                "a cortical shell needs canal_spacing or porosity, and neither is given",
            )),
            (Some(_), Some(_)) => Err(SyntheticError::Fields(
                "canal_spacing and porosity are both given: each follows from the other, give one",
            )),
        }
    }

    /// Places the canals: rows across the shell, columns along y, every second row half a pitch on.
    fn arrange(&self, grid: Grid, chance: Chance, spacing_um: f64) -> Shell {
        let edge = grid.edge_um;
        let layers = (self.thickness.get() / edge).round() as usize;
        let layers = layers.min(grid.dims[0] - 1);
        let start = grid.dims[0] - layers;
        let (thick_um, long_um) = (layers as f64 * edge, grid.dims[1] as f64 * edge);
        let height = 3.0_f64.sqrt() / 2.0;
        // A row is wide enough for the largest canal with a site of bone on either side.
        let most_rows = (thick_um / (self.canal_diameter_most.get() + 2.0 * edge)).floor();
        let rows = (thick_um / (spacing_um * height)).round();
        let rows = rows.min(most_rows).max(1.0);
        let pitch_x = thick_um / rows;
        let columns = (long_um * pitch_x / (spacing_um * spacing_um * height))
            .round()
            .max(1.0);
        let pitch_y = long_um / columns;
        let (least, most) = (
            self.canal_diameter_least.get(),
            self.canal_diameter_most.get(),
        );
        let mut canals = Vec::new();
        for row in 0..rows as usize {
            for column in 0..columns as usize {
                let mut draws = chance.at(Stream::Geometry, HAVERSIAN_DRAWS, canals.len() as u64);
                let diameter_um = least + (most - least) * draws.uniform();
                let radius_um = diameter_um / 2.0;
                // A site of bone stays between a canal and the faces of the shell.
                let room_um = (pitch_x / 2.0 - radius_um - edge).max(0.0);
                let reach = [(JITTER * pitch_x).min(room_um), JITTER * pitch_y];
                let [dx, dy] = reach.map(|reach| reach * (2.0 * draws.uniform() - 1.0));
                let quarter = if row % 2 == 0 { 0.25 } else { 0.75 };
                let x = start as f64 * edge + (row as f64 + 0.5) * pitch_x + dx;
                let y = (column as f64 + quarter) * pitch_y + dy;
                canals.push(Canal {
                    row,
                    axis_um: [x, y],
                    radius_um,
                });
            }
        }
        Shell {
            grid,
            start,
            canals,
        }
    }

    /// Bone in one layer of z. With a porosity the canals grow together until they take it.
    fn cross_section(&self, shell: &Shell) -> Result<Vec<bool>, SyntheticError> {
        let [nx, ny, _] = shell.grid.dims;
        let edge = shell.grid.edge_um;
        // Distance from the nearest axis in radii of its canal.
        let depth: Vec<f64> = (0..nx * ny)
            .into_par_iter()
            .map(|site| {
                let at = [(site % nx) as f64, (site / nx) as f64].map(|i| (i + 0.5) * edge);
                shell
                    .canals
                    .iter()
                    .map(|canal| {
                        let [x, y] = canal.axis_um;
                        (at[0] - x).hypot(at[1] - y) / canal.radius_um
                    })
                    .fold(f64::INFINITY, f64::min)
            })
            .collect();
        let in_shell = |site: usize| site % nx >= shell.start;
        let Some(porosity) = self.porosity else {
            return Ok((0..nx * ny)
                .map(|site| in_shell(site) && depth[site] >= 1.0)
                .collect());
        };
        let mut sites: Vec<usize> = (0..nx * ny).filter(|&site| in_shell(site)).collect();
        sites.sort_by(|&a, &b| depth[a].total_cmp(&depth[b]).then(a.cmp(&b)));
        let hollow = (porosity * sites.len() as f64).round() as usize;
        let scaling = depth[sites[hollow.min(sites.len() - 1)]];
        if !(1.0 / MOST_SCALING..=MOST_SCALING).contains(&scaling) {
            return Err(SyntheticError::Porosity {
                asked: porosity,
                canals: shell.canals.len(),
                scaling,
                most: MOST_SCALING,
            });
        }
        let mut bone: Vec<bool> = (0..nx * ny).map(in_shell).collect();
        for &site in &sites[..hollow] {
            bone[site] = false;
        }
        Ok(bone)
    }

    /// Bores Volkmann canals: from each Haversian canal to the nearest one of the row before it,
    /// or from the first row to the marrow.
    fn link(
        &self,
        shell: &Shell,
        chance: Chance,
        apart_um: f64,
        bone: &mut [bool],
        axes: &mut BTreeSet<usize>,
    ) {
        let long_um = shell.grid.dims[2] as f64 * shell.grid.edge_um;
        let per_canal = (long_um / apart_um).round().max(1.0);
        let pitch_um = long_um / per_canal;
        for (number, canal) in shell.canals.iter().enumerate() {
            let far = |other: &Canal| {
                (canal.axis_um[0] - other.axis_um[0]).hypot(canal.axis_um[1] - other.axis_um[1])
            };
            let end_um = shell
                .canals
                .iter()
                .filter(|other| other.row + 1 == canal.row)
                .min_by(|a, b| far(a).total_cmp(&far(b)))
                .map_or(
                    [shell.start as f64 * shell.grid.edge_um, canal.axis_um[1]],
                    |nearest| nearest.axis_um,
                );
            let mut draws = chance.at(Stream::Geometry, VOLKMANN_DRAWS, number as u64);
            for step in 0..per_canal as usize {
                let height_um = (step as f64 + draws.uniform()) * pitch_um;
                self.bore(shell, [canal.axis_um, end_um], height_um, bone, axes);
            }
        }
    }

    /// Bores one canal of the smallest diameter between two places at one height.
    fn bore(
        &self,
        shell: &Shell,
        ends_um: [[f64; 2]; 2],
        height_um: f64,
        bone: &mut [bool],
        axes: &mut BTreeSet<usize>,
    ) {
        let (grid, edge) = (&shell.grid, shell.grid.edge_um);
        let radius_um = self.canal_diameter_least.get() / 2.0;
        let [from, to] = ends_um;
        let along = [to[0] - from[0], to[1] - from[1]];
        let length2 = along[0] * along[0] + along[1] * along[1];
        let span = |low: f64, high: f64, count: usize| {
            let first = ((low - radius_um) / edge).floor().max(0.0) as usize;
            first..(((high + radius_um) / edge).ceil().max(0.0) as usize).min(count)
        };
        let [xs, ys] = [0, 1].map(|axis| {
            let (low, high) = (from[axis].min(to[axis]), from[axis].max(to[axis]));
            span(low, high, grid.dims[axis])
        });
        for z in span(height_um, height_um, grid.dims[2]) {
            for y in ys.clone() {
                for x in xs.clone() {
                    let at = [x, y, z].map(|i| (i as f64 + 0.5) * edge);
                    let ahead = (at[0] - from[0]) * along[0] + (at[1] - from[1]) * along[1];
                    let share = (ahead / length2.max(f64::MIN_POSITIVE)).clamp(0.0, 1.0);
                    let across = (at[0] - from[0] - share * along[0])
                        .hypot(at[1] - from[1] - share * along[1])
                        .hypot(at[2] - height_um);
                    if across < radius_um {
                        bone[grid.index(x, y, z)] = false;
                    }
                }
            }
        }
        let z = ((height_um / edge) as usize).min(grid.dims[2] - 1);
        let steps = (2.0 * length2.sqrt() / edge).ceil().max(1.0) as usize;
        for step in 0..=steps {
            let share = step as f64 / steps as f64;
            let [x, y] = [0, 1].map(|axis| {
                let position = from[axis] + share * along[axis];
                ((position / edge) as usize).min(grid.dims[axis] - 1)
            });
            let site = grid.index(x, y, z);
            if x >= shell.start && !bone[site] {
                axes.insert(site);
            }
        }
    }
}

#[cfg(test)]
mod tests;
