//! What is shown of runs on their way: lines, warnings, a bar on a terminal; and the signals that stop them.

use std::cell::{OnceCell, RefCell};
use std::io::IsTerminal;
use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::run::host::{Event, Host};
use crate::run::remaining::Pace;
use crate::run::signals::Signals;
use crate::run::words::Weight;

/// The terminal around runs.
pub(super) struct Console {
    quiet: bool,
    progress: RefCell<Option<Progress>>,
    signals: OnceCell<Signals>,
}

/// Never set.
static GO_ON: AtomicBool = AtomicBool::new(false);

impl Console {
    pub(super) const fn new(quiet: bool) -> Self {
        Self {
            quiet,
            progress: RefCell::new(None),
            signals: OnceCell::new(),
        }
    }
}

impl Host for Console {
    fn hear(&self, event: &Event<'_>) {
        let mut progress = self.progress.borrow_mut();
        match event {
            Event::Begun(ticks) => *progress = Some(Progress::new(*ticks, self.quiet)),
            Event::Tick(view) => {
                if let Some(progress) = progress.as_mut() {
                    let clock = view.clock();
                    if clock.tick == clock.burn_in_ticks {
                        progress.pace.begin_anew();
                    }
                    progress.at(u64::from(clock.tick), || view.words());
                }
            }
            Event::Stepped => {
                if let Some(progress) = progress.take() {
                    progress.finish();
                }
            }
            Event::Towards { view, done, total } => progress
                .get_or_insert_with(|| Progress::new(*total, self.quiet))
                .at(*done, || {
                    format!("running to the day: day {:.0}", view.day())
                }),
            _ => {}
        }
        for (weight, line) in event.words() {
            match weight {
                Weight::Warning => tell!("warning: {line}"),
                Weight::Answer => say!("{line}"),
                _ if self.quiet => {}
                Weight::Result => say!("{line}"),
                Weight::Note => tell!("{line}"),
            }
        }
    }

    fn listen(&self) -> std::io::Result<()> {
        let signals = Signals::listen()?;
        self.signals.get_or_init(|| signals);
        Ok(())
    }

    fn stop(&self) -> &AtomicBool {
        self.signals.get().map_or(&GO_ON, Signals::flag)
    }

    fn stopped_by(&self) -> String {
        let caught = self.signals.get().and_then(Signals::caught);
        caught.map_or("request", |(name, _)| name).to_owned()
    }
}

/// Progress of a course: a bar on a terminal, plain lines elsewhere.
struct Progress {
    bar: Option<ProgressBar>,
    quiet: bool,
    total: u64,
    pace: Pace,
}

impl Progress {
    /// Progress over so many steps: a bar five times a second, or a line every ten seconds.
    fn new(total: u64, quiet: bool) -> Self {
        let bar = (!quiet && std::io::stderr().is_terminal()).then(|| {
            let bar = ProgressBar::new(total);
            if let Ok(style) = ProgressStyle::with_template("{bar:30} {percent:>3} % {msg}") {
                bar.set_style(style);
            }
            bar
        });
        let every_ms = if bar.is_some() { 200 } else { 10_000 };
        Self {
            bar,
            quiet,
            total,
            pace: Pace::new(total, Duration::from_millis(every_ms)),
        }
    }

    /// So many steps are done.
    fn at(&mut self, done: u64, words: impl FnOnce() -> String) {
        if self.quiet {
            return;
        }
        let words = self.pace.at(done, words);
        if let Some(bar) = &self.bar {
            bar.set_position(done);
        }
        match (&self.bar, words) {
            (Some(bar), Some(words)) => bar.set_message(words),
            (None, Some(words)) => tell!("{:>3} % {words}", 100 * done / self.total.max(1)),
            (_, None) => {}
        }
    }

    fn finish(&self) {
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
        let (progress, done) = &mut *progress;
        *done += 1;
        match (line.filter(|_| !progress.quiet), &progress.bar) {
            (Some(line), Some(bar)) => bar.println(line),
            (Some(line), None) => tell!("{line}"),
            (None, _) => {}
        }
        let total = progress.total;
        progress.at(*done, || format!("{done} of {total} {}", self.what));
    }

    pub(super) fn finish(&self) {
        let progress = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
        progress.0.finish();
    }
}
