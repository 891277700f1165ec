//! Columns of all tables of a run in words: what metadata of files, docs/columns.md and Python say of them.

use crate::engine::column::About;
use crate::engine::parts::each;
use crate::observe::{books, series};
use crate::run::further_columns;

/// The columns of all tables that a run with these signals may write, by file. A name that begins with `_` stands
/// behind that of a signal, a drug, a course or a clone.
pub fn columns<N: AsRef<str>>(signals: &[N]) -> Vec<(&'static str, Vec<About>)> {
    let mut all = vec![
        ("series.csv", series::about(signals)),
        ("ledger.csv", books::about()),
    ];
    all.extend(each::columns());
    all.extend(further_columns::columns());
    all
}

/// What is said of a column of a file: of its name, else of the longest ending of it.
pub fn about<'a>(columns: &'a [(&str, Vec<About>)], file: &str, column: &str) -> Option<&'a About> {
    let (_, known) = columns.iter().find(|(name, _)| *name == file)?;
    let named = known.iter().find(|about| about.name == column);
    let ends = known
        .iter()
        .filter(|about| about.name.starts_with('_') && column.ends_with(&about.name));
    named.or_else(|| ends.max_by_key(|about| about.name.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_known_by_its_name_or_by_the_longest_ending() {
        let all = columns(&["pthrp", "rankl", "opg", "tgf_beta"]);
        let unit = |file: &str, column: &str| about(&all, file, column).map(|about| about.unit);
        assert_eq!(unit("series.csv", "bv_tv"), Some(""));
        assert_eq!(unit("series.csv", "rankl_pm"), Some("pM"));
        assert_eq!(unit("ledger.csv", "tgf_beta_taken_up_amol"), Some("amol"));
        assert_eq!(
            unit("drugs.csv", "zoledronate_plasma_max_mg_per_l"),
            Some("mg/L")
        );
        assert_eq!(unit("drugs.csv", "bone_drug_taken_up_amol"), Some("amol"));
        assert_eq!(unit("series.csv", "nothing"), None);
        assert_eq!(unit("nothing.csv", "bv_tv"), None);
    }

    #[test]
    fn every_column_says_what_it_holds_and_its_name_ends_in_its_unit() {
        for (file, columns) in columns(&["pthrp"]) {
            for About { name, unit, about } in columns {
                assert!(about.len() > 2, "{file}: {name} says {about:?}");
                let ending = unit.rsplit(['/', ' ']).next().unwrap_or_default();
                assert!(
                    name.ends_with(&ending.to_lowercase()),
                    "{file}: {name} is in {unit}"
                );
            }
        }
    }
}
