//! Resistance: of the tumour cells of a patient some do not answer to a class of therapy.
//!
//! # Law
//! A share `1 - s` of cells is resistant when therapy begins. Sensitive cells die with the hazard `k`, resistant ones do
//! not, and both divide alike: the tumour dies with `s k`, and `s' = -k s (1 - s)`, whose solution is
//! `s / (1 - s) = s0 / (1 - s0) exp(-sum k)`. Classes are independent of each other: cytotoxic drugs, drugs against mutant
//! EGFR, CD8 cells (cells without antigen).
//!
//! # Limits
//! No mutation during therapy, no price of resistance, no cross resistance. Cytotoxic drugs are one class.

/// Sensitive over resistant cells, by class.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Clones {
    odds: [f64; 3],
}

/// Classes of therapy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    Cytotoxic,
    Egfr,
    Immune,
}

impl Clones {
    /// With the resistant over the sensitive cells of each class.
    pub(super) fn new(resistant: [f64; 3]) -> Self {
        Self {
            odds: resistant.map(|odds| 1.0 / odds),
        }
    }

    /// Hazard of death of the tumour over a day, of `hazard` of its sensitive cells: the mean by what is left of it.
    pub(super) fn killed(&mut self, class: Class, hazard: f64) -> f64 {
        let odds = &mut self.odds[class as usize];
        if hazard <= 0.0 || !odds.is_finite() {
            return hazard;
        }
        let before = *odds;
        *odds *= (-hazard).exp();
        // What is left is sensitive exp(-k) and resistant 1: -ln of it over what was.
        ((1.0 + before) / (1.0 + *odds)).ln()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two populations followed apart leave the same cells.
    #[test]
    fn kills_are_those_of_two_populations() {
        let mut clones = Clones::new([0.25, 1.0, 1.0]);
        let (mut sensitive, resistant) = (0.8_f64, 0.2_f64);
        let mut left = 1.0_f64;
        for hazard in [0.5, 2.0, 0.1, 4.0] {
            left *= (-clones.killed(Class::Cytotoxic, hazard)).exp();
            sensitive *= f64::exp(-hazard);
            assert!((left - sensitive - resistant).abs() < 1e-12);
        }
        // Other classes are untouched.
        assert!((clones.killed(Class::Egfr, 1e-9) - 0.5e-9).abs() < 1e-15);
    }

    #[test]
    fn without_resistant_cells_all_die_alike() {
        let mut clones = Clones::new([0.0; 3]);
        assert!((clones.killed(Class::Egfr, 0.7) - 0.7).abs() < 1e-12);
    }
}
