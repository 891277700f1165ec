//! What a program that runs scenarios needs: `use howship::prelude::*;`.

pub use crate::engine::fault::Fault;
pub use crate::layers::diagnostic::Diagnostics;
pub use crate::run::observer::{DriveError, Ended, Observer, Refusal};
pub use crate::run::schedule::{Clock, Schedule, ScheduleError};
pub use crate::run::simulation::Simulation;
pub use crate::run::view::{Cells, Field, Values, View};
pub use crate::scenario::build::{Loaded, load, parse};
