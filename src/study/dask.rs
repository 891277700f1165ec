//! Runs by the workers of a Dask cluster, to which the driver in `python/` gives them out.

use std::io::{BufRead as _, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::Duration;

use crate::numerics::memory::Memory;
use crate::numerics::quantity::Time;
use crate::output::{OutputError, write_whole};
use crate::study::batch::{Event, Listener, Stop, Summary};
use crate::study::plan::{Line, Study};
use crate::study::shard::{BAD_PLAN, START_AGAIN};
use crate::study::store::{Outcome, Store};

/// A cluster, and what each run asks for there.
#[derive(Debug, Clone)]
pub(crate) struct Dask {
    /// Python that has `howship.dask`.
    pub python: PathBuf,
    /// Address of the scheduler.
    pub scheduler: Option<String>,
    /// Certificate of the authority, certificate and key of this client, PEM.
    pub tls: [Option<PathBuf>; 3],
    /// howship on the workers; the path of this program without it.
    pub program: Option<PathBuf>,
    /// Cores of a run.
    pub cores: usize,
    /// Times that a lost run is given out again.
    pub retries: u32,
    /// Memory of a run.
    pub memory: Option<Memory>,
    /// Time that a run may take at most.
    pub time: Option<Time>,
    /// Number of shards that go straight into a store that the workers see.
    pub shards: Option<u64>,
    /// Run again what failed before.
    pub retry_failed: bool,
}

/// Why the cluster did not do all runs.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum DaskError {
    /// What was asked for does not go together.
    #[error("{0}")]
    Engine(&'static str),
    /// Python has no driver.
    #[error(
        "{0} has no howship.dask; from the folder of howship's sources:\n  {0} -m pip install \
         ./python\nor name another Python with --python"
    )]
    NoDriver(String),
    /// Python does not start.
    #[error("{python} does not start: {source}; name a Python with --python")]
    NoPython {
        /// Its path.
        python: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The plan of the missing runs cannot be written.
    #[error("a temporary file: {0}")]
    Temporary(#[from] std::io::Error),
    /// The driver does not start or end.
    #[error("the Dask driver: {0}")]
    Driver(std::io::Error),
    /// The driver refused, and has said why.
    #[error("the Dask driver refused; see above")]
    Refused,
    /// The workers are of another version, or do not read the plan.
    #[error("the workers refused the plan")]
    PlanRefused,
    /// The driver was stopped.
    #[error("what is done is kept: start again to go on")]
    Stopped,
    /// The driver broke off, and has said why.
    #[error("the Dask driver broke off; see above")]
    BrokeOff,
    /// Results that were none.
    #[error(
        "{first}\n{count} results came damaged from the workers and were left out: start again to do \
         these runs"
    )]
    Damaged {
        /// The first of them.
        first: OutputError,
        /// How many.
        count: usize,
    },
    /// The store.
    #[error(transparent)]
    Output(#[from] OutputError),
}

impl Dask {
    /// The cluster where it `is_asked` to do the runs; none where they are done here.
    ///
    /// # Errors
    /// [`DaskError::Engine`].
    pub(crate) fn where_asked(
        self,
        is_asked: bool,
        jobs: Option<usize>,
    ) -> Result<Option<Self>, DaskError> {
        match (is_asked, &self.scheduler) {
            (false, None) => Ok(None),
            (false, Some(_)) => Err(DaskError::Engine(
                "--scheduler is for --engine dask; add that",
            )),
            (true, None) => Err(DaskError::Engine(
                "--engine dask needs --scheduler, as in tcp://127.0.0.1:8786",
            )),
            (true, Some(_)) if jobs.is_some() => Err(DaskError::Engine(
                "--jobs is for --engine local: with dask the workers say how many go at once",
            )),
            (true, Some(_)) => Ok(Some(self)),
        }
    }

    /// Does what the store, which lies in a folder, does not hold yet. `stop` is asked ten times a second; `heard` is told of
    /// every run.
    ///
    /// # Errors
    /// [`DaskError`]; what came before stays in the store.
    pub(crate) fn run(
        &self,
        study: &Study,
        (store, folder): (&Store, &Path),
        stop: &Stop<'_>,
        heard: &Listener<'_>,
    ) -> Result<Summary, DaskError> {
        self.find_driver()?;
        let mut summary = Summary::default();
        let mut plan = tempfile::Builder::new()
            .prefix("howship-plan-")
            .suffix(".jsonl")
            .tempfile()?;
        let runs = (study, store, self.retry_failed);
        let missing = write_missing(runs, &mut plan, &mut summary, heard)?;
        if missing == 0 {
            return Ok(summary);
        }
        let mut command = self.command();
        if let Some(shards) = self.shards {
            let whole = study.tables_folder(store)?.join("plan.jsonl");
            let mut lines = Vec::new();
            study.write(&mut lines).map_err(|error| io(&whole, error))?;
            write_whole(&whole, &lines)?;
            let shards = shards.clamp(1, study.header.runs).to_string();
            command.arg("--plan").arg(whole).arg("--store").arg(folder);
            command.args(["--shards", &shards]);
            if self.retry_failed {
                command.arg("--retry-failed");
            }
        } else {
            command.arg("--plan").arg(plan.path());
        }
        let mut driver = Driver::start(&mut command)?;
        let taken = driver.take_in(study, store, stop, heard, &mut summary);
        let code = driver.end()?;
        let refused = taken?;
        if stop() {
            summary.stopped = true;
            return Ok(summary);
        }
        match code {
            Some(0 | 1) => {}
            Some(2) => return Err(DaskError::Refused),
            Some(code) if code == i32::from(BAD_PLAN) => return Err(DaskError::PlanRefused),
            Some(code) if code == i32::from(START_AGAIN) => return Err(DaskError::Stopped),
            _ => return Err(DaskError::BrokeOff),
        }
        let count = refused.len();
        if let Some(first) = refused.into_iter().next() {
            return Err(DaskError::Damaged { first, count });
        }
        if self.shards.is_some() {
            let before = (summary.kept, summary.failed);
            summary = Summary::default();
            let left = write_missing(runs, &mut std::io::sink(), &mut summary, &|_, _| ())?;
            summary.done = summary.kept - before.0;
            summary.kept = before.0;
            if self.retry_failed {
                summary.failed = left;
            }
        }
        Ok(summary)
    }

    fn find_driver(&self) -> Result<(), DaskError> {
        let python = self.python.display().to_string();
        let probe = "import sys; from importlib.util import find_spec as f; \
                     sys.exit(not (f('distributed') and f('howship') and f('howship.dask')))";
        match Command::new(&self.python).args(["-c", probe]).status() {
            Ok(status) if status.success() => Ok(()),
            Ok(_) => Err(DaskError::NoDriver(python)),
            Err(source) => Err(DaskError::NoPython { python, source }),
        }
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.python);
        command.args(["-m", "howship.dask", "--stop-at-eof"]);
        if let Some(scheduler) = &self.scheduler {
            command.args(["--scheduler", scheduler]);
        }
        for (name, file) in ["--tls-ca", "--tls-cert", "--tls-key"]
            .iter()
            .zip(&self.tls)
        {
            if let Some(file) = file {
                command.arg(name).arg(file);
            }
        }
        let program = self
            .program
            .clone()
            .or_else(|| std::env::current_exe().ok());
        if let Some(program) = program {
            command.arg("--program").arg(program);
        }
        command.args(["--cores", &self.cores.to_string()]);
        command.args(["--retries", &self.retries.to_string()]);
        if let Some(memory) = self.memory {
            command.args(["--memory", &memory.bytes().to_string()]);
        }
        if let Some(time) = self.time {
            command.args(["--time", &(time.get() * 3600.0).to_string()]);
        }
        command
    }
}

fn io(path: &Path, source: std::io::Error) -> OutputError {
    OutputError::Io {
        path: path.to_path_buf(),
        source,
    }
}

/// Writes the plan of the runs that are missing, and counts these; `summary` gets the others, of which `heard` is
/// told.
fn write_missing(
    (study, store, retry_failed): (&Study, &Store, bool),
    plan: &mut impl Write,
    summary: &mut Summary,
    heard: &Listener<'_>,
) -> Result<u64, DaskError> {
    let mut missing = 0;
    let mut line_of = |run: u64| -> Result<Option<Line>, DaskError> {
        let line = study.run(run).line;
        match store.outcome(&line.key)? {
            Outcome::Done(_) => {
                summary.kept += 1;
                heard(run, &Event::Kept);
            }
            Outcome::Failed(reason) if !retry_failed => {
                summary.failed += 1;
                heard(run, &Event::Failed(reason));
            }
            Outcome::Failed(_) | Outcome::Missing | Outcome::Damaged(_) => {
                missing += 1;
                return Ok(Some(line));
            }
        }
        Ok(None)
    };
    let lines = (0..study.header.runs).filter_map(|run| line_of(run).transpose());
    study.write_some(BufWriter::new(plan), lines)?;
    Ok(missing)
}

/// The driver, which stops when its standard input ends.
struct Driver {
    child: Child,
    lines: Receiver<std::io::Result<String>>,
}

impl Driver {
    fn start(command: &mut Command) -> Result<Self, DaskError> {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(DaskError::Driver)?;
        let (send, lines) = sync_channel(64);
        if let Some(out) = child.stdout.take() {
            std::thread::spawn(move || {
                for line in BufReader::new(out).split(b'\n') {
                    let line = line.map(|line| String::from_utf8_lossy(&line).into_owned());
                    if send.send(line).is_err() {
                        break;
                    }
                }
            });
        }
        Ok(Self { child, lines })
    }

    /// Keeps results as they come, until there are no more. Lines that are none are left out and
    /// returned.
    fn take_in(
        &mut self,
        study: &Study,
        store: &Store,
        stop: &Stop<'_>,
        heard: &Listener<'_>,
        summary: &mut Summary,
    ) -> Result<Vec<OutputError>, DaskError> {
        let mut refused = Vec::new();
        let from = Path::new("results from the workers");
        let mut at = 0;
        loop {
            if stop() {
                drop(self.child.stdin.take());
            }
            let line = match self.lines.recv_timeout(Duration::from_millis(100)) {
                Ok(line) => line.map_err(|error| io(from, error))?,
                Err(RecvTimeoutError::Timeout) => continue,
                Err(RecvTimeoutError::Disconnected) => break,
            };
            at += 1;
            let result = match study.take_in(store, &line, from, at) {
                Ok(result) => result,
                Err(error @ OutputError::Table { .. }) => {
                    refused.push(error);
                    continue;
                }
                Err(error) => return Err(error.into()),
            };
            let event = match result.error {
                None => {
                    summary.done += 1;
                    Event::Done
                }
                Some(reason) => {
                    summary.failed += 1;
                    Event::Failed(reason)
                }
            };
            heard(result.run, &event);
        }
        Ok(refused)
    }

    fn end(mut self) -> Result<Option<i32>, DaskError> {
        drop(self.child.stdin.take());
        drop(self.lines);
        let status = self.child.wait().map_err(DaskError::Driver)?;
        Ok(status.code())
    }
}
