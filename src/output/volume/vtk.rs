//! The XML files of VTK: image data (`.vti`), cells as points (`.vtp`), and the index of a series (`.pvd`).
//!
//! Kitware, VTK file formats (docs.vtk.org). Arrays are appended raw, in blocks that LZ4 compresses, which VTK knows
//! since its version 8.1: number of blocks, bytes of a block, bytes of the last one where it is shorter (else 0), compressed
//! bytes of each, all as `UInt64`; then the blocks. An offset counts from behind the underscore.

use std::fmt::Write as _;

use crate::numerics::parallel::prelude::*;
use crate::observe::sites::{Array, CellList, Frame, Numbers};

use crate::output::volume::rows;

use lz4_flex::block::{compress, compress_into, get_maximum_output_size};

/// Bytes of a block: some of an array of 100^3, so that threads share it.
const BLOCK: usize = 1 << 18;

/// Bytes of a row and of a plane of an array that has one value per block of sites, and of a block of VTK, which holds whole
/// blocks of sites where they fit.
#[derive(Clone, Copy)]
struct Rows {
    row: usize,
    plane: usize,
    block: usize,
}

impl Rows {
    /// Of an array over the lattice; none where each row has values of its own.
    fn of(array: &Array<'_>, dims: [usize; 3]) -> Option<Self> {
        let [_, along_y, along_z] = array.block;
        let row = array.values.width() * dims[0];
        let plane = row * dims[1];
        if along_y * along_z == 1 || plane == 0 {
            return None;
        }
        let layers = along_z * plane;
        let whole = if layers <= BLOCK {
            layers
        } else {
            along_y * row
        };
        let block = whole * (BLOCK / whole).max(1);
        Some(Self { row, plane, block })
    }
}

/// Arrays, one behind the other, in the pieces of which they are made: some megabytes, which are copied once.
#[derive(Default)]
struct Appended {
    pieces: Vec<Vec<u8>>,
    bytes: usize,
}

impl Appended {
    /// Adds an array, and returns its offset.
    fn add(&mut self, bytes: &[u8], rows: Option<Rows>) -> usize {
        let offset = self.bytes;
        let length = rows.map_or(BLOCK, |rows| rows.block);
        let blocks: Vec<&[u8]> = bytes.chunks(length).collect();
        // Packed into room that a thread keeps, and copied: what is packed is much smaller than its room.
        let room = || vec![0; get_maximum_output_size(length)];
        let packed: Vec<Vec<u8>> = blocks
            .par_iter()
            .map_init(room, |room, block| {
                let by_rows =
                    rows.and_then(|Rows { row, plane, .. }| rows::packed(block, row, plane));
                by_rows.unwrap_or_else(|| match compress_into(block, room) {
                    Ok(length) => room[..length].to_vec(),
                    // No block is longer than what the room is for.
                    Err(_) => compress(block),
                })
            })
            .collect();
        let head = [blocks.len(), length, bytes.len() % length];
        let sizes = packed.iter().map(Vec::len);
        let numbers = head.into_iter().chain(sizes);
        let numbers = numbers.flat_map(|number| (number as u64).to_le_bytes());
        for piece in std::iter::once(numbers.collect()).chain(packed) {
            self.bytes += piece.len();
            self.pieces.push(piece);
        }
        offset
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

const fn type_name(values: &Numbers<'_>) -> &'static str {
    match values {
        Numbers::U8(_) => "UInt8",
        Numbers::U16(_) => "UInt16",
        Numbers::U64(_) => "UInt64",
        Numbers::F32(_) => "Float32",
    }
}

/// Adds an array with its unit, which VTK keeps beside the name.
fn array(text: &mut String, appended: &mut Appended, array: &Array<'_>, rows: Option<Rows>) {
    let offset = appended.add(&array.values.bytes(), rows);
    let _ = writeln!(
        text,
        "        <DataArray type=\"{}\" Name=\"{}\" format=\"appended\" offset=\"{offset}\">\n          \
         <InformationKey name=\"UNITS_LABEL\" location=\"vtkDataArray\">{}</InformationKey>\n        \
         </DataArray>",
        type_name(&array.values),
        escaped(&array.name),
        escaped(array.unit),
    );
}

fn head(kind: &str, version: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?>\n<VTKFile type=\"{kind}\" version=\"{version}\" \
         byte_order=\"LittleEndian\" header_type=\"UInt64\" compressor=\"vtkLZ4DataCompressor\">\n"
    )
}

/// The day, as ParaView reads the time of a file.
fn time(day: f64) -> String {
    format!(
        "    <FieldData>\n      <DataArray type=\"Float64\" Name=\"TimeValue\" NumberOfTuples=\"1\" \
         format=\"ascii\">{day}</DataArray>\n    </FieldData>\n"
    )
}

fn closed(mut text: String, appended: Appended) -> Vec<Vec<u8>> {
    text.push_str("  <AppendedData encoding=\"raw\">\n_");
    let end = b"\n  </AppendedData>\n</VTKFile>\n".to_vec();
    let mut pieces = vec![text.into_bytes()];
    pieces.extend(appended.pieces);
    pieces.push(end);
    pieces
}

/// Fields as image data: a site is a cell of it, so that it appears as the cube that it is. Lengths in um,
/// the corner of the lattice at 0. The file in pieces, one behind the other, as [`vtp`].
pub(crate) fn vti(frame: &Frame, fields: &[Array<'_>]) -> Vec<Vec<u8>> {
    let [x, y, z] = frame.dims;
    let [dx, dy, dz] = frame.spacing_um;
    let extent = format!("0 {x} 0 {y} 0 {z}");
    let mut text = head("ImageData", "1.0");
    // VTK has no unit of length: this is howship's word to its own reader.
    text.push_str("  <?howship lengths in um?>\n");
    let mut appended = Appended::default();
    let _ = writeln!(
        text,
        "  <ImageData WholeExtent=\"{extent}\" Origin=\"0 0 0\" Spacing=\"{dx} {dy} {dz}\">"
    );
    text.push_str(&time(frame.day));
    let _ = writeln!(text, "    <Piece Extent=\"{extent}\">\n      <CellData>");
    for field in fields {
        let rows = Rows::of(field, frame.dims);
        array(&mut text, &mut appended, field, rows);
    }
    text.push_str("      </CellData>\n    </Piece>\n  </ImageData>\n");
    closed(text, appended)
}

/// Cells as points with attributes, in the frame of [`vti`].
pub(crate) fn vtp(day: f64, cells: &CellList) -> Vec<Vec<u8>> {
    let count = cells.len();
    let mut text = head("PolyData", "1.0");
    let mut appended = Appended::default();
    text.push_str("  <PolyData>\n");
    text.push_str(&time(day));
    let _ = writeln!(
        text,
        "    <Piece NumberOfPoints=\"{count}\" NumberOfVerts=\"{count}\" NumberOfLines=\"0\" \
         NumberOfStrips=\"0\" NumberOfPolys=\"0\">\n      <PointData>"
    );
    for attribute in &cells.attributes() {
        array(&mut text, &mut appended, attribute, None);
    }
    text.push_str("      </PointData>\n      <Points>\n");
    let places = cells.at_um.iter().flatten();
    let places: Vec<u8> = places.flat_map(|at| at.to_le_bytes()).collect();
    let _ = writeln!(
        text,
        "        <DataArray type=\"Float32\" Name=\"Points\" NumberOfComponents=\"3\" \
         format=\"appended\" offset=\"{}\"/>\n      </Points>\n      <Verts>",
        appended.add(&places, None)
    );
    // A vertex for each point.
    for (name, first) in [("connectivity", 0), ("offsets", 1)] {
        let numbers = first..first + count as i64;
        let bytes: Vec<u8> = numbers.flat_map(i64::to_le_bytes).collect();
        let _ = writeln!(
            text,
            "        <DataArray type=\"Int64\" Name=\"{name}\" format=\"appended\" offset=\"{}\"/>",
            appended.add(&bytes, None)
        );
    }
    text.push_str("      </Verts>\n    </Piece>\n  </PolyData>\n");
    closed(text, appended)
}

/// The index of a series: days with the names of their files.
pub(crate) fn pvd(files: &[(f64, String)]) -> String {
    let mut text = "<?xml version=\"1.0\"?>\n<VTKFile type=\"Collection\" version=\"0.1\" \
                    byte_order=\"LittleEndian\">\n  <Collection>\n"
        .to_owned();
    for (day, name) in files {
        let _ = writeln!(
            text,
            "    <DataSet timestep=\"{day}\" part=\"0\" file=\"{}\"/>",
            escaped(name)
        );
    }
    text.push_str("  </Collection>\n</VTKFile>\n");
    text
}
