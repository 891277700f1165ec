//! What signals do between cells: spread, decay, leak, bind. Knows no cell.
//!
//! [`diffusion`] brings one signal to its field at the end of a tick; [`binding`] splits a ligand
//! and its decoy into free and bound, per site. The other files are how the field is found: the
//! lattice in two colours (`checkerboard`), the hierarchy of coarser graphs (`multigrid`).
//!
//! In a box without obstacles [`exact`] finds the field of a tick without error in time;
//! [`marching`] takes small steps, as its oracle and for comparison with other programs.

pub mod binding;
pub mod diffusion;
pub mod exact;
pub mod marching;

mod checkerboard;
mod fault;
mod multigrid;

pub use diffusion::{Balance, Medium, Physics, Scheme, diffusion_length_um};
pub use fault::TransportFault;
