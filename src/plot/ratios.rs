//! Ratios of groups with their intervals, as data of a forest plot.

use crate::plot::tone::Tone;

/// Ratios of groups, one for each category.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Forest {
    /// Colour.
    pub tone: Tone,
    /// A row for each category from the top.
    pub rows: Vec<Ratio>,
    /// Heads of the columns of numbers beside the plot.
    pub heads: Vec<String>,
    /// What a ratio below 1 favours, and one above.
    pub favours: [String; 2],
}

/// A ratio of a group.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Ratio {
    /// The ratio; not finite for none.
    pub value: f64,
    /// Lower end of its interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Patients, which the area of its square goes by.
    pub weight: f64,
    /// It is of everybody.
    pub is_whole: bool,
    /// Numbers beside the plot.
    pub cells: Vec<String>,
}

/// Ends of intervals beyond this factor on either side of 1 do not stretch the axis.
const FAR: f64 = 4.0;

impl Forest {
    /// Numbers that its axis reaches: a factor of 2 to both sides at least.
    pub(crate) fn reach(&self) -> impl Iterator<Item = f64> {
        let rows = self.rows.iter().filter(|row| row.value.is_finite());
        let ends = rows.flat_map(|row| [row.value, row.low, row.high]);
        let ends = ends.filter(|end| end.is_finite());
        ends.map(|end| end.clamp(1.0 / FAR, FAR))
            .chain([0.5, 1.0, 2.0])
    }
}
