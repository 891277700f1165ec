//! Which of the two runs that go side by side.

use serde::{Deserialize, Serialize};

/// One of the two runs that go side by side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Which {
    /// The run without the change.
    Without,
    /// The run with it.
    With,
}
