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

    /// Says where the run is, a bar five times a second, a line every ten seconds.
    pub(super) fn at(&mut self, tick: u64, message: impl FnOnce() -> String) {
        if self.quiet {
            return;
        }
        self.remaining.see(tick, self.clock.elapsed().as_secs_f64());
        if let Some(bar) = &self.bar {
            bar.set_position(tick);
        }
        let every = if self.bar.is_some() { 200 } else { 10_000 };
        if self.last.elapsed() <= Duration::from_millis(every) {
            return;
        }
        self.last = Instant::now();
        let words = match self.remaining.seconds() {
            Some(left_s) => format!("{}, at least {} left", message(), span(left_s)),
            None => message(),
        };
        match &self.bar {
            Some(bar) => bar.set_message(words),
            None => tell!("{:>3} % {words}", 100 * tick / self.total.max(1)),
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
    what: &'static str,
}

impl Counter {
    /// Counts to a total of what there is, such as "runs".
    pub(super) fn new(total: u64, quiet: bool, what: &'static str) -> Self {
        Self {
            progress: Mutex::new((Progress::new(total, quiet), 0)),
            what,
        }
    }

    /// Counts one more, of which there may be a line to say.
    pub(super) fn one(&self, line: Option<&str>) {
        let mut progress = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
        let (progress, at) = &mut *progress;
        *at += 1;
        if let Some(line) = line.filter(|_| !progress.quiet) {
            progress.line(line);
        }
        let total = progress.total;
        progress.at(*at, || format!("{at} of {total} {}", self.what));
    }

    pub(super) fn finish(&self) {
        let progress = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
        progress.0.finish();
    }
}
