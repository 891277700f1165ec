//! Numbers that a packed array may hold.

/// A number that an array over the lattice may hold.
pub trait Word: Copy + Send + Sync {
    /// Bytes of the number.
    const BYTES: usize;
    /// Its bit pattern.
    fn to_bits(self) -> u64;
    /// The number with a bit pattern, if there is one.
    fn from_bits(bits: u64) -> Option<Self>;
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
}

impl Word for f32 {
    const BYTES: usize = 4;
    fn to_bits(self) -> u64 {
        u64::from(Self::to_bits(self))
    }
    fn from_bits(bits: u64) -> Option<Self> {
        u32::try_from(bits).ok().map(Self::from_bits)
    }
}

impl Word for f64 {
    const BYTES: usize = 8;
    fn to_bits(self) -> u64 {
        Self::to_bits(self)
    }
    fn from_bits(bits: u64) -> Option<Self> {
        Some(Self::from_bits(bits))
    }
}
