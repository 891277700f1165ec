//! What bone has lost of its strength by radiation, where the fields fell.

use crate::engine::model::Model;
use crate::engine::parts::radiation::supply::dose_gy;
use crate::engine::state::State;
use crate::numerics::reduce::ordered_sum;
use crate::therapy::irradiation::Fraction;

/// Factor on the strength of bone now: the mean over all bone of the lattice, each site by the doses that it got.
pub(crate) fn strength_factor(model: &Model, state: &State) -> f64 {
    let Some(plan) = &model.parts.radiation else {
        return 1.0;
    };
    let law = &plan.biology.strength;
    // Fractions that differ by their time alone act as one of their sum.
    let mut alike: Vec<(&Fraction, f64)> = Vec::new();
    for fraction in &state.parts.radiation.fractions {
        let acting = law.acting(state.time_h - fraction.time_h);
        let same = |(other, _): &&mut (&Fraction, f64)| {
            let doses = (other.dose_gy - fraction.dose_gy).abs() < f64::EPSILON;
            doses && other.law == fraction.law && other.beam == fraction.beam
        };
        match alike.iter_mut().find(same) {
            Some((_, sum)) => *sum += acting,
            None => alike.push((fraction, acting)),
        }
    }
    alike.retain(|(_, acting)| *acting > 0.0);
    if alike.is_empty() {
        return 1.0;
    }
    let matrix = &state.bone.matrix;
    let factor = |site: usize| {
        let acting = alike.iter().map(|(fraction, acting)| {
            let dose = dose_gy(&model.grid, fraction, site);
            acting * fraction.law.effective_gy(dose, law.alpha_beta.get())
        });
        law.factor(acting.sum())
    };
    let bone = ordered_sum(matrix.len(), |site| f64::from(matrix[site]));
    let left = ordered_sum(matrix.len(), |site| {
        if matrix[site] > 0.0 {
            f64::from(matrix[site]) * factor(site)
        } else {
            0.0
        }
    });
    if bone > 0.0 { left / bone } else { 1.0 }
}
