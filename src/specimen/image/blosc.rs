//! Blosc 1 containers with LZ4, zlib, zstd or plain blocks, as most Zarr files of Python have them.
//!
//! Format: `README_CHUNK_FORMAT` of c-blosc 1; LZ4 block format by Y. Collet. A container is a header of 16
//! bytes, the places of its blocks, and the blocks; a block is packed in one piece, or in one for each byte
//! of the type. Bytes of a type are shuffled: all first bytes, then all second ones.

use std::io::Read as _;

/// Unpacks a container of at most `most` bytes.
///
/// # Errors
/// What is wrong, in words.
pub(super) fn unpacked(bytes: &[u8], most: usize) -> Result<Vec<u8>, String> {
    let number = |at: usize| -> Option<usize> {
        let four = bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
        usize::try_from(u32::from_le_bytes(four)).ok()
    };
    let ends = || "a Blosc container ends early".to_owned();
    let (Some(total), Some(block)) = (number(4), number(8)) else {
        return Err(ends());
    };
    let [version, _, flags, width, ..] = *bytes else {
        return Err(ends());
    };
    if version != 2 {
        return Err(format!(
            "a Blosc container of the format {version}, expected 2"
        ));
    }
    if total > most {
        return Err(format!(
            "a Blosc container states {total} bytes, expected at most {most}"
        ));
    }
    if flags & 2 != 0 {
        let plain = bytes.get(16..).and_then(|rest| rest.get(..total));
        return plain.map(<[u8]>::to_vec).ok_or_else(ends);
    }
    if total == 0 || block == 0 {
        return Ok(Vec::new());
    }
    let width = usize::from(width).max(1);
    let codec = flags >> 5;
    if !(matches!(codec, 1 | 3) || codec == 4 && cfg!(feature = "checkpoints")) {
        let name = ["BloscLZ", "LZ4", "Snappy", "zlib", "zstd"].get(usize::from(codec));
        return Err(format!(
            "Blosc with {}, expected {}",
            name.unwrap_or(&"an unknown codec"),
            if cfg!(feature = "checkpoints") {
                "LZ4, zlib or zstd"
            } else {
                "LZ4 or zlib"
            }
        ));
    }
    if flags & 4 != 0 {
        return Err("Blosc with shuffled bits, expected shuffled bytes or none".to_owned());
    }
    let mut all = Vec::new();
    for i in 0..total.div_ceil(block) {
        let size = block.min(total - i * block);
        // What is left over at the end, and what is said to be whole, is not split.
        let is_split = flags & 16 == 0 && size == block && width <= 16 && block / width >= 128;
        let pieces = if is_split { width } else { 1 };
        let mut at = number(16 + 4 * i).ok_or_else(ends)?;
        let mut whole = Vec::with_capacity(size);
        for piece in 0..pieces {
            let expected = if piece + 1 == pieces {
                size - whole.len()
            } else {
                size / pieces
            };
            let packed = number(at).ok_or_else(ends)?;
            let stop = at
                .checked_add(4)
                .and_then(|start| start.checked_add(packed));
            let held = stop
                .and_then(|stop| bytes.get(at + 4..stop))
                .ok_or_else(ends)?;
            at += 4 + packed;
            let found = if packed == expected {
                Some(held.to_vec())
            } else if codec == 1 {
                lz4(held, expected)
            } else if codec == 3 {
                zlib(held, expected)
            } else {
                zstd(held, expected)
            };
            let found = found.filter(|found| found.len() == expected);
            whole.extend(found.ok_or("a block of a Blosc container cannot be unpacked")?);
        }
        if flags & 1 != 0 && width > 1 {
            whole = unshuffled(&whole, width);
        }
        all.extend(whole);
    }
    Ok(all)
}

/// Puts the bytes of each value together again; what is left over at the end stays.
fn unshuffled(bytes: &[u8], width: usize) -> Vec<u8> {
    let count = bytes.len() / width;
    let mut all = Vec::with_capacity(bytes.len());
    for i in 0..count {
        all.extend((0..width).map(|byte| bytes[byte * count + i]));
    }
    all.extend_from_slice(&bytes[count * width..]);
    all
}

fn zlib(bytes: &[u8], expected: usize) -> Option<Vec<u8>> {
    let mut found = Vec::new();
    let stream = flate2::read::ZlibDecoder::new(bytes);
    stream
        .take(expected as u64 + 1)
        .read_to_end(&mut found)
        .ok()?;
    Some(found)
}

#[cfg(feature = "checkpoints")]
fn zstd(bytes: &[u8], expected: usize) -> Option<Vec<u8>> {
    let mut found = Vec::new();
    let stream = zstd::Decoder::new(bytes).ok()?;
    stream
        .take(expected as u64 + 1)
        .read_to_end(&mut found)
        .ok()?;
    Some(found)
}

#[cfg(not(feature = "checkpoints"))]
const fn zstd(_: &[u8], _: usize) -> Option<Vec<u8>> {
    None
}

/// The next bytes of a block.
fn take<'a>(rest: &mut &'a [u8], count: usize) -> Option<&'a [u8]> {
    let (taken, more) = rest.split_at_checked(count)?;
    *rest = more;
    Some(taken)
}

/// A length of which four bits stand in the token, and more behind where these are all set.
fn length(rest: &mut &[u8], four: u8) -> Option<usize> {
    let mut length = usize::from(four);
    let mut goes_on = four == 15;
    while goes_on {
        let more = take(rest, 1)?[0];
        length = length.checked_add(usize::from(more))?;
        goes_on = more == 255;
    }
    Some(length)
}

/// An LZ4 block of at most `most` bytes: runs of new bytes, each followed by a copy of earlier ones.
fn lz4(bytes: &[u8], most: usize) -> Option<Vec<u8>> {
    let mut found: Vec<u8> = Vec::new();
    let mut rest = bytes;
    while let Some(&[token]) = take(&mut rest, 1) {
        let new = length(&mut rest, token >> 4)?;
        found.extend_from_slice(take(&mut rest, new)?);
        let Some(&[low, high]) = take(&mut rest, 2) else {
            break;
        };
        let back = usize::from(u16::from_le_bytes([low, high]));
        let copied = length(&mut rest, token & 15)?.checked_add(4)?;
        let start = found.len().checked_sub(back).filter(|_| back > 0)?;
        if found.len().checked_add(copied)? > most {
            return None;
        }
        for i in 0..copied {
            found.push(found[start + i]);
        }
    }
    (found.len() <= most).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By the examples of the format: new bytes, a copy that overlaps itself, a long run.
    #[test]
    fn blocks_of_lz4_are_unpacked() {
        assert_eq!(lz4(&[0x30, 1, 2, 3], 3), Some(vec![1, 2, 3]));
        // "ab", then 6 bytes from 2 back, then "c".
        assert_eq!(
            lz4(&[0x22, b'a', b'b', 2, 0, 0x10, b'c'], 20).as_deref(),
            Some(&b"ababababc"[..])
        );
        // A run of 1 + (15 + 4 + 255 + 10) bytes.
        let long = lz4(&[0x1f, 7, 1, 0, 255, 10, 0x00], 300).unwrap();
        assert_eq!(long, vec![7; 1 + 15 + 255 + 10 + 4]);
        for wrong in [
            &[0x12, 7, 2, 0][..],
            &[0x10],
            &[0x14, 7, 0, 0],
            &[0xf0, 255],
        ] {
            assert_eq!(lz4(wrong, 100), None, "{wrong:?}");
        }
        assert_eq!(lz4(&[0x1f, 7, 1, 0, 255, 10, 0x00], 100), None);
    }

    #[test]
    fn bytes_are_put_together_again() {
        assert_eq!(unshuffled(&[1, 3, 5, 2, 4, 6, 9], 2), [1, 2, 3, 4, 5, 6, 9]);
    }

    /// 300 numbers of two bytes, 0 to 6 over and over, as c-blosc packs them by zstd with shuffled bytes.
    #[cfg(feature = "checkpoints")]
    #[test]
    fn blocks_of_zstd_are_unpacked() {
        let packed = [
            2, 1, 145, 2, 88, 2, 0, 0, 88, 2, 0, 0, 52, 0, 0, 0, 20, 0, 0, 0, 28, 0, 0, 0, 40, 181,
            47, 253, 96, 88, 1, 149, 0, 0, 64, 0, 1, 2, 3, 4, 5, 6, 0, 2, 0, 40, 56, 85, 136, 72,
            45, 70,
        ];
        let found = unpacked(&packed, 600).unwrap();
        let expected: Vec<u8> = (0..300_u32).flat_map(|i| [(i % 7) as u8, 0]).collect();
        assert_eq!(found, expected);
        assert!(unpacked(&packed[..packed.len() - 3], 600).is_err());
    }

    #[test]
    fn other_codecs_are_refused_by_name() {
        let head =
            |flags: u8| [&[2, 1, flags, 2][..], &[8, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0]].concat();
        assert!(unpacked(&head(2 << 5), 100).unwrap_err().contains("Snappy"));
        assert!(
            unpacked(&head(1 << 5 | 4), 100)
                .unwrap_err()
                .contains("bits")
        );
        assert!(
            unpacked(&head(1 << 5), 4)
                .unwrap_err()
                .contains("at most 4")
        );
        assert!(unpacked(&head(1 << 5), 100).unwrap_err().contains("early"));
        assert!(unpacked(&[2, 1], 100).is_err());
    }
}
