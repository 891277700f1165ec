//! Which nodes are held, and in which components.

/// Bits of components (1, 2, 4 for x, y, z) that are held on the planes of nodes across x, y and z; a node is
/// held by every plane through it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Held {
    planes: [Vec<u8>; 3],
}

impl Held {
    /// Nothing held, for so many cells.
    pub(super) fn none(cells: [usize; 3]) -> Self {
        Self {
            planes: cells.map(|count| vec![0; count + 1]),
        }
    }

    /// Holds components on a plane across `axis`.
    pub(super) fn hold(&mut self, axis: usize, plane: usize, components: u8) {
        self.planes[axis][plane] |= components;
    }

    /// Components held at a node. Planes beyond the last hold nothing.
    pub(super) fn at(&self, at: [usize; 3]) -> u8 {
        let of = |axis: usize| self.planes[axis].get(at[axis]).copied().unwrap_or(0);
        of(0) | of(1) | of(2)
    }

    /// The same on nodes of twice the distance, which holds a node where it holds the finer one at its place.
    pub(super) fn coarser(&self) -> Self {
        let coarser = |planes: &Vec<u8>| {
            let cells = (planes.len() - 1).div_ceil(2);
            let at = |plane: usize| planes.get(2 * plane).copied().unwrap_or(0);
            (0..=cells).map(at).collect()
        };
        Self {
            planes: [0, 1, 2].map(|axis| coarser(&self.planes[axis])),
        }
    }

    /// What is held on the three planes of each axis through the block of 2 x 2 x 2 cells at `block`, as one
    /// number: blocks of equal number are held alike.
    pub(super) fn class(&self, block: [usize; 3]) -> u32 {
        let mut class = 0;
        for (planes, block) in self.planes.iter().zip(block) {
            for step in 0..3 {
                let plane = planes.get(2 * block + step);
                class = class << 3 | u32::from(plane.copied().unwrap_or(0));
            }
        }
        class
    }
}
