//! The bytes of an array: text, base64 or raw, plain or in blocks that zlib or LZ4 packs.

use std::path::Path;

use flate2::read::ZlibDecoder;

use super::xml::Tag;
use crate::specimen::image::samples::{self, Layout};
use crate::specimen::image::{ImageError, text};

/// What packs the blocks of arrays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Packing {
    Zlib,
    Lz4,
}

impl Packing {
    /// Bytes that a packed byte can stand for.
    const fn ratio(self) -> usize {
        match self {
            Self::Zlib => 1032,
            Self::Lz4 => 255,
        }
    }

    /// Unpacks a block, whose size is known; false where it is of another.
    fn unpack(self, path: &Path, block: &[u8], bytes: &mut [u8]) -> Result<bool, ImageError> {
        match self {
            Self::Zlib => {
                let mut stream = ZlibDecoder::new(block);
                let found = samples::fill(path, &mut stream, bytes)?;
                let left = samples::drain(path, &mut stream)?;
                Ok(found == bytes.len() && left == 0)
            }
            Self::Lz4 => {
                let found = lz4_flex::block::decompress_into(block, bytes);
                Ok(found.is_ok_and(|found| found == bytes.len()))
            }
        }
    }
}

/// An array as its tag says.
#[derive(Debug, Clone, Copy)]
pub(super) struct Array<'a> {
    pub(super) name: &'a str,
    pub(super) kind: &'a str,
    pub(super) components: &'a str,
    format: &'a str,
    offset: Option<&'a str>,
    text: [usize; 2],
}

impl<'a> Array<'a> {
    pub(super) fn of(tag: &'a Tag) -> Self {
        Self {
            name: tag.get("Name").unwrap_or("without a name"),
            kind: tag.get("type").unwrap_or(""),
            components: tag.get("NumberOfComponents").unwrap_or("1"),
            format: tag.get("format").unwrap_or("ascii"),
            offset: tag.get("offset"),
            text: tag.text,
        }
    }
}

/// How arrays are written.
pub(super) struct Encoding {
    /// Bytes of a number in the heads of arrays.
    width: usize,
    packing: Option<Packing>,
    big_endian: bool,
    /// Where appended data begin, and whether they are base64.
    appended: Option<(usize, bool)>,
}

impl Encoding {
    /// As the file states.
    pub(super) fn of(path: &Path, file: &Tag, tags: &[Tag]) -> Result<Self, ImageError> {
        let word = |name: &'static str, usual: &'static str, allowed: &[&str]| {
            let found = file.get(name).unwrap_or(usual);
            if allowed.contains(&found) {
                Ok(found == allowed[0])
            } else {
                Err(ImageError::header(
                    path,
                    name,
                    format!("\"{}\"", text::shortened(found)),
                    allowed.join(" or "),
                ))
            }
        };
        let appended = tags.iter().find(|tag| tag.name == "AppendedData");
        let appended = appended.map(|tag| {
            let is_base64 = tag.get("encoding").unwrap_or("base64") == "base64";
            (tag.text[0], is_base64)
        });
        Ok(Self {
            width: if word("header_type", "UInt32", &["UInt64", "UInt32"])? {
                8
            } else {
                4
            },
            packing: if file.get("compressor").is_none() {
                None
            } else {
                let allowed = ["vtkZLibDataCompressor", "vtkLZ4DataCompressor"];
                let is_zlib = word("compressor", "", &allowed)?;
                Some(if is_zlib { Packing::Zlib } else { Packing::Lz4 })
            },
            big_endian: word("byte_order", "LittleEndian", &["BigEndian", "LittleEndian"])?,
            appended,
        })
    }

    /// Numbers of the head of an array.
    fn numbers(&self, bytes: &[u8]) -> Vec<u64> {
        let one = |chunk: &[u8]| {
            let mut eight = [0_u8; 8];
            if self.big_endian {
                eight[8 - chunk.len()..].copy_from_slice(chunk);
                u64::from_be_bytes(eight)
            } else {
                eight[..chunk.len()].copy_from_slice(chunk);
                u64::from_le_bytes(eight)
            }
        };
        bytes.chunks_exact(self.width).map(one).collect()
    }
}

/// The values of an array.
pub(super) fn data(
    path: &Path,
    bytes: &[u8],
    array: &Array<'_>,
    encoding: &Encoding,
    layout: &Layout,
) -> Result<Vec<f32>, ImageError> {
    let inline = &bytes[array.text[0].min(bytes.len())..array.text[1].min(bytes.len())];
    let (from, is_base64) = match (array.format, encoding.appended) {
        ("ascii", _) => return samples::from_text(path, &mut &inline[..], layout),
        ("binary", _) => (inline, true),
        ("appended", Some((start, is_base64))) => {
            let offset: Option<usize> = array.offset.and_then(|word| word.trim().parse().ok());
            let behind = bytes[start..].iter().position(|&byte| byte == b'_');
            let place = offset
                .zip(behind)
                .and_then(|(offset, behind)| (start + behind + 1).checked_add(offset));
            let from = place.and_then(|place| bytes.get(place..)).ok_or_else(|| {
                ImageError::header(
                    path,
                    "offset",
                    array.offset.unwrap_or("missing"),
                    "a place in the appended data, which begin behind an underscore",
                )
            })?;
            (from, is_base64)
        }
        (other, _) => {
            return Err(ImageError::header(
                path,
                "DataArray format",
                format!("\"{}\"", text::shortened(other)),
                "ascii, binary, or appended with AppendedData",
            ));
        }
    };
    let needed = layout.dims.iter().product::<usize>() * layout.sample.bytes();
    let mut source = Source { from, is_base64 };
    let unpacked = match encoding.packing {
        Some(packing) => packed(path, &mut source, (encoding, packing), needed)?,
        None => plain(path, &mut source, encoding, needed)?,
    };
    samples::from_stream(path, &mut &unpacked[..], layout)
}

/// Bytes that are there as they are, or as base64.
struct Source<'a> {
    from: &'a [u8],
    is_base64: bool,
}

impl Source<'_> {
    /// The next bytes; those of base64 end with a group of four letters of their own.
    fn take(&mut self, count: usize) -> Option<Vec<u8>> {
        if !self.is_base64 {
            let (taken, rest) = self.from.split_at_checked(count)?;
            self.from = rest;
            return Some(taken.to_vec());
        }
        let blank = self
            .from
            .iter()
            .take_while(|byte| byte.is_ascii_whitespace())
            .count();
        self.from = &self.from[blank..];
        let (taken, rest) = self
            .from
            .split_at_checked(count.div_ceil(3).checked_mul(4)?)?;
        self.from = rest;
        let mut bytes = base64(taken)?;
        (bytes.len() >= count).then(|| {
            bytes.truncate(count);
            bytes
        })
    }
}

/// Letters that stand for six bits each (RFC 4648), without blanks.
fn base64(letters: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(letters.len() / 4 * 3);
    for four in letters.as_chunks::<4>().0 {
        let mut word = 0_u32;
        for &letter in four {
            let value = match letter {
                b'A'..=b'Z' => letter - b'A',
                b'a'..=b'z' => letter - b'a' + 26,
                b'0'..=b'9' => letter - b'0' + 52,
                b'+' => 62,
                b'/' => 63,
                b'=' => 0,
                _ => return None,
            };
            word = word << 6 | u32::from(value);
        }
        bytes.extend_from_slice(&word.to_be_bytes()[1..]);
    }
    Some(bytes)
}

fn ends(path: &Path) -> ImageError {
    ImageError::Damaged {
        path: path.into(),
        reason: "the data of the array end early, or are no base64".to_owned(),
    }
}

fn wrong_size(path: &Path, found: u64, needed: usize) -> ImageError {
    ImageError::header(
        path,
        "the size of the array",
        format!("{found} bytes"),
        format!("{needed}, those of the extent"),
    )
}

/// An array that is not packed: its size, then its bytes; in base64 both are one run of letters.
fn plain(
    path: &Path,
    source: &mut Source<'_>,
    encoding: &Encoding,
    needed: usize,
) -> Result<Vec<u8>, ImageError> {
    let all = needed
        .checked_add(encoding.width)
        .ok_or_else(|| ends(path))?;
    if source.from.len() < encoding.width {
        return Err(ends(path));
    }
    let mut look = Source { ..*source };
    let head = look.take(encoding.width).ok_or_else(|| ends(path))?;
    let size = encoding.numbers(&head)[0];
    if size != needed as u64 {
        return Err(wrong_size(path, size, needed));
    }
    let mut bytes = source.take(all).ok_or_else(|| ends(path))?;
    bytes.drain(..encoding.width);
    Ok(bytes)
}

/// An array in blocks: their number, their size, that of the last, the packed size of each; then the blocks.
fn packed(
    path: &Path,
    source: &mut Source<'_>,
    (encoding, packing): (&Encoding, Packing),
    needed: usize,
) -> Result<Vec<u8>, ImageError> {
    let width = encoding.width;
    let mut look = Source { ..*source };
    let first = look.take(3 * width).ok_or_else(|| ends(path))?;
    let first = encoding.numbers(&first);
    let [blocks, block, last] = [first[0], first[1], first[2]];
    let whole = blocks.saturating_sub(u64::from(last > 0));
    let size = whole
        .checked_mul(block)
        .and_then(|size| size.checked_add(last));
    if size != Some(needed as u64) {
        return Err(wrong_size(path, size.unwrap_or(u64::MAX), needed));
    }
    let head_bytes = usize::try_from(blocks)
        .ok()
        .and_then(|blocks| blocks.checked_add(3)?.checked_mul(width))
        .ok_or_else(|| ends(path))?;
    let head = source.take(head_bytes).ok_or_else(|| ends(path))?;
    let sizes = encoding.numbers(&head)[3..].to_vec();
    let held = sizes
        .iter()
        .try_fold(0_u64, |sum, &size| sum.checked_add(size));
    let held = held
        .and_then(|held| usize::try_from(held).ok())
        .ok_or_else(|| ends(path))?;
    let all = source.take(held).ok_or_else(|| ends(path))?;
    if needed / packing.ratio() > all.len() {
        return Err(wrong_size(path, all.len() as u64, needed));
    }
    let mut bytes = Vec::new();
    let mut from = 0;
    for (i, &size) in sizes.iter().enumerate() {
        let stop = from + size as usize;
        let is_last = i + 1 == sizes.len() && last > 0;
        let expected = if is_last { last } else { block } as usize;
        let start = bytes.len();
        bytes.resize(start + expected.min(needed - start), 0);
        if !packing.unpack(path, &all[from..stop], &mut bytes[start..])? {
            return Err(ImageError::Damaged {
                path: path.into(),
                reason: format!(
                    "block {i} of the array has not the {expected} bytes that it states"
                ),
            });
        }
        from = stop;
    }
    Ok(bytes)
}
