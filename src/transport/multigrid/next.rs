//! A next level: connected pieces of the nodes of a level in blocks of 2 x 2 x 2 blocks.

use crate::numerics::parallel::prelude::*;

use super::graph::{Blocks, Level, Part, colour_of, index, place};

/// What a next level is built from: the nodes of a level and the coarse block each lies in.
struct Below<'a> {
    level: &'a Level,
    blocks: &'a Blocks,
    dims: [usize; 3],
    coarse_block: [Vec<u32>; 2],
}

impl Below<'_> {
    /// Nodes (colour, number) inside a coarse block, in a fixed order.
    fn members(&self, coarse: usize, out: &mut Vec<(usize, u32)>) {
        out.clear();
        let at = place(self.dims, coarse);
        for corner in 0..8 {
            let inner = [
                2 * at[0] + (corner & 1),
                2 * at[1] + (corner >> 1 & 1),
                2 * at[2] + (corner >> 2),
            ];
            if (0..3).all(|axis| inner[axis] < self.blocks.dims[axis]) {
                let block = index(self.blocks.dims, inner);
                let first = self.blocks.first[block];
                let colour = colour_of(inner);
                out.extend((first..first + self.blocks.count[block]).map(|node| (colour, node)));
            }
        }
    }

    /// Labels the connected pieces among `members`; returns their number.
    fn pieces(&self, coarse: usize, members: &[(usize, u32)], label: &mut Vec<u32>) -> u32 {
        label.clear();
        label.resize(members.len(), u32::MAX);
        let mut count = 0;
        let mut stack = Vec::new();
        for seed in 0..members.len() {
            if label[seed] != u32::MAX {
                continue;
            }
            label[seed] = count;
            stack.push(seed);
            while let Some(member) = stack.pop() {
                let (colour, node) = members[member];
                for &next in self.level.parts[colour].edges.of(node as usize) {
                    if self.coarse_block[1 - colour][next as usize] as usize != coarse {
                        continue;
                    }
                    let found = members.iter().position(|&m| m == (1 - colour, next));
                    if let Some(other) = found
                        && label[other] == u32::MAX
                    {
                        label[other] = count;
                        stack.push(other);
                    }
                }
            }
            count += 1;
        }
        count
    }

    /// Coarse nodes of one layer. `parent` counts within the colour of the coarse block.
    fn slab(&self, coarser: &Blocks, parent: &[Vec<u32>; 2], z: usize) -> [Part; 2] {
        let mut parts = [Part::new(), Part::new()];
        let (mut members, mut edges) = (Vec::new(), Vec::<(u32, f32)>::new());
        for coarse in z * coarser.slab()..(z + 1) * coarser.slab() {
            self.members(coarse, &mut members);
            let part = &mut parts[colour_of(place(self.dims, coarse))];
            let first = coarser.first[coarse];
            for piece in first..first + coarser.count[coarse] {
                edges.clear();
                for &(colour, node) in &members {
                    if parent[colour][node as usize] != piece {
                        continue;
                    }
                    part.children[colour].item.push(node);
                    let from = &self.level.parts[colour];
                    let start = from.edges.start[node as usize] as usize;
                    for (i, &next) in from.edges.of(node as usize).iter().enumerate() {
                        if self.coarse_block[1 - colour][next as usize] as usize == coarse {
                            continue;
                        }
                        let to = parent[1 - colour][next as usize];
                        let weight = from.weight[start + i];
                        match edges.iter_mut().find(|edge| edge.0 == to) {
                            Some(edge) => edge.1 += weight,
                            None => edges.push((to, weight)),
                        }
                    }
                }
                for &(to, weight) in &edges {
                    part.edges.item.push(to);
                    part.weight.push(weight);
                }
                part.close();
            }
        }
        parts
    }
}

/// Of a slab: pieces of each coarse block, and (colour, node, piece) of each member.
type Labelled = (Vec<u32>, Vec<(usize, u32, u32)>);

pub(super) fn next_level(level: &Level, blocks: &Blocks) -> (Level, Blocks) {
    let dims = blocks.dims.map(|n| n.div_ceil(2));
    let total = dims[0] * dims[1] * dims[2];
    let mut coarse_block = [0, 1].map(|colour: usize| vec![0_u32; level.parts[colour].nodes()]);
    for block in 0..blocks.count.len() {
        let at = place(blocks.dims, block);
        let coarse = index(dims, at.map(|n| n / 2)) as u32;
        let first = blocks.first[block] as usize;
        coarse_block[colour_of(at)][first..first + blocks.count[block] as usize].fill(coarse);
    }
    let below = Below {
        level,
        blocks,
        dims,
        coarse_block,
    };
    let slab = dims[0] * dims[1];
    let labelled: Vec<Labelled> = (0..dims[2])
        .into_par_iter()
        .map(|z| {
            let (mut members, mut label) = (Vec::new(), Vec::new());
            let (mut count, mut pieces) = (Vec::new(), Vec::new());
            for coarse in z * slab..(z + 1) * slab {
                below.members(coarse, &mut members);
                count.push(below.pieces(coarse, &members, &mut label));
                for (&(colour, node), &piece) in members.iter().zip(&label) {
                    pieces.push((colour, node, piece));
                }
            }
            (count, pieces)
        })
        .collect();
    let mut count = Vec::with_capacity(total);
    for (slab_count, _) in &labelled {
        count.extend_from_slice(slab_count);
    }
    let coarser = Blocks::number(dims, count);
    let mut parent = [0, 1].map(|colour: usize| vec![0_u32; level.parts[colour].nodes()]);
    for (_, pieces) in &labelled {
        for &(colour, node, piece) in pieces {
            let coarse = below.coarse_block[colour][node as usize] as usize;
            parent[colour][node as usize] = coarser.first[coarse] + piece;
        }
    }
    let slabs: Vec<[Part; 2]> = (0..dims[2])
        .into_par_iter()
        .map(|z| below.slab(&coarser, &parent, z))
        .collect();
    (Level::new(&slabs, level.parts[0].nodes()), coarser)
}
