//! The threshold of Otsu, and what it looks at.

/// Smallest and largest value.
pub(super) fn ends(values: &[f32]) -> (f32, f32) {
    values
        .iter()
        .fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), &value| {
            (low.min(value), high.max(value))
        })
}

/// True when all values are whole.
pub(super) fn are_whole(values: &[f32]) -> bool {
    values.iter().all(|value| value.fract().abs() <= 0.0)
}

/// Otsu's threshold, which separates the values into two classes of the largest variance between
/// them; a value on it belongs to the lower class. `None` when all are equal, or one is not finite.
///
/// Whole values that span at most 65536 have a bin each, and the threshold is one of them, as in
/// scikit-image (`threshold_otsu` of an image of integers), whatever type the file has; other values have 256 bins over their
/// range, and the threshold is the centre of one.
///
/// Source: Otsu 1979, IEEE Trans Syst Man Cybern 9:62.
pub fn otsu(values: &[f32]) -> Option<f32> {
    const BINS: usize = 256;
    const MOST_BINS: f64 = 65536.0;
    if values.iter().any(|value| !value.is_finite()) {
        return None;
    }
    let (lowest, highest) = ends(values);
    let (start, range) = (f64::from(lowest), f64::from(highest) - f64::from(lowest));
    // Also false when there are no values.
    if !(range.is_finite() && range > 0.0) {
        return None;
    }
    // Bins, their width, and the centre of the first.
    let (bins, width, first) = if range <= MOST_BINS && are_whole(values) {
        (range as usize + 1, 1.0, start)
    } else {
        let width = range / BINS as f64;
        (BINS, width, start + 0.5 * width)
    };
    let mut counts = vec![0_u64; bins];
    for &value in values {
        let bin = ((f64::from(value) - start) / width) as usize;
        counts[bin.min(bins - 1)] += 1;
    }
    let centre = |bin: usize| first + bin as f64 * width;
    let total = values.len() as f64;
    let moment: f64 = (0..bins).map(|bin| counts[bin] as f64 * centre(bin)).sum();
    let (mut below, mut moment_below) = (0.0, 0.0);
    let mut best = (f64::NEG_INFINITY, 0);
    for (bin, &count) in counts.iter().enumerate().take(bins - 1) {
        below += count as f64;
        moment_below += count as f64 * centre(bin);
        let above = total - below;
        if below == 0.0 || above == 0.0 {
            continue;
        }
        let difference = moment_below / below - (moment - moment_below) / above;
        let between = below * above * difference * difference;
        if between > best.0 {
            best = (between, bin);
        }
    }
    Some(centre(best.1) as f32)
}
