//! What signals do between cells: spread, decay, leak, bind. Knows no cell.
//!
//! `diffusion` brings one signal to its field at the end of a tick; [`binding`] splits a ligand
//! and its decoy into free and bound, per site. The other files are how the field is found: the
//! lattice in two colours (`checkerboard`), the hierarchy of coarser graphs (`multigrid`), fields on
//! blocks of sites (`blocks`).

pub mod binding;
pub(crate) mod diffusion;
pub mod exact;
pub mod marching;

mod blocks;
mod checkerboard;
mod fault;
mod multigrid;

pub use diffusion::{Balance, Medium, Physics, Scheme, Task, block_error, diffusion_length_um};
pub use fault::TransportFault;

/// Most sites of a lattice: the solver numbers them in 32 bits.
pub const MOST_SITES: usize = 1 << 30;
