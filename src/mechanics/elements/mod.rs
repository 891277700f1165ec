//! Linear elasticity of voxels by finite elements: how stiff and strong bone is as a structure.

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
mod stencil;
mod tensor;

pub use answer::{Answer, Bears, CRITICAL_STRAIN, Failure};
pub use body::{Body, Moduli, Precision};
pub use error::ElementsError;
pub use load::{Ends, Load, Motion, STRAIN};
pub use tensor::{Orthotropic, Tensor};
