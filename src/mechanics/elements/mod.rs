//! Linear elasticity of voxels by finite elements: how stiff and strong bone is as a structure.
//!
//! # Law
//! Each voxel of bone is a brick with eight nodes between which displacements go trilinearly; its stiffness is
//! exact for the box (2 x 2 x 2 Gauss points) and isotropic, with a modulus of its own and one Poisson's ratio.
//! Nodes are held where a load holds them, and all others are moved until forces balance, `K u = 0`. From
//! the forces at the ends and the energy of the bricks follow
//!
//! - stiffness: force of the upper end over its displacement (its moment over its angle in a torsion), and
//!   the apparent modulus, stress on the gross area over the strain of the whole length;
//! - strain energy density `U` of each voxel, mean over its volume, and its effective strain `sqrt(2 U / E)`;
//! - the load at which it fails: 2 % of the bone beyond an effective strain of 0.7 % (Pistoia 2002), or
//!   beyond the yield strains of trabecular tissue, by principal strains at the centres of the bricks
//!   (Bayraktar 2004);
//! - the apparent stiffness in all directions, by six uniform strains of all faces of the box.
//!
//! Only bone that is joined by faces to both ends counts (to a face of the box, for six strains); the rest is
//! left out and counted.
//!
//! # Solution
//! Conjugate gradients in 64 bits around one V-cycle in 32 bits over lattices of twice, four times the edge and so
//! on (as Flaig 2011 have it, there with other operators). What a node feels follows from which of the eight sites around it are
//! bone: 256 stencils in a table, gathered node by node, so that nothing is assembled or written to twice. Coarser
//! operators are exactly `P^T K P` with the trilinear `P` that moves nothing that is held; on the first
//! coarser level an element is one of 256 kinds, or a few more at the ends. Where moduli differ it is
//! stored node by node, as deeper levels are, and takes about twice the memory. Smoothing is by Chebyshev with 3 x 3
//! blocks. Sums go in fixed pieces: no bit depends on the number of threads.
//!
//! # Limits
//! Small strains, no plasticity, no damage: the failure load is an index that was calibrated on radii, here taken
//! over to other bones. Trilinear bricks are too stiff in bending where a strut is one or two voxels thick.
//! Near a step of the surface strains do not converge; the share of 2 % is there for that. Bone cut at the faces
//! of a cube carries less than it would in the body. Clamped ends and held faces make a small cube too
//! stiff (held faces: an upper bound, Hazanov 1994).
//!
//! # References
//! Bayraktar 2004; Flaig 2011; Hazanov 1994; Pistoia 2002.

mod answer;
mod block;
mod body;
mod brick;
mod coarsest;
mod conjugate;
mod connected;
mod cycle;
mod error;
mod fine;
mod held;
mod kinds;
mod lattice;
mod level;
mod load;
mod precision;
mod stencil;
mod tensor;
mod vector;

pub use answer::{Answer, Bears, CRITICAL_STRAIN, Failure};
pub use body::{Body, Moduli, check_poisson};
pub use error::ElementsError;
pub use load::{Ends, Load, Motion, STRAIN};
pub use precision::Precision;
pub use tensor::{Orthotropic, Tensor};
