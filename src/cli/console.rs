//! What runs say on their way, in words: lines, a bar, warnings; and the signals that stop them.

use std::cell::{OnceCell, RefCell};
use std::sync::atomic::AtomicBool;

use super::progress::Progress;
use crate::run::host::{Event, Host};
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
        match event {
            Event::Begun(ticks) => {
                *self.progress.borrow_mut() = Some(Progress::new(*ticks, self.quiet));
            }
            Event::Tick(view) => {
                if let Some(progress) = self.progress.borrow_mut().as_mut() {
                    let clock = view.clock();
                    if clock.tick == clock.burn_in_ticks {
                        progress.begin_anew();
                    }
                    progress.at(u64::from(clock.tick), || view.words());
                }
            }
            Event::Stepped => {
                if let Some(progress) = self.progress.borrow_mut().take() {
                    progress.finish();
                }
            }
            Event::Towards { view, done, total } => {
                let mut progress = self.progress.borrow_mut();
                let progress = progress.get_or_insert_with(|| Progress::new(*total, self.quiet));
                progress.at(*done, || {
                    format!("running to the day: day {:.0}", view.day())
                });
            }
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

/// Exit code of the signal that came.
pub(super) fn signal_code() -> u8 {
    let signals = Signals::listen().ok();
    let caught = signals.as_ref().and_then(Signals::caught);
    caught.map_or(1, |(_, code)| code)
}
