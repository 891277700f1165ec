//! Calcium and markers of a patient of a trial, by what lesions and the rest of the skeleton do on a day.

use crate::cohort::body::CohortError;
use crate::cohort::follower::{DAY_H, Follower, Today};
use crate::cohort::tissue::Action;
use crate::patient::markers::Production;
use crate::patient::skeleton::is_held;

/// g of calcium in a mol.
const CALCIUM_G_PER_MOL: f64 = 40.078;

impl Follower<'_> {
    /// Takes calcium and markers on by a day; `healed` is the share of intact bone that came back in the lesion that hurts and in
    /// the others.
    pub(super) fn blood(
        &self,
        today: &mut Today,
        action: &Action,
        healed: [f64; 2],
        day: i64,
    ) -> Result<(), CohortError> {
        let body = &self.trial.body;
        let [lesions, rest] = self.turned;
        let cm3_to_cells = 1e12 / body.cell_volume.get();
        let (mut resorbed, mut formed, mut back_cm3, mut amol_per_h) = (0.0, 0.0, 0.0, 0.0);
        for ((share, site), healed) in self.sites(today).zip(healed) {
            let lesion = &site.lesion;
            resorbed += share * lesions * lesion.bone * lesion.resorption;
            formed += share * lesions * lesion.bone * lesion.formation;
            back_cm3 += share * self.person.lesions_cm3 * self.person.bone * healed;
            let marrow = 1.0 - self.person.bone * lesion.bone;
            let cells = share * self.person.lesions_cm3 * marrow * lesion.fill * cm3_to_cells;
            amol_per_h +=
                cells * body.pthrp.get() * self.tissue.pthrp(lesion, &self.lesion, action);
        }
        let lost =
            (resorbed - formed - back_cm3) + rest * (today.rest.resorption - today.rest.formation);
        let mmol_per_cm3 = 1e3 * body.calcium_content.get() / CALCIUM_G_PER_MOL;
        let pthrp_pm = body.calcium.pthrp_escape * action.free_pthrp * amol_per_h * 1e-6
            / body.calcium.pthrp_clearance.get();
        let is_supplemented = is_held(action.free_rankl, today.rest.drug);
        let tumour_cm3 = self.tumour_cm3(today);
        body.calcium
            .advance_fed(
                &mut today.pools,
                lost * mmol_per_cm3 / DAY_H,
                pthrp_pm,
                DAY_H,
                is_supplemented,
            )
            .map_err(|reason| CohortError::Calcium {
                patient: self.person.number,
                day,
                reason,
            })?;
        let over =
            |of_lesions: f64, rest_now: f64| (of_lesions + rest * rest_now) / (lesions + rest);
        let resorption = over(resorbed, today.rest.resorption);
        let formation = over(formed, today.rest.formation);
        body.markers.advance(
            &mut today.levels,
            &Production {
                resorption,
                formation,
                osteoclasts: resorption,
                osteoblasts: formation,
                tumour_cm3,
            },
            DAY_H,
        );
        Ok(())
    }
}
