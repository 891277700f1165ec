//! What happens to a run, in words, for a program that shows them.

use crate::run::host::{Event, Kept};
use crate::run::view::View;

/// How much words matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Weight {
    /// Where a run is, for who watches it.
    Note,
    /// What it came to.
    Result,
    /// What was asked for.
    Answer,
    /// What a reader may not expect.
    Warning,
}

impl View<'_> {
    /// Where a run is: day, bone, tumour and osteoclasts.
    pub(crate) fn words(self) -> String {
        let bv_tv = self.bv_tv();
        let bone = if bv_tv > 0.0 {
            format!("BV/TV {:.2} %", 100.0 * bv_tv)
        } else {
            "no bone".to_owned()
        };
        let phase = if self.day() < 0.0 { "burn-in, " } else { "" };
        format!(
            "{phase}day {:.0}, {bone}, {} tumour cells, {} osteoclasts",
            self.day().round() + 0.0,
            self.tumour().len(),
            self.osteoclasts().len()
        )
    }
}

impl Event<'_> {
    /// A line for each thing that there is to say; none of ticks.
    pub(crate) fn words(&self) -> Vec<(Weight, String)> {
        let weight = match self {
            Self::Notices(_) | Self::NotKept(..) | Self::Unused(..) | Self::OtherScenario(_) => {
                Weight::Warning
            }
            Self::Altered(_) | Self::Verified { .. } => Weight::Answer,
            Self::Done(_) | Self::DoneAlready(_) | Self::Replaced(_) | Self::Compared { .. } => {
                Weight::Result
            }
            _ => Weight::Note,
        };
        self.lines()
            .into_iter()
            .map(|line| (weight, line))
            .collect()
    }

    fn lines(&self) -> Vec<String> {
        let line = match self {
            Self::Begun(_) | Self::Tick(_) | Self::Stepped | Self::Towards { .. } => {
                return Vec::new();
            }
            Self::Notices(lines) | Self::Altered(lines) => return lines.to_vec(),
            Self::Verified {
                outputs,
                digest,
                differences: [],
                ..
            } => format!("equal: {outputs} outputs and the state {digest}"),
            Self::Verified { differences, .. } => return differences.to_vec(),
            Self::Compared { differences, files } => {
                let files = files.iter().map(|file| file.display().to_string());
                return differences.iter().cloned().chain(files).collect();
            }
            Self::NotKept(Kept::Checkpoint(tick), error) => {
                format!("no checkpoint at tick {tick}: {error}")
            }
            Self::NotKept(Kept::Past, error) => {
                format!("the past of an arm is not kept, it will be run again: {error}")
            }
            Self::NotKept(Kept::Volumes(day), error) => {
                format!("no volumes of day {day}: {error}")
            }
            Self::NotKept(Kept::Final, error) => format!("the final state is not kept: {error}"),
            Self::Unused(file, error) => {
                format!("{} {error}; the one before it is tried", file.display())
            }
            Self::OtherScenario(file) => format!(
                "{} is of another scenario than scenario.toml; the one before it is tried",
                file.display()
            ),
            Self::Done(outcome) => outcome.to_string(),
            Self::DoneAlready(folder) => format!("{} is done already", folder.display()),
            Self::GoingOn(view) => {
                format!("going on at tick {} (day {:.2})", view.tick(), view.day())
            }
            Self::FromTheStart { day } => {
                format!("no checkpoint lies before day {day}: it is run again from the start")
            }
            Self::Arm(name) => format!("arm {name}"),
            Self::Replaced(folder) => format!("{} was replaced by it", folder.display()),
        };
        vec![line]
    }
}
