//! Volumes that a run leaves on its way: `volumes/d<day>.vti` and so on, one store of zarr for all days, and
//! lists of the days for ParaView.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::observe::sites::Frame;
use crate::output::volume::vtk::pvd;
use crate::output::volume::zarr::{Moments, moment};
use crate::output::{OutputError, make_folder, write_pieces, write_whole};
use crate::run::export::{ExportError, arrays, pieces};
use crate::run::ours::entries;
use crate::run::simulation::Simulation;
use crate::run::volume_names::{FINAL, LISTS, STORE, VOLUMES, is_ours};
use crate::scenario::build::Loaded;
use crate::scenario::volumes::VolumeFormat;

/// A file that is made and not written yet, in pieces.
pub(super) type Made = (PathBuf, Vec<Vec<u8>>);

/// Makes the volumes of the present day, behind those that are made; none where the scenario asks for none.
///
/// # Errors
/// [`OutputError`] of a file that its format has no room for; those before it are made.
pub(super) fn make(
    run: &Path,
    loaded: &Loaded,
    simulation: &Simulation,
    made: &mut Vec<Made>,
) -> Result<(), OutputError> {
    let Some(asked) = &loaded.scenario.output.volumes else {
        return Ok(());
    };
    let folder = run.join(VOLUMES);
    let state = &simulation.state;
    let day = (state.day() * 1e4).round() / 1e4;
    let signals = &simulation.model.signals;
    for &format in &asked.formats {
        let fields = asked.fields_of(format, signals);
        let mut file = |name: String, pieces: Result<Vec<Vec<u8>>, ExportError>| {
            let path = folder.join(name);
            let pieces = pieces.map_err(|error| refused(error, &path))?;
            made.push((path, pieces));
            Ok(())
        };
        let ending = format.endings()[0];
        match format {
            VolumeFormat::Zarr => {
                made.extend(in_store(&folder.join(STORE), loaded, simulation, &fields));
            }
            VolumeFormat::Nifti => {
                for array in arrays(simulation, &fields) {
                    let name = format!("d{day}_{}.{ending}", array.name);
                    file(name, pieces(simulation, format, &[array]))?;
                }
            }
            _ => {
                let arrays = if format.has_fields() {
                    arrays(simulation, &fields)
                } else {
                    Vec::new()
                };
                file(
                    format!("d{day}.{ending}"),
                    pieces(simulation, format, &arrays),
                )?;
            }
        }
    }
    Ok(())
}

/// Writes what was made, and the lists of the days that are there.
///
/// # Errors
/// [`OutputError`] of a file that cannot be written.
pub(super) fn write(run: &Path, made: &[Made]) -> Result<(), OutputError> {
    if made.is_empty() {
        return Ok(());
    }
    let volumes = run.join(VOLUMES);
    let mut folders = BTreeSet::new();
    for (file, pieces) in made {
        // Each folder on the way, none of them a link.
        let way = file.ancestors().skip(1);
        let mut way: Vec<&Path> = way.take_while(|at| at.starts_with(&volumes)).collect();
        way.reverse();
        for folder in way {
            if folders.insert(folder.to_path_buf()) {
                make_folder(folder)?;
            }
        }
        write_pieces(file, pieces)?;
    }
    write_lists(&volumes)
}

/// Fields of the final state: what a picture of the lesion needs, and small.
const FINAL_FIELDS: [&str; 3] = ["tissue", "bone_matrix", "tumour_cells"];

/// Writes `final.vti`, where the scenario does not go without it.
///
/// # Errors
/// [`OutputError`] of a file that cannot be written, or that its format has no room for.
pub(super) fn write_final(
    run: &Path,
    loaded: &Loaded,
    simulation: &Simulation,
) -> Result<Option<PathBuf>, OutputError> {
    if !loaded.scenario.output.final_volume {
        return Ok(None);
    }
    let path = run.join(FINAL);
    let arrays = arrays(simulation, &FINAL_FIELDS.map(str::to_owned));
    let pieces = pieces(simulation, VolumeFormat::Vti, &arrays);
    let pieces = pieces.map_err(|error| refused(error, &path))?;
    write_pieces(&path, &pieces)?;
    Ok(Some(path))
}

/// Why a file cannot be, with the file.
fn refused(error: ExportError, path: &Path) -> OutputError {
    match error {
        ExportError::Output(error) => error,
        other => OutputError::Refused {
            path: path.to_path_buf(),
            reason: other.to_string(),
        },
    }
}

/// The chunks of the present day in the store of all days.
fn in_store(
    store: &Path,
    loaded: &Loaded,
    simulation: &Simulation,
    fields: &[String],
) -> Vec<Made> {
    let days = loaded.volume_days();
    let frame = Frame::of(&simulation.model.grid, &simulation.state);
    let half_d = 0.5 * simulation.model.tick_h / 24.0;
    let Some(now) = days.iter().position(|day| (day - frame.day).abs() < half_d) else {
        return Vec::new();
    };
    let moments = Moments { days, now };
    let arrays = arrays(simulation, fields);
    let files = moment(&loaded.title(), &frame, &moments, &arrays);
    let files = files.into_iter();
    files
        .map(|(name, bytes)| (store.join(name), vec![bytes]))
        .collect()
}

/// Writes the lists of the days that are there.
fn write_lists(folder: &Path) -> Result<(), OutputError> {
    let names = entries(folder)?.into_iter().map(|(name, _)| name);
    let names: Vec<String> = names.collect();
    for (list, ending) in LISTS {
        let mut days: Vec<(f64, String)> = names
            .iter()
            .filter_map(|name| {
                let day = name
                    .strip_prefix('d')?
                    .strip_suffix(ending)?
                    .strip_suffix('.')?;
                Some((day.parse().ok()?, name.clone()))
            })
            .collect();
        days.sort_by(|one, other| one.0.total_cmp(&other.0));
        if !days.is_empty() {
            write_whole(&folder.join(list), pvd(&days).as_bytes())?;
        }
    }
    Ok(())
}

/// Files of a folder and of those in it, in order; no links.
fn files(folder: &Path) -> Result<Vec<PathBuf>, OutputError> {
    let mut found = Vec::new();
    for (_, path) in entries(folder)? {
        let kind = path.symlink_metadata().map_err(|source| OutputError::Io {
            path: path.clone(),
            source,
        })?;
        if kind.is_dir() {
            found.extend(files(&path)?);
        } else if kind.is_file() {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// The files of volumes in a run folder that are ours by their names.
///
/// # Errors
/// [`OutputError::Io`].
pub(super) fn written(run: &Path) -> Result<Vec<PathBuf>, OutputError> {
    let folder = run.join(VOLUMES);
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut found = files(&folder)?;
    found.retain(|path| {
        let name = path.strip_prefix(run).unwrap_or(path);
        is_ours(&name.to_string_lossy())
    });
    Ok(found)
}
