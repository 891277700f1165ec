//! The tissue of a run on a day as files that other programs open.

use std::path::Path;

use crate::engine::model::Model;
use crate::numerics::refusal::Refusal;
use crate::observe::sites::{Array, CellList, Frame, field, names, usual};
use crate::output::OutputError;
use crate::output::volume::surface::Faces;
use crate::output::volume::zarr::{File, Moments};
use crate::output::volume::{nifti, vtk, zarr};
use crate::run::day::{Asked, simulation_at};
use crate::run::error::RunError;
use crate::run::host::Host;
#[cfg(feature = "cli")]
use crate::run::place::{NewFile, NewFolder, OptionError, PlaceError};
use crate::run::simulation::Simulation;
use crate::scenario::build::Loaded;
#[cfg(feature = "cli")]
use crate::scenario::volumes::ENDINGS;
use crate::scenario::volumes::VolumeFormat;

/// Why nothing is exported.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// No field of this name.
    #[error("found the field \"{found}\", expected one of {}", allowed.join(", "))]
    Field {
        /// The name.
        found: String,
        /// Names of fields of the run.
        allowed: Vec<String>,
    },
    /// The same field again.
    #[error("found the field \"{0}\" a second time: name each once")]
    Twice(String),
    /// Fields for a format that holds none.
    #[error("found fields for {}, which holds none: name them for vti, zarr or nifti", .0.name())]
    NoFields(VolumeFormat),
    /// Several fields for a format that holds one.
    #[error(
        "found {0} fields for nifti, which holds one: name one, and export each to a file of its own"
    )]
    Several(usize),
    /// The lattice has more sites along an axis than the format can say.
    #[error("found {found} sites along an axis, and nifti holds at most {most}", most = nifti::MOST)]
    TooLong {
        /// Sites.
        found: usize,
    },
    /// Built without a feature.
    #[error("this howship was built without the feature parquet: choose another format")]
    NoParquet,
    /// More sites or triangles than the format has numbers for.
    #[error("found {found} triangles, and stl and ply hold at most {most}", most = u32::MAX)]
    Surface {
        /// Triangles.
        found: usize,
    },
    /// A surface of nothing.
    #[error("there is no bone, so that {} would hold no surface", .0.name())]
    NoBone(VolumeFormat),
    /// A file that is refused.
    #[error(transparent)]
    Output(#[from] OutputError),
}

impl Refusal for ExportError {
    fn is_refusal(&self) -> bool {
        match self {
            Self::Output(error) => error.is_refusal(),
            _ => true,
        }
    }
}

/// What is to be exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wish<'a> {
    /// Format.
    pub format: VolumeFormat,
    /// Names of fields; the usual ones where there are none, for nifti the labels of tissue.
    pub fields: &'a [String],
}

/// What is exported.
#[derive(Debug, Clone, PartialEq)]
pub enum Exported {
    /// The bytes of a file.
    File(Vec<u8>),
    /// Files of a folder, by their paths in it.
    Folder(Vec<File>),
}

/// A place that an export may be written to.
#[cfg(feature = "cli")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ExportPlace {
    /// A file.
    File(NewFile),
    /// A folder.
    Folder(NewFolder),
}

#[cfg(feature = "cli")]
impl ExportPlace {
    /// Takes a name whose ending is one of the format, before any work is done. A file is replaced where
    /// that is asked for, a folder never.
    ///
    /// # Errors
    /// [`PlaceError`].
    pub(crate) fn at(path: &Path, format: VolumeFormat, replace: bool) -> Result<Self, PlaceError> {
        let endings = format.endings();
        Ok(if format == VolumeFormat::Zarr {
            Self::Folder(NewFolder::at(path, endings)?)
        } else {
            Self::File(NewFile::at(path, endings, replace)?)
        })
    }

    /// The same for a name that an option gives; without a format that of its ending.
    ///
    /// # Errors
    /// [`OptionError::Place`].
    pub(crate) fn asked(
        option: &'static str,
        path: &Path,
        format: Option<VolumeFormat>,
        replace: bool,
    ) -> Result<(VolumeFormat, Self), OptionError> {
        let place = match format.or_else(|| VolumeFormat::of(path)) {
            Some(format) => Self::at(path, format, replace).map(|place| (format, place)),
            // The name of no format, which is refused with those that there are.
            None => NewFile::at(path, &ENDINGS, replace)
                .map(|file| (VolumeFormat::Vti, Self::File(file))),
        };
        place.map_err(|error| OptionError::Place {
            option,
            error,
            has_force: true,
        })
    }

    /// Writes what was exported in the format of the place.
    ///
    /// # Errors
    /// [`OutputError`].
    pub(crate) fn write(&self, exported: &Exported) -> Result<(), OutputError> {
        match (self, exported) {
            (Self::File(file), Exported::File(bytes)) => file.write(bytes),
            (Self::Folder(folder), Exported::Folder(files)) => folder.write(files),
            (Self::File(file), Exported::Folder(_)) => Err(OutputError::Refused {
                path: file.path().to_path_buf(),
                reason: "it is a file, and what is exported a folder".to_owned(),
            }),
            (Self::Folder(folder), Exported::File(_)) => Err(OutputError::Refused {
                path: folder.path().to_path_buf(),
                reason: "it is a folder, and what is exported a file".to_owned(),
            }),
        }
    }
}

/// The run as it is on a day: from a checkpoint of that day, or run again to it from the one before it,
/// which comes out the same. Of a section too. What is wished for is checked before it is run.
///
/// # Errors
/// No run, a day that the run has not, a wish that makes no sense; what stops the run on its way.
pub fn simulation_on(
    asked: Asked<'_>,
    wish: Wish<'_>,
    host: &dyn Host,
) -> Result<(Loaded, Simulation), RunError> {
    simulation_at(asked, host, |simulation| {
        fields(wish, &simulation.model.signals)
            .map(|_| ())
            .map_err(|error| RunError::Fields(error.to_string()))
    })
}

/// Checks names of fields for a format by the signals of a run, and gives those that are written: all usual
/// ones where none are named, for nifti the labels of tissue.
///
/// # Errors
/// [`ExportError`].
pub fn fields(wish: Wish<'_>, signals: &[String]) -> Result<Vec<String>, ExportError> {
    let Wish {
        format,
        fields: asked,
    } = wish;
    let allowed = names(signals);
    for (place, name) in asked.iter().enumerate() {
        if !allowed.contains(name) {
            return Err(ExportError::Field {
                found: name.clone(),
                allowed,
            });
        }
        if asked[..place].contains(name) {
            return Err(ExportError::Twice(name.clone()));
        }
    }
    match (format, asked) {
        (VolumeFormat::Nifti, []) => Ok(vec!["tissue".to_owned()]),
        (VolumeFormat::Nifti, [_, _, ..]) => Err(ExportError::Several(asked.len())),
        (_, [_, ..]) if !format.has_fields() => Err(ExportError::NoFields(format)),
        (_, []) if format.has_fields() => Ok(usual(signals)),
        _ => Ok(asked.to_vec()),
    }
}

/// The tissue as it is now, in a format. Without names of fields the usual ones.
///
/// # Errors
/// [`ExportError`].
pub fn export(
    title: &str,
    simulation: &Simulation,
    wish: Wish<'_>,
) -> Result<Exported, ExportError> {
    let (model, state) = (&simulation.model, &simulation.state);
    let frame = Frame::of(&model.grid, state);
    let arrays = arrays(simulation, &fields(wish, &model.signals)?);
    let is_surface = matches!(wish.format, VolumeFormat::Stl | VolumeFormat::Ply);
    if is_surface && !state.bone.solid.contains(&true) {
        return Err(ExportError::NoBone(wish.format));
    }
    if wish.format == VolumeFormat::Zarr {
        let moments = Moments {
            days: vec![frame.day],
            now: 0,
        };
        return Ok(Exported::Folder(zarr::moment(
            title, &frame, &moments, &arrays,
        )));
    }
    let pieces = pieces(simulation, wish.format, &arrays)?;
    Ok(Exported::File(pieces.concat()))
}

/// The fields of these names, which are those of the run.
pub(super) fn arrays<'a>(simulation: &'a Simulation, names: &[String]) -> Vec<Array<'a>> {
    let (model, state) = (&simulation.model, &simulation.state);
    let found = names.iter().map(|name| field(model, state, name));
    found.flatten().collect()
}

/// The bytes of a file of one moment, in pieces, one behind the other.
pub(super) fn pieces(
    simulation: &Simulation,
    format: VolumeFormat,
    arrays: &[Array<'_>],
) -> Result<Vec<Vec<u8>>, ExportError> {
    let (model, state) = (&simulation.model, &simulation.state);
    let frame = Frame::of(&model.grid, state);
    let cells = || CellList::of(&model.grid, state);
    let faces = || {
        let faces = Faces::of(&frame, &state.bone.solid);
        let count = faces.triangles.len();
        if u32::try_from(count).is_ok() {
            Ok(faces)
        } else {
            Err(ExportError::Surface { found: count })
        }
    };
    let bytes = match format {
        VolumeFormat::Vti | VolumeFormat::Zarr => return Ok(vtk::vti(&frame, arrays)),
        VolumeFormat::Vtp => return Ok(vtk::vtp(frame.day, &cells())),
        VolumeFormat::Nifti => {
            let longest = frame.dims.into_iter().max().unwrap_or_default();
            let file = arrays
                .first()
                .and_then(|array| nifti::nii_gz(&frame, array));
            file.ok_or(ExportError::TooLong { found: longest })?
        }
        VolumeFormat::Stl => faces()?.stl(),
        VolumeFormat::Ply => faces()?.ply(),
        VolumeFormat::Parquet => table(frame.day, &cells(), model)?,
    };
    Ok(vec![bytes])
}

#[cfg(not(feature = "parquet"))]
fn table(_: f64, _: &CellList, _: &Model) -> Result<Vec<u8>, ExportError> {
    Err(ExportError::NoParquet)
}

/// A row for each cell.
#[cfg(feature = "parquet")]
fn table(day: f64, cells: &CellList, model: &Model) -> Result<Vec<u8>, ExportError> {
    use crate::observe::sites::{CELL_COLUMNS, KINDS};
    use crate::output::parquet::{Column, file};
    use crate::output::sheet::Kind;
    let columns = CELL_COLUMNS.map(|(name, unit, about)| Column {
        name: name.to_owned(),
        kind: match name {
            "id" | "clone" => Kind::Whole,
            "kind" => Kind::Text,
            "dormant" | "doomed" => Kind::Truth,
            _ => Kind::Number,
        },
        unit: unit.to_owned(),
        about: about.to_owned(),
    });
    let rows = (0..cells.len()).map(|cell| {
        let is_tumour = cells.kind[cell] == 0;
        // What a cell has not is an empty cell of the table.
        let of_tumour = |words: String| if is_tumour { words } else { String::new() };
        let [x, y, z] = cells.at_um[cell];
        let age = cells.age_h[cell];
        vec![
            cells.id[cell].to_string(),
            KINDS[usize::from(cells.kind[cell])].to_owned(),
            x.to_string(),
            y.to_string(),
            z.to_string(),
            of_tumour(cells.clone[cell].to_string()),
            if age.is_nan() {
                String::new()
            } else {
                age.to_string()
            },
            of_tumour((cells.dormant[cell] == 1).to_string()),
            of_tumour((cells.doomed[cell] == 1).to_string()),
        ]
    });
    let edges = [model.grid.edge_um, model.grid.edge_um, model.grid.depth_um];
    let facts = [
        ("howship.day", day.to_string()),
        ("howship.site_um", format!("{edges:?}")),
    ];
    Ok(file(Path::new("cells.parquet"), &columns, &facts, rows)?)
}
