//! Digests of the state along a run, which say where two runs part ways.

use std::fmt::Write as _;
#[cfg(feature = "cli")]
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::Record;
use crate::engine::fingerprint::{Field, fields, whole};
use crate::run::simulation::Simulation;
#[cfg(feature = "cli")]
use crate::{numerics::files::read_text, output::OutputError};

/// Hexadecimal digits that are kept of the digest of a part.
const PART_DIGITS: usize = 8;

/// Digests of all parts of the state at one time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prints {
    /// Tick.
    pub tick: u32,
    /// Digest of the whole, then of each part.
    pub digests: Vec<String>,
}

impl Record {
    /// Adds the digests of the present state.
    pub(super) fn print(&mut self, simulation: &Simulation) {
        // A state is a struct, and hashing writes to memory: neither fails.
        let found = fields(&simulation.state).unwrap_or_default();
        if self.parts.is_empty() {
            self.parts = found.iter().map(|part| part.path.clone()).collect();
        }
        let mut digests = vec![whole(&found).to_hex()[..2 * PART_DIGITS].to_owned()];
        digests.extend(
            found
                .iter()
                .map(|Field { digest, .. }| digest.to_hex()[..PART_DIGITS].to_owned()),
        );
        self.prints.push(Prints {
            tick: simulation.state.tick,
            digests,
        });
    }

    /// `digests.csv`: tick, digest of the state, digests of its parts.
    pub(super) fn digests_csv(&self) -> String {
        let mut text = format!("tick,state,{}\n", self.parts.join(","));
        for prints in &self.prints {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{},{}", prints.tick, prints.digests.join(","));
        }
        text
    }
}

/// Reads `digests.csv`: names of the parts, and the rows.
///
/// # Errors
/// [`OutputError`] that names the file and the line of what does not read.
#[cfg(feature = "cli")]
pub(crate) fn read_prints(path: &Path) -> Result<(Vec<String>, Vec<Prints>), OutputError> {
    let text = read_text(path).map_err(|source| OutputError::Io {
        path: path.to_path_buf(),
        source,
    })?;
    let wrong = |line: usize, message: String| OutputError::Table {
        path: path.to_path_buf(),
        line,
        message,
    };
    let mut lines = text.lines();
    let heads: Vec<String> = lines
        .next()
        .unwrap_or_default()
        .split(',')
        .map(str::to_owned)
        .collect();
    if heads.len() < 2 || heads[0] != "tick" || heads[1] != "state" {
        return Err(wrong(
            1,
            "expected the columns tick, state and parts".to_owned(),
        ));
    }
    let mut rows = Vec::new();
    for (index, line) in lines.enumerate() {
        let mut cells = line.split(',');
        let tick = cells.next().unwrap_or_default();
        let tick = tick
            .parse()
            .map_err(|_| wrong(index + 2, format!("found \"{tick}\", expected a tick")))?;
        let digests: Vec<String> = cells.map(str::to_owned).collect();
        if digests.len() + 1 != heads.len() {
            return Err(wrong(
                index + 2,
                format!("{} values under {} columns", digests.len() + 1, heads.len()),
            ));
        }
        rows.push(Prints { tick, digests });
    }
    Ok((heads[2..].to_vec(), rows))
}
