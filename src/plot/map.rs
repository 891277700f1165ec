//! Maps of the tissue: a section as it is, a volume as three cuts through its middle, on one scale.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::observe::picture::Shown;
use crate::output::{OutputError, write_whole};
use crate::plot::chart::{Axis, Chart, Dot, Form, Image, Layer, Panel, Sign};
use crate::plot::colour::{Colour, INK};
pub(crate) use crate::plot::map_cut::Cut;
use crate::plot::map_lines::{Ruled, crossings, hatching, outlines, rims};
use crate::plot::ticks::short;
use crate::plot::{canvas, page, png_bytes, quantities, words, write};

/// Kinds in the order of the legend, with their form and colour. In grey print any two differ in lightness
/// or in form: osteoclasts are hatched and have a dark line around each, immune cells, which are as small as a site,
/// are discs, triangles and diamonds on it. Eroded surface is a line along bone, and so is osteoid that does not fill
/// its sites yet: what stands on it would hide it.
const KINDS: [(Shown, Form, Colour, &str); 16] = [
    (Shown::Bone, Form::Square, Colour(186, 176, 158), "bone"),
    (Shown::Osteoid, Form::Square, quantities::OSTEOID, OSTEOID),
    (Shown::Marrow, Form::Square, Colour(251, 248, 243), "marrow"),
    (
        Shown::Eroded,
        Form::Rim,
        quantities::ERODED,
        "eroded surface",
    ),
    (
        Shown::TumourSparse,
        Form::Square,
        quantities::TUMOUR_SPARSE,
        "tumour, less than half of the site's room",
    ),
    (
        Shown::TumourDense,
        Form::Square,
        quantities::TUMOUR,
        "tumour, half of the site's room or more",
    ),
    (
        Shown::TumourDoomed,
        Form::Square,
        quantities::TUMOUR_DOOMED,
        "tumour, doomed: dies as it divides",
    ),
    (
        Shown::TumourDormant,
        Form::Square,
        quantities::TUMOUR_DORMANT,
        "tumour, dormant",
    ),
    (
        Shown::TumourDead,
        Form::Square,
        quantities::TUMOUR_DEAD,
        "tumour, dead and not cleared",
    ),
    (
        Shown::Osteoblast,
        Form::Square,
        quantities::OSTEOBLAST,
        "osteoblast lineage",
    ),
    (
        Shown::Osteoclast,
        Form::Outlined,
        quantities::OSTEOCLAST,
        "osteoclast",
    ),
    (Shown::Cd8, Form::Disc, quantities::CD8, "CD8 T cell"),
    (
        Shown::Cd8Exhausted,
        Form::Ring,
        quantities::CD8_EXHAUSTED,
        "CD8 T cell, exhausted",
    ),
    (
        Shown::Treg,
        Form::Triangle,
        quantities::TREG,
        "regulatory T cell",
    ),
    (
        Shown::Myeloid,
        Form::Diamond,
        quantities::MYELOID,
        "myeloid suppressor",
    ),
    (
        Shown::NaturalKiller,
        Form::Wedge,
        quantities::NATURAL_KILLER,
        "natural killer cell",
    ),
];

/// Osteoid in a legend: its sites are those of which it is most, its line is as `os_bs` counts it.
const OSTEOID: &str = "osteoid, filled or as a line";

/// Colours of the clones behind the parental one, which has that of tumour. They differ in lightness from
/// each other and from all that fills sites beside them.
const CLONES: [Colour; 6] = [
    Colour(150, 0, 75),
    Colour(0, 160, 175),
    Colour(125, 139, 0),
    Colour(69, 114, 213),
    Colour(74, 115, 22),
    Colour(237, 183, 68),
];

/// Colour of a kind of site, on maps and of its curves.
pub(super) fn colour(kind: Shown) -> Colour {
    if let Shown::Clone(clone) = kind {
        return CLONES[(usize::from(clone).max(1) - 1) % CLONES.len()];
    }
    if kind == Shown::Forming {
        return quantities::OSTEOBLAST;
    }
    let found = KINDS.iter().find(|(other, ..)| *other == kind);
    found.map_or(KINDS[2].2, |&(_, _, colour, _)| colour)
}

/// Form of a kind of site.
fn form(kind: Shown) -> Form {
    let found = KINDS.iter().find(|(other, ..)| *other == kind);
    found.map_or(Form::Square, |&(_, form, ..)| form)
}

/// All cuts of one moment.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Frame {
    /// Time, d; no number of what has none.
    pub day: f64,
    /// Figures of the moment.
    pub caption: String,
    /// One cut of a section, three of a volume.
    pub cuts: Vec<Cut>,
    /// Names of the clones, the parental one first; empty where there is one.
    pub clones: Vec<String>,
    /// No cell of the run is of the parental clone.
    pub has_no_parental: bool,
    /// What the tissue holds, though a cut may not show it.
    pub held: Vec<Shown>,
    /// One of so many marks is drawn, as on all days of a run; 0 where the frame stands alone.
    pub one_of: usize,
}

/// Gives all frames of a run the same share of marks: rising counts would look falling.
pub(crate) fn thin_alike(frames: &mut [Frame]) {
    let one_of = frames.iter().map(thinned).max().unwrap_or(1);
    for frame in frames {
        frame.one_of = one_of;
    }
}

/// A day in words: whole where it is whole, and never minus zero.
pub(super) fn day_words(day: f64) -> String {
    let tenths = (10.0 * day).round() / 10.0 + 0.0;
    format!("day {tenths}")
}

/// Name of the map of a day, without its ending.
pub(crate) fn map_name(day: f64) -> String {
    format!("map_d{:.0}", day.round() + 0.0)
}

/// The clone that all cells belong to at first, in a legend.
const PARENTAL: &str = "tumour, parental clone";

/// True of tumour that no other clone than the parental one has to do with.
fn is_tumour(kind: Shown) -> bool {
    matches!(kind, Shown::TumourSparse | Shown::TumourDense)
}

/// Colours of the tissue of a cut. Where tumours have clones a colour says which one: how many cells there are has
/// no colours beside it.
fn colours(frame: &Frame, cut: usize) -> Vec<Colour> {
    let is_of_clones = frame.clones.len() > 1;
    let tissue = frame.cuts[cut].tissue.iter();
    tissue
        .map(|&kind| match kind {
            Shown::TumourSparse if is_of_clones => quantities::TUMOUR,
            kind => colour(kind),
        })
        .collect()
}

/// What frames show, in the order of the legend.
pub(super) fn key<'a>(frames: impl Iterator<Item = &'a Frame>) -> Vec<Sign> {
    let mut clones: BTreeMap<u8, String> = BTreeMap::new();
    let mut is_there = [false; KINDS.len()];
    for frame in frames {
        let is_of_clones = frame.clones.len() > 1;
        let kinds = frame.cuts.iter().flat_map(|cut| {
            let immune = cut.immune.iter().map(|(_, kind)| kind);
            cut.tissue.iter().chain(immune)
        });
        // Of clones it is said where no site shows the parental one.
        let held = frame.held.iter();
        let held = held.filter(|&&kind| !(is_of_clones && is_tumour(kind)));
        for &kind in kinds.chain(held) {
            if is_of_clones && is_tumour(kind) {
                clones.insert(0, PARENTAL.to_owned());
                continue;
            }
            if let Shown::Clone(clone) = kind {
                clones.entry(clone).or_insert_with(|| {
                    let name = frame.clones.get(usize::from(clone));
                    let name =
                        name.map_or_else(|| clone.to_string(), |name| name.replace('_', " "));
                    format!("tumour, clone {name}")
                });
                continue;
            }
            // Osteoblasts on osteoid are both.
            let parts: &[Shown] = match kind {
                Shown::Forming => &[Shown::Osteoblast, Shown::Osteoid],
                _ => &[kind],
            };
            for (there, of) in is_there.iter_mut().zip(&KINDS) {
                *there |= parts.contains(&of.0);
            }
        }
        let is_eroded = |line: &Ruled| line.1 == quantities::ERODED;
        let has_rim = (frame.cuts.iter()).any(|cut| rims(cut).iter().any(is_eroded));
        for (kind, there) in KINDS.iter().zip(&mut is_there) {
            *there |= has_rim && kind.0 == Shown::Eroded;
        }
    }
    let kinds = KINDS.iter().zip(is_there).filter(|(_, there)| *there);
    let kinds = kinds.map(|(&(_, form, colour, name), _)| Sign {
        form,
        colour,
        label: name.to_owned(),
    });
    let clones = clones.into_iter().map(|(clone, label)| Sign {
        form: Form::Square,
        colour: if clone == 0 {
            quantities::TUMOUR
        } else {
            colour(Shown::Clone(clone))
        },
        label,
    });
    kinds.chain(clones).collect()
}

/// Length of a bar of a picture so wide, um: 1, 2 or 5 times a power of ten, a third of it at most.
fn bar_um(wide_um: f64) -> f64 {
    let mut best = 0.0;
    for power in -1..7 {
        for factor in [1.0, 2.0, 5.0] {
            let length = factor * 10_f64.powi(power);
            if length <= wide_um / 3.0 {
                best = length;
            }
        }
    }
    best
}

/// Width of a section on a page of its own, over that of the page: legends stand beside it.
const SECTION: f64 = 0.86;

/// Panels of cuts with one scale; `colours` gives those of a cut.
pub(super) fn panels(
    cuts: &[Cut],
    colours: impl Fn(usize) -> Vec<Colour>,
    key: &[Sign],
) -> Vec<Panel> {
    let size = |cut: &Cut| [cut.width, cut.height].map(|count| count as f64 * cut.pixel_um);
    let widest = cuts.iter().map(|cut| size(cut)[0]).fold(0.0, f64::max);
    let bar = cuts
        .iter()
        .map(|cut| size(cut)[0])
        .fold(f64::INFINITY, f64::min);
    let bar = bar_um(bar);
    let panel = |(index, cut): (usize, &Cut)| {
        let [wide, high] = size(cut);
        let [across, up] = cut.axes;
        // One section needs no name.
        let title = if cut.name.is_empty() {
            String::new()
        } else {
            format!("slice {}: {across} to the right, {up} up", cut.name)
        };
        let mut label = if bar >= 1000.0 {
            format!("{} mm", bar / 1000.0)
        } else {
            format!("{bar} \u{b5}m")
        };
        // All cuts have the same.
        if index == 0 {
            let what = if cut.is_scan { "voxels" } else { "sites" };
            label = format!("{label}, {what} of {}\u{a0}\u{b5}m", short(cut.pixel_um));
        }
        Panel {
            title: title
                .replace(" = ", "\u{a0}=\u{a0}")
                .replace(" mm", "\u{a0}mm"),
            x: Axis::hidden(),
            y: Axis::hidden(),
            layers: vec![Layer::Image(Image {
                columns: cut.width,
                rows: cut.height,
                colours: colours(index),
                extent: [0.0, wide, 0.0, high],
                key: key.to_vec(),
                bar: (bar > 0.0).then_some((bar, label)),
                ..Image::default()
            })],
            aspect: high / wide.max(1e-9),
            share: if cuts.len() == 1 {
                SECTION
            } else {
                wide / widest.max(1e-9)
            },
            ..Panel::default()
        }
    };
    cuts.iter().enumerate().map(panel).collect()
}

/// Panels of the tissue of a frame; behind them the same with immune cells, where the key has any: on the tissue
/// itself they would hide it.
pub(super) fn tissue(frame: &Frame, key: &[Sign]) -> Vec<Panel> {
    let has_immune = key.iter().any(|sign| !sign.form.is_site());
    let colours = |cut: usize| colours(frame, cut);
    let mut of_tissue = panels(&frame.cuts, colours, key);
    for (panel, cut) in of_tissue.iter_mut().zip(&frame.cuts) {
        if let Some(Layer::Image(image)) = panel.layers.first_mut() {
            image.rims = rims(cut);
            image.lines = crossings(cut);
        }
    }
    if !has_immune {
        return of_tissue;
    }
    let paled = |cut| colours(cut).into_iter().map(pale).collect();
    let mut of_cells = panels(&frame.cuts, paled, key);
    for (panel, cut) in of_cells.iter_mut().zip(&frame.cuts) {
        panel.title = String::from("immune cells");
        if let Some(Layer::Image(image)) = panel.layers.first_mut() {
            image.dots = dots(cut, thinned(frame));
        }
    }
    if let [section] = &mut of_tissue[..] {
        section.title = String::from("tissue");
    }
    let mut all: Vec<Panel> = of_tissue.into_iter().chain(of_cells).collect();
    if let [one, other] = &mut all[..] {
        (one.share, other.share) = (0.0, 0.0);
    }
    all
}

/// Panels beside each other in a map of a frame with this key.
pub(super) fn columns(frame: &Frame, key: &[Sign]) -> usize {
    let has_immune = key.iter().any(|sign| !sign.form.is_site());
    match frame.cuts.len() {
        1 if has_immune => 2,
        cuts => cuts,
    }
}

/// A colour of tissue behind cells that stand out on it.
pub(super) fn pale(Colour(red, green, blue): Colour) -> Colour {
    let to_white = |value: u8| (0.4 * f64::from(value) + 0.6 * 255.0).round() as u8;
    Colour(to_white(red), to_white(green), to_white(blue))
}

/// The same with lines around what a grey print would not tell apart: each osteoclast has its own.
fn outlined(frame: &Frame, mut panels: Vec<Panel>) -> Vec<Panel> {
    for (panel, cut) in panels.iter_mut().zip(&frame.cuts) {
        if let Some(Layer::Image(image)) = panel.layers.first_mut() {
            let cells: BTreeMap<u32, u64> = cut.osteoclasts.iter().copied().collect();
            let holder = |at: usize| {
                let is_outlined = form(cut.tissue[at]) == Form::Outlined;
                let cell = cells.get(&(at as u32)).copied();
                if is_outlined { cell.unwrap_or(1) } else { 0 }
            };
            image.lines.extend(outlines(cut, holder, |_| INK));
            image.are_rims_edged = true;
            image.lines.extend(hatching(cut, |at| holder(at) > 0));
        }
    }
    panels
}

/// Marks of immune cells on a cut at most: more of them cover each other.
const MOST_MARKS: usize = 700;

/// One of so many marks is drawn.
fn thinned(frame: &Frame) -> usize {
    if frame.one_of > 0 {
        return frame.one_of;
    }
    let counts = frame.cuts.iter().map(|cut| cut.immune.len());
    counts.max().unwrap_or(0).div_ceil(MOST_MARKS).max(1)
}

/// Immune cells as forms on their sites: of each kind one of so many, so that shares of kinds stay what they are.
fn dots(cut: &Cut, one_of: usize) -> Vec<Dot> {
    let middle = |place: usize| (place as f64 + 0.5) * cut.pixel_um;
    let mut seen = [0; KINDS.len()];
    let drawn = cut.immune.iter().filter(|(_, kind)| {
        let place = KINDS.iter().position(|other| other.0 == *kind);
        let Some(count) = place.and_then(|place| seen.get_mut(place)) else {
            return true;
        };
        *count += 1;
        (*count - 1) % one_of == 0
    });
    let dots = drawn.map(|&(pixel, kind)| {
        let site = pixel as usize;
        Dot {
            at: (middle(site % cut.width), middle(site / cut.width)),
            form: form(kind),
            colour: colour(kind),
        }
    });
    dots.collect()
}

/// Figures of a frame, and what its marks and lines mean.
pub(super) fn note(frame: &Frame, key: &[Sign]) -> String {
    let mut said = vec![frame.caption.as_str()];
    let thin = match thinned(frame) {
        1 => String::new(),
        count => format!("one of {count} marks of each kind is drawn: all would cover each other"),
    };
    if key.iter().any(|sign| !sign.form.is_site()) {
        said.push("a mark is a site with immune cells, drawn larger than it is");
        said.push(&thin);
    }
    if frame.clones.len() > 1 {
        said.push(
            "a site has the colour of the clone of one of its tumour cells, so that areas are about the shares of clones, \
             and not of how many cells a site holds",
        );
        let is_parental = |sign: &Sign| sign.label == PARENTAL;
        if !frame.has_no_parental && !key.iter().any(is_parental) {
            said.push("no site shows a cell of the parental clone");
        }
    }
    let is_crossed = |cut: &Cut| cut.crossed_um.iter().any(Option::is_some);
    if frame.cuts.iter().any(is_crossed) {
        said.push("thin grey lines: where the other slices lie");
    }
    words::note(said)
}

/// What the maps of all these days show: their legends are the same.
pub(crate) fn series_key(frames: &[Frame]) -> Vec<Sign> {
    key(frames.iter())
}

/// The map of a frame of what `of` says, with the legend `key`.
pub(crate) fn map_chart(of: &str, frame: &Frame, key: &[Sign]) -> Chart {
    Chart {
        title: if frame.day.is_finite() {
            format!("Tissue on {}", day_words(frame.day))
        } else {
            "Slices of a scan".to_owned()
        },
        note: words::note([of, &note(frame, key)]),
        panels: outlined(frame, tissue(frame, key)),
        columns: columns(frame, key),
        ..Chart::default()
    }
}

/// Draws the map of a frame as `map_d<day>` in a folder, SVG and PNG, with the legend of all maps of its run.
///
/// # Errors
/// [`OutputError`] when it cannot be drawn or written.
pub(crate) fn write_maps(
    folder: &Path,
    title: &str,
    frame: &Frame,
    key: &[Sign],
) -> Result<Vec<PathBuf>, OutputError> {
    write(folder, &map_name(frame.day), &map_chart(title, frame, key))
}

/// Draws a map as PNG, or as SVG where the name ends so.
///
/// # Errors
/// [`OutputError`] when it cannot be drawn or written.
#[cfg(feature = "cli")]
pub(crate) fn write_map(path: &Path, title: &str, frame: &Frame) -> Result<(), OutputError> {
    let key = key(std::iter::once(frame));
    write_chart(path, &map_chart(title, frame, &key))
}

/// Draws a chart as PNG, or as SVG where the name ends so.
///
/// # Errors
/// [`OutputError`] when it cannot be drawn or written.
pub(crate) fn write_chart(path: &Path, chart: &Chart) -> Result<(), OutputError> {
    let drawing = |message: String| OutputError::Drawing {
        path: path.to_path_buf(),
        message,
    };
    let page = page::lay_out(chart);
    let is_svg = path
        .extension()
        .is_some_and(|ending| ending.eq_ignore_ascii_case("svg"));
    if is_svg {
        let text = canvas::svg(&page).map_err(drawing)?;
        return write_whole(path, text.as_bytes());
    }
    let picture = canvas::bitmap(&page).map_err(drawing)?;
    write_whole(
        path,
        &png_bytes(picture.width, picture.height, &picture.pixels, path)?,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn day_zero_has_no_sign_and_bars_fit() {
        assert_eq!(map_name(-0.0), "map_d0");
        assert_eq!(map_name(-1e-12), "map_d0");
        assert_eq!(map_name(27.99), "map_d28");
        assert_eq!(day_words(-1e-12), "day 0");
        assert_eq!(day_words(12.5), "day 12.5");
        for (wide, bar) in [
            (2000.0, 500.0),
            (1950.0, 500.0),
            (300.0, 100.0),
            (50.0, 10.0),
        ] {
            assert!((bar_um(wide) - bar).abs() < 1e-9, "{wide}");
        }
    }

    #[test]
    fn every_kind_has_a_colour_of_its_own() {
        let all: Vec<Colour> = KINDS.iter().map(|kind| kind.2).chain(CLONES).collect();
        for (at, one) in all.iter().enumerate() {
            assert!(!all[..at].contains(one), "{one:?}");
        }
    }

    #[test]
    fn of_several_clones_a_colour_says_which_one_and_not_how_many_cells_there_are() {
        let frame = |clones: &[&str], tissue: [Shown; 4]| Frame {
            cuts: vec![Cut {
                width: 2,
                height: 2,
                pixel_um: 10.0,
                tissue: tissue.to_vec(),
                ..Cut::default()
            }],
            clones: clones.iter().map(|&name| name.to_owned()).collect(),
            ..Frame::default()
        };
        let labels = |frame: &Frame| -> Vec<String> {
            let key = series_key(std::slice::from_ref(frame)).into_iter();
            key.map(|sign| sign.label).collect()
        };
        let clone = Shown::Clone(1);
        let both = [Shown::TumourSparse, Shown::TumourDense, clone, clone];
        let mixed = frame(&["parental", "late_outgrowth"], both);
        assert_eq!(labels(&mixed), [PARENTAL, "tumour, clone late outgrowth"]);
        let drawn = colours(&mixed, 0);
        assert_eq!(drawn[0], drawn[1]);
        let said = |frame: &Frame| note(frame, &series_key(std::slice::from_ref(frame)));
        assert!(!said(&mixed).contains("no site shows"));
        let mut none = frame(&["parental", "late_outgrowth"], [clone; 4]);
        assert!(said(&none).contains("no site shows a cell of the parental clone"));
        none.has_no_parental = true;
        assert!(!said(&none).contains("no site shows"));
        let alone = frame(&[], [Shown::TumourSparse; 4]);
        assert_eq!(
            labels(&alone),
            ["tumour, less than half of the site's room"]
        );
        assert_ne!(colours(&alone, 0)[0], drawn[0]);
    }

    #[test]
    fn crowded_marks_are_thinned_kind_by_kind_and_said() {
        let frame = |count: u32| Frame {
            cuts: vec![Cut {
                width: 50,
                height: 40,
                pixel_um: 10.0,
                tissue: vec![Shown::Marrow; 2000],
                immune: (0..count)
                    .map(|at| {
                        (
                            at,
                            if at % 10 == 0 {
                                Shown::Treg
                            } else {
                                Shown::Cd8
                            },
                        )
                    })
                    .collect(),
                ..Cut::default()
            }],
            ..Frame::default()
        };
        let drawn = |frame: &Frame| {
            let key = series_key(std::slice::from_ref(frame));
            let chart = map_chart("a run", frame, &key);
            let Layer::Image(image) = &chart.panels[1].layers[0] else {
                panic!("{chart:?}");
            };
            let of = |form| image.dots.iter().filter(|dot| dot.form == form).count();
            ([Form::Triangle, Form::Disc].map(of), chart.note)
        };
        let (few, note) = drawn(&frame(700));
        assert_eq!(few, [70, 630]);
        assert!(!note.contains("one of"), "{note}");
        let (many, note) = drawn(&frame(2000));
        assert_eq!(many, [67, 600]);
        assert!(
            note.contains("one of 3 marks of each kind is drawn"),
            "{note}"
        );
        // The days of a run have one share.
        let mut days = [frame(700), frame(2000)];
        thin_alike(&mut days);
        for (day, marks) in days.iter().zip([[24, 210], [67, 600]]) {
            let (drawn, note) = drawn(day);
            assert_eq!(drawn, marks);
            assert!(note.contains("one of 3 marks"), "{note}");
        }
        // The size of a site stands beside the bar.
        let chart = map_chart("a run", &frame(1), &[]);
        let Layer::Image(image) = &chart.panels[0].layers[0] else {
            panic!("{chart:?}");
        };
        let said = image.bar.as_ref().map(|bar| bar.1.as_str());
        assert_eq!(said, Some("100 \u{b5}m, sites of 10\u{a0}\u{b5}m"));
    }

    #[test]
    fn dead_cells_have_a_tint_of_their_own_where_there_are_any() {
        let frame = |kind: Shown| Frame {
            cuts: vec![Cut {
                width: 2,
                height: 1,
                pixel_um: 10.0,
                tissue: vec![kind, Shown::Marrow],
                ..Cut::default()
            }],
            ..Frame::default()
        };
        let labels = |frame: Frame| -> Vec<String> {
            let key = series_key(&[frame]).into_iter();
            key.map(|sign| sign.label).collect()
        };
        assert_eq!(
            labels(frame(Shown::TumourDead)),
            ["marrow", "tumour, dead and not cleared"]
        );
        assert_eq!(labels(frame(Shown::Marrow)), ["marrow"]);
        let unseen = Frame {
            held: vec![Shown::TumourDead],
            ..frame(Shown::Marrow)
        };
        assert_eq!(labels(unseen), ["marrow", "tumour, dead and not cleared"]);
        assert_ne!(colour(Shown::TumourDead), colour(Shown::Marrow));
    }

    #[test]
    fn osteoblasts_on_osteoid_are_both_in_the_legend() {
        let frame = Frame {
            cuts: vec![Cut {
                width: 2,
                height: 1,
                pixel_um: 10.0,
                tissue: vec![Shown::Forming, Shown::Bone],
                ..Cut::default()
            }],
            ..Frame::default()
        };
        let key = series_key(&[frame]);
        let labels: Vec<&str> = key.iter().map(|sign| sign.label.as_str()).collect();
        assert_eq!(labels, ["bone", OSTEOID, "osteoblast lineage"]);
    }

    #[test]
    fn maps_of_a_series_have_one_legend_and_immune_cells_a_panel_of_their_own() {
        let frame = |day: f64, kind: Shown, eroded: Vec<u32>, immune: Vec<(u32, Shown)>| Frame {
            day,
            cuts: vec![Cut {
                axes: ["x", "y"],
                width: 2,
                height: 2,
                pixel_um: 10.0,
                tissue: vec![kind, Shown::Marrow, Shown::Marrow, Shown::Bone],
                immune,
                eroded,
                ..Cut::default()
            }],
            ..Frame::default()
        };
        let frames = [
            frame(0.0, Shown::Marrow, vec![0, 1], Vec::new()),
            frame(7.0, Shown::TumourDense, Vec::new(), vec![(2, Shown::Cd8)]),
        ];
        // The first of them does not touch bone in the cut.
        let ends: Vec<_> = rims(&frames[0].cuts[0]).iter().map(|line| line.0).collect();
        assert_eq!(ends, [[(10.0, 10.0), (20.0, 10.0)]]);
        let key = series_key(&frames);
        let labels: Vec<&str> = key.iter().map(|sign| sign.label.as_str()).collect();
        assert_eq!(
            labels,
            [
                "bone",
                "marrow",
                "eroded surface",
                "tumour, half of the site's room or more",
                "CD8 T cell"
            ]
        );
        for frame in &frames {
            let chart = map_chart("a run", frame, &key);
            assert_eq!((chart.panels.len(), chart.columns), (2, 2));
            for panel in &chart.panels {
                assert!(matches!(&panel.layers[..], [Layer::Image(image)] if image.key == key));
            }
        }
        let Layer::Image(image) = &map_chart("a run", &frames[1], &key).panels[1].layers[0] else {
            panic!("no picture");
        };
        assert_eq!((image.dots.len(), image.dots[0].at), (1, (5.0, 15.0)));
    }

    #[test]
    fn a_grey_print_tells_bone_marrow_tumour_and_cells_apart() {
        // Bone, osteoid and eroded surface lie side by side.
        let of_surface = [
            [Shown::Bone, Shown::Osteoid],
            [Shown::Osteoid, Shown::Marrow],
            [Shown::Bone, Shown::Eroded],
            [Shown::Eroded, Shown::Marrow],
        ];
        for pair in of_surface {
            let apart = (colour(pair[0]).lightness() - colour(pair[1]).lightness()).abs();
            assert!(apart > 0.07, "{pair:?} {apart}");
        }
        let mut greys = [
            Shown::Osteoblast,
            Shown::TumourDense,
            Shown::Osteoclast,
            Shown::Bone,
            Shown::Eroded,
            Shown::Marrow,
        ]
        .map(|kind| colour(kind).lightness());
        greys.sort_by(f64::total_cmp);
        for pair in greys.windows(2) {
            assert!(pair[1] - pair[0] > 0.07, "{greys:?}");
        }
        // Of all that may stand beside each other, two of one form differ in lightness.
        let all = KINDS.iter().map(|&(_, form, colour, _)| (form, colour));
        let clones = CLONES.iter().map(|&colour| (Form::Square, colour));
        let all: Vec<(Form, Colour)> = all.chain(clones).collect();
        for (at, one) in all.iter().enumerate() {
            for other in &all[..at] {
                let apart = (one.1.lightness() - other.1.lightness()).abs();
                assert!(
                    one.0 != other.0 || apart > 0.05,
                    "{one:?} {other:?} {apart}"
                );
            }
        }
        // Cells and tumour that stand on bone or in marrow differ from them by more.
        let near = |one: Shown, other: Shown| {
            (colour(one).lightness() - colour(other).lightness()).abs() < 0.12
        };
        for cell in [Shown::Osteoblast, Shown::Osteoclast, Shown::TumourDense] {
            assert!(
                !near(cell, Shown::Bone) && !near(cell, Shown::Marrow),
                "{cell:?}"
            );
        }
    }
}
