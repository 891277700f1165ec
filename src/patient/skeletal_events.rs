//! Skeletal-related events: fracture, radiation and surgery to bone, compression of the cord, and
//! hypercalcaemia where it is counted.
//!
//! # Biology
//! Bone that a lesion has weakened breaks under loads it used to carry. Bone that hurts is irradiated;
//! a long bone about to break, or broken, is operated on; tumour in the canal or a collapsed vertebra
//! presses on the cord. Trials count these as skeletal-related events, and count none within 21 days
//! of the last one counted, because one broken bone is often irradiated and operated on as well.
//!
//! # Law
//! Competing hazards per day, constant over a day, all times `scale`:
//! - fracture `h0 exp(k (load / strength - 1))`, strength of the weakest cut over day 0;
//! - radiation `r (pain - threshold) / (10 - threshold)`, once pain has been at or above the threshold
//!   for longer than `patience`;
//! - surgery `s` where strength has fallen by `flag` or more, and `repair` for `window` after a fracture,
//!   both times the share of long bone;
//! - cord `collapse` where strength has fallen by more than `collapse_loss`, plus `canal H` of the canal
//!   that is filled, both times the share of spine;
//! - hypercalcaemia `c` above `calcium_limit`, where it is counted; an episode counts once, until calcium
//!   has come down again.
//!
//! Pain is a proxy from 0 to 10, `10 (w1 A + w2 B + w3 C) / (w1 + w2 + w3)`: `A` acid of osteoclasts by
//! resorption above health, `B` burden of tumour, `C` loss of strength, each `x / (x + half)`.
//! An event of hazard `h` falls at `-ln(1 - u) / h` of a day, when that is below 1, with one uniform `u`
//! per patient, kind and day: with the same random numbers a lower hazard never brings an event forward.
//!
//! # Parameters
//! Defaults of [`SkeletalEvents`]; each says whether it is published, a choice, or fitted.
//!
//! # Limits
//! Pain is ordinal: no validated law was found. Falls, posture and fitness of a patient are part of
//! `load`. Events do not change the bone: a fracture does not heal, and radiation relieves only where
//! the tissue model says so.
//!
//! # References
//! Rosen et al. 2003 (events and the 21-day rule); Snyder et al. 2009 (a loss of rigidity of 33 to 35 %).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::biology::problem::Problems;
use crate::numerics::elementary;
use crate::numerics::quantity::{BodyVolume, Concentration, Rate, Time};
use crate::numerics::random::{Chance, Stream};
use crate::numerics::response::hill;

/// Greatest score of pain.
pub const MOST_PAIN: f64 = 10.0;
const DAY_H: f64 = 24.0;

/// Kind of a skeletal-related event.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Pathological fracture.
    Fracture,
    /// Radiation to bone.
    Radiation,
    /// Surgery to bone.
    Surgery,
    /// Compression of the spinal cord.
    CordCompression,
    /// Hypercalcaemia of malignancy.
    Hypercalcaemia,
}

impl Kind {
    /// All kinds, in the order of tables.
    pub const ALL: [Self; 5] = [
        Self::Fracture,
        Self::Radiation,
        Self::Surgery,
        Self::CordCompression,
        Self::Hypercalcaemia,
    ];

    /// Name in tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fracture => "fracture",
            Self::Radiation => "radiation",
            Self::Surgery => "surgery",
            Self::CordCompression => "cord_compression",
            Self::Hypercalcaemia => "hypercalcaemia",
        }
    }
}

/// What the hazards depend on, on one day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SkeletalState {
    /// Rigidity of the weakest cut over that on day 0; above 1 where bone was gained.
    pub strength: f64,
    /// Tumour in bone, cm3.
    pub burden_cm3: f64,
    /// Resorption in the lesions over that of the same bone in health.
    pub resorption: f64,
    /// Corrected calcium, mM.
    pub calcium_mm: f64,
    /// Share of the spinal canal that tumour fills, 0 to 1; none where the geometry is not known.
    pub canal: Option<f64>,
    /// Load over the usual one: activity, falls, body mass.
    pub load: f64,
}

impl SkeletalState {
    /// Health under usual load.
    pub const HEALTH: Self = Self {
        strength: 1.0,
        burden_cm3: 0.0,
        resorption: 1.0,
        calcium_mm: 2.35,
        canal: None,
        load: 1.0,
    };
}

/// Parameters of the hazards.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SkeletalEvents {
    /// Factor on all hazards. 0.49; fitted to a median of 163 d to the first event under placebo in lung
    /// cancer and other solid tumours (Rosen 2003), with the shipped trial.
    pub scale: f64,
    /// Hazard of fracture of bone as strong as on day 0 under usual load; design.
    pub fracture: Rate,
    /// Exponent of load over strength; design: a loss of half multiplies the hazard by 4.5.
    pub fracture_exponent: f64,
    /// Hazard of radiation at the greatest pain; design.
    pub radiation: Rate,
    /// Pain from which bone is irradiated; the least on a scale of 10, design: the hazard then rises with
    /// pain.
    pub pain_threshold: f64,
    /// How long pain must last before; a week, design.
    pub patience: Time,
    /// Weight of acid by osteoclasts in pain; design: the three alike.
    pub pain_acid: f64,
    /// Weight of tumour in pain; design.
    pub pain_tumour: f64,
    /// Weight of lost strength in pain; design.
    pub pain_strength: f64,
    /// Resorption above health of half its effect on pain; design: twice that of health.
    pub acid_half: f64,
    /// Tumour of half its effect on pain; design.
    pub tumour_half: BodyVolume,
    /// Loss of strength of half its effect on pain; that of high risk (Snyder 2009).
    pub loss_half: f64,
    /// Hazard of surgery of a long bone at high risk; design.
    pub surgery: Rate,
    /// Loss of strength that counts as high risk. 0.35, Snyder 2009 (33 to 35 %).
    pub flag: f64,
    /// Hazard of surgery in the days after a fracture of a long bone; design.
    pub repair: Rate,
    /// Share of lesions that are in long bones; design.
    pub long_bone: f64,
    /// Hazard of compression by a collapsed vertebra; design.
    pub collapse: Rate,
    /// Loss of strength beyond which a vertebra counts as collapsed; design, for half of its height.
    pub collapse_loss: f64,
    /// Hazard of compression by a full canal; design.
    pub canal: Rate,
    /// Share of the canal of half that hazard; design.
    pub canal_half: f64,
    /// Share of lesions that are in the spine; design.
    pub spine: f64,
    /// Counts hypercalcaemia as an event; trials report both ways.
    pub count_hypercalcaemia: bool,
    /// Hazard of hypercalcaemia that is treated; design: within days.
    pub hypercalcaemia: Rate,
    /// Calcium above which it is; 2.9 mM, 11.5 mg/dL, the usual limit of trials.
    pub calcium_limit: Concentration,
    /// An event within this time of the last one counted is not counted. 21 d, Rosen 2003.
    pub window: Time,
}

impl Default for SkeletalEvents {
    fn default() -> Self {
        let per_d = |value: f64| Rate::per_h(value / DAY_H);
        Self {
            scale: 0.49,
            fracture: per_d(0.0010),
            fracture_exponent: 1.5,
            radiation: per_d(0.010),
            pain_threshold: 1.0,
            patience: Time::h(7.0 * DAY_H),
            pain_acid: 1.0,
            pain_tumour: 1.0,
            pain_strength: 1.0,
            acid_half: 2.0,
            tumour_half: BodyVolume::cm3(30.0),
            loss_half: 0.35,
            surgery: per_d(0.008),
            flag: 0.35,
            repair: per_d(0.03),
            long_bone: 0.25,
            collapse: per_d(0.005),
            collapse_loss: 0.5,
            canal: per_d(0.006),
            canal_half: 0.5,
            spine: 0.4,
            count_hypercalcaemia: false,
            hypercalcaemia: per_d(0.2),
            calcium_limit: Concentration::pm(2.9e9),
            window: Time::h(21.0 * DAY_H),
        }
    }
}

/// An event.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// When, days.
    pub day: f64,
    /// What.
    pub kind: Kind,
    /// False within the window of the last one counted.
    pub counted: bool,
}

/// Events of a patient, by time.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Events {
    /// All of them.
    pub all: Vec<Event>,
}

impl Events {
    /// Adds an event that is not before the last; it counts when more than the window has passed
    /// since the last one counted.
    pub fn add(&mut self, day: f64, kind: Kind, window_d: f64) {
        let counted = self
            .counted()
            .next_back()
            .is_none_or(|last| day - last.day > window_d);
        self.all.push(Event { day, kind, counted });
    }

    /// Those that count.
    pub fn counted(&self) -> impl DoubleEndedIterator<Item = &Event> {
        self.all.iter().filter(|event| event.counted)
    }

    /// The first event.
    pub fn first(&self) -> Option<&Event> {
        self.all.first()
    }

    /// The last fracture before or on a day.
    pub fn last_fracture(&self) -> Option<f64> {
        self.all
            .iter()
            .rev()
            .find(|event| event.kind == Kind::Fracture)
            .map(|event| event.day)
    }
}

/// The bones of a patient over time, as saved.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Course {
    /// Days in a row with pain at or above the threshold.
    pub painful_days: f64,
    /// True in an episode of hypercalcaemia that was an event.
    pub hypercalcaemic: bool,
    /// Events so far.
    pub events: Events,
}

impl SkeletalEvents {
    /// Looks for values that make no sense.
    pub fn check(&self, path: &str, problems: &mut Problems) {
        let at = |key: &str| format!("{path}.{key}");
        for (key, rate) in [
            ("fracture", self.fracture),
            ("radiation", self.radiation),
            ("surgery", self.surgery),
            ("repair", self.repair),
            ("collapse", self.collapse),
            ("canal", self.canal),
            ("hypercalcaemia", self.hypercalcaemia),
        ] {
            problems.not_negative(&at(key), rate.get(), "/h");
        }
        for (key, value) in [
            ("scale", self.scale),
            ("fracture_exponent", self.fracture_exponent),
            ("pain_acid", self.pain_acid),
            ("pain_tumour", self.pain_tumour),
            ("pain_strength", self.pain_strength),
        ] {
            problems.not_negative(&at(key), value, "");
        }
        if self.weights() <= 0.0 {
            problems.add(
                &at("pain_acid"),
                "the three weights of pain are all zero",
                "give a weight above zero to pain_acid, pain_tumour or pain_strength",
            );
        }
        problems.positive(&at("acid_half"), self.acid_half, "");
        problems.positive(&at("tumour_half"), self.tumour_half.get(), "cm3");
        problems.positive(&at("loss_half"), self.loss_half, "");
        problems.positive(&at("canal_half"), self.canal_half, "");
        problems.positive(&at("calcium_limit"), self.calcium_limit.get(), "pM");
        problems.within(&at("pain_threshold"), self.pain_threshold, 0.0, 9.99);
        problems.within(&at("flag"), self.flag, 0.0, 1.0);
        problems.within(&at("collapse_loss"), self.collapse_loss, 0.0, 1.0);
        problems.within(&at("long_bone"), self.long_bone, 0.0, 1.0);
        problems.within(&at("spine"), self.spine, 0.0, 1.0);
        problems.not_negative(&at("patience"), self.patience.get(), "h");
        problems.not_negative(&at("window"), self.window.get(), "h");
    }

    /// The window in days.
    pub fn window_d(&self) -> f64 {
        self.window.get() / DAY_H
    }

    /// Pain, 0 to 10: a proxy whose order alone means something.
    ///
    /// ```
    /// use howship::patient::skeletal_events::{SkeletalEvents, SkeletalState};
    /// let law = SkeletalEvents::default();
    /// assert_eq!(law.pain(&SkeletalState::HEALTH), 0.0);
    /// let lesion = SkeletalState { resorption: 3.0, burden_cm3: 30.0, strength: 0.65, ..SkeletalState::HEALTH };
    /// assert!((law.pain(&lesion) - 5.0).abs() < 1e-12);
    /// ```
    pub fn pain(&self, state: &SkeletalState) -> f64 {
        let [chemical, structural] = self.weighed(state);
        MOST_PAIN * (chemical + structural) / self.weights()
    }

    /// Parts of [`Self::pain`]: by acid and tumour together, and by lost strength.
    pub fn parts_of_pain(&self, state: &SkeletalState) -> [f64; 2] {
        let all = self.weights();
        self.weighed(state).map(|part| MOST_PAIN * part / all)
    }

    fn weights(&self) -> f64 {
        self.pain_acid + self.pain_tumour + self.pain_strength
    }

    /// Causes of pain times their weights: acid and tumour, lost strength.
    fn weighed(&self, state: &SkeletalState) -> [f64; 2] {
        let share = |value: f64, half: f64| hill(value.max(0.0), half, 1.0);
        let chemical = self.pain_acid * share(state.resorption - 1.0, self.acid_half)
            + self.pain_tumour * share(state.burden_cm3, self.tumour_half.get());
        let structural = self.pain_strength * share(1.0 - state.strength, self.loss_half);
        [chemical, structural]
    }

    /// Hazards per day, in the order of [`Kind::ALL`]. `painful_days` is how long pain has been at or
    /// above the threshold, `since_fracture_d` the time since the last fracture.
    pub fn hazards(
        &self,
        state: &SkeletalState,
        painful_days: f64,
        since_fracture_d: Option<f64>,
    ) -> [f64; 5] {
        self.hazards_in_pain(state, self.pain(state), painful_days, since_fracture_d)
    }

    /// The same in pain that is not that of the state alone, 0 to 10: some of it may be relieved.
    pub fn hazards_in_pain(
        &self,
        state: &SkeletalState,
        pain: f64,
        painful_days: f64,
        since_fracture_d: Option<f64>,
    ) -> [f64; 5] {
        let loss = 1.0 - state.strength;
        let when = |holds: bool, rate: Rate| if holds { rate.get() } else { 0.0 };
        let fracture = if self.fracture.get() > 0.0 {
            let over = state.load / state.strength.max(0.0);
            self.fracture.get() * elementary::exp(self.fracture_exponent * (over - 1.0))
        } else {
            0.0
        };
        let suffers = painful_days > self.patience.get() / DAY_H;
        let excess = (pain - self.pain_threshold).max(0.0);
        let radiation = when(suffers, self.radiation) * excess / (MOST_PAIN - self.pain_threshold);
        let is_broken = since_fracture_d.is_some_and(|days| days <= self.window_d());
        let surgery =
            self.long_bone * (when(loss >= self.flag, self.surgery) + when(is_broken, self.repair));
        let filled = state.canal.unwrap_or(0.0);
        let cord = self.spine
            * (when(loss > self.collapse_loss, self.collapse)
                + self.canal.get() * hill(filled, self.canal_half, 4.0));
        let is_high = state.calcium_mm * 1e9 > self.calcium_limit.get();
        let calcium = when(self.count_hypercalcaemia && is_high, self.hypercalcaemia);
        [fracture, radiation, surgery, cord, calcium].map(|per_h| self.scale * per_h * DAY_H)
    }

    /// Takes a patient from `day` to the next: events fall inside of it, by time. The draws belong to
    /// the seed, the patient, the kind and the day.
    pub fn advance(
        &self,
        course: &mut Course,
        state: &SkeletalState,
        day: u32,
        chance: Chance,
        patient: u64,
    ) {
        let pain = self.pain(state);
        course.painful_days = self.days_in_pain(course.painful_days, pain);
        let since = course.events.last_fracture().map(|at| f64::from(day) - at);
        let hazards = self.hazards_in_pain(state, pain, course.painful_days, since);
        self.happen(course, hazards, state.calcium_mm, day, chance, patient);
    }

    /// Days in a row with pain at or above the threshold, after a day with this pain.
    pub fn days_in_pain(&self, before: f64, pain: f64) -> f64 {
        if pain >= self.pain_threshold {
            before + 1.0
        } else {
            0.0
        }
    }

    /// Lets the events of a day with these hazards happen, in the order of [`Kind::ALL`] and as [`Self::advance`] draws them.
    pub fn happen(
        &self,
        course: &mut Course,
        hazards: [f64; 5],
        calcium_mm: f64,
        day: u32,
        chance: Chance,
        patient: u64,
    ) {
        if calcium_mm * 1e9 <= self.calcium_limit.get() {
            course.hypercalcaemic = false;
        }
        let start = f64::from(day);
        let mut due: Vec<(f64, Kind)> = Kind::ALL
            .into_iter()
            .zip(hazards)
            .enumerate()
            .filter_map(|(place, (kind, hazard))| {
                let who = patient * Kind::ALL.len() as u64 + place as u64;
                let drawn = chance.at(Stream::SkeletalEvent, day, who).uniform();
                waited(drawn, hazard).map(|share| (start + share, kind))
            })
            .collect();
        due.sort_by(|one, other| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)));
        for (at, kind) in due {
            if kind == Kind::Hypercalcaemia && std::mem::replace(&mut course.hypercalcaemic, true) {
                continue;
            }
            course.events.add(at, kind, self.window_d());
        }
    }
}

/// The share of a day after which an event of this hazard per day falls, if it falls inside the day.
pub fn waited(uniform: f64, hazard_per_d: f64) -> Option<f64> {
    // -ln(1 - u) < h, without a division by zero.
    let waited = -(-uniform).ln_1p();
    (waited < hazard_per_d).then(|| waited / hazard_per_d)
}

#[cfg(test)]
mod tests;
