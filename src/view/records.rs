//! The records of the runs beside the page: what a run folder holds of them.

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use crate::run::error::RunError;
use crate::run::host::{Event, Host};
use crate::run::record::Record;
use crate::run::start::leave;
use crate::scenario::build::Loaded;
use crate::view::live::Witness;
use crate::view::protocol::Which;
use crate::view::track::Track;

/// Records of both runs.
#[derive(Debug, Default)]
pub(super) struct Records {
    without: Option<Record>,
    past: Option<Record>,
    with: Option<Record>,
}

impl Witness for Records {
    fn begins(&mut self, loaded: &Loaded) {
        *self = Self {
            without: Some(Record::new(loaded)),
            ..Self::default()
        };
    }

    fn ticked(&mut self, run: Which, track: &Track) {
        let record = match run {
            Which::Without => &mut self.without,
            Which::With => &mut self.with,
        };
        if let Some(record) = record {
            record.take(&track.loaded, &track.simulation);
        }
    }

    fn parts(&mut self) {
        self.past.clone_from(&self.without);
    }

    fn turns(&mut self) {
        self.with.clone_from(&self.past);
    }
}

/// A host that stops a run at once.
struct Leaving;

static STOP: AtomicBool = AtomicBool::new(true);

impl Host for Leaving {
    fn hear(&self, _: &Event<'_>) {}

    fn listen(&self) -> std::io::Result<()> {
        Ok(())
    }

    fn stop(&self) -> &AtomicBool {
        &STOP
    }

    fn stopped_by(&self) -> String {
        "the end of the page".to_owned()
    }
}

/// Leaves the runs in folders from which `howship resume` goes on: `runs/<name>-<seed>-view`, with a number behind it
/// where there is one already. Gives the folders.
///
/// # Errors
/// A folder that cannot be made or written.
pub(super) fn keep(
    base: &Path,
    records: Records,
    without: Track,
    with: Option<Track>,
) -> Result<Vec<PathBuf>, RunError> {
    let mut left = Vec::new();
    left.extend(leave_in(base, records.without, without)?);
    if let Some(with) = with {
        left.extend(leave_in(base, records.with, with)?);
    }
    Ok(left)
}

fn leave_in(
    base: &Path,
    record: Option<Record>,
    track: Track,
) -> Result<Option<PathBuf>, RunError> {
    let Track {
        loaded, simulation, ..
    } = track;
    let Some(record) = record.filter(|_| simulation.is_begun()) else {
        return Ok(None);
    };
    let arm = loaded.scenario.arm.as_ref();
    let arm = arm.map(|arm| format!("-{arm}")).unwrap_or_default();
    let name = format!(
        "{}-{}-view{arm}",
        loaded.scenario.name, loaded.scenario.seed
    );
    let out = free(base, &name);
    leave(loaded, simulation, record, &out, &Leaving)?;
    Ok(Some(out))
}

/// A folder of this name, or with the first number behind it, that is not there.
fn free(base: &Path, name: &str) -> PathBuf {
    let mut path = base.join(name);
    let mut number = 2_u32;
    while path.symlink_metadata().is_ok() {
        path = base.join(format!("{name}-{number}"));
        number += 1;
    }
    path
}
