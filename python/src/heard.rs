//! Long work, during which Python's signals are heard and its other threads go on.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use pyo3::prelude::*;

use crate::errors::failed;

/// Time between two looks for signals.
const LOOK: Duration = Duration::from_millis(20);

/// When the exception of a signal comes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// At once; the work ends behind it, at its next tick.
    AtOnce,
    /// When the work has put away what it has.
    AtItsEnd,
}

/// Does work on a thread of its own and waits for it without the lock of the interpreter. On a signal (Ctrl-C) the
/// flag that the work was given is set.
///
/// # Errors
/// The exception of a signal handler.
pub fn heard<T: Send + 'static>(
    py: Python<'_>,
    comes: Signal,
    work: impl FnOnce(&AtomicBool) -> T + Send + 'static,
) -> PyResult<T> {
    let stop = Arc::new(AtomicBool::new(false));
    let (send, mut done) = channel();
    let asked = Arc::clone(&stop);
    thread::spawn(move || {
        // Nobody waits any more where a signal came.
        let _ = send.send(work(&asked));
    });
    loop {
        let got;
        (done, got) = py.detach(move || {
            let got = done.recv_timeout(LOOK);
            (done, got)
        });
        match got {
            Ok(done) => return Ok(done),
            Err(RecvTimeoutError::Timeout) => {
                if let Err(signal) = py.check_signals() {
                    stop.store(true, Ordering::SeqCst);
                    if comes == Signal::AtItsEnd {
                        // Its own words of the stop are those of the signal.
                        let _ = py.detach(move || done.recv().is_ok());
                    }
                    return Err(signal);
                }
            }
            Err(RecvTimeoutError::Disconnected) => {
                return Err(failed(
                    "howship broke off: please report it with the scenario",
                ));
            }
        }
    }
}
