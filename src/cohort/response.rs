//! Response of the tumour, in bone and outside, as trials read it from scans.
//!
//! # Law
//! The sum of diameters goes with the cube root of the volume that is seen, dead cells and stroma too, and is measured every
//! `interval` with an error of its own, the same in every arm. Partial response: 30 % below day 0. Complete: below `gone`, which no
//! scan tells from what stays. Progression: 20 % above the smallest sum so far. A response counts when the next scan
//! confirms it and no progression came before (best confirmed response); all patients count, those too who died before
//! the first scan.
//!
//! # Limits
//! No new lesions, no lesions that cannot be measured: in bone the soft part of lesions is measured, as if all had one.
//!
//! # References
//! Eisenhauer et al. 2009 (RECIST 1.1).

use rand_distr::{Distribution as _, StandardNormal};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::biology::problem::Problems;
use crate::cohort::body::RECORD_D;
use crate::numerics::quantity::Time;
use crate::numerics::random::{Chance, Stream};

/// Addresses of errors: the first scan, in bone and outside.
const SCANS: [u32; 2] = [200, 400];
/// Fall of a partial response and rise of progression.
const PARTIAL: f64 = 0.70;
const PROGRESSION: f64 = 1.20;

/// How response is read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Scans {
    /// Time from scan to scan. 42 d; usual in trials of lung cancer.
    pub interval: Time,
    /// Spread of the logarithm of a measured sum. 0.05 [0.02 to 0.1]; design.
    pub error: f64,
    /// Sum over that of day 0 below which the tumour counts as gone. 0.5; derived: stroma of a tenth is left, with a diameter of 0.45
    /// of the whole, below which no tumour falls.
    pub gone: f64,
}

impl Default for Scans {
    fn default() -> Self {
        Self {
            interval: Time::h(42.0 * 24.0),
            error: 0.05,
            gone: 0.5,
        }
    }
}

/// Best response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Best {
    /// No scan after day 0.
    NotSeen,
    /// Progression.
    Progression,
    /// Neither.
    Stable,
    /// Partial response.
    Partial,
    /// Complete response.
    Complete,
}

impl Best {
    /// Name in tables.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::NotSeen => "not_seen",
            Self::Progression => "progression",
            Self::Stable => "stable",
            Self::Partial => "partial",
            Self::Complete => "complete",
        }
    }

    /// True for a response.
    pub(crate) const fn is_response(self) -> bool {
        matches!(self, Self::Partial | Self::Complete)
    }
}

/// What scans of a patient showed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Read {
    /// Best confirmed response.
    pub(crate) best: Best,
    /// Smallest sum over that of day 0, less 1, up to progression; none without a scan.
    pub(crate) change: Option<f64>,
    /// Day of progression.
    pub(crate) progression_d: Option<f64>,
}

impl Scans {
    /// Looks for values that make no sense.
    /// `stroma` is the share of a volume that never vanishes, over the living tumour of day 0.
    pub(crate) fn check(&self, path: &str, stroma: f64, problems: &mut Problems) {
        let days = self.interval.get() / 24.0;
        let week = f64::from(RECORD_D);
        if !(week..=3650.0).contains(&days) || (days / week).fract().abs() > 1e-9 {
            problems.add(
                &format!("{path}.interval"),
                format!("found {days} d"),
                "give whole weeks, such as \"42 d\"",
            );
        }
        problems.within(&format!("{path}.error"), self.error, 0.0, 1.0);
        let gone = format!("{path}.gone");
        problems.within(&gone, self.gone, 0.0, PARTIAL);
        // On day 0 a scan sees the tumour with its stroma.
        let least = (stroma / (1.0 + stroma)).cbrt();
        if self.gone <= least {
            // Of the two keys the one that was set.
            let is_set = (self.gone - Self::default().gone).abs() > 0.0;
            problems.add(
                if is_set { &gone } else { "soft.stroma" },
                format!(
                    "found {gone} = {}, but stroma (soft.stroma = {stroma}) leaves {least:.3} of a sum: no tumour would be gone but by the error of a scan",
                    self.gone
                ),
                if least < PARTIAL {
                    format!("give {gone} more than {least:.3} and at most {PARTIAL}, or a smaller soft.stroma")
                } else {
                    "give a smaller soft.stroma".to_owned()
                },
            );
        }
    }

    fn measured(&self, volume: f64, start: f64, address: u32, chance: Chance, patient: u64) -> f64 {
        let normal: f64 = StandardNormal.sample(&mut chance.at(Stream::Cohort, address, patient));
        (volume / start).cbrt() * (self.error * normal).exp()
    }

    /// Reads weekly volumes from day 0 on; `place` 0 in bone and 1 outside.
    pub(crate) fn read(&self, volumes: &[f64], place: usize, chance: Chance, patient: u64) -> Read {
        let step = (self.interval.get() / 24.0 / f64::from(RECORD_D)).round() as usize;
        let mut found = Read {
            best: Best::NotSeen,
            change: None,
            progression_d: None,
        };
        let start = match volumes.first() {
            Some(&first) if first > 0.0 => first,
            _ => return found,
        };
        let mut least = 1.0_f64;
        let mut before = Best::NotSeen;
        for (number, &volume) in volumes.iter().step_by(step.max(1)).enumerate().skip(1) {
            let address = SCANS[place] + number.min(199) as u32;
            let sum = self.measured(volume, start, address, chance, patient);
            found.change = Some(
                found
                    .change
                    .map_or(sum - 1.0, |one: f64| one.min(sum - 1.0)),
            );
            let now = if sum >= PROGRESSION * least {
                Best::Progression
            } else if sum <= self.gone {
                Best::Complete
            } else if sum <= PARTIAL {
                Best::Partial
            } else {
                Best::Stable
            };
            if now == Best::Progression {
                found.best = found.best.max(Best::Progression);
                found.progression_d = Some((number * step) as f64 * f64::from(RECORD_D));
                break;
            }
            // Of two responses in a row the lesser is confirmed.
            let confirmed = if before.is_response() && now.is_response() {
                before.min(now)
            } else {
                Best::Stable
            };
            found.best = found.best.max(confirmed);
            before = now;
            least = least.min(sum);
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(sums: &[f64]) -> Read {
        let law = Scans {
            interval: Time::h(7.0 * 24.0),
            error: 0.0,
            ..Scans::default()
        };
        let volumes: Vec<f64> = sums.iter().map(|sum| 8.0 * sum.powi(3)).collect();
        law.read(&volumes, 0, Chance::new(1), 1)
    }

    /// Stroma of a tenth leaves (0.1 / 1.1)^(1/3) = 0.4498 of a diameter: what must be less is never gone.
    #[test]
    fn nothing_is_asked_that_stroma_never_lets_be() {
        let refused = |gone: f64, stroma: f64| {
            let law = Scans {
                gone,
                ..Scans::default()
            };
            let mut problems = Problems::default();
            law.check("scans", stroma, &mut problems);
            problems
                .found
                .into_iter()
                .map(|one| one.path)
                .collect::<Vec<_>>()
        };
        assert!(refused(0.5, 0.1).is_empty() && refused(0.451, 0.1).is_empty());
        assert_eq!(refused(0.449, 0.1), ["scans.gone"]);
        assert_eq!(refused(0.6, 0.9), ["scans.gone"]);
        assert_eq!(refused(0.0, 0.0), ["scans.gone"]);
        assert!(refused(0.01, 0.0).is_empty());
    }

    #[test]
    fn responses_are_confirmed_and_end_with_progression() {
        assert_eq!(read(&[1.0]).best, Best::NotSeen);
        assert_eq!(read(&[1.0, 1.1, 1.15]).best, Best::Stable);
        assert_eq!(read(&[1.0, 1.21]).best, Best::Progression);
        assert_eq!(read(&[1.0, 0.69, 0.8, 0.69]).best, Best::Stable);
        assert_eq!(read(&[1.0, 0.69, 0.69]).best, Best::Partial);
        assert_eq!(read(&[1.0, 0.69, 0.49, 0.49]).best, Best::Complete);
        let late = read(&[1.0, 0.69, 0.83, 0.4, 0.4]);
        assert_eq!((late.best, late.progression_d), (Best::Stable, Some(14.0)));
        assert!((read(&[1.0, 0.8, 0.6, 0.65]).change.unwrap_or(0.0) + 0.4).abs() < 1e-12);
    }
}
