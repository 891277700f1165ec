//! What the rates of immune cells say, before their values.

/// Rates.
pub(super) const RULES: [(&str, &str); 23] = [
    ("immune.entry.cd8", "CD8 cells leave vessels at"),
    (
        "immune.entry.priming",
        "Priming multiplies the entry of CD8 cells by",
    ),
    ("immune.entry.treg", "Regulatory T cells leave vessels at"),
    (
        "immune.entry.myeloid",
        "Myeloid suppressors leave vessels at",
    ),
    ("immune.entry.nk", "Natural killer cells leave vessels at"),
    ("immune.motility.cd8", "CD8 cells crawl at"),
    ("immune.motility.treg", "Regulatory T cells crawl at"),
    ("immune.motility.myeloid", "Myeloid suppressors crawl at"),
    ("immune.motility.nk", "Natural killer cells crawl at"),
    (
        "immune.motility.preference",
        "Immune cells crawl to sites by a weight of",
    ),
    (
        "immune.killing.cd8",
        "CD8 cells kill tumour cells that they touch at",
    ),
    (
        "immune.killing.nk",
        "Natural killer cells kill tumour cells that they touch at",
    ),
    (
        "immune.exhaustion.per_kill",
        "The counter of a CD8 cell rises with a kill by",
    ),
    (
        "immune.exhaustion.exposure",
        "The counter of a CD8 cell rises in contact with tumour cells at",
    ),
    (
        "immune.exhaustion.threshold",
        "CD8 cells are exhausted at a counter of",
    ),
    (
        "immune.exhaustion.recovery",
        "Exhausted CD8 cells return at",
    ),
    (
        "immune.suppression.myeloid",
        "Each myeloid suppressor has an activity of",
    ),
    ("immune.division.cd8", "CD8 cells divide at"),
    ("immune.division.treg", "Regulatory T cells divide at"),
    ("immune.death.cd8", "CD8 cells die at"),
    ("immune.death.treg", "Regulatory T cells die at"),
    ("immune.death.myeloid", "Myeloid suppressors die at"),
    ("immune.death.nk", "Natural killer cells die at"),
];

/// Who secretes.
pub(super) const SECRETING: [(&str, &str); 1] = [(
    "immune",
    "Each natural killer cell and each CD8 cell that is not exhausted",
)];
