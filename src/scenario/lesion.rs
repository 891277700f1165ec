//! A lesion that is in the scan already: labels of its image say where tumour is.

use std::path::Path;

use crate::engine::state::{Lesion, State};
use crate::layers::diagnostic::{Diagnostic, Diagnostics};
use crate::scenario::build::Loaded;
use crate::scenario::file::{ImageFile, TumourLabels};
use crate::specimen::image::{Image, ImageError, read_with as read_image};
use crate::tissue::grid::Grid;

/// Relative difference of voxel sizes below which they are the same.
const SAME_SIZE: f64 = 1e-3;

/// Labels that are named in a message at most.
const MOST_NAMED: usize = 20;

/// What is wrong with a lesion: the key under `specimen.image`, what was found, what is allowed.
type Wrong = (&'static str, String, String);

impl Loaded {
    /// Checks the keys of a lesion with each other and with the others.
    pub(super) fn check_lesion(&self, found: &mut Diagnostics) {
        let Some(tumour) = self.tumour_labels() else {
            return;
        };
        let mut wrong = |key: &str, message: &str, help: &str| {
            found.push(self.error(&format!("specimen.image.tumour{key}"), message, help));
        };
        if self.scenario.inoculation.is_some() {
            wrong(
                "",
                "the tumour of the scan, and an [inoculation] besides",
                "leave out one of them; [colonisation] may stand beside a lesion",
            );
        }
        let mut labels = tumour.labels.clone();
        labels.sort_unstable();
        labels.dedup();
        if labels.is_empty() || labels.len() != tumour.labels.len() || labels.contains(&0) {
            wrong(
                ".labels",
                &format!("found {:?}", tumour.labels),
                "name each label once, from 1 on, as in labels = [2]; 0 is what has no label",
            );
        }
        if tumour.time.get() < 0.0 {
            wrong(
                ".time",
                &format!("found {}", tumour.time),
                "give zero or a time above it",
            );
        }
        if self
            .scenario
            .specimen
            .image
            .as_ref()
            .is_some_and(|image| image.rotate)
        {
            wrong(
                "",
                "labels of a tumour, and a bone that is turned (specimen.image.rotate)",
                "labels lie on the voxels of the scan: turn scan and labels before, or leave out one of the two",
            );
        }
        let duration = self.scenario.run.duration;
        if tumour.time >= duration {
            wrong(
                ".time",
                &format!(
                    "found {}, which is not before the end of the run",
                    tumour.time
                ),
                &format!("give a time from day 0 to before run.duration = {duration}"),
            );
        }
    }

    fn tumour_labels(&self) -> Option<&TumourLabels> {
        self.scenario.specimen.image.as_ref()?.tumour.as_ref()
    }

    /// Where the tumour of the scan lies on the lattice; nowhere without one.
    pub(crate) fn lesion(&self, grid: &Grid, solid: &[bool]) -> Result<Lesion, Diagnostic> {
        let (Some(image), Some(tumour)) = (&self.scenario.specimen.image, self.tumour_labels())
        else {
            return Ok(Lesion::default());
        };
        let sites = lesion_sites(&self.folder, image, tumour, grid, solid).map_err(
            |(key, message, help)| self.error(&format!("specimen.image.{key}"), &message, &help),
        )?;
        Ok(Lesion {
            at_h: tumour.time.get(),
            sites,
        })
    }

    /// A lesion has cells, and no more than can be counted.
    pub(crate) fn check_lesion_cells(&self, state: &State) -> Result<(), Diagnostic> {
        let sites = state.lesion.sites.len();
        let cells = state.lesion_cells();
        if sites == 0 || (1..=u64::from(u32::MAX)).contains(&cells) {
            return Ok(());
        }
        Err(self.error(
            "specimen.image.tumour.labels",
            &format!("{sites} sites with room for {cells} tumour cells"),
            &format!(
                "label a tumour of 1 to {} cells of tumour.cell_diameter = {}",
                u32::MAX,
                self.scenario.tumour.cell_diameter
            ),
        ))
    }
}

/// Marrow sites of which at least half is tumour.
fn lesion_sites(
    folder: &Path,
    image: &ImageFile,
    tumour: &TumourLabels,
    grid: &Grid,
    solid: &[bool],
) -> Result<Vec<u32>, Wrong> {
    let native = read_image(&folder.join(&image.file), &image.reading())
        .map_err(|error| cannot_read("file", &error))?;
    let bone = native_bone(&native, image).map_err(|error| cannot_read("file", &error))?;
    let labels = match &tumour.file {
        None => native,
        Some(file) => {
            let labels = read_image(&folder.join(file), &image.reading())
                .map_err(|error| cannot_read("tumour.file", &error))?;
            check_same_voxels(&labels, &native)?;
            labels
        }
    };
    let inside = labelled(&labels, &tumour.labels)?;
    let name = labels.source.display().to_string();
    let clash = inside
        .iter()
        .zip(&bone)
        .filter(|&(&in_it, &bone)| in_it && bone);
    let clash = clash.count();
    if clash > 0 {
        return Err((
            "tumour.labels",
            format!(
                "{name}: {clash} voxels with the labels {} are bone in {}",
                listed(&tumour.labels),
                image.file.display()
            ),
            "a tumour lies in marrow: leave bone out of its labels, or correct what is bone \
             (specimen.image.threshold)"
                .to_owned(),
        ));
    }
    let share = on_lattice(labels, &inside, image, grid)?;
    // What has more of the tumour than of anything else is bone only where its pore was filled.
    let filled = (0..solid.len()).filter(|&site| share[site] > 0.5 && solid[site]);
    let filled = filled.count();
    if image.fill_pores && filled > 0 {
        return Err((
            "fill_pores",
            format!(
                "{name}: {filled} sites with the labels {} lie in closed pores, which would be filled with bone",
                listed(&tumour.labels)
            ),
            "leave out fill_pores, or label no tumour in a closed pore".to_owned(),
        ));
    }
    let sites: Vec<u32> = (0..solid.len())
        .filter(|&site| share[site] >= 0.5 && !solid[site])
        .map(|site| site as u32)
        .collect();
    if sites.is_empty() {
        return Err((
            "tumour.labels",
            format!(
                "{name}: no site of the lattice has half of its volume in the labels {}",
                listed(&tumour.labels)
            ),
            "take a part of the image in which the tumour lies (specimen.image.crop), or smaller \
             sites (lattice.site)"
                .to_owned(),
        ));
    }
    Ok(sites)
}

fn cannot_read(key: &'static str, error: &ImageError) -> Wrong {
    (
        key,
        error.to_string(),
        "name a NIfTI, MetaImage, NRRD or TIFF file, or a folder of TIFFs".to_owned(),
    )
}

/// Bone on the voxels of the image, as the lattice takes it.
fn native_bone(native: &Image, image: &ImageFile) -> Result<Vec<bool>, ImageError> {
    native.whole_bone(&image.bone_options(None))
}

/// Labels lie on the voxels of the specimen, in number, size and place.
fn check_same_voxels(labels: &Image, native: &Image) -> Result<(), Wrong> {
    let help = format!(
        "give labels on the voxels of the specimen, {}",
        native.source.display()
    );
    let name = labels.source.display();
    if labels.dims != native.dims {
        let message = format!(
            "{name}: {:?} voxels, where the specimen has {:?}",
            labels.dims, native.dims
        );
        return Err(("tumour.file", message, help));
    }
    let mut sizes = labels.spacing_um.iter().zip(&native.spacing_um);
    if sizes.any(|(one, other)| (one - other).abs() > SAME_SIZE * other) {
        let message = format!(
            "{name}: voxels of {:?} um, where those of the specimen have {:?}",
            labels.spacing_um, native.spacing_um
        );
        return Err(("tumour.file", message, help));
    }
    if let Some(how) = labels.lies_elsewhere(native) {
        let help = format!("{help}, or correct the place that the file states");
        return Err(("tumour.file", format!("{name}: {how}"), help));
    }
    Ok(())
}

/// Voxels that have one of the labels.
fn labelled(image: &Image, labels: &[u32]) -> Result<Vec<bool>, Wrong> {
    let name = image.source.display();
    let help = "name labels that the image holds, as in labels = [2]";
    let mut known: Vec<u32> = Vec::new();
    let mut inside = Vec::with_capacity(image.values.len());
    for &value in &image.values {
        // Whole numbers up to 2^24 are exact in the values of an image.
        if !(0.0..=16_777_216.0).contains(&value) || value.fract() > 0.0 {
            return Err((
                "tumour.labels",
                format!("{name}: the value {value} is no label"),
                "give an image of whole numbers from 0 on".to_owned(),
            ));
        }
        let label = value as u32;
        if let Err(place) = known.binary_search(&label) {
            known.insert(place, label);
        }
        inside.push(labels.contains(&label));
    }
    if let Some(absent) = labels
        .iter()
        .find(|label| known.binary_search(label).is_err())
    {
        let more = known.len().saturating_sub(MOST_NAMED);
        let mut held = listed(&known[..known.len() - more]);
        if more > 0 {
            held = format!("{held} and {more} more");
        }
        return Err((
            "tumour.labels",
            format!("{name}: the label {absent} is not in the image, which holds {held}"),
            help.to_owned(),
        ));
    }
    Ok(inside)
}

/// The share of each site that is inside, cropped and resampled as the bone is.
fn on_lattice(
    labels: Image,
    inside: &[bool],
    image: &ImageFile,
    grid: &Grid,
) -> Result<Vec<f32>, Wrong> {
    let shares = inside.iter().map(|&inside| f32::from(u8::from(inside)));
    let mut part = Image {
        values: shares.collect(),
        ..labels
    };
    if let Some(crop) = &image.crop {
        part = part.crop(crop.start, crop.size).map_err(|error| {
            (
                "crop",
                error.to_string(),
                "stay inside the image".to_owned(),
            )
        })?;
    }
    if part.dims != grid.dims
        || (part.spacing_um[0] - grid.edge_um).abs() > SAME_SIZE * grid.edge_um
    {
        part = part
            .resample(grid.edge_um)
            .map_err(|error| cannot_read("tumour.file", &error))?;
    }
    if part.dims == grid.dims {
        return Ok(part.values);
    }
    Err((
        "tumour.file",
        format!(
            "the labels come to {:?} sites, where the bone has {:?}",
            part.dims, grid.dims
        ),
        "give labels on the voxels of the specimen".to_owned(),
    ))
}

fn listed(labels: &[u32]) -> String {
    let words: Vec<String> = labels.iter().map(u32::to_string).collect();
    words.join(", ")
}
