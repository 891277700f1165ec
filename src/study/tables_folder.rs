//! The folder of a study's tables in a store, which goes by the study's name and belongs to one study alone.
//!
//! Results have the digest of their content as a name and are nobody's. Tables lie under a name that anyone
//! may give, so that the folder says what study it is of ([`Identity`]); another study of that name is
//! refused. The same study with more points, replicates, wider ranges or more arms replaces its tables.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::output::{OutputError, write_whole};
use crate::run::citation;
use crate::study::design::Design;
use crate::study::plan::{Header, Study};
use crate::study::seal::{self, Found, sealed};
use crate::study::store::Store;

/// File of the identity.
const FILE: &str = "study.json";

/// What makes a study another one than one of its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Identity {
    /// What it asks, in words; not compared.
    description: String,
    /// Digest of the scenario under all runs.
    base: String,
    /// Seed of design and replicates.
    seed: u64,
    /// Kind of the design, without how many points it has.
    design: String,
    /// Paths of what is varied.
    varied: BTreeSet<String>,
    /// Names of the arms.
    arms: BTreeSet<String>,
}

impl Identity {
    fn of(header: &Header) -> Self {
        let design = match header.design {
            Design::Grid => "grid",
            Design::List => "list",
            Design::LatinHypercube { .. } => "latin_hypercube",
            Design::Sobol { .. } => "sobol",
            Design::Morris { .. } => "morris",
            Design::Saltelli { .. } => "saltelli",
        };
        Self {
            description: header.description.clone(),
            base: seal::seal(&["base", &header.base]),
            seed: header.seed,
            design: design.to_owned(),
            varied: header.factors.iter().map(|one| one.path.clone()).collect(),
            arms: header.arms.iter().map(|arm| arm.name.clone()).collect(),
        }
    }

    /// How a study differs from the one whose tables are there; nothing where it is the same, widened or
    /// narrowed.
    fn difference_from(&self, there: &Self) -> Vec<String> {
        let list = |names: &BTreeSet<String>| match names.len() {
            0 => "nothing".to_owned(),
            _ => names.iter().cloned().collect::<Vec<_>>().join(", "),
        };
        let mut found = Vec::new();
        if self.base != there.base {
            found.push("their base scenarios differ".to_owned());
        }
        if self.varied != there.varied {
            found.push(format!(
                "that one varies {}, this one {}",
                list(&there.varied),
                list(&self.varied)
            ));
        }
        if !self.arms.is_subset(&there.arms) && !there.arms.is_subset(&self.arms) {
            found.push(format!(
                "that one has the arms {}, this one {}",
                list(&there.arms),
                list(&self.arms)
            ));
        }
        if self.design != there.design {
            found.push(format!(
                "the design of that one is {}, of this one {}",
                there.design, self.design
            ));
        }
        if self.seed != there.seed {
            found.push(format!(
                "the seed of that one is {}, of this one {}",
                there.seed, self.seed
            ));
        }
        found
    }
}

impl Study {
    /// Folder of the tables and pictures of this study, which is its own from now on.
    ///
    /// # Errors
    /// [`OutputError::Refused`] where tables of another study of this name lie; the file system says no.
    pub fn tables_folder(&self, store: &Store) -> Result<PathBuf, OutputError> {
        let name = &self.header.study;
        let folder = store.study_folder(name)?;
        let path = folder.join(FILE);
        let own = Identity::of(&self.header);
        if let Some(there) = read(name, &path)? {
            let differences = own.difference_from(&there);
            if !differences.is_empty() {
                return Err(refused(&folder, &there, &self.header, &differences));
            }
            if own == there {
                citation::leave(self.base_image().as_deref(), &folder)?;
                return Ok(folder);
            }
        }
        // A struct of texts and numbers does not fail to be written.
        let text = serde_json::to_string_pretty(&own).unwrap_or_default() + "\n";
        write_whole(&path, sealed(FILE, name, &text).as_bytes())?;
        citation::leave(self.base_image().as_deref(), &folder)?;
        Ok(folder)
    }
}

/// The identity in a folder; none where there is no file of it.
fn read(name: &str, path: &Path) -> Result<Option<Identity>, OutputError> {
    let why = match seal::read(FILE, name, path).map_err(|source| OutputError::Io {
        path: path.to_path_buf(),
        source,
    })? {
        Found::Nothing => return Ok(None),
        Found::Content(text) => match serde_json::from_str(&text) {
            Ok(found) => return Ok(Some(found)),
            Err(error) => error.to_string(),
        },
        Found::Damaged(why) => why,
    };
    Err(OutputError::Refused {
        path: path.to_path_buf(),
        reason: format!(
            "{why}, so that nothing says whose tables lie beside it; remove the file if they are of this \
             study"
        ),
    })
}

fn refused(folder: &Path, there: &Identity, own: &Header, differences: &[String]) -> OutputError {
    OutputError::Refused {
        path: folder.to_path_buf(),
        reason: format!(
            "the tables of another study called {:?} lie here (\"{}\"), and are not replaced by those of this \
             one (\"{}\"): {}. Give one of them another name (`name` in its file), give this one another \
             --store, or move that folder away; no result is lost with it",
            own.study,
            there.description,
            own.description,
            differences.join("; ")
        ),
    }
}
