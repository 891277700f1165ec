//! The state as arrays over the lattice and as a list of cells, with names and units: what files for other
//! programs hold. All of it is saved in a checkpoint, so that it is the same of a run that goes on and of
//! one that was read back.

use std::borrow::Cow;

use crate::engine::model::Model;
use crate::engine::state::State;
use crate::numerics::packed::Word;
use crate::tissue::grid::Grid;
use crate::tissue::population::{ImmuneKind, OsteoblastStage};

/// Labels of the field `tissue`, in their order: what covers what is as on maps, without erosion.
pub const TISSUES: [&str; 6] = [
    "marrow",
    "bone",
    "osteoid",
    "tumour",
    "osteoblast",
    "osteoclast",
];

/// Names of fields that every run has, beside its signals.
pub const FIELDS: [&str; 9] = [
    "tissue",
    "bone_solid",
    "bone_matrix",
    "bone_osteoid",
    "bone_mineral",
    "bone_drug",
    "erosion_depth",
    "tumour_cells",
    "osteoblast_cells",
];

/// Those of them that are written where no others are asked for; all signals are too.
pub const USUAL: [&str; 5] = [
    "tissue",
    "bone_matrix",
    "bone_osteoid",
    "bone_mineral",
    "tumour_cells",
];

/// Kinds of cells, by the number that files without words hold.
pub const KINDS: [&str; 8] = [
    "tumour",
    "osteoclast",
    "osteoblast",
    "precursor",
    "cd8",
    "treg",
    "myeloid",
    "nk",
];

/// Columns of a table with a row per cell: name, unit, what it holds.
pub const CELL_COLUMNS: [(&str, &str, &str); 9] = [
    ("id", "", "identity, which no other cell of its lineage has"),
    ("kind", "", "lineage and stage"),
    (
        "x_um",
        "um",
        "centre of its site, from the corner of the lattice",
    ),
    ("y_um", "um", "the same along y"),
    ("z_um", "um", "the same along z"),
    (
        "clone",
        "",
        "clone of a tumour cell, by number; 0 is parental",
    ),
    ("age_h", "h", "age; tumour cells have none"),
    ("dormant", "", "whether a tumour cell sleeps"),
    ("doomed", "", "whether treatment doomed a tumour cell"),
];

/// Where the sites lie: from 0 at the corner of the lattice on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Frame {
    /// Sites along x, y, z.
    pub dims: [usize; 3],
    /// Edges of a site, um; along z that is the thickness of a section.
    pub spacing_um: [f64; 3],
    /// Time, d; 0 at day 0.
    pub day: f64,
}

impl Frame {
    /// The lattice of a state.
    pub fn of(grid: &Grid, state: &State) -> Self {
        Self {
            dims: grid.dims,
            spacing_um: [grid.edge_um, grid.edge_um, grid.depth_um],
            day: state.day(),
        }
    }

    /// Number of sites.
    pub const fn len(&self) -> usize {
        self.dims[0] * self.dims[1] * self.dims[2]
    }

    /// True when there is none.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Numbers, as the state keeps them.
#[derive(Debug, Clone, PartialEq)]
pub enum Numbers<'a> {
    /// Whole, to 255.
    U8(Cow<'a, [u8]>),
    /// Whole, to 65,535.
    U16(Cow<'a, [u16]>),
    /// Whole.
    U64(Cow<'a, [u64]>),
    /// With fractions.
    F32(Cow<'a, [f32]>),
}

impl Numbers<'_> {
    /// How many.
    pub fn len(&self) -> usize {
        match self {
            Self::U8(values) => values.len(),
            Self::U16(values) => values.len(),
            Self::U64(values) => values.len(),
            Self::F32(values) => values.len(),
        }
    }

    /// True when there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes of each.
    pub const fn width(&self) -> usize {
        match self {
            Self::U8(_) => 1,
            Self::U16(_) => 2,
            Self::F32(_) => 4,
            Self::U64(_) => 8,
        }
    }

    /// Their bytes, the least first: those of the memory, where the machine keeps them so.
    pub fn bytes(&self) -> Cow<'_, [u8]> {
        match self {
            Self::U8(values) => Word::bytes(values),
            Self::U16(values) => Word::bytes(values),
            Self::U64(values) => Word::bytes(values),
            Self::F32(values) => Word::bytes(values),
        }
    }

    /// One of them as a number with a fraction; exact but for great `U64`.
    pub fn at(&self, index: usize) -> f32 {
        match self {
            Self::U8(values) => f32::from(values[index]),
            Self::U16(values) => f32::from(values[index]),
            Self::U64(values) => values[index] as f32,
            Self::F32(values) => values[index],
        }
    }
}

/// An array: one value per site (x fastest, then y, then z), or per cell.
#[derive(Debug, Clone, PartialEq)]
pub struct Array<'a> {
    /// Name, such as `rankl`.
    pub name: String,
    /// Unit; 1 for shares and numbers.
    pub unit: &'static str,
    /// Values.
    pub values: Numbers<'a>,
    /// Sites along x, y, z that share a value, in blocks from the corner of the lattice on; 1 where each has its own.
    pub block: [usize; 3],
}

/// Names of all fields of a run with these signals.
pub fn names(signals: &[String]) -> Vec<String> {
    let fixed = FIELDS.iter().map(|&name| name.to_owned());
    fixed.chain(signals.iter().cloned()).collect()
}

/// Names of the fields that are written where none are asked for.
pub fn usual(signals: &[String]) -> Vec<String> {
    let fixed = USUAL.iter().map(|&name| name.to_owned());
    fixed.chain(signals.iter().cloned()).collect()
}

/// The field of a name, one of [`names`]; none of any other. A signal of the name of a field that every
/// run has is hidden by it.
pub fn field<'a>(model: &Model, state: &'a State, name: &str) -> Option<Array<'a>> {
    let (bone, who) = (&state.bone, &state.occupancy);
    let share = |values: &'a [f32]| ("1", Numbers::F32(Cow::Borrowed(values)));
    let mut block = [1; 3];
    let (unit, values) = match name {
        "tissue" => ("1", Numbers::U8(tissue(state).into())),
        "bone_solid" => {
            let solid = bone.solid.iter().copied().map(u8::from);
            ("1", Numbers::U8(solid.collect()))
        }
        "bone_matrix" => share(&bone.matrix),
        "bone_osteoid" => share(&bone.osteoid),
        "bone_mineral" => share(&bone.mineral),
        "bone_drug" => ("amol", Numbers::F32(Cow::Borrowed(&bone.drug_amol))),
        "erosion_depth" => ("um", Numbers::F32(Cow::Borrowed(&bone.depth_um))),
        "tumour_cells" => ("1", Numbers::U16(Cow::Borrowed(&who.tumour))),
        "osteoblast_cells" => ("1", Numbers::U8(Cow::Borrowed(&who.osteoblast))),
        signal => {
            let level = &state.fields_pm[model.signal(signal)?];
            block = model.signal_block;
            ("pM", Numbers::F32(Cow::Borrowed(level)))
        }
    };
    Some(Array {
        name: name.to_owned(),
        unit,
        values,
        block,
    })
}

/// Labels of sites, as [`TISSUES`] numbers them.
fn tissue(state: &State) -> Vec<u8> {
    let (bone, who) = (&state.bone, &state.occupancy);
    let cells = who.osteoclast.iter().zip(&who.osteoblast).zip(&who.tumour);
    let bones = bone.solid.iter().zip(&bone.osteoid).zip(&bone.matrix);
    // Choices without a branch, so that many sites are labelled at a time.
    let label = |(((&osteoclast, &osteoblast), &tumour), ((&solid, &osteoid), &matrix))| {
        let label = if tumour > 0 { 3 } else { 0 };
        let label = if osteoblast > 0 { 4 } else { label };
        let label = if osteoclast != 0 { 5 } else { label };
        let of_bone = 1 + u8::from(osteoid > 0.5 * matrix);
        if solid { of_bone } else { label }
    };
    cells.zip(bones).map(label).collect()
}

/// The cells of all lineages: tumour, osteoclasts, osteoblasts and precursors, immune cells, each in the
/// order of the state.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CellList {
    /// Centre of the site that holds the cell, or of its footprint, from the corner of the lattice, um.
    /// Cells of one site are in one place.
    pub at_um: Vec<[f32; 3]>,
    /// Identity, which no other cell of its lineage has.
    pub id: Vec<u64>,
    /// Kind, by its place in [`KINDS`].
    pub kind: Vec<u8>,
    /// Clone of a tumour cell, by index; 0 is parental, and of every other cell.
    pub clone: Vec<u8>,
    /// Age, h: that of osteoclasts, osteoblasts and immune cells; NaN of tumour cells, which have none.
    pub age_h: Vec<f32>,
    /// 1 for a tumour cell that is dormant.
    pub dormant: Vec<u8>,
    /// 1 for a tumour cell that treatment doomed.
    pub doomed: Vec<u8>,
}

impl CellList {
    /// The cells of a state.
    pub fn of(grid: &Grid, state: &State) -> Self {
        let mut found = Self::default();
        let (tumour, immune) = (&state.tumour, &state.parts.immune.cells);
        for cell in 0..tumour.len() {
            found.push(grid, tumour.site[cell], tumour.id[cell], 0, f32::NAN);
        }
        found.clone.clone_from(&tumour.clone);
        found.dormant = tumour.dormant.iter().copied().map(u8::from).collect();
        let doomed = tumour.doomed.iter();
        found.doomed = doomed.map(|&left| u8::from(left > 0)).collect();
        let cells = &state.osteoclasts;
        for cell in 0..cells.len() {
            found.push(grid, cells.site[cell], cells.id[cell], 1, cells.age_h[cell]);
        }
        let cells = &state.osteoblasts;
        for cell in 0..cells.len() {
            let kind = match cells.stage[cell] {
                OsteoblastStage::Mature => 2,
                OsteoblastStage::Precursor => 3,
            };
            found.push(
                grid,
                cells.site[cell],
                cells.id[cell],
                kind,
                cells.age_h[cell],
            );
        }
        for cell in 0..immune.len() {
            let kind = match immune.kind[cell] {
                ImmuneKind::Cd8 => 4,
                ImmuneKind::Treg => 5,
                ImmuneKind::Myeloid => 6,
                ImmuneKind::Nk => 7,
            };
            found.push(
                grid,
                immune.site[cell],
                immune.id[cell],
                kind,
                immune.age_h[cell],
            );
        }
        for of_tumour in [&mut found.clone, &mut found.dormant, &mut found.doomed] {
            of_tumour.resize(found.id.len(), 0);
        }
        found
    }

    fn push(&mut self, grid: &Grid, site: u32, id: u64, kind: u8, age_h: f32) {
        let spacing_um = [grid.edge_um, grid.edge_um, grid.depth_um];
        let place = grid.place(site as usize);
        let at = [0, 1, 2].map(|axis| ((place[axis] as f64 + 0.5) * spacing_um[axis]) as f32);
        self.at_um.push(at);
        self.id.push(id);
        self.kind.push(kind);
        self.age_h.push(age_h);
    }

    /// Number of cells.
    pub const fn len(&self) -> usize {
        self.id.len()
    }

    /// True when there is none.
    pub const fn is_empty(&self) -> bool {
        self.id.is_empty()
    }

    /// What is known of the cells beside their places.
    pub fn attributes(&self) -> [Array<'_>; 6] {
        let array = |name: &str, unit, values| Array {
            name: name.to_owned(),
            unit,
            values,
            block: [1; 3],
        };
        let byte = |values| Numbers::U8(Cow::Borrowed(values));
        [
            array("id", "1", Numbers::U64(Cow::Borrowed(&self.id))),
            array("kind", "1", byte(&self.kind)),
            array("clone", "1", byte(&self.clone)),
            array("age_h", "h", Numbers::F32(Cow::Borrowed(&self.age_h))),
            array("dormant", "1", byte(&self.dormant)),
            array("doomed", "1", byte(&self.doomed)),
        ]
    }
}
