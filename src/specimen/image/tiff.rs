//! TIFF: one file with a page per layer, or a folder with a file per layer.
//!
//! The voxel size is that of the description ([`super::description`]: `ImageJ`, OME, tifffile), or of the
//! resolution tags in inches or centimetres. A file that states no size along z is taken to have that
//! of x, which is said.
//!
//! Photometric interpretations say how to show the values, not what they are: stored values are kept
//! under an inverted look-up table (`MinIsWhite`) and under a coloured one (palette).

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use ::tiff::ColorType;
use ::tiff::decoder::ifd::Value;
use ::tiff::decoder::{Decoder, DecodingResult, Limits};
use ::tiff::tags::{ByteOrder, Tag};
use flate2::bufread::ZlibDecoder;

use super::description::{Described, Resolution, described};
use super::samples::{self, Layout, Packing, Sample};
use super::{
    Claim, Image, ImageError, MOST_VOXELS, ReadOptions, Stated, UNORIENTED, folder, text, written,
};

type Reader = Decoder<BufReader<Plain<std::fs::File>>>;

/// Longest description that is read, bytes; OME-XML describes every plane.
const DESCRIPTION: u64 = 1 << 26;
/// Photometric interpretations: 0 is white, 0 is black, an index of colours.
const MIN_IS_WHITE: u16 = 0;
const PALETTE: u16 = 3;

/// A file in which photometric interpretations that change values on decoding read as `MinIsBlack`.
struct Plain<F> {
    file: F,
    at: u64,
    /// Places of bytes that are read as 1.
    ones: Vec<u64>,
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
struct Directories {
    /// Places of the photometric interpretations that are set aside.
    ones: Vec<u64>,
    /// These interpretations, by the place of their directory.
    shown: BTreeMap<u64, u16>,
}

/// Where the first page lies, for stacks whose layers follow it without directories.
struct FirstPage {
    offset: u64,
    /// Unpacked, in strips that follow each other.
    plain: bool,
    big_endian: bool,
    sample: Option<Sample>,
}

/// The pages of a stack so far.
#[derive(Default)]
struct Pages {
    size: Option<(u32, u32)>,
    colour: Option<ColorType>,
    count: usize,
    values: Vec<f32>,
    first: Option<FirstPage>,
    /// Pages under an inverted look-up table, under a coloured one, and turned for display.
    white: usize,
    palette: usize,
    turned: usize,
    /// Reduced images and masks that are left out.
    left_out: usize,
    /// Pages with directories of their own, where reduced images are.
    nested: bool,
    /// Bytes after the last row of packed strips.
    left: u64,
}

/// Reads one file, a page per layer.
pub(super) fn read_file(path: &Path, options: &ReadOptions) -> Result<Image, ImageError> {
    let mut pages = Pages::default();
    let found = add_file(path, &mut pages)?;
    if let Some(announced) = found.images.filter(|n| *n != pages.count as u64) {
        let (writer, count) = (found.writer, pages.count);
        if !(found.one_directory && count == 1 && announced > 1) {
            return Err(ImageError::Stack {
                path: path.into(),
                reason: format!("{writer} announces {announced} images, found {count} pages"),
            });
        }
        add_layers(path, announced, writer, &mut pages)?;
    }
    calibrate(path, &found, &mut pages, 0)?;
    finished(path, pages, found, options, Vec::new(), Vec::new())
}

/// Reads a folder of single-page files, a file per layer.
pub(super) fn read_folder(folder: &Path, options: &ReadOptions) -> Result<Image, ImageError> {
    let (files, assumed) = folder::slices(folder)?;
    let mut pages = Pages::default();
    let mut first: Option<(PathBuf, Described)> = None;
    let mut differing = None;
    for (layer, path) in files.iter().enumerate() {
        let from = pages.values.len();
        let found = add_file(path, &mut pages)?;
        if pages.count != layer + 1 {
            return Err(ImageError::Stack {
                path: path.clone(),
                reason: format!(
                    "holds {} pages, expected 1 in a file of a stack",
                    pages.count - layer
                ),
            });
        }
        calibrate(path, &found, &mut pages, from)?;
        let Some((before, of_first)) = &first else {
            first = Some((path.clone(), found));
            continue;
        };
        let name = |path: &Path| folder::name_of(path);
        if found.calibration.is_some() != of_first.calibration.is_some() {
            return Err(ImageError::Stack {
                path: folder.into(),
                reason: format!(
                    "{} and {} differ in ImageJ's calibration, expected all slices calibrated or none",
                    name(before),
                    name(path)
                ),
            });
        }
        if differing.is_none() && !found.claim.agrees(&of_first.claim) {
            differing = Some(format!(
                "{} states {}, {} states {}",
                name(before),
                in_words(&of_first.claim),
                name(path),
                in_words(&found.claim)
            ));
        }
    }
    let Some((_, mut found)) = first else {
        return Err(ImageError::Stack {
            path: folder.into(),
            reason: "the folder holds no slice".into(),
        });
    };
    let mut warnings = Vec::new();
    if let Some(differing) = differing {
        if options.spacing_um.is_none() {
            return Err(ImageError::Stack {
                path: folder.into(),
                reason: format!(
                    "the slices state different voxel sizes: {differing}; expected slices of one \
                     scan, or give the voxel size"
                ),
            });
        }
        warnings.push(format!(
            "the slices state different voxel sizes ({differing}); the one given is used"
        ));
        found.claim = Claim::Nothing(String::new());
    }
    finished(folder, pages, found, options, assumed, warnings)
}

fn in_words(claim: &Claim) -> String {
    match claim {
        Claim::Um { plane, layer } => {
            let sizes: Vec<f64> = plane.iter().chain(layer).copied().collect();
            format!("{} um", written(&sizes))
        }
        _ => "no voxel size".into(),
    }
}

/// Appends the pages of a file; what it says of itself.
fn add_file(path: &Path, pages: &mut Pages) -> Result<Described, ImageError> {
    let damaged = |error: ::tiff::TiffError| ImageError::Damaged {
        path: path.into(),
        reason: error.to_string(),
    };
    let (mut file, length) = samples::open(path)?;
    let directories = directories(path, &mut BufReader::new(&file), length)?;
    file.rewind()
        .map_err(|source| ImageError::io(path, source))?;
    let plain = Plain {
        file,
        at: 0,
        ones: directories.ones,
    };
    let mut decoder = Decoder::new(BufReader::new(plain)).map_err(damaged)?;
    let mut limits = Limits::default();
    limits.ifd_value_size = limits.ifd_value_size.min(length as usize);
    let most = length.saturating_mul(2600).min(1 << 32) as usize;
    limits.decoding_buffer_size = most;
    limits.intermediate_buffer_size = most;
    decoder = decoder.with_limits(limits);
    let (mut budget, mut found) = (length, None);
    loop {
        if is_reduced(&mut decoder).map_err(damaged)? {
            pages.left_out += 1;
        } else {
            check_layers_of_page(path, &mut decoder)?;
            if found.is_none() {
                let description = description(&mut decoder).map_err(damaged)?;
                let resolution = resolution(&mut decoder).map_err(damaged)?;
                found = Some(described(path, &description, resolution)?);
            }
            if let Some(pointer) = decoder.ifd_pointer() {
                let shown = directories.shown.get(&pointer.0);
                pages.white += usize::from(shown == Some(&MIN_IS_WHITE));
                pages.palette += usize::from(shown == Some(&PALETTE));
            }
            budget = add_page(path, &mut decoder, pages, budget)?;
        }
        if !decoder.more_images() {
            break;
        }
        decoder.next_image().map_err(damaged)?;
    }
    let found = found.ok_or_else(|| ImageError::Stack {
        path: path.into(),
        reason: "holds reduced images and masks only (NewSubfileType), expected an image".into(),
    })?;
    let (width, height) = pages.size.unwrap_or_default();
    if let Some(plane) = found.plane
        && plane != [u64::from(width), u64::from(height)]
    {
        return Err(ImageError::header(
            path,
            "OME-XML's SizeX, SizeY",
            format!("{} x {}", plane[0], plane[1]),
            format!("{width} x {height}, the size of the pages"),
        ));
    }
    Ok(found)
}

/// True for a reduced copy of another page, or a mask of one.
fn is_reduced(decoder: &mut Reader) -> Result<bool, ::tiff::TiffError> {
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
fn check_layers_of_page(path: &Path, decoder: &mut Reader) -> Result<(), ImageError> {
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
fn directories(
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
fn description(decoder: &mut Reader) -> Result<String, ::tiff::TiffError> {
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
fn resolution(decoder: &mut Reader) -> Result<Resolution, ::tiff::TiffError> {
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

fn ratio(value: &Value) -> Option<f64> {
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

/// Most bytes that a packed byte can stand for, by the code of the compression.
const fn packing_ratio(compression: u16) -> Option<u64> {
    match compression {
        1 => Some(1),
        // Twelve bits of LZW stand for at most 3837 bytes.
        5 => Some(2600),
        8 | 32_946 => Some(1032),
        32_773 => Some(64),
        _ => None,
    }
}

/// Appends a page. `budget` is what is left of the file's bytes, each of which can stand for
/// only so many bytes of data ([`packing_ratio`]); the rest of it.
fn add_page(
    path: &Path,
    decoder: &mut Reader,
    pages: &mut Pages,
    budget: u64,
) -> Result<u64, ImageError> {
    let damaged = |error: ::tiff::TiffError| ImageError::Damaged {
        path: path.into(),
        reason: error.to_string(),
    };
    let (width, height) = decoder.dimensions().map_err(damaged)?;
    let colour = decoder.colortype().map_err(damaged)?;
    if !matches!(colour, ColorType::Gray(1 | 8 | 16 | 32 | 64)) {
        return Err(ImageError::header(
            path,
            "PhotometricInterpretation, BitsPerSample",
            format!("{colour:?}"),
            "grey of 1, 8, 16, 32 or 64 bits",
        ));
    }
    if *pages.size.get_or_insert((width, height)) != (width, height)
        || *pages.colour.get_or_insert(colour) != colour
    {
        return Err(ImageError::Stack {
            path: path.into(),
            reason: format!(
                "page {} is {width} x {height} {colour:?}, those before are {:?} {:?}",
                pages.count + 1,
                pages.size.unwrap_or_default(),
                pages.colour
            ),
        });
    }
    let fill_order = decoder
        .find_tag_unsigned::<u16>(Tag::FillOrder)
        .map_err(damaged)?
        .unwrap_or(1);
    if fill_order != 1 && colour == ColorType::Gray(1) {
        return Err(ImageError::header(
            path,
            "FillOrder",
            fill_order.to_string(),
            "1, the first pixel in the highest bit",
        ));
    }
    let dims = [u64::from(width), u64::from(height), pages.count as u64 + 1];
    samples::checked_dims(path, "ImageWidth, ImageLength", dims)?;
    let bytes = decoder.image_buffer_layout().map_err(damaged)?.complete_len as u64;
    let compression = decoder
        .find_tag_unsigned::<u16>(Tag::Compression)
        .map_err(damaged)?
        .unwrap_or(1);
    let Some(ratio) = packing_ratio(compression) else {
        return Err(ImageError::header(
            path,
            "Compression",
            compression.to_string(),
            "1 (none), 5 (LZW), 8 or 32946 (deflate) or 32773 (PackBits)",
        ));
    };
    let too_large = || ImageError::TooLarge {
        path: path.into(),
        field: "ImageWidth, ImageLength",
        dims,
        reason: format!("at most {MOST_VOXELS} are read, and the file cannot hold so many"),
    };
    let left = budget.checked_sub(bytes / ratio).ok_or_else(too_large)?;
    let page = decoder.read_image().map_err(damaged)?;
    if matches!(compression, 8 | 32_946) {
        pages.left += checked_streams(path, decoder, bytes, u64::from(height))?;
    }
    match &pages.first {
        None => pages.first = Some(first_page(decoder, &page, compression).map_err(damaged)?),
        Some(first) if first.sample == sample(&page) => {}
        Some(first) => {
            return Err(ImageError::Stack {
                path: path.into(),
                reason: format!(
                    "page {} has samples of the type {:?}, those before {:?} (SampleFormat)",
                    pages.count + 1,
                    sample(&page),
                    first.sample
                ),
            });
        }
    }
    let tag = |decoder: &mut Reader, tag| decoder.find_tag_unsigned::<u64>(tag).ok().flatten();
    pages.turned += usize::from(tag(decoder, Tag::Orientation).unwrap_or(1) != 1);
    pages.nested |= decoder.image_ifd().find_entry(Tag::SubIfd).is_some();
    let from = pages.values.len();
    append(&page, colour, width as usize, &mut pages.values);
    let found = pages.values.len() - from;
    if found as u64 != dims[0] * dims[1] {
        return Err(ImageError::Truncated {
            path: path.into(),
            expected: dims[0] * dims[1],
            found: found as u64,
        });
    }
    pages.count += 1;
    Ok(left)
}

/// Places and lengths of the strips or tiles of the current page.
fn chunks(decoder: &mut Reader) -> Result<Vec<(u64, u64)>, ::tiff::TiffError> {
    for (places, lengths) in [
        (Tag::StripOffsets, Tag::StripByteCounts),
        (Tag::TileOffsets, Tag::TileByteCounts),
    ] {
        if let Some(places) = decoder.find_tag_unsigned_vec::<u64>(places)? {
            let lengths = decoder
                .find_tag_unsigned_vec::<u64>(lengths)?
                .unwrap_or_default();
            return Ok(places.into_iter().zip(lengths).collect());
        }
    }
    Ok(Vec::new())
}

/// Unpacks the deflate streams of the current page to their ends, where their checksums are, which the
/// decoder does not reach; the bytes beyond the last row.
fn checked_streams(
    path: &Path,
    decoder: &mut Reader,
    page_bytes: u64,
    rows: u64,
) -> Result<u64, ImageError> {
    let damaged = |error: ::tiff::TiffError| ImageError::Damaged {
        path: path.into(),
        reason: error.to_string(),
    };
    let chunks = chunks(decoder).map_err(damaged)?;
    let mut unpacked = 0;
    for (place, length) in &chunks {
        let file = decoder.inner();
        file.seek(SeekFrom::Start(*place))
            .map_err(|source| ImageError::io(path, source))?;
        unpacked += samples::drain(path, &mut ZlibDecoder::new(file.take(*length)))?;
    }
    let strip_rows = decoder
        .find_tag_unsigned::<u64>(Tag::RowsPerStrip)
        .map_err(damaged)?
        .unwrap_or(rows)
        .min(rows);
    let is_strips = decoder.image_ifd().find_entry(Tag::StripOffsets).is_some();
    // The last strip may be filled up with rows.
    let most = (page_bytes / rows.max(1)).saturating_mul(strip_rows * chunks.len() as u64);
    Ok(if is_strips {
        unpacked.saturating_sub(most)
    } else {
        0
    })
}

fn first_page(
    decoder: &mut Reader,
    page: &DecodingResult,
    compression: u16,
) -> Result<FirstPage, ::tiff::TiffError> {
    let chunks = chunks(decoder)?;
    let follow = chunks
        .windows(2)
        .all(|pair| pair[0].0.checked_add(pair[0].1) == Some(pair[1].0));
    let strips = decoder.image_ifd().find_entry(Tag::StripOffsets).is_some();
    Ok(FirstPage {
        offset: chunks.first().map_or(0, |chunk| chunk.0),
        plain: compression == 1 && strips && follow,
        big_endian: decoder.byte_order() == ByteOrder::BigEndian,
        sample: sample(page),
    })
}

/// The type of the samples; `None` for one that only pages have.
fn sample(page: &DecodingResult) -> Option<Sample> {
    Some(match page {
        DecodingResult::U8(_) => Sample::U8,
        DecodingResult::I8(_) => Sample::I8,
        DecodingResult::U16(_) => Sample::U16,
        DecodingResult::I16(_) => Sample::I16,
        DecodingResult::U32(_) => Sample::U32,
        DecodingResult::I32(_) => Sample::I32,
        DecodingResult::U64(_) => Sample::U64,
        DecodingResult::I64(_) => Sample::I64,
        DecodingResult::F32(_) => Sample::F32,
        DecodingResult::F64(_) => Sample::F64,
        DecodingResult::F16(_) => return None,
    })
}

/// Reads the layers that follow the first page without directories of their own: so `ImageJ` writes
/// stacks of more than 4 GB, and tifffile what it calls truncated.
fn add_layers(
    path: &Path,
    announced: u64,
    writer: &str,
    pages: &mut Pages,
) -> Result<(), ImageError> {
    let (width, height) = pages.size.unwrap_or_default();
    let whole_bytes = pages.colour != Some(ColorType::Gray(1));
    let (Some(first), true) = (pages.first.as_ref().filter(|page| page.plain), whole_bytes) else {
        return Err(ImageError::Stack {
            path: path.into(),
            reason: format!("{writer} announces {announced} images, found 1 page"),
        });
    };
    let sample = first.sample.ok_or_else(|| {
        ImageError::header(
            path,
            "BitsPerSample",
            "16-bit floating point",
            "another type in a stack of one directory",
        )
    })?;
    let dims = [u64::from(width), u64::from(height), announced];
    let layout = Layout {
        dims: samples::checked_dims(path, "ImageWidth, ImageLength, images", dims)?,
        sample,
        big_endian: first.big_endian,
        packing: Packing::Raw,
        file_offset: first.offset,
        stream_offset: 0,
        slope: 1.0,
        intercept: 0.0,
    };
    // Free the first page: it is read again.
    pages.values = Vec::new();
    // What follows after the layers is metadata.
    let (values, _) = samples::read(&[path.to_path_buf()], &layout)?;
    pages.values = values;
    pages.count = layout.dims[2];
    // The one directory speaks for every layer.
    for said in [&mut pages.white, &mut pages.palette, &mut pages.turned] {
        *said *= pages.count;
    }
    Ok(())
}

/// Applies `ImageJ`'s calibration to the values from a place on.
///
/// `ImageJ` calibrates images of 8 and 16 bits, of which it takes signed ones as unsigned with 32768
/// added; so that only the calibration which takes that off again is clear for them.
fn calibrate(
    path: &Path,
    found: &Described,
    pages: &mut Pages,
    from: usize,
) -> Result<(), ImageError> {
    let Some(calibration) = &found.calibration else {
        return Ok(());
    };
    let sample = pages.first.as_ref().and_then(|page| page.sample);
    let (slope, intercept) = (calibration.slope, calibration.intercept);
    match sample {
        Some(Sample::U8 | Sample::U16) => {}
        Some(Sample::I16) if (slope - 1.0).abs() <= 0.0 && (intercept + 32768.0).abs() <= 0.0 => {
            return Ok(());
        }
        _ => {
            return Err(ImageError::header(
                path,
                "ImageJ's calibration",
                format!("c0={intercept}, c1={slope} on signed or 32-bit samples"),
                "unsigned samples of 8 or 16 bits, which ImageJ calibrates; save calibrated values \
                 (32-bit) without c0 and c1",
            ));
        }
    }
    for value in &mut pages.values[from..] {
        let calibrated = slope * f64::from(*value) + intercept;
        *value = if calibration.clip {
            calibrated.max(0.0)
        } else {
            calibrated
        } as f32;
    }
    Ok(())
}

/// Appends the values of a page.
fn append(page: &DecodingResult, colour: ColorType, width: usize, values: &mut Vec<f32>) {
    macro_rules! each {
        ($samples:expr) => {
            values.extend($samples.iter().map(|&sample| sample as f32))
        };
    }
    match page {
        // Eight pixels in a byte, the first in the highest bit; rows begin with a byte.
        DecodingResult::U8(rows) if colour == ColorType::Gray(1) => {
            for row in rows.chunks_exact(width.div_ceil(8)) {
                values.extend((0..width).map(|x| f32::from(row[x / 8] >> (7 - x % 8) & 1)));
            }
        }
        DecodingResult::U8(samples) => values.extend(samples.iter().map(|&s| f32::from(s))),
        DecodingResult::U16(samples) => values.extend(samples.iter().map(|&s| f32::from(s))),
        DecodingResult::U32(samples) => each!(samples),
        DecodingResult::U64(samples) => each!(samples),
        DecodingResult::I8(samples) => values.extend(samples.iter().map(|&s| f32::from(s))),
        DecodingResult::I16(samples) => values.extend(samples.iter().map(|&s| f32::from(s))),
        DecodingResult::I32(samples) => each!(samples),
        DecodingResult::I64(samples) => each!(samples),
        DecodingResult::F16(samples) => values.extend(samples.iter().map(|s| s.to_f32())),
        DecodingResult::F32(samples) => values.extend_from_slice(samples),
        DecodingResult::F64(samples) => each!(samples),
    }
}

/// What was set aside or left out, a sentence each.
fn set_aside(pages: &Pages, found: &Described) -> Vec<String> {
    let of = |count: usize| {
        if count == pages.count {
            String::new()
        } else {
            format!(" in {count} of {} pages", pages.count)
        }
    };
    let mut said = Vec::new();
    if pages.white > 0 {
        said.push(format!(
            "the photometric interpretation is MinIsWhite{}, a display hint: stored values are kept",
            of(pages.white)
        ));
    }
    if pages.palette > 0 {
        said.push(format!(
            "the photometric interpretation is a palette{}, a display hint: stored values are kept",
            of(pages.palette)
        ));
    }
    if pages.turned > 0 {
        said.push(format!(
            "the orientation tag turns the picture{}, a display hint: rows are kept as stored",
            of(pages.turned)
        ));
    }
    if pages.left_out > 0 {
        said.push(format!(
            "pages that are reduced images or masks (NewSubfileType) are left out: {}",
            pages.left_out
        ));
    }
    if pages.nested {
        said.push("directories within directories (SubIFDs, reduced images) are left out".into());
    }
    if let Some(calibration) = &found.calibration {
        said.push(format!(
            "ImageJ's calibration is applied: value = {} + {} x stored{}, in {}",
            calibration.intercept,
            calibration.slope,
            if calibration.clip {
                ", 0 where that is below 0"
            } else {
                ""
            },
            calibration.unit
        ));
    }
    said
}

fn finished(
    path: &Path,
    pages: Pages,
    found: Described,
    options: &ReadOptions,
    mut assumed: Vec<String>,
    mut warnings: Vec<String>,
) -> Result<Image, ImageError> {
    let (width, height) = pages.size.unwrap_or_default();
    let dims = [width as usize, height as usize, pages.count];
    assumed.extend(set_aside(&pages, &found));
    // What the description leaves to assume is the voxel size.
    if options.spacing_um.is_none() {
        assumed.extend(found.assumed);
    }
    if pages.white > 0 && pages.white < pages.count {
        warnings.push(format!(
            "{} of {} pages are MinIsWhite and the others are not: stored values are kept, look whether \
             bone is bright in all of them",
            pages.white, pages.count
        ));
    }
    if pages.left > 0 {
        warnings.push(format!(
            "the packed strips go on for {} bytes after the last row, which are not read; check \
             ImageLength",
            pages.left
        ));
    }
    if let Some(sample) = pages.first.as_ref().and_then(|page| page.sample) {
        let slope = found.calibration.as_ref().map_or(1.0, |line| line.slope);
        warnings.extend(samples::rounded(&pages.values, sample, slope));
    }
    let mut stated = Stated {
        format: "TIFF",
        claim: found.claim,
        spacing_from: found.from,
        orientation: UNORIENTED,
        assumed,
        warnings,
    };
    let (spacing_um, spacing_from) = stated.sizes(path, options)?;
    samples::check_finite(path, &pages.values, dims)?;
    Ok(Image {
        dims,
        spacing_um,
        spacing_from,
        orientation: stated.orientation,
        values: pages.values,
        source: path.into(),
        format: stated.format,
        assumed: stated.assumed,
        warnings: stated.warnings,
    })
}
