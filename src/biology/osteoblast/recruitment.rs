//! Recruitment: precursors come to a surface that osteoclasts have left.
//!
//! # Biology
//! After a reversal phase (10 to 30 d in man, 3 to 6 d in mice) precursors of osteoblasts line the
//! eroded surface, drawn by what resorption set free. A surface that none reaches in time is lined
//! as it is: arrested reversal, the way in which bone is lost for good.
//!
//! # Law
//! On eroded surface next to bone that no osteoclast holds and that was vacated at least
//! `reversal` ago, the hazard per area is `arrival` x its modulators, until the surface is covered
//! at one cell per footprint. After `arrest` without any cell of the lineage or osteoclast within
//! `arrest_reach`, what is owed there is given up. Of what is dug, the share `refill` x its modulators is owed, at
//! least a hundredth and at most all; without the key all of it. It is asked for at the matrix that is dug, when it
//! is dug (a negative balance of the unit in disuse: Frost 2003).
//!
//! # Limits
//! Stem cells are not agents, so they cannot be exhausted.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::biology::rate::Modulated;
use crate::numerics::quantity::{Length, SurfaceRate, Time};

/// Parameters of recruitment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Recruitment {
    /// Precursors that arrive per area of eroded surface and time.
    pub arrival: Modulated<SurfaceRate>,
    /// Time between the end of resorption at a site and the first arrival.
    pub reversal: Time,
    /// Time after which an eroded surface that no cell came to is lined as it is.
    pub arrest: Time,
    /// Distance within which a cell at work keeps a surface from being arrested; the sites around it
    /// always count.
    pub arrest_reach: Length,
    /// Distance within which nothing is refilled around a strut that was cut through
    /// (perforation); without it, and at 0, every pit is refilled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub perforation_reach: Option<Length>,
    /// Share of what is dug that is laid again, at most 1; all of it without this key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refill: Option<Modulated<f64>>,
}

/// Least share of what is dug that is owed: a pit is one until it is lined.
const LEAST_REFILL: f64 = 0.01;

/// Share of what is dug that is not owed, at this refill.
///
/// ```
/// # use howship::biology::osteoblast::recruitment::given_up;
/// assert_eq!((given_up(1.0), given_up(0.75), given_up(1.5)), (0.0, 0.25, 0.0));
/// assert_eq!(given_up(0.0), 0.99);
/// ```
pub fn given_up(refill: f64) -> f64 {
    1.0 - refill.clamp(LEAST_REFILL, 1.0)
}

/// Cells that an area has room for: its whole part, and one more with the remaining share `draw`.
///
/// ```
/// # use howship::biology::osteoblast::recruitment::room;
/// assert_eq!((room(267.0, 150.0, 0.9), room(267.0, 150.0, 0.1)), (1, 2));
/// ```
pub fn room(area_um2: f64, footprint_um2: f64, draw: f64) -> u8 {
    let cells = area_um2 / footprint_um2;
    (cells.floor() as u8).saturating_add(u8::from(draw < cells.fract()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_has_the_right_mean() {
        let total: u32 = (0..1000)
            .map(|i| u32::from(room(100.0, 150.0, f64::from(i) / 1000.0)))
            .sum();
        assert!((f64::from(total) / 1000.0 - 100.0 / 150.0).abs() < 0.002);
    }
}
