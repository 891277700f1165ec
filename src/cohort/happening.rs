//! What happens to the lesions of a patient of a trial on a day: fractions of radiation, hazards, events.

use crate::cohort::courses::{Target, USUAL_LAW};
use crate::cohort::follower::{Follower, Today};
use crate::cohort::radiation::Radiation;
use crate::cohort::site::Site;
use crate::numerics::random::{Chance, Stream};
use crate::patient::skeletal_events::{Course, Kind, SkeletalState};
use crate::therapy::radiotherapy::Law;

/// Address of the draw of which lesion radiation falls to, on day 0; the others follow.
const WHERE: u32 = 1000;

impl Follower<'_> {
    pub(super) fn irradiate(
        &self,
        today: &mut Today,
        fraction: (f64, Law),
        field: Target,
        day: u32,
    ) {
        let Some(cells) = self.cells else {
            return;
        };
        let sensitivity = self.ill.radiosensitivity;
        let mut give = |site: &mut Site| {
            Radiation::give(cells, &mut site.irradiated, fraction, day, sensitivity);
        };
        match field {
            Target::Tumour => {
                if today.others.is_none() && self.trial.radiation.painful < 1.0 {
                    today.others = Some(today.hurts.clone());
                }
            }
            Target::Whole => today.others.iter_mut().for_each(&mut give),
        }
        give(&mut today.hurts);
    }

    /// Hazards of one lesion on a day, as if all were like it.
    fn hazards(
        &self,
        site: &mut Site,
        mut state: SkeletalState,
        today: &Course,
        day: u32,
    ) -> [f64; 5] {
        let law = &self.trial.events;
        // Irradiated bone is brittle, not soft: it breaks sooner, but gives way and hurts no more than before.
        let relief = site.irradiated.relief;
        site.painful.see(law, &state, relief, self.ill.lasting_pain);
        site.painful_days = law.days_in_pain(site.painful_days, site.painful.pain);
        let mut more = 1.0;
        if let Some(cells) = self.cells {
            let was_broken = today.events.last_fracture().is_some();
            let radiation = &self.trial.radiation;
            let at = f64::from(day + 1);
            let (strength, hazard) = radiation.weakness(cells, &site.irradiated, at, was_broken);
            state.strength *= strength;
            more = hazard;
        }
        let since = today.events.last_fracture().map(|at| f64::from(day) - at);
        let mut hazards = law.hazards_in_pain(&state, site.painful.pain, site.painful_days, since);
        hazards[0] *= more;
        hazards
    }

    /// Lets the events of a day happen, and radiation act that is one of them.
    pub(super) fn happen(&self, today: &mut Today, day: u32) {
        let (chance, patient) = (Chance::new(self.trial.seed), self.person.number);
        let calcium_mm = self.trial.body.calcium.level_mm(&today.pools);
        let painful = self.trial.radiation.painful;
        let state = self.state(&today.hurts, today);
        let here = self.hazards(&mut today.hurts, state, &today.course, day);
        let mut all = here;
        let mut share_here = painful;
        if let Some(mut site) = today.others.take() {
            let state = self.state(&site, today);
            let there = self.hazards(&mut site, state, &today.course, day);
            // Calcium is that of the patient: alike for both.
            for kind in 0..4 {
                all[kind] = painful * here[kind] + (1.0 - painful) * there[kind];
            }
            share_here = if all[1] > 0.0 {
                painful * here[1] / all[1]
            } else {
                0.0
            };
            today.others = Some(site);
        } else if today.irradiated_d.is_empty() {
            share_here = 1.0;
        }
        let before = today.course.events.all.len();
        self.trial
            .events
            .happen(&mut today.course, all, calcium_mm, day, chance, patient);
        let new = &today.course.events.all[before..];
        let radiation = new.iter().find(|event| event.kind == Kind::Radiation);
        if let Some(at) = radiation.map(|event| event.day) {
            let uniform = chance.at(Stream::Cohort, WHERE + day, patient).uniform();
            if uniform < share_here {
                today.irradiated_d.push(at);
                let dose_gy = self.trial.radiation.palliation.dose.get();
                self.irradiate(today, (dose_gy, USUAL_LAW), Target::Tumour, day);
            }
        }
    }
}
