//! Which triangle each sample of a picture shows: a buffer of depths, band by band.

#![expect(
    clippy::inline_always,
    reason = "what is dispatched to an instruction set has to be compiled for it"
)]

use pulp::{Arch, Simd, WithSimd};

use crate::plot::solid::vector::Vector;

/// Triangles over corners in a picture: right, down, and towards the viewer, samples.
pub(super) struct Seen<'a> {
    pub(super) corners: &'a [Vector],
    pub(super) triangles: &'a [[u32; 3]],
}

/// Rows of samples, the first and the one behind the last, across the whole picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Band {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) width: usize,
}

/// No triangle.
pub(super) const NOTHING: u32 = u32::MAX;

/// What a band of samples shows.
pub(super) struct Front {
    /// Towards the viewer.
    pub(super) depth: Vec<f32>,
    /// Triangle, or [`NOTHING`].
    pub(super) triangle: Vec<u32>,
}

/// Triangles of every band, in their order.
pub(super) fn sorted(seen: &Seen<'_>, height: usize, rows: usize) -> Vec<Vec<u32>> {
    let mut bands = vec![Vec::new(); height.div_ceil(rows)];
    for (number, corners) in seen.triangles.iter().enumerate() {
        let downs = corners.map(|corner| seen.corners[corner as usize][1]);
        let low = downs.iter().copied().fold(f32::INFINITY, f32::min);
        let high = downs.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        if high < 0.0 || low > height as f32 {
            continue;
        }
        let first = (low.max(0.0) as usize / rows).min(bands.len() - 1);
        let last = (high.max(0.0) as usize / rows).min(bands.len() - 1);
        for band in &mut bands[first..=last] {
            band.push(number as u32);
        }
    }
    bands
}

/// Twice the area of a triangle with a sample at one corner; the other way round it is exactly the
/// negative, so that no sample lies within two triangles that share a side, nor between them.
#[inline(always)]
fn side(from: Vector, to: Vector, (x, y): (f32, f32)) -> f32 {
    (from[0] - x) * (to[1] - y) - (from[1] - y) * (to[0] - x)
}

/// True where a sample on a side belongs to the triangle: on its upper and its left sides.
#[inline(always)]
fn owns(from: Vector, to: Vector) -> bool {
    let (right, down) = (to[0] - from[0], to[1] - from[1]);
    down < 0.0 || (down == 0.0 && right > 0.0)
}

/// True of a triangle that is seen from behind: rows run downwards, so that what looks at the viewer turns the
/// other way than it does in space.
#[inline(always)]
fn looks_away([a, b, c]: [Vector; 3]) -> bool {
    side(b, c, (a[0], a[1])) >= 0.0
}

/// Samples of a row that are looked at side by side.
const LANES: usize = 16;

/// Some samples of a row beside each other: which of them a triangle covers, and how deep it lies there.
struct Lanes {
    covered: [bool; LANES],
    depth: [f32; LANES],
    /// Samples of them that lie in the picture.
    count: usize,
}

/// Calls for the samples of a band whose middle a triangle may cover, some of a row at once, from the first of
/// them.
#[inline(always)]
fn covered(corners: [Vector; 3], band: Band, mut at: impl FnMut(usize, &Lanes)) {
    let [a, mut b, mut c] = corners;
    let mut area = side(b, c, (a[0], a[1]));
    if area < 0.0 {
        (b, c) = (c, b);
        area = -area;
    }
    if area < 1e-9 {
        return;
    }
    let low = |axis: usize| a[axis].min(b[axis]).min(c[axis]);
    let high = |axis: usize| a[axis].max(b[axis]).max(c[axis]);
    let first_row = ((low(1) - 0.5).ceil().max(band.from as f32)) as usize;
    let last_row = (high(1) - 0.5).floor().min(band.to as f32 - 1.0);
    let first = ((low(0) - 0.5).ceil().max(0.0)) as usize;
    let last = (high(0) - 0.5).floor().min(band.width as f32 - 1.0);
    if last_row < 0.0 || last < 0.0 {
        return;
    }
    let last = last as usize;
    let sides = [(b, c), (c, a), (a, b)];
    // A side that is owned is part of the triangle; of the others what lies just beside them.
    let least = sides.map(|(from, to)| {
        if owns(from, to) {
            0.0
        } else {
            f32::from_bits(1)
        }
    });
    let by = 1.0 / area;
    for row in first_row..=last_row as usize {
        let y = row as f32 + 0.5;
        let mut was_in = false;
        for column in (first..=last).step_by(LANES) {
            let mut lanes = Lanes {
                covered: [false; LANES],
                depth: [0.0; LANES],
                count: LANES.min(last + 1 - column),
            };
            for lane in 0..LANES {
                let x = (column + lane) as f32 + 0.5;
                let within = sides.map(|(from, to)| side(from, to, (x, y)));
                let inmost = [0, 1, 2].map(|corner| within[corner] >= least[corner]);
                lanes.covered[lane] = inmost == [true; 3];
                lanes.depth[lane] = (within[0] * a[2] + within[1] * b[2] + within[2] * c[2]) * by;
            }
            if lanes.covered[..lanes.count].contains(&true) {
                at((row - band.from) * band.width + column, &lanes);
                was_in = true;
            } else if was_in {
                // What a triangle covers of a row hangs together.
                break;
            }
        }
    }
}

/// Shares of the three corners at the middle of a sample.
pub(super) fn shares(corners: [Vector; 3], (x, y): (f32, f32)) -> [f32; 3] {
    let [a, b, c] = corners;
    let area = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
    let of_a = ((b[0] - x) * (c[1] - y) - (b[1] - y) * (c[0] - x)) / area;
    let of_b = ((c[0] - x) * (a[1] - y) - (c[1] - y) * (a[0] - x)) / area;
    [of_a, of_b, 1.0 - of_a - of_b]
}

impl Seen<'_> {
    #[inline(always)]
    pub(super) fn corners_of(&self, triangle: u32) -> [Vector; 3] {
        self.triangles[triangle as usize].map(|corner| self.corners[corner as usize])
    }

    /// The nearest triangle of every sample of closed surfaces; of two as near, the first.
    pub(super) fn front(&self, triangles: &[u32], band: Band) -> Front {
        let samples = (band.to - band.from) * band.width;
        let mut front = Front {
            depth: vec![f32::NEG_INFINITY; samples],
            triangle: vec![NOTHING; samples],
        };
        Arch::new().dispatch(Nearest {
            seen: self,
            triangles,
            band,
            front: &mut front,
        });
        front
    }

    /// How far one looks through a closed body before something opaque: ends of the way minus starts, in
    /// whatever order the triangles come.
    pub(super) fn thickness(&self, triangles: &[u32], band: Band, opaque: &Front) -> Vec<f32> {
        let mut through = vec![0.0_f32; opaque.depth.len()];
        Arch::new().dispatch(Through {
            seen: self,
            triangles,
            band,
            opaque,
            lengths: &mut through,
        });
        through
    }
}

/// [`Seen::front`], for the widest registers that there are.
struct Nearest<'a> {
    seen: &'a Seen<'a>,
    triangles: &'a [u32],
    band: Band,
    front: &'a mut Front,
}

impl WithSimd for Nearest<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Front { depth, triangle } = self.front;
        for &number in self.triangles {
            let corners = self.seen.corners_of(number);
            // What looks away lies behind a part of its surface that does not.
            if looks_away(corners) {
                continue;
            }
            covered(corners, self.band, |first, lanes| {
                let depth = &mut depth[first..first + lanes.count];
                let triangle = &mut triangle[first..first + lanes.count];
                let found = lanes.covered.iter().zip(&lanes.depth);
                for ((depth, triangle), (&covered, &here)) in
                    depth.iter_mut().zip(triangle).zip(found)
                {
                    let is_nearer = here > if covered { *depth } else { f32::INFINITY };
                    *depth = if is_nearer { here } else { *depth };
                    *triangle = if is_nearer { number } else { *triangle };
                }
            });
        }
    }
}

/// [`Seen::thickness`], likewise.
struct Through<'a> {
    seen: &'a Seen<'a>,
    triangles: &'a [u32],
    band: Band,
    opaque: &'a Front,
    lengths: &'a mut [f32],
}

impl WithSimd for Through<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        for &number in self.triangles {
            let corners = self.seen.corners_of(number);
            let sign = if looks_away(corners) { -1.0 } else { 1.0 };
            covered(corners, self.band, |first, lanes| {
                let through = &mut self.lengths[first..first + lanes.count];
                let opaque = &self.opaque.depth[first..first + lanes.count];
                let found = lanes.covered.iter().zip(&lanes.depth);
                for ((through, &opaque), (&covered, &here)) in
                    through.iter_mut().zip(opaque).zip(found)
                {
                    let more = *through + sign * here.max(opaque.max(FLOOR));
                    *through = if covered { more } else { *through };
                }
            });
        }
    }
}

/// Below all depths.
const FLOOR: f32 = -1e6;
