//! Long work, during which Python's signals are heard and its other threads go on.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use pyo3::exceptions::PyException;
use pyo3::prelude::*;
use pyo3::types::PyBool;

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

/// How far work is that counts what it does, for one who asks now and then.
#[derive(Debug, Default)]
pub struct Progress {
    /// Parts done.
    pub done: AtomicU64,
    /// Parts in all; 0 until it is known.
    pub total: AtomicU64,
}

impl Progress {
    fn now(&self) -> (u64, u64) {
        let total = self.total.load(Ordering::SeqCst);
        (self.done.load(Ordering::SeqCst), total)
    }
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
    waited(py, comes, &mut |_| Ok(true), work)
}

/// As [`heard`], the exception at once, for work that counts what it does: `callback` is told how many parts are done
/// and how many there are, when that has changed, and once more at the end. Where it gives `False` the work is asked
/// to stop, and its end is waited for; so it is where the callback raises, and the exception comes behind it.
///
/// # Errors
/// The exception of a signal handler or of the callback.
pub fn counted<T: Send + 'static>(
    py: Python<'_>,
    callback: Option<&Bound<'_, PyAny>>,
    work: impl FnOnce(&AtomicBool, &Progress) -> T + Send + 'static,
) -> PyResult<T> {
    let progress = Arc::new(Progress::default());
    let counts = Arc::clone(&progress);
    let mut told = (0, 0);
    let mut tell = |_: Python<'_>| {
        let now = progress.now();
        let Some(callback) = callback.filter(|_| now != told && now.1 > 0) else {
            return Ok(true);
        };
        told = now;
        let answer = callback.call1(now)?;
        Ok(!answer.is(PyBool::new(callback.py(), false)))
    };
    waited(py, Signal::AtOnce, &mut tell, move |stop| {
        work(stop, &counts)
    })
}

/// Says how far the work is; false where it is to stop.
type Tell<'a> = dyn FnMut(Python<'_>) -> PyResult<bool> + 'a;

fn waited<T: Send + 'static>(
    py: Python<'_>,
    comes: Signal,
    tell: &mut Tell<'_>,
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
            Ok(done) => {
                if !stop.load(Ordering::SeqCst) {
                    tell(py)?;
                }
                return Ok(done);
            }
            Err(RecvTimeoutError::Timeout) => {
                if let Err(signal) = py.check_signals() {
                    stop.store(true, Ordering::SeqCst);
                    if comes == Signal::AtItsEnd {
                        // Its own words of the stop are those of the signal.
                        let _ = py.detach(move || done.recv().is_ok());
                    }
                    return Err(signal);
                }
                if stop.load(Ordering::SeqCst) {
                    continue;
                }
                match tell(py) {
                    Ok(true) => {}
                    Ok(false) => stop.store(true, Ordering::SeqCst),
                    Err(raised) => {
                        stop.store(true, Ordering::SeqCst);
                        // An interrupt inside of the callback comes at once, as a signal does.
                        if raised.is_instance_of::<PyException>(py) || comes == Signal::AtItsEnd {
                            let _ = py.detach(move || done.recv().is_ok());
                        }
                        return Err(raised);
                    }
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
