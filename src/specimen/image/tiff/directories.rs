//! What the directories of a file say before it is decoded.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use ::tiff::decoder::ifd::Value;
use ::tiff::tags::Tag;

use super::{DESCRIPTION, MIN_IS_WHITE, PALETTE, Reader};
use crate::specimen::image::description::Resolution;
use crate::specimen::image::{ImageError, text};

/// A file in which photometric interpretations that change values on decoding read as `MinIsBlack`.
pub(super) struct Plain<F> {
    pub(super) file: F,
    pub(super) at: u64,
    /// Places of bytes that are read as 1.
    pub(super) ones: Vec<u64>,
}

impl<F: Read> Read for Plain<F> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.file.read(buffer)?;
        let end = self.at + count as u64;
        let first = self.ones.partition_point(|&place| place < self.at);
        for place in self.ones[first..].iter().take_while(|&&place| place < end) {
            buffer[(place - self.at) as usize] = 1;
        }
        self.at = end;
        Ok(count)
    }
}

impl<F: Seek> Seek for Plain<F> {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        self.at = self.file.seek(to)?;
        Ok(self.at)
    }
}

/// What the directories of a file say before it is decoded.
#[derive(Default)]
pub(super) struct Directories {
    /// Places of the photometric interpretations that are set aside.
    pub(super) ones: Vec<u64>,
    /// These interpretations, by the place of their directory.
    pub(super) shown: BTreeMap<u64, u16>,
}

/// True for a reduced copy of another page, or a mask of one.
pub(super) fn is_reduced(decoder: &mut Reader) -> Result<bool, ::tiff::TiffError> {
    let new = decoder
        .find_tag_unsigned::<u32>(Tag::NewSubfileType)?
        .unwrap_or(0);
    // The older tag says 1 for whole images, 2 for reduced ones.
    let old = decoder
        .find_tag_unsigned::<u32>(Tag::Unknown(255))?
        .unwrap_or(1);
    Ok(new & 0b101 != 0 || old == 2)
}

/// Refuses pages that hold several layers, and files of microscopes whose own tags say which page is
/// what: read as plain pages they would be a part of the volume, or one with its layers mixed.
///
/// `ImageDepth` and `TileDepth` are of Silicon Graphics, as in libtiff's `tiff.h`; the UIC tags have one
/// value per layer of a `MetaMorph` stack.
pub(super) fn check_layers_of_page(path: &Path, decoder: &mut Reader) -> Result<(), ImageError> {
    const REMEDY: &str = "write it as a plain stack with a page per layer (ImageJ: Save As > Tiff)";
    let refused = |field: &'static str, found: String, allowed: &str| {
        let allowed = format!("{allowed}; {REMEDY}");
        Err(ImageError::header(path, field, found, allowed))
    };
    for (tag, field) in [
        (32_997, "ImageDepth (tag 32997)"),
        (32_998, "TileDepth (tag 32998)"),
    ] {
        let tag = Tag::from_u16_exhaustive(tag);
        if decoder.image_ifd().find_entry(tag).is_none() {
            continue;
        }
        match decoder.find_tag_unsigned::<u64>(tag) {
            Ok(Some(1)) => {}
            Ok(Some(depth)) => return refused(field, depth.to_string(), "1"),
            _ => return refused(field, "no whole number".into(), "1"),
        }
    }
    for (tag, field) in [
        (33_628, "UIC1Tag of a MetaMorph stack (tag 33628)"),
        (33_629, "UIC2Tag of a MetaMorph stack (tag 33629)"),
        (33_630, "UIC3Tag of a MetaMorph stack (tag 33630)"),
        (33_631, "UIC4Tag of a MetaMorph stack (tag 33631)"),
        (34_361, "the header of a FluoView stack (tag 34361)"),
        (34_412, "CZ_LSMINFO of a Zeiss LSM stack (tag 34412)"),
    ] {
        let entry = decoder
            .image_ifd()
            .find_entry(Tag::from_u16_exhaustive(tag));
        if let Some(entry) = entry {
            let found = format!("there, with {} values", entry.count());
            return refused(field, found, "a TIFF without it");
        }
    }
    Ok(())
}

/// Looks through the directories, and refuses entries longer than the file. The decoder reserves room
/// for as many values as an entry promises, up to 256 MB, before it looks for them.
///
/// What does not read is left to the decoder, which names it.
pub(super) fn directories(
    path: &Path,
    file: &mut (impl Read + Seek),
    length: u64,
) -> Result<Directories, ImageError> {
    let mut found = Directories::default();
    let mut mark = [0; 4];
    if file.read_exact(&mut mark).is_err() {
        return Ok(found);
    }
    let big_endian = mark.starts_with(b"MM");
    let number = |bytes: &[u8]| {
        let digits = bytes.iter().copied();
        let add = |all: u64, byte: u8| all << 8 | u64::from(byte);
        if big_endian {
            digits.fold(0, add)
        } else {
            digits.rev().fold(0, add)
        }
    };
    // BigTIFF has wider numbers, and four bytes more in its head.
    let wide = number(&mark[2..]) == 43;
    let (word, count_bytes) = if wide { (8, 8) } else { (4, 2) };
    let mut read = |at: Option<u64>, bytes: &mut [u8]| {
        at.is_none_or(|at| file.seek(SeekFrom::Start(at)).is_ok()) && file.read_exact(bytes).is_ok()
    };
    let mut bytes = [0; 20];
    let mut at = if wide { 8 } else { 4 };
    let mut seen = BTreeSet::new();
    // Each directory ends with the place of the next.
    while read(Some(at), &mut bytes[..word]) {
        let directory = number(&bytes[..word]);
        if directory == 0 || !seen.insert(directory) {
            break;
        }
        if !read(Some(directory), &mut bytes[..count_bytes]) {
            break;
        }
        let entries = number(&bytes[..count_bytes]);
        let entry_bytes = 4 + 2 * word;
        for entry in 0..entries {
            if !read(None, &mut bytes[..entry_bytes]) {
                found.ones.sort_unstable();
                return Ok(found);
            }
            let values = number(&bytes[4..4 + word]);
            let value_bytes = match number(&bytes[2..4]) {
                3 | 8 => 2,
                4 | 9 | 11 | 13 => 4,
                5 | 10 | 12 | 16..=18 => 8,
                _ => 1,
            };
            let value = 4 + word;
            let shown = number(&bytes[value..value + value_bytes.min(word as u64) as usize]);
            let photometric =
                number(&bytes[..2]) == u64::from(Tag::PhotometricInterpretation.to_u16());
            if photometric && values == 1 && [MIN_IS_WHITE, PALETTE].map(u64::from).contains(&shown)
            {
                let last = if big_endian { value_bytes - 1 } else { 0 };
                let start = directory + count_bytes as u64 + entry * entry_bytes as u64;
                found.ones.push(start + value as u64 + last);
                found.shown.insert(directory, shown as u16);
            }
            if values.saturating_mul(value_bytes) > length {
                return Err(ImageError::header(
                    path,
                    "a directory",
                    format!("{values} values of tag {}", number(&bytes[..2])),
                    "no more than the file holds",
                ));
            }
        }
        at = directory + count_bytes as u64 + entries * entry_bytes as u64;
    }
    found.ones.sort_unstable();
    Ok(found)
}

/// The description of the current page.
pub(super) fn description(decoder: &mut Reader) -> Result<String, ::tiff::TiffError> {
    let mut tags = decoder.image_ifd();
    let length = tags
        .find_entry(Tag::ImageDescription)
        .map_or(0, |entry| entry.count().min(DESCRIPTION));
    // No longer than the file: the directories were looked through.
    let mut bytes = vec![0; length as usize];
    let found = tags
        .find_tag_bytes(Tag::ImageDescription, &mut bytes, 0)?
        .unwrap_or(0);
    bytes.truncate(found);
    let end = bytes.iter().position(|&byte| byte == 0);
    bytes.truncate(end.unwrap_or(bytes.len()));
    Ok(text::decoded(bytes))
}

/// The resolution tags of the current page.
pub(super) fn resolution(decoder: &mut Reader) -> Result<Resolution, ::tiff::TiffError> {
    let mut per_unit = [None; 2];
    for (resolution, tag) in per_unit
        .iter_mut()
        .zip([Tag::XResolution, Tag::YResolution])
    {
        *resolution = decoder.find_tag(tag)?.and_then(|value| ratio(&value));
    }
    let unit = decoder
        .find_tag_unsigned::<u16>(Tag::ResolutionUnit)?
        .unwrap_or(2);
    Ok(Resolution { per_unit, unit })
}

pub(super) fn ratio(value: &Value) -> Option<f64> {
    let number = match value {
        Value::List(list) => list.first()?,
        value => value,
    };
    let number = match number {
        Value::Rational(above, below) if *below > 0 => f64::from(*above) / f64::from(*below),
        Value::Float(number) => f64::from(*number),
        Value::Double(number) => *number,
        _ => return None,
    };
    (number.is_finite() && number > 0.0).then_some(number)
}
