//! OME-XML in the description of a TIFF: sizes, channels and times.
//!
//! Names are those of the OME schema of 2016-06. Only the element `Pixels` and those that say where the
//! rest is are looked at, so that no XML library is needed.

/// What the XML says.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Ome {
    /// Elements `Pixels`: images in the file, or in the set of files.
    pub(super) images: usize,
    /// `SizeX`, `SizeY`, `SizeZ`, `SizeC`, `SizeT` of the first image; 0 where it is missing or no number.
    pub(super) sizes: [u64; 5],
    /// `PhysicalSizeX`, `Y`, `Z` with their units, as they stand there.
    pub(super) physical: [Option<(String, String)>; 3],
    /// The XML is in a file of its own.
    pub(super) elsewhere: bool,
    /// Elements `TiffData` of the first image.
    pub(super) pages: Vec<TiffData>,
    /// `TheZ`, `PositionZ` and its unit of the elements `Plane` of the first image, as they stand there.
    pub(super) positions: Vec<[String; 3]>,
}

/// Which directories hold which planes; `None` where the attribute is missing.
#[derive(Debug, Default, PartialEq)]
pub(super) struct TiffData {
    /// `IFD` and `PlaneCount`, as they stand there.
    ifd: Option<String>,
    planes: Option<String>,
    /// `FirstZ`, `FirstC`, `FirstT`, as they stand there.
    first: [Option<String>; 3],
}

impl TiffData {
    /// Whether the element starts where the one before it ended, at the plane `next` of `layers`, in the
    /// directory of the same number; the plane after its last.
    ///
    /// By the schema `IFD` and `FirstZ` are 0 where they are missing, and `PlaneCount` is 1 beside an
    /// `IFD` and else all planes.
    fn follows(&self, next: u64, layers: u64) -> Option<u64> {
        let number = |word: &Option<String>, usual: u64| match word {
            None => Some(usual),
            Some(word) => word.trim().parse::<u64>().ok(),
        };
        let all = if self.ifd.is_some() { 1 } else { layers };
        let [z, c, t] = &self.first;
        let end = next.checked_add(number(&self.planes, all)?)?;
        let is_plain = number(&self.ifd, 0)? == next
            && number(z, 0)? == next
            && number(c, 0)? == 0
            && number(t, 0)? == 0;
        (is_plain && end > next && end <= layers).then_some(end)
    }

    fn in_words(&self) -> String {
        let names = ["IFD", "PlaneCount", "FirstZ", "FirstC", "FirstT"];
        let [z, c, t] = &self.first;
        let words: Vec<String> = names
            .into_iter()
            .zip([&self.ifd, &self.planes, z, c, t])
            .filter_map(|(name, value)| Some(format!("{name} {}", value.as_ref()?)))
            .collect();
        words.join(", ")
    }
}

impl Ome {
    /// What of `TiffData` is not the plain order: every plane once, the first in the first directory.
    pub(super) fn out_of_order(&self) -> Option<String> {
        let layers = self.sizes[2];
        let mut next = 0;
        for (number, part) in self.pages.iter().enumerate() {
            match part.follows(next, layers) {
                Some(end) => next = end,
                None => {
                    return Some(format!(
                        "{} in the element {} after {next} planes",
                        part.in_words(),
                        number + 1
                    ));
                }
            }
        }
        (next < layers && !self.pages.is_empty()).then(|| format!("{next} of {layers} planes"))
    }
}

/// The unit of sizes that name none.
const USUAL_UNIT: &str = "\u{b5}m";

/// True for a description that is OME-XML.
pub(super) fn is_ome(description: &str) -> bool {
    let start = description.trim_start_matches(['\u{feff}', ' ', '\n', '\r', '\t']);
    (start.starts_with("<?xml") || start.starts_with('<')) && description.contains("OME")
}

/// Reads the elements `Pixels` of OME-XML.
pub(super) fn parse(xml: &str) -> Ome {
    let mut ome = Ome::default();
    let mut rest = xml;
    while let Some(start) = rest.find('<') {
        rest = &rest[start + 1..];
        if let Some(comment) = rest.strip_prefix("!--") {
            rest = comment.split_once("-->").map_or("", |(_, after)| after);
            continue;
        }
        let end = tag_end(rest);
        let tag = &rest[..end];
        rest = &rest[end..];
        let name = tag
            .split(|c: char| c.is_whitespace() || c == '/')
            .next()
            .unwrap_or_default();
        match name.rsplit(':').next() {
            Some("Pixels") if !tag.starts_with('/') => {
                ome.images += 1;
                if ome.images == 1 {
                    pixels(tag, &mut ome);
                }
            }
            Some("BinaryOnly") => ome.elsewhere = true,
            Some("TiffData") if !tag.starts_with('/') && ome.images == 1 => {
                ome.pages.push(tiff_data(tag));
            }
            Some("Plane") if !tag.starts_with('/') && ome.images == 1 => {
                let value = |name| {
                    let mut all = attributes(tag).into_iter();
                    all.find(|(its, _)| *its == name).map(|(_, value)| value)
                };
                if let (Some(z), Some(at)) = (value("TheZ"), value("PositionZ")) {
                    let unit = value("PositionZUnit").unwrap_or_default();
                    ome.positions.push([z, at, unit]);
                }
            }
            _ => {}
        }
    }
    ome
}

fn tiff_data(tag: &str) -> TiffData {
    let mut found = TiffData::default();
    for (name, value) in attributes(tag) {
        match name {
            "IFD" => found.ifd = Some(value),
            "PlaneCount" => found.planes = Some(value),
            "FirstZ" => found.first[0] = Some(value),
            "FirstC" => found.first[1] = Some(value),
            "FirstT" => found.first[2] = Some(value),
            _ => {}
        }
    }
    found
}

/// Where a tag ends, outside of quotes.
fn tag_end(text: &str) -> usize {
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (None, '>') => return at,
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), _) if open == c => quote = None,
            _ => {}
        }
    }
    text.len()
}

fn pixels(tag: &str, ome: &mut Ome) {
    for (name, value) in attributes(tag) {
        let axis = |prefix: &str| {
            name.strip_prefix(prefix)
                .and_then(|axis| ["X", "Y", "Z", "C", "T"].iter().position(|a| *a == axis))
        };
        if let Some(axis) = axis("Size") {
            ome.sizes[axis] = value.trim().parse().unwrap_or(0);
        } else if let Some(axis) = axis("PhysicalSize").filter(|axis| *axis < 3) {
            let unit = ome.physical[axis].take().map(|(_, unit)| unit);
            let unit = unit.unwrap_or_else(|| USUAL_UNIT.into());
            ome.physical[axis] = Some((value, unit));
        } else if let Some(axis) = name
            .strip_prefix("PhysicalSize")
            .and_then(|axis| axis.strip_suffix("Unit"))
            .and_then(|axis| ["X", "Y", "Z"].iter().position(|a| *a == axis))
        {
            let size = ome.physical[axis].take().map(|(size, _)| size);
            ome.physical[axis] = Some((size.unwrap_or_default(), value));
        }
    }
    for size in &mut ome.physical {
        // A unit without a size.
        if size.as_ref().is_some_and(|(size, _)| size.is_empty()) {
            *size = None;
        }
    }
}

/// Names and values of the attributes of a tag.
fn attributes(tag: &str) -> Vec<(&str, String)> {
    let mut found = Vec::new();
    let mut rest = tag;
    while let Some((before, after)) = rest.split_once('=') {
        let name = before.split_whitespace().last().unwrap_or_default();
        let after = after.trim_start();
        let Some(quote) = after.chars().next().filter(|c| matches!(c, '"' | '\'')) else {
            rest = after;
            continue;
        };
        let Some((value, left)) = after[1..].split_once(quote) else {
            break;
        };
        found.push((name, plain(value)));
        rest = left;
    }
    found
}

/// Text without character references.
fn plain(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        plain.push_str(before);
        let Some((name, left)) = after.split_once(';') else {
            plain.push('&');
            rest = after;
            continue;
        };
        let number = name.strip_prefix('#').and_then(|number| {
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16),
                None => number.parse(),
            };
            char::from_u32(code.ok()?)
        });
        let named = match name {
            "amp" => Some('&'),
            "lt" => Some('<'),
            "gt" => Some('>'),
            "quot" => Some('"'),
            "apos" => Some('\''),
            _ => number,
        };
        plain.extend(named);
        rest = left;
    }
    plain.push_str(rest);
    plain
}

#[cfg(test)]
mod tests;
