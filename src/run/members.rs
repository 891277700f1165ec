//! The runs that a folder stands for: one, or a control and its arms.

use std::path::{Path, PathBuf};

use crate::run::error::RunError;
use crate::run::ours::Listing;
use crate::scenario::arms::CONTROL;

/// Kind of the folder of a run with arms.
pub(super) const ARMS: &str = "arms";

/// True for the folder of a run with arms.
pub(crate) fn is_group(folder: &Path) -> bool {
    // Also where the control was taken out of it.
    folder.join(CONTROL).is_dir()
        || Listing::read(folder).is_some_and(|(list, _)| list.kind == ARMS)
}

/// The run folders that a folder stands for: itself, or the control and the arms in it.
pub(crate) fn members(folder: &Path) -> Result<Vec<PathBuf>, RunError> {
    if !is_group(folder) {
        return Ok(vec![folder.to_path_buf()]);
    }
    let io = |error: std::io::Error| RunError::Failed(format!("{}: {error}", folder.display()));
    let mut arms = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(io)? {
        let path = entry.map_err(io)?.path();
        if path.join("run.json").exists() && !path.ends_with(CONTROL) {
            arms.push(path);
        }
    }
    arms.sort();
    arms.insert(0, folder.join(CONTROL));
    Ok(arms)
}
