//! Inverses of 3 x 3 blocks, of the components that are free.

/// A block, row by row; symmetric.
pub(super) type Block = [f32; 9];

/// Share of the mean of the diagonal that is added to it, so that a block of a node which hangs on almost
/// nothing has an inverse in 32 bits.
const SHIFT: f64 = 1e-6;

/// Inverse of the free part of a block of a stencil that begins at `from`; zero in what is held.
pub(super) fn inverse(stencil: &[f32], from: usize, held: u8) -> Block {
    let is_held = |axis: usize| held >> axis & 1 == 1;
    let value = |row: usize, column: usize| f64::from(stencil[from + 3 * column + row]);
    let free: Vec<usize> = (0..3)
        .filter(|&axis| !is_held(axis) && value(axis, axis) > 0.0)
        .collect();
    let mut out = [0.0; 9];
    if free.is_empty() {
        return out;
    }
    let mean = free.iter().map(|&axis| value(axis, axis)).sum::<f64>() / free.len() as f64;
    let block =
        nalgebra::Matrix3::from_fn(
            |i, j| match (free.contains(&i), free.contains(&j), i == j) {
                (true, true, true) => value(i, i) + SHIFT * mean,
                (true, true, false) => 0.5 * (value(i, j) + value(j, i)),
                (_, _, true) => mean,
                (_, _, false) => 0.0,
            },
        );
    let inverse = block.cholesky().map(|cholesky| cholesky.inverse());
    for &i in &free {
        for &j in &free {
            out[3 * i + j] = match &inverse {
                Some(inverse) => inverse[(i, j)] as f32,
                // A block that rounding has made indefinite is taken by its diagonal.
                None if i == j => (1.0 / value(i, i)) as f32,
                None => 0.0,
            };
        }
    }
    out
}

/// Product of a block and a vector.
#[inline]
pub(super) fn product(block: &Block, by: [f32; 3]) -> [f32; 3] {
    [0, 1, 2]
        .map(|row| block[3 * row] * by[0] + block[3 * row + 1] * by[1] + block[3 * row + 2] * by[2])
}
