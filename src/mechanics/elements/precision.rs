//! How exactly forces are balanced.

/// How exactly a balance of forces is looked for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Precision {
    /// What may be left of the forces on free nodes, against those that the held ones would put on a body that
    /// does not yield.
    pub tolerance: f64,
    /// Iterations at most.
    pub most_iterations: usize,
}

impl Default for Precision {
    fn default() -> Self {
        Self {
            tolerance: 1e-6,
            most_iterations: 1000,
        }
    }
}
