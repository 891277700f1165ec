//! The tissue as surfaces in light, and the picture that a camera takes of it.

use crate::numerics::parallel::prelude::*;

use crate::observe::picture::Shown;
use crate::observe::volume::CellKind;
use crate::plot::map::colour;
use crate::plot::palette::Colour;
use crate::plot::quantities;
use crate::plot::solid::bodies::{Stand, bodies, stands};
use crate::plot::solid::camera::{Camera, View, extent};
use crate::plot::solid::cut::{Cutaway, Removed, removed};
use crate::plot::solid::field::Field;
use crate::plot::solid::light::{Lights, PAPER, Sample, byte, haze, light};
use crate::plot::solid::mesh::{Mesh, Point, clipped, mesh};
use crate::plot::solid::raster::{Band, NOTHING, Seen, shares, sorted};
use crate::plot::solid::sky;
use crate::plot::solid::surface::LEVEL;
use crate::plot::solid::tissue::{SolidError, Tissue};
use crate::plot::solid::vector::{Vector, add, dot, mix, ramp, times};

/// A picture in pixels: red, green and blue, row by row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Image {
    /// Pixels across.
    pub width: usize,
    /// Pixels down.
    pub height: usize,
    /// Three bytes a pixel.
    pub pixels: Vec<u8>,
}

/// Bone, as dry bone looks.
pub(super) const BONE: Colour = Colour(236, 222, 192);

/// Colour of a kind of cell: that of maps, and that of their curve for precursors.
pub(super) fn colour_of(kind: CellKind) -> Colour {
    match kind {
        CellKind::Osteoblast => colour(Shown::Osteoblast),
        CellKind::Osteoclast => colour(Shown::Osteoclast),
        CellKind::Precursor => quantities::PRECURSOR,
    }
}

/// Colour of a tumour.
pub(super) fn tumour_colour() -> Colour {
    quantities::TUMOUR_SPARSE
}

/// Colour of bone that is lost: darker than bone in grey print, and than the osteoclasts on it.
pub(super) fn loss_colour() -> Colour {
    quantities::LOST
}

/// Colour of bone by how much it is strained, 0 to 1: lightness falls all the way.
#[cfg(feature = "cli")]
pub(super) fn strain_colour(value: f32) -> Colour {
    const STEPS: [Colour; 4] = [
        BONE,
        Colour(244, 190, 90),
        Colour(205, 70, 40),
        Colour(90, 0, 50),
    ];
    let place = 3.0 * value.clamp(0.0, 1.0);
    let lower = (place as usize).min(2);
    let share = place - lower as f32;
    let between = |from: u8, to: u8| {
        (f32::from(from) + share * (f32::from(to) - f32::from(from))).round() as u8
    };
    let (from, to) = (STEPS[lower], STEPS[lower + 1]);
    Colour(
        between(from.0, to.0),
        between(from.1, to.1),
        between(from.2, to.2),
    )
}

pub(super) fn reflected(Colour(red, green, blue): Colour) -> Vector {
    [red, green, blue].map(light)
}

/// Share of the room of the marrow from which on it counts as tumour.
pub(super) const DENSE: f32 = 0.25;

/// Rounds of smoothing: of bone for its surface, of bone for its normals, of the tumour.
const ROUNDS: [usize; 3] = [1, 3, 4];

/// Samples along each side of a pixel.
const OVER: usize = 2;

/// Difference of depth between the samples of a pixel, in samples, up to which they lie on one surface.
const CLOSE: f32 = 4.0;

/// Difference of colour up to which they are of one kind.
const ALIKE: f32 = 0.05;

/// Colour of bone that was formed: neither that of cells and tumour, nor dark as what is lost.
pub(super) fn gain_colour() -> Colour {
    quantities::FORMED
}

/// Light of the edges of the lattice.
const EDGES: Vector = [0.38, 0.39, 0.41];

/// Rows of samples that are drawn at once.
const ROWS: usize = 16 * OVER;

/// Surfaces in light.
pub(super) struct Scene {
    dims: [usize; 3],
    edge_um: f64,
    /// Bone, and behind its points those of bodies.
    opaque: Mesh,
    /// Points of bone.
    bone_points: usize,
    /// Triangles of bone; behind them those of bodies.
    bone_triangles: usize,
    /// Bodies of cells, and how many points and triangles each has.
    stands: Vec<Stand>,
    body_sizes: Vec<[usize; 2]>,
    tumour: Mesh,
    /// What throws shadows.
    solid: Field,
    /// What was cut away; no words where nothing was.
    pub(super) removed: Removed,
}

/// Share of the free room around each site that tumour cells fill, over twice [`DENSE`].
fn tumour_field(tissue: &Tissue) -> Option<Field> {
    if !tissue.tumour.iter().any(|&share| share > 0.0) {
        return None;
    }
    let free = tissue.bone.iter().map(|bone| 1.0 - bone).collect();
    let cells = Field::new(tissue.dims, tissue.tumour.clone()).smoothed(ROUNDS[2]);
    let free = Field::new(tissue.dims, free).smoothed(ROUNDS[2]);
    // Tumour reaches up to bone: cells are counted against the room that there is for them.
    let values = cells.values.iter().zip(&free.values);
    let values = values.map(|(cells, free)| cells / free.max(0.1) * (LEVEL / DENSE));
    Some(Field::new(tissue.dims, values.collect()))
}

impl Scene {
    /// Tissue as it is. `first` is the tissue of day 0, where it is known.
    ///
    /// # Errors
    /// [`SolidError`] where there is nothing to draw.
    pub(super) fn new(
        tissue: &Tissue,
        first: Option<&Tissue>,
        view: View,
        cut: Cutaway,
    ) -> Result<Self, SolidError> {
        tissue.check()?;
        let tumour = tumour_field(tissue);
        let removed = removed(cut, view, tissue, first)?;
        match Self::within(tissue, tumour.as_ref(), removed) {
            // The rule takes nothing away where nothing would be left.
            Err(SolidError::Cut { .. }) if cut.is_by_rule() => {
                Self::within(tissue, tumour.as_ref(), Removed::default())
            }
            drawn => drawn,
        }
    }

    /// Edges of the lattice, mm.
    pub(super) fn edges_mm(&self) -> [f64; 3] {
        self.dims.map(|sites| sites as f64 * self.edge_um / 1e3)
    }

    /// The tissue of another day under a cut.
    ///
    /// # Errors
    /// [`SolidError`] where there is nothing to draw.
    pub(super) fn of_another_day(tissue: &Tissue, removed: Removed) -> Result<Self, SolidError> {
        tissue.check()?;
        Self::within(tissue, tumour_field(tissue).as_ref(), removed)
    }

    /// Colours bone that another day lacks, and says whether there is such.
    pub(super) fn unlike(&mut self, other: &Tissue, in_colour: Colour) -> bool {
        let other = Field::new(other.dims, other.bone.clone()).smoothed(ROUNDS[0]);
        let colour = reflected(in_colour);
        let bone = &mut self.opaque.points[..self.bone_points];
        let unlike = bone.par_iter_mut().map(|point| {
            // What lies just below the surface.
            let below = add(point.at, times(point.normal, -0.9));
            let share = ramp(0.55, 0.2, other.at(below));
            point.colour = mix(point.colour, colour, share);
            share > 0.5
        });
        unlike.collect::<Vec<bool>>().contains(&true)
    }

    /// Colours bone by one value of each site, 0 to 1, as [`strain_colour`] has it.
    #[cfg(feature = "cli")]
    pub(super) fn strained(&mut self, values: &[f32]) {
        let field = Field::new(self.dims, values.to_vec());
        let bone = &mut self.opaque.points[..self.bone_points];
        bone.par_iter_mut().for_each(|point| {
            // The surface lies between bone and marrow, which has no value: the most of what is just below.
            let below = |depth: f32| field.at(add(point.at, times(point.normal, -depth)));
            let most = below(0.4).max(below(0.9)).max(below(1.4));
            point.colour = reflected(strain_colour(most));
        });
    }

    fn within(
        tissue: &Tissue,
        tumour: Option<&Field>,
        removed: Removed,
    ) -> Result<Self, SolidError> {
        let bone = Field::new(tissue.dims, tissue.bone.clone()).smoothed(ROUNDS[0]);
        let smoother = bone.smoothed(ROUNDS[1] - ROUNDS[0]);
        let mut opaque = mesh(&bone, &smoother, &removed, reflected(BONE));
        if opaque.triangles.is_empty() {
            let most = bone.values.iter().copied().fold(0.0, f32::max);
            return Err(if most > LEVEL {
                SolidError::Cut {
                    cut: removed.place.replace('\u{a0}', " "),
                    problem: "it takes all bone away".to_owned(),
                }
            } else {
                SolidError::NoBone(most)
            });
        }
        // A sawn face is paler than a grown one.
        for point in &mut opaque.points {
            point.colour = mix(point.colour, reflected(Colour(206, 188, 158)), point.cap);
            point.gloss = 0.10 * (1.0 - point.cap);
        }
        let solid = clipped(&bone, &removed);
        sky::open(&mut opaque, &solid);
        let stands = stands(
            &tissue.bodies,
            tissue.edge_um,
            &smoother,
            &solid,
            &removed,
            |kind| reflected(colour_of(kind)),
        );
        let bone_points = opaque.points.len();
        let bone_triangles = opaque.triangles.len();
        let (cells, body_sizes) = bodies(&stands);
        opaque.join(cells);
        let tumour = tumour.map_or_else(Mesh::default, |field| {
            let smoother = field.smoothed(1);
            mesh(field, &smoother, &removed, reflected(tumour_colour()))
        });
        Ok(Self {
            dims: tissue.dims,
            edge_um: tissue.edge_um,
            opaque,
            bone_points,
            bone_triangles,
            stands,
            body_sizes,
            tumour,
            solid,
            removed,
        })
    }

    /// True where a surface of tumour is drawn.
    pub(super) fn has_tumour(&self) -> bool {
        !self.tumour.triangles.is_empty()
    }

    /// Pixels of a length of 1 um.
    pub(super) fn pixels_per_um(&self, view: View, size: [usize; 2], turns: bool) -> f64 {
        let camera = Camera::new(view, self.dims, size, turns);
        f64::from(camera.pixels) / self.edge_um
    }

    /// Height over width of a picture that the lattice fills.
    pub(super) fn aspect(&self, view: View, turns: bool) -> f64 {
        let [across, down] = extent(view, self.dims, turns);
        f64::from(down / across)
    }

    /// Share of the lamp that reaches each point: one for all points of a body.
    fn lamp(&self, toward: Vector, aside: [Vector; 2]) -> Vec<f32> {
        let bone = &self.opaque.points[..self.bone_points];
        let mut lamp = sky::lamp(bone, &self.solid, toward, aside);
        let cells: Vec<Point> = self.stands.iter().map(|stand| stand.at).collect();
        let cells = sky::lamp(&cells, &self.solid, toward, aside);
        lamp.reserve_exact(self.opaque.points.len() - lamp.len());
        let stands = cells.into_iter().zip(&self.stands).zip(&self.body_sizes);
        for ((lit, stand), &[points, _]) in stands {
            // In shadow they would be as dark as the surface of bone that is lost.
            let lit = match stand.kind {
                CellKind::Osteoclast => 1.0,
                _ => lit,
            };
            lamp.extend(std::iter::repeat_n(lit, points));
        }
        lamp
    }

    /// Bodies of each of [`CellKind::ALL`] that some sample of a band shows.
    fn seen(&self, bodies: &[Vec<u32>]) -> [usize; 3] {
        let mut is_seen = vec![false; self.stands.len()];
        for &body in bodies.iter().flatten() {
            is_seen[body as usize] = true;
        }
        let mut counts = [0; 3];
        let seen = self.stands.iter().zip(is_seen).filter(|(_, seen)| *seen);
        for (stand, _) in seen {
            counts[stand.kind as usize] += 1;
        }
        counts
    }

    /// The picture from a view, and how many bodies of each of [`CellKind::ALL`] are to be seen in it. It is the
    /// same for any number of threads: bands of rows are drawn each for itself.
    ///
    /// # Errors
    /// [`SolidError::Size`].
    pub(super) fn draw(
        &self,
        view: View,
        size: [usize; 2],
        turns: bool,
    ) -> Result<(Image, [usize; 3]), SolidError> {
        if size.iter().any(|pixels| !(16..=16_384).contains(pixels)) {
            return Err(SolidError::Size(size[0], size[1]));
        }
        let fine = size.map(|pixels| pixels * OVER);
        let camera = Camera::new(view, self.dims, fine, turns);
        let lights = Lights::new(&camera);
        let aside = [camera.right, camera.up];
        let lamp = self.lamp(lights.key, aside);
        let seen_from = |mesh: &Mesh| -> Vec<Vector> {
            mesh.points
                .par_iter()
                .map(|point| camera.seen(point.at))
                .collect()
        };
        let corners = [seen_from(&self.opaque), seen_from(&self.tumour)];
        let opaque = Seen {
            corners: &corners[0],
            triangles: &self.opaque.triangles,
        };
        let tumour = Seen {
            corners: &corners[1],
            triangles: &self.tumour.triangles,
        };
        let bands = [&opaque, &tumour].map(|seen| sorted(seen, fine[1], ROWS));
        let deep = depth_range(&opaque);
        // Number of the first triangle of each body.
        let mut next = self.bone_triangles as u32;
        let starts: Vec<u32> = (self.body_sizes.iter())
            .map(|&[_, triangles]| {
                let start = next;
                next += triangles as u32;
                start
            })
            .collect();
        let painter = Painter {
            scene: self,
            camera,
            lights,
            lamp: &lamp,
            opaque,
            tumour,
            deep,
            starts: &starts,
        };
        let rows: Vec<(Vec<u8>, Vec<u32>)> = bands[0]
            .par_iter()
            .zip(&bands[1])
            .enumerate()
            .map(|(number, (opaque, tumour))| {
                let band = Band {
                    from: number * ROWS,
                    to: ((number + 1) * ROWS).min(fine[1]),
                    width: fine[0],
                };
                let (light, bodies) = painter.paint(opaque, tumour, band);
                (averaged(&light, band), bodies)
            })
            .collect();
        let (pixels, bodies): (Vec<Vec<u8>>, Vec<Vec<u32>>) = rows.into_iter().unzip();
        let image = Image {
            width: size[0],
            height: size[1],
            pixels: pixels.concat(),
        };
        Ok((image, self.seen(&bodies)))
    }
}

/// Nearest and farthest depth.
fn depth_range(seen: &Seen<'_>) -> [f32; 2] {
    let depths = || seen.corners.iter().map(|corner| corner[2]);
    let near = depths().fold(f32::NEG_INFINITY, f32::max);
    let far = depths().fold(f32::INFINITY, f32::min);
    [near, far]
}

/// Samples of a band as pixels.
fn averaged(samples: &[Vector], band: Band) -> Vec<u8> {
    let (rows, columns) = ((band.to - band.from) / OVER, band.width / OVER);
    let mut pixels = Vec::with_capacity(3 * rows * columns);
    for row in 0..rows {
        for column in 0..columns {
            let mut sum = [0.0_f32; 3];
            for y in 0..OVER {
                for x in 0..OVER {
                    sum = add(
                        sum,
                        samples[(OVER * row + y) * band.width + OVER * column + x],
                    );
                }
            }
            pixels.extend(times(sum, 1.0 / (OVER * OVER) as f32).map(byte));
        }
    }
    pixels
}

/// All that a band needs.
struct Painter<'a> {
    scene: &'a Scene,
    camera: Camera,
    lights: Lights,
    lamp: &'a [f32],
    opaque: Seen<'a>,
    tumour: Seen<'a>,
    deep: [f32; 2],
    /// Number of the first triangle of each body.
    starts: &'a [u32],
}

impl Painter<'_> {
    /// Bodies that samples show, each once.
    fn bodies(&self, triangles: &[u32]) -> Vec<u32> {
        let Some(&first) = self.starts.first() else {
            return Vec::new();
        };
        let is_body = |triangle: &u32| *triangle >= first && *triangle != NOTHING;
        // Samples beside each other mostly show one body.
        let mut found: Vec<u32> = Vec::new();
        let mut last = first..first;
        for triangle in triangles.iter().copied().filter(is_body) {
            if !last.contains(&triangle) {
                let behind = self.starts.partition_point(|&start| start <= triangle);
                let end = self.starts.get(behind).copied().unwrap_or(NOTHING);
                last = self.starts[behind - 1]..end;
                found.push(behind as u32 - 1);
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Light of every sample of a band, and the bodies that it shows.
    fn paint(&self, opaque: &[u32], tumour: &[u32], band: Band) -> (Vec<Vector>, Vec<u32>) {
        let front = self.opaque.front(opaque, band);
        let bodies = self.bodies(&front.triangle);
        let has_tumour = !tumour.is_empty();
        let (veil, through) = if has_tumour {
            (
                Some(self.tumour.front(tumour, band)),
                self.tumour.thickness(tumour, band, &front),
            )
        } else {
            (None, Vec::new())
        };
        let sides = self.scene.dims;
        let longest = sides[0].max(sides[1]).max(sides[2]) as f32 * self.camera.pixels;
        let mut light = vec![PAPER; front.depth.len()];
        let lit = |sample: usize| {
            let at = (
                (sample % band.width) as f32 + 0.5,
                (band.from + sample / band.width) as f32 + 0.5,
            );
            let back = |depth: f32| (self.deep[0] - depth) / (self.deep[0] - self.deep[1]).max(1.0);
            let triangle = front.triangle[sample];
            let mut light = PAPER;
            if triangle != NOTHING {
                let shown = self.lights.shade(&self.surface(triangle, at));
                light = haze(shown, back(front.depth[sample]));
            }
            let Some(veil) = &veil else {
                return light;
            };
            let nearest = veil.triangle[sample];
            if nearest == NOTHING || veil.depth[sample] <= front.depth[sample] {
                return light;
            }
            let through = through[sample].max(0.0) / longest;
            let [normal, colour] = self.skin(nearest, at);
            let colour = haze(colour, 0.6 * back(veil.depth[sample]));
            self.lights.veil(light, colour, normal, through)
        };
        // Where the samples of a pixel lie close together on one surface, one stands for all.
        let is_veiled = |sample: usize| {
            veil.as_ref()
                .is_some_and(|veil| veil.triangle[sample] != NOTHING)
        };
        let one_surface = |samples: &[usize; OVER * OVER]| {
            let depths = samples.map(|sample| front.depth[sample]);
            let [near, far] = [
                depths.iter().copied().fold(f32::NEG_INFINITY, f32::max),
                depths.iter().copied().fold(f32::INFINITY, f32::min),
            ];
            let all_seen = samples
                .iter()
                .all(|&sample| front.triangle[sample] != NOTHING);
            if !all_seen {
                return false;
            }
            let mesh = &self.scene.opaque;
            let [first, others @ ..] = samples.map(|sample| {
                let [corner, ..] = mesh.triangles[front.triangle[sample] as usize];
                mesh.points[corner as usize].colour
            });
            let alike = others.iter().all(|other| {
                let apart = other.iter().zip(first).map(|(a, b)| (a - b).abs());
                apart.fold(0.0, f32::max) < ALIKE
            });
            let veiled = samples.iter().filter(|&&sample| is_veiled(sample)).count();
            alike && near - far < CLOSE && (veiled == 0 || veiled == samples.len())
        };
        for row in (0..band.to - band.from).step_by(OVER) {
            for column in (0..band.width).step_by(OVER) {
                let samples: [usize; OVER * OVER] =
                    std::array::from_fn(|at| (row + at / OVER) * band.width + column + at % OVER);
                let one = one_surface(&samples).then(|| lit(samples[0]));
                for sample in samples {
                    light[sample] = one.unwrap_or_else(|| lit(sample));
                }
            }
        }
        self.outline(&mut light, &front.depth, band);
        (light, bodies)
    }

    /// The edges of the lattice, where nothing opaque lies before them.
    fn outline(&self, light: &mut [Vector], depth: &[f32], band: Band) {
        let sides = self.scene.dims.map(|sites| sites as f32);
        let corner = |number: usize| {
            let place = [0, 1, 2].map(|axis| (number >> axis & 1) as f32 * sides[axis]);
            self.camera.seen(place)
        };
        for axis in 0..3 {
            for number in (0..8_usize).filter(|number| number >> axis & 1 == 0) {
                let (from, to) = (corner(number), corner(number | 1 << axis));
                let long = (to[0] - from[0]).abs().max((to[1] - from[1]).abs());
                let steps = long.ceil().max(1.0);
                let is_upright = (to[1] - from[1]).abs() > (to[0] - from[0]).abs();
                for step in 0..=steps as usize {
                    let at = mix(from, to, step as f32 / steps);
                    for aside in 0..OVER {
                        let (mut column, mut row) = (at[0] as usize, at[1] as usize);
                        *(if is_upright { &mut column } else { &mut row }) += aside;
                        if row < band.from || row >= band.to || column >= band.width {
                            continue;
                        }
                        let sample = (row - band.from) * band.width + column;
                        // Half a site: an edge lies on the border of what it frames.
                        if at[2] + 0.5 * self.camera.pixels >= depth[sample] {
                            light[sample] = mix(light[sample], EDGES, 0.75);
                        }
                    }
                }
            }
        }
    }

    /// What an opaque triangle is at a sample.
    fn surface(&self, triangle: u32, at: (f32, f32)) -> Sample {
        let mesh = &self.scene.opaque;
        let shares = shares(self.opaque.corners_of(triangle), at);
        let corners = mesh.triangles[triangle as usize].map(|corner| corner as usize);
        let points = corners.map(|corner| mesh.points[corner]);
        let lamps = corners.map(|corner| self.lamp[corner]);
        Sample {
            normal: blended(points.map(|point| point.normal), shares),
            colour: blended(points.map(|point| point.colour), shares),
            open: dot(points.map(|point| point.open), shares),
            lamp: dot(lamps, shares),
            gloss: dot(points.map(|point| point.gloss), shares),
        }
    }

    /// Normal and colour of the tumour at a sample.
    fn skin(&self, triangle: u32, at: (f32, f32)) -> [Vector; 2] {
        let mesh = &self.scene.tumour;
        let shares = shares(self.tumour.corners_of(triangle), at);
        let points = mesh.triangles[triangle as usize].map(|corner| mesh.points[corner as usize]);
        [
            blended(points.map(|point| point.normal), shares),
            blended(points.map(|point| point.colour), shares),
        ]
    }
}

fn blended(of: [Vector; 3], shares: [f32; 3]) -> Vector {
    let sum = add(times(of[0], shares[0]), times(of[1], shares[1]));
    add(sum, times(of[2], shares[2]))
}
