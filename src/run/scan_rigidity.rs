//! The rigidity of the cuts of a bone image, in words and as a table.

use std::path::PathBuf;

use crate::mechanics::asked::AskedRigidity;
use crate::mechanics::assessment::{Assessment, AssessmentError};
use crate::numerics::refusal::Refusal;
use crate::output::OutputError;
use crate::output::table::Table;
use crate::run::place::{NewFiles, OptionError};
use crate::run::screen::Screen;

/// Why the rigidity of an image is not told.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum ScanRigidityError {
    /// The bone.
    #[error(transparent)]
    Assessment(#[from] AssessmentError),
    /// The table that is to be written.
    #[error(transparent)]
    Option(#[from] OptionError),
    /// A table that was not.
    #[error(transparent)]
    Output(#[from] OutputError),
}

impl Refusal for ScanRigidityError {
    fn is_refusal(&self) -> bool {
        match self {
            Self::Output(error) => error.is_refusal(),
            Self::Assessment(error) => error.is_refusal(),
            Self::Option(error) => error.is_refusal(),
        }
    }
}

/// Shows the weakest cuts of a bone, and writes a row per cut into a new file where one is given.
///
/// # Errors
/// [`ScanRigidityError`].
pub(crate) fn scan_rigidity(
    asked: &AskedRigidity<'_>,
    out: Option<&PathBuf>,
    screen: &dyn Screen,
) -> Result<(), ScanRigidityError> {
    let mut files = NewFiles::new(None);
    let out = files.asked("--out", out, &[])?;
    files.check_apart(&asked.files())?;
    let found = asked.assess()?;
    screen.say(format_args!("{found}"));
    screen.warn(found.warnings());
    if let Some(out) = out {
        out.write(table(&found).to_csv().as_bytes())?;
        screen.say(format_args!("cuts written to {}", out.path().display()));
    }
    Ok(())
}

fn table(found: &Assessment) -> Table {
    Table {
        columns: found.columns().into_iter().map(str::to_owned).collect(),
        rows: found.rows(),
    }
}
