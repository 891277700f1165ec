//! Blocks of LZ4 of arrays whose rows repeat, as those of signals do, which have one value per block of sites.
//!
//! What a library looks for letter by letter is known here: a row is that above it, or that of the plane before it. Each
//! is compared once, as a whole, which takes a tenth of the time and gives files of the same length. The format is that of
//! every block of LZ4 (Collet, `lz4_Block_format.md`, github.com/lz4/lz4), which any reader unpacks.

/// The farthest that a copy reaches back, bytes.
const FARTHEST: usize = u16::MAX as usize;
/// The shortest row: a block ends in letters, and no copy begins in its last 12 bytes.
const SHORTEST: usize = 12;
/// The shortest copy of the format, which is told less this.
const LEAST: usize = 4;

/// Packs whole rows of `row` bytes, `plane` bytes a plane; none where fewer than half of the rows repeat, or where the format
/// has no room for it.
pub(super) fn packed(block: &[u8], row: usize, plane: usize) -> Option<Vec<u8>> {
    if !(SHORTEST..=FARTHEST).contains(&row) || !block.len().is_multiple_of(row) {
        return None;
    }
    let rows = block.len() / row;
    // How far back its copy begins; the last row is told in letters.
    let back = |at: usize| {
        let start = at * row;
        let same = |back: &usize| {
            (1..=start.min(FARTHEST)).contains(back)
                && block[start..start + row] == block[start - back..start - back + row]
        };
        [plane, row].into_iter().find(same)
    };
    let mut backs: Vec<Option<usize>> = (0..rows.checked_sub(1)?).map(back).collect();
    backs.push(None);
    let told = backs.iter().filter(|back| back.is_none()).count();
    if 2 * (told - 1) > rows {
        return None;
    }
    let mut out = Vec::with_capacity(told * (row + 8));
    let (mut from, mut at) = (0, 0);
    for run in backs.chunk_by(|one, other| one == other) {
        let here = at;
        at += run.len();
        if let Some(back) = run[0] {
            let letters = &block[from..here * row];
            sequence(&mut out, letters, Some((back, run.len() * row)));
            from = at * row;
        }
    }
    sequence(&mut out, &block[from..], None);
    Some(out)
}

/// Letters as they are, and a copy: how far back it begins, and its length. The last sequence has none.
fn sequence(out: &mut Vec<u8>, letters: &[u8], copy: Option<(usize, usize)>) {
    let token = out.len();
    out.push(0);
    let high = length(out, letters.len());
    out.extend(letters);
    let mut low = 0;
    if let Some((back, bytes)) = copy {
        out.extend((back as u16).to_le_bytes());
        low = length(out, bytes - LEAST);
    }
    out[token] = high << 4 | low;
}

/// A length: up to 14 in its half of the token, which is given back; the rest in bytes that follow.
fn length(out: &mut Vec<u8>, length: usize) -> u8 {
    let Some(mut rest) = length.checked_sub(15) else {
        return length as u8;
    };
    while rest >= 255 {
        out.push(255);
        rest -= 255;
    }
    out.push(rest as u8);
    15
}

#[cfg(test)]
mod tests {
    use super::*;
    use lz4_flex::block::decompress;
    use proptest::prelude::*;

    /// Values of blocks of sites, spread over the sites.
    fn spread(dims: [usize; 3], block: [usize; 3], value: impl Fn([usize; 3]) -> f32) -> Vec<u8> {
        let [x, y, z] = dims;
        let places = (0..x * y * z).map(|site| [site % x, site / x % y, site / (x * y)]);
        let at = |place: [usize; 3]| [0, 1, 2].map(|axis| place[axis] / block[axis]);
        places
            .flat_map(|place| value(at(place)).to_le_bytes())
            .collect()
    }

    proptest! {
        #[test]
        fn any_rows_that_repeat_are_unpacked_as_they_were(
            dims in [3..40_usize, 2..12_usize, 1..9_usize],
            block in [1..4_usize, 2..4_usize, 1..4_usize],
            values in 1..60_u32,
        ) {
            let of = |[x, y, z]: [usize; 3]| ((7 * x + 31 * y + 101 * z) as u32 % values) as f32 / 7.0;
            let bytes = spread(dims, block, of);
            let row = 4 * dims[0];
            if let Some(packed) = packed(&bytes, row, row * dims[1]) {
                prop_assert_eq!(decompress(&packed, bytes.len()).unwrap(), bytes);
            }
        }
    }

    #[test]
    fn values_of_cubes_of_eight_sites_take_a_quarter() {
        let dims = [100, 100, 6];
        let bytes = spread(dims, [2; 3], |[x, y, z]| {
            1.0 + (x + 50 * y + 2500 * z) as f32
        });
        let packed = packed(&bytes, 400, 40_000).unwrap();
        // The last row is told though it repeats; some bytes a sequence.
        assert!(
            packed.len() < bytes.len() / 4 + 400 + 100 * 16,
            "{}",
            packed.len()
        );
        assert_eq!(decompress(&packed, bytes.len()).unwrap(), bytes);
    }

    #[test]
    fn rows_that_do_not_repeat_or_that_the_format_cannot_tell_are_left() {
        let bytes = spread([10, 8, 2], [1; 3], |[x, y, z]| (x + 10 * y + 80 * z) as f32);
        assert_eq!(packed(&bytes, 40, 320), None);
        assert_eq!(packed(&[0; 80], 8, 80), None);
        assert_eq!(packed(&[0; 81], 40, 80), None);
        assert_eq!(packed(&[], 40, 80), None);
        let long = vec![0; 2 * 65_536];
        assert_eq!(packed(&long, 65_536, 65_536), None);
        // A plane that is too far back; the row above is not.
        let long = spread([100, 400, 2], [2, 2, 1], |[x, y, z]| {
            (x + 50 * y + 10_000 * z) as f32
        });
        let packed = packed(&long, 400, 160_000).unwrap();
        assert_eq!(decompress(&packed, long.len()).unwrap(), long);
    }
}
