//! howship simulates the osteolytic vicious cycle of bone metastasis on a voxel lattice.
//!
//! Tumour cells secrete `PTHrP`; cells of the osteoblast lineage answer with more RANKL and less
//! OPG; osteoclasts form and resorb bone; the matrix gives up its stored TGF-beta and IGF; the
//! tumour grows on them and secretes more `PTHrP`.
//!
//! The modules are the chapters of a methods section. Each may use only those that stand before
//! it: [`numerics`], [`statistics`], [`layers`], [`mean_field`], [`tissue`], [`specimen`], [`transport`],
//! [`biology`], [`mechanics`], [`patient`], [`therapy`], [`engine`], [`observe`], [`output`],
//! [`scenario`], `plot`, [`run`], [`study`], [`cohort`], [`validate`], [`view`],
//! [`cli`].
//!
//! A run in a few lines: a scenario from a text (or a file, with `load`), its ticks, and a field of its
//! last state. What watches a run on its way is an [`Observer`](run::observer::Observer).
//!
//! ```
//! use howship::prelude::*;
//!
//! let text = r#"
//! name = "lesion"
//! preset = "mouse"
//! run = { duration = "2 d", burn_in = "1 d" }
//! lattice = { size = [40, 40, 1], site = "10 um", section_thickness = "50 um" }
//! specimen.slab.thickness = "120 um"
//! inoculation.cells = 100
//! "#;
//! let mut simulation = parse("lesion.toml", text, &[])?.build()?;
//! simulation.run(|_| {})?;
//! let view = simulation.view();
//! let pthrp_pm = view.signal_pm("pthrp").ok_or("no such signal")?;
//! let highest_pm = pthrp_pm.iter().copied().fold(0.0, f32::max);
//! assert!(highest_pm > 0.0 && view.bv_tv() > 0.0 && !view.tumour().is_empty());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Features, all on unless `default-features = false`: `cli` (the program), `plots` (pictures, and what leaves
//! them: records, sessions, studies, trials and the validation), `parquet`, `checkpoints` (files that appear
//! whole, tables and checkpoints), `threads`. What is left without them is the core: scenarios, the
//! engine, observers, on one thread, with the same bits.
//!
//! Units inside the engine are hours, micrometres and picomolar; a bare number that has a unit
//! ends in it (`age_h`, `spacing_um`, `opg_pm`). Arrays over the lattice run x fastest, then y,
//! then z.

#![cfg_attr(
    not(feature = "threads"),
    allow(
        clippy::needless_for_each,
        reason = "a loop that is parallel with threads"
    )
)]

pub mod biology;
#[cfg(feature = "cli")]
pub mod cli;
#[cfg(all(feature = "plots", feature = "threads"))]
pub mod cohort;
pub mod engine;
pub mod layers;
pub mod mean_field;
pub mod mechanics;
pub mod numerics;
pub mod observe;
#[cfg(feature = "checkpoints")]
pub mod output;
pub mod patient;
#[cfg(feature = "plots")]
pub(crate) mod plot;
pub mod prelude;
pub mod run;
pub mod scenario;
pub mod specimen;
pub mod statistics;
#[cfg(all(feature = "plots", feature = "threads"))]
pub mod study;
pub mod therapy;
pub mod tissue;
pub mod transport;
#[cfg(all(feature = "plots", feature = "threads"))]
pub mod validate;
pub mod view;
