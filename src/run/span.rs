//! A wall time in words.

/// A wall time in the unit that suits it.
pub(crate) fn span(seconds: f64) -> String {
    const MIN: f64 = 60.0;
    const H: f64 = 3600.0;
    match seconds {
        s if s < 1.5 * MIN => format!("{:.0} s", s.max(1.0)),
        s if s < 1.5 * H => format!("{:.0} min", s / MIN),
        s if s < 48.0 * H => format!("{:.1} h", s / H),
        s => format!("{:.1} d", s / (24.0 * H)),
    }
}
