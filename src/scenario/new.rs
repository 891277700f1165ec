//! A first scenario of one's own, with a comment behind every line that is worth changing.

use std::path::Path;

use crate::layers::diagnostic::Diagnostic;
use crate::numerics::name::{ALLOWED, is_name};
use crate::specimen::image::{
    Binarisation, Image, ImageError, ReadOptions, Segmentation, Segmented, read_with,
};

/// Synthetic bone: a section that runs in some seconds.
const SYNTHETIC: &str = include_str!("new/synthetic.toml");
/// A scan.
const SCAN: &str = include_str!("new/scan.toml");

/// Voxels along each axis of the part of a scan that is taken at first: small enough to run in a minute.
const FIRST_PART: usize = 48;
/// Edges of sites that a lattice may have, um: the least and the greatest.
const SITES_UM: [f64; 2] = [5.0, 25.0];

/// Share of bone that a part needs, so that a tumour has room and bone beside it.
const SHARES: std::ops::RangeInclusive<f64> = 0.05..=0.6;

/// Why no scenario was written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum NewError {
    /// Its name, or a value, makes none.
    #[error(transparent)]
    Wrong(#[from] Diagnostic),
    /// The scan.
    #[error(transparent)]
    Image(#[from] ImageError),
    /// How a scan is read, and no scan.
    #[error(
        "--spacing and --data-anywhere say how a scan is read, and none is given: give it by --from, or leave them out"
    )]
    NoScan,
}

impl crate::numerics::refusal::Refusal for NewError {
    fn is_refusal(&self) -> bool {
        match self {
            Self::Wrong(_) | Self::NoScan => true,
            Self::Image(error) => error.is_refusal(),
        }
    }
}

/// Refuses a name or a preset that a scenario cannot have.
fn checked(name: &str, preset: &str) -> Result<(), Diagnostic> {
    if !is_name(name) {
        let said = format!("found the name {name:?}");
        return Err(Diagnostic::new(said).with_help(ALLOWED));
    }
    if crate::scenario::build::preset(preset).is_none() {
        let said = format!("found the preset {preset:?}");
        return Err(Diagnostic::new(said).with_help("give \"human\" or \"mouse\""));
    }
    Ok(())
}

/// The text of a scenario over synthetic bone of the mouse.
///
/// # Errors
/// A name that a scenario cannot have.
pub(crate) fn synthetic(name: &str) -> Result<String, NewError> {
    checked(name, "mouse")?;
    Ok(SYNTHETIC.replace("<name>", name))
}

/// What a scan is taken for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Taken<'a> {
    /// Preset: whose bone it is.
    pub preset: &'a str,
    /// Grey value above which a voxel is bone; Otsu's of the whole without it.
    pub threshold: Option<f32>,
    /// Labels that are bone.
    pub labels: &'a [u32],
    /// How the file is read.
    pub reading: ReadOptions,
}

/// The text of a first scenario, over a scan where there is one, else over synthetic bone; and what is doubtful about
/// the scan.
///
/// # Errors
/// [`NewError`].
pub(crate) fn first(
    name: &str,
    scan: Option<&Path>,
    taken: &Taken<'_>,
) -> Result<(String, Vec<String>), NewError> {
    match scan {
        Some(scan) => over_scan(name, scan, taken),
        None if taken.reading != ReadOptions::default() => Err(NewError::NoScan),
        None => Ok((synthetic(name)?, Vec::new())),
    }
}

/// The text of a scenario over a scan, which is read for it, and what is doubtful about the scan.
///
/// # Errors
/// A name that a scenario cannot have, a scan that cannot be read or told apart into bone and marrow.
pub(crate) fn over_scan(
    name: &str,
    scan: &Path,
    taken: &Taken<'_>,
) -> Result<(String, Vec<String>), NewError> {
    checked(name, taken.preset)?;
    let image = read_with(scan, &taken.reading)?;
    let by = Segmentation {
        threshold: taken.threshold,
        labels: taken.labels.to_vec(),
    };
    let cut = image.segment(&by)?;
    let mut warnings = image.warnings.clone();
    warnings.extend(cut.warnings.iter().cloned());
    let text = written(name, scan, taken, &image, &cut)?;
    Ok((text, warnings))
}

/// The lines of a scenario over a scan.
fn written(
    name: &str,
    scan: &Path,
    taken: &Taken<'_>,
    image: &Image,
    cut: &Segmented,
) -> Result<String, Diagnostic> {
    let site = site(image).map_err(|found| found.in_file(scan.display().to_string()))?;
    let edge_um = site.unwrap_or(image.spacing_um[0]);
    let part = part(
        image.dims,
        &cut.bone,
        &image
            .spacing_um
            .map(|voxel| ((FIRST_PART as f64 * edge_um / voxel).round() as usize).max(1)),
    );
    let volume_mm3: f64 = (0..3)
        .map(|axis| part.size[axis] as f64 * image.spacing_um[axis] * 1e-3)
        .product();
    let is_mouse = taken.preset == "mouse";
    let half = if is_mouse { 7 } else { 30 };
    let assumed = image.assumed.iter().chain(&cut.assumed);
    let mut found = vec![
        format!(
            "{} voxels of {} um ({})",
            by(image.dims),
            by(image.spacing_um.map(short)),
            image.spacing_from
        ),
        cut.rule.to_string(),
        format!(
            "bone in {:.1} % of the whole, {:.1} % of the part below",
            100.0 * share(&cut.bone),
            100.0 * part.share
        ),
    ];
    found.extend(assumed.map(|said| format!("taken to be so: {said}")));
    let found: Vec<String> = found.iter().map(|said| format!("#   {said}")).collect();
    let drug: [&str; 4] = if is_mouse {
        ["opg_fc", "3 mg/kg", "subcutaneous", "56 h"]
    } else {
        ["zoledronate", "4 mg", "intravenous", "28 d"]
    };
    let values = [
        ("<name>", name.to_owned()),
        ("<found>", found.join("\n")),
        ("<preset>", taken.preset.to_owned()),
        ("<duration>", format!("{} d", 2 * half)),
        (
            "<site>",
            match site {
                Some(edge) => {
                    format!("site = \"{edge} um\" # edge of a site: the voxels are resampled to it")
                }
                None => "# site = \"20 um\" # edge of a site, 5 to 25 um; without it the voxels"
                    .to_owned(),
            },
        ),
        (
            "<scan>",
            toml::Value::String(scan.display().to_string()).to_string(),
        ),
        (
            "<rule>",
            match (&cut.rule, taken.labels) {
                (_, [_, ..]) => format!("labels = {:?} # that are bone", taken.labels),
                (Binarisation::Mask { .. }, _) => {
                    "# labels = [0] # to turn the mask round".to_owned()
                }
                (rule, _) => format!(
                    "threshold = {:?} # bone lies above it",
                    rule.threshold().unwrap_or_default()
                ),
            },
        ),
        ("<reading>", how_it_is_read(&taken.reading)),
        ("<why_crop>", part.why.to_owned()),
        ("<start>", format!("{:?}", part.start)),
        ("<size>", format!("{:?}", part.size)),
        (
            "<cells>",
            format!("{}", ((volume_mm3 * 500.0).round() * 10.0).max(20.0)),
        ),
        ("<half>", half.to_string()),
        ("<mass>", if is_mouse { "20 g" } else { "70 kg" }.to_owned()),
        ("<drug>", drug[0].to_owned()),
        ("<dose>", drug[1].to_owned()),
        ("<route>", drug[2].to_owned()),
        ("<interval>", drug[3].to_owned()),
    ];
    let text = (values.iter()).fold(SCAN.to_owned(), |text, (mark, value)| {
        text.replace(mark, value)
    });
    Ok(text.lines().map(aligned).collect())
}

/// The keys of how a scan is read, a line each.
fn how_it_is_read(reading: &ReadOptions) -> String {
    let spacing = reading
        .spacing_um
        .map(|[x, y, z]| format!("spacing = [\"{x} um\", \"{y} um\", \"{z} um\"]\n"));
    let data = (reading.data_anywhere)
        .then_some("data_anywhere = true # the header may name a file outside of its folder\n");
    spacing.unwrap_or_default() + data.unwrap_or_default()
}

/// The edge of sites to which voxels must be resampled, um; none where they can be sites themselves.
fn site(image: &Image) -> Result<Option<f64>, Diagnostic> {
    let widest_um = image.spacing_um.iter().copied().fold(0.0, f64::max);
    if widest_um > SITES_UM[1] {
        let said = format!("found voxels of {} um", by(image.spacing_um.map(short)));
        return Err(Diagnostic::new(said).with_help(format!(
            "a lattice has sites of {} to {} um: cells act on trabeculae that such a scan does not show. Give a micro-CT \
             scan, or, where the file states a wrong size, --spacing",
            SITES_UM[0], SITES_UM[1]
        )));
    }
    if widest_um >= SITES_UM[0] && image.is_isotropic() {
        return Ok(None);
    }
    // Whole numbers of um: coarser than the voxels, so that none is made up.
    Ok(Some(widest_um.ceil().max(SITES_UM[0])))
}

/// The part of a scan that is taken at first.
struct Part {
    start: [usize; 3],
    size: [usize; 3],
    share: f64,
    why: &'static str,
}

/// Of the blocks of a size, the nearest to the centre with bone and marrow for a lesion.
fn part(dims: [usize; 3], bone: &[bool], longest: &[usize; 3]) -> Part {
    let size: [usize; 3] = std::array::from_fn(|axis| dims[axis].min(longest[axis]));
    let middle: [usize; 3] = std::array::from_fn(|axis| (dims[axis] - size[axis]) / 2);
    // Steps of half a block from the middle to both ends.
    let starts = |axis: usize| {
        let step = (size[axis] / 2).max(1);
        let reach = middle[axis] / step;
        let first = middle[axis] - reach * step;
        (first..=dims[axis] - size[axis]).step_by(step)
    };
    let share_of = |start: [usize; 3]| {
        let mut count = 0;
        for z in start[2]..start[2] + size[2] {
            for y in start[1]..start[1] + size[1] {
                let row = (z * dims[1] + y) * dims[0] + start[0];
                count += bone[row..row + size[0]]
                    .iter()
                    .filter(|&&bone| bone)
                    .count();
            }
        }
        count as f64 / size.iter().product::<usize>() as f64
    };
    let away = |start: &[usize; 3]| -> usize {
        (0..3)
            .map(|axis| start[axis].abs_diff(middle[axis]).pow(2))
            .sum()
    };
    let mut blocks: Vec<[usize; 3]> = Vec::new();
    for z in starts(2) {
        for y in starts(1) {
            blocks.extend(starts(0).map(|x| [x, y, z]));
        }
    }
    blocks.sort_by_key(|start| (away(start), *start));
    for start in blocks {
        let share = share_of(start);
        if SHARES.contains(&share) {
            let why = if size == dims {
                "the whole scan"
            } else {
                "a small part to begin with: the nearest to the centre with 5 to 60 % of bone; take a larger one when it runs"
            };
            return Part {
                start,
                size,
                share,
                why,
            };
        }
    }
    Part {
        start: middle,
        size,
        share: share_of(middle),
        why: "the middle: NO part of this size has 5 to 60 % of bone; look at the picture, and choose another part",
    }
}

fn share(bone: &[bool]) -> f64 {
    bone.iter().filter(|&&bone| bone).count() as f64 / bone.len() as f64
}

fn by<T: std::fmt::Display>([x, y, z]: [T; 3]) -> String {
    format!("{x} x {y} x {z}")
}

/// A length to a thousandth of a micrometre.
fn short(um: f64) -> f64 {
    (1e3 * um).round() / 1e3
}

/// Remarks behind values begin in one column.
fn aligned(line: &str) -> String {
    match line.split_once(" # ") {
        Some((value, said)) if !(line.starts_with('#') || line.starts_with("file")) => {
            format!("{value:31} # {said}\n")
        }
        _ => format!("{line}\n"),
    }
}

#[cfg(test)]
mod tests;
