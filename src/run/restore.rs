//! From a checkpoint to a simulation that goes on as if it had never stopped.

use std::path::{Path, PathBuf};

use crate::layers::diagnostic::Diagnostics;
use crate::layers::tree::{Layer, Tree};
use crate::patient::Sample;
use crate::plot::ticks::short;
use crate::plot::words::{heading, note, of_run, words};
use crate::run::carried::Carried;
use crate::run::checkpoint::{CheckpointError, Content, Heading, Sealed, write};
use crate::run::record::Record;
use crate::run::simulation::Simulation;
use crate::scenario::arms::CONTROL;
use crate::scenario::build::Loaded;
use crate::therapy::subject::Species;
use crate::tissue::grid::Grid;

/// A run that was resumed.
#[derive(Debug)]
pub struct Restored {
    /// Its scenario.
    pub loaded: Loaded,
    /// The simulation, with all done that was due at its time; its next step is a tick.
    pub simulation: Simulation,
    /// What it had recorded.
    pub record: Record,
    /// Wall time that it had taken, s.
    pub wall_s: f64,
}

impl Loaded {
    /// A scenario from the text that [`Tree::to_toml_with_sources`] gave, which stands alone.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn from_resolved(
        name: &str,
        text: String,
        folder: PathBuf,
    ) -> Result<Self, Diagnostics> {
        let tree = Tree::parse(Layer {
            name: name.to_owned(),
            text,
        })?;
        Self::checked(tree, folder)
    }

    /// Heading of what it exports: its description, or its name where it has none, and the arm.
    pub fn title(&self) -> String {
        let name = heading(&self.scenario.name, &self.scenario.description);
        match &self.scenario.arm {
            Some(arm) => format!("{name}, {arm}"),
            None => name,
        }
    }

    /// What its pictures are of: its arm, its description without the days that it names, and the days that are
    /// run.
    pub fn subject(&self) -> String {
        let scenario = &self.scenario;
        of_run(
            &scenario.name,
            &scenario.description,
            self.arm_words().as_deref(),
            scenario.run.duration.get() / 24.0,
        )
    }

    /// The same of the pictures of tissue, which is a small part of what it stands for: first how large it is, and of
    /// whom.
    pub(crate) fn subject_of_tissue(&self, grid: &Grid) -> String {
        note([&self.sampled(grid)[..], &self.subject()])
    }

    /// The piece of tissue that is simulated: its size, its host and what it stands for.
    pub(crate) fn sampled(&self, grid: &Grid) -> String {
        let host = match self.scenario.subject.species {
            Species::Human => "man",
            Species::Mouse => "mouse",
        };
        let patient = self.scenario.patient.as_ref();
        let stands_for = patient.and_then(|patient| match (patient.lattice, patient.lesions) {
            (Sample::Lesion, Some(lesions)) => Some(format!(
                ", standing for {}\u{a0}cm\u{b3}",
                short(lesions.get())
            )),
            (Sample::Lesion, None) => None,
            (Sample::Skeleton, _) => Some(", standing for the skeleton".to_owned()),
        });
        let size = size_words(grid);
        format!("{size}, {host}{}", stands_for.unwrap_or_default())
    }

    /// The arm in words; of a control what it is not given and others are. None without arms.
    fn arm_words(&self) -> Option<String> {
        let scenario = &self.scenario;
        if let Some(arm) = &scenario.arm {
            return Some(words(arm));
        }
        let sets = |table: &str| {
            let mut values = scenario.arms.values().flat_map(|arm| &arm.set);
            values.any(|value| value.trim_start().starts_with(table))
        };
        let is_without_drug = scenario.therapy.is_empty() && sets("therapy.");
        let is_without_dose = scenario.radiotherapy.is_empty() && sets("radiotherapy.");
        let lacks = [
            (is_without_drug, ", no drug"),
            (is_without_dose, ", no radiation"),
        ];
        let lacks = lacks
            .iter()
            .filter(|(lacks, _)| *lacks)
            .map(|(_, said)| *said);
        let said = format!("{CONTROL}{}", lacks.collect::<String>());
        (!scenario.arms.is_empty()).then_some(said)
    }

    /// Folder to which file names in the scenario refer, from the root on.
    pub fn inputs(&self) -> String {
        let folder = if self.folder.as_os_str().is_empty() {
            Path::new(".")
        } else {
            &self.folder
        };
        let absolute = std::path::absolute(folder).unwrap_or_else(|_| folder.to_path_buf());
        absolute.to_string_lossy().into_owned()
    }

    /// Files and folders from which the scenario was read, and those that it names.
    pub fn files(&self) -> Vec<PathBuf> {
        let layers = self.tree.layers().into_iter().map(PathBuf::from);
        let image = self.scenario.specimen.image.iter();
        layers
            .chain(image.map(|image| self.folder.join(&image.file)))
            .filter(|path| path.exists())
            .collect()
    }

    /// The bytes of a checkpoint of a run of this scenario.
    ///
    /// # Errors
    /// When there is more of it than a reader would take.
    pub fn checkpoint(
        &self,
        simulation: &Simulation,
        record: &Record,
        wall_s: f64,
    ) -> Result<Vec<u8>, CheckpointError> {
        let heading = Heading {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            scenario: self.tree.to_toml_with_sources(),
            inputs: self.inputs(),
            specimen: simulation.specimen.clone(),
            bone: simulation.bone.clone(),
            grid: simulation.model.grid,
            signals: simulation.model.signals.len() as u32,
            tick: simulation.state.tick,
            wall_s,
            raw_bytes: 0,
        };
        let carried = &simulation.scratch.rank_occupancy;
        write(heading, &simulation.state, carried, record)
    }
}

/// How large a piece of tissue is.
fn size_words(grid: &Grid) -> String {
    let mm = [0, 1, 2].map(|axis| {
        let mm = grid.dims[axis] as f64 * grid.edge_um * 1e-3;
        short((1e3 * mm).round() / 1e3)
    });
    match &mm {
        [x, y, _] if grid.is_section() => {
            let depth = short(grid.depth_um);
            format!(
                "Simulated section of {x}\u{a0}\u{d7}\u{a0}{y}\u{a0}mm, {depth}\u{a0}\u{b5}m thick"
            )
        }
        [x, y, z] if x == y && y == z => format!("Simulated block of {x}\u{a0}mm a side"),
        [x, y, z] => {
            format!("Simulated block of {x}\u{a0}\u{d7}\u{a0}{y}\u{a0}\u{d7}\u{a0}{z}\u{a0}mm")
        }
    }
}

impl Sealed<'_> {
    /// The scenario of the run.
    ///
    /// # Errors
    /// One that does not read.
    pub fn scenario(&self) -> Result<Loaded, CheckpointError> {
        let heading = &self.heading;
        Loaded::from_resolved(
            "scenario of the checkpoint",
            heading.scenario.clone(),
            PathBuf::from(&heading.inputs),
        )
        .map_err(|found| CheckpointError::Sense(found.render(false)))
    }

    /// Takes the run up again.
    ///
    /// # Errors
    /// A [`CheckpointError`] that says why the checkpoint is refused.
    pub fn restore(&self) -> Result<Restored, CheckpointError> {
        let sense = |reason: String| CheckpointError::Sense(reason);
        let heading = &self.heading;
        let loaded = self.scenario()?;
        // A lattice that the machine has no memory for is refused before it is unpacked.
        loaded
            .check_memory(&heading.grid)
            .map_err(|found| sense(Diagnostics::from(found).render(false)))?;
        let acting = loaded
            .acting(heading.tick)
            .map_err(|found| sense(found.render(false)))?;
        let model = acting
            .model(heading.grid)
            .map_err(|found| sense(found.render(false)))?;
        if model.signals.len() != heading.signals as usize {
            return Err(sense(format!(
                "{} signals, where its scenario has {}",
                heading.signals,
                model.signals.len()
            )));
        }
        let Content {
            state,
            rank_occupancy,
            mut record,
            ..
        } = self.unpack::<Record>()?;
        record.check(&model).map_err(sense)?;
        let carried = Carried {
            grid: heading.grid,
            state,
            rank_occupancy,
            specimen: heading.specimen.clone(),
            bone: heading.bone.clone(),
        };
        let simulation = acting.assemble(model, carried).map_err(sense)?;
        record.go_on_from(&loaded, &simulation);
        Ok(Restored {
            loaded,
            simulation,
            record,
            wall_s: heading.wall_s,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_of_tissue_says_how_large_it_is_of_whom_and_what_it_stands_for() {
        assert_eq!(
            size_words(&Grid::section(200, 200, 10.0, 50.0)),
            "Simulated section of 2\u{a0}\u{d7}\u{a0}2\u{a0}mm, 50\u{a0}\u{b5}m thick"
        );
        assert_eq!(
            size_words(&Grid::cubic([20, 20, 10], 20.0)),
            "Simulated block of 0.4\u{a0}\u{d7}\u{a0}0.4\u{a0}\u{d7}\u{a0}0.2\u{a0}mm"
        );
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/fracture_risk.toml");
        let of = |loaded: &Loaded| loaded.subject_of_tissue(&Grid::cubic([60; 3], 19.5));
        let fracture = crate::scenario::build::load(&path, &[]).unwrap();
        let said = of(&fracture);
        assert!(
            said.starts_with("Simulated block of 1.17\u{a0}mm a side, man, standing for 50\u{a0}cm\u{b3}; A lytic"),
            "{said}"
        );
    }
}
