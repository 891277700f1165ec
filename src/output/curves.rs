//! Curves by plotters, in SVG and PNG, with a font that is embedded.

use std::path::{Path, PathBuf};
use std::sync::Once;

use plotters::coord::Shift;
use plotters::coord::types::RangedCoordf64;
use plotters::element::{PathElement, Polygon};
use plotters::prelude::{
    BLACK, BitMapBackend, Cartesian2d, ChartBuilder, ChartContext, Circle, Color, Cross,
    DrawingArea, DrawingBackend, IntoDrawingArea, RGBColor, SVGBackend, SeriesLabelPosition,
    TextStyle, WHITE,
};
use plotters::style::{FontStyle, IntoFont, register_font};

use crate::mechanics::rigidity::FALL_ADULT;
use crate::output::table::Table;
use crate::output::{OutputError, write_whole};

/// Colours that stay apart for colour-blind readers and in grey (Okabe and Ito 2008).
pub(crate) const COLOURS: [RGBColor; 8] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(90, 90, 90),
    RGBColor(86, 180, 233),
    RGBColor(230, 159, 0),
    RGBColor(0, 0, 0),
];

/// Grey of marks at doses.
const DOSE_GREY: RGBColor = RGBColor(150, 150, 150);

/// Makes the embedded font known to the plotter.
pub(crate) fn use_embedded_font() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let regular: &[u8] = include_bytes!("../../assets/font/DejaVuSans.ttf");
        let bold: &[u8] = include_bytes!("../../assets/font/DejaVuSans-Bold.ttf");
        // A font that does not read would show at the first label, as a drawing error.
        let _ = register_font("sans-serif", FontStyle::Normal, regular);
        let _ = register_font("sans-serif", FontStyle::Bold, bold);
    });
}

/// Height of a line of the legend as a share of the panel.
const LEGEND_LINE: f64 = 0.06;

/// A curve with its band.
pub(crate) struct Line {
    pub(crate) label: String,
    pub(crate) points: Vec<(f64, f64)>,
    /// Least and greatest over the runs at each day, or an interval; empty for one run.
    pub(crate) band: Vec<(f64, f64, f64)>,
}

/// Figures of others, drawn as points with bars over the curves.
pub(crate) struct Published {
    /// Whose they are.
    pub(crate) label: String,
    /// Day, value, and half the length of the bar (0 for none).
    pub(crate) points: Vec<(f64, f64, f64)>,
}

impl Line {
    /// One column of all runs: the mean over runs at each day that all of them have, and its band.
    pub(crate) fn over(
        runs: &[Table],
        name: &str,
        label: &str,
        factor: impl Fn(&[f64]) -> f64,
    ) -> Option<Self> {
        let columns: Vec<(Vec<f64>, Vec<f64>)> = runs
            .iter()
            .map(|run| {
                let values = run.column(name)?;
                let factor = factor(&values);
                Some((
                    run.column("time_d")?,
                    values.iter().map(|v| v * factor).collect(),
                ))
            })
            .collect::<Option<_>>()?;
        let (days, _) = columns.first()?;
        let mut line = Self {
            label: label.to_owned(),
            points: vec![],
            band: vec![],
        };
        for day in days {
            let at: Vec<f64> = columns
                .iter()
                .filter_map(|(days, values)| {
                    let place = days.iter().position(|other| (other - day).abs() < 1e-6)?;
                    values.get(place).copied()
                })
                .collect();
            if at.len() == columns.len() {
                line.points
                    .push((*day, at.iter().sum::<f64>() / at.len() as f64));
                if at.len() > 1 {
                    let least = at.iter().copied().fold(f64::INFINITY, f64::min);
                    let most = at.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                    line.band.push((*day, least, most));
                }
            }
        }
        if runs.len() > 1 {
            line.label = format!(
                "{label}: mean, band from least to greatest of {}",
                runs.len()
            );
        }
        Some(line)
    }
}

/// One pair of axes against time in days.
pub(crate) struct Panel<'a> {
    pub(crate) y_label: &'a str,
    pub(crate) lines: Vec<Line>,
    pub(crate) published: Vec<Published>,
    pub(crate) logarithmic: bool,
}

impl Panel<'_> {
    /// True when a curve has a point that its axis can show.
    pub(crate) fn has_points(&self) -> bool {
        let points = self.lines.iter().flat_map(|line| &line.points);
        points.copied().any(|(_, y)| self.shows(y))
    }

    /// Curves that the legend in its corner names: those that have a label.
    fn named(&self) -> usize {
        let labels = self.lines.iter().map(|line| &line.label);
        labels.filter(|label| !label.is_empty()).count() + self.published.len()
    }

    /// A logarithmic axis shows no zero: such points are left out of it.
    fn shows(&self, y: f64) -> bool {
        y.is_finite() && (!self.logarithmic || y > 0.0)
    }

    fn to_axis(&self, y: f64) -> f64 {
        if self.logarithmic { y.log10() } else { y }
    }

    /// Last day, and the ends of the upright axis.
    fn ranges(&self) -> (f64, f64, f64) {
        let all = || {
            self.lines
                .iter()
                .flat_map(|line| &line.points)
                .filter(|point| self.shows(point.1))
        };
        let bands = || {
            let ends = self.lines.iter().flat_map(|line| &line.band);
            let bars = self.published.iter().flat_map(|others| &others.points);
            ends.flat_map(|&(_, low, high)| [low, high])
                .chain(bars.flat_map(|&(_, y, bar)| [y - bar, y + bar]))
                .filter(|&y| self.shows(y))
        };
        // Time goes on also where an axis has nothing to show.
        let times = self.lines.iter().flat_map(|line| &line.points);
        let most_x = times.map(|point| point.0).fold(1e-9, f64::max);
        let (mut low, mut high) = all()
            .map(|point| self.to_axis(point.1))
            .chain(bands().map(|y| self.to_axis(y)))
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), y| {
                (a.min(y), b.max(y))
            });
        if low > high {
            (low, high) = (0.0, 1.0);
        }
        if self.logarithmic {
            (low, high) = (low.floor(), high.ceil().max(low.floor() + 1.0));
        } else {
            low = low.min(0.0);
            high += 0.05 * (high - low).max(1e-9);
        }
        // The legend stands in the upper right corner: no curve shall run behind it.
        let entries = self.named();
        let legend = if entries == 0 {
            0.0
        } else {
            (LEGEND_LINE * entries as f64 + LEGEND_LINE).min(0.6)
        };
        let behind = self
            .lines
            .iter()
            .flat_map(|line| {
                let points = line.points.iter().map(|&(x, y)| (x, y));
                points.chain(line.band.iter().map(|&(x, _, most)| (x, most)))
            })
            .chain(self.published.iter().flat_map(|others| {
                let points = others.points.iter();
                points.map(|&(x, y, bar)| (x, y + bar))
            }))
            .filter(|&(x, y)| x > 0.4 * most_x && self.shows(y))
            .map(|(_, y)| self.to_axis(y))
            .fold(low, f64::max);
        high = high.max(low + (behind - low) / (1.0 - legend));
        (most_x, low, high)
    }
}

/// Draws every set of curves, as SVG and PNG: of one run, or the mean of several (seeds) with the
/// band from the least to the greatest. Days of doses are marked on the time axis.
///
/// # Errors
/// [`OutputError`] when a file cannot be drawn or written.
pub fn write_curves(
    folder: &Path,
    title: &str,
    runs: &[Table],
    dose_days: &[f64],
) -> Result<Vec<PathBuf>, OutputError> {
    let line = |name: &str, label: &str, factor: f64| Line::over(runs, name, label, |_| factor);
    let panel = |y_label, logarithmic, lines: Vec<Option<Line>>| Panel {
        y_label,
        logarithmic,
        lines: lines.into_iter().flatten().collect(),
        published: Vec::new(),
    };
    let pictures = [
        (
            "bone_loss",
            "Bone volume",
            vec![
                panel("BV/TV (%)", false, vec![line("bv_tv", "BV/TV", 100.0)]),
                panel(
                    "BV/TV (% of day 0)",
                    false,
                    vec![Line::over(runs, "bv_tv", "BV/TV, day 0 = 100", |values| {
                        100.0 / values.first().copied().unwrap_or(1.0)
                    })],
                ),
            ],
        ),
        (
            "cells",
            "Cells",
            vec![
                panel(
                    "tumour cells",
                    true,
                    vec![line("tumour_cells", "tumour cells", 1.0)],
                ),
                panel(
                    "cells",
                    true,
                    vec![
                        line("n_oc", "osteoclasts", 1.0),
                        line("n_ob", "osteoblasts", 1.0),
                        line("n_precursor", "osteoblast precursors", 1.0),
                    ],
                ),
            ],
        ),
        (
            "signals",
            "Signals, mean over marrow",
            vec![panel(
                "level (pM)",
                true,
                vec![
                    line("pthrp_pm", "PTHrP", 1.0),
                    line("rankl_free_pm", "free RANKL", 1.0),
                    line("opg_pm", "OPG", 1.0),
                    line("tgf_beta_pm", "TGF-\u{3b2}", 1.0),
                ],
            )],
        ),
        (
            "turnover",
            "Bone resorbed and formed since day 0",
            vec![panel(
                "volume (mm\u{b3})",
                false,
                vec![
                    line("resorbed_mm3", "resorbed", 1.0),
                    line("formed_mm3", "formed", 1.0),
                ],
            )],
        ),
    ];
    let mut written = Vec::new();
    for (name, heading, panels) in &pictures {
        let mut heading = format!("{title}: {}", heading.to_lowercase());
        if !dose_days.is_empty() {
            heading += " (grey marks: doses)";
        }
        written.extend(write_picture(folder, name, &heading, panels, dose_days)?);
    }
    Ok(written)
}

/// Ending of the columns of `drugs.csv` with the highest level in plasma since the row before.
pub(crate) const PLASMA_MAX: &str = "_plasma_max_mg_per_l";

/// Decades of a level that are drawn, from its highest down.
const DECADES: f64 = 6.0;

/// Draws the highest levels of all drugs in plasma from row to row, and the drug that lies on bone, as
/// SVG and PNG, with marks at doses. Levels of less than a millionth of the highest are left out.
///
/// # Errors
/// [`OutputError`] when a file cannot be drawn or written.
pub fn write_drug_curves(
    folder: &Path,
    title: &str,
    drugs: &Table,
    dose_days: &[f64],
) -> Result<Vec<PathBuf>, OutputError> {
    let runs = std::slice::from_ref(drugs);
    let level = |column: &String| {
        let mut line = Line::over(runs, column, column.strip_suffix(PLASMA_MAX)?, |_| 1.0)?;
        let highest = line
            .points
            .iter()
            .fold(0.0_f64, |most, point| most.max(point.1));
        let least = highest * 10_f64.powf(-DECADES);
        for point in &mut line.points {
            if point.1 < least {
                point.1 = 0.0;
            }
        }
        Some(line)
    };
    let mut panels = vec![Panel {
        y_label: "highest level in plasma since the row before (mg/L)",
        logarithmic: true,
        lines: drugs.columns.iter().filter_map(level).collect(),
        published: Vec::new(),
    }];
    let on_bone = Line::over(runs, "bone_drug_on_bone_amol", "on bone", |_| 1e-3);
    let on_bone = on_bone.filter(|line| line.points.iter().any(|point| point.1 > 0.0));
    panels.extend(on_bone.map(|line| Panel {
        y_label: "drug on the bone of the lattice (fmol)",
        logarithmic: false,
        lines: vec![line],
        published: Vec::new(),
    }));
    let mut heading = format!("{title}: drugs");
    if !dose_days.is_empty() {
        heading += " (grey marks: doses)";
    }
    write_picture(folder, "drugs", &heading, &panels, dose_days)
}

/// Draws the cells of each clone and their shares, as SVG and PNG; eight clones at most have a colour
/// of their own.
///
/// # Errors
/// [`OutputError`] when a file cannot be drawn or written.
pub fn write_clone_curves(
    folder: &Path,
    title: &str,
    clones: &Table,
    dose_days: &[f64],
) -> Result<Vec<PathBuf>, OutputError> {
    const CELLS: &str = "_cells";
    let all: Vec<f64> = clones
        .rows
        .iter()
        .map(|row| {
            let counted = clones.columns.iter().zip(row);
            counted
                .filter(|(column, _)| column.ends_with(CELLS))
                .map(|(_, cells)| cells)
                .sum()
        })
        .collect();
    let mut shares = clones.clone();
    for (row, &whole) in shares.rows.iter_mut().zip(&all) {
        for (column, value) in shares.columns.iter().zip(row.iter_mut()) {
            if column.ends_with(CELLS) {
                *value *= 100.0 / whole.max(1.0);
            }
        }
    }
    let panel = |y_label, logarithmic, table: &Table| Panel {
        y_label,
        logarithmic,
        lines: table
            .columns
            .iter()
            .filter_map(|column| {
                let name = column.strip_suffix(CELLS)?;
                Line::over(std::slice::from_ref(table), column, name, |_| 1.0)
            })
            .collect(),
        published: Vec::new(),
    };
    let panels = [
        panel("tumour cells", true, clones),
        panel("share of tumour cells (%)", false, &shares),
    ];
    let mut heading = format!("{title}: clones");
    if !dose_days.is_empty() {
        heading += " (grey marks: doses)";
    }
    write_picture(folder, "clones", &heading, &panels, dose_days)
}

/// Draws calcium with its hormones, markers of turnover and neutrophils, as SVG and PNG.
///
/// # Errors
/// [`OutputError`] when a file cannot be drawn or written.
pub fn write_patient_curves(
    folder: &Path,
    title: &str,
    patient: &Table,
    dose_days: &[f64],
) -> Result<Vec<PathBuf>, OutputError> {
    let runs = std::slice::from_ref(patient);
    let panel = |y_label, columns: &[(&str, &str)]| Panel {
        y_label,
        logarithmic: false,
        lines: columns
            .iter()
            .filter_map(|(column, label)| Line::over(runs, column, label, |_| 1.0))
            .collect(),
        published: Vec::new(),
    };
    let panels = [
        panel("total calcium (mM)", &[("calcium_mm", "calcium")]),
        panel(
            "level in plasma (pM)",
            &[("pth_pm", "PTH"), ("pthrp_pm", "PTHrP")],
        ),
        panel(
            "over its level in health",
            &[
                ("ctx", "CTX"),
                ("trap5b", "TRAP5b"),
                ("bsap", "BSAP"),
                ("p1np", "P1NP"),
            ],
        ),
        panel(
            "neutrophils (1e9/L)",
            &[("neutrophils_1e9_per_l", "neutrophils")],
        ),
    ];
    let mut heading = format!("{title}: patient");
    if !dose_days.is_empty() {
        heading += " (grey marks: doses)";
    }
    write_picture(folder, "patient", &heading, &panels, dose_days)
}

/// Draws sound and doomed tumour cells, the dose and the strength of irradiated bone, as SVG and PNG.
///
/// # Errors
/// [`OutputError`] when a file cannot be drawn or written.
pub fn write_radiation_curves(
    folder: &Path,
    title: &str,
    radiotherapy: &Table,
    dose_days: &[f64],
) -> Result<Vec<PathBuf>, OutputError> {
    let runs = std::slice::from_ref(radiotherapy);
    let panel = |y_label, logarithmic, columns: &[(&str, &str)]| Panel {
        y_label,
        logarithmic,
        lines: columns
            .iter()
            .filter_map(|(column, label)| Line::over(runs, column, label, |_| 1.0))
            .collect(),
        published: Vec::new(),
    };
    let panels = [
        panel(
            "tumour cells",
            true,
            &[
                ("tumour_cells_sound", "sound"),
                ("tumour_cells_doomed", "doomed"),
            ],
        ),
        panel(
            "dose so far (Gy)",
            false,
            &[
                ("isocentre_gy", "at the isocentre"),
                ("bed10_gy", "BED, \u{3b1}/\u{3b2} = 10 Gy"),
            ],
        ),
        panel(
            "strength of irradiated bone, relative",
            false,
            &[("strength_factor", "strength")],
        ),
    ];
    let heading = format!("{title}: radiotherapy (grey marks: fractions and doses)");
    write_picture(folder, "radiotherapy", &heading, &panels, dose_days)
}

/// Draws pain, the probability of a first skeletal-related event and the events of this patient, as SVG
/// and PNG.
///
/// # Errors
/// [`OutputError`] when a file cannot be drawn or written.
pub fn write_event_curves(
    folder: &Path,
    title: &str,
    patient: &Table,
    dose_days: &[f64],
) -> Result<Vec<PathBuf>, OutputError> {
    let runs = std::slice::from_ref(patient);
    let panel = |y_label, columns: &[(&str, &str, f64)]| Panel {
        y_label,
        logarithmic: false,
        lines: columns
            .iter()
            .filter_map(|&(column, label, factor)| Line::over(runs, column, label, |_| factor))
            .collect(),
        published: Vec::new(),
    };
    let panels = [
        panel("pain, a proxy (0 to 10)", &[("pain", "pain", 1.0)]),
        panel(
            "probability of a first event (%)",
            &[("first_event_probability", "had an event", 100.0)],
        ),
        panel(
            "events of this patient",
            &[("events", "all", 1.0), ("events_counted", "counted", 1.0)],
        ),
    ];
    let mut heading = format!("{title}: skeletal-related events");
    if !dose_days.is_empty() {
        heading += " (grey marks: doses)";
    }
    write_picture(folder, "skeletal_events", &heading, &panels, dose_days)
}

/// Draws the weakest cuts against day 0, as SVG and PNG, with the line of the clinical rule.
///
/// # Errors
/// [`OutputError`] when a file cannot be drawn or written.
pub fn write_rigidity_curves(
    folder: &Path,
    title: &str,
    rigidity: &Table,
    dose_days: &[f64],
) -> Result<Vec<PathBuf>, OutputError> {
    let runs = std::slice::from_ref(rigidity);
    let mut lines: Vec<Line> = [
        ("ea_ratio", "EA"),
        ("ei_min_ratio", "EImin"),
        ("gj_ratio", "GJ"),
    ]
    .iter()
    .filter_map(|(column, label)| Line::over(runs, column, label, |_| 100.0))
    .collect();
    let days = rigidity.column("time_d").unwrap_or_default();
    let ends = days.first().into_iter().chain(days.last());
    lines.push(Line {
        label: format!("{} % less: rule for long bones", 100.0 * FALL_ADULT),
        points: ends.map(|&day| (day, 100.0 * (1.0 - FALL_ADULT))).collect(),
        band: Vec::new(),
    });
    let panel = Panel {
        y_label: "weakest cut (% of the same cut at day 0)",
        logarithmic: false,
        lines,
        published: Vec::new(),
    };
    let mut heading = format!("{title}: rigidity");
    if !dose_days.is_empty() {
        heading += " (grey marks: doses)";
    }
    write_picture(folder, "rigidity", &heading, &[panel], dose_days)
}

/// Draws immune cells: numbers, state of the CD8 cells, and tumour cells killed, as SVG and PNG.
///
/// # Errors
/// [`OutputError`] when a file cannot be drawn or written.
pub fn write_immune_curves(
    folder: &Path,
    title: &str,
    immune: &Table,
    dose_days: &[f64],
) -> Result<Vec<PathBuf>, OutputError> {
    let runs = std::slice::from_ref(immune);
    let mut share = immune.clone();
    if let (Some(all), Some(tired)) = (immune.column("n_cd8"), immune.column("n_exhausted")) {
        share.columns.push("exhausted_share".to_owned());
        for ((row, all), tired) in share.rows.iter_mut().zip(all).zip(tired) {
            row.push(tired / all.max(1.0));
        }
    }
    let shares = std::slice::from_ref(&share);
    let panel = |y_label, logarithmic, lines: Vec<Option<Line>>| Panel {
        y_label,
        logarithmic,
        lines: lines.into_iter().flatten().collect(),
        published: Vec::new(),
    };
    let line = |name: &str, label: &str| Line::over(runs, name, label, |_| 1.0);
    let percent = |name: &str, label: &str| Line::over(shares, name, label, |_| 100.0);
    let panels = [
        panel(
            "cells",
            true,
            vec![
                line("n_cd8", "CD8 cells"),
                line("n_exhausted", "of these exhausted"),
                line("n_treg", "regulatory T cells"),
                line("n_myeloid", "myeloid suppressors"),
                line("n_nk", "natural killer cells")
                    .filter(|line| line.points.iter().any(|&(_, count)| count > 0.0)),
            ],
        ),
        panel(
            "share of CD8 cells (%)",
            false,
            vec![
                percent("exhausted_share", "exhausted"),
                percent("contact_share", "in contact with tumour"),
            ],
        ),
        panel(
            "tumour cells since day 0",
            false,
            vec![
                line("kills", "killed"),
                line("kills_exhausted", "of these by exhausted cells"),
            ],
        ),
    ];
    let mut heading = format!("{title}: immune cells");
    if !dose_days.is_empty() {
        heading += " (grey marks: doses)";
    }
    write_picture(folder, "immune", &heading, &panels, dose_days)
}

/// Draws panels side by side, as SVG and PNG, with marks at doses.
///
/// # Errors
/// [`OutputError`] when a file cannot be drawn or written.
pub(crate) fn write_picture(
    folder: &Path,
    name: &str,
    heading: &str,
    panels: &[Panel<'_>],
    dose_days: &[f64],
) -> Result<Vec<PathBuf>, OutputError> {
    let figure = Figure {
        heading,
        keys: &[],
        panels,
        marks: &[Marks {
            days: dose_days,
            colour: DOSE_GREY,
        }],
    };
    figure.write(folder, name)
}

/// A row of marks above the time axis.
pub(crate) struct Marks<'a> {
    pub(crate) days: &'a [f64],
    pub(crate) colour: RGBColor,
}

/// Panels under one heading.
pub(crate) struct Figure<'a> {
    pub(crate) heading: &'a str,
    /// Names of the curves, in the order of their colours, for all panels together; none where each
    /// panel has its own legend.
    pub(crate) keys: &'a [String],
    pub(crate) panels: &'a [Panel<'a>],
    /// Rows of marks, the lowest first.
    pub(crate) marks: &'a [Marks<'a>],
}

/// Panels beside each other at most; more stand in rows.
const MOST_BESIDE: usize = 4;
/// Height of a row of panels, of the heading and of a row of keys, in points.
const ROW: u32 = 386;
const HEADING: u32 = 34;
const KEYS: u32 = 22;

impl Figure<'_> {
    /// Rows and columns of panels.
    fn shape(&self) -> (usize, usize) {
        let rows = self.panels.len().div_ceil(MOST_BESIDE).max(1);
        (rows, self.panels.len().div_ceil(rows).max(1))
    }

    fn width(&self) -> u32 {
        180 + 460 * self.shape().1 as u32
    }

    /// Rows of keys, each with its place from the left in points.
    fn rows_of_keys(&self) -> Vec<Vec<(u32, usize)>> {
        // A letter of 13 points is about 8 wide.
        let wide = |key: &String| 52 + 8 * key.chars().count() as u32;
        let mut rows: Vec<Vec<(u32, usize)>> = Vec::new();
        let mut x = u32::MAX;
        for (index, key) in self.keys.iter().enumerate() {
            if x.saturating_add(wide(key)) > self.width() {
                rows.push(Vec::new());
                x = 14;
            }
            if let Some(row) = rows.last_mut() {
                row.push((x, index));
            }
            x += wide(key);
        }
        rows
    }

    /// Writes the figure as SVG and PNG.
    ///
    /// # Errors
    /// [`OutputError`] when a file cannot be drawn or written.
    pub(crate) fn write(&self, folder: &Path, name: &str) -> Result<Vec<PathBuf>, OutputError> {
        use_embedded_font();
        let keys = KEYS * self.rows_of_keys().len() as u32;
        let size = (self.width(), HEADING + keys + ROW * self.shape().0 as u32);
        let svg = folder.join(format!("{name}.svg"));
        let failed = |path: &Path| {
            let path = path.to_path_buf();
            move |message| OutputError::Drawing { path, message }
        };
        let mut text = String::new();
        {
            let area = SVGBackend::with_string(&mut text, size).into_drawing_area();
            self.draw(&area, 1).map_err(failed(&svg))?;
        }
        write_whole(&svg, text.as_bytes())?;
        let png = folder.join(format!("{name}.png"));
        let (wide, high) = (size.0 * 2, size.1 * 2);
        let mut pixels = vec![255_u8; (wide * high * 3) as usize];
        {
            let area = BitMapBackend::with_buffer(&mut pixels, (wide, high)).into_drawing_area();
            self.draw(&area, 2).map_err(failed(&png))?;
        }
        write_whole(
            &png,
            &crate::output::map::png_bytes(wide, high, &pixels, &png)?,
        )?;
        Ok(vec![svg, png])
    }

    fn draw<DB: DrawingBackend>(
        &self,
        area: &DrawingArea<DB, Shift>,
        scale: u32,
    ) -> Result<(), String>
    where
        DB::ErrorType: 'static,
    {
        let said = |error: &dyn std::fmt::Display| error.to_string();
        area.fill(&WHITE).map_err(|e| said(&e))?;
        let font = |size: u32| {
            let font = ("sans-serif", size * scale).into_font();
            TextStyle::from(font).color(&BLACK)
        };
        let at = |x: u32, y: u32| ((x * scale) as i32, (y * scale) as i32);
        area.draw_text(self.heading, &font(17), at(14, 10))
            .map_err(|e| said(&e))?;
        let mut top = HEADING;
        for row in self.rows_of_keys() {
            for (x, index) in row {
                let colour = COLOURS[index % COLOURS.len()];
                let bar = vec![at(x, top + 8), at(x + 24, top + 8)];
                area.draw(&PathElement::new(bar, colour.stroke_width(3 * scale)))
                    .map_err(|e| said(&e))?;
                area.draw_text(&self.keys[index], &font(13), at(x + 30, top))
                    .map_err(|e| said(&e))?;
            }
            top += KEYS;
        }
        let (_, body) = area.split_vertically(top * scale);
        for (panel, part) in self.panels.iter().zip(body.split_evenly(self.shape())) {
            draw_panel(&part, panel, self.marks, scale)?;
        }
        area.present().map_err(|e| said(&e))
    }
}

fn draw_panel<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    panel: &Panel<'_>,
    rows_of_marks: &[Marks<'_>],
    scale: u32,
) -> Result<(), String>
where
    DB::ErrorType: 'static,
{
    let (most_x, low, high) = panel.ranges();
    let said = |error: &dyn std::fmt::Display| error.to_string();
    let font = |size: u32| ("sans-serif", size * scale).into_font();
    let mut chart = ChartBuilder::on(area)
        .margin(10 * scale)
        .margin_right(18 * scale)
        .x_label_area_size(44 * scale)
        .y_label_area_size(66 * scale)
        .build_cartesian_2d(0.0..most_x, low..high)
        .map_err(|e| said(&e))?;
    let logarithmic = panel.logarithmic;
    let tick = move |value: &f64| {
        if !logarithmic {
            let text = format!("{value:.3}");
            return text.trim_end_matches('0').trim_end_matches('.').to_owned();
        }
        let power = value.round() as i32;
        if (-2..=4).contains(&power) {
            format!("{}", 10_f64.powi(power))
        } else {
            format!("1e{power}")
        }
    };
    chart
        .configure_mesh()
        .x_desc("time (d)")
        .y_desc(panel.y_label)
        .axis_desc_style(font(14))
        .label_style(font(12))
        .light_line_style(WHITE)
        .bold_line_style(RGBColor(225, 225, 225))
        .y_labels(if logarithmic {
            (high - low) as usize + 1
        } else {
            7
        })
        .y_label_formatter(&tick)
        .x_label_formatter(&|value| format!("{}", (10.0 * value).round() / 10.0))
        .draw()
        .map_err(|e| said(&e))?;
    for (row, marks) in rows_of_marks.iter().enumerate() {
        let from = low + 0.06 * row as f64 * (high - low);
        let days = marks.days.iter().filter(|&&day| day <= most_x);
        chart
            .draw_series(days.map(|&day| {
                PathElement::new(
                    vec![(day, from), (day, from + 0.06 * (high - low))],
                    marks.colour.stroke_width(2 * scale),
                )
            }))
            .map_err(|e| said(&e))?;
    }
    for index in 0..panel.lines.len() {
        draw_line(&mut chart, panel, index, scale)?;
    }
    draw_published(&mut chart, panel, scale)?;
    if panel.named() == 0 {
        return Ok(());
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperRight)
        .background_style(WHITE.mix(0.85))
        .border_style(RGBColor(180, 180, 180))
        .label_font(font(12))
        .legend_area_size(24 * scale)
        .margin(6 * scale)
        .draw()
        .map_err(|e| said(&e))?;
    Ok(())
}

/// A curve with its band and marks. What the axis cannot show leaves a gap.
fn draw_line<DB: DrawingBackend>(
    chart: &mut ChartContext<'_, DB, Cartesian2d<RangedCoordf64, RangedCoordf64>>,
    panel: &Panel<'_>,
    index: usize,
    scale: u32,
) -> Result<(), String>
where
    DB::ErrorType: 'static,
{
    let said = |error: &dyn std::fmt::Display| error.to_string();
    let shown = |y: f64| panel.shows(y);
    let to_axis = |y: f64| panel.to_axis(y);
    let line = &panel.lines[index];
    let colour = COLOURS[index % COLOURS.len()];
    // What the axis cannot show leaves a gap: no line is drawn across it.
    let pieces: Vec<Vec<(f64, f64)>> = line
        .points
        .split(|point| !shown(point.1))
        .filter(|piece| !piece.is_empty())
        .map(|piece| piece.iter().map(|&(x, y)| (x, to_axis(y))).collect())
        .collect();
    let points = pieces.concat();
    let band: Vec<(f64, f64, f64)> = line
        .band
        .iter()
        .copied()
        .filter(|&(_, low, high)| shown(low) && shown(high))
        .collect();
    let mut outline: Vec<(f64, f64)> = band.iter().map(|&(x, low, _)| (x, to_axis(low))).collect();
    outline.extend(band.iter().rev().map(|&(x, _, high)| (x, to_axis(high))));
    if !outline.is_empty() {
        chart
            .draw_series([Polygon::new(outline, colour.mix(0.2))])
            .map_err(|e| said(&e))?;
    }
    // Marks of their own tell the lines apart in grey.
    let gap = (points.len() / 8).max(1);
    let marks: Vec<(f64, f64)> = points
        .iter()
        .copied()
        .skip(index * gap / 4)
        .step_by(gap)
        .collect();
    let radius = (2 + index as u32) * scale;
    let alone: Vec<(f64, f64)> = pieces
        .iter()
        .filter(|piece| piece.len() == 1)
        .flatten()
        .copied()
        .collect();
    let curves = pieces
        .into_iter()
        .map(|piece| PathElement::new(piece, colour.stroke_width(2 * scale)));
    chart
        .draw_series(curves)
        .map_err(|e| said(&e))?
        .label(line.label.as_str())
        .legend(move |(x, y)| {
            PathElement::new(
                vec![(x, y), (x + 18 * scale as i32, y)],
                colour.stroke_width(2 * scale),
            )
        });
    let style = if index.is_multiple_of(2) {
        colour.filled()
    } else {
        colour.stroke_width(scale)
    };
    chart
        .draw_series(
            marks
                .into_iter()
                .chain(alone)
                .map(|point| Circle::new(point, radius, style)),
        )
        .map_err(|e| said(&e))?;
    Ok(())
}

/// Crosses with bars for the figures of others.
fn draw_published<DB: DrawingBackend>(
    chart: &mut ChartContext<'_, DB, Cartesian2d<RangedCoordf64, RangedCoordf64>>,
    panel: &Panel<'_>,
    scale: u32,
) -> Result<(), String>
where
    DB::ErrorType: 'static,
{
    let thin = BLACK.stroke_width(scale);
    let thick = BLACK.stroke_width(2 * scale);
    for others in &panel.published {
        let shown = others.points.iter().filter(|point| panel.shows(point.1));
        let bars = shown
            .clone()
            .filter(|&&(_, y, bar)| bar > 0.0 && panel.shows(y - bar))
            .map(|&(x, y, bar)| {
                let ends = [y - bar, y + bar].map(|y| (x, panel.to_axis(y)));
                PathElement::new(ends.to_vec(), thin)
            });
        chart.draw_series(bars).map_err(|error| error.to_string())?;
        chart
            .draw_series(
                shown.map(|&(x, y, _)| Cross::new((x, panel.to_axis(y)), 5 * scale, thick)),
            )
            .map_err(|error| error.to_string())?
            .label(others.label.as_str())
            .legend(move |(x, y)| Cross::new((x + 9 * scale as i32, y), 5 * scale, thick));
    }
    Ok(())
}
