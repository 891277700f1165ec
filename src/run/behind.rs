//! Files that are written beside a run, while its next ticks go on: the disk makes whoever waits for it slow.

use std::path::Path;

use crate::output::OutputError;

/// Work of which one at a time is done by a thread of its own; in line where there is one thread.
#[derive(Debug, Default)]
pub(super) struct Behind {
    #[cfg(feature = "threads")]
    going: Option<(f64, std::thread::JoinHandle<Result<(), OutputError>>)>,
}

/// Work that failed, with the day of which it was.
pub(super) type Failed = (f64, OutputError);

impl Behind {
    /// Waits for the work before, whose failure comes back, and begins this one, in a folder and of a day. A failure of
    /// this one comes with the next, or with [`Behind::end`]; at once where it is done in line.
    ///
    /// # Errors
    /// What failed, with its day.
    pub(super) fn begin(
        &mut self,
        folder: &Path,
        day: f64,
        work: impl FnOnce() -> Result<(), OutputError> + Send + 'static,
    ) -> Result<(), Failed> {
        #[cfg(feature = "threads")]
        if crate::numerics::parallel::threads() > 1 {
            let before = self.end();
            let thread = std::thread::Builder::new().name("files".to_owned());
            let begun = thread.spawn(work).map_err(|source| {
                let path = folder.to_path_buf();
                (day, OutputError::Io { path, source })
            })?;
            self.going = Some((day, begun));
            return before;
        }
        work().map_err(|error| (day, error))
    }

    /// Waits for what is under way.
    ///
    /// # Errors
    /// What failed, with its day.
    pub(super) fn end(&mut self) -> Result<(), Failed> {
        #[cfg(feature = "threads")]
        if let Some((day, work)) = self.going.take() {
            // What panics there is a fault of the program, as it is here.
            let ended = work
                .join()
                .unwrap_or_else(|fault| std::panic::resume_unwind(fault));
            return ended.map_err(|error| (day, error));
        }
        Ok(())
    }
}
