//! Where the runs of a study are done: on this machine, or by the workers of a Dask cluster, to which
//! the driver in `python/` gives them out.

use std::io::{BufRead as _, BufReader, BufWriter};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::Stop;
use super::batch::{BAD_PLAN, Batch, REQUEUE, cores};
use super::progress::Progress;
use crate::numerics::quantity::Time;
use crate::output::{OutputError, write_whole};
use crate::study::batch::Summary;
use crate::study::plan::{Line, Study};
use crate::study::store::{Outcome, Store};

/// What does the runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Engine {
    /// The cores of this machine.
    Local,
    /// The workers of a Dask cluster.
    Dask,
}

/// Where runs are done, and what each asks for there.
#[derive(Debug, Args)]
pub(super) struct EngineArguments {
    /// What does the runs.
    #[arg(long, value_enum, default_value_t = Engine::Local)]
    pub(super) engine: Engine,
    /// Scheduler of Dask: <tls://HOST:PORT>, or <tcp://127.0.0.1:PORT>.
    #[arg(long, help_heading = "Dask")]
    scheduler: Option<String>,
    /// Certificate of the authority, PEM.
    #[arg(
        long,
        value_name = "FILE",
        requires = "scheduler",
        help_heading = "Dask"
    )]
    tls_ca: Option<PathBuf>,
    /// Certificate of this client, PEM.
    #[arg(
        long,
        value_name = "FILE",
        requires = "scheduler",
        help_heading = "Dask"
    )]
    tls_cert: Option<PathBuf>,
    /// Key of this client, PEM.
    #[arg(
        long,
        value_name = "FILE",
        requires = "scheduler",
        help_heading = "Dask"
    )]
    tls_key: Option<PathBuf>,
    /// Cores of a run; above 1, workers must offer the resource `cores`.
    #[arg(long, default_value_t = 1, value_parser = cores, requires = "scheduler", help_heading = "Dask")]
    cores: usize,
    /// Memory of a run, such as "2 GB"; workers must offer the resource `memory`, in bytes.
    #[arg(long, value_parser = bytes, requires = "scheduler", help_heading = "Dask")]
    memory: Option<f64>,
    /// Time that a run may take at most.
    #[arg(long, requires = "scheduler", help_heading = "Dask")]
    time: Option<Time>,
    /// Times that a run is given out again whose process or worker was lost.
    #[arg(
        long,
        default_value_t = 2,
        requires = "scheduler",
        help_heading = "Dask"
    )]
    retries: u32,
    /// The workers see the store: whole shards go straight into it.
    #[arg(
        long,
        value_name = "SHARDS",
        requires = "scheduler",
        help_heading = "Dask"
    )]
    shared_store: Option<u64>,
    /// howship on the workers; without it the path of this program.
    #[arg(
        long,
        value_name = "PATH",
        requires = "scheduler",
        help_heading = "Dask"
    )]
    program: Option<PathBuf>,
    /// Python that has `howship_dask`.
    #[arg(
        long,
        default_value = "python3",
        requires = "scheduler",
        help_heading = "Dask"
    )]
    python: PathBuf,
}

/// Bytes out of a text such as "2 GB" or "500 MiB".
pub(super) fn bytes(text: &str) -> Result<f64, String> {
    let text = text.trim();
    let end = text
        .find(|c: char| c.is_ascii_alphabetic())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let factor = match unit {
        "B" => 1.0,
        "MB" => 1e6,
        "GB" => 1e9,
        "TB" => 1e12,
        "MiB" => 1_048_576.0,
        "GiB" => 1_073_741_824.0,
        _ => 0.0,
    };
    match number.trim().parse::<f64>() {
        Ok(number) if number > 0.0 && factor > 0.0 && number.is_finite() => Ok(number * factor),
        _ => Err("expected a size such as \"2 GB\" (B, MB, GB, TB, MiB, GiB)".to_owned()),
    }
}

impl EngineArguments {
    /// Refuses what does not go together.
    pub(super) fn check(&self, batch: &Batch) -> Result<(), Stop> {
        let wrong = |message: &str| Err(Stop::Request(format!("error: {message}")));
        match self.engine {
            Engine::Local if self.scheduler.is_some() => {
                wrong("--scheduler is for --engine dask; add that")
            }
            Engine::Dask if self.scheduler.is_none() => {
                wrong("--engine dask needs --scheduler, as in tcp://127.0.0.1:8786")
            }
            Engine::Dask if batch.jobs.is_some() => {
                wrong("--jobs is for --engine local: with dask the workers say how many go at once")
            }
            _ => Ok(()),
        }
    }

    /// Runs by a Dask cluster what the store does not hold yet.
    pub(super) fn run_dask(
        &self,
        study: &Study,
        store: &Store,
        folder: &Path,
        batch: &Batch,
        stop: &(dyn Fn() -> bool + Sync),
    ) -> Result<Summary, Stop> {
        self.find_driver()?;
        let mut summary = Summary::default();
        let mut plan = tempfile::Builder::new()
            .prefix("howship-plan-")
            .suffix(".jsonl")
            .tempfile()
            .map_err(|error| Stop::Failed(format!("error: a temporary file: {error}")))?;
        let missing = write_missing(study, store, batch, &mut plan, &mut summary)?;
        if missing == 0 {
            return Ok(summary);
        }
        let mut command = self.command();
        if let Some(shards) = self.shared_store {
            let whole = store.study_folder(&study.header.study)?.join("plan.jsonl");
            let mut lines = Vec::new();
            study.write(&mut lines).map_err(|error| io(&whole, error))?;
            write_whole(&whole, &lines)?;
            let shards = shards.clamp(1, study.header.runs).to_string();
            command.arg("--plan").arg(whole).arg("--store").arg(folder);
            command.args(["--shards", &shards]);
            if batch.retry_failed {
                command.arg("--retry-failed");
            }
        } else {
            command.arg("--plan").arg(plan.path());
        }
        let mut driver = Driver::start(&mut command)?;
        let progress = Progress::new(missing, batch.quiet);
        let heard = driver.take_in(study, store, stop, batch.quiet, progress, &mut summary);
        let code = driver.end()?;
        let refused = heard?;
        if stop() {
            summary.stopped = true;
            return Ok(summary);
        }
        match code {
            Some(0 | 1) => {}
            Some(2) => {
                return Err(Stop::Request("the Dask driver refused; see above".into()));
            }
            Some(65) => {
                return Err(Stop::Signal(
                    BAD_PLAN,
                    "the workers refused the plan".into(),
                ));
            }
            Some(75) => {
                let message = "what is done is kept: start again to go on";
                return Err(Stop::Signal(REQUEUE, message.into()));
            }
            _ => return Err(Stop::Failed("the Dask driver broke off; see above".into())),
        }
        if let Some(first) = refused.first() {
            let message = format!(
                "error: {first}\n{} results came damaged from the workers and were left out: start again \
                 to do these runs",
                refused.len()
            );
            return Err(Stop::Signal(REQUEUE, message));
        }
        if self.shared_store.is_some() {
            let before = (summary.kept, summary.failed);
            summary = Summary::default();
            let left = write_missing(study, store, batch, &mut std::io::sink(), &mut summary)?;
            summary.done = summary.kept - before.0;
            summary.kept = before.0;
            if batch.retry_failed {
                summary.failed = left;
            }
        }
        if !batch.quiet {
            say!("{summary}");
        }
        Ok(summary)
    }

    fn find_driver(&self) -> Result<(), Stop> {
        let python = self.python.display();
        let probe = "import sys; from importlib.util import find_spec as f; \
                     sys.exit(not (f('distributed') and f('howship_dask')))";
        let found = Command::new(&self.python).args(["-c", probe]).status();
        match found {
            Ok(status) if status.success() => Ok(()),
            Ok(_) => Err(Stop::Request(format!(
                "error: {python} has no howship_dask; from the folder of howship's sources:\n  \
                 {python} -m pip install ./python\nor name another Python with --python"
            ))),
            Err(error) => Err(Stop::Request(format!(
                "error: {python} does not start: {error}; name a Python with --python"
            ))),
        }
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.python);
        command.args(["-m", "howship_dask", "--stop-at-eof"]);
        if let Some(scheduler) = &self.scheduler {
            command.args(["--scheduler", scheduler]);
        }
        let files = [
            ("--tls-ca", &self.tls_ca),
            ("--tls-cert", &self.tls_cert),
            ("--tls-key", &self.tls_key),
        ];
        for (name, file) in files {
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
            command.args(["--memory", &memory.to_string()]);
        }
        if let Some(time) = self.time {
            command.args(["--time", &(time.get() * 3600.0).to_string()]);
        }
        command
    }
}

fn io(path: &Path, source: std::io::Error) -> Stop {
    Stop::from(OutputError::Io {
        path: path.to_path_buf(),
        source,
    })
}

/// Writes the plan of the runs that are missing, and counts these; `summary` gets the others.
fn write_missing(
    study: &Study,
    store: &Store,
    batch: &Batch,
    plan: &mut impl std::io::Write,
    summary: &mut Summary,
) -> Result<u64, Stop> {
    let mut missing = 0;
    let mut line_of = |run: u64| -> Result<Option<Line>, Unwritten> {
        let line = study.run(run).line;
        match store.outcome(&line.key)? {
            Outcome::Done(_) => summary.kept += 1,
            Outcome::Failed(_) if !batch.retry_failed => summary.failed += 1,
            Outcome::Failed(_) | Outcome::Missing | Outcome::Damaged(_) => {
                missing += 1;
                return Ok(Some(line));
            }
        }
        Ok(None)
    };
    let lines = (0..study.header.runs).filter_map(|run| line_of(run).transpose());
    study
        .write_some(BufWriter::new(plan), lines)
        .map_err(|error| error.0)?;
    Ok(missing)
}

/// Why a plan could not be written.
struct Unwritten(Stop);

impl From<std::io::Error> for Unwritten {
    fn from(error: std::io::Error) -> Self {
        Self(Stop::Failed(format!("error: a temporary file: {error}")))
    }
}

impl From<OutputError> for Unwritten {
    fn from(error: OutputError) -> Self {
        Self(error.into())
    }
}

/// The driver, which stops when its standard input ends.
struct Driver {
    child: Child,
    lines: Receiver<std::io::Result<String>>,
}

impl Driver {
    fn start(command: &mut Command) -> Result<Self, Stop> {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| Stop::Failed(format!("error: the Dask driver: {error}")))?;
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
        stop: &(dyn Fn() -> bool + Sync),
        quiet: bool,
        mut progress: Progress,
        summary: &mut Summary,
    ) -> Result<Vec<OutputError>, Stop> {
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
            let result = match study.take_in(store, &line, from, at as usize) {
                Ok(result) => result,
                Err(error @ OutputError::Table { .. }) => {
                    refused.push(error);
                    continue;
                }
                Err(error) => return Err(error.into()),
            };
            match result.error {
                None => summary.done += 1,
                Some(reason) => {
                    summary.failed += 1;
                    if !quiet {
                        progress.line(&format!("run {} failed: {reason}", result.run));
                    }
                }
            }
            progress.at(at, || format!("{at} runs"));
        }
        progress.finish();
        Ok(refused)
    }

    fn end(mut self) -> Result<Option<i32>, Stop> {
        drop(self.child.stdin.take());
        drop(self.lines);
        let status = self
            .child
            .wait()
            .map_err(|error| Stop::Failed(format!("error: the Dask driver: {error}")))?;
        Ok(status.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_a_unit() {
        assert_eq!(bytes("2 GB"), Ok(2e9));
        assert_eq!(bytes("1.5GiB"), Ok(1.5 * 1_073_741_824.0));
        for wrong in ["2", "GB", "-1 GB", "2 gb", "0 MB", "inf GB"] {
            assert!(bytes(wrong).is_err(), "{wrong}");
        }
    }
}
