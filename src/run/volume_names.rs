//! Names of the volumes in a run folder.

use crate::scenario::volumes::VolumeFormat;

/// Folder of volumes in that of the run.
pub(super) const VOLUMES: &str = "volumes";
/// The store of all days.
pub(super) const STORE: &str = "volumes.zarr";
/// The tissue when the run is over, in the folder of the run.
pub(super) const FINAL: &str = "final.vti";
/// Lists of days, and the ending of the files that each holds.
pub(super) const LISTS: [(&str, &str); 2] = [("fields.pvd", "vti"), ("cells.pvd", "vtp")];

/// True for the path in a run folder that a file of volumes has, for a run that was killed before it could
/// list them.
pub(super) fn is_ours(name: &str) -> bool {
    let Some(name) = name
        .strip_prefix(VOLUMES)
        .and_then(|rest| rest.strip_prefix('/'))
    else {
        return false;
    };
    if let Some(inner) = name.strip_prefix(STORE) {
        let last = inner.rsplit('/').next().unwrap_or_default();
        let is_chunk = !last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit());
        return inner.starts_with('/') && (last == "zarr.json" || is_chunk);
    }
    let is_day = |name: &str| {
        let mut letters = name.bytes();
        letters.next() == Some(b'd') && letters.next().is_some_and(|byte| byte.is_ascii_digit())
    };
    let mut endings = VolumeFormat::ALL.iter().flat_map(|format| format.endings());
    !name.contains('/')
        && (LISTS.iter().any(|&(list, _)| list == name)
            || is_day(name) && endings.any(|ending| name.ends_with(ending)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_volumes_are_known_by_their_names() {
        for name in [
            "volumes/d0.vti",
            "volumes/d12.25.vtp",
            "volumes/d3_tissue.nii.gz",
            "volumes/fields.pvd",
            "volumes/volumes.zarr/zarr.json",
            "volumes/volumes.zarr/labels/tissue/0/c/0/1/2/3",
        ] {
            assert!(is_ours(name), "{name}");
        }
        for name in [
            "d0.vti",
            "volumes/notes.txt",
            "volumes/diary.vti",
            "volumes/d0.vti.txt",
            "volumes/d0/a.vti",
            "volumes/volumes.zarr",
            "volumes/volumes.zarr/notes",
            "volumes/volumes.zarr2/zarr.json",
        ] {
            assert!(!is_ours(name), "{name}");
        }
    }
}
