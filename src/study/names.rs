//! Names of responses, which become heads of tables beside those that are there already.

use crate::numerics::name::{ALLOWED_DOTTED, is_dotted_name};

/// Columns of `runs.csv` beside parameters and responses.
pub(crate) const OWN_COLUMNS: [&str; 8] = [
    "run",
    "point",
    "arm",
    "replicate",
    "seed",
    "key",
    "status",
    "error",
];

/// Why a response may not be called so.
pub(crate) fn problem_of_response<'a>(
    name: &str,
    mut parameters: impl Iterator<Item = &'a str>,
) -> Option<String> {
    // DuckDB and others take names of columns without regard to their case.
    let is = |other: &str| name.eq_ignore_ascii_case(other);
    if !is_dotted_name(name) {
        Some(ALLOWED_DOTTED.to_owned())
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
    fn responses_are_not_called_as_columns_that_are_there() {
        for name in [
            "run",
            "Run",
            "ERROR",
            "time_d",
            "tumour.rate",
            "a,b",
            "../evil",
            "",
        ] {
            let parameters = ["tumour.rate"].into_iter();
            assert!(problem_of_response(name, parameters).is_some(), "{name}");
        }
        assert_eq!(problem_of_response("runs", std::iter::empty()), None);
    }
}
