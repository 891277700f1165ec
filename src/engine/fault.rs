//! What stops a run: a named fault with its place and tick.

/// A state that must not be. The run stops; nothing is mended silently.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// A signal could not be solved.
    #[error("signal \"{signal}\" at tick {tick} (day {day:.3}): {reason}")]
    Transport {
        /// Name of the signal.
        signal: String,
        /// Tick.
        tick: u32,
        /// Day.
        day: f64,
        /// What the solver said.
        reason: String,
    },
    /// A part could not be followed.
    #[error("the {part} at tick {tick} (day {day:.3}): {reason}")]
    Part {
        /// What it is.
        part: &'static str,
        /// Tick.
        tick: u32,
        /// Day.
        day: f64,
        /// What does not fit.
        reason: String,
    },
    /// A quantity is negative or not finite.
    #[error(
        "{quantity} is {value} at site ({x}, {y}, {z}), tick {tick}; it must be finite and not negative"
    )]
    BadValue {
        /// Name of the quantity.
        quantity: String,
        /// What was found.
        value: f64,
        /// Place.
        x: usize,
        /// Place.
        y: usize,
        /// Place.
        z: usize,
        /// Tick.
        tick: u32,
    },
    /// The books do not close.
    #[error(
        "the ledger of {substance} does not close at tick {tick}: relative residual {residual:e}, allowed {allowed:e}"
    )]
    Ledger {
        /// Name of the signal or store.
        substance: String,
        /// Tick.
        tick: u32,
        /// What was found.
        residual: f64,
        /// What is allowed.
        allowed: f64,
    },
    /// What the burn-in holds open finds no surface to be given back to.
    #[error(
        "{volume_um3:.0} um3 of bone that the burn-in dug away cannot be given back on day 0 (tick {tick}): no surface is left that is not being remodelled; shorten run.burn_in, or give a lattice with more bone"
    )]
    NoSurface {
        /// Volume that is owed, um3.
        volume_um3: f64,
        /// Tick.
        tick: u32,
    },
    /// An arm does not fit the state from which it turns off.
    #[error("the arm does not turn off at tick {tick}: {reason}")]
    Turn {
        /// Tick.
        tick: u32,
        /// What does not fit.
        reason: String,
    },
    /// A colony finds no room when it arrives.
    #[error("tumour cells arrive: {0}")]
    Settle(#[from] SettleError),
    /// Two records of who is where disagree.
    #[error(
        "site ({x}, {y}, {z}) holds {counted} {what} by the lists of cells but {recorded} by its count, tick {tick}"
    )]
    Occupancy {
        /// Kind of cell.
        what: &'static str,
        /// Cells in the lists.
        counted: u64,
        /// Cells in the record of the site.
        recorded: u64,
        /// Place.
        x: usize,
        /// Place.
        y: usize,
        /// Place.
        z: usize,
        /// Tick.
        tick: u32,
    },
}

impl Fault {
    /// That a part could not be followed, with the tick and the day on which it was looked at.
    pub(crate) fn of_part(
        part: &'static str,
        (tick, day): (u32, f64),
        reason: &(impl std::fmt::Display + ?Sized),
    ) -> Self {
        Self::Part {
            part,
            tick,
            day,
            reason: reason.to_string(),
        }
    }
}

/// Why a colony cannot settle.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SettleError {
    /// Marrow has less room than the colony has cells.
    #[error("{cells} tumour cells do not fit: the marrow has room for {room}")]
    NoRoom {
        /// Cells that were to settle.
        cells: u64,
        /// Cells that there is room for.
        room: u64,
    },
    /// There is no marrow or no vessel to settle at.
    #[error("there is no {0} for tumour cells to settle at")]
    NoPlace(&'static str),
}
