//! TIFF: one file with a page per layer, or a folder with a file per layer.
//!
//! The voxel size is that of `ImageJ`'s description (`unit`, `spacing`, resolution tags), or of the
//! resolution tags in inches or centimetres. A TIFF without `ImageJ`'s `spacing` states no size
//! along z; it is taken equal to that in the plane. Resolutions that software writes by default
//! (72 per inch and such) are no voxel sizes.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use ::tiff::ColorType;
use ::tiff::decoder::ifd::Value;
use ::tiff::decoder::{Decoder, DecodingResult, Limits};
use ::tiff::tags::Tag;

use super::{Image, ImageError, MOST_VOXELS, ReadOptions, UNORIENTED, samples, text};

type Reader = Decoder<BufReader<std::fs::File>>;

/// Most of a description that is looked at, bytes.
const DESCRIPTION: usize = 1 << 16;
/// Voxel sizes outside of this range (um) are no sizes of a bone scan.
const SENSIBLE_UM: std::ops::RangeInclusive<f64> = 0.05..=5000.0;
/// Dots per inch that programs write without being told.
const DEFAULT_DPI: [f64; 9] = [1.0, 72.0, 90.0, 96.0, 100.0, 150.0, 200.0, 300.0, 600.0];

/// A voxel size in a file: in the plane, and along z where stated, um.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Stated {
    plane_um: [f64; 2],
    layer_um: Option<f64>,
}

/// The pages of a stack so far.
#[derive(Default)]
struct Pages {
    size: Option<(u32, u32)>,
    colour: Option<ColorType>,
    count: usize,
    values: Vec<f32>,
}

/// Reads one file, a page per layer.
pub(super) fn read_file(path: &Path, options: &ReadOptions) -> Result<Image, ImageError> {
    let mut pages = Pages::default();
    let (stated, announced) = add_file(path, &mut pages)?;
    if let Some(announced) = announced
        && announced > 1
        && announced != pages.count as u64
    {
        return Err(ImageError::Stack {
            path: path.into(),
            reason: format!(
                "ImageJ's description announces {announced} images, found {} pages",
                pages.count
            ),
        });
    }
    finished(path, pages, stated, options)
}

/// Reads a folder of single-page files, a file per layer.
pub(super) fn read_folder(folder: &Path, options: &ReadOptions) -> Result<Image, ImageError> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(|source| ImageError::io(folder, source))? {
        let path = entry
            .map_err(|source| ImageError::io(folder, source))?
            .path();
        let is_tiff = path.extension().is_some_and(|ending| {
            ending.eq_ignore_ascii_case("tif") || ending.eq_ignore_ascii_case("tiff")
        });
        // Names that start with a dot are leftovers of file managers.
        if is_tiff && !name_of(&path).starts_with('.') {
            files.push(path);
        }
    }
    if files.is_empty() {
        return Err(ImageError::Stack {
            path: folder.into(),
            reason: "the folder holds no .tif or .tiff file".into(),
        });
    }
    files.sort_by(|one, other| {
        natural_order(&name_of(one), &name_of(other)).then_with(|| one.cmp(other))
    });
    let mut pages = Pages::default();
    let mut stated = Ok(None);
    for (layer, path) in files.iter().enumerate() {
        let (size, _) = add_file(path, &mut pages)?;
        if pages.count != layer + 1 {
            return Err(ImageError::Stack {
                path: path.clone(),
                reason: format!(
                    "holds {} pages, expected 1 in a file of a stack",
                    pages.count - layer
                ),
            });
        }
        if layer == 0 {
            stated = size;
        }
    }
    finished(folder, pages, stated, options)
}

fn name_of(path: &Path) -> String {
    path.file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}

/// What a file says about its voxel size: a size, nothing, or why what it says is none.
type Size = Result<Option<Stated>, String>;

/// Appends the pages of a file; its voxel size and the number of images that `ImageJ` announces.
fn add_file(path: &Path, pages: &mut Pages) -> Result<(Size, Option<u64>), ImageError> {
    let damaged = |error: ::tiff::TiffError| ImageError::Damaged {
        path: path.into(),
        reason: error.to_string(),
    };
    let (mut file, length) = samples::open(path)?;
    check_directories(path, &mut BufReader::new(&file), length)?;
    file.rewind()
        .map_err(|source| ImageError::io(path, source))?;
    let mut decoder = Decoder::new(BufReader::new(file)).map_err(damaged)?;
    let mut limits = Limits::default();
    limits.ifd_value_size = limits.ifd_value_size.min(length as usize);
    let most = length.saturating_mul(2600).min(1 << 32) as usize;
    limits.decoding_buffer_size = most;
    limits.intermediate_buffer_size = most;
    decoder = decoder.with_limits(limits);
    let description = description(&mut decoder).map_err(damaged)?;
    let size = stated_size(&mut decoder, &description).map_err(damaged)?;
    let announced = imagej(&description, "images").and_then(|n| n.parse().ok());
    let mut budget = length;
    loop {
        budget = add_page(path, &mut decoder, pages, budget)?;
        if !decoder.more_images() {
            return Ok((size, announced));
        }
        decoder.next_image().map_err(damaged)?;
    }
}

/// Refuses directories with entries longer than the file. The decoder reserves room for as many values
/// as an entry promises, up to 256 MB, before it looks for them.
///
/// What does not read is left to the decoder, which names it.
fn check_directories(
    path: &Path,
    file: &mut (impl Read + Seek),
    length: u64,
) -> Result<(), ImageError> {
    let mut mark = [0; 4];
    if file.read_exact(&mut mark).is_err() {
        return Ok(());
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
        for _ in 0..entries {
            if !read(None, &mut bytes[..entry_bytes]) {
                return Ok(());
            }
            let values = number(&bytes[4..4 + word]);
            let value_bytes = match number(&bytes[2..4]) {
                3 | 8 => 2,
                4 | 9 | 11 | 13 => 4,
                5 | 10 | 12 | 16..=18 => 8,
                _ => 1,
            };
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
    Ok(())
}

/// The description of the current page. Bytes that are not UTF-8 are read as Latin-1, in which old
/// versions of `ImageJ` write the micro sign.
fn description(decoder: &mut Reader) -> Result<String, ::tiff::TiffError> {
    let mut bytes = vec![0; DESCRIPTION];
    let found = decoder
        .image_ifd()
        .find_tag_bytes(Tag::ImageDescription, &mut bytes, 0)?
        .unwrap_or(0);
    bytes.truncate(found);
    let end = bytes.iter().position(|&byte| byte == 0);
    bytes.truncate(end.unwrap_or(bytes.len()));
    Ok(String::from_utf8(bytes).unwrap_or_else(|error| {
        error
            .as_bytes()
            .iter()
            .map(|&byte| char::from(byte))
            .collect()
    }))
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

fn finished(
    path: &Path,
    pages: Pages,
    stated: Size,
    options: &ReadOptions,
) -> Result<Image, ImageError> {
    let (width, height) = pages.size.unwrap_or_default();
    let dims = [width as usize, height as usize, pages.count];
    let missing = |looked: String| ImageError::MissingSpacing {
        path: path.into(),
        looked,
    };
    let sizes = match (options.spacing_um, stated) {
        (Some(given), _) => given,
        (None, Err(looked)) => return Err(missing(looked)),
        (None, Ok(None)) => {
            return Err(missing(
                "neither resolution tags nor ImageJ's unit are there".into(),
            ));
        }
        (None, Ok(Some(stated))) => {
            let [x, y] = stated.plane_um;
            [x, y, stated.layer_um.unwrap_or(x)]
        }
    };
    samples::check_finite(path, &pages.values, dims)?;
    Ok(Image {
        dims,
        spacing_um: sizes,
        spacing_from: "resolution tags",
        orientation: UNORIENTED,
        values: pages.values,
        source: path.into(),
        format: "TIFF",
        assumed: Vec::new(),
        warnings: Vec::new(),
    })
}

/// The value of a line `name=value` in `ImageJ`'s description.
fn imagej<'a>(description: &'a str, name: &str) -> Option<&'a str> {
    if !description.starts_with("ImageJ=") {
        return None;
    }
    description
        .lines()
        .find_map(|line| line.trim().strip_prefix(name)?.strip_prefix('='))
        .map(|value| value.trim_end_matches('\0').trim())
}

/// The voxel size by the tags of the current page.
fn stated_size(decoder: &mut Reader, description: &str) -> Result<Size, ::tiff::TiffError> {
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
    Ok(size_of(per_unit, unit, description))
}

fn ratio(value: &Value) -> Option<f64> {
    let (above, below) = match value {
        Value::Rational(above, below) => (*above, *below),
        Value::List(list) => match list.first()? {
            Value::Rational(above, below) => (*above, *below),
            _ => return None,
        },
        _ => return None,
    };
    (above > 0 && below > 0).then(|| f64::from(above) / f64::from(below))
}

/// The voxel size by resolutions per unit, the code of the unit, and `ImageJ`'s description.
fn size_of(per_unit: [Option<f64>; 2], unit: u16, description: &str) -> Size {
    let [Some(x), Some(y)] = per_unit else {
        return Ok(None);
    };
    let imagej_unit = imagej(description, "unit");
    let unit_um = match (imagej_unit.and_then(text::unit_um), unit) {
        (Some(unit_um), _) => unit_um,
        (None, 3) => 1e4,
        (None, 2) if DEFAULT_DPI.iter().any(|dpi| (x - dpi).abs() < 0.01 * dpi) => {
            return Err(format!(
                "{x} pixels per inch is what programs write by default"
            ));
        }
        (None, 2) => 25_400.0,
        (None, _) => {
            return Err(format!(
                "resolution tags without a unit{}",
                imagej_unit.map_or_else(String::new, |unit| format!(
                    ", ImageJ's unit is \"{}\"",
                    text::shortened(unit)
                ))
            ));
        }
    };
    let plane_um = [unit_um / x, unit_um / y];
    let layer_um = match imagej(description, "spacing") {
        None => None,
        // ImageJ writes a negative spacing for stacks in reverse order.
        Some(spacing) => match spacing.parse::<f64>() {
            Ok(spacing) => Some(spacing.abs() * unit_um),
            Err(_) => {
                return Err(format!(
                    "ImageJ's spacing is \"{}\"",
                    text::shortened(spacing)
                ));
            }
        },
    };
    let sensible = |size: &f64| SENSIBLE_UM.contains(size);
    if plane_um.iter().chain(&layer_um).all(sensible) {
        Ok(Some(Stated { plane_um, layer_um }))
    } else {
        Err(format!(
            "the tags give {plane_um:?} and {layer_um:?} um, which are no voxel sizes of a scan"
        ))
    }
}

/// Order of names in which runs of digits count as numbers: `slice2` before `slice10`.
fn natural_order(one: &str, other: &str) -> Ordering {
    let (mut a, mut b) = (one, other);
    loop {
        let (Some(first), Some(second)) = (a.chars().next(), b.chars().next()) else {
            return a.len().cmp(&b.len());
        };
        if first.is_ascii_digit() && second.is_ascii_digit() {
            let (number, rest) = a.split_at(digits(a));
            let (against, left) = b.split_at(digits(b));
            let (n, m) = (
                number.trim_start_matches('0'),
                against.trim_start_matches('0'),
            );
            let order = n.len().cmp(&m.len()).then_with(|| n.cmp(m));
            if order != Ordering::Equal {
                return order;
            }
            (a, b) = (rest, left);
        } else {
            let order = first.to_lowercase().cmp(second.to_lowercase());
            if order != Ordering::Equal {
                return order;
            }
            (a, b) = (&a[first.len_utf8()..], &b[second.len_utf8()..]);
        }
    }
}

fn digits(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_sort_by_their_numbers() {
        let mut names = vec![
            "s10.tif", "s2.tif", "S1.tif", "s02b.tif", "s1a.tif", "t0.tif",
        ];
        names.sort_by(|a, b| natural_order(a, b));
        assert_eq!(
            names,
            [
                "S1.tif", "s1a.tif", "s2.tif", "s02b.tif", "s10.tif", "t0.tif"
            ]
        );
    }

    #[test]
    fn only_sensible_tags_are_a_voxel_size() {
        let both = |n| [Some(n), Some(n)];
        let per_cm = size_of(both(1e4 / 19.5), 3, "").unwrap().unwrap();
        assert!((per_cm.plane_um[0] - 19.5).abs() < 1e-9);
        assert_eq!(per_cm.layer_um, None);
        let imagej = "ImageJ=1.53t\nimages=24\nunit=\\u00B5m\nspacing=-21\n";
        let stated = size_of(both(0.05), 1, imagej).unwrap().unwrap();
        assert_eq!(
            stated,
            Stated {
                plane_um: [20.0; 2],
                layer_um: Some(21.0)
            }
        );
        assert!(size_of(both(72.0), 2, "").is_err());
        assert!(size_of(both(1.0), 1, "").is_err());
        assert!(size_of(both(1.0), 3, "").is_err());
        assert!(size_of(both(1.0), 1, "ImageJ=1\nunit=pixel\n").is_err());
        assert_eq!(size_of([None; 2], 3, ""), Ok(None));
    }
}
