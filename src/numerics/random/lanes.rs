//! The first words of many addresses, side by side.

#![expect(
    clippy::inline_always,
    reason = "what is dispatched to an instruction set has to be compiled for it"
)]

use pulp::{Arch, Simd, WithSimd};

use super::{Chance, KEY_STEPS, MULTIPLIERS, Stream};

/// Addresses side by side: those of one register or more, on every instruction set.
const LANES: usize = 16;

type Words = [u32; LANES];

impl Chance {
    /// The first word of the draws of each `who` at one `when` for one purpose, as
    /// [`Chance::at`] followed by [`word`](super::Draws::word) gives it.
    ///
    /// `out` receives one word per entry of `who`; what is longer of the two is left alone.
    pub fn first_words(self, stream: Stream, when: u32, who: &[u64], out: &mut [u32]) {
        let count = who.len().min(out.len());
        Arch::new().dispatch(FirstWords {
            key: self.key(),
            last: [when, stream as u32],
            who: &who[..count],
            out: &mut out[..count],
        });
    }
}

struct FirstWords<'a> {
    key: [u32; 2],
    last: [u32; 2],
    who: &'a [u64],
    out: &'a mut [u32],
}

impl WithSimd for FirstWords<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self {
            key,
            last,
            who,
            out,
        } = self;
        let whole = who.len() - who.len() % LANES;
        let (who, rest) = who.split_at(whole);
        let (out, rest_out) = out.split_at_mut(whole);
        for (who, out) in who.chunks_exact(LANES).zip(out.chunks_exact_mut(LANES)) {
            let mut ids = [0; LANES];
            ids.copy_from_slice(who);
            out.copy_from_slice(&first_of(ids, last, key));
        }
        if !rest.is_empty() {
            let mut ids = [0; LANES];
            ids[..rest.len()].copy_from_slice(rest);
            rest_out.copy_from_slice(&first_of(ids, last, key)[..rest.len()]);
        }
    }
}

/// Ten rounds of Philox4x32 in every lane; the first word of each.
///
/// A word is the lower half of a lane of 64 bits, where a product takes it from: what stands above it is never
/// looked at, so that nothing is packed or unpacked between two rounds.
#[inline(always)]
fn first_of(ids: [u64; LANES], [when, stream]: [u32; 2], mut key: [u32; 2]) -> Words {
    const WORD: u64 = 0xFFFF_FFFF;
    let mut a = ids;
    let mut b = ids.map(|id| id >> 32);
    let (mut c, mut d) = ([u64::from(when); LANES], [u64::from(stream); LANES]);
    for _ in 0..10 {
        let keys = key.map(u64::from);
        for lane in 0..LANES {
            let first = (a[lane] & WORD) * MULTIPLIERS[0];
            let second = (c[lane] & WORD) * MULTIPLIERS[1];
            a[lane] = (second >> 32) ^ b[lane] ^ keys[0];
            b[lane] = second;
            c[lane] = (first >> 32) ^ d[lane] ^ keys[1];
            d[lane] = first;
        }
        key = [
            key[0].wrapping_add(KEY_STEPS[0]),
            key[1].wrapping_add(KEY_STEPS[1]),
        ];
    }
    a.map(|word| word as u32)
}
