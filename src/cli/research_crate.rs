//! `howship crate`: metadata of a folder of results, for an archive.

use std::path::PathBuf;

use clap::Args;

use super::Stop;
use crate::run::research_crate::{Described, write};

/// Arguments of `howship crate`.
#[derive(Debug, Args)]
pub(super) struct CrateArguments {
    /// The folder of a run, of its arms, of a study's tables, of a trial or of a dissection.
    folder: PathBuf,
    /// Licence of the results: an SPDX identifier such as CC-BY-4.0, an address, or words.
    #[arg(long, value_name = "NAME")]
    licence: Option<String>,
    /// Who made them; several times for several.
    #[arg(long = "author", value_name = "NAME")]
    authors: Vec<String>,
    /// Day of publication, YYYY-MM-DD; today without it.
    #[arg(long, value_name = "DATE")]
    date: Option<String>,
    /// Replace metadata that are there.
    #[arg(long)]
    force: bool,
}

pub(super) fn research_crate(arguments: &CrateArguments) -> Result<(), Stop> {
    let path = write(Described {
        folder: &arguments.folder,
        licence: arguments.licence.as_deref(),
        authors: &arguments.authors,
        date: arguments.date.as_deref(),
        replace: arguments.force,
    })?;
    say!("{}", path.display());
    Ok(())
}
