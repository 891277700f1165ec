//! Bars of measured values, and the curve that they hold.

/// Standard errors to either side of a measured value, in all pictures: about 95 %, as the intervals and
/// bands beside it.
pub(crate) const ERRORS: f64 = 2.0;
/// What the bars of measured values are.
pub(crate) const BARS: &str = "two standard errors to either side (about 95 %)";

/// A measured value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Value {
    /// Time, d.
    pub day: f64,
    /// Value in the unit of the column; a plain ratio where the column is relative to a day.
    pub value: f64,
    /// Its standard error, in the same unit.
    pub error: f64,
    /// The error is a design: no one measured it.
    pub is_error_assumed: bool,
}

/// What measured values of a column are, behind `measured`: of a tumour its signal, where the source says that this is what
/// was measured in place of cells; empty for the column itself.
pub(crate) fn measured_as(column: &str, source: &str) -> &'static str {
    let said = source.to_lowercase();
    if !column.starts_with("tumour") || !said.contains("signal") {
        ""
    } else if ["imag", "luminescen", "fluorescen"]
        .iter()
        .any(|word| said.contains(word))
    {
        ": tumour signal (imaging)"
    } else {
        ": tumour signal, not counted cells"
    }
}

/// Value of a curve at a time, on the straight line between its points.
pub(crate) fn at(points: &[(f64, f64)], time: f64) -> Option<f64> {
    const SLIP: f64 = 1e-6;
    let after = points.iter().position(|point| point.0 >= time - SLIP)?;
    let (x, y) = points[after];
    if (x - time).abs() <= SLIP {
        return Some(y);
    }
    let (from, low) = points[after.checked_sub(1)?];
    Some(low + (time - from) / (x - from) * (y - low))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signal_of_a_tumour_is_no_count_of_cells() {
        let of = |source| measured_as("tumour_cells", source);
        assert_eq!(of("mice.csv: cells counted"), "");
        assert_eq!(
            of("mice.csv: signal of the tumour on day 28"),
            ": tumour signal, not counted cells"
        );
        assert_eq!(
            of("mice.csv: signal of bioluminescence"),
            ": tumour signal (imaging)"
        );
        assert_eq!(measured_as("bv_tv", "signal by imaging"), "");
    }
}
