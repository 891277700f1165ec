//! The first level: connected pieces of sites in blocks of 2 x 2 x 2.

use crate::numerics::parallel::prelude::*;

use super::graph::{Blocks, Level, Part, colour_of, index, place};
use crate::transport::blocks::Walls;
use crate::transport::checkerboard::Stencil;

/// Connected pieces of the eight sites of a block, for each of the 256 sets of open sites.
struct Pieces {
    label: Vec<[u8; 8]>,
    count: Vec<u8>,
}

impl Pieces {
    fn new() -> Self {
        let mut label = vec![[u8::MAX; 8]; 256];
        let mut count = vec![0_u8; 256];
        for open in 0..256_usize {
            for seed in 0..8_usize {
                if open >> seed & 1 == 0 || label[open][seed] != u8::MAX {
                    continue;
                }
                let mut stack = vec![seed];
                label[open][seed] = count[open];
                while let Some(corner) = stack.pop() {
                    for next in [corner ^ 1, corner ^ 2, corner ^ 4] {
                        if open >> next & 1 == 1 && label[open][next] == u8::MAX {
                            label[open][next] = count[open];
                            stack.push(next);
                        }
                    }
                }
                count[open] += 1;
            }
        }
        Self { label, count }
    }
}

/// What the first level is built from.
struct Ground<'a> {
    stencil: &'a Stencil,
    walls: &'a Walls<'a>,
    pieces: Pieces,
    /// Set of open sites of each block.
    open: Vec<u8>,
}

impl Ground<'_> {
    /// Conductance of the face of a block's site that lies beyond `corner` along `axis`.
    fn face(&self, at: [usize; 3], corner: usize, axis: usize, upper: bool) -> f32 {
        let [nx, ny, _] = self.stencil.board.dims;
        let x = 2 * at[0] + (corner & 1);
        let y = 2 * at[1] + (corner >> 1 & 1);
        let z = 2 * at[2] + (corner >> 2);
        let site = (z * ny + y) * nx + x;
        let step = [1, nx, nx * ny][axis];
        let lower = if upper { site } else { site - step };
        self.walls.face(lower, axis, step)
    }

    /// Nodes of the blocks of one layer.
    fn slab(&self, blocks: &Blocks, z: usize) -> [Part; 2] {
        let board = self.stencil.board;
        let mut parts = [Part::new(), Part::new()];
        for block in z * blocks.slab()..(z + 1) * blocks.slab() {
            let at = place(blocks.dims, block);
            let set = usize::from(self.open[block]);
            let part = &mut parts[colour_of(at)];
            for piece in 0..self.pieces.count[set] {
                self.push_edges(blocks, block, piece, part);
                for corner in 0..8 {
                    if self.pieces.label[set][corner] == piece {
                        let row = (2 * at[2] + (corner >> 2)) * board.dims[1]
                            + 2 * at[1]
                            + (corner >> 1 & 1);
                        let (colour, entry) = board.entry(2 * at[0] + (corner & 1), row);
                        part.children[colour].item.push(entry as u32);
                    }
                }
                part.close();
            }
        }
        parts
    }

    fn push_edges(&self, blocks: &Blocks, block: usize, piece: u8, part: &mut Part) {
        let at = place(blocks.dims, block);
        let set = usize::from(self.open[block]);
        for axis in 0..3 {
            for upper in [false, true] {
                let mut to = at;
                if upper {
                    to[axis] += 1;
                } else {
                    to[axis] = to[axis].wrapping_sub(1);
                }
                if to[axis] >= blocks.dims[axis] {
                    continue;
                }
                let next = index(blocks.dims, to);
                let next_set = usize::from(self.open[next]);
                let first = blocks.first[next];
                if self.walls.all_or_nothing() && set == 255 && next_set == 255 {
                    part.edges.item.push(first);
                    part.weight.push(4.0);
                    continue;
                }
                // At most four pieces fit in a block.
                let mut sums = [0.0_f32; 4];
                for corner in 0..8_usize {
                    let mirror = corner ^ (1 << axis);
                    if (corner >> axis & 1 == 1) == upper
                        && self.pieces.label[set][corner] == piece
                        && next_set >> mirror & 1 == 1
                    {
                        let other = self.pieces.label[next_set][mirror];
                        sums[usize::from(other)] += self.face(at, corner, axis, upper);
                    }
                }
                for (other, &weight) in sums.iter().enumerate() {
                    if weight > 0.0 {
                        part.edges.item.push(first + other as u32);
                        part.weight.push(weight);
                    }
                }
            }
        }
    }
}

pub(super) fn first_level(stencil: &Stencil, walls: &Walls<'_>) -> (Level, Blocks) {
    let [nx, ny, nz] = stencil.board.dims;
    let dims = [nx.div_ceil(2), ny.div_ceil(2), nz.div_ceil(2)];
    let pieces = Pieces::new();
    let mut open = vec![0_u8; dims[0] * dims[1] * dims[2]];
    open.par_chunks_mut(dims[0])
        .enumerate()
        .for_each(|(block_row, out)| {
            let (by, bz) = (block_row % dims[1], block_row / dims[1]);
            for pair in 0..4 {
                let (y, z) = (2 * by + (pair & 1), 2 * bz + (pair >> 1));
                if y >= ny || z >= nz {
                    continue;
                }
                for x in 0..nx {
                    if walls.open((z * ny + y) * nx + x) {
                        out[x / 2] |= 1 << (2 * pair + (x & 1));
                    }
                }
            }
        });
    let count = open
        .iter()
        .map(|&set| u32::from(pieces.count[usize::from(set)]))
        .collect();
    let blocks = Blocks::number(dims, count);
    let ground = Ground {
        stencil,
        walls,
        pieces,
        open,
    };
    let slabs: Vec<[Part; 2]> = (0..dims[2])
        .into_par_iter()
        .map(|z| ground.slab(&blocks, z))
        .collect();
    (Level::new(&slabs, stencil.face_sum[0].len()), blocks)
}
