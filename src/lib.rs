//! howship simulates the osteolytic vicious cycle of bone metastasis on a voxel lattice.
//!
//! Tumour cells secrete `PTHrP`; cells of the osteoblast lineage answer with more RANKL and less
//! OPG; osteoclasts form and resorb bone; the matrix gives up its stored TGF-beta and IGF; the
//! tumour grows on them and secretes more `PTHrP`.
//!
//! The modules are the chapters of a methods section. Each may use only those that stand before
//! it: [`numerics`], [`statistics`], [`layers`], [`mean_field`], [`tissue`], [`specimen`], [`transport`],
//! [`biology`], [`mechanics`], [`patient`], [`therapy`], [`engine`], [`observe`], [`output`],
//! [`scenario`], [`plot`], [`run`], [`study`], [`cohort`], [`validate`], [`cli`].
//!
//! Units inside the engine are hours, micrometres and picomolar; a bare number that has a unit
//! ends in it (`age_h`, `spacing_um`, `opg_pm`). Arrays over the lattice run x fastest, then y,
//! then z.

pub mod biology;
pub mod cli;
pub mod cohort;
pub mod engine;
pub mod layers;
pub mod mean_field;
pub mod mechanics;
pub mod numerics;
pub mod observe;
pub mod output;
pub mod patient;
pub mod plot;
pub mod run;
pub mod scenario;
pub mod specimen;
pub mod statistics;
pub mod study;
pub mod therapy;
pub mod tissue;
pub mod transport;
pub mod validate;
