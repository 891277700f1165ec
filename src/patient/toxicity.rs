//! Harm by antiresorptive drugs: osteonecrosis of the jaw and hypocalcaemia, as hazards.
//!
//! # Biology
//! Bone that is no longer resorbed heals badly where teeth are drawn, the more the longer turnover has
//! been low: most cases in trials had a dental trigger. When resorption stops at once, formation goes
//! on and takes calcium from blood: hypocalcaemia comes early, and more often with little vitamin D,
//! failing kidneys or a low calcium to begin with.
//!
//! # Law
//! A drug acts on bone from a dose until `lasts` after it; the clock `t` runs while one does, and goes
//! on where it stood when another follows. Of several the worst counts.
//! Jaw: hazard `jaw[0]` in the first year of the clock, `jaw[1]` in the second, `jaw[2]` later, times
//! that of the mouth: 1 in the average mouth of the trials. Of the cases a share `T` had a trigger, and
//! after one the hazard is `m` times that without; so the average patient spends the share
//! `f = T / (T + m (1 - T))` of the time behind a trigger, and where the dates of extractions are given
//! the hazard is `(1 - T) / (1 - f)` of the average one, and `m` times this for a time after each.
//! Hypocalcaemia: `H(t) = -ln(1 - share) (1 - exp(-t / settles)) / (1 - exp(-1 yr / settles))`, so that
//! `share` of the patients have had it after a year; times `fold` for low vitamin D and again for
//! failing kidneys, times `2^((typical - calcium) / doubling)`.
//! The probability of a first event is `1 - exp(-H)`.
//!
//! # Limits
//! Drugs against vessels, which add to the hazard of the jaw, are not known. Nothing follows from an
//! event: no drug is stopped by it. Death, which ends the risk, is for the reader to count.
//!
//! # References
//! Jaw: label of denosumab (1.1, 3.7 and 4.6 % per patient-year), Saad 2012 (1.8 and 1.3 % of patients
//! under denosumab and zoledronate; 61.8 % after a tooth was drawn). Hypocalcaemia: Lipton 2012 (9.6 and
//! 5.0 %), Scagliotti 2012 (lung: 8.6 and 3.8 %), Body 2015 (most within six months).

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::biology::problem::Problems;
use crate::numerics::elementary;
use crate::numerics::quantity::{Concentration, Moment, Rate, Time};

/// Hours in a year.
const YEAR_H: f64 = 365.25 * 24.0;

/// Harm by antiresorptive drugs. Values that are not given are those of the trials.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Toxicity {
    /// Drugs that do harm, by name; where this is given, no other does.
    pub drugs: BTreeMap<String, Antiresorptive>,
    /// Share of the cases of the jaw that had a dental trigger. 0.81, design: Saad 2012 has a tooth
    /// drawn in 61.8 %.
    pub triggered_share: f64,
    /// Hazard of the jaw after an extraction over that without. 15; design, of 10 to 20.
    pub extraction_fold: f64,
    /// Time for which an extraction counts. 180 d; design: until the socket is covered by bone.
    pub extraction_window: Time,
    /// Times of extractions of teeth, before day 0 too; an empty list is a mouth left alone. Without it the mouth is the
    /// average one of the trials.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extractions: Option<Vec<Moment>>,
    /// Mean time by which the risk of hypocalcaemia settles. 90 d; design, for most of it within six
    /// months (Body 2015).
    pub settles: Time,
    /// True with little vitamin D.
    pub low_vitamin_d: bool,
    /// True with a creatinine clearance below 30 mL/min.
    pub failing_kidneys: bool,
    /// Hazard of hypocalcaemia with either over that without. 3; design.
    pub fold: f64,
    /// Total calcium of the average patient of the trials under such a drug. 2.25 mM; design, 0.1 mM
    /// below the usual.
    pub typical: Concentration,
    /// Fall of calcium that doubles the hazard of hypocalcaemia. 0.1 mM; design.
    pub doubling: Concentration,
}

/// The harm of one drug.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Antiresorptive {
    /// Hazard of osteonecrosis of the jaw in the first, second and later years.
    pub jaw: [Rate; 3],
    /// Share of patients with hypocalcaemia in a year, 0 to below 1.
    pub hypocalcaemia: f64,
    /// Time for which a dose acts on bone.
    pub lasts: Time,
}

impl Antiresorptive {
    /// 120 mg every four weeks: the label; Lipton 2012; six months as the dose against osteoporosis.
    fn denosumab() -> Self {
        Self {
            jaw: [0.011, 0.037, 0.046].map(|per_year| Rate::per_h(per_year / YEAR_H)),
            hypocalcaemia: 0.096,
            lasts: Time::h(180.0 * 24.0),
        }
    }

    /// 4 mg every four weeks: as denosumab times 1.3 / 1.8 (Saad 2012); Lipton 2012; a year as the dose
    /// against osteoporosis.
    fn zoledronate() -> Self {
        Self {
            jaw: Self::denosumab()
                .jaw
                .map(|rate| Rate::per_h(rate.get() * 1.3 / 1.8)),
            hypocalcaemia: 0.050,
            lasts: Time::h(365.0 * 24.0),
        }
    }

    /// Hazard of the jaw between two times on the drug, h, in the average mouth of the trials.
    pub fn jaw_hazard(&self, from_h: f64, to_h: f64) -> f64 {
        let until = |time_h: f64| {
            let years = [0.0, 1.0, 2.0].map(|start| (time_h - start * YEAR_H).max(0.0));
            self.jaw[0].get() * years[0].min(YEAR_H)
                + self.jaw[1].get() * years[1].min(YEAR_H)
                + self.jaw[2].get() * years[2]
        };
        until(to_h) - until(from_h)
    }

    /// Hazard of hypocalcaemia between two times on the drug, h, in the average patient of the trials.
    pub fn hypocalcaemia_hazard(&self, from_h: f64, to_h: f64, settles: Time) -> f64 {
        let done = |time_h: f64| -(-time_h / settles.get()).exp_m1();
        -(-self.hypocalcaemia).ln_1p() * (done(to_h) - done(from_h)) / done(YEAR_H)
    }
}

impl Default for Toxicity {
    fn default() -> Self {
        Self {
            drugs: BTreeMap::from([
                ("denosumab".to_owned(), Antiresorptive::denosumab()),
                ("zoledronate".to_owned(), Antiresorptive::zoledronate()),
            ]),
            triggered_share: 0.81,
            extraction_fold: 15.0,
            extraction_window: Time::h(180.0 * 24.0),
            extractions: None,
            settles: Time::h(90.0 * 24.0),
            low_vitamin_d: false,
            failing_kidneys: false,
            fold: 3.0,
            typical: Concentration::pm(2.25e9),
            doubling: Concentration::pm(1e8),
        }
    }
}

/// Harm so far, as it is saved.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Harm {
    /// Time under an antiresorptive drug, h.
    pub on_drug_h: f64,
    /// Summed hazard of osteonecrosis of the jaw.
    pub jaw: f64,
    /// Summed hazard of hypocalcaemia.
    pub hypocalcaemia: f64,
}

/// A drug that was given.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LastDose<'a> {
    /// Its name.
    pub drug: &'a str,
    /// Time since its last dose, h.
    pub ago_h: f64,
}

impl Toxicity {
    /// Looks for values that make no sense.
    pub fn check(&self, path: &str, problems: &mut Problems) {
        let at = |key: &str| format!("{path}.{key}");
        for (name, drug) in &self.drugs {
            for (year, rate) in drug.jaw.iter().enumerate() {
                let key = at(&format!("drugs.{name}.jaw[{year}]"));
                problems.not_negative(&key, rate.get(), "/h");
            }
            let key = at(&format!("drugs.{name}.hypocalcaemia"));
            problems.within(&key, drug.hypocalcaemia, 0.0, 0.999);
            problems.positive(&at(&format!("drugs.{name}.lasts")), drug.lasts.get(), "h");
        }
        problems.within(&at("triggered_share"), self.triggered_share, 0.0, 0.999);
        problems.positive(&at("extraction_fold"), self.extraction_fold, "");
        problems.positive(&at("extraction_window"), self.extraction_window.get(), "h");
        for (index, time) in self.extractions.iter().flatten().enumerate() {
            if !time.get().is_finite() {
                problems.not_negative(&at(&format!("extractions[{index}]")), f64::NAN, "h");
            }
        }
        problems.positive(&at("settles"), self.settles.get(), "h");
        problems.positive(&at("fold"), self.fold, "");
        problems.positive(&at("typical"), self.typical.get(), "pM");
        problems.positive(&at("doubling"), self.doubling.get(), "pM");
    }

    /// Hazard of the jaw over that in the average mouth of the trials, at a time, h.
    pub fn mouth(&self, time_h: f64) -> f64 {
        let Some(extractions) = &self.extractions else {
            return 1.0;
        };
        let (share, fold) = (self.triggered_share, self.extraction_fold);
        let behind = share / (share + fold * (1.0 - share));
        let alone = (1.0 - share) / (1.0 - behind);
        let window_h = self.extraction_window.get();
        let open = extractions
            .iter()
            .any(|drawn| (0.0..window_h).contains(&(time_h - drawn.get())));
        if open { alone * fold } else { alone }
    }

    /// Hazard of hypocalcaemia over that in the average patient of the trials.
    pub fn frailty(&self, calcium_mm: f64) -> f64 {
        let folds = i32::from(self.low_vitamin_d) + i32::from(self.failing_kidneys);
        let doublings = (self.typical.get() * 1e-9 - calcium_mm) / (self.doubling.get() * 1e-9);
        self.fold.powi(folds) * elementary::exp(std::f64::consts::LN_2 * doublings)
    }

    /// Drugs that act on bone now.
    fn acting<'a>(&'a self, doses: &'a [LastDose<'_>]) -> impl Iterator<Item = &'a Antiresorptive> {
        doses.iter().filter_map(|dose| {
            let drug = self.drugs.get(dose.drug)?;
            (dose.ago_h <= drug.lasts.get()).then_some(drug)
        })
    }

    /// Takes the harm on by a time that ends now; calcium is that of now.
    pub fn advance(
        &self,
        harm: &mut Harm,
        doses: &[LastDose<'_>],
        time_h: f64,
        duration_h: f64,
        calcium_mm: f64,
    ) {
        let (from_h, to_h) = (harm.on_drug_h, harm.on_drug_h + duration_h);
        let (mut jaw, mut hypocalcaemia) = (0.0_f64, 0.0_f64);
        let mut is_on = false;
        for drug in self.acting(doses) {
            is_on = true;
            jaw = jaw.max(drug.jaw_hazard(from_h, to_h));
            hypocalcaemia =
                hypocalcaemia.max(drug.hypocalcaemia_hazard(from_h, to_h, self.settles));
        }
        if is_on {
            harm.on_drug_h = to_h;
            harm.jaw += jaw * self.mouth(time_h);
            harm.hypocalcaemia += hypocalcaemia * self.frailty(calcium_mm);
        }
    }
}

/// Probability that what has this summed hazard has happened.
///
/// ```
/// # use howship::patient::toxicity::{Toxicity, probability};
/// let denosumab = &Toxicity::default().drugs["denosumab"];
/// let year = 8766.0;
/// assert!((probability(denosumab.jaw_hazard(0.0, year)) - 0.0109).abs() < 1e-4);
/// ```
pub fn probability(hazard: f64) -> f64 {
    -(-hazard).exp_m1()
}

/// Grade of hypocalcaemia by total calcium: 0 none, 1 below 2.15 mM, 2 below 2.0, 3 below 1.75, 4 below
/// 1.5 (Common Terminology Criteria for Adverse Events; the lower limit of normal is that of many
/// laboratories).
pub fn hypocalcaemia_grade(level_mm: f64) -> u8 {
    [2.15, 2.0, 1.75, 1.5]
        .iter()
        .map(|&limit| u8::from(level_mm < limit))
        .sum()
}

impl Harm {
    /// True when every value is finite and not negative.
    pub fn makes_sense(&self) -> bool {
        [self.on_drug_h, self.jaw, self.hypocalcaemia]
            .iter()
            .all(|value| (0.0..=f64::MAX).contains(value))
    }
}

#[cfg(test)]
mod tests;
