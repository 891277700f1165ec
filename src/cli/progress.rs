//! What a run shows while it goes on: a bar on a terminal, plain lines elsewhere, each with the time
//! that is left at least.

use std::io::IsTerminal;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::run::remaining::{Remaining, span};

/// Progress of a run.
pub(super) struct Progress {
    bar: Option<ProgressBar>,
    quiet: bool,
    total: u64,
    last: Instant,
    clock: Instant,
    remaining: Remaining,
}

impl Progress {
    /// Progress over this many ticks.
    pub(super) fn new(total: u64, quiet: bool) -> Self {
        let bar = (!quiet && std::io::stderr().is_terminal()).then(|| {
            let bar = ProgressBar::new(total);
            if let Ok(style) = ProgressStyle::with_template("{bar:30} {percent:>3} % {msg}") {
                bar.set_style(style);
            }
            bar
        });
        Self {
            bar,
            quiet,
            total,
            last: Instant::now(),
            clock: Instant::now(),
            remaining: Remaining::of(total),
        }
    }

    /// Says where the run is.
    pub(super) fn at(&mut self, tick: u64, message: impl FnOnce() -> String) {
        if self.quiet {
            return;
        }
        let elapsed_s = self.clock.elapsed().as_secs_f64();
        self.remaining.see(tick, elapsed_s);
        let words = |message: String| match self.remaining.seconds() {
            Some(left_s) => format!("{message}, at least {} left", span(left_s)),
            None => message,
        };
        if let Some(bar) = &self.bar {
            bar.set_position(tick);
            if self.last.elapsed() > Duration::from_millis(200) {
                bar.set_message(words(message()));
                self.last = Instant::now();
            }
        } else if !self.quiet && self.last.elapsed() > Duration::from_secs(10) {
            tell!(
                "{:>3} % {}",
                100 * tick / self.total.max(1),
                words(message())
            );
            self.last = Instant::now();
        }
    }

    /// What was done says nothing about what comes: the time that is left is told from here on.
    pub(super) fn begin_anew(&mut self) {
        self.remaining.begin_anew();
    }

    /// Says a line beside it.
    pub(super) fn line(&self, words: &str) {
        match &self.bar {
            Some(bar) => bar.println(words),
            None => tell!("{words}"),
        }
    }

    /// The run is over.
    pub(super) fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// Progress of what is done in any order on many threads, by how much of it is done.
pub(super) struct Counter {
    progress: Mutex<(Progress, u64)>,
}

impl Counter {
    pub(super) fn new(total: u64, quiet: bool) -> Self {
        Self {
            progress: Mutex::new((Progress::new(total, quiet), 0)),
        }
    }

    /// Counts one more, of which there may be a line to say.
    pub(super) fn one(&self, line: Option<&str>, words: impl FnOnce(u64) -> String) {
        let mut progress = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
        let (progress, at) = &mut *progress;
        *at += 1;
        if let Some(line) = line.filter(|_| !progress.quiet) {
            progress.line(line);
        }
        progress.at(*at, || words(*at));
    }

    pub(super) fn finish(&self) {
        let progress = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
        progress.0.finish();
    }
}
