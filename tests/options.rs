//! Every option of every command takes the values that a reader would give it.

use clap::error::ErrorKind;
use howship::cli;

/// Every option that takes a value, in every command: what begins with a hyphen reaches it.
fn look_at(command: &clap::Command, path: &[String], seen: &mut usize) {
    for option in command.get_arguments() {
        let Some(long) = option.get_long() else {
            continue;
        };
        if !option.get_action().takes_values() {
            continue;
        }
        let mut words = path.to_vec();
        let values = option
            .get_num_args()
            .map_or(1, |range| range.min_values().max(1));
        words.push(format!("--{long}"));
        words.extend(std::iter::repeat_n("-5".to_owned(), values));
        let found = cli::command().try_get_matches_from(&words);
        *seen += 1;
        if let Err(error) = found {
            let kind = error.kind();
            // What is missing besides is looked at when the values are read.
            assert!(
                matches!(
                    kind,
                    ErrorKind::ValueValidation
                        | ErrorKind::InvalidValue
                        | ErrorKind::MissingRequiredArgument
                        | ErrorKind::ArgumentConflict
                ),
                "{words:?}: {kind:?}: {error}"
            );
            if kind == ErrorKind::ValueValidation || kind == ErrorKind::InvalidValue {
                let said = error.to_string();
                assert!(
                    said.contains("-5") && said.contains(long),
                    "{words:?}: {said}"
                );
            }
        }
    }
    for below in command.get_subcommands() {
        let mut path = path.to_vec();
        path.push(below.get_name().to_owned());
        look_at(below, &path, seen);
    }
}

#[test]
fn values_that_begin_with_a_hyphen_are_values() {
    let mut seen = 0;
    look_at(&cli::command(), &["howship".to_owned()], &mut seen);
    assert!(seen > 60, "only {seen} options were looked at");
    // A value that was forgotten does not become the name of a folder.
    let words = ["howship", "run", "a.toml", "--out", "--force"];
    assert!(cli::command().try_get_matches_from(words).is_err());
}
