//! A frame: the tissue of one run at one tick, as bytes for the page.
//!
//! All numbers have the least byte first. A head of 28 bytes: `HWF1`, run (0 without, 1 with the change), number of
//! fields, number of cuts, a byte of 0, tick (u32), day (f32), sites along x, y and z (u32 each). Then 12 bytes per field:
//! its place in the list of [`super::protocol::Opened::fields`], three bytes of 0, and the values (f32) of the codes 0 and
//! 255. Then 8 bytes per cut: its axis (0 x, 1 y, 2 z), three bytes of 0, and its place on that axis (u32).
//! Then layers of one byte per site: bone (0 marrow, else 1 to 255 by its density of mineral, 255 that
//! of old bone), [cells](bits), and each field. A frame without cuts has the whole lattice, x fastest; else a layer
//! has one cut after another, each with the first of its two axes fastest.
//!
//! A field is coded on its scale: linear, or, where it is a concentration, so that equal steps are about equal ratios: the
//! bits of a positive `f32`, as a whole number, grow like its logarithm, by straight pieces between powers of two.
//! The page undoes it exactly.

use serde::Serialize;

use crate::numerics::parallel::prelude::*;
use crate::run::view::{Field, Values, View};
use crate::tissue::bone::OLD_MINERAL;
use crate::tissue::population::{ImmuneKind, OsteoblastStage};
use crate::view::which::Which;

/// Bits of the layer of cells.
pub mod bits {
    /// At least one tumour cell.
    pub const TUMOUR: u8 = 1;
    /// Held by an osteoclast.
    pub const OSTEOCLAST: u8 = 2;
    /// At least one osteoblast.
    pub const OSTEOBLAST: u8 = 4;
    /// At least one precursor of osteoblasts.
    pub const PRECURSOR: u8 = 8;
    /// More osteoid than mineralised matrix.
    pub const OSTEOID: u8 = 16;
    /// A T cell, regulatory or CD8, or an NK cell.
    pub const LYMPHOCYTE: u8 = 32;
    /// A myeloid cell.
    pub const MYELOID: u8 = 64;
    /// Eroded: matrix is owed.
    pub const ERODED: u8 = 128;
}

/// Decades from the code 0 to the code 255 of a concentration.
const DECADES: i32 = 3;

/// A field that can be drawn over the tissue.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FieldOf {
    /// Its name.
    pub name: String,
    /// Its unit; 1 for shares and numbers.
    pub unit: &'static str,
    /// True where equal steps of its codes are equal ratios.
    pub log: bool,
}

/// Fields that can be drawn: concentrations and amounts, and what has a meaning to cells.
pub fn fields_of(view: View<'_>) -> Vec<FieldOf> {
    let fields = view.fields().into_iter();
    let shown = fields.filter(|field| is_shown(field));
    shown
        .map(|field| FieldOf {
            log: is_log(field.unit),
            unit: field.unit,
            name: field.name.into_owned(),
        })
        .collect()
}

fn is_shown(field: &Field<'_>) -> bool {
    const OTHERS: [&str; 5] = [
        "rank_occupancy",
        "vessel_distance",
        "bone_mineral",
        "erosion_depth",
        "tumour_cells",
    ];
    is_log(field.unit) || OTHERS.contains(&&*field.name)
}

fn is_log(unit: &str) -> bool {
    unit == "pM" || unit == "amol"
}

/// The greatest value of each field until now, which both runs share: colours mean the same in both and
/// from frame to frame.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Scales(Vec<f32>);

impl Scales {
    /// Scales of so many fields, which are yet to grow.
    pub fn of(fields: usize) -> Self {
        Self(vec![0.0; fields])
    }
}

/// A cut through a volume.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cut {
    /// The axis along which it lies at one place: 0 x, 1 y, 2 z.
    pub axis: u8,
    /// The place.
    pub at: u32,
}

/// Which sites a frame has.
#[derive(Debug, Clone, Copy)]
enum Sites<'a> {
    Whole,
    Cuts(&'a [Cut], [usize; 3]),
}

impl Sites<'_> {
    fn count(self, whole: usize) -> usize {
        match self {
            Self::Whole => whole,
            Self::Cuts(cuts, dims) => cuts.iter().map(|cut| cut.sites(dims)).sum(),
        }
    }

    /// Calls with each site, in the order of a layer.
    fn each(self, whole: usize, mut with: impl FnMut(usize)) {
        let Sites::Cuts(cuts, dims) = self else {
            (0..whole).for_each(with);
            return;
        };
        let strides = [1, dims[0], dims[0] * dims[1]];
        for cut in cuts {
            let [across, up] = cut.axes();
            let from = cut.at as usize * strides[cut.axis as usize];
            for row in 0..dims[up] {
                for column in 0..dims[across] {
                    with(from + row * strides[up] + column * strides[across]);
                }
            }
        }
    }

    /// Calls with each place in a layer that shows this site.
    fn places(self, site: usize, mut with: impl FnMut(usize)) {
        let Sites::Cuts(cuts, dims) = self else {
            with(site);
            return;
        };
        let place = [
            site % dims[0],
            site / dims[0] % dims[1],
            site / (dims[0] * dims[1]),
        ];
        let mut before = 0;
        for cut in cuts {
            if place[cut.axis as usize] == cut.at as usize {
                let [across, up] = cut.axes();
                with(before + place[up] * dims[across] + place[across]);
            }
            before += cut.sites(dims);
        }
    }
}

impl Cut {
    /// The axes across and up.
    const fn axes(self) -> [usize; 2] {
        match self.axis {
            0 => [1, 2],
            1 => [0, 2],
            _ => [0, 1],
        }
    }

    fn sites(self, dims: [usize; 3]) -> usize {
        self.axes().iter().map(|&axis| dims[axis]).product()
    }

    /// True where it lies in a lattice.
    pub fn is_within(self, dims: [usize; 3]) -> bool {
        dims.get(self.axis as usize)
            .is_some_and(|&sites| (self.at as usize) < sites)
    }
}

/// The frame of a run with these fields, by their places in `listed`: of these cuts, or, with none, of the whole.
pub fn frame(
    view: View<'_>,
    run: Which,
    (listed, wanted): (&[FieldOf], &[usize]),
    cuts: &[Cut],
    scales: &mut Scales,
) -> Vec<u8> {
    let grid = view.grid();
    let shown = if cuts.is_empty() {
        Sites::Whole
    } else {
        Sites::Cuts(cuts, grid.dims)
    };
    let sites = shown.count(grid.len());
    let mut bytes =
        Vec::with_capacity(28 + wanted.len() * 12 + cuts.len() * 8 + sites * (2 + wanted.len()));
    let all = view.fields();
    let found: Vec<(usize, &Field<'_>)> = wanted
        .iter()
        .filter_map(|&at| {
            let name = &listed.get(at)?.name;
            Some((at, all.iter().find(|field| field.name == *name)?))
        })
        .collect();
    bytes.extend(b"HWF1");
    bytes.extend([
        u8::from(run == Which::With),
        found.len() as u8,
        cuts.len() as u8,
        0,
    ]);
    bytes.extend(view.tick().to_le_bytes());
    bytes.extend((view.day() as f32).to_le_bytes());
    for sites in grid.dims {
        bytes.extend((sites as u32).to_le_bytes());
    }
    let mut spans = Vec::with_capacity(found.len());
    for &(at, field) in &found {
        let log = listed[at].log;
        let span = span(greatest(field.values), log, &mut scales.0[at]);
        bytes.extend([at as u8, 0, 0, 0]);
        bytes.extend(span.0.to_le_bytes());
        bytes.extend(span.1.to_le_bytes());
        spans.push((field.values, span, log));
    }
    for cut in cuts {
        bytes.extend([cut.axis, 0, 0, 0]);
        bytes.extend(cut.at.to_le_bytes());
    }
    tissue_layers(view, shown, &mut bytes);
    for (values, span, log) in spans {
        match shown {
            Sites::Whole => coded(values, span, log, &mut bytes),
            Sites::Cuts(..) => shown.each(grid.len(), |site| {
                coded(only(values, site), span, log, &mut bytes);
            }),
        }
    }
    bytes
}

/// The value of one site.
fn only(values: Values<'_>, site: usize) -> Values<'_> {
    let here = site..=site;
    match values {
        Values::F32(values) => Values::F32(&values[here]),
        Values::F64(values) => Values::F64(&values[here]),
        Values::U16(values) => Values::U16(&values[here]),
        Values::U8(values) => Values::U8(&values[here]),
        Values::U64(values) => Values::U64(&values[here]),
        Values::Bool(values) => Values::Bool(&values[here]),
    }
}

/// Sites of a piece that one thread codes.
const PIECE: usize = 1 << 15;

/// The layers of bone and of cells, in one pass: a volume has a million sites, and most of the time goes into
/// bringing them from memory.
fn tissue_layers(view: View<'_>, shown: Sites<'_>, bytes: &mut Vec<u8>) {
    let (bone, who) = (view.bone(), view.occupancy());
    let whole = bone.matrix.len();
    let coded = |site: usize| {
        let (matrix, osteoid) = (bone.matrix[site], bone.osteoid[site]);
        let density = if matrix > 0.0 {
            let share = (matrix - osteoid).max(0.0) * bone.mineral[site] / OLD_MINERAL;
            1 + (254.0 * share.min(1.0)) as u8
        } else {
            0
        };
        let flag = |holds: bool, bit: u8| if holds { bit } else { 0 };
        let cells = flag(who.tumour[site] > 0, bits::TUMOUR)
            | flag(who.osteoclast[site] != 0, bits::OSTEOCLAST)
            | flag(osteoid > 0.5 * matrix, bits::OSTEOID)
            | flag(bone.goal[site] > matrix, bits::ERODED);
        (density, cells)
    };
    let begin = bytes.len();
    let sites = shown.count(whole);
    bytes.resize(begin + 2 * sites, 0);
    let (densities, cells) = bytes[begin..].split_at_mut(sites);
    if let Sites::Whole = shown {
        let pieces = densities
            .par_chunks_mut(PIECE)
            .zip(cells.par_chunks_mut(PIECE));
        pieces.enumerate().for_each(|(piece, (densities, cells))| {
            for (at, (density, cell)) in densities.iter_mut().zip(cells).enumerate() {
                (*density, *cell) = coded(piece * PIECE + at);
            }
        });
    } else {
        let mut at = 0;
        shown.each(whole, |site| {
            (densities[at], cells[at]) = coded(site);
            at += 1;
        });
    }
    let osteoblasts = view.osteoblasts();
    for (&site, stage) in osteoblasts.site.iter().zip(&osteoblasts.stage) {
        let bit = match stage {
            OsteoblastStage::Mature => bits::OSTEOBLAST,
            OsteoblastStage::Precursor => bits::PRECURSOR,
        };
        shown.places(site as usize, |at| cells[at] |= bit);
    }
    let immune = view.immune();
    for (&site, kind) in immune.site.iter().zip(&immune.kind) {
        let bit = match kind {
            ImmuneKind::Myeloid => bits::MYELOID,
            _ => bits::LYMPHOCYTE,
        };
        shown.places(site as usize, |at| cells[at] |= bit);
    }
}

fn greatest(values: Values<'_>) -> f32 {
    match values {
        Values::F32(values) => values.iter().copied().fold(0.0, f32::max),
        Values::F64(values) => values.iter().copied().fold(0.0, f64::max) as f32,
        Values::U16(values) => values.iter().copied().max().map_or(0.0, f32::from),
        Values::U8(values) => values.iter().copied().max().map_or(0.0, f32::from),
        Values::U64(_) | Values::Bool(_) => 1.0,
    }
}

/// The least of 1, 2 and 5 times a power of ten that is not below a value above 0.
fn nice_above(value: f32) -> f32 {
    let power = 10.0_f32.powi(value.log10().floor() as i32);
    let steps = [1.0, 2.0, 5.0, 10.0].map(|step| step * power);
    steps
        .into_iter()
        .find(|&step| step >= value)
        .unwrap_or(value)
}

/// Values of the codes 0 and 255; the scale grows where the field outgrows it.
fn span(greatest: f32, log: bool, scale: &mut f32) -> (f32, f32) {
    if greatest > *scale {
        *scale = nice_above(greatest);
    }
    let most = if *scale > 0.0 { *scale } else { 1.0 };
    let least = if log {
        most * 10.0_f32.powi(-DECADES)
    } else {
        0.0
    };
    (least, most)
}

fn coded(values: Values<'_>, (least, most): (f32, f32), log: bool, bytes: &mut Vec<u8>) {
    let (low, high) = (least.to_bits(), most.to_bits());
    let ratio = 255.0 / (high.saturating_sub(low).max(1)) as f32;
    let step = 255.0 / (most - least);
    let code = |value: f32| -> u8 {
        if log {
            // A positive number alone: 0 and what is below the scale are the code 0.
            let bits = if value > least { value.to_bits() } else { low };
            (bits.saturating_sub(low) as f32 * ratio) as u8
        } else {
            ((value - least) * step) as u8
        }
    };
    match values {
        Values::F32(values) => bytes.extend(values.iter().map(|&value| code(value))),
        Values::F64(values) => bytes.extend(values.iter().map(|&value| code(value as f32))),
        Values::U16(values) => bytes.extend(values.iter().map(|&value| code(f32::from(value)))),
        Values::U8(values) => bytes.extend(values.iter().map(|&value| code(f32::from(value)))),
        Values::U64(values) => bytes.extend(values.iter().map(|&value| u8::from(value != 0))),
        Values::Bool(values) => bytes.extend(values.iter().map(|&value| u8::from(value))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the page does with a code (`page/frame.js`).
    fn decoded(code: u8, (least, most): (f32, f32)) -> f32 {
        let (low, high) = (least.to_bits(), most.to_bits());
        f32::from_bits(low + (f32::from(code) / 255.0 * (high - low) as f32) as u32)
    }

    #[test]
    fn a_code_gives_back_its_value_within_a_step() {
        let mut scale = 0.0;
        let span = span(37.0, true, &mut scale);
        assert_eq!(span, (50.0 * 10.0_f32.powi(-3), 50.0));
        for value in [0.051_f32, 0.1, 1.0, 7.3, 36.9, 50.0] {
            let mut bytes = Vec::new();
            coded(Values::F32(&[value]), span, true, &mut bytes);
            let back = decoded(bytes[0], span);
            assert!((back / value - 1.0).abs() < 0.045, "{value}: {back}");
        }
        let mut bytes = Vec::new();
        coded(
            Values::F32(&[0.0, 0.02, -1.0, f32::NAN]),
            span,
            true,
            &mut bytes,
        );
        assert_eq!(bytes, [0, 0, 0, 0]);
    }

    #[test]
    fn a_scale_grows_and_never_shrinks() {
        let mut scale = 0.0;
        assert_eq!(span(0.0, false, &mut scale), (0.0, 1.0));
        assert_eq!(span(3.0, false, &mut scale), (0.0, 5.0));
        assert_eq!(span(0.2, false, &mut scale), (0.0, 5.0));
        assert_eq!(span(5.1, false, &mut scale), (0.0, 10.0));
    }
}
