//! A picture with what a reader needs beside it: title, day, figures, legend, scale bar and axes.

use crate::observe::volume::CellKind;
use crate::plot::canvas;
use crate::plot::drawing::{Align, Drawing, Text};
use crate::plot::glossary::spelled;
use crate::plot::heading::Heading;
use crate::plot::legend::{Entry, Key, rows};
use crate::plot::page::{EDGE, Page, WIDTH};
use crate::plot::palette::{Colour, INK};
use crate::plot::solid::camera::View;
#[cfg(feature = "cli")]
use crate::plot::solid::scene;
use crate::plot::solid::scene::{
    BONE, DENSE, Image, Scene, colour_of, gain_colour, loss_colour, tumour_colour,
};
use crate::plot::solid::tissue::{SolidError, Tissue};
use crate::plot::solid::vector::dot;
use crate::plot::text::{ASCENT, LEADING, SIZE, lines, wrap};
use crate::plot::ticks::{count, short};
use crate::plot::words::note;

/// What stands above a picture.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Words {
    /// Title, with the day.
    pub title: String,
    /// Figures of the moment.
    pub caption: String,
}

/// Width of the column beside a picture.
const ASIDE: f64 = 118.0;
/// Width of the scale bar with its words and the axes below two pictures.
const BELOW: f64 = 216.0;
/// Height of a picture at most.
const HIGHEST: f64 = 440.0;
/// Lengths of scale bars, um.
const BARS_UM: [f64; 11] = [
    10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1e3, 2e3, 5e3, 1e4, 2e4,
];

/// Width of the page of a film, points.
#[cfg(feature = "cli")]
const NARROW: f64 = 190.0;

/// A page with holes for pictures.
pub(super) struct Figure {
    page: Page,
    /// Left and upper edge of each hole, points.
    holes: Vec<(f64, f64)>,
    /// Width and height of every hole, points.
    #[cfg_attr(
        not(feature = "cli"),
        expect(
            dead_code,
            reason = "the size of a picture is asked by the program alone"
        )
    )]
    hole: (f64, f64),
    /// Pixels of a point.
    pixels: f64,
}

/// One line of a legend.
fn entry(key: Key, label: impl Into<String>) -> Entry {
    Entry {
        key,
        label: label.into(),
    }
}

/// What a picture of tissue shows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shows<'a> {
    /// The tissue.
    pub(super) tissue: &'a Tissue,
    /// A surface of tumour is drawn.
    pub(super) has_tumour: bool,
    /// Bodies of each of [`CellKind::ALL`] that are to be seen; none where the view turns.
    pub(super) seen: Option<[usize; 3]>,
}

impl Shows<'_> {
    /// Bodies of a kind.
    fn bodies(&self, kind: CellKind) -> usize {
        let bodies = self.tissue.bodies.iter();
        bodies.filter(|body| body.kind == kind).count()
    }

    /// True where all cells have a body.
    fn is_whole(&self) -> bool {
        let drawn: usize = self.tissue.bodies.iter().map(|body| body.cells).sum();
        drawn >= self.tissue.counts.iter().sum()
    }

    /// How many bodies of a kind are seen of all, and how many cells these stand for where a body stands for
    /// several.
    fn marks(&self, kind: CellKind) -> String {
        let cells = self.tissue.counts[kind as usize];
        let bodies = self.bodies(kind);
        let all = match kind {
            CellKind::Osteoclast if self.is_whole() => count(bodies),
            CellKind::Osteoclast => count(cells),
            _ if self.is_whole() => count(bodies),
            // Of sites no more is known than those of the cells that are drawn.
            _ => format!("{} drawn", count(bodies)),
        };
        let seen = match self.seen {
            Some(seen) if bodies > 0 => format!("{} of {all} seen", count(seen[kind as usize])),
            _ => all,
        };
        let several = if cells == 1 { "" } else { "s" };
        match kind {
            CellKind::Osteoclast => seen,
            CellKind::Osteoblast => format!("{seen} ({} osteoblast{several})", count(cells)),
            CellKind::Precursor => {
                format!("{seen} ({} precursor{several} on all sites)", count(cells))
            }
        }
    }
}

/// The legend of tissue, or of tissues beside each other, each with its name.
fn entries(sides: &[(&str, Shows<'_>)]) -> Vec<Entry> {
    let mut found = vec![entry(
        Key::Patch(BONE, 1.0),
        "bone, greyer the farther back",
    )];
    if sides.iter().any(|(_, shows)| shows.has_tumour) {
        let label = format!(
            "tumour where it fills {:.0} % of the marrow or more, paler where it is thin",
            100.0 * DENSE
        );
        found.push(entry(Key::Patch(tumour_colour(), 0.6), label));
    }
    for kind in CellKind::ALL {
        if sides
            .iter()
            .all(|(_, shows)| shows.tissue.counts[kind as usize] == 0)
        {
            continue;
        }
        let name = match kind {
            CellKind::Osteoclast => "osteoclasts",
            CellKind::Osteoblast => "sites with osteoblasts",
            CellKind::Precursor => "sites with precursors alone",
        };
        let label = match sides {
            [(_, shows)] => format!("{name}: {}", shows.marks(kind)),
            sides => {
                let each = sides.iter();
                let each = each.map(|(day, shows)| format!("{} on {day}", shows.marks(kind)));
                format!("{name}: {}", each.collect::<Vec<_>>().join(", "))
            }
        };
        found.push(entry(Key::Disc(colour_of(kind)), label));
    }
    found
}

/// What a mark stands for where several cells share one; empty where there is no such cell.
fn marked(sides: &[Shows<'_>]) -> String {
    let bodies = sides.iter().flat_map(|side| &side.tissue.bodies);
    let mut of_lineage = bodies.filter(|body| body.kind != CellKind::Osteoclast);
    if of_lineage.next().is_none() {
        return String::new();
    }
    "a blue mark is one site of the lattice, however many cells of the osteoblast lineage are on it"
        .to_owned()
}

/// Where cells are that are not seen, and that not all of very many are drawn.
fn hidden(sides: &[Shows<'_>], is_cut: bool) -> String {
    let sum = |of: fn(&Shows<'_>) -> usize| sides.iter().map(of).sum::<usize>();
    let cells = sum(|it| it.tissue.counts.iter().sum());
    let drawn = sum(|it| it.tissue.bodies.iter().map(|body| body.cells).sum());
    let all = sum(|it| it.tissue.bodies.len());
    let seen = sum(|it| it.seen.map_or(0, |seen| seen.iter().sum()));
    if drawn < cells {
        return format!(
            "one of {} cells is drawn, and bone hides others",
            cells.div_ceil(drawn.max(1))
        );
    }
    let by = if is_cut {
        "hidden by bone or cut away"
    } else {
        "hidden by bone"
    };
    match seen {
        seen if seen == all => String::new(),
        seen if 2 * seen < all => format!("most marks of cells are {by}"),
        _ => format!("some marks of cells are {by}"),
    }
}

/// All that the legend says, what is said of hidden cells, and the edges.
#[cfg(test)]
pub(super) fn said(scene: &Scene, shows: Shows<'_>, view: View) -> Vec<String> {
    let entries = entries(&[("", shows)]).into_iter();
    entries
        .map(|entry| entry.label)
        .chain([marked(&[shows])])
        .chain([hidden(&[shows], !scene.removed.words.is_empty())])
        .chain(beside_bar(scene, view))
        .collect()
}

#[cfg(test)]
impl Figure {
    /// True where all words and marks stand on the page.
    pub(super) fn holds_its_words(&self) -> bool {
        let page = crate::plot::drawing::Frame {
            left: 0.0,
            top: 0.0,
            right: self.page.width,
            bottom: self.page.height,
        };
        let drawn = self.page.drawing.frame();
        drawn.is_some_and(|frame| page.holds(frame))
    }

    /// The page without its pictures.
    pub(super) fn page(&self) -> &Page {
        &self.page
    }
}

/// What is said of a picture that does not turn: its cut, where cells are that are not seen, and what marks are.
fn notes(scene: &Scene, sides: &[Shows<'_>]) -> [String; 3] {
    let cut = scene.removed.words.clone();
    let hidden = hidden(sides, !cut.is_empty());
    [cut, hidden, marked(sides)]
}

/// Where title, caption and notes stand on a page so wide.
fn with_heading<T>(
    words: &Words,
    notes: &[String],
    wide: f64,
    of: impl FnOnce(&Heading<'_>, f64) -> T,
) -> T {
    let spelled = spelled(&[&words.title, &words.caption]);
    let said = [words.caption.as_str()].into_iter();
    let caption = note(said.chain(notes.iter().map(String::as_str)));
    let wide = wide - 2.0 * EDGE;
    of(&Heading::new(&words.title, &caption, &spelled, wide), wide)
}

/// Heading of a page so wide; gives how far down it reaches.
fn header(drawing: &mut Drawing, words: &Words, notes: &[String], wide: f64) -> f64 {
    with_heading(words, notes, wide, |heading, wide| {
        heading.head(drawing, EDGE, wide) + 2.0
    })
}

/// What the heading has no room for, from `top` on; gives how far down it reaches.
fn footer(drawing: &mut Drawing, words: &Words, notes: &[String], wide: f64, top: f64) -> f64 {
    with_heading(words, notes, wide, |heading, wide| {
        heading.foot(drawing, [EDGE, top, wide])
    })
}

/// Lengths of the edges of the lattice, and that they are seen shorter where they are.
fn edges(scene: &Scene, view: View) -> String {
    let mm = scene
        .edges_mm()
        .map(|edge| short((1e3 * edge).round() / 1e3));
    let [x, y, z] = &mm;
    let lean = view.toward().map(f32::abs);
    // An edge that leads to the viewer is not seen at all, one in the plane in full length.
    let is_short = lean.iter().any(|&lean| (0.1..0.995).contains(&lean));
    let length = if x == y && y == z {
        format!("edges of {x}\u{a0}mm")
    } else {
        format!("edges {x}\u{a0}\u{d7} {y}\u{a0}\u{d7} {z}\u{a0}mm (x,\u{a0}y,\u{a0}z)")
    };
    format!(
        "{length}{}",
        if is_short { ", seen foreshortened" } else { "" }
    )
}

/// What stands below the bar: the edges of the lattice, the view, and where the cut lies.
fn beside_bar(scene: &Scene, view: View) -> Vec<String> {
    let place = &scene.removed.place;
    let cut = (!place.is_empty()).then(|| format!("cut at {place}"));
    [edges(scene, view), view.words()]
        .into_iter()
        .chain(cut)
        .collect()
}

/// A bar as long as it says in the plane of the picture, at its left end, with words below; gives how far
/// down they reach.
fn scale_bar(
    drawing: &mut Drawing,
    points_per_um: f64,
    most: [f64; 2],
    (left, top): (f64, f64),
    below: &[String],
) -> f64 {
    let fits = BARS_UM
        .iter()
        .rev()
        .find(|&&um| um * points_per_um <= most[0]);
    let um = fits.copied().unwrap_or(BARS_UM[0]);
    let long = um * points_per_um;
    drawing.rule((left, top + 2.0), (left + long, top + 2.0), 2.4, INK);
    let length = if um < 1e3 {
        format!("{um}\u{a0}\u{b5}m")
    } else {
        format!("{}\u{a0}mm", um / 1e3)
    };
    let mut base = top + 6.0 + ASCENT * SIZE;
    let first = format!("{length} in the plane of the page, no perspective");
    for words in std::iter::once(&first).chain(below) {
        for line in wrap(words, SIZE, false, most[1]) {
            drawing.text(Text::new(line, (left, base), Align::Start));
            base += LEADING * SIZE;
        }
    }
    base - ASCENT * SIZE
}

/// The axes of the lattice as they are seen, around a place.
fn axes(drawing: &mut Drawing, view: View, (x, y): (f64, f64)) {
    const LONG: f64 = 20.0;
    const COLOUR: Colour = Colour(70, 70, 70);
    let turn = view.azimuth_deg.to_radians();
    let right = [turn.cos() as f32, turn.sin() as f32, 0.0];
    let up = crate::plot::solid::vector::cross(view.toward(), right);
    for (axis, name) in ["x", "y", "z"].into_iter().enumerate() {
        let mut along = [0.0_f32; 3];
        along[axis] = 1.0;
        let (across, down) = (f64::from(dot(along, right)), -f64::from(dot(along, up)));
        let length = across.hypot(down);
        // An axis that leads to the viewer is none to read off.
        if length < 0.15 {
            continue;
        }
        let tip = (x + LONG * across, y + LONG * down);
        drawing.rule((x, y), tip, 1.1, COLOUR);
        let beyond = (LONG + 6.0 / length.max(0.3)).min(LONG + 12.0);
        let at = (x + beyond * across, y + beyond * down + 0.3 * SIZE);
        drawing.text(Text {
            colour: COLOUR,
            ..Text::new(name, at, Align::Middle)
        });
    }
}

impl Figure {
    /// Width and height of one picture with a column beside it, points.
    fn alone(scene: &Scene, view: View) -> (f64, f64) {
        let wide = WIDTH - 3.0 * EDGE - ASIDE;
        (
            wide,
            (wide * scene.aspect(view, false)).clamp(0.4 * wide, HIGHEST),
        )
    }

    /// Width and height of each of two pictures beside each other, points.
    fn half(scene: &Scene, view: View) -> (f64, f64) {
        let wide = 0.5 * (WIDTH - 3.0 * EDGE);
        (
            wide,
            (wide * scene.aspect(view, false)).clamp(0.4 * wide, HIGHEST),
        )
    }

    /// Pixels of a picture with a column beside it, or of each of two.
    pub(super) fn pixels(scene: &Scene, view: View, is_alone: bool) -> [usize; 2] {
        let (wide, high) = if is_alone {
            Self::alone(scene, view)
        } else {
            Self::half(scene, view)
        };
        [wide, high].map(|points| (points * canvas::PIXELS).round() as usize)
    }

    /// One picture with its column.
    pub(super) fn single(scene: &Scene, shows: Shows<'_>, view: View, words: &Words) -> Self {
        let mut drawing = Drawing::default();
        let notes = notes(scene, &[shows]);
        let head = header(&mut drawing, words, &notes, WIDTH);
        let hole = Self::alone(scene, view);
        let left = WIDTH - EDGE - ASIDE;
        let mut below = head + 6.0;
        for entry in entries(&[("", shows)]) {
            let (part, height) = rows(&[entry], (left, below), ASIDE);
            drawing.place(part, (0.0, 0.0));
            below += height;
        }
        let unit = Self::unit(scene, view, hole, false);
        let room = [0.9 * ASIDE, ASIDE];
        let said = beside_bar(scene, view);
        below = scale_bar(&mut drawing, unit, room, (left, below + 14.0), &said);
        axes(&mut drawing, view, (left + 34.0, below + 44.0));
        let bottom = (head + hole.1).max(below + 80.0 - EDGE);
        let bottom = footer(&mut drawing, words, &notes, WIDTH, bottom);
        Self {
            page: Page {
                drawing,
                width: WIDTH,
                height: (bottom + EDGE).ceil(),
                head,
            },
            holes: vec![(EDGE, head)],
            hole,
            pixels: canvas::PIXELS,
        }
    }

    /// Two pictures beside each other, the earlier on the left. `changes` says whether bone of the first that
    /// is lost, and bone of the second that was formed, is there.
    pub(super) fn pair(
        scene: &Scene,
        sides: [Shows<'_>; 2],
        changes: [bool; 2],
        view: View,
        words: &Words,
        names: [&str; 2],
    ) -> Self {
        let [from, to] = names.map(|name| name.split_once(':').map_or(name, |(day, _)| day));
        let mut all = entries(&[(from, sides[0]), (to, sides[1])]);
        let [is_lost, is_formed] = changes;
        if is_formed {
            let formed = format!("bone of {to} that was not there on {from}");
            all.insert(1, entry(Key::Patch(gain_colour(), 1.0), formed));
        }
        if is_lost {
            let lost = format!("surface of {from} that is gone on {to}, however deep");
            all.insert(1, entry(Key::Patch(loss_colour(), 1.0), lost));
        }
        Self::beside(scene, view, words, names, &all, &notes(scene, &sides))
    }

    /// Two pictures of bone by how much it is strained; a label for each of 0, 1/3, 2/3 and 1.
    #[cfg(feature = "cli")]
    pub(super) fn strained(
        scene: &Scene,
        view: View,
        words: &Words,
        names: [&str; 2],
        labels: [&str; 4],
    ) -> Self {
        let steps = labels.into_iter().zip([0.0, 1.0 / 3.0, 2.0 / 3.0, 1.0]);
        let patch =
            |(label, step): (&str, f32)| entry(Key::Patch(scene::strain_colour(step), 1.0), label);
        let all: Vec<Entry> = steps.map(patch).collect();
        let notes = [scene.removed.words.clone()];
        Self::beside(scene, view, words, names, &all, &notes)
    }

    /// Two pictures beside each other with one legend.
    fn beside(
        scene: &Scene,
        view: View,
        words: &Words,
        names: [&str; 2],
        all: &[Entry],
        notes: &[String],
    ) -> Self {
        let mut drawing = Drawing::default();
        let head = header(&mut drawing, words, notes, WIDTH);
        let mut top = head;
        let (wide, high) = Self::half(scene, view);
        let lefts = [EDGE, 2.0 * EDGE + wide];
        let mut most = 1;
        for (name, left) in names.into_iter().zip(lefts) {
            let said = lines(name, SIZE, true, wide);
            most = most.max(said.len());
            for (line, words) in said.into_iter().enumerate() {
                let at = (left, top + ASCENT * SIZE + LEADING * SIZE * line as f64);
                drawing.text(Text {
                    is_bold: true,
                    ..Text::new(words, at, Align::Start)
                });
            }
        }
        top += LEADING * SIZE * most as f64;
        let below = top + high + 4.0;
        let (legend, height) = rows(all, (EDGE, below), WIDTH - 3.0 * EDGE - BELOW);
        drawing.place(legend, (0.0, 0.0));
        let unit = Self::unit(scene, view, (wide, high), false);
        let bar = scale_bar(
            &mut drawing,
            unit,
            [0.5 * BELOW, BELOW - 52.0],
            (WIDTH - EDGE - BELOW, below + 4.0),
            &beside_bar(scene, view),
        );
        axes(&mut drawing, view, (WIDTH - EDGE - 22.0, below + 26.0));
        let bottom = (below + height).max(bar).max(below + 46.0);
        let bottom = footer(&mut drawing, words, notes, WIDTH, bottom);
        Self {
            page: Page {
                drawing,
                width: WIDTH,
                height: bottom.ceil() + EDGE,
                head,
            },
            holes: lefts.iter().map(|&left| (left, top)).collect(),
            hole: (wide, high),
            pixels: canvas::PIXELS,
        }
    }

    /// A narrow page of so many pixels across for a film: a picture with its words above and its legend
    /// below.
    #[cfg(feature = "cli")]
    pub(super) fn frame(
        scene: &Scene,
        shows: Shows<'_>,
        view: View,
        words: &Words,
        across: u32,
    ) -> Self {
        let mut drawing = Drawing::default();
        let notes = [scene.removed.words.clone(), marked(&[shows])];
        let top = header(&mut drawing, words, &notes, NARROW);
        let wide = NARROW - 2.0 * EDGE;
        let high = wide * scene.aspect(view, true);
        let mut below = top + high + 4.0;
        let (legend, height) = rows(&entries(&[("", shows)]), (EDGE, below), wide);
        drawing.place(legend, (0.0, 0.0));
        below += height + 6.0;
        let unit = Self::unit(scene, view, (wide, high), true);
        let room = [0.4 * wide, wide];
        let place = &scene.removed.place;
        let cut = (!place.is_empty()).then(|| format!("cut at {place}"));
        let said: Vec<String> = std::iter::once(edges(scene, view)).chain(cut).collect();
        below = scale_bar(&mut drawing, unit, room, (EDGE, below), &said);
        below = footer(&mut drawing, words, &notes, NARROW, below);
        Self {
            page: Page {
                drawing,
                width: NARROW,
                height: (below + 0.5 * EDGE).ceil(),
                head: top,
            },
            holes: vec![(EDGE, top)],
            hole: (wide, high),
            pixels: f64::from(across) / NARROW,
        }
    }

    /// Points of a length of 1 um in a hole.
    fn unit(scene: &Scene, view: View, hole: (f64, f64), turns: bool) -> f64 {
        // The scale of a picture does not depend on its pixels: as if there were eight a point.
        let size = [hole.0, hole.1].map(|points| (8.0 * points).round() as usize);
        scene.pixels_per_um(view, size, turns) / 8.0
    }

    /// Pixels of every hole.
    #[cfg(feature = "cli")]
    pub(super) fn size(&self) -> [usize; 2] {
        [self.hole.0, self.hole.1].map(|points| (points * self.pixels).round() as usize)
    }

    /// The page with its pictures.
    ///
    /// # Errors
    /// What the plotter said.
    pub(super) fn paste(&self, pictures: &[Image]) -> Result<Image, SolidError> {
        let page = canvas::bitmap_of(&self.page, self.pixels).map_err(SolidError::Drawing)?;
        let mut whole = Image {
            width: page.width as usize,
            height: page.height as usize,
            pixels: page.pixels,
        };
        for (picture, &(left, top)) in pictures.iter().zip(&self.holes) {
            let [left, top] = [left, top].map(|points| (points * self.pixels).round() as usize);
            let columns = picture.width.min(whole.width.saturating_sub(left));
            for row in 0..picture.height.min(whole.height.saturating_sub(top)) {
                let from = 3 * row * picture.width;
                let to = 3 * ((top + row) * whole.width + left);
                whole.pixels[to..to + 3 * columns]
                    .copy_from_slice(&picture.pixels[from..from + 3 * columns]);
            }
        }
        Ok(whole)
    }
}
