//! Pain that can be relieved, and what a patient feels of it.
//!
//! # Biology
//! A lesion hurts by the acid of osteoclasts, by tumour, and by bone that gives way. Radiation takes the first two within weeks,
//! before the tumour is gone; antiresorptive drugs take the acid; what is left of bone gives way less where it heals. Nerves that were
//! harmed go on hurting.
//!
//! # Law
//! With the parts of pain of [`crate::patient::skeletal_events`], `N` of acid and tumour together and `C` of lost strength:
//! `P = max(N (1 - relief), lasting M) + C`, `M` the greatest `N` so far. What is felt is
//! `10 (P - tolerance) / (10 - tolerance)`, not below 0: analgesics are part of the tolerance and never change, so that the
//! condition of the consensus, no more analgesics, holds for everyone.
//!
//! # Limits
//! Irradiated bone is brittle for months, but that does not hurt. Pain stays ordinal. It is that of the lesion that hurts, which all lesions are like until one is irradiated.
//!
//! # References
//! Chow, Hoskin et al. 2012 (complete response: no pain, without more analgesics; partial: 2 points less).

use crate::patient::skeletal_events::{MOST_PAIN, SkeletalEvents, SkeletalState};

/// Pain from which a patient counts as one with pain, 0 to 10 (Chow 2012, consensus; Sahgal 2021).
pub(crate) const PAINFUL: f64 = 2.0;
/// Fall that counts as a response.
pub(crate) const FALL: f64 = 2.0;
/// Less is no pain on a scale of whole numbers.
pub(crate) const NONE: f64 = 0.5;
/// Weeks within which a response counts.
pub(crate) const WEEKS: usize = 24;

/// Pain of a lesion over time.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Painful {
    /// Greatest pain by acid and tumour so far.
    greatest: f64,
    /// Pain now, 0 to 10.
    pub(super) pain: f64,
}

impl Painful {
    /// Takes in the state of a day.
    pub(super) fn see(
        &mut self,
        law: &SkeletalEvents,
        state: &SkeletalState,
        relief: f64,
        lasting: f64,
    ) {
        let [chemical, structural] = law.parts_of_pain(state);
        self.greatest = self.greatest.max(chemical);
        let left = (chemical * (1.0 - relief)).max(lasting * self.greatest);
        // Untreated, to the last bit what the law says.
        self.pain = if left.to_bits() == chemical.to_bits() {
            law.pain(state)
        } else {
            left + structural
        };
    }
}

/// What is felt of pain.
pub(super) fn felt(pain: f64, tolerance: f64) -> f64 {
    (MOST_PAIN * (pain - tolerance) / (MOST_PAIN - tolerance)).max(0.0)
}

/// Response of pain in weekly records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Relief {
    /// No pain on day 0 that could go.
    NotPainful,
    /// No response.
    None,
    /// 2 points less at two visits in a row.
    Partial,
    /// None at two visits in a row.
    Complete,
}

impl Relief {
    /// Name in tables.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::NotPainful => "not_painful",
            Self::None => "none",
            Self::Partial => "partial",
            Self::Complete => "complete",
        }
    }

    /// Of weekly records from day 0 on.
    pub(crate) fn of(felt: &[f64]) -> Self {
        let Some(&start) = felt.first().filter(|first| **first >= PAINFUL) else {
            return Self::NotPainful;
        };
        let seen = &felt[..felt.len().min(WEEKS + 1)];
        let holds = |most: f64| {
            seen.windows(2)
                .skip(1)
                .any(|pair| pair.iter().all(|one| *one < most))
        };
        if holds(NONE) {
            Self::Complete
        } else if holds(start - FALL) {
            Self::Partial
        } else {
            Self::None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn radiation_relieves_what_does_not_last() {
        let law = SkeletalEvents::default();
        let lesion = SkeletalState {
            resorption: 3.0,
            burden_cm3: 30.0,
            strength: 0.65,
            ..SkeletalState::HEALTH
        };
        let mut painful = Painful::default();
        painful.see(&law, &lesion, 0.0, 0.4);
        assert!((painful.pain - 5.0).abs() < 1e-12);
        painful.see(&law, &lesion, 0.5, 0.4);
        assert!((painful.pain - 10.0 / 3.0).abs() < 1e-9, "{painful:?}");
        painful.see(&law, &lesion, 0.9, 0.4);
        assert!((painful.pain - 3.0).abs() < 1e-9, "{painful:?}");
        painful.see(&law, &SkeletalState::HEALTH, 0.0, 0.0);
        assert!(painful.pain.abs() < 1e-12);
        assert!(felt(1.0, 1.5).abs() < 1e-12 && (felt(10.0, 1.5) - 10.0).abs() < 1e-12);
    }

    #[test]
    fn a_response_must_hold_for_two_visits() {
        assert_eq!(Relief::of(&[1.0, 0.0, 0.0]), Relief::NotPainful);
        assert_eq!(Relief::of(&[6.0, 6.0, 0.0, 6.0]), Relief::None);
        assert_eq!(Relief::of(&[6.0, 3.0]), Relief::None);
        assert_eq!(Relief::of(&[6.0, 3.0, 5.0, 3.0]), Relief::None);
        assert_eq!(Relief::of(&[6.0, 3.0, 3.0]), Relief::Partial);
        assert_eq!(Relief::of(&[6.0, 5.0, 3.0, 3.0]), Relief::Partial);
        assert_eq!(Relief::of(&[6.0, 5.0, 0.4, 0.4]), Relief::Complete);
    }
}
