//! The terminal around the program: standard output, standard error, and a bar.
//!
//! Words go through `say!` and `tell!` alone: the macros of the standard library panic where a stream
//! cannot be written, and are denied by clippy.

use std::fmt::Arguments;
use std::io::{IsTerminal as _, Result, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use indicatif::{ProgressBar, ProgressStyle};

use crate::run::screen::{Bar, Screen};

/// The terminal around the program.
pub(super) const TERMINAL: &dyn Screen = &Terminal;

/// Writes a line to standard output.
macro_rules! say {
    ($($words:tt)*) => {
        $crate::cli::terminal::TERMINAL.say(format_args!($($words)*))
    };
}

/// Writes a line to standard error.
macro_rules! tell {
    ($($words:tt)*) => {
        $crate::cli::terminal::TERMINAL.tell(format_args!($($words)*))
    };
}

pub(super) use {say, tell};

/// True when words for standard output were lost, as on a full disk.
static LOST: AtomicBool = AtomicBool::new(false);

/// True when words for standard output were lost until now.
pub(super) fn words_were_lost() -> bool {
    note_loss(std::io::stdout().flush());
    LOST.load(Ordering::Relaxed)
}

/// Remembers words that were lost. A reader that went away (`howship describe ... | head`) has seen what it wanted.
fn note_loss(written: Result<()>) {
    if written.is_err_and(|error| error.kind() != std::io::ErrorKind::BrokenPipe) {
        LOST.store(true, Ordering::Relaxed);
    }
}

struct Terminal;

impl Screen for Terminal {
    fn take(&self, write: &mut dyn FnMut(&mut dyn Write) -> Result<()>) {
        note_loss(write(&mut std::io::stdout().lock()));
    }

    /// Where standard error goes to a full disk or to a reader that went away, there is nobody to tell; the exit code
    /// says what is to be known.
    fn tell(&self, line: Arguments<'_>) {
        // In one piece, which lines of other processes do not part.
        let _ = std::io::stderr().write_all(format!("{line}\n").as_bytes());
    }

    fn bar(&self, total: u64) -> Option<Box<dyn Bar>> {
        if !std::io::stderr().is_terminal() {
            return None;
        }
        let bar = ProgressBar::new(total);
        if let Ok(style) = ProgressStyle::with_template("{bar:30} {percent:>3} % {msg}") {
            bar.set_style(style);
        }
        Some(Box::new(bar))
    }
}

impl Bar for ProgressBar {
    fn set(&self, done: u64) {
        self.set_position(done);
    }

    fn message(&self, words: String) {
        self.set_message(words);
    }

    fn line(&self, line: &str) {
        self.println(line);
    }

    fn end(&self) {
        self.finish_and_clear();
    }
}
