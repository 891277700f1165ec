//! Scanco Medical: ISQ as the scanner reconstructs it, AIM as its evaluation writes it.
//!
//! Numbers are little-endian; those with a point in AIM v020 and in calibrations are VAX's F and D floats.
//! Both hold the attenuation as whole numbers, and where the file has a calibration also how they become
//! mg HA/cm3; what is read are the numbers as they are stored.

mod aim;
mod isq;

pub(super) use aim::read as read_aim;
pub(super) use isq::read as read_isq;

/// Bytes of a header from a place on.
fn bytes<const N: usize>(header: &[u8], at: usize) -> Option<[u8; N]> {
    header.get(at..at.checked_add(N)?)?.try_into().ok()
}

/// A whole number of four bytes.
fn int(header: &[u8], at: usize) -> Option<i32> {
    bytes(header, at).map(i32::from_le_bytes)
}

/// A VAX F float: the halves of 16 bits are exchanged, and the exponent is two larger than in IEEE 754.
fn vax_float([a, b, c, d]: [u8; 4]) -> f32 {
    0.25 * f32::from_le_bytes([c, d, a, b])
}

/// A VAX G float, alike in four pieces of 16 bits.
fn vax_double([a, b, c, d, e, f, g, h]: [u8; 8]) -> f64 {
    0.25 * f64::from_le_bytes([g, h, e, f, c, d, a, b])
}

#[cfg(test)]
mod tests;
