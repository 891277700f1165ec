//! What stands above a picture and what at its foot: a heading is three lines at most.

use crate::plot::drawing::{Align, Drawing, Text};
use crate::plot::palette::{GREY, INK};
use crate::plot::text::{ASCENT, LEADING, SIZE, TITLE, lines};
use crate::plot::words;

/// Lines of a heading at most, those of its title included.
pub(super) const MOST: usize = 3;

/// A note by where its parts stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Heading<'a> {
    title: &'a str,
    /// Below the title.
    pub(super) above: String,
    /// At the foot of the picture.
    pub(super) below: String,
    /// Abbreviations, behind it.
    spelled: &'a str,
}

/// What separates parts of a note, as `words::note` puts them together.
const BETWEEN: &str = "; ";

/// Words line by line at a left edge; gives how far down they reach.
fn written(drawing: &mut Drawing, words: &str, bold: bool, grey: bool, at: [f64; 3]) -> f64 {
    let [left, mut top, wide] = at;
    let size = if bold { TITLE } else { SIZE };
    for words in lines(words, size, bold, wide) {
        drawing.text(Text {
            size,
            is_bold: bold,
            colour: if grey { GREY } else { INK },
            ..Text::new(words, (left, top + ASCENT * size), Align::Start)
        });
        top += LEADING * size;
    }
    if words.is_empty() { top } else { top + 3.0 }
}

/// A caption begins as a sentence does, but for names of files and what is no word.
fn begun(caption: &str) -> String {
    let first = caption.split(' ').next().unwrap_or_default();
    if first.contains(|letter: char| letter == '.' || letter.is_ascii_digit()) {
        caption.to_owned()
    } else {
        words::sentence(caption)
    }
}

impl<'a> Heading<'a> {
    /// Whole parts of the note, from the first on, as far as the heading has lines for them; all others stand at
    /// the foot.
    pub(super) fn new(title: &'a str, note: &str, spelled: &'a str, wide: f64) -> Self {
        let room = MOST.saturating_sub(lines(title, TITLE, true, wide).len());
        let parts: Vec<&str> = note.split(BETWEEN).collect();
        let first = |count: usize| parts[..count].join(BETWEEN);
        let fits = |count: &usize| lines(&first(*count), SIZE, false, wide).len() <= room;
        let count = (0..=parts.len()).rev().find(fits).unwrap_or(0);
        Self {
            title,
            above: first(count),
            below: parts[count..].join(BETWEEN),
            spelled,
        }
    }

    /// Adds to what stands at the foot.
    pub(super) fn saying(mut self, more: &str) -> Self {
        self.below = words::note([&self.below[..], more]);
        self
    }

    /// Writes what stands above; gives how far down it reaches.
    pub(super) fn head(&self, drawing: &mut Drawing, left: f64, wide: f64) -> f64 {
        let top = written(drawing, self.title, true, false, [left, left, wide]);
        written(drawing, &self.above, false, false, [left, top, wide]) + 2.0
    }

    /// Writes what stands at the foot, from `top` on; gives how far down it reaches.
    pub(super) fn foot(&self, drawing: &mut Drawing, [left, top, wide]: [f64; 3]) -> f64 {
        if self.below.is_empty() && self.spelled.is_empty() {
            return top;
        }
        let below = begun(&self.below);
        let top = written(drawing, &below, false, false, [left, top + 8.0, wide]);
        written(drawing, self.spelled, false, true, [left, top, wide])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_is_not_parted_between_the_heading_and_the_foot() {
        let said = format!("{}; {}", "a".repeat(70), "b".repeat(70));
        let of = words::of_run("name", &said, None, 7.0);
        let heading = Heading::new("Title", &words::note([&of[..], "one"]), "", 494.0);
        assert!(
            heading.above.starts_with(&words::whole(&said)),
            "{heading:?}"
        );
        let of = words::of_run("name", &format!("{said}; {said}"), None, 7.0);
        let heading = Heading::new("Title", &of, "", 494.0);
        assert_eq!(heading.above, "");
    }

    #[test]
    fn a_heading_has_whole_parts_of_its_note_in_three_lines_and_the_foot_has_the_rest() {
        let part = |letter: &str| letter.repeat(70);
        let note = ["a", "b", "c"].map(part).join("; ");
        let heading = Heading::new("Title", &note, "", 494.0);
        assert_eq!(heading.above, [part("a"), part("b")].join("; "));
        assert_eq!(heading.below, part("c"));
        let short = Heading::new("Title", "one; two", "", 494.0);
        assert_eq!((&short.above[..], &short.below[..]), ("one; two", ""));
        assert_eq!(begun("means of patients"), "Means of patients");
        assert_eq!(begun("mice.csv: a paper"), "mice.csv: a paper");
        // A part that is longer than the heading is not broken.
        let long = "word ".repeat(80);
        let long = Heading::new("Title", long.trim(), "", 494.0);
        assert_eq!(long.above, "");
        let mut drawing = Drawing::default();
        let top = long.head(&mut drawing, 8.0, 494.0);
        assert_eq!(drawing.texts().count(), 1);
        assert!(long.foot(&mut drawing, [8.0, top, 494.0]) > top + 30.0);
    }
}
