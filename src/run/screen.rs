//! What is shown of runs on their way, and when, by whatever screen shows it: lines, warnings, a bar; and the signals
//! that stop them.

use std::cell::{OnceCell, RefCell};
use std::fmt::{Arguments, Display};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::run::host::{Event, Host};
use crate::run::remaining::Pace;
use crate::run::signals::Signals;
use crate::run::words::Weight;

/// Where words are shown.
pub(crate) trait Screen: Sync {
    /// Takes lines of a result as they are written. What was lost on the way the screen remembers.
    fn take(&self, write: &mut dyn FnMut(&mut dyn Write) -> std::io::Result<()>);

    /// Shows a line of a result.
    fn say(&self, line: Arguments<'_>) {
        self.take(&mut |out| {
            out.write_fmt(line)?;
            out.write_all(b"\n")
        });
    }

    /// Shows a line beside results.
    fn tell(&self, line: Arguments<'_>);

    /// A bar of so many steps; none where lines take its place.
    fn bar(&self, total: u64) -> Option<Box<dyn Bar>>;
}

/// A bar that shows how far a course is.
pub(crate) trait Bar: Send {
    /// So many steps are done.
    fn set(&self, done: u64);

    /// Shows words beside it.
    fn message(&self, words: String);

    /// Shows a line above it.
    fn line(&self, line: &str);

    /// Takes it away.
    fn end(&self);
}

impl dyn Screen + '_ {
    /// Says where files are.
    pub(crate) fn say_files(&self, paths: &[PathBuf]) {
        for path in paths {
            self.say(format_args!("{}", path.display()));
        }
    }

    /// Shows what was found in words, or as JSON.
    pub(crate) fn say_either(
        &self,
        is_json: bool,
        words: impl Display,
        json: impl FnOnce() -> serde_json::Value,
    ) {
        if is_json {
            self.say(format_args!("{}", json()));
        } else {
            self.say(format_args!("{words}"));
        }
    }

    /// Shows warnings.
    pub(crate) fn warn<T: Display>(&self, warnings: impl IntoIterator<Item = T>) {
        for warning in warnings {
            self.tell(format_args!("warning: {warning}"));
        }
    }
}

/// The program around runs.
pub(crate) struct Console<'a> {
    screen: &'a dyn Screen,
    quiet: bool,
    progress: RefCell<Option<Progress<'a>>>,
    signals: OnceCell<Signals>,
}

/// Never set.
static GO_ON: AtomicBool = AtomicBool::new(false);

impl<'a> Console<'a> {
    /// Shows what happens; a quiet one answers and warnings alone.
    pub(crate) const fn new(screen: &'a dyn Screen, quiet: bool) -> Self {
        Self {
            screen,
            quiet,
            progress: RefCell::new(None),
            signals: OnceCell::new(),
        }
    }

    fn progress(&self, total: u64) -> Progress<'a> {
        Progress::new(self.screen, total, self.quiet)
    }

    /// Counts to a total of what there is, such as "runs".
    pub(crate) fn counter(&self, total: u64, what: &'static str) -> Counter<'a> {
        Counter::new(self.screen, self.quiet, total, what)
    }

    /// Shows a line, unless it is one that a quiet program leaves out.
    pub(crate) fn show(&self, weight: Weight, line: impl Display) {
        match weight {
            Weight::Warning => self.screen.warn([line]),
            Weight::Answer => self.screen.say(format_args!("{line}")),
            _ if self.quiet => {}
            Weight::Result => self.screen.say(format_args!("{line}")),
            Weight::Note => self.screen.tell(format_args!("{line}")),
        }
    }

    /// Says where the file is that was asked for.
    pub(crate) fn show_place(&self, path: &Path) {
        self.show(Weight::Result, path.display());
    }
}

impl Host for Console<'_> {
    fn hear(&self, event: &Event<'_>) {
        let mut progress = self.progress.borrow_mut();
        match event {
            Event::Begun(ticks) => *progress = Some(self.progress(*ticks)),
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
                .get_or_insert_with(|| self.progress(*total))
                .at(*done, || {
                    format!("running to the day: day {:.0}", view.day())
                }),
            _ => {}
        }
        for (weight, line) in event.words() {
            self.show(weight, line);
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

/// Progress of a course: a bar, or lines in its place.
struct Progress<'a> {
    screen: &'a dyn Screen,
    bar: Option<Box<dyn Bar>>,
    quiet: bool,
    total: u64,
    pace: Pace,
}

impl<'a> Progress<'a> {
    /// Progress over so many steps: a bar five times a second, or a line every ten seconds.
    fn new(screen: &'a dyn Screen, total: u64, quiet: bool) -> Self {
        let bar = if quiet { None } else { screen.bar(total) };
        let every_ms = if bar.is_some() { 200 } else { 10_000 };
        Self {
            screen,
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
            bar.set(done);
        }
        match (&self.bar, words) {
            (Some(bar), Some(words)) => bar.message(words),
            (None, Some(words)) => {
                let percent = 100 * done / self.total.max(1);
                self.screen.tell(format_args!("{percent:>3} % {words}"));
            }
            (_, None) => {}
        }
    }

    fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.end();
        }
    }
}

/// Progress of what is done in any order on many threads, by how much of it is done.
pub(crate) struct Counter<'a> {
    progress: Mutex<(Progress<'a>, u64)>,
    what: &'static str,
}

impl<'a> Counter<'a> {
    /// Counts to a total of what there is, such as "runs".
    pub(crate) fn new(screen: &'a dyn Screen, quiet: bool, total: u64, what: &'static str) -> Self {
        Self {
            progress: Mutex::new((Progress::new(screen, total, quiet), 0)),
            what,
        }
    }

    /// Counts one more, of which there may be a line to say.
    pub(crate) fn one(&self, line: Option<&str>) {
        let mut progress = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
        let (progress, done) = &mut *progress;
        *done += 1;
        match (line.filter(|_| !progress.quiet), &progress.bar) {
            (Some(line), Some(bar)) => bar.line(line),
            (Some(line), None) => progress.screen.tell(format_args!("{line}")),
            (None, _) => {}
        }
        let total = progress.total;
        progress.at(*done, || format!("{done} of {total} {}", self.what));
    }

    /// All is done, or given up.
    pub(crate) fn finish(&self) {
        let progress = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
        progress.0.finish();
    }
}
