//! Words in the embedded font: how wide they are, with kerning, and how they break into lines.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicI32, Ordering};

use ab_glyph::{Font, FontRef, Glyph, OutlinedGlyph, PxScale, ScaleFont, point};
use ttf_parser::gpos::{PairAdjustment, PositioningSubtable};
use ttf_parser::{Face, GlyphId, Tag};

/// Size of all words but titles, points at print width.
pub(super) const SIZE: f64 = 9.0;
/// Size of the title of a picture.
pub(super) const TITLE: f64 = 11.0;
/// From one line to the next, over the size.
pub(super) const LEADING: f64 = 1.3;
/// Height of letters above the line on which they stand, over the size.
pub(super) const ASCENT: f64 = 0.78;
/// Depth of letters below it, over the size.
pub(super) const DESCENT: f64 = 0.24;

/// Families of an SVG: the embedded font, and the one that it is as wide as.
pub(super) const FAMILIES: &str = "DejaVu Sans, Verdana, sans-serif";

/// The thin space that does not break: the embedded font lacks it, and it has no ink.
const THIN: char = '\u{202f}';
/// Its width over the size.
const THIN_WIDTH: f32 = 0.2;

/// The embedded font: letters by one reader, the distances of pairs of letters by another.
struct Embedded {
    font: FontRef<'static>,
    face: Face<'static>,
}

fn embedded(is_bold: bool) -> Option<&'static Embedded> {
    static FONTS: [OnceLock<Option<Embedded>>; 2] = [OnceLock::new(), OnceLock::new()];
    let read = || {
        let bytes: &[u8] = if is_bold {
            include_bytes!("../../assets/font/DejaVuSans-Bold.ttf")
        } else {
            include_bytes!("../../assets/font/DejaVuSans.ttf")
        };
        Some(Embedded {
            font: FontRef::try_from_slice(bytes).ok()?,
            face: Face::parse(bytes, 0).ok()?,
        })
    };
    FONTS[usize::from(is_bold)].get_or_init(read).as_ref()
}

/// What the font adds between two glyphs (GPOS, feature `kern`), in units of the font.
fn kerning(face: &Face<'_>, one: u16, other: u16) -> i16 {
    let Some(table) = face.tables().gpos else {
        return 0;
    };
    let feature = table.features.find(Tag::from_bytes(b"kern"));
    let lookups = feature.into_iter().flat_map(|found| found.lookup_indices);
    let (one, other) = (GlyphId(one), GlyphId(other));
    lookups
        .filter_map(|index| table.lookups.get(index))
        .flat_map(|lookup| lookup.subtables.into_iter::<PositioningSubtable<'_>>())
        .find_map(|subtable| match subtable {
            PositioningSubtable::Pair(PairAdjustment::Format1 { coverage, sets }) => {
                let (first, _) = sets.get(coverage.get(one)?)?.get(other)?;
                Some(first.x_advance)
            }
            PositioningSubtable::Pair(PairAdjustment::Format2 {
                coverage,
                classes,
                matrix,
            }) => {
                coverage.get(one)?;
                let (first, _) = matrix.get((classes.0.get(one), classes.1.get(other)))?;
                Some(first.x_advance)
            }
            _ => None,
        })
        .unwrap_or(0)
}

/// Letters whose distances are kept once they were looked up: those of ASCII.
const KEPT: usize = 128;

/// Distances of pairs of kept letters, by weight of the font; [`UNKNOWN`] until one is looked up.
static DISTANCES: [[AtomicI32; KEPT * KEPT]; 2] =
    [const { [const { AtomicI32::new(UNKNOWN) }; KEPT * KEPT] }; 2];

/// No distance that a font has.
const UNKNOWN: i32 = i32::MAX;

/// [`kerning`] of two letters, looked up once: a page is laid out several times over the same words.
fn distance(face: &Face<'_>, is_bold: bool, letters: [char; 2], glyphs: [u16; 2]) -> i32 {
    let [one, other] = letters.map(|letter| letter as usize);
    let look_up = || i32::from(kerning(face, glyphs[0], glyphs[1]));
    if one >= KEPT || other >= KEPT {
        return look_up();
    }
    let kept = &DISTANCES[usize::from(is_bold)][one * KEPT + other];
    match kept.load(Ordering::Relaxed) {
        UNKNOWN => {
            let found = look_up();
            // Whoever comes first writes the same.
            kept.store(found, Ordering::Relaxed);
            found
        }
        known => known,
    }
}

/// Glyphs of a line at places on it, and the width of the line.
fn set(text: &str, size: f64, is_bold: bool) -> (Vec<Glyph>, f64) {
    let Some(Embedded { font, face }) = embedded(is_bold) else {
        return (Vec::new(), 0.6 * size * text.chars().count() as f64);
    };
    let em = font.units_per_em().unwrap_or(2048.0);
    let scale = PxScale::from(size as f32 * font.height_unscaled() / em);
    let scaled = font.as_scaled(scale);
    let mut x = 0.0_f32;
    let mut glyphs: Vec<Glyph> = Vec::with_capacity(text.len());
    let mut before: Option<(char, u16)> = None;
    for letter in text.chars() {
        if letter == THIN {
            x += THIN_WIDTH * size as f32;
            continue;
        }
        let id = font.glyph_id(letter);
        if let Some((last, glyph)) = before {
            let apart = distance(face, is_bold, [last, letter], [glyph, id.0]);
            x += apart as f32 * size as f32 / em;
        }
        before = Some((letter, id.0));
        glyphs.push(id.with_scale_and_position(scale, point(x, 0.0)));
        x += scaled.h_advance(id);
    }
    (glyphs, f64::from(x))
}

/// Width of a line in the units of its size.
pub(super) fn width(text: &str, size: f64, is_bold: bool) -> f64 {
    set(text, size, is_bold).1
}

/// Letters of a text that the embedded font lacks: they are drawn as boxes.
#[cfg(test)]
pub(super) fn missing(text: &str, is_bold: bool) -> String {
    let lacks = |letter: &char| {
        let font = embedded(is_bold);
        *letter != THIN && font.is_none_or(|found| found.font.glyph_id(*letter).0 == 0)
    };
    text.chars().filter(lacks).collect()
}

/// Outlines of a line that begins at `x` on the base line `y`, in pixels.
pub(super) fn outlines(text: &str, size: f64, is_bold: bool, x: f64, y: f64) -> Vec<OutlinedGlyph> {
    let Some(Embedded { font, .. }) = embedded(is_bold) else {
        return Vec::new();
    };
    let (glyphs, _) = set(text, size, is_bold);
    glyphs
        .into_iter()
        .filter_map(|mut glyph| {
            glyph.position.x += x as f32;
            glyph.position.y += y as f32;
            font.outline_glyph(glyph)
        })
        .collect()
}

/// Breaks a text into lines no wider than `most`, at spaces, and in longer words behind `.`, `_` and
/// hyphens. A number stays whole, and with the word before it. What cannot be broken stays whole.
pub(super) fn wrap(text: &str, size: f64, is_bold: bool, most: f64) -> Vec<String> {
    let mut parts: Vec<String> = vec![String::new()];
    let mut letters = text.chars().peekable();
    let mut last = ' ';
    while let Some(letter) = letters.next() {
        if let Some(part) = parts.last_mut() {
            part.push(letter);
        }
        let is_number = letters.peek().is_some_and(char::is_ascii_digit);
        let is_share = letters.peek() == Some(&'%');
        let is_bound = letter == ' ' && (is_share || is_number && last.is_alphabetic());
        // No number is broken at its point: the part behind it would have to come along, beyond the line.
        let is_decimal = letter == '.' && is_number && last.is_ascii_digit();
        if matches!(letter, ' ' | '.' | '_' | '-') && !is_bound && !is_decimal {
            parts.push(String::new());
        }
        last = letter;
    }
    let mut lines: Vec<String> = vec![String::new()];
    for part in parts {
        let Some(line) = lines.last_mut() else {
            continue;
        };
        let longer = format!("{line}{part}");
        if line.is_empty() || width(longer.trim_end(), size, is_bold) <= most {
            *line = longer;
        } else {
            lines.push(part);
        }
    }
    lines
        .into_iter()
        .map(|line| line.trim_end().to_owned())
        .filter(|line| !line.is_empty())
        .collect()
}

/// [`wrap`] in which a word that is wider than a line goes on in the next: no ink lies beyond it.
pub(super) fn lines(text: &str, size: f64, is_bold: bool, most: f64) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for line in wrap(text, size, is_bold, most) {
        if width(&line, size, is_bold) <= most {
            found.push(line);
            continue;
        }
        let mut part = String::new();
        for letter in line.chars() {
            part.push(letter);
            if width(&part, size, is_bold) > most && part.chars().count() > 1 {
                part.pop();
                found.push(std::mem::take(&mut part));
                part.push(letter);
            }
        }
        found.push(part);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_stays_with_its_word_and_a_list_breaks_behind_its_commas() {
        let one = |text: &str, fits: &str| wrap(text, 9.0, false, width(fits, 9.0, false) + 1.0);
        assert_eq!(
            one(
                "precursors 3509, tumour cells 2255925",
                "precursors 3509, tumour cells"
            ),
            ["precursors 3509, tumour", "cells 2255925"]
        );
        assert_eq!(
            one("days 1, 20, 300", "days 1, 20,"),
            ["days 1, 20,", "300"]
        );
        assert_eq!(one("bars (95 %)", "bars (95"), ["bars", "(95 %)"]);
    }

    #[test]
    fn the_font_reads_and_has_every_letter_that_charts_use() {
        for is_bold in [false, true] {
            let font = &embedded(is_bold).unwrap().font;
            for letter in "\u{2212}\u{d7}⁰¹²³⁴⁵⁶⁷⁸⁹⁻αβγµ%→≥≤≈±·–—“”’…₀₁₂₃ąčőž".chars()
            {
                assert!(font.glyph_id(letter).0 != 0, "{letter:?}");
            }
        }
    }

    #[test]
    fn width_grows_with_size_and_kerning_draws_letters_together() {
        let narrow = width("AV", 100.0, false);
        let apart = width("A", 100.0, false) + width("V", 100.0, false);
        assert!(narrow < apart - 1.0, "{narrow} {apart}");
        assert!((width("bone", 20.0, false) - 2.0 * width("bone", 10.0, false)).abs() < 0.01);
        // An em of DejaVu Sans is 2048 units, a zero is 1303 wide.
        assert!((width("0", 2048.0, false) - 1303.0).abs() < 1.0);
    }

    #[test]
    fn long_names_break_at_dots_and_spaces_but_no_number_does() {
        let most = width("tumour.secretion.", 9.0, false) + 1.0;
        assert_eq!(
            wrap("tumour.secretion.pthrp.rate (amol/h)", 9.0, false, most),
            ["tumour.secretion.", "pthrp.rate", "(amol/h)"]
        );
        assert_eq!(
            wrap(
                "dose of 1.5 Gy",
                9.0,
                false,
                width("dose of 1.", 9.0, false)
            ),
            ["dose", "of 1.5 Gy"]
        );
        assert_eq!(wrap("", 9.0, false, 10.0), Vec::<String>::new());
    }

    #[test]
    fn no_line_of_a_caption_is_wider_than_it_may_be() {
        let words = "Immune cells in a section of mouse bone; BV/TV 13.3 % (\u{2212}5.3 % of day 0); osteoclasts 65, \
                     precursors 712; a_name_of_many_parts.of.which-none;BIDIREKTIONALERKNOCHENUMBAUIMWIRBELKOERPER 0.125";
        for most in (40..500).step_by(7).map(f64::from) {
            let found = lines(words, 9.0, false, most);
            for line in &found {
                assert!(width(line, 9.0, false) <= most, "{most}: {line:?}");
            }
            let letters = |text: &str| text.replace(' ', "");
            assert_eq!(letters(&found.concat()), letters(words), "{most}");
        }
    }
}
