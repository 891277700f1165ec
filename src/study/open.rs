//! A study from its file or from its plan, whichever lies at a path.

use std::io::BufReader;
use std::path::Path;

use crate::layers::diagnostic::{Diagnostic, Diagnostics};
use crate::numerics::files::open_regular;
use crate::study::file::read_study;
use crate::study::plan::Study;

impl Study {
    /// Reads a study file, or a plan that was written before: its head alone, or whole.
    ///
    /// # Errors
    /// What is wrong; a plan of another version of howship, or one that was cut or edited.
    pub fn open(path: &Path) -> Result<Self, Diagnostics> {
        if !is_plan(path) {
            return read_study(path);
        }
        let name = path.display().to_string();
        let file = open_regular(path).map_err(|error| {
            Diagnostic::new(format!("cannot read `{name}`: {error}")).in_file(&name)
        })?;
        Self::read_plan(BufReader::new(file), &name)
    }

    /// The same for a worker: a plan that has lost its runs is none.
    ///
    /// # Errors
    /// As [`Self::open`], and a plan whose head alone is there.
    pub fn open_whole(path: &Path) -> Result<Self, Diagnostics> {
        let study = Self::open(path)?;
        if study.written == Some(0) {
            let found = Diagnostic::new("line 1 of the plan: it has a head and no runs");
            return Err(found
                .in_file(path.display().to_string())
                .with_help("write it anew with `howship study plan`")
                .into());
        }
        Ok(study)
    }
}

/// True for a file that begins as a plan does.
fn is_plan(path: &Path) -> bool {
    let mut first = [0_u8; 1];
    // A pipe would be waited for, and a byte of it lost.
    open_regular(path)
        .and_then(|mut file| std::io::Read::read(&mut file, &mut first))
        .is_ok_and(|read| read == 1 && first[0] == b'{')
}
