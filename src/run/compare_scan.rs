//! A run on a day beside a follow-up scan of its specimen: what bone was lost in both, in one and in none.

use std::fmt;
use std::path::{Path, PathBuf};

use serde_json::json;

use crate::observe::losses::{Bones, Change, Losses};
use crate::output::OutputError;
use crate::plot::losses::losses_chart;
use crate::plot::map::write_chart;
use crate::run::day::Asked;
use crate::run::error::RunError;
use crate::run::export::{Wish, simulation_on};
use crate::run::host::Host;
use crate::scenario::build::Loaded;
use crate::scenario::volumes::VolumeFormat;
use crate::specimen::image::{
    Binarisation, BoneImage, BoneOptions, ImageError, ReadOptions, Segmentation, read_with,
};
use crate::tissue::grid::Grid;

/// Edges of sites that are told apart, as a share.
const SAME_EDGE: f64 = 1e-3;

/// A follow-up scan, registered onto the scan of the run.
#[derive(Debug, Clone)]
pub struct FollowUpScan<'a> {
    /// The file, or a folder of TIFFs.
    pub file: &'a Path,
    /// How it is read.
    pub reading: ReadOptions,
    /// What tells bone from marrow; that of the scan of the run where nothing is given.
    pub by: Segmentation,
}

/// What was found.
#[derive(Debug)]
pub struct ComparedScan {
    /// The run.
    pub run: PathBuf,
    /// Day of the run.
    pub day: f64,
    /// The scan.
    pub scan: PathBuf,
    /// What told bone from marrow in it.
    pub binarisation: Binarisation,
    /// The figures.
    pub losses: Losses,
    /// What was taken to be so, and what makes the scan doubtful, a sentence each.
    pub warnings: Vec<String>,
    changes: Vec<Change>,
    grid: Grid,
    title: String,
}

impl Loaded {
    /// Bone of a follow-up scan on the sites of the run.
    fn follow_up(&self, scan: &FollowUpScan<'_>, grid: &Grid) -> Result<BoneImage, RunError> {
        let refused = |error: ImageError| RunError::Refused(error.to_string());
        let image = read_with(scan.file, &scan.reading).map_err(refused)?;
        let of_run = self.scenario.specimen.image.as_ref();
        let is_given = scan.by.threshold.is_some() || !scan.by.labels.is_empty();
        let is_of_sites = image.dims == grid.dims;
        let edge_um = (!is_of_sites).then_some(grid.edge_um);
        // Of an image like that of the run the same part is taken, and the same is done to it.
        let mut options =
            of_run.map_or_else(BoneOptions::default, |image| image.bone_options(edge_um));
        options.edge_um = edge_um;
        if is_given {
            options.by = scan.by.clone();
            (options.prepare.density, options.prepare.local_um) = (None, None);
        }
        if is_of_sites {
            options.part = None;
            options.prepare.rotate = false;
        }
        if options.prepare.rotate {
            return Err(RunError::Refused(format!(
                "{}: the bone of the run was turned (specimen.image.rotate), by its own axis; register the follow-up \
                 scan onto the sites of the run",
                scan.file.display()
            )));
        }
        let bone = image.to_bone_with(&options).map_err(refused)?;
        let edge = |um: f64| (um / grid.edge_um - 1.0).abs() < SAME_EDGE;
        if bone.dims != grid.dims || !edge(bone.spacing_um) {
            let [x, y, z] = bone.dims;
            let [nx, ny, nz] = grid.dims;
            return Err(RunError::Refused(format!(
                "{}: found {x} x {y} x {z} sites of {} um, and the run has {nx} x {ny} x {nz} of {} um; register the \
                 follow-up scan onto the scan of the run and resample it onto its voxels, or onto the sites of the run",
                scan.file.display(),
                bone.spacing_um,
                grid.edge_um
            )));
        }
        Ok(bone)
    }
}

/// Compares a run on a day, the last that is there without one, with a follow-up scan.
///
/// # Errors
/// No run, or a day that it has not; a scan that does not read, or does not lie on the sites of the run; what stops the
/// run on its way to the day.
pub fn compare_scan(
    asked: Asked<'_>,
    scan: &FollowUpScan<'_>,
    host: &dyn Host,
) -> Result<ComparedScan, RunError> {
    let wish = Wish {
        format: VolumeFormat::Vti,
        fields: &[],
    };
    let (loaded, simulation) = simulation_on(asked, wish, host)?;
    let grid = simulation.model.grid;
    let before = loaded.bone(false)?;
    let bone = loaded.follow_up(scan, &grid)?;
    let bones = Bones {
        before: &before.solid,
        run: &simulation.state.bone.solid,
        scan: &bone.bone,
        dims: grid.dims,
        edge_um: grid.edge_um,
        site_mm3: grid.site_volume_um3() * 1e-9,
    };
    let losses = bones.compare();
    let mut warnings = bone.assumed.clone();
    warnings.extend(bone.warnings.iter().cloned());
    if bone.binarisation.is_automatic() {
        warnings.push(
            "the threshold of the follow-up scan is Otsu's of that scan alone: give --threshold, so that both scans \
             are cut at one grey value"
                .to_owned(),
        );
    }
    if loaded.scenario.specimen.image.is_none() {
        warnings.push("the bone of the run is synthetic: no scan can follow it up".to_owned());
    }
    Ok(ComparedScan {
        run: asked.run.to_path_buf(),
        day: simulation.state.day(),
        scan: scan.file.to_path_buf(),
        binarisation: bone.binarisation,
        changes: bones.changes(),
        losses,
        warnings,
        grid,
        title: loaded.subject_of_tissue(&grid),
    })
}

impl ComparedScan {
    /// All of it as one object.
    pub fn json(&self) -> serde_json::Value {
        json!({
            "run": self.run.display().to_string(),
            "day": self.day,
            "scan": self.scan.display().to_string(),
            "binarisation": self.binarisation.to_string(),
            "dims": self.grid.dims,
            "edge_um": self.grid.edge_um,
            "losses": self.losses,
            "warnings": self.warnings,
        })
    }

    /// Draws what became of the bone, in three cuts through the layers that lost most: PNG, or SVG where the name
    /// ends so.
    ///
    /// # Errors
    /// [`OutputError`] when it cannot be drawn or written.
    pub fn write_picture(&self, path: &Path) -> Result<(), OutputError> {
        let dice = self.losses.lost.dice;
        let dice = dice.map_or_else(String::new, |dice| {
            format!(", Dice of what was lost {dice:.2}")
        });
        let heading = format!("Bone lost by day {} in the run and in the scan", self.day);
        let caption = format!("{}{dice}", self.title);
        let (dims, edge_um) = (self.grid.dims, self.grid.edge_um);
        let chart = losses_chart(&heading, &caption, &self.changes, dims, edge_um);
        write_chart(path, &chart)
    }
}

impl fmt::Display for ComparedScan {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            to,
            "run       {} on day {}\nscan      {} ({})\n{}",
            self.run.display(),
            self.day,
            self.scan.display(),
            self.binarisation,
            self.losses
        )
    }
}
