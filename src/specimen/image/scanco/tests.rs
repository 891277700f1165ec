use super::*;

/// By definition (VAX Architecture Reference Manual): 1.0 is 0x00004080 as an F float, and as a G float
/// 0x4010 in the first word.
#[test]
fn vax_floats_are_those_of_their_definition() {
    assert_eq!(vax_float([0x80, 0x40, 0, 0]).to_bits(), 1.0_f32.to_bits());
    assert_eq!(
        vax_float([0x80, 0xc0, 0, 0]).to_bits(),
        (-1.0_f32).to_bits()
    );
    // 0.0195 as aimio writes it: the halves of 4 x 0.0195 exchanged.
    let four = (4.0_f32 * 0.0195).to_le_bytes();
    let stored = [four[2], four[3], four[0], four[1]];
    assert_eq!(vax_float(stored).to_bits(), 0.0195_f32.to_bits());
    let [a, b, c, d, e, f, g, h] = (4.0_f64 * 1603.51).to_le_bytes();
    let stored = [g, h, e, f, c, d, a, b];
    assert_eq!(vax_double(stored).to_bits(), 1603.51_f64.to_bits());
}
