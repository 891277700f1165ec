//! Faces and coarser graphs of the bone as it is, for one bone factor.

use crate::transport::blocks::{Blocks, Walls};
use crate::transport::checkerboard::Stencil;
use crate::transport::multigrid::{Coarser, Compartments, Hierarchy, Role};

/// Faces and coarser graphs for one bone factor.
#[derive(Debug, Clone)]
pub(super) struct Prepared {
    pub(super) bone_factor: f64,
    /// Of the bone that it holds.
    pub(super) revision: u64,
    /// Of the bone at which the graphs were formed.
    pub(super) formed: u64,
    pub(super) stencil: Stencil,
    pub(super) coarser: Coarser,
    pub(super) compartments: Compartments,
    /// Conductances between blocks, where they share levels.
    faces: Option<[Vec<f32>; 3]>,
}

impl Prepared {
    pub(super) fn new(
        dims: [usize; 3],
        blocks: Option<&Blocks>,
        solid: &[bool],
        bone_factor: f64,
        revision: u64,
    ) -> Self {
        let faces = blocks.map(|blocks| {
            let mut faces = [0; 3].map(|_| vec![0.0; blocks.count()]);
            blocks.faces(solid, bone_factor, &mut faces);
            faces
        });
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
            formed: revision,
            stencil,
            coarser,
            compartments,
            faces,
        }
    }

    /// Takes over bone that has changed since; false where all has to be formed anew. Bone changes in every tick:
    /// where every site takes part, only conductances do.
    pub(super) fn renew(&mut self, blocks: Option<&Blocks>, solid: &[bool], revision: u64) -> bool {
        let bone = self.bone_factor;
        if matches!(self.coarser, Coarser::Graphs(_)) {
            return false;
        }
        let walls = match (blocks, &mut self.faces) {
            (Some(blocks), Some(faces)) => {
                blocks.faces(solid, bone, faces);
                Walls::Blocks { faces }
            }
            _ => Walls::Sites { solid, bone },
        };
        self.stencil.lay(&walls);
        self.revision = revision;
        self.coarser.lay(&self.stencil)
    }
}
