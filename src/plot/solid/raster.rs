//! Which triangle each sample of a picture shows: a buffer of depths, band by band.

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
fn side(from: Vector, to: Vector, (x, y): (f32, f32)) -> f32 {
    (from[0] - x) * (to[1] - y) - (from[1] - y) * (to[0] - x)
}

/// True where a sample on a side belongs to the triangle: on its upper and its left sides.
fn owns(from: Vector, to: Vector) -> bool {
    let (right, down) = (to[0] - from[0], to[1] - from[1]);
    down < 0.0 || (down == 0.0 && right > 0.0)
}

/// Calls for every sample of a band whose middle a triangle covers, with its depth.
pub(super) fn covered(corners: [Vector; 3], band: Band, mut at: impl FnMut(usize, f32)) {
    let [a, mut b, mut c] = corners;
    let mut area = side(b, c, (a[0], a[1]));
    if area < 0.0 {
        (b, c) = (c, b);
        area = -area;
    }
    if area < 1e-9 {
        return;
    }
    let least = |axis: usize| a[axis].min(b[axis]).min(c[axis]);
    let most = |axis: usize| a[axis].max(b[axis]).max(c[axis]);
    let first_row = ((least(1) - 0.5).ceil().max(band.from as f32)) as usize;
    let last_row = (most(1) - 0.5).floor().min(band.to as f32 - 1.0);
    let first = ((least(0) - 0.5).ceil().max(0.0)) as usize;
    let last = (most(0) - 0.5).floor().min(band.width as f32 - 1.0);
    if last_row < 0.0 || last < 0.0 {
        return;
    }
    let sides = [(b, c), (c, a), (a, b)];
    let owned = sides.map(|(from, to)| owns(from, to));
    let by = 1.0 / area;
    for row in first_row..=last_row as usize {
        let y = row as f32 + 0.5;
        let mut was_in = false;
        for column in first..=last as usize {
            let x = column as f32 + 0.5;
            let within = sides.map(|(from, to)| side(from, to, (x, y)));
            let is_in =
                |corner: usize| within[corner] > 0.0 || (within[corner] == 0.0 && owned[corner]);
            if is_in(0) && is_in(1) && is_in(2) {
                let depth = (within[0] * a[2] + within[1] * b[2] + within[2] * c[2]) * by;
                at((row - band.from) * band.width + column, depth);
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
    pub(super) fn corners_of(&self, triangle: u32) -> [Vector; 3] {
        self.triangles[triangle as usize].map(|corner| self.corners[corner as usize])
    }

    /// The nearest triangle of every sample; of two as near, the first.
    pub(super) fn front(&self, triangles: &[u32], band: Band) -> Front {
        let samples = (band.to - band.from) * band.width;
        let mut front = Front {
            depth: vec![f32::NEG_INFINITY; samples],
            triangle: vec![NOTHING; samples],
        };
        for &number in triangles {
            covered(self.corners_of(number), band, |sample, depth| {
                if depth > front.depth[sample] {
                    front.depth[sample] = depth;
                    front.triangle[sample] = number;
                }
            });
        }
        front
    }

    /// How far one looks through a closed body before something opaque: ends of the way minus starts, in
    /// whatever order the triangles come.
    pub(super) fn thickness(&self, triangles: &[u32], band: Band, opaque: &Front) -> Vec<f32> {
        let mut through = vec![0.0_f32; opaque.depth.len()];
        for &number in triangles {
            let corners = self.corners_of(number);
            let [a, b, c] = corners;
            let area = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
            // Rows run downwards: what looks at the viewer turns the other way.
            let sign = if area < 0.0 { 1.0 } else { -1.0 };
            covered(corners, band, |sample, depth| {
                through[sample] += sign * depth.max(opaque.depth[sample].max(FLOOR));
            });
        }
        through
    }
}

/// Below all depths.
const FLOOR: f32 = -1e6;
