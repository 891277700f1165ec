//! The page from its address until nobody wants it any more: the thread of the runs beside the server.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::layers::diagnostic::Diagnostics;
use crate::layers::tree::Layer;
use crate::numerics::refusal::Refusal;
use crate::run::error::RunError;
use crate::run::host::Host as _;
use crate::run::screen::Console;
use crate::run::words::Weight;
use crate::scenario::build::load;
use crate::scenario::read::load as read_file;
use crate::view::catalogue::Catalogue;
use crate::view::lesson::{self, Lesson};
use crate::view::live::try_lesson;
use crate::view::server::{listen, serve};
use crate::view::stage::{Ends, Runs, Stage, keep, stage, token};

/// Why there is no page.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum PageError {
    /// The first scenario makes no sense.
    #[error("{0}")]
    Scenario(String),
    /// A lesson that cannot run.
    #[error("{file}:{line}: {message}")]
    Lesson {
        /// Its file.
        file: String,
        /// The line of the key that is wrong.
        line: usize,
        /// What is wrong.
        message: String,
    },
    /// The address cannot be had.
    #[error("cannot listen on {address}: {error}")]
    Address {
        /// The address.
        address: SocketAddr,
        /// What the system says.
        error: std::io::Error,
    },
    /// The system says no.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// The runs are lost.
    #[error("the thread of the run ended by itself")]
    Thread,
    /// The runs are not kept.
    #[error(transparent)]
    Run(#[from] RunError),
}

impl Refusal for PageError {
    fn is_refusal(&self) -> bool {
        match self {
            Self::Run(error) => error.is_refusal(),
            Self::Scenario(_) | Self::Lesson { .. } => true,
            Self::Address { .. } | Self::Io(_) | Self::Thread => false,
        }
    }

    fn is_stop(&self) -> bool {
        matches!(self, Self::Run(error) if error.is_stop())
    }
}

/// What the page offers.
pub(crate) struct Offered {
    catalogue: Catalogue,
    /// Lessons of the user's, with their files.
    lessons: Vec<(Layer, Lesson)>,
}

/// What the page offers: a scenario and lessons of the user's files in front of what comes with howship.
///
/// # Errors
/// A file that does not read.
pub(crate) fn offered(
    scenario: Option<&Path>,
    sets: &[String],
    files: &[PathBuf],
) -> Result<Offered, Diagnostics> {
    let mut catalogue = Catalogue::shipped()?;
    let mut lessons = Vec::new();
    for path in files.iter().rev() {
        let layer = read_file(path)?;
        let read = lesson::read(&layer.name, &layer.text)?;
        lessons.push((layer, read.clone()));
        catalogue = catalogue.with_lesson(read);
    }
    if let Some(path) = scenario {
        catalogue = catalogue.with_file(&load(path, sets)?);
    }
    Ok(Offered { catalogue, lessons })
}

/// The line of the key with which a message begins, as in `run.until: ...`; the first where none is found.
fn line_of(text: &str, message: &str) -> usize {
    let path = message.split(':').next().unwrap_or_default();
    let key = path.rsplit('.').next().unwrap_or_default();
    let sets = |line: &str| {
        let rest = line.trim_start().strip_prefix(key);
        rest.is_some_and(|rest| rest.trim_start().starts_with('='))
    };
    text.lines().position(sets).map_or(1, |line| line + 1)
}

/// A page that has its address.
pub(crate) struct Page {
    stage: Stage,
    ends: Ends,
    listener: TcpListener,
    token: Option<String>,
    /// What a browser opens; with a token where other machines can reach it.
    link: String,
}

impl Page {
    /// Takes the address, when all lessons of the user's begin.
    ///
    /// # Errors
    /// [`PageError`].
    pub(crate) fn at(address: SocketAddr, offered: Offered) -> Result<Self, PageError> {
        let Offered { catalogue, lessons } = offered;
        for (layer, lesson) in lessons {
            try_lesson(&catalogue, &lesson).map_err(|message| PageError::Lesson {
                line: line_of(&layer.text, &message),
                file: layer.name,
                message,
            })?;
        }
        let (stage, ends) = stage(catalogue).map_err(PageError::Scenario)?;
        let listener = listen(address).map_err(|error| PageError::Address { address, error })?;
        let address = listener.local_addr()?;
        let token = (!address.ip().is_loopback()).then(token).transpose()?;
        let link = match &token {
            Some(token) => format!("http://{address}/?token={token}"),
            None => format!("http://{address}/"),
        };
        Ok(Self {
            stage,
            ends,
            listener,
            token,
            link,
        })
    }

    /// Shows its address, in a browser too where it `opens` one, serves it until a signal comes, and leaves the runs in
    /// folders below `out`.
    ///
    /// # Errors
    /// [`PageError::Io`], [`PageError::Thread`], [`PageError::Run`].
    pub(crate) fn shown(
        self,
        opens: bool,
        out: &Path,
        console: &Console<'_>,
    ) -> Result<(), PageError> {
        console.listen()?;
        console.show(Weight::Answer, &self.link);
        console.show(Weight::Note, "the page is there until Ctrl-C");
        if opens && let Err(words) = open_browser(&self.link) {
            console.show(Weight::Warning, words);
        }
        for folder in keep(self.serve(console.stop())?, out)? {
            let words = format!("go on with: howship resume {}", folder.display());
            console.show(Weight::Note, words);
        }
        Ok(())
    }

    /// Serves it until `is_asked` to stop, and gives the runs.
    fn serve(self, is_asked: &AtomicBool) -> Result<Runs, PageError> {
        let stop = AtomicBool::new(false);
        let (runs, served) = std::thread::scope(|scope| {
            let runs = scope.spawn(|| self.stage.go(&stop));
            let watch = scope.spawn(|| {
                while !is_asked.load(Ordering::SeqCst) && !stop.load(Ordering::SeqCst) {
                    std::thread::sleep(Duration::from_millis(30));
                }
                stop.store(true, Ordering::SeqCst);
            });
            let served = serve(self.listener, self.ends, self.token, &stop);
            stop.store(true, Ordering::SeqCst);
            let _ = watch.join();
            (runs.join(), served)
        });
        served?;
        runs.map_err(|_| PageError::Thread)
    }
}

/// Asks the system to open a page in a browser; says why it cannot.
fn open_browser(link: &str) -> Result<(), String> {
    let program = if cfg!(target_os = "macos") {
        "open"
    } else if cfg!(windows) {
        "explorer"
    } else {
        "xdg-open"
    };
    match Command::new(program).arg(link).spawn() {
        Ok(_) => Ok(()),
        Err(error) => Err(format!(
            "cannot open a browser by {program} ({error}): open the address by hand"
        )),
    }
}
