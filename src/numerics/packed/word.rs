//! Numbers that a packed array may hold.

use std::borrow::Cow;

/// A number that an array over the lattice may hold.
pub trait Word: Copy + Send + Sync {
    /// Bytes of the number.
    const BYTES: usize;
    /// Its bit pattern.
    fn to_bits(self) -> u64;
    /// The number with a bit pattern, if there is one.
    fn from_bits(bits: u64) -> Option<Self>;

    /// Bit patterns one after another, lowest bytes first; where memory holds them so, as they lie there.
    fn bytes(values: &[Self]) -> Cow<'_, [u8]> {
        let mut bytes = vec![0; Self::BYTES * values.len()];
        for (to, value) in bytes.chunks_exact_mut(Self::BYTES).zip(values) {
            to.copy_from_slice(&value.to_bits().to_le_bytes()[..Self::BYTES]);
        }
        Cow::Owned(bytes)
    }
}

/// The bytes of numbers as they lie in memory.
macro_rules! as_they_lie {
    () => {
        #[cfg(target_endian = "little")]
        fn bytes(values: &[Self]) -> Cow<'_, [u8]> {
            Cow::Borrowed(pulp::bytemuck::cast_slice(values))
        }
    };
}

macro_rules! whole {
    ($($kind:ty)*) => {$(
        impl Word for $kind {
            const BYTES: usize = size_of::<$kind>();
            fn to_bits(self) -> u64 {
                u64::from(self)
            }
            fn from_bits(bits: u64) -> Option<Self> {
                Self::try_from(bits).ok()
            }
            as_they_lie!();
        }
    )*};
}

whole!(u8 u16 u32 u64);

impl Word for bool {
    const BYTES: usize = 1;
    fn to_bits(self) -> u64 {
        u64::from(self)
    }
    fn from_bits(bits: u64) -> Option<Self> {
        (bits < 2).then_some(bits == 1)
    }
    as_they_lie!();
}

impl Word for f32 {
    const BYTES: usize = 4;
    fn to_bits(self) -> u64 {
        u64::from(Self::to_bits(self))
    }
    fn from_bits(bits: u64) -> Option<Self> {
        u32::try_from(bits).ok().map(Self::from_bits)
    }
    as_they_lie!();
}

impl Word for f64 {
    const BYTES: usize = 8;
    fn to_bits(self) -> u64 {
        Self::to_bits(self)
    }
    fn from_bits(bits: u64) -> Option<Self> {
        Some(Self::from_bits(bits))
    }
    as_they_lie!();
}
