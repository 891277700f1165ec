//! Lung cancer of patients by histology, as data: `tumours.toml` has the values with their sources.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

/// A tumour of lung cancer.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Tumour {
    /// Volume doubling time, d.
    pub(super) doubling: f64,
    /// Spread of its natural logarithm between patients.
    pub(super) spread: f64,
    /// Output of PTHrP over that of the preset.
    pub(super) pthrp: f64,
    /// PTHrP at full effect of TGF-beta over that without.
    pub(super) link: f64,
    /// Median odds of PD-L1 on a tumour cell.
    pub(super) pd_l1_odds: f64,
    /// True with an activating mutation of EGFR.
    pub(super) egfr_mutant: bool,
    /// Median antigenicity over that of adenocarcinoma.
    pub(super) antigenicity: f64,
    /// Median odds of cells that cytotoxic drugs spare, over that of adenocarcinoma.
    pub(super) resistant: f64,
}

const TUMOURS: &str = include_str!("tumours.toml");

/// Doubling time to which `traits.growth` is relative, d; median of small-cell lung cancer.
pub(super) const REFERENCE_D: f64 = 53.0;

/// All tumours by name, read once; a test holds that they read.
pub(super) fn tumours() -> &'static BTreeMap<String, Tumour> {
    static READ: LazyLock<BTreeMap<String, Tumour>> =
        LazyLock::new(|| toml::from_str(TUMOURS).unwrap_or_default());
    &READ
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::fragments::LINES_OF_PATIENTS;

    /// Trials know the lines of patients that scenarios have.
    #[test]
    fn all_lines_of_patients_read_and_small_cells_grow_fastest() {
        let all = tumours();
        let names: Vec<&str> = all.keys().map(String::as_str).collect();
        let mut lines = LINES_OF_PATIENTS.to_vec();
        lines.sort_unstable();
        assert_eq!(names, lines);
        let fastest = all
            .values()
            .map(|one| one.doubling)
            .fold(f64::MAX, f64::min);
        assert!((all["small_cell"].doubling - fastest).abs() < 1e-12);
        assert!(all.values().filter(|one| one.egfr_mutant).count() == 1);
    }
}
