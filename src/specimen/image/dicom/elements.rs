//! The elements of a DICOM file, as far as an image needs them.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::Path;

use crate::specimen::image::samples;
use crate::specimen::image::{ImageError, text};

/// Bytes before the magic word, and with it.
const PREAMBLE: usize = 128;
/// Longest value that is kept, bytes; of pixels all are.
const LONGEST: usize = 1 << 16;
/// Deepest sequence within sequences.
const DEEPEST: usize = 16;
const PIXELS: u32 = 0x7fe0_0010;
const TRANSFER_SYNTAX: u32 = 0x0002_0010;
/// A length that is not stated: the value ends with a delimiter.
const UNSTATED: u32 = u32::MAX;

/// Whether a file has DICOM's magic word.
pub(super) fn is_dicom(path: &Path) -> bool {
    let Ok((mut file, _)) = samples::open(path) else {
        return false;
    };
    let mut start = [0_u8; PREAMBLE + 4];
    let found = samples::fill(path, &mut file, &mut start).unwrap_or(0);
    found == start.len() && start.ends_with(b"DICM")
}

/// The elements of a file.
pub(super) struct Dataset {
    bytes: Vec<u8>,
    /// Places of values, without those within sequences.
    values: BTreeMap<u32, [usize; 2]>,
}

/// Reads elements one after another.
struct Walk<'a> {
    bytes: &'a [u8],
    at: usize,
    /// Whether elements name their types.
    is_explicit: bool,
}

/// An element: tag, whether its type is a sequence, length as stated.
type Element = (u32, bool, u32);

impl Walk<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let found = self
            .bytes
            .get(self.at..self.at.checked_add(N)?)?
            .try_into()
            .ok()?;
        self.at += N;
        Some(found)
    }

    fn element(&mut self) -> Option<Element> {
        let group = u16::from_le_bytes(self.take()?);
        let number = u16::from_le_bytes(self.take()?);
        let tag = u32::from(group) << 16 | u32::from(number);
        // Items and delimiters have no type.
        if !self.is_explicit || group == 0xfffe {
            let length = u32::from_le_bytes(self.take()?);
            return Some((tag, length == UNSTATED && tag != PIXELS, length));
        }
        let kind: [u8; 2] = self.take()?;
        if !kind.iter().all(u8::is_ascii_uppercase) {
            return None;
        }
        let is_long = matches!(
            &kind,
            b"OB"
                | b"OD"
                | b"OF"
                | b"OL"
                | b"OV"
                | b"OW"
                | b"SQ"
                | b"SV"
                | b"UC"
                | b"UN"
                | b"UR"
                | b"UT"
                | b"UV"
        );
        let length = if is_long {
            self.take::<2>()?;
            u32::from_le_bytes(self.take()?)
        } else {
            u32::from(u16::from_le_bytes(self.take()?))
        };
        Some((
            tag,
            &kind == b"SQ" || length == UNSTATED && tag != PIXELS,
            length,
        ))
    }

    /// Passes a value that is no concern of an image.
    fn pass(&mut self, length: u32, depth: usize) -> Option<()> {
        if length != UNSTATED {
            self.at = self.at.checked_add(length as usize)?;
            return (self.at <= self.bytes.len()).then_some(());
        }
        if depth > DEEPEST {
            return None;
        }
        // Items, each of a stated length or with elements up to its delimiter, up to the sequence's.
        loop {
            let (tag, _, length) = self.element()?;
            match tag {
                0xfffe_e0dd => return Some(()),
                0xfffe_e000 if length == UNSTATED => loop {
                    let (tag, _, length) = self.element()?;
                    if tag == 0xfffe_e00d {
                        break;
                    }
                    self.pass(length, depth + 1)?;
                },
                0xfffe_e000 => self.pass(length, depth + 1)?,
                _ => return None,
            }
        }
    }
}

impl Dataset {
    /// Reads a file.
    pub(super) fn read(path: &Path) -> Result<Self, ImageError> {
        if !is_dicom(path) {
            return Err(ImageError::header(
                path,
                "the first 132 bytes",
                "no \"DICM\" behind the preamble",
                "a DICOM file (PS3.10)",
            ));
        }
        let (file, length) = samples::open(path)?;
        let mut bytes = Vec::new();
        file.take(length)
            .read_to_end(&mut bytes)
            .map_err(|source| ImageError::io(path, source))?;
        let mut values = BTreeMap::new();
        let damaged = |at: usize| ImageError::Damaged {
            path: path.into(),
            reason: format!("the element at byte {at} is none, or ends beyond the file"),
        };
        // The heading is always explicit; then comes what it names.
        let mut walk = Walk {
            bytes: &bytes,
            at: PREAMBLE + 4,
            is_explicit: true,
        };
        let mut in_heading = true;
        while walk.at < bytes.len() {
            if in_heading && bytes.get(walk.at..walk.at + 2) != Some(&[2, 0]) {
                in_heading = false;
                walk.is_explicit = is_explicit(path, &bytes, &values)?;
            }
            let start = walk.at;
            let (tag, is_sequence, length) = walk.element().ok_or_else(|| damaged(start))?;
            if tag == PIXELS && length == UNSTATED {
                return Err(packed(
                    path,
                    "of a length that is not stated, as packed pixels have",
                ));
            }
            let from = walk.at;
            walk.pass(length, 0).ok_or_else(|| damaged(start))?;
            if !is_sequence && (walk.at - from <= LONGEST || tag == PIXELS) {
                values.insert(tag, [from, walk.at]);
            }
        }
        Ok(Self { bytes, values })
    }

    fn value(&self, tag: u32) -> Option<&[u8]> {
        let [from, to] = *self.values.get(&tag)?;
        self.bytes.get(from..to)
    }

    /// A number of two bytes.
    pub(super) fn short(&self, tag: u32) -> Option<u16> {
        let pair = self.value(tag)?.get(..2)?.try_into().ok()?;
        Some(u16::from_le_bytes(pair))
    }

    /// Words without the blank, or zero, that makes their length even.
    pub(super) fn text(&self, tag: u32) -> Option<String> {
        let words = String::from_utf8_lossy(self.value(tag)?).into_owned();
        Some(text::shortened(words.trim_matches(['\0', ' '])))
    }

    /// Finite numbers, parted by strokes; `None` within where there are none.
    #[expect(
        clippy::option_option,
        reason = "an element that is missing, and one that is wrong"
    )]
    pub(super) fn numbers(&self, tag: u32) -> Option<Option<Vec<f64>>> {
        let words = String::from_utf8_lossy(self.value(tag)?).into_owned();
        let words = words.trim_matches(['\0', ' ']);
        if words.is_empty() {
            return None;
        }
        let number = |word: &str| word.trim().parse().ok().filter(|n: &f64| n.is_finite());
        Some(words.split('\\').map(number).collect())
    }

    /// The pixels.
    pub(super) fn pixels(&self, path: &Path) -> Result<&[u8], ImageError> {
        self.value(PIXELS).ok_or_else(|| {
            ImageError::header(path, "PixelData", "missing", "the pixels of a slice")
        })
    }
}

fn packed(path: &Path, found: &str) -> ImageError {
    ImageError::header(
        path,
        "PixelData",
        found,
        "pixels that are not packed; unpack them first, for example with gdcmconv --raw or dcmdjpeg",
    )
}

/// Whether elements name their types, by the transfer syntax.
fn is_explicit(
    path: &Path,
    bytes: &[u8],
    values: &BTreeMap<u32, [usize; 2]>,
) -> Result<bool, ImageError> {
    let uid = values
        .get(&TRANSFER_SYNTAX)
        .and_then(|&[from, to]| bytes.get(from..to));
    let uid = String::from_utf8_lossy(uid.unwrap_or_default()).into_owned();
    match uid.trim_matches(['\0', ' ']) {
        "1.2.840.10008.1.2" => Ok(false),
        "1.2.840.10008.1.2.1" => Ok(true),
        other => {
            let name = match other {
                "1.2.840.10008.1.2.2" => "big-endian",
                "1.2.840.10008.1.2.1.99" => "deflated",
                "1.2.840.10008.1.2.5" => "run lengths",
                jpeg if jpeg.starts_with("1.2.840.10008.1.2.4.") => {
                    "packed as a kind of JPEG or MPEG"
                }
                _ => "unknown",
            };
            Err(ImageError::header(
                path,
                "TransferSyntaxUID",
                format!("\"{}\" ({name})", text::shortened(other)),
                "1.2.840.10008.1.2 or 1.2.840.10008.1.2.1, little-endian and not packed; convert the file, for \
                 example with gdcmconv --raw",
            ))
        }
    }
}
