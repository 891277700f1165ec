//! Compartments of the marrow: what the last level joins.

use super::Hierarchy;
use crate::transport::checkerboard::Stencil;

/// Compartments of the marrow: pieces that no open face connects.
#[derive(Debug, Clone)]
pub(in crate::transport) struct Compartments {
    /// Per site.
    pub(in crate::transport) role: Vec<Role>,
    /// Sites of every compartment but the largest.
    pub(in crate::transport) others: Vec<Vec<u32>>,
}

/// How a site takes part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::transport) enum Role {
    /// In the largest compartment.
    Main,
    /// In a smaller compartment.
    Other,
    /// Closed bone: exchanges nothing.
    Closed,
}

impl Hierarchy {
    /// Which sites hang together.
    pub(in crate::transport) fn compartments(
        &self,
        stencil: &Stencil,
        solid: &[bool],
    ) -> Compartments {
        let board = stencil.board;
        let last = &self.levels[self.levels.len() - 1];
        let mut label: [Vec<u32>; 2] = [Vec::new(), Vec::new()];
        let mut next = 0;
        for (label, part) in label.iter_mut().zip(&last.parts) {
            label.extend(next..next + part.nodes() as u32);
            next += part.nodes() as u32;
        }
        for depth in (1..self.levels.len()).rev() {
            let mut finer: [Vec<u32>; 2] =
                [0, 1].map(|colour| vec![0; self.levels[depth - 1].parts[colour].nodes()]);
            for (part, label) in self.levels[depth].parts.iter().zip(&label) {
                for (node, &mark) in label.iter().enumerate() {
                    for (children, finer) in part.children.iter().zip(&mut finer) {
                        for &child in children.of(node) {
                            finer[child as usize] = mark;
                        }
                    }
                }
            }
            label = finer;
        }
        let mut size = vec![0_usize; next as usize];
        let first = &self.levels[0];
        for (part, label) in first.parts.iter().zip(&label) {
            for (node, &mark) in label.iter().enumerate() {
                size[mark as usize] += part.children[0].of(node).len();
                size[mark as usize] += part.children[1].of(node).len();
            }
        }
        let mut main = 0;
        for (mark, &sites) in size.iter().enumerate() {
            if sites > size[main] {
                main = mark;
            }
        }
        let mut role: Vec<Role> = solid
            .iter()
            .map(|&solid| if solid { Role::Closed } else { Role::Main })
            .collect();
        let mut others: Vec<Vec<u32>> = vec![Vec::new(); size.len()];
        for (part, label) in first.parts.iter().zip(&label) {
            for (node, &mark) in label.iter().enumerate() {
                if mark as usize == main {
                    continue;
                }
                for (colour, children) in part.children.iter().enumerate() {
                    for &entry in children.of(node) {
                        let site = board.site(colour, entry as usize);
                        role[site] = Role::Other;
                        others[mark as usize].push(site as u32);
                    }
                }
            }
        }
        others.retain(|sites| !sites.is_empty());
        Compartments { role, others }
    }
}
