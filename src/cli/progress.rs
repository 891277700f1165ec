//! What a run shows while it goes on: a bar on a terminal, plain lines elsewhere.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

/// Progress of a run.
pub(super) struct Progress {
    bar: Option<ProgressBar>,
    quiet: bool,
    total: u64,
    last: Instant,
}

impl Progress {
    /// Progress over this many ticks.
    pub(super) fn new(total: u64, quiet: bool) -> Self {
        let bar = (!quiet && std::io::stderr().is_terminal()).then(|| {
            let bar = ProgressBar::new(total);
            if let Ok(style) =
                ProgressStyle::with_template("{bar:30} {percent:>3} % {msg} ({eta} left)")
            {
                bar.set_style(style);
            }
            bar
        });
        Self {
            bar,
            quiet,
            total,
            last: Instant::now(),
        }
    }

    /// Says where the run is.
    pub(super) fn at(&mut self, tick: u64, message: impl FnOnce() -> String) {
        if let Some(bar) = &self.bar {
            bar.set_position(tick);
            if self.last.elapsed() > Duration::from_millis(200) {
                bar.set_message(message());
                self.last = Instant::now();
            }
        } else if !self.quiet && self.last.elapsed() > Duration::from_secs(10) {
            tell!("{:>3} % {}", 100 * tick / self.total.max(1), message());
            self.last = Instant::now();
        }
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
