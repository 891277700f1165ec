//! What the page asks and what it is told: one set of messages for both transports.
//!
//! Requests and replies are JSON texts; frames are bytes ([`crate::view::frame`]). A request that is wrong is
//! answered by [`Reply::Refused`] and changes nothing; where the change of an [`Request::Open`] is wrong, the scenario has
//! begun without it.

use serde::{Deserialize, Serialize};

use crate::view::catalogue::Listed;
pub use crate::view::controls::{Control, Therapy, When};
use crate::view::frame::FieldOf;
use crate::view::lesson::Lesson;
pub use crate::view::site::SiteWords;
pub use crate::view::which::Which;

/// Bytes of a request at most.
pub const LARGEST_REQUEST: usize = 64 << 10;

/// What can be taken home.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gift {
    /// The resolved scenario: `howship run` of it ends in the digest of this run.
    Scenario,
    /// The rows of `series.csv` until now.
    Series,
}

/// What the page asks.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case", deny_unknown_fields)]
pub enum Request {
    /// What there is, and how the run stands.
    Hello {},
    /// Begins another scenario, at its first tick and paused.
    Open {
        /// Its name in the list.
        scenario: String,
        /// Seed of all chance, instead of its own.
        #[serde(default)]
        seed: Option<u64>,
        /// Values of the whole run, as `path=value`.
        #[serde(default)]
        set: Vec<String>,
        /// Day of the change, if there is one.
        #[serde(default)]
        at: Option<f64>,
        /// The change, as `path=value`.
        #[serde(default)]
        change: Vec<String>,
        /// Plays to this day.
        #[serde(default)]
        until: Option<f64>,
    },
    /// Goes on to the end.
    Play {},
    /// Holds.
    Pause {},
    /// Goes on by one tick.
    Tick {},
    /// Plays to a day, and holds there.
    RunTo {
        /// The day.
        day: f64,
    },
    /// How fast it plays from day 0 on.
    Speed {
        /// Days per second; none for as fast as the machine can.
        #[serde(default)]
        days_per_second: Option<f64>,
    },
    /// Begins the same scenario again.
    Restart {
        /// Another seed.
        #[serde(default)]
        seed: Option<u64>,
        /// Other values of the whole run, in place of those before.
        #[serde(default)]
        set: Option<Vec<String>>,
    },
    /// What the run with the change has other than the run without; nothing ends the comparison.
    Change {
        /// Day on which the two part; none for the present day, or for that of the change before.
        #[serde(default)]
        at: Option<f64>,
        /// `path=value`.
        set: Vec<String>,
    },
    /// What this page draws of the tissue.
    Look {
        /// Names of the fields over it.
        fields: Vec<String>,
        /// Of a volume, where it is cut at x, y and z: frames then bring these cuts, and the whole once a day.
        #[serde(default)]
        cuts: Option<[usize; 3]>,
    },
    /// What is at a site.
    Site {
        /// The run.
        run: Which,
        /// The site along x, y and z.
        site: [usize; 3],
    },
    /// A file to take home.
    Give {
        /// Which file.
        what: Gift,
        /// Of which run.
        run: Which,
    },
}

/// What the page is told.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "say", rename_all = "snake_case")]
pub enum Reply {
    /// What there is.
    Welcome {
        /// Version of howship.
        version: &'static str,
        /// `native` or `wasm`.
        engine: &'static str,
        /// Scenarios.
        scenarios: Vec<Listed>,
        /// Lessons.
        lessons: Vec<Lesson>,
    },
    /// A scenario has begun.
    Opened(Box<Opened>),
    /// What the change is now.
    Changed {
        /// Day on which the runs part; none without a change.
        at: Option<f64>,
        /// `path=value`.
        change: Vec<String>,
    },
    /// Rows of the table of a run.
    Rows {
        /// The run.
        run: Which,
        /// True where they replace all that there was of it.
        anew: bool,
        /// Names of the columns.
        columns: Vec<String>,
        /// A value per column and row; none for what is no number.
        rows: Vec<Vec<Option<f64>>>,
    },
    /// How the run stands.
    Status(Status),
    /// What is at a site.
    Site(SiteWords),
    /// A file to take home.
    File {
        /// Its name.
        name: String,
        /// What it holds.
        text: String,
    },
    /// What was asked cannot be had.
    Refused {
        /// Why, and what is allowed.
        message: String,
    },
}

/// What a run is.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Opened {
    /// Name in the list.
    pub scenario: String,
    /// What it says of itself.
    pub description: String,
    /// Host: `mouse` or `human`.
    pub species: &'static str,
    /// Seed of all chance.
    pub seed: u64,
    /// Values that were set.
    pub set: Vec<String>,
    /// Sites along x, y and z.
    pub dims: [usize; 3],
    /// Edges of a site, um.
    pub spacing_um: [f64; 3],
    /// Length of a tick, h.
    pub tick_h: f64,
    /// Days before day 0.
    pub burn_in_d: f64,
    /// Days after it.
    pub days: f64,
    /// Fields that can be drawn over the tissue.
    pub fields: Vec<FieldOf>,
    /// Sliders and switches.
    pub controls: Vec<Control>,
    /// Therapies that can be switched on.
    pub therapies: Vec<Therapy>,
    /// What a reader may not expect.
    pub notices: Vec<String>,
}

/// How a run stands.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Status {
    /// Ticks done.
    pub tick: u32,
    /// Ticks in all, those before day 0 among them.
    pub last_tick: u32,
    /// Time, d; negative before day 0.
    pub day: f64,
    /// Time of the run with the change, d, where there is one.
    pub with_day: Option<f64>,
    /// True while it plays.
    pub playing: bool,
    /// Days per second; none for as fast as the machine can.
    pub days_per_second: Option<f64>,
    /// True when the last tick is done.
    pub done: bool,
    /// Day on which cells or bone of the two runs were different first.
    pub differs: Option<f64>,
    /// Digests of the states where it holds.
    pub digest: Option<String>,
    /// The same of the run with the change.
    pub with_digest: Option<String>,
}
