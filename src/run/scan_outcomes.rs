//! Files that are made of images of bone beside their table: slices, maps, a picture, and lesions against a scan
//! before.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use crate::numerics::quantity::Length;
use crate::numerics::refusal::Refusal;
use crate::observe::lesions::Lesions;
use crate::observe::maps::ThicknessMap;
use crate::observe::scanned::Scanned;
use crate::observe::sites::{Array, Numbers};
use crate::observe::slices::slices_csv;
use crate::output::OutputError;
use crate::plot::map::write_map;
use crate::run::place::{NewFile, NewFiles, OptionError};
use crate::run::scan::frame;
use crate::run::scan_maps::{self, ENDINGS, write_lesions};
use crate::run::screen::Screen;
use crate::specimen::image::{BoneImage, BoneOptions, ImageError, ReadOptions, read_with};

/// Voxels that a lesion is deeper than, where no depth is given: those that a registration to a fraction of a
/// voxel makes along the surface are one deep.
const LEAST_VOXELS: f64 = 1.5;

/// A map and the file that it becomes, as in `tb_th=thickness.nii.gz`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MapFile {
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

/// Images, and what is asked of them.
#[derive(Debug)]
pub(crate) struct ScanRequest<'a> {
    /// The files or folders.
    pub images: &'a [PathBuf],
    /// How they are read.
    pub reading: ReadOptions,
    /// How they become bone.
    pub options: BoneOptions,
    /// A table with a row for each layer along z.
    pub slices: Option<&'a PathBuf>,
    /// Local thickness.
    pub maps: &'a [MapFile],
    /// Three cuts, or bone in space with what was lost since the scan before.
    pub picture: Option<&'a PathBuf>,
    /// The scan before.
    pub before: Option<&'a PathBuf>,
    /// Depth that a lesion exceeds.
    pub least_depth: Option<Length>,
    /// A table of lesions, or the number of each at its voxels.
    pub lesions: Option<&'a PathBuf>,
    /// Whether files are replaced.
    pub force: bool,
    /// How figures are told.
    pub form: Form,
}

/// How figures are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// In words.
    Words,
    /// As an object, or a list of objects.
    Json,
    /// As a table, which has no columns of lesions.
    Table,
}

impl Form {
    /// A table or an object where they are asked for, else words.
    pub(crate) const fn of(is_table: bool, is_json: bool) -> Self {
        match (is_table, is_json) {
            (true, _) => Self::Table,
            (_, true) => Self::Json,
            _ => Self::Words,
        }
    }
}

/// Why images are not measured.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum ScanError {
    /// An image.
    #[error(transparent)]
    Image(#[from] ImageError),
    /// A file that is to be written.
    #[error(transparent)]
    Option(#[from] OptionError),
    /// A file that was not.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// Several images for what is made of one.
    #[error("{what} one image, found {found}")]
    Several {
        /// What is made.
        what: &'static str,
        /// Number of images.
        found: usize,
    },
    /// Scans before and after, each turned by its own axis.
    #[error(
        "--rotate turns each bone by its own axis, so that scans before and after part: turn one, and register \
         the other onto it"
    )]
    Turned,
    /// A map of a cortex that is not told apart.
    #[error("--map {}={} needs --cortex, which parts the cortex from the marrow", .0.map, .0.path.display())]
    NoCortex(MapFile),
    /// Lesions that nothing shows.
    #[error(
        "--csv has no columns of lesions, and nothing else shows them: give --lesions or --picture, or --json in its place"
    )]
    LesionsUnseen,
    /// Scans on other voxels.
    #[error("{0}")]
    OtherVoxels(String),
    /// Some of many images, which were named.
    #[error("{refused} of {all} images could not be measured")]
    Unmeasured {
        /// How many were not.
        refused: usize,
        /// How many there are.
        all: usize,
    },
}

impl Refusal for ScanError {
    fn is_refusal(&self) -> bool {
        match self {
            Self::Output(error) => error.is_refusal(),
            Self::Image(error) => error.is_refusal(),
            _ => true,
        }
    }
}

/// Files that may be written.
struct Outcomes<'a> {
    asked: &'a ScanRequest<'a>,
    slices: Option<NewFile>,
    maps: Vec<(ThicknessMap, NewFile)>,
    lesions: Option<NewFile>,
    picture: Option<NewFile>,
    /// The bone before, once both are compared.
    before: Option<BoneImage>,
}

impl ScanRequest<'_> {
    /// Measures the images, shows their figures and writes the files.
    ///
    /// # Errors
    /// [`ScanError`].
    pub(crate) fn go(&self, screen: &dyn Screen) -> Result<(), ScanError> {
        let mut outcomes = self.outcomes()?;
        let bones = outcomes.measure(screen)?;
        let all = self.images.len();
        for scanned in &bones {
            if all > 1 && !scanned.bone.warnings.is_empty() {
                screen.tell(format_args!("{}:", scanned.file.display()));
            }
            screen.warn(&scanned.bone.warnings);
        }
        match self.form {
            Form::Table => screen.say(format_args!("{}", Scanned::csv(&bones).trim_end())),
            Form::Json => screen.say(format_args!("{}", Scanned::json_of(&bones, all > 1))),
            Form::Words => {
                for scanned in &bones {
                    screen.say(format_args!("{scanned}"));
                }
            }
        }
        outcomes.write(&bones)?;
        match all - bones.len() {
            0 => Ok(()),
            refused => Err(ScanError::Unmeasured { refused, all }),
        }
    }

    /// The files, before any work is done.
    fn outcomes(&self) -> Result<Outcomes<'_>, ScanError> {
        let found = self.images.len();
        let endings: &[&str] = if self.before.is_some() {
            &["png"]
        } else {
            &["png", "svg"]
        };
        let mut files = NewFiles::new(Some(self.force));
        let picture = files.asked("--picture", self.picture, endings)?;
        if picture.is_some() && found > 1 {
            let what = "--picture shows";
            return Err(ScanError::Several { what, found });
        }
        let is_of_one = self.slices.is_some() || !self.maps.is_empty() || self.before.is_some();
        if is_of_one && found > 1 {
            let what = "--slices, --map and --before take";
            return Err(ScanError::Several { what, found });
        }
        if self.options.prepare.rotate && self.before.is_some() {
            return Err(ScanError::Turned);
        }
        let mut maps = self.maps.iter();
        if self.options.prepare.cortex.is_none()
            && let Some(one) = maps.find(|one| one.map == ThicknessMap::CtTh)
        {
            return Err(ScanError::NoCortex(one.clone()));
        }
        let slices = files.asked("--slices", self.slices, &["csv"])?;
        let mut maps = Vec::new();
        for one in self.maps {
            maps.push((one.map, files.file("--map", &one.path, ENDINGS)?));
        }
        let lesions = files.asked("--lesions", self.lesions, &["csv", "nii.gz", "vti"])?;
        files.check_force("--picture, --slices, --map or --lesions")?;
        let read = self.images.iter().chain(self.before);
        files.check_apart(&read.map(PathBuf::as_path).collect::<Vec<_>>())?;
        if self.form == Form::Table
            && self.before.is_some()
            && lesions.is_none()
            && picture.is_none()
        {
            return Err(ScanError::LesionsUnseen);
        }
        Ok(Outcomes {
            asked: self,
            slices,
            maps,
            lesions,
            picture,
            before: None,
        })
    }

    fn measured(&self, image: &Path, options: &BoneOptions) -> Result<Scanned, ImageError> {
        let bone = read_with(image, &self.reading)?.to_bone_with(options)?;
        Ok(Scanned::of(image.to_path_buf(), bone))
    }
}

impl Outcomes<'_> {
    /// Measures the images, and compares one with the scan before. One bad file of many, which is shown, does not
    /// cost the table of the others.
    fn measure(&mut self, screen: &dyn Screen) -> Result<Vec<Scanned>, ScanError> {
        let asked = self.asked;
        let mut bones = Vec::new();
        for image in asked.images {
            match asked.measured(image, &asked.options) {
                Ok(scanned) => bones.push(scanned),
                Err(error) if asked.images.len() == 1 => return Err(error.into()),
                Err(error) => screen.tell(format_args!("error: {error}")),
            }
        }
        if let ([scanned], Some(before)) = (bones.as_mut_slice(), asked.before) {
            self.before = Some(asked.compare(scanned, before)?);
        }
        Ok(bones)
    }

    /// Writes the files.
    fn write(&self, bones: &[Scanned]) -> Result<(), ScanError> {
        let [scanned] = bones else {
            return Ok(());
        };
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
                    block: [1; 3],
                };
                scan_maps::write_volume(&scanned.bone, &field, file)?;
            }
        }
        if let Some(picture) = &self.picture {
            let title = scanned.file.display().to_string();
            match (&self.before, &scanned.lesions) {
                (Some(before), Some(lesions)) => {
                    write_lesions(before, &scanned.bone, lesions, picture)?;
                }
                _ => write_map(picture.path(), &title, &frame(scanned))?,
            }
        }
        Ok(())
    }
}

impl ScanRequest<'_> {
    /// Compares with the scan before, which is read and prepared alike; at one threshold, that of the scan
    /// before where none is given.
    fn compare(&self, scanned: &mut Scanned, path: &Path) -> Result<BoneImage, ScanError> {
        let before = read_with(path, &self.reading)?.to_bone_with(&self.options)?;
        if before.binarisation.is_automatic()
            && let Some(threshold) = before.binarisation.threshold()
        {
            let mut alike = self.options.clone();
            alike.by.threshold = Some(threshold);
            *scanned = self.measured(&self.images[0], &alike)?;
            scanned.bone.assumed.push(format!(
                "no threshold was given: both scans were cut at that of Otsu on the scan before, {threshold}"
            ));
        }
        check_same_voxels(&before, &scanned.bone)?;
        let edge_um = before.spacing_um;
        let least = self.least_depth.map_or(LEAST_VOXELS * edge_um, Length::get);
        scanned.lesions = Some(Lesions::between(
            &before.bone,
            &scanned.bone.bone,
            before.dims,
            edge_um,
            least,
        ));
        Ok(before)
    }
}

/// Scans before and after lie on the same voxels.
fn check_same_voxels(before: &BoneImage, after: &BoneImage) -> Result<(), ScanError> {
    /// Sizes that are the same, relatively.
    const SAME: f64 = 1e-3;
    let [x, y, z] = before.dims;
    let [nx, ny, nz] = after.dims;
    let is_other_size = (before.spacing_um / after.spacing_um - 1.0).abs() > SAME;
    if before.dims != after.dims || is_other_size {
        return Err(ScanError::OtherVoxels(format!(
            "{} has {x} x {y} x {z} voxels of {} um, and {} {nx} x {ny} x {nz} of {} um: register one onto the voxels of \
             the other",
            before.source.display(),
            before.spacing_um,
            after.source.display(),
            after.spacing_um
        )));
    }
    if let Some(how) = after.lies_elsewhere(before) {
        return Err(ScanError::OtherVoxels(format!(
            "{}: {how}: register one onto the voxels of the other, or correct the place that the file states",
            after.source.display()
        )));
    }
    Ok(())
}
