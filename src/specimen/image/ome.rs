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
            _ => {}
        }
    }
    ome
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
mod tests {
    use super::*;

    #[test]
    fn pixels_are_found_whatever_stands_around_them() {
        let xml = "<?xml version=\"1.0\"?><!-- <Pixels SizeX=\"9\"/> -->\n<ome:OME note='a > b'>\
                   <ome:Image ID=\"Image:0\"><ome:Pixels SizeX=\"22\" SizeY='18' SizeZ=\"14\" \
                   SizeC=\"1\" SizeT=\"1\" PhysicalSizeX=\"10\" PhysicalSizeXUnit=\"&#181;m\" \
                   PhysicalSizeYUnit=\"nm\" PhysicalSizeY=\"1e4\" PhysicalSizeZ = \"20.5\" \
                   DimensionOrder=\"XYZCT\"><ome:Channel/></ome:Pixels></ome:Image></ome:OME>";
        assert!(is_ome(xml));
        let size = |size: &str, unit: &str| Some((size.to_owned(), unit.to_owned()));
        assert_eq!(
            parse(xml),
            Ome {
                images: 1,
                sizes: [22, 18, 14, 1, 1],
                physical: [
                    size("10", "\u{b5}m"),
                    size("1e4", "nm"),
                    size("20.5", "\u{b5}m")
                ],
                elsewhere: false,
            }
        );
        let two = parse("<OME><Pixels SizeC='2' PhysicalSizeXUnit='mm'/><Pixels/></OME>");
        assert_eq!((two.images, two.sizes[3]), (2, 2));
        assert_eq!(two.physical, [None, None, None]);
        assert!(parse("<OME><BinaryOnly MetadataFile=\"a.ome\"/></OME>").elsewhere);
        assert!(!is_ome("ImageJ=1.54f\n"));
        for odd in [
            "<OME",
            "<Pixels SizeX=",
            "<Pixels SizeX=\"",
            "<!-- OME",
            "<&#x;=\"&#99999999;\"",
        ] {
            assert_eq!(parse(odd).sizes, [0; 5], "{odd}");
        }
    }
}
