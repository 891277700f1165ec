//! A ligand and its decoy at a site: who is free.
//!
//! *Biology*: OPG holds RANKL away from its receptor RANK. Binding is over in minutes, a tick takes
//! an hour: free and bound are in equilibrium.
//!
//! *Law*: total ligand `R`, total decoy `O`, dissociation constant `K`; the bound part `B` obeys
//! `(R - B)(O - B) = K B`. Free ligand is the positive root of
//! `L^2 + (K + O - R) L - K R = 0`, taken in the form that subtracts no near-equal numbers.
//!
//! *Limits*: one to one binding; both are totals per volume of marrow at the site.

#![expect(
    clippy::inline_always,
    reason = "what is dispatched to an instruction set has to be compiled for it"
)]

use pulp::{Arch, Simd, WithSimd};

use crate::numerics::parallel::prelude::*;

use super::fault::TransportFault;

/// Sites that one task works on.
const TASK: usize = 32_768;

/// Free ligand, pM, from total ligand, total decoy and their dissociation constant, all in pM and
/// at least 0. Free decoy is the same function with ligand and decoy exchanged.
///
/// ```
/// use howship::transport::binding::free_ligand;
/// assert_eq!(free_ligand(10.0, 0.0, 5.0), 10.0);
/// // A thousandfold excess of a tight decoy: free = K R / (K + O - R).
/// let free = free_ligand(1.0, 1000.0, 1e-6);
/// assert!((free / (1e-6 / 999.0) - 1.0).abs() < 1e-6);
/// ```
#[inline(always)]
pub fn free_ligand(total_ligand_pm: f64, total_decoy_pm: f64, kd_pm: f64) -> f64 {
    let excess = (total_decoy_pm - total_ligand_pm) + kd_pm;
    // Totals are single precision, so that no square leaves the range of f64.
    let root = (excess * excess + 4.0 * kd_pm * total_ligand_pm).sqrt();
    // Both are worked out, so that levels side by side do not branch.
    let in_excess = 2.0 * kd_pm * total_ligand_pm / (excess + root);
    let else_free = 0.5 * (root - excess);
    if excess > 0.0 { in_excess } else { else_free }
}

/// Free ligand, pM, in the presence of decoys with constants of their own (a native decoy and
/// drugs). All arguments in pM and at least 0; `decoys` holds (total, dissociation constant).
///
/// The free ligand is the root of `L + sum O L / (K + L) = R`, which rises and is concave, so that
/// Newton steps from the left of the root never pass it.
///
/// ```
/// use howship::transport::binding::{free_ligand, free_ligand_of_many};
/// let split = free_ligand_of_many(30.0, &[(20.0, 3.0), (30.0, 3.0)]);
/// assert!((split - free_ligand(30.0, 50.0, 3.0)).abs() < 1e-9);
/// ```
pub fn free_ligand_of_many(total_ligand_pm: f64, decoys: &[(f64, f64)]) -> f64 {
    // Decoys without dissociation fill first; the others share the rest.
    let filled: f64 = decoys
        .iter()
        .filter(|decoy| decoy.1 <= 0.0)
        .map(|decoy| decoy.0)
        .sum();
    let total_ligand_pm = total_ligand_pm - filled;
    if total_ligand_pm <= 0.0 {
        return 0.0;
    }
    let others = || decoys.iter().filter(|decoy| decoy.1 > 0.0);
    // What the decoys leave if each takes all it can is a bound from below, and so is 0.
    let most_bound: f64 = others().map(|decoy| decoy.0).sum();
    let mut free = (total_ligand_pm - most_bound).max(0.0);
    for _ in 0..100 {
        let (mut value, mut slope) = (free - total_ligand_pm, 1.0);
        for (total, kd) in others() {
            value += total * free / (kd + free);
            slope += total * kd / ((kd + free) * (kd + free));
        }
        let next = (free - value / slope).clamp(0.0, total_ligand_pm);
        // From the left the steps go right; the first that does not has met the root.
        if next <= free {
            break;
        }
        free = next;
    }
    free
}

/// [`free_levels`] in the presence of drugs that bind the ligand: their levels and dissociation
/// constants in pM, and the share of the ligand within their reach. Without drugs it is
/// [`free_levels`] to the last bit.
///
/// # Errors
/// As [`free_levels`].
pub fn free_levels_with(
    total_ligand_pm: &[f32],
    total_decoy_pm: &[f32],
    kd_pm: f64,
    (drugs, within_reach): (&[(f64, f64)], f64),
    free_ligand_pm: &mut [f32],
    free_decoy_pm: &mut [f32],
) -> Result<(), TransportFault> {
    free_levels(
        total_ligand_pm,
        total_decoy_pm,
        kd_pm,
        free_ligand_pm,
        free_decoy_pm,
    )?;
    if drugs.is_empty() {
        return Ok(());
    }
    (
        total_ligand_pm.par_chunks(TASK),
        total_decoy_pm.par_chunks(TASK),
        free_ligand_pm.par_chunks_mut(TASK),
        free_decoy_pm.par_chunks_mut(TASK),
    )
        .into_par_iter()
        .for_each(|(ligand, decoy, free, free_decoy)| {
            let mut decoys = vec![(0.0, kd_pm)];
            decoys.extend_from_slice(drugs);
            let totals = ligand.iter().zip(decoy);
            for ((&r, &o), (free, free_decoy)) in totals.zip(free.iter_mut().zip(free_decoy)) {
                decoys[0].0 = f64::from(o);
                let reached = free_ligand_of_many(f64::from(r), &decoys);
                let left = (1.0 - within_reach) * f64::from(*free) + within_reach * reached;
                *free = left as f32;
                if kd_pm > 0.0 {
                    *free_decoy = (f64::from(o) * kd_pm / (kd_pm + left)) as f32;
                }
            }
        });
    Ok(())
}

/// Free ligand and free decoy at every site, pM, in parallel.
///
/// All slices hold one entry per site; totals are finite and at least 0, as
/// [`Medium::advance`](super::Medium::advance) leaves them. Faults: slices of different lengths, a
/// dissociation constant that is negative or not finite.
pub fn free_levels(
    total_ligand_pm: &[f32],
    total_decoy_pm: &[f32],
    kd_pm: f64,
    free_ligand_pm: &mut [f32],
    free_decoy_pm: &mut [f32],
) -> Result<(), TransportFault> {
    let expected = total_ligand_pm.len();
    for (what, found) in [
        ("total decoy", total_decoy_pm.len()),
        ("free ligand", free_ligand_pm.len()),
        ("free decoy", free_decoy_pm.len()),
    ] {
        if found != expected {
            return Err(TransportFault::Length {
                what,
                found,
                expected,
            });
        }
    }
    if !(kd_pm.is_finite() && kd_pm >= 0.0) {
        return Err(TransportFault::Parameter {
            name: "dissociation constant in pM",
            value: kd_pm,
            allowed: "finite, at least 0",
        });
    }
    let arch = Arch::new();
    (
        total_ligand_pm.par_chunks(TASK),
        total_decoy_pm.par_chunks(TASK),
        free_ligand_pm.par_chunks_mut(TASK),
        free_decoy_pm.par_chunks_mut(TASK),
    )
        .into_par_iter()
        .for_each(|(ligand, decoy, free, free_decoy)| {
            arch.dispatch(Levels {
                totals: [ligand, decoy],
                kd_pm,
                free: [free, free_decoy],
            });
        });
    Ok(())
}

/// [`free_levels`] of some sites, for the widest registers that there are.
struct Levels<'a> {
    totals: [&'a [f32]; 2],
    kd_pm: f64,
    free: [&'a mut [f32]; 2],
}

impl WithSimd for Levels<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let [ligand, decoy] = self.totals;
        let [free, free_decoy] = self.free;
        let totals = ligand.iter().zip(decoy);
        for ((&r, &o), (free, free_decoy)) in totals.zip(free.iter_mut().zip(free_decoy)) {
            let (r, o) = (f64::from(r), f64::from(o));
            *free = free_ligand(r, o, self.kd_pm) as f32;
            *free_decoy = free_ligand(o, r, self.kd_pm) as f32;
        }
    }
}

#[cfg(test)]
mod tests;
