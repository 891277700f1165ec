//! A field in many small steps: oracle of the exact tick, and benchmark like for like with others.
//!
//! *Law*, as in [`exact`](super::exact), with no flux through the walls. [`Explicit`] takes
//! forward-Euler steps with the 7-point stencil (5 points in a section); a step is refused above
//! the limit below which no value can turn negative. [`Split`] takes one implicit step per axis, one after another
//! ("locally one-dimensional"), each with its share of the loss, by elimination along lines after
//! L. H. Thomas: positive for any step. Both are first order in time; the error of the second is
//! large where the step is not small against `edge^2 / D`.
//!
//! Lines are solved sixteen and more at a time. Planes and blocks of fixed size are shared by
//! threads; the bits are the same on any number of them and on every instruction set.

#![allow(
    clippy::inline_always,
    reason = "only what is inlined by force is compiled for the instruction set of its caller"
)]

mod explicit;
mod split;

use super::exact::Spread;
use super::fault::TransportFault;
use crate::tissue::grid::Grid;
pub use explicit::Explicit;
pub use split::Split;

/// Bytes of a block that is swept along z: a part of the second cache level.
const BLOCK_BYTES: usize = 256 * 1024;

/// `D dt / edge^2` and `loss dt`, where all is in range.
fn numbers(grid: &Grid, spread: &Spread, dt_h: f64) -> Result<(f64, f64), TransportFault> {
    let allowed = "finite, above 0";
    for (name, value, least) in [
        ("edge of a site in um", grid.edge_um, f64::MIN_POSITIVE),
        ("step in h", dt_h, f64::MIN_POSITIVE),
        ("diffusivity in um2/h", spread.diffusivity_um2_per_h, 0.0),
        ("loss in 1/h", spread.loss_per_h, 0.0),
    ] {
        if !(value.is_finite() && value >= least) {
            return Err(TransportFault::Parameter {
                name,
                value,
                allowed: if least > 0.0 {
                    allowed
                } else {
                    "finite, at least 0"
                },
            });
        }
    }
    if grid.is_empty() {
        return Err(TransportFault::Size {
            sites: 0,
            most: usize::MAX,
        });
    }
    let exchange = spread.diffusivity_um2_per_h * dt_h / (grid.edge_um * grid.edge_um);
    Ok((exchange, spread.loss_per_h * dt_h))
}

fn length(grid: &Grid, what: &'static str, found: usize) -> Result<(), TransportFault> {
    if found == grid.len() {
        return Ok(());
    }
    Err(TransportFault::Length {
        what,
        found,
        expected: grid.len(),
    })
}
