//! Lung cancer of patients by histology, as data: `tumours.toml` has the values with their sources.

use std::collections::BTreeMap;

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

/// All tumours by name.
pub(super) fn tumours() -> BTreeMap<String, Tumour> {
    toml::from_str(TUMOURS).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_four_read_and_small_cells_grow_fastest() {
        let all = tumours();
        let names: Vec<&str> = all.keys().map(String::as_str).collect();
        assert_eq!(
            names,
            [
                "adenocarcinoma",
                "adenocarcinoma_egfr",
                "small_cell",
                "squamous"
            ]
        );
        let fastest = all
            .values()
            .map(|one| one.doubling)
            .fold(f64::MAX, f64::min);
        assert!((all["small_cell"].doubling - fastest).abs() < 1e-12);
        assert!(all.values().filter(|one| one.egfr_mutant).count() == 1);
    }
}
