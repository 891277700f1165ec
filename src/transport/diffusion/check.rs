//! What a medium takes: lengths, levels and physics within their bounds.

use crate::numerics::parallel::prelude::*;

use super::Ground;
use super::physics::{Physics, Scheme};
use crate::transport::fault::TransportFault;

impl Ground {
    pub(super) fn length(&self, what: &'static str, found: usize) -> Result<(), TransportFault> {
        if found == self.grid.len() {
            return Ok(());
        }
        Err(TransportFault::Length {
            what,
            found,
            expected: self.grid.len(),
        })
    }

    /// Every number finite and at least 0, else a fault that names the first site.
    pub(super) fn check(&self, what: &'static str, array: &[f32]) -> Result<(), TransportFault> {
        const PIECE: usize = 65_536;
        let fits = |value: f32| (0.0..=f32::MAX).contains(&value);
        let wrong = array
            .par_chunks(PIECE)
            .enumerate()
            .filter(|(_, piece)| !piece.iter().fold(true, |all, &value| all & fits(value)))
            .map(|(number, _)| number)
            .min();
        let Some(piece) = wrong else {
            return Ok(());
        };
        let site = (piece * PIECE..array.len())
            .find(|&site| !fits(array[site]))
            .unwrap_or(piece * PIECE);
        Err(TransportFault::Site {
            what,
            site,
            place: self.grid.place(site),
            value: array[site],
        })
    }
}

pub(super) fn check_physics(physics: &Physics, dt_h: f64) -> Result<(), TransportFault> {
    let finite = "finite, at least 0";
    let known = |value: f64| value.is_finite() && value >= 0.0;
    for (name, value, fits, allowed) in [
        (
            "diffusivity in um2/h",
            physics.diffusivity_um2_per_h,
            known(physics.diffusivity_um2_per_h),
            finite,
        ),
        (
            "bone factor",
            physics.bone_factor,
            (0.0..=1.0).contains(&physics.bone_factor),
            "0 to 1",
        ),
        (
            "loss in 1/h",
            physics.loss_per_h,
            known(physics.loss_per_h),
            finite,
        ),
        (
            "loss in 1/h",
            physics.loss_per_h,
            physics.scheme != Scheme::QuasiSteady || physics.loss_per_h > 0.0,
            "above 0 for a quasi-steady signal, which has no steady state without loss",
        ),
        (
            "leak in 1/h",
            physics.leak_per_h,
            known(physics.leak_per_h),
            finite,
        ),
        (
            "plasma level in pM",
            physics.plasma_pm,
            known(physics.plasma_pm),
            finite,
        ),
        (
            "tolerance",
            physics.tolerance,
            physics.tolerance > 0.0 && physics.tolerance < 1.0,
            "above 0, below 1",
        ),
        (
            "tick in h",
            dt_h,
            dt_h.is_finite() && dt_h > 0.0,
            "finite, above 0",
        ),
    ] {
        if !fits {
            return Err(TransportFault::Parameter {
                name,
                value,
                allowed,
            });
        }
    }
    Ok(())
}
