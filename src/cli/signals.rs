//! The wish to stop: SIGINT (Ctrl-C) and SIGTERM.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

/// Remembers a first signal; a second one ends the process at once.
pub(super) struct Signals {
    caught: Arc<AtomicUsize>,
}

impl Signals {
    /// Listens from now on.
    ///
    /// # Errors
    /// What the system says.
    pub(super) fn listen() -> std::io::Result<Self> {
        let caught = Arc::new(AtomicUsize::new(0));
        let again = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM] {
            // In this order: the first signal finds `again` unset and sets it.
            flag::register_conditional_shutdown(signal, exit_code(signal), Arc::clone(&again))?;
            flag::register(signal, Arc::clone(&again))?;
            flag::register_usize(signal, Arc::clone(&caught), signal as usize)?;
        }
        Ok(Self { caught })
    }

    /// Name and exit code of the signal that came, if one did.
    pub(super) fn caught(&self) -> Option<(&'static str, u8)> {
        match self.caught.load(Ordering::SeqCst) as i32 {
            0 => None,
            SIGINT => Some(("SIGINT", exit_code(SIGINT) as u8)),
            signal => Some(("SIGTERM", exit_code(signal) as u8)),
        }
    }
}

/// Lets a write beyond the limit on file sizes be an error like that of a full disk, where the system
/// would end the process.
pub(super) fn outlive_full_disks() {
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
