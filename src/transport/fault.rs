//! Why a field could not be found.

/// Refusals of [`Medium`](super::Medium). The caller knows which signal it was.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TransportFault {
    /// An array does not have one entry per site.
    #[error("{what} has {found} entries; the lattice has {expected} sites")]
    Length {
        /// The array.
        what: &'static str,
        /// Its length.
        found: usize,
        /// Sites of the lattice.
        expected: usize,
    },
    /// The lattice has no site, or more than the 32-bit site numbers of the solver can hold.
    #[error("the lattice has {sites} sites; allowed: 1 to {most}")]
    Size {
        /// Sites of the lattice.
        sites: usize,
        /// Largest number of sites.
        most: usize,
    },
    /// Blocks of sites do not fill the lattice.
    #[error(
        "blocks of {block:?} sites do not fill a lattice of {sites:?} sites; allowed: divisors"
    )]
    Block {
        /// Sites of a block along x, y, z.
        block: [usize; 3],
        /// Sites of the lattice along x, y, z.
        sites: [usize; 3],
    },
    /// A site holds a negative, infinite or undefined number.
    #[error("{what} is {value} at site {site} (x, y, z = {place:?}); allowed: finite, at least 0")]
    Site {
        /// The array.
        what: &'static str,
        /// Index of the first such site.
        site: usize,
        /// Its place.
        place: [usize; 3],
        /// What was found.
        value: f32,
    },
    /// A number that holds for the whole lattice is out of range.
    #[error("{name} is {value}; allowed: {allowed}")]
    Parameter {
        /// Its name.
        name: &'static str,
        /// What was found.
        value: f64,
        /// What is allowed.
        allowed: &'static str,
    },
    /// The residual did not fall below the tolerance.
    #[error(
        "no convergence: relative residual {residual:.3e} after {iterations} iterations; \
         the tolerance is {tolerance:.3e}"
    )]
    NotConverged {
        /// Iterations done.
        iterations: u32,
        /// Relative residual reached.
        residual: f64,
        /// Relative residual asked for.
        tolerance: f64,
    },
    /// The solution has a negative value that is not just the tolerance of the solver.
    #[error(
        "the field falls to {lowest:.3e} pM where its largest value is {largest:.3e} pM; \
         allowed: down to -tolerance times the largest value (tolerance {tolerance:.3e})"
    )]
    Negative {
        /// Lowest value, pM.
        lowest: f64,
        /// Largest value, pM.
        largest: f64,
        /// Relative residual asked for.
        tolerance: f64,
    },
}
