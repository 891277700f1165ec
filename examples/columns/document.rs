//! The text of docs/columns.md.

use std::fmt::Write as _;
use std::path::Path;

use howship::biology::signal::CORE;
use howship::observe::sites::{CELL_COLUMNS, KINDS};
use howship::run::columns::columns;
use howship::run::record::tables;

/// Where the text lies, from the root of the package.
pub(crate) const FILE: &str = "docs/columns.md";
/// What mends a stale text.
pub(crate) const MEND: &str = "run `cargo run --example columns` and commit docs/columns.md";

const HEAD: &str = "\
# Columns of the tables of a run

Made by `cargo run --example columns` from what the code says of each column. A run folder holds `series.csv`, `ledger.csv`, `digests.csv`
and the tables of what the scenario asks for. A row of `series.csv` comes every day, or as `output.series_every` says, from day 0 on. NaN is
a number that is none. With

```toml
[output]
parquet = true
```

every table but `digests.csv` lies beside its CSV as Parquet (`series.parquet`, ...), with the units and descriptions below as
JSON under the keys `howship.units` and `howship.descriptions` of its metadata, and nothing in the place of NaN. In Python
(docs/python.md) they are `table.units` and `table.descriptions`, and metadata of the Arrow fields.

A name of the form `<...>_made_amol` has the name of a signal, a drug, a course or a clone in front.
";

fn table(text: &mut String, name: &str, rows: impl Iterator<Item = [String; 3]>) {
    // Writing to a string cannot fail.
    let _ = write!(
        text,
        "\n## {name}\n\n| column | unit | holds |\n|---|---|---|\n"
    );
    for [name, unit, about] in rows {
        let name = if name.starts_with('_') {
            format!("<...>{name}")
        } else {
            name
        };
        let unit = if unit.is_empty() {
            "1".to_owned()
        } else {
            unit
        };
        let _ = writeln!(text, "| `{name}` | {unit} | {about} |");
    }
}

/// The text; a table that says nothing of its columns is a problem.
pub(crate) fn document(_: &Path) -> Result<String, String> {
    let mut text = HEAD.to_owned();
    let known = columns(&CORE);
    for file in tables() {
        if file == "digests.csv" {
            let rows = [
                ["tick", "", "ticks done, those of the burn-in among them"],
                ["state", "", "first 16 digits of the digest of the state"],
                [
                    "<part>",
                    "",
                    "first 8 digits of the digest of each of its parts",
                ],
            ];
            table(
                &mut text,
                file,
                rows.into_iter().map(|row| row.map(str::to_owned)),
            );
            continue;
        }
        let (_, columns) = known
            .iter()
            .find(|(name, _)| *name == file)
            .ok_or_else(|| format!("lacks {file}, of whose columns nothing is said"))?;
        let rows = columns.iter();
        table(
            &mut text,
            file,
            rows.map(|it| [it.name.clone(), it.unit.to_owned(), it.about.clone()]),
        );
        if file == "series.csv" {
            text.push_str(
                "\nSignals of a scenario beside these have a column `<signal>_pm` of their own.\n",
            );
        }
    }
    let cells = CELL_COLUMNS.iter();
    table(
        &mut text,
        "Cells (`howship export --format parquet`, `[output.volumes]`)",
        cells.map(|&(name, unit, about)| [name, unit, about].map(str::to_owned)),
    );
    let _ = writeln!(text, "\nKinds: {}.", KINDS.join(", "));
    Ok(text)
}
