//! Faces and coarser graphs of the bone as it is, for one bone factor.

use crate::transport::blocks::{Blocks, Walls};
use crate::transport::checkerboard::Stencil;
use crate::transport::multigrid::{Coarser, Compartments, Hierarchy, Role};

/// Faces and coarser graphs for one bone factor.
#[derive(Debug, Clone)]
pub(super) struct Prepared {
    pub(super) bone_factor: f64,
    pub(super) revision: u64,
    pub(super) stencil: Stencil,
    pub(super) coarser: Coarser,
    pub(super) compartments: Compartments,
}

impl Prepared {
    pub(super) fn new(
        dims: [usize; 3],
        blocks: Option<&Blocks>,
        solid: &[bool],
        bone_factor: f64,
        revision: u64,
    ) -> Self {
        let faces = blocks.map(|blocks| blocks.faces(solid, bone_factor));
        let walls = match &faces {
            Some(faces) => Walls::Blocks { faces },
            None => Walls::Sites {
                solid,
                bone: bone_factor,
            },
        };
        let stencil = Stencil::new(dims, &walls);
        let (coarser, compartments) = if bone_factor > 0.0 {
            let compartments = Compartments {
                role: vec![Role::Main; dims[0] * dims[1] * dims[2]],
                others: Vec::new(),
            };
            (Coarser::of_open(&stencil), compartments)
        } else {
            let hierarchy = Hierarchy::new(&stencil, &walls);
            let compartments = hierarchy.compartments(&stencil, solid);
            (Coarser::Graphs(hierarchy), compartments)
        };
        Self {
            bone_factor,
            revision,
            stencil,
            coarser,
            compartments,
        }
    }
}
