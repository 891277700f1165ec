//! Arguments in, exit code out: 0 done, 1 the run failed, 2 the request was wrong, 129, 130 and 143
//! a signal stopped the run.

mod bone;
mod day;
mod learn;
mod run;
mod study;
mod terminal;
mod trial;
#[cfg(feature = "view")]
mod view;

use std::any::TypeId;
use std::fmt::{Display, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::error::ContextKind;
use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use self::terminal::{TERMINAL, say, tell, words_were_lost};
use crate::cohort::trial::trial_schema;
use crate::numerics::refusal::Refusal;
use crate::run::outlook::outlook;
use crate::run::signals;
use crate::scenario::build::load;
use crate::scenario::describe::describe;
use crate::scenario::file::Scenario;
use crate::scenario::kind::Kind;
use crate::scenario::schema::json_schema;
use crate::study::schema::study_schema;

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
    New(learn::NewArguments),
    Examples(learn::ExamplesArguments),
    Run(run::RunArguments),
    Resume(run::ResumeArguments),
    Fork(run::ForkArguments),
    Compare(run::CompareArguments),
    CompareScan(day::CompareScanArguments),
    Verify(run::VerifyArguments),
    Validate(trial::ValidateArguments),
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
    /// Print the JSON Schema of scenario, study or trial files, for editors.
    Schema {
        /// Which files.
        #[arg(value_enum, default_value_t = Kind::Scenario)]
        of: Kind,
    },
    Specimen(bone::SpecimenArguments),
    Rigidity(bone::RigidityArguments),
    Strength(day::StrengthArguments),
    Mirels(bone::MirelsArguments),
    Study(study::StudyArguments),
    Dissect(trial::DissectArguments),
    Trial(trial::TrialArguments),
    #[cfg(feature = "view")]
    View(view::ViewArguments),
    Crate(run::CrateArguments),
    Plot(run::PlotArguments),
    Render(day::RenderArguments),
    Export(day::ExportArguments),
    Completions(learn::CompletionsArguments),
    Man(learn::ManArguments),
}

/// Why the program stops: its exit code, and what it says.
struct Stop(u8, String);

impl Stop {
    /// A request that was wrong: exit 2.
    fn wrong(error: impl Display) -> Self {
        Self(2, as_error(error))
    }

    /// Something went wrong: exit 1.
    fn failed(error: impl Display) -> Self {
        Self(1, as_error(error))
    }
}

/// The words of an error behind "error: ", which diagnostics begin with themselves.
fn as_error(error: impl Display) -> String {
    let words = error.to_string();
    if words.starts_with("error: ") {
        return words;
    }
    format!("error: {words}")
}

impl<E: Refusal> From<E> for Stop {
    fn from(error: E) -> Self {
        if error.is_stop() {
            Self(signals::exit_code_of_caught(), error.to_string())
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
    let parsed = command().try_get_matches();
    let arguments = parsed.and_then(|it| Arguments::from_arg_matches(&it));
    let arguments = arguments.unwrap_or_else(|mut error| {
        // To give an unknown option as a value is no way to what it was typed for.
        error.remove(ContextKind::Suggested);
        error.exit()
    });
    // What these give is words on standard output; what others give is files, or the exit code.
    let gives_words = matches!(
        &arguments.command,
        Command::Check(_)
            | Command::Describe { .. }
            | Command::Schema { .. }
            | Command::Examples(_)
            | Command::Completions(_)
            | Command::Specimen(_)
            | Command::Rigidity(_)
            | Command::Mirels(_)
            | Command::Strength(_)
            | Command::CompareScan(_)
            | Command::Study(_)
    ) || matches!(&arguments.command, Command::Trial(trial) if trial.gives_words());
    let stopped = match &arguments.command {
        Command::New(it) => learn::new(it),
        Command::Examples(it) => learn::examples(it),
        Command::Run(it) => run::run(it),
        Command::Resume(it) => run::resume(it),
        Command::Fork(it) => run::fork(it),
        Command::Compare(it) => run::compare(it),
        Command::CompareScan(it) => day::compare_scan(it),
        Command::Verify(it) => run::verify(it),
        Command::Validate(it) => trial::validate(it),
        Command::Check(of) => check(of),
        Command::Describe { of, markdown } => load(&of.scenario, &of.sets)
            .map(|loaded| say!("{}", describe(&loaded, *markdown)))
            .map_err(Stop::from),
        Command::Schema { of } => {
            let schema = match of {
                Kind::Scenario => json_schema::<Scenario>("howship scenario"),
                Kind::Study => study_schema(),
                Kind::Trial => trial_schema(),
            };
            say!("{schema:#}");
            Ok(())
        }
        Command::Specimen(it) => bone::specimen(it),
        Command::Rigidity(it) => bone::rigidity(it),
        Command::Strength(it) => day::strength(it),
        Command::Mirels(it) => bone::mirels(it),
        Command::Study(it) => study::study(it),
        Command::Dissect(it) => trial::dissect(it),
        Command::Trial(it) => trial::trial(it),
        #[cfg(feature = "view")]
        Command::View(it) => view::view(it),
        Command::Crate(it) => run::research_crate(it),
        Command::Plot(it) => run::plot(it),
        Command::Render(it) => day::render(it),
        Command::Export(it) => day::export(it),
        Command::Completions(it) => {
            learn::completions(it);
            Ok(())
        }
        Command::Man(it) => learn::man(it),
    };
    let lost = words_were_lost();
    match stopped {
        Ok(()) if gives_words && lost => {
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

fn check(of: &run::ScenarioArguments) -> Result<(), Stop> {
    let found = outlook(&load(&of.scenario, &of.sets)?)?;
    say!("{}", found.lines.join("\n"));
    TERMINAL.warn(&found.warnings);
    Ok(())
}

/// Headings of `howship --help`, each with its commands.
pub const GROUPS: [(&str, &[&str]); 6] = [
    ("Begin", &["new", "examples", "view", "check", "describe"]),
    ("Run", &["run", "resume", "fork", "compare", "verify"]),
    (
        "Look at a run",
        &[
            "plot",
            "render",
            "export",
            "strength",
            "compare-scan",
            "crate",
        ],
    ),
    ("Bone and scans", &["specimen", "rigidity", "mirels"]),
    ("Many runs", &["study", "dissect", "trial", "validate"]),
    (
        "For editors and shells",
        &["schema", "completions", "man", "help"],
    ),
];

/// The arguments of the program, where `--threshold -500` is a value and no flag; for manuals and
/// completions too.
pub fn command() -> clap::Command {
    grouped(take_negatives(Arguments::command()))
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

/// A command whose help lists the commands below it in groups.
fn grouped(command: clap::Command) -> clap::Command {
    let mut list = String::new();
    for (heading, names) in GROUPS {
        let _ = writeln!(list, "\n{heading}:");
        for name in names {
            let said = match command.find_subcommand(name) {
                Some(below) => below.get_about().map(ToString::to_string),
                None if *name == "help" => Some("Say more of a command".to_owned()),
                // A command of a feature that was left out.
                None => continue,
            };
            let _ = writeln!(list, "  {name:13} {}", said.unwrap_or_default());
        }
    }
    command.help_template(format!(
        "{{about-with-newline}}\n{{usage-heading}} {{usage}}\n{list}\nOptions:\n{{options}}{{after-help}}\n"
    ))
}
