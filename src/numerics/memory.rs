//! Sizes of memory with their unit.

use std::str::FromStr;

/// Memory, bytes.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub(crate) struct Memory(f64);

/// A text that is no size of memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a size such as \"2 GB\" (B, MB, GB, TB, MiB, GiB)")]
pub(crate) struct MemoryError;

impl Memory {
    /// Bytes.
    pub(crate) const fn bytes(self) -> f64 {
        self.0
    }
}

impl FromStr for Memory {
    type Err = MemoryError;

    fn from_str(text: &str) -> Result<Self, MemoryError> {
        let text = text.trim();
        let end = text
            .find(|c: char| c.is_ascii_alphabetic())
            .unwrap_or(text.len());
        let (number, unit) = text.split_at(end);
        let factor = match unit {
            "B" => 1.0,
            "MB" => 1e6,
            "GB" => 1e9,
            "TB" => 1e12,
            "MiB" => 1_048_576.0,
            "GiB" => 1_073_741_824.0,
            _ => return Err(MemoryError),
        };
        match number.trim().parse::<f64>() {
            Ok(number) if number > 0.0 && number.is_finite() => Ok(Self(number * factor)),
            _ => Err(MemoryError),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_a_unit() {
        assert_eq!("2 GB".parse(), Ok(Memory(2e9)));
        assert_eq!("1.5GiB".parse(), Ok(Memory(1.5 * 1_073_741_824.0)));
        for wrong in ["2", "GB", "-1 GB", "2 gb", "0 MB", "inf GB"] {
            assert_eq!(wrong.parse::<Memory>(), Err(MemoryError), "{wrong}");
        }
    }
}
