//! The parameters that were fitted, and to what.

/// A parameter that has no source of its own.
#[derive(Debug, Clone, Copy)]
pub struct Fitted {
    /// Dotted path in a scenario.
    pub path: &'static str,
    /// Preset in which it was fitted; `None` for one value in both.
    pub preset: Option<&'static str>,
    /// What it was fitted to.
    pub to: &'static str,
}

const fn fitted(path: &'static str, preset: Option<&'static str>, to: &'static str) -> Fitted {
    Fitted { path, preset, to }
}

/// Every fitted parameter of the presets. A test compares the list with the comments there.
pub const FITTED: [Fitted; 12] = [
    fitted(
        "signals.tgf_beta.diffusivity",
        None,
        "a level near its half effects in a lesion",
    ),
    fitted(
        "signals.tgf_beta.half_life",
        None,
        "a level near its half effects in a lesion",
    ),
    fitted(
        "signals.igf.half_life",
        None,
        "a level near its half effects in a lesion",
    ),
    fitted(
        "tumour.division.rate",
        Some("human"),
        "a doubling of about 50 d (small-cell lung cancer in man)",
    ),
    fitted(
        "tumour.division.rate",
        Some("mouse"),
        "a doubling of about 4 d in the first two weeks of a lesion",
    ),
    fitted(
        "osteoclast.fusion.formation.rate",
        Some("human"),
        "walls of 50 to 59 um (A3)",
    ),
    fitted(
        "osteoclast.fusion.formation.rate",
        Some("mouse"),
        "pits of 10 to 25 um",
    ),
    fitted(
        "lining.activation.events.rate",
        Some("human"),
        "a turnover near 0.25 /yr (A6)",
    ),
    fitted(
        "lining.activation.events.rate",
        Some("mouse"),
        "a turnover near 5 /yr",
    ),
    fitted(
        "lining.activation.events.raised_by.rank_occupancy.fold",
        None,
        "osteoclasts without OPG and with half the RANKL (A10, A12)",
    ),
    fitted(
        "lining.secretion.opg.lowered_by.pth1r.half_max",
        Some("human"),
        "OPG at a third under five times the PTH (A11); osteoblasts alike",
    ),
    fitted(
        "osteoblast.formation.apposition.rate",
        Some("human"),
        "an adjusted apposition rate of 0.63 um/d (A4)",
    ),
];
