//! An array of Zarr 2 or 3, chunk by chunk.

use std::io::Read;
use std::path::Path;

use serde_json::Value;

use super::json;
use crate::specimen::image::samples::{self, Layout, Sample};
use crate::specimen::image::{ImageError, blosc, text};

/// Most bytes of a chunk, and of an array, that need no bytes in the files.
const SMALL: u64 = 1 << 22;
/// Bytes that a packed byte may stand for beyond that.
const RATIO: u64 = 1 << 14;
/// Most chunks.
const MOST_CHUNKS: u64 = 1 << 24;

/// How a chunk is packed.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Codec {
    Gzip,
    Zlib,
    Zstd,
    Blosc,
    /// Four bytes behind the data, which are left out.
    Checksum,
}

struct Array {
    shape: Vec<u64>,
    chunk: Vec<u64>,
    sample: Sample,
    big_endian: bool,
    fill: f64,
    /// In the order in which they are undone.
    codecs: Vec<Codec>,
    /// Before the numbers of a chunk, and between them.
    prefix: &'static str,
    between: String,
}

/// The values of an array of so many axes, of which so many, the last, count.
pub(super) fn read(
    folder: &Path,
    [axes, space]: [usize; 2],
) -> Result<(Vec<f32>, Layout), ImageError> {
    let array = array(folder)?;
    let shape = &array.shape;
    if shape.len() != axes || array.chunk.len() != axes || !(2..=5).contains(&axes) {
        return Err(ImageError::header(
            folder,
            "shape",
            format!("{shape:?} in chunks of {:?}", array.chunk),
            format!("{axes} axes, as in the metadata of the image"),
        ));
    }
    if shape[..axes - space].iter().any(|&n| n != 1) {
        return Err(ImageError::Several {
            path: folder.into(),
            found: format!("shape is {shape:?}: more than one time or channel"),
            remedy: "write one of them to a file of its own",
        });
    }
    let last = |of: &[u64]| {
        let mut three = [1; 3];
        for (to, from) in three.iter_mut().zip(of.iter().rev().take(space)) {
            *to = *from;
        }
        three
    };
    let dims = samples::checked_dims(folder, "shape", last(shape))?;
    let chunk = samples::checked_dims(folder, "chunks", last(&array.chunk))?;
    let counts = [0, 1, 2].map(|axis| dims[axis].div_ceil(chunk[axis]));
    let name = |place: [usize; 3]| {
        let mut numbers = vec!["0".to_owned(); axes - space];
        numbers.extend(place[..space].iter().rev().map(ToString::to_string));
        folder.join(format!("{}{}", array.prefix, numbers.join(&array.between)))
    };
    let layout = Layout {
        big_endian: array.big_endian,
        ..Layout::plain(dims, array.sample)
    };
    let total = counts
        .iter()
        .try_fold(1_u64, |all, &n| all.checked_mul(n as u64));
    let total = total.filter(|&total| total <= MOST_CHUNKS);
    let total = total.ok_or_else(|| too_large(folder, dims, "so many chunks are not read"))?;
    let place = |i: u64| {
        let [x, y, _] = counts.map(|n| n as u64);
        [i % x, i / x % y, i / x / y].map(|n| n as usize)
    };
    let mut held = 0_u64;
    for i in 0..total {
        let about = std::fs::metadata(name(place(i)));
        held = held.saturating_add(about.map_or(0, |about| about.len()));
    }
    let bytes =
        |dims: [usize; 3]| dims.iter().product::<usize>() as u64 * array.sample.bytes() as u64;
    if bytes(dims) > SMALL.max(held.saturating_mul(RATIO)) {
        return Err(too_large(
            folder,
            dims,
            &format!("its chunks have {held} bytes"),
        ));
    }
    let mut values = vec![array.fill as f32; dims.iter().product()];
    for i in 0..total {
        let at = place(i);
        let path = name(at);
        if !path.exists() {
            continue;
        }
        let data = unpacked(&path, &array, bytes(chunk))?;
        let of_chunk = Layout {
            dims: chunk,
            ..layout
        };
        let part = samples::from_stream(&path, &mut &data[..], &of_chunk)?;
        put(&mut values, dims, &part, chunk, at);
    }
    Ok((values, layout))
}

fn too_large(path: &Path, dims: [usize; 3], reason: &str) -> ImageError {
    ImageError::TooLarge {
        path: path.into(),
        field: "shape",
        dims: dims.map(|n| n as u64),
        reason: reason.to_owned(),
    }
}

/// Puts a chunk in its place; what reaches over the far faces is left out.
fn put(values: &mut [f32], dims: [usize; 3], part: &[f32], chunk: [usize; 3], at: [usize; 3]) {
    let start = [0, 1, 2].map(|axis| at[axis] * chunk[axis]);
    let size = [0, 1, 2].map(|axis| chunk[axis].min(dims[axis] - start[axis]));
    for z in 0..size[2] {
        for y in 0..size[1] {
            let to = ((start[2] + z) * dims[1] + start[1] + y) * dims[0] + start[0];
            let from = (z * chunk[1] + y) * chunk[0];
            values[to..to + size[0]].copy_from_slice(&part[from..from + size[0]]);
        }
    }
}

/// The bytes of a chunk.
fn unpacked(path: &Path, array: &Array, expected: u64) -> Result<Vec<u8>, ImageError> {
    let (mut file, length) = samples::open(path)?;
    if expected > SMALL.max(length.saturating_mul(RATIO))
        || length > SMALL.max(expected.saturating_mul(2))
    {
        return Err(ImageError::Damaged {
            path: path.into(),
            reason: format!("a chunk of {length} bytes, expected one for {expected} bytes of data"),
        });
    }
    let damaged = |reason: String| ImageError::Damaged {
        path: path.into(),
        reason,
    };
    let mut bytes = vec![0_u8; length as usize];
    let found = samples::fill(path, &mut file, &mut bytes)?;
    bytes.truncate(found);
    for codec in &array.codecs {
        let all = |stream: &mut dyn Read| -> Result<Vec<u8>, ImageError> {
            let mut found = Vec::new();
            // A little more than expected, so that too much is seen.
            stream
                .take(expected + 64)
                .read_to_end(&mut found)
                .map_err(|error| damaged(error.to_string()))?;
            Ok(found)
        };
        bytes = match codec {
            Codec::Gzip => all(&mut flate2::read::MultiGzDecoder::new(&bytes[..]))?,
            Codec::Zlib => all(&mut flate2::read::ZlibDecoder::new(&bytes[..]))?,
            #[cfg(feature = "checkpoints")]
            Codec::Zstd => {
                let stream = zstd::Decoder::new(&bytes[..]);
                all(&mut stream.map_err(|error| damaged(error.to_string()))?)?
            }
            #[cfg(not(feature = "checkpoints"))]
            Codec::Zstd => {
                return Err(damaged(
                    "is packed by zstd, which this build leaves out".to_owned(),
                ));
            }
            Codec::Blosc => blosc::unpacked(&bytes, expected as usize).map_err(damaged)?,
            Codec::Checksum => {
                bytes.truncate(bytes.len().saturating_sub(4));
                bytes
            }
        };
    }
    if bytes.len() as u64 == expected {
        Ok(bytes)
    } else {
        Err(damaged(format!(
            "a chunk unpacks to {} bytes, expected {expected}",
            bytes.len()
        )))
    }
}

/// The metadata of an array.
fn array(folder: &Path) -> Result<Array, ImageError> {
    if let Some(all) = json(&folder.join("zarr.json"))? {
        return third(folder, &all);
    }
    match json(&folder.join(".zarray"))? {
        Some(all) => second(folder, &all),
        None => Err(ImageError::header(
            folder,
            "the array",
            "neither zarr.json nor .zarray",
            "the metadata of an array",
        )),
    }
}

fn sizes(of: &Value) -> Vec<u64> {
    let all = of.as_array().map_or(&[][..], Vec::as_slice);
    all.iter().map(|n| n.as_u64().unwrap_or(0)).collect()
}

fn fill(of: &Value) -> f64 {
    of.as_f64().unwrap_or(0.0)
}

fn second(folder: &Path, all: &Value) -> Result<Array, ImageError> {
    let refused = |field: &'static str, found: &Value, allowed: &str| {
        Err(ImageError::header(
            folder,
            field,
            text::shortened(&found.to_string()),
            allowed,
        ))
    };
    if all["order"] != "C" {
        return refused("order", &all["order"], "\"C\"");
    }
    if all["filters"]
        .as_array()
        .is_some_and(|filters| !filters.is_empty())
    {
        return refused("filters", &all["filters"], "null");
    }
    let dtype = all["dtype"].as_str().unwrap_or("");
    let (order, name) = dtype.split_at_checked(1).unwrap_or(("", ""));
    let sample = match name {
        "u1" | "b1" => Sample::U8,
        "i1" => Sample::I8,
        "u2" => Sample::U16,
        "i2" => Sample::I16,
        "u4" => Sample::U32,
        "i4" => Sample::I32,
        "u8" => Sample::U64,
        "i8" => Sample::I64,
        "f4" => Sample::F32,
        "f8" => Sample::F64,
        _ => return refused("dtype", &all["dtype"], "<u1 to <i8, <f4 or <f8"),
    };
    let compressor = &all["compressor"];
    let codecs = match compressor["id"].as_str() {
        None if compressor.is_null() => Vec::new(),
        Some("gzip") => vec![Codec::Gzip],
        Some("zlib") => vec![Codec::Zlib],
        Some("zstd") => vec![Codec::Zstd],
        Some("blosc") => vec![Codec::Blosc],
        _ => return refused("compressor", compressor, "null, gzip, zlib, zstd or blosc"),
    };
    let between = all["dimension_separator"].as_str().unwrap_or(".");
    if !matches!(between, "." | "/") {
        return refused(
            "dimension_separator",
            &all["dimension_separator"],
            "\".\" or \"/\"",
        );
    }
    Ok(Array {
        shape: sizes(&all["shape"]),
        chunk: sizes(&all["chunks"]),
        sample,
        big_endian: order == ">",
        fill: fill(&all["fill_value"]),
        codecs,
        prefix: "",
        between: between.to_owned(),
    })
}

fn third(folder: &Path, all: &Value) -> Result<Array, ImageError> {
    let refused = |field: &'static str, found: &Value, allowed: &str| {
        Err(ImageError::header(
            folder,
            field,
            text::shortened(&found.to_string()),
            allowed,
        ))
    };
    let sample = match all["data_type"].as_str().unwrap_or("") {
        "bool" | "uint8" => Sample::U8,
        "int8" => Sample::I8,
        "uint16" => Sample::U16,
        "int16" => Sample::I16,
        "uint32" => Sample::U32,
        "int32" => Sample::I32,
        "uint64" => Sample::U64,
        "int64" => Sample::I64,
        "float32" => Sample::F32,
        "float64" => Sample::F64,
        _ => {
            return refused(
                "data_type",
                &all["data_type"],
                "bool, int8 to uint64, float32 or float64",
            );
        }
    };
    if all["chunk_grid"]["name"] != "regular" {
        return refused("chunk_grid", &all["chunk_grid"], "regular");
    }
    let (mut big_endian, mut codecs) = (false, Vec::new());
    for codec in all["codecs"].as_array().map_or(&[][..], Vec::as_slice) {
        codecs.push(match codec["name"].as_str().unwrap_or("") {
            "bytes" => {
                big_endian = codec["configuration"]["endian"] == "big";
                continue;
            }
            "gzip" => Codec::Gzip,
            "zstd" => Codec::Zstd,
            "blosc" => Codec::Blosc,
            "crc32c" => Codec::Checksum,
            _ => return refused("codecs", codec, "bytes, gzip, zstd, blosc or crc32c"),
        });
    }
    codecs.reverse();
    let encoding = &all["chunk_key_encoding"];
    let (prefix, usual) = match encoding["name"].as_str().unwrap_or("default") {
        "default" => ("c", "/"),
        "v2" => ("", "."),
        _ => return refused("chunk_key_encoding", encoding, "default or v2"),
    };
    let between = encoding["configuration"]["separator"]
        .as_str()
        .unwrap_or(usual);
    let prefix = match (prefix, between) {
        ("c", "/") => "c/",
        ("c", ".") => "c.",
        ("", "." | "/") => "",
        _ => return refused("separator", encoding, "\".\" or \"/\""),
    };
    Ok(Array {
        shape: sizes(&all["shape"]),
        chunk: sizes(&all["chunk_grid"]["configuration"]["chunk_shape"]),
        sample,
        big_endian,
        fill: fill(&all["fill_value"]),
        codecs,
        prefix,
        between: between.to_owned(),
    })
}
