//! The wish to stop: SIGINT (Ctrl-C), SIGTERM and SIGHUP (the terminal is gone), and the end of standard
//! input.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::flag;

use crate::numerics::quantity::Time;
use crate::run::error::RunError;

/// Remembers a first signal; a second one ends the process at once.
#[derive(Clone)]
pub(crate) struct Signals {
    caught: Arc<AtomicUsize>,
    /// Set by the first signal.
    again: Arc<AtomicBool>,
}

/// What the process listens with from the first wish to do so: a signal between two runs of one
/// process (arms) is not lost.
static SHARED: Mutex<Option<Signals>> = Mutex::new(None);

impl Signals {
    /// Listens from now on.
    ///
    /// # Errors
    /// What the system says.
    pub(crate) fn listen() -> std::io::Result<Self> {
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(signals) = &*shared {
            return Ok(signals.clone());
        }
        let caught = Arc::new(AtomicUsize::new(0));
        let again = Arc::new(AtomicBool::new(false));
        // What was started by nohup is to outlive its terminal.
        let hangup = (!is_hangup_ignored()).then_some(SIGHUP);
        for signal in [SIGINT, SIGTERM].into_iter().chain(hangup) {
            // In this order: the first signal finds `again` unset and sets it, when it is known which it is.
            flag::register_conditional_shutdown(signal, exit_code(signal), Arc::clone(&again))?;
            flag::register_usize(signal, Arc::clone(&caught), signal as usize)?;
            flag::register(signal, Arc::clone(&again))?;
        }
        let signals = Self { caught, again };
        *shared = Some(signals.clone());
        Ok(signals)
    }

    /// Set when a signal came.
    pub(crate) fn flag(&self) -> &AtomicBool {
        &self.again
    }

    /// Name and exit code of the signal that came, if one did.
    pub(crate) fn caught(&self) -> Option<(&'static str, u8)> {
        match self.caught.load(Ordering::SeqCst) as i32 {
            0 => None,
            SIGHUP => Some(("SIGHUP", exit_code(SIGHUP) as u8)),
            SIGINT => Some(("SIGINT", exit_code(SIGINT) as u8)),
            signal => Some(("SIGTERM", exit_code(signal) as u8)),
        }
    }
}

/// What asks many runs to stop: a signal, the end of their time, the end of standard input.
pub(crate) struct Halt {
    begun: Instant,
    budget_s: f64,
    input_ended: Arc<AtomicBool>,
    signals: Option<Signals>,
}

impl Halt {
    /// Stops after this time from now on, and when standard input ends, where that is asked for.
    pub(crate) fn after(budget: Option<Time>, at_end_of_input: bool) -> Self {
        Self {
            begun: Instant::now(),
            budget_s: budget.map_or(f64::INFINITY, |time| time.get() * 3600.0),
            input_ended: end_of_input(at_end_of_input),
            signals: None,
        }
    }

    /// Stops at a signal alone.
    ///
    /// # Errors
    /// [`RunError::Deaf`].
    pub(crate) fn at_signal() -> Result<Self, RunError> {
        Self::after(None, false).listening()
    }

    /// Listens to signals, too, from now on.
    ///
    /// # Errors
    /// [`RunError::Deaf`].
    pub(crate) fn listening(mut self) -> Result<Self, RunError> {
        self.signals = Some(Signals::listen().map_err(RunError::Deaf)?);
        Ok(self)
    }

    /// Name and exit code of the signal that came, if one did.
    pub(crate) fn signal(&self) -> Option<(&'static str, u8)> {
        self.signals.as_ref().and_then(Signals::caught)
    }

    /// True once something asks to stop.
    pub(crate) fn is_asked(&self) -> bool {
        self.signal().is_some()
            || self.begun.elapsed().as_secs_f64() > self.budget_s
            || self.input_ended.load(Ordering::SeqCst)
    }
}

/// Set when standard input has ended, where that is `asked` for: whoever started the process has gone. It
/// is read from now on.
fn end_of_input(asked: bool) -> Arc<AtomicBool> {
    let ended = Arc::new(AtomicBool::new(false));
    if asked {
        let ended = Arc::clone(&ended);
        std::thread::spawn(move || {
            let _ = std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink());
            ended.store(true, Ordering::SeqCst);
        });
    }
    ended
}

/// True where the process was started with SIGHUP ignored. It is read where the system shows it as a
/// file (Linux); elsewhere the signal is heard.
fn is_hangup_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .is_some_and(|mask| mask >> (SIGHUP - 1) & 1 == 1)
}

/// Exit code of the signal that came; 1 where none is known.
pub(crate) fn exit_code_of_caught() -> u8 {
    let caught = Signals::listen().ok().and_then(|all| all.caught());
    caught.map_or(1, |(_, code)| code)
}

/// Lets a write beyond the limit on file sizes be an error like that of a full disk, where the system
/// would end the process.
pub(crate) fn outlive_full_disks() {
    // Where this cannot be had, the system's way remains.
    #[cfg(unix)]
    let _ = flag::register(
        signal_hook::consts::SIGXFSZ,
        Arc::new(AtomicBool::new(false)),
    );
}

/// What a shell says of a process that a signal ended.
const fn exit_code(signal: i32) -> i32 {
    128 + signal
}
