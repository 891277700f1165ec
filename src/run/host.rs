//! What happens to a run on its way, and the program that hears of it and may ask it to stop.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use crate::observe::figures::SpecimenReport;
use crate::output::OutputError;
use crate::run::checkpoint::CheckpointError;
use crate::run::record::Record;
use crate::run::view::View;

/// Something that happens to a run that writes a folder.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// What the scenario and its image tell that a reader may not expect.
    Notices(&'a [String]),
    /// A run of so many ticks is about to be stepped.
    Begun(u64),
    /// A tick is done.
    Tick(View<'a>),
    /// The last tick that was asked for is done.
    Stepped,
    /// A run is stepped again to a day of which nothing was kept: so many ticks of all.
    Towards {
        /// The run.
        view: View<'a>,
        /// Ticks done.
        done: u64,
        /// Ticks in all.
        total: u64,
    },
    /// No checkpoint lies before this day: it is run again from the start.
    FromTheStart {
        /// Day of the run.
        day: f64,
    },
    /// A run is over and its files are written.
    Done(Outcome<'a>),
    /// A run that was to go on is over already.
    DoneAlready(&'a Path),
    /// A run goes on from this state.
    GoingOn(View<'a>),
    /// The arm of this name comes next.
    Arm(&'a str),
    /// The folder of an earlier run was replaced.
    Replaced(&'a Path),
    /// Arms were compared: the difference of each at the last common time, and what was
    /// written.
    Compared {
        /// A sentence for each arm.
        differences: &'a [String],
        /// The files.
        files: &'a [PathBuf],
    },
    /// A run was run again.
    Verified {
        /// Its folder.
        folder: &'a Path,
        /// Number of its files.
        outputs: usize,
        /// Digest of its last state, as it says.
        digest: &'a str,
        /// What is not the same.
        differences: &'a [String],
    },
    /// What lies around the runs of a group and is not what was written.
    Altered(&'a [String]),
    /// A state could not be kept; the run goes on.
    NotKept(Kept, &'a OutputError),
    /// A checkpoint is not used; the one before it is tried.
    Unused(&'a Path, &'a CheckpointError),
    /// A checkpoint is of another scenario than the one beside it; the one before it is tried.
    OtherScenario(&'a Path),
}

/// A run that is over.
#[derive(Debug, Clone, Copy)]
pub struct Outcome<'a> {
    /// Courses that an event begins or ends, each with when it has.
    pub courses: &'a [String],
    /// What was recorded.
    pub record: &'a Record,
    /// From the scan to day 0, where it was measured.
    pub report: Option<&'a SpecimenReport>,
    /// The folder of the run.
    pub folder: &'a Path,
}

impl fmt::Display for Outcome<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in self.report.iter().flat_map(|it| it.stages(None, "")) {
            writeln!(f, "{line}")?;
        }
        let ends = |name: &str| {
            let values = self.record.series.column(name)?;
            Some((*values.first()?, *values.last()?))
        };
        if let (Some(bone), Some(tumour), Some(osteoclasts)) =
            (ends("bv_tv"), ends("tumour_cells"), ends("n_oc"))
        {
            if bone.0 > 0.0 {
                let change = 100.0 * (bone.1 / bone.0 - 1.0);
                let (first, last) = (100.0 * bone.0, 100.0 * bone.1);
                write!(f, "BV/TV {first:.2} -> {last:.2} % ({change:+.1} %)")?;
            } else {
                write!(f, "no bone")?;
            }
            writeln!(
                f,
                ", tumour cells {} -> {}, osteoclasts {} -> {}",
                tumour.0, tumour.1, osteoclasts.0, osteoclasts.1
            )?;
        }
        for course in self.courses {
            writeln!(f, "{course}")?;
        }
        write!(f, "results in {}", self.folder.display())
    }
}

/// A state that is kept, or what of it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kept {
    /// Of this tick, to go on from.
    Checkpoint(u32),
    /// The past of an arm.
    Past,
    /// The last.
    Final,
    /// Volumes of this day.
    Volumes(f64),
}

/// The program in which runs take place.
pub trait Host {
    /// Hears what happens.
    fn hear(&self, event: &Event<'_>);

    /// Called before the first tick of a run that can be stopped; from here on the flag is looked at.
    ///
    /// # Errors
    /// Why no wish to stop could be heard; the run is not begun.
    fn listen(&self) -> std::io::Result<()> {
        Ok(())
    }

    /// Set when the run is to stop at the next tick, with its state saved.
    fn stop(&self) -> &AtomicBool {
        static NEVER: AtomicBool = AtomicBool::new(false);
        &NEVER
    }

    /// Who asked for it, as `run.json` says it.
    fn stopped_by(&self) -> String {
        "request".to_owned()
    }
}

/// A program that hears nothing and never stops a run.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Host for Silent {
    fn hear(&self, _: &Event<'_>) {}
}
