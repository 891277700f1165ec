//! Files that `howship specimen` makes beside its table: slices, maps, and lesions against a scan before.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::Args;

use super::Stop;
use super::reading::file;
use crate::numerics::quantity::Length;
use crate::observe::lesions::Lesions;
use crate::observe::maps::ThicknessMap;
use crate::observe::scanned::Scanned;
use crate::observe::sites::{Array, Numbers};
use crate::observe::slices::slices_csv;
use crate::run::place::NewFile;
use crate::run::scan_maps::{self, ENDINGS};
use crate::specimen::image::{BoneImage, BoneOptions, ReadOptions, read_with};
use crate::specimen::prepare::Preparation;

/// Voxels that a lesion is deeper than, where no depth is given: those that a registration to a fraction of a
/// voxel makes along the surface are one deep.
const LEAST_VOXELS: f64 = 1.5;

/// What is made of one image beside its table.
#[derive(Debug, Args)]
#[command(next_help_heading = "Files and lesions")]
pub(super) struct OutcomeArguments {
    /// Write a table with a row for each layer along z.
    #[arg(long, value_name = "FILE.csv")]
    slices: Option<PathBuf>,
    /// Write the local thickness `tb_th`, `tb_sp` or `ct_th`: a volume (.nii.gz, .vti), a picture with a histogram
    /// (.png, .svg) or the histogram (.csv), as in `tb_th=thickness.nii.gz`; may be given several times.
    #[arg(long = "map", value_name = "NAME=FILE")]
    maps: Vec<MapFile>,
    /// The scan before, on the same voxels: bone that is lost since then is told as lesions.
    #[arg(long, value_name = "IMAGE")]
    before: Option<PathBuf>,
    /// Depth that a lesion exceeds; one and a half voxels without it.
    #[arg(long, value_name = "LENGTH", requires = "before")]
    least_depth: Option<Length>,
    /// Write the lesions: a table (.csv), or the number of each at its voxels (.nii.gz, .vti).
    #[arg(long, value_name = "FILE", requires = "before")]
    lesions: Option<PathBuf>,
}

/// A map and the file that it becomes.
#[derive(Debug, Clone)]
struct MapFile {
    map: ThicknessMap,
    path: PathBuf,
}

impl FromStr for MapFile {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, path) = text
            .split_once('=')
            .ok_or("expected a name and a file, as in tb_th=thickness.nii.gz")?;
        Ok(Self {
            map: name.trim().parse()?,
            path: path.into(),
        })
    }
}

/// Files that may be written.
pub(super) struct Outcomes<'a> {
    asked: &'a OutcomeArguments,
    slices: Option<NewFile>,
    maps: Vec<(ThicknessMap, NewFile)>,
    lesions: Option<NewFile>,
}

impl OutcomeArguments {
    /// True where something is asked for that one image alone has.
    pub(super) fn are_asked(&self) -> bool {
        self.slices.is_some() || !self.maps.is_empty() || self.before.is_some()
    }

    /// True where lesions are asked for.
    pub(super) const fn have_before(&self) -> bool {
        self.before.is_some()
    }

    /// The files, before any work is done.
    pub(super) fn files(&self, prepare: &Preparation, force: bool) -> Result<Outcomes<'_>, Stop> {
        if prepare.rotate && self.before.is_some() {
            return Err(Stop::wrong(
                "--rotate turns each bone by its own axis, so that scans before and after part: turn one, and register \
                 the other onto it",
            ));
        }
        if let Some(one) = self.maps.iter().find(|one| one.map == ThicknessMap::CtTh)
            && prepare.cortex.is_none()
        {
            return Err(Stop::wrong(format_args!(
                "--map {}={} needs --cortex, which parts the cortex from the marrow",
                one.map,
                one.path.display()
            )));
        }
        let place =
            |option: &str, path: &PathBuf, endings| file(option, path, endings, Some(force));
        let maps = self.maps.iter();
        Ok(Outcomes {
            asked: self,
            slices: (self.slices.as_ref())
                .map(|path| place("--slices", path, &["csv"]))
                .transpose()?,
            maps: maps
                .map(|one| Ok((one.map, place("--map", &one.path, ENDINGS)?)))
                .collect::<Result<_, Stop>>()?,
            lesions: (self.lesions.as_ref())
                .map(|path| place("--lesions", path, &["csv", "nii.gz", "vti"]))
                .transpose()?,
        })
    }
}

impl Outcomes<'_> {
    /// The files with the options that name them.
    pub(super) fn written(&self) -> impl Iterator<Item = (&'static str, &NewFile)> {
        let slices = self.slices.iter().map(|file| ("--slices", file));
        let maps = self.maps.iter().map(|(_, file)| ("--map", file));
        let lesions = self.lesions.iter().map(|file| ("--lesions", file));
        slices.chain(maps).chain(lesions)
    }

    /// True where lesions become a file.
    pub(super) const fn show_lesions(&self) -> bool {
        self.lesions.is_some()
    }

    /// The scan before.
    pub(super) fn before(&self) -> Option<&Path> {
        self.asked.before.as_deref()
    }

    /// Compares with the scan before, which is read and prepared alike; at one threshold, that of the scan
    /// before where none is given.
    pub(super) fn compare(
        &self,
        scanned: &mut Scanned,
        reading: ReadOptions,
        options: &BoneOptions,
        after: &mut dyn FnMut(&BoneOptions) -> Result<Scanned, Stop>,
    ) -> Result<Option<BoneImage>, Stop> {
        let Some(path) = &self.asked.before else {
            return Ok(None);
        };
        let before = read_with(path, &reading)?.to_bone_with(options)?;
        if before.binarisation.is_automatic()
            && let Some(threshold) = before.binarisation.threshold()
        {
            let mut alike = options.clone();
            alike.by.threshold = Some(threshold);
            *scanned = after(&alike)?;
            scanned.bone.assumed.push(format!(
                "no threshold was given: both scans were cut at that of Otsu on the scan before, {threshold}"
            ));
        }
        check_same_voxels(&before, &scanned.bone)?;
        let edge_um = before.spacing_um;
        let least = self
            .asked
            .least_depth
            .map_or(LEAST_VOXELS * edge_um, Length::get);
        scanned.lesions = Some(Lesions::between(
            &before.bone,
            &scanned.bone.bone,
            before.dims,
            edge_um,
            least,
        ));
        Ok(Some(before))
    }

    /// Writes the files.
    pub(super) fn write(&self, scanned: &Scanned) -> Result<(), Stop> {
        if let Some(file) = &self.slices {
            file.write(slices_csv(&scanned.bone).as_bytes())?;
        }
        for (map, file) in &self.maps {
            scan_maps::write(scanned, *map, file)?;
        }
        if let (Some(file), Some(lesions)) = (&self.lesions, &scanned.lesions) {
            if file.ending() == "csv" {
                file.write(lesions.csv().as_bytes())?;
            } else {
                let labels: Vec<f32> = lesions.labels.iter().map(|&label| label as f32).collect();
                let field = Array {
                    name: "lesion".to_owned(),
                    unit: "1",
                    values: Numbers::F32(labels.into()),
                };
                scan_maps::write_volume(&scanned.bone, &field, file)?;
            }
        }
        Ok(())
    }
}

/// Scans before and after lie on the same voxels.
fn check_same_voxels(before: &BoneImage, after: &BoneImage) -> Result<(), Stop> {
    /// Sizes that are the same, relatively.
    const SAME: f64 = 1e-3;
    let [x, y, z] = before.dims;
    let [nx, ny, nz] = after.dims;
    let is_other_size = (before.spacing_um / after.spacing_um - 1.0).abs() > SAME;
    if before.dims != after.dims || is_other_size {
        return Err(Stop::wrong(format_args!(
            "{} has {x} x {y} x {z} voxels of {} um, and {} {nx} x {ny} x {nz} of {} um: register one onto the voxels of \
             the other",
            before.source.display(),
            before.spacing_um,
            after.source.display(),
            after.spacing_um
        )));
    }
    if let Some(how) = after.lies_elsewhere(before) {
        return Err(Stop::wrong(format_args!(
            "{}: {how}: register one onto the voxels of the other, or correct the place that the file states",
            after.source.display()
        )));
    }
    Ok(())
}
