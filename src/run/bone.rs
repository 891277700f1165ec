//! The bone from which a run begins: of an image, or synthetic.

use std::path::Path;

use crate::layers::diagnostic::Diagnostic;
use crate::numerics::packed::pack;
use crate::numerics::quantity::Length;
use crate::numerics::random::Chance;
use crate::observe::figures::{Figures, SpecimenReport, other_species};
use crate::scenario::build::Loaded;
use crate::scenario::file::ImageFile;
use crate::specimen::image::{BoneImage, ImageError, read_with as read_image};
use crate::specimen::synthetic::SyntheticBone;
use crate::tissue::grid::Grid;
use crate::transport::MOST_SITES;

/// Sites of a lattice along an axis at most.
const MOST_ALONG: usize = 4096;

/// The bone before anything is seeded.
pub(super) struct Bone {
    pub(super) grid: Grid,
    pub(super) solid: Vec<bool>,
    pub(super) canals: Vec<usize>,
    pub(super) sentence: String,
    pub(super) report: SpecimenReport,
}

impl Loaded {
    /// Bytes that a run of this scenario takes, about, on the lattice that it will have: that of an
    /// image is known when it is read.
    ///
    /// # Errors
    /// Bone that cannot be made.
    pub fn needed_bytes(&self) -> Result<u64, Diagnostic> {
        let lattice = &self.scenario.lattice;
        let size = lattice
            .size
            .filter(|size| size.iter().all(|n| (1..=MOST_ALONG).contains(n)));
        let grid = match (&self.scenario.specimen.image, size, lattice.site) {
            (None, Some([x, y, 1]), Some(site)) => Grid::section(x, y, site.get(), site.get()),
            (None, Some(size), Some(site)) => Grid::cubic(size, site.get()),
            _ => self.bone(false)?.grid,
        };
        Ok(self.memory_bytes(&grid))
    }

    /// Bone from the image of the scenario, with the lattice that it lies on.
    fn image(&self, image: &ImageFile, path: &Path) -> Result<(Grid, BoneImage), Diagnostic> {
        let lattice = &self.scenario.lattice;
        let options = image.bone_options(lattice.site.map(Length::get));
        let bone = read_image(path, &image.reading())
            .and_then(|read| read.to_bone_with(&options))
            .map_err(|error| {
                if let ImageError::Prepare { step, allowed, .. } = &error {
                    let help = format!("ask for {allowed}");
                    return self.error(&format!("specimen.image.{step}"), &error.to_string(), &help);
                }
                let (path, help) = match &error {
                    ImageError::Threshold { .. } if image.threshold.is_some() => (
                        "specimen.image.threshold",
                        "give a grey value inside the range of the image",
                    ),
                    ImageError::LabelMap { .. }
                    | ImageError::AbsentLabel { .. }
                    | ImageError::NoLabel { .. }
                    | ImageError::ThresholdAndLabels { .. } => (
                        "specimen.image.labels",
                        "name the labels that are bone, as in labels = [1, 2]",
                    ),
                    ImageError::MissingSpacing { .. } | ImageError::BadSpacing { .. } => (
                        "specimen.image.spacing",
                        "give spacing = \"20 um\", or three as in [\"20 um\", \"20 um\", \"40 um\"]",
                    ),
                    ImageError::Anisotropic { .. } | ImageError::Resample { .. } => (
                        "lattice.site",
                        "give the edge of the cubic sites, 5 to 25 um, as in site = \"20 um\"",
                    ),
                    ImageError::Crop { .. } => ("specimen.image.crop", "stay inside the image"),
                    ImageError::OneKind { .. } if image.crop.is_some() => (
                        "specimen.image.crop",
                        "take a part that holds bone and marrow",
                    ),
                    _ => (
                        "specimen.image.file",
                        "name a NIfTI, MetaImage, NRRD or TIFF file, or a folder of TIFFs",
                    ),
                };
                self.error(path, &error.to_string(), help)
            })?;
        if !(4.9..=25.1).contains(&bone.spacing_um) {
            return Err(self.error(
                "specimen.image.file",
                &format!("its voxels measure {} um", bone.spacing_um),
                "set lattice.site to 5 to 25 um to resample it",
            ));
        }
        let thickness = lattice.section_thickness.map(Length::get);
        let grid = if bone.dims[2] == 1 {
            let [nx, ny, _] = bone.dims;
            Grid::section(nx, ny, bone.spacing_um, thickness.unwrap_or(bone.depth_um))
        } else if thickness.is_some() {
            return Err(self.error(
                "lattice.section_thickness",
                &format!("the image has {} layers, so it is no section", bone.dims[2]),
                "remove section_thickness, or crop the image to one layer",
            ));
        } else {
            Grid::cubic(bone.dims, bone.spacing_um)
        };
        Ok((grid, bone))
    }

    /// Figures of bone from an image.
    fn image_report(&self, grid: &Grid, bone: &BoneImage, measured: bool) -> SpecimenReport {
        let mut report = SpecimenReport::of_image(bone, measured);
        if grid.is_section() {
            report.lattice.spacing_um[2] = grid.depth_um;
            if self.scenario.lattice.section_thickness.is_none() {
                report.assumed.push(format!(
                    "the image has one layer: a section {} um thick, its voxel size along z; another \
                     is given by lattice.section_thickness",
                    grid.depth_um
                ));
            }
        }
        let thickness = report.lattice.tb_th_mm;
        let species = self.scenario.subject.species;
        report.warnings.extend(other_species(thickness, species));
        report
    }

    /// The bone: lattice, mask, canals, a sentence and figures.
    pub(super) fn bone(&self, measured: bool) -> Result<Bone, Diagnostic> {
        let scenario = &self.scenario;
        let specimen = &scenario.specimen;
        let kinds = usize::from(specimen.image.is_some())
            + usize::from(specimen.slab.is_some())
            + usize::from(specimen.trabecular.is_some())
            + usize::from(specimen.cortical.is_some())
            + usize::from(specimen.soft_tissue.is_some());
        if kinds != 1 {
            return Err(self.error(
                "specimen",
                &format!("{kinds} kinds of bone are given"),
                "give exactly one of: image, slab, trabecular, cortical, soft_tissue",
            ));
        }
        if let Some(image) = &specimen.image {
            let path = self.folder.join(&image.file);
            let (grid, bone) = self.image(image, &path)?;
            return Ok(Bone {
                report: self.image_report(&grid, &bone, measured),
                grid,
                canals: Vec::new(),
                sentence: format!("{} ({})", path.display(), bone.binarisation),
                solid: bone.bone,
            });
        }
        let (Some(size), Some(site)) = (scenario.lattice.size, scenario.lattice.site) else {
            return Err(self.error(
                "lattice",
                "synthetic bone needs lattice.size and lattice.site",
                "give size = [100, 100, 100] and site = \"20 um\"",
            ));
        };
        let sites = size
            .iter()
            .try_fold(1_usize, |all, &n| all.checked_mul(n))
            .unwrap_or(usize::MAX);
        if size.contains(&0) || size.iter().any(|&n| n > MOST_ALONG) || sites > MOST_SITES {
            return Err(self.error(
                "lattice.size",
                &format!("found {size:?}"),
                "give 1 to 4096 sites along each axis, at most 2^30 in all; z = 1 is a section",
            ));
        }
        let grid = if size[2] == 1 {
            let thickness = scenario.lattice.section_thickness.ok_or_else(|| {
                self.error(
                    "lattice",
                    "a section (z = 1) needs section_thickness",
                    "give section_thickness = \"50 um\"",
                )
            })?;
            Grid::section(size[0], size[1], site.get(), thickness.get())
        } else {
            Grid::cubic(size, site.get())
        };
        self.check_memory(&grid)?;
        let chance = Chance::new(scenario.seed);
        let (made, key) = if let Some(slab) = &specimen.slab {
            (slab.generate(grid, chance), "specimen.slab")
        } else if let Some(trabecular) = &specimen.trabecular {
            (trabecular.generate(grid, chance), "specimen.trabecular")
        } else if let Some(cortical) = &specimen.cortical {
            (cortical.generate(grid, chance), "specimen.cortical")
        } else {
            let none = SyntheticBone {
                bone: vec![false; grid.len()],
                canals: Vec::new(),
                grid,
            };
            (Ok(none), "specimen.soft_tissue")
        };
        let bone = made.map_err(|error| {
            let key = match error.field() {
                Some(field) => format!("{key}.{field}"),
                None => key.to_owned(),
            };
            self.error(
                &key,
                &error.to_string(),
                "ask for what the text above allows",
            )
        })?;
        let spacing_um = [grid.edge_um, grid.edge_um, grid.depth_um];
        let lattice = Figures::of(&bone.bone, grid.dims, spacing_um, measured);
        Ok(Bone {
            report: SpecimenReport::of_synthetic(lattice),
            grid,
            solid: bone.bone,
            canals: bone.canals,
            sentence: format!("synthetic, {key}"),
        })
    }
}

/// Digest of a bone and its lattice.
pub(super) fn digest_of(grid: &Grid, solid: &[bool]) -> String {
    let mut hash = blake3::Hasher::new();
    for count in grid.dims {
        hash.update(&(count as u64).to_le_bytes());
    }
    hash.update(&grid.edge_um.to_le_bytes());
    hash.update(&grid.depth_um.to_le_bytes());
    hash.update(&pack(solid));
    hash.finalize().to_hex().to_string()
}
