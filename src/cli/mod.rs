//! Arguments in, exit code out: 0 done, 1 the run failed, 2 the request was wrong, 129, 130 and 143
//! a signal stopped the run.
//!
//! Words go through `say!` and `tell!` alone: the macros of the standard library panic where a stream
//! cannot be written, and are denied by clippy.

/// Writes a line to standard output.
macro_rules! say {
    () => { $crate::cli::write_line(format_args!("")) };
    ($($words:tt)*) => { $crate::cli::write_line(format_args!($($words)*)) };
}

/// Writes a line to standard error.
macro_rules! tell {
    ($($words:tt)*) => { $crate::cli::write_error(format_args!($($words)*)) };
}

mod arms;
mod batch;
mod compare_scan;
mod console;
mod dask;
mod dissect;
mod elements;
mod export;
mod help;
mod learn;
mod outcomes;
mod plot;
mod preparing;
mod progress;
mod reading;
mod render;
mod research_crate;
mod resume;
mod rigidity;
mod run;
mod specimen;
mod strength;
mod study;
mod trial;
mod validate;
#[cfg(feature = "view")]
mod view;

use std::any::TypeId;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};

use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

pub use self::help::GROUPS;
use self::reading::warn;
use crate::numerics::refusal::Refusal;
use crate::run::outlook::outlook;
use crate::run::signals;
use crate::scenario::build::load;
use crate::scenario::describe::describe;
use crate::scenario::file::Scenario;
use crate::scenario::schema::json_schema;

/// Simulates the osteolytic vicious cycle of bone metastasis, from a micro-CT scan to a bone-loss
/// curve.
#[derive(Debug, Parser)]
#[command(
    version,
    after_help = "Start with:  howship new first, then howship run first.toml\n\
Then change one thing:  howship run first.toml --set tumour.division.rate=\"0.3 /d\" --out runs/slower\n\
Exit codes: 0 done, 1 the run failed, 2 the request was wrong, 129, 130 or 143 stopped by a signal (go on with resume)."
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Write a first scenario with comments, over synthetic bone or over a scan of your own.
    New(learn::NewArguments),
    /// List the scenarios, studies and trials that come with howship, and copy them out.
    Examples(learn::ExamplesArguments),
    /// Run a scenario; leaves curves, maps and tables in a folder of its own.
    Run(run::RunArguments),
    /// Go on with a run that was stopped or killed, from its last whole checkpoint; it ends in the
    /// same bytes as a run that was not.
    Resume(resume::ResumeArguments),
    /// Go on with a run from a time with other values, and with the same random numbers until they make
    /// the first difference.
    Fork(arms::ForkArguments),
    /// Compare the arms of one past, seed by seed: a table with paired differences,
    /// and a picture.
    Compare(arms::CompareArguments),
    /// Compare a run with a follow-up scan of its specimen: bone lost in both, in one and in none, overlap and
    /// distance.
    CompareScan(compare_scan::CompareScanArguments),
    /// Run a run again from its own manifest and compare: exit 0 equal, 1 different, 2 cannot tell.
    Verify(resume::VerifyArguments),
    /// Run the scenarios whose outcome was published and write a report: one row per target, met or
    /// missed.
    Validate(validate::ValidateArguments),
    /// Read a scenario and say what it would do, without running it.
    Check(run::ScenarioArguments),
    /// Say the rules of a scenario in sentences, and every value with the source it stands on.
    Describe {
        #[command(flatten)]
        of: run::ScenarioArguments,
        /// Print Markdown.
        #[arg(long)]
        markdown: bool,
    },
    /// Print the JSON Schema of scenario files, for editors.
    Schema,
    /// Read a bone image, say what it is and measure it.
    Specimen(specimen::SpecimenArguments),
    /// Find the rigidity (EA, EI, GJ) of every transverse cut of a bone, and its weakest cut against
    /// the intact bone.
    Rigidity(rigidity::RigidityArguments),
    /// Find how stiff and strong the bone of a run is on its days against day 0, by finite elements along all axes.
    Strength(strength::StrengthArguments),
    /// Score an impending fracture of a long bone after Mirels.
    Mirels(rigidity::MirelsArguments),
    /// Many runs of one scenario: sweeps, sensitivity, arms and replicates.
    Study(study::StudyArguments),
    /// Take the cycle of a scenario apart: what it loses with each link cut, halved and doubled, the gain of the
    /// loop, and couplings that never matter.
    Dissect(dissect::DissectArguments),
    /// Virtual trials: thousands of patients in arms with common random numbers, and the curves of a clinical
    /// paper.
    Trial(trial::TrialArguments),
    /// Watch a run in the browser: tissue, curves and the loop, live; change the therapy and see the bone answer.
    #[cfg(feature = "view")]
    View(view::ViewArguments),
    /// Describe a folder of results for an archive: RO-Crate metadata with files, digests, units, bone and licences.
    Crate(research_crate::CrateArguments),
    /// Draw the curves of a run folder again, or of several over each other: seeds of one scenario as a
    /// mean with its band, unlike runs as curves of their own.
    Plot(plot::PlotArguments),
    /// Draw the bone of a run in space on any day: its surface in light, tumour, osteoclasts and
    /// osteoblasts, before and after, or a film that turns.
    Render(render::RenderArguments),
    /// Write the tissue of a run on any day for other programs: fields for ParaView, napari, Fiji and BoneJ,
    /// cells, the surface of bone.
    Export(export::ExportArguments),
    /// Print what lets a shell complete commands and options.
    Completions(learn::CompletionsArguments),
    /// Write manual pages.
    Man(learn::ManArguments),
}

/// True when words for standard output were lost, as on a full disk.
static LOST: AtomicBool = AtomicBool::new(false);

/// Writes a line to standard output. A reader that went away (`howship describe ... | head`) has
/// seen what it wanted.
fn write_line(words: std::fmt::Arguments<'_>) {
    let mut out = std::io::stdout().lock();
    note_loss(out.write_fmt(words).and_then(|()| out.write_all(b"\n")));
}

fn note_loss(written: std::io::Result<()>) {
    if written.is_err_and(|error| error.kind() != std::io::ErrorKind::BrokenPipe) {
        LOST.store(true, Ordering::Relaxed);
    }
}

/// Writes a line to standard error. Where that goes to a full disk or to a reader that went away,
/// there is nobody to tell; the exit code says what is to be known.
fn write_error(words: std::fmt::Arguments<'_>) {
    // In one piece, which lines of other processes do not part.
    let _ = std::io::stderr().write_all(format!("{words}\n").as_bytes());
}

/// Why the program stops: its exit code, and what it says.
struct Stop(u8, String);

impl Stop {
    /// A request that was wrong: exit 2.
    fn wrong(error: impl std::fmt::Display) -> Self {
        Self(2, as_error(error))
    }

    /// Something went wrong: exit 1.
    fn failed(error: impl std::fmt::Display) -> Self {
        Self(1, as_error(error))
    }
}

/// The words of an error behind "error: ", which diagnostics begin with themselves.
fn as_error(error: impl std::fmt::Display) -> String {
    let words = error.to_string();
    if words.starts_with("error: ") {
        return words;
    }
    format!("error: {words}")
}

impl<E: Refusal> From<E> for Stop {
    fn from(error: E) -> Self {
        if error.is_stop() {
            Self(console::signal_code(), error.to_string())
        } else if error.is_refusal() {
            Self::wrong(error)
        } else {
            Self::failed(error)
        }
    }
}

/// Runs the program with the arguments of the process.
pub fn main() -> ExitCode {
    signals::outlive_full_disks();
    let arguments =
        Arguments::from_arg_matches(&command().get_matches()).unwrap_or_else(|error| error.exit());
    // What these give is words on standard output; what others give is files, or the exit code.
    let gives_words = matches!(
        &arguments.command,
        Command::Check(_)
            | Command::Describe { .. }
            | Command::Schema
            | Command::Examples(_)
            | Command::Completions(_)
            | Command::Specimen(_)
            | Command::Rigidity(_)
            | Command::Mirels(_)
            | Command::Strength(_)
            | Command::CompareScan(_)
            | Command::Study(_)
    ) || matches!(&arguments.command, Command::Trial(trial) if trial.gives_words());
    let stopped = match arguments.command {
        Command::New(arguments) => learn::new(&arguments),
        Command::Examples(arguments) => learn::examples(&arguments),
        Command::Completions(arguments) => {
            learn::completions(&arguments);
            Ok(())
        }
        Command::Man(arguments) => learn::man(&arguments),
        Command::Run(arguments) => run::run(&arguments),
        Command::Resume(arguments) => resume::resume(&arguments),
        Command::Fork(arguments) => arms::fork(arguments),
        Command::Compare(arguments) => arms::compare(&arguments),
        Command::CompareScan(arguments) => compare_scan::compare_scan(&arguments),
        Command::Verify(arguments) => resume::verify(&arguments),
        Command::Validate(arguments) => validate::validate(&arguments),
        Command::Check(of) => check(&of),
        Command::Describe { of, markdown } => load(&of.scenario, &of.sets)
            .map(|loaded| say!("{}", describe(&loaded, markdown)))
            .map_err(Stop::from),
        Command::Schema => {
            say!("{:#}", json_schema::<Scenario>("howship scenario"));
            Ok(())
        }
        Command::Specimen(arguments) => specimen::specimen(&arguments),
        Command::Rigidity(arguments) => rigidity::rigidity(&arguments),
        Command::Strength(arguments) => strength::strength(&arguments),
        Command::Mirels(arguments) => rigidity::mirels(&arguments),
        Command::Study(arguments) => study::study(&arguments),
        Command::Dissect(arguments) => dissect::dissect(&arguments),
        Command::Trial(arguments) => trial::trial(&arguments),
        #[cfg(feature = "view")]
        Command::View(arguments) => view::view(&arguments),
        Command::Crate(arguments) => research_crate::research_crate(&arguments),
        Command::Plot(arguments) => plot::plot(&arguments),
        Command::Render(arguments) => render::render(&arguments),
        Command::Export(arguments) => export::export(&arguments),
    };
    note_loss(std::io::stdout().flush());
    match stopped {
        Ok(()) if gives_words && LOST.load(Ordering::Relaxed) => {
            tell!("error: standard output could not be written (is the disk full?)");
            ExitCode::from(1)
        }
        Ok(()) => ExitCode::SUCCESS,
        Err(Stop(code, message)) => {
            tell!("{message}");
            ExitCode::from(code)
        }
    }
}

/// The arguments of the program, where `--threshold -500` is a value and no flag; for manuals and
/// completions too.
pub fn command() -> clap::Command {
    help::grouped(take_negatives(Arguments::command()))
}

/// Lets options take values that begin with a hyphen: numbers anything, so that what is wrong with
/// it is said by name; names of files and words negative numbers alone, so that a value that was
/// forgotten does not swallow the next option.
fn take_negatives(command: clap::Command) -> clap::Command {
    let command = command.mut_args(|option| {
        if option.is_positional() || !option.get_action().takes_values() {
            return option;
        }
        let kind = option.get_value_parser().type_id();
        let is_text = kind == TypeId::of::<PathBuf>() || kind == TypeId::of::<String>();
        if is_text {
            option.allow_negative_numbers(true)
        } else {
            option.allow_hyphen_values(true)
        }
    });
    command.mut_subcommands(take_negatives)
}

fn check(of: &run::ScenarioArguments) -> Result<(), Stop> {
    let found = outlook(&load(&of.scenario, &of.sets)?)?;
    for line in &found.lines {
        say!("{line}");
    }
    warn(&found.warnings);
    Ok(())
}
