use super::chunk::SAME;
use super::*;
use crate::numerics::random::{Chance, Stream};

fn back<T: Word>(values: &[T]) -> usize {
    let bytes = pack(values);
    let read: Vec<T> = within(values.len(), size_of_val(values), || unpack(&bytes)).unwrap();
    let same = values
        .iter()
        .zip(&read)
        .all(|(a, b)| a.to_bits() == b.to_bits());
    assert!(same && read.len() == values.len());
    bytes.len()
}

#[test]
fn arrays_come_back_to_the_last_bit_in_any_form() {
    let mut draws = Chance::new(1).at(Stream::Test, 0, 0);
    for count in [0, 1, 2, 255, 256, 257, PIECE - 1, PIECE + 300] {
        for kinds in [1, 2, 3, 5, 1000, u32::MAX] {
            let words: Vec<u32> = (0..count).map(|_| draws.below(kinds)).collect();
            back(&words);
            back(&words.iter().map(|&w| w as u8).collect::<Vec<_>>());
            back(&words.iter().map(|&w| w as u16).collect::<Vec<_>>());
            back(&words.iter().map(|&w| w % 2 == 1).collect::<Vec<_>>());
            back(&words.iter().map(|&w| f32::from_bits(w)).collect::<Vec<_>>());
            back(
                &words
                    .iter()
                    .map(|&w| f64::from(w) / 3.0)
                    .collect::<Vec<_>>(),
            );
            let wide = |w: u32| u64::from(w).wrapping_mul(0x9E37_79B9_7F4A_7C15);
            back(&words.iter().map(|&w| wide(w)).collect::<Vec<_>>());
            back(
                &words
                    .iter()
                    .map(|&w| f64::from_bits(wide(w)))
                    .collect::<Vec<_>>(),
            );
        }
    }
    back(&[f32::NAN, -0.0, 0.0, f32::NEG_INFINITY, -f32::NAN]);
}

#[test]
fn what_is_even_takes_few_bytes_and_what_is_not_never_many_more() {
    let count = 100_000;
    assert!(back(&vec![f64::NEG_INFINITY; count]) < count / 200);
    let mask: Vec<f32> = (0..count).map(|at| f32::from(at as u16 / 77 % 2)).collect();
    assert!(back(&mask) < count / 5);
    let mut draws = Chance::new(2).at(Stream::Test, 0, 0);
    let noise: Vec<u64> = (0..count)
        .map(|_| u64::from(draws.word()) << 32 | u64::from(draws.word()))
        .collect();
    assert!(back(&noise) < count * 8 + count / 200);
}

#[test]
fn nothing_is_read_beyond_the_limits() {
    let bytes = pack(&vec![0.0_f64; 1000]);
    assert!(unpack::<f64>(&bytes).unwrap_err().contains("0 sites"));
    let read = |sites, most| within(sites, most, || unpack::<f64>(&bytes));
    assert!(read(999, 8000).is_err());
    assert!(read(1000, 7999).unwrap_err().contains("8000 bytes"));
    assert!(read(1000, 8000).is_ok());
    let mut promise = (1_u64 << 50).to_le_bytes().to_vec();
    promise.push(SAME);
    assert!(within(1000, 8000, || unpack::<f64>(&promise)).is_err());
}

#[test]
fn no_bytes_make_it_panic() {
    let mut draws = Chance::new(3).at(Stream::Test, 0, 0);
    for _ in 0..20_000 {
        let count = draws.below(600) as usize;
        let mut bytes = (count as u64).to_le_bytes().to_vec();
        for _ in 0..draws.below(80) {
            let any = draws.below(9);
            bytes.push(if any < 5 {
                any as u8
            } else {
                draws.word() as u8
            });
        }
        within(count, 1 << 20, || {
            let _ = unpack::<bool>(&bytes);
            let _ = unpack::<f32>(&bytes);
            let _ = unpack::<u64>(&bytes);
        });
    }
}
