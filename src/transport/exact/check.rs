//! What an exact box takes: lengths, levels and rates within their bounds.

use crate::numerics::parallel::prelude::*;

use super::lanes::Real;
use super::{ExactBox, ExactState};
use crate::transport::fault::TransportFault;

impl<T: Real> ExactBox<T> {
    pub(super) fn fits(&self, state: &ExactState<T>) -> Result<(), TransportFault> {
        self.length("state", state.dims.iter().product())?;
        if state.dims == self.grid.dims && state.walls == self.walls {
            return Ok(());
        }
        Err(TransportFault::Length {
            what: "state of a box of another shape",
            found: 0,
            expected: self.grid.len(),
        })
    }

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

    /// A fault that names the first site whose value does not fit.
    pub(super) fn check(
        &self,
        what: &'static str,
        array: &[T],
        fits: impl Fn(T) -> bool + Sync,
    ) -> Result<(), TransportFault> {
        let Some(site) = array.par_iter().position_first(|&value| !fits(value)) else {
            return Ok(());
        };
        Err(TransportFault::Site {
            what,
            site,
            place: self.grid.place(site),
            value: array[site].to_f64() as f32,
        })
    }
}

pub(super) fn at_least_zero(name: &'static str, value: f64) -> Result<(), TransportFault> {
    if value.is_finite() && value >= 0.0 {
        return Ok(());
    }
    Err(TransportFault::Parameter {
        name,
        value,
        allowed: "finite, at least 0",
    })
}
