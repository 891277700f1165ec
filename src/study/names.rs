//! Names that a study gives: of itself, of arms and of responses. They become folders, files and heads
//! of tables.

/// Letters of a name at most.
pub const LONGEST_NAME: usize = 64;

/// What a name may be, for messages.
pub const NAMES: &str = "use letters, digits, _, - and . in it: 1 to 64, the first no . or -";

/// Columns of `runs.csv` beside parameters and responses.
pub const OWN_COLUMNS: [&str; 8] = [
    "run",
    "point",
    "arm",
    "replicate",
    "seed",
    "key",
    "status",
    "error",
];

/// True for a text that may name a folder, a file and a column.
pub fn is_name(name: &str) -> bool {
    name.len() <= LONGEST_NAME
        && name.starts_with(|first: char| first.is_ascii_alphanumeric() || first == '_')
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-' || c == '.')
}

/// Why a response may not be called so.
pub fn problem_of_response<'a>(
    name: &str,
    mut parameters: impl Iterator<Item = &'a str>,
) -> Option<String> {
    // DuckDB and others take names of columns without regard to their case.
    let is = |other: &str| name.eq_ignore_ascii_case(other);
    if !is_name(name) {
        Some(NAMES.to_owned())
    } else if OWN_COLUMNS.into_iter().any(is) || is("time_d") {
        Some(format!(
            "the table of runs has columns of its own: {}, and time_d is one of each series; \
             choose another name",
            OWN_COLUMNS.join(", ")
        ))
    } else if parameters.any(is) {
        Some("a parameter is called so; choose another name".to_owned())
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_to_no_other_folder_and_break_no_table() {
        let longest = "a".repeat(LONGEST_NAME);
        for name in ["doses", "a.b-c_1", "_x", "7", longest.as_str()] {
            assert!(is_name(name), "{name}");
        }
        let too_long = format!("{longest}a");
        for name in [
            "", ".", "..", "../evil", "/tmp", ".hidden", "-rf", "a b", "a,b", "a\nb", "a\\b",
            "a\u{0}", "\u{e4}", &too_long,
        ] {
            assert!(!is_name(name), "{name:?}");
        }
        for name in ["run", "Run", "ERROR", "time_d", "tumour.rate", "a,b"] {
            let parameters = ["tumour.rate"].into_iter();
            assert!(problem_of_response(name, parameters).is_some(), "{name}");
        }
        assert_eq!(problem_of_response("runs", std::iter::empty()), None);
    }
}
