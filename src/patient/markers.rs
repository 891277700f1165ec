//! Markers of turnover in blood and urine, each over its level in health.
//!
//! # Law
//! `m' = k (production - m)`, solved exactly over a day of constant production. Production over the
//! whole skeleton relative to health: of CTX and NTX by resorbed volume, of `TRAP5b` by the number of
//! osteoclasts, of BSAP by the number of osteoblasts, of P1NP by formed volume. CEA and BSP, bone
//! sialoprotein, come from the tumour besides: `1 + k V` with the volume `V` of all tumour cells and a
//! secretion `k` that differs between tumours.
//!
//! CTX and NTX have a background `b` that resorption of bone does not make: in health `b` of the level is
//! background, and production is `b + (1 - b)` times resorption over health. An assay does not fall below
//! it however few osteoclasts are left.
//!
//! # Limits
//! The daily rhythm, the kidney and the liver are left out; `TRAP5b` from macrophages and BSP from
//! bone that is resorbed too. Only the tumour in bone counts, not the primary.
//!
//! # References
//! Loss: hours for CTX, a daily void for NTX, 1 to 2 d for `TRAP5b`, 1 to 3 d for BSAP, hours to a day
//! for P1NP, 3 to 7 d for CEA (textbook values, uncertain). Backgrounds: what is left where hardly an
//! osteoclast is (Reid 2010): of urinary NTX 18 to 20 % under denosumab (label, at a week and three months),
//! of CTX less than 20 % (Chen 2018).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::biology::problem::Problems;
use crate::numerics::elementary;
use crate::numerics::quantity::Time;

/// Half-lives of the markers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Markers {
    /// C-terminal telopeptide. Textbook: 2 to 6 h.
    pub ctx_half_life: Time,
    /// N-terminal telopeptide in urine. Textbook: a daily void.
    pub ntx_half_life: Time,
    /// Share of CTX in health that resorption of bone does not make; design: half of that of NTX, as serum CTX is
    /// below the limit of its assay in many under denosumab (label).
    pub ctx_background: f64,
    /// Share of NTX in health that resorption of bone does not make. 0.17; fitted to what denosumab leaves of urinary
    /// NTX (label, 18 to 20 %).
    pub ntx_background: f64,
    /// Tartrate-resistant acid phosphatase 5b. Textbook, uncertain: 1 to 2 d.
    pub trap5b_half_life: Time,
    /// Bone-specific alkaline phosphatase. Textbook: 1 to 3 d.
    pub bsap_half_life: Time,
    /// N-terminal propeptide of type I procollagen. Textbook: hours to a day.
    pub p1np_half_life: Time,
    /// Carcinoembryonic antigen. Textbook: 3 to 7 d.
    pub cea_half_life: Time,
    /// CEA, over its level in health, that 1 cm3 of tumour adds; design, a line differs by far: 100 cm3
    /// lift 2 ng/mL to 22.
    pub cea_per_cm3: f64,
    /// Bone sialoprotein; design: a day.
    pub bsp_half_life: Time,
    /// BSP, over its level in health, that 1 cm3 of tumour adds; design: 100 cm3 triple it.
    pub bsp_per_cm3: f64,
}

impl Default for Markers {
    fn default() -> Self {
        Self {
            ctx_half_life: Time::h(4.0),
            ntx_half_life: Time::h(12.0),
            ctx_background: 0.085,
            ntx_background: 0.17,
            trap5b_half_life: Time::h(36.0),
            bsap_half_life: Time::h(48.0),
            p1np_half_life: Time::h(12.0),
            cea_half_life: Time::h(5.0 * 24.0),
            cea_per_cm3: 0.1,
            bsp_half_life: Time::h(24.0),
            bsp_per_cm3: 0.02,
        }
    }
}

/// Levels over those in health.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Levels {
    /// C-terminal telopeptide.
    pub ctx: f64,
    /// N-terminal telopeptide.
    pub ntx: f64,
    /// Tartrate-resistant acid phosphatase 5b.
    pub trap5b: f64,
    /// Bone-specific alkaline phosphatase.
    pub bsap: f64,
    /// N-terminal propeptide of type I procollagen.
    pub p1np: f64,
    /// Carcinoembryonic antigen.
    pub cea: f64,
    /// Bone sialoprotein.
    pub bsp: f64,
}

impl Default for Levels {
    fn default() -> Self {
        Self {
            ctx: 1.0,
            ntx: 1.0,
            trap5b: 1.0,
            bsap: 1.0,
            p1np: 1.0,
            cea: 1.0,
            bsp: 1.0,
        }
    }
}

/// What the whole skeleton does, relative to health.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Production {
    /// Resorbed volume.
    pub resorption: f64,
    /// Formed volume.
    pub formation: f64,
    /// Number of osteoclasts.
    pub osteoclasts: f64,
    /// Number of osteoblasts.
    pub osteoblasts: f64,
    /// Volume of all tumour cells in bone, cm3.
    pub tumour_cm3: f64,
}

impl Markers {
    /// Looks for values that make no sense.
    pub fn check(&self, path: &str, problems: &mut Problems) {
        for (key, time) in [
            ("ctx_half_life", self.ctx_half_life),
            ("ntx_half_life", self.ntx_half_life),
            ("trap5b_half_life", self.trap5b_half_life),
            ("bsap_half_life", self.bsap_half_life),
            ("p1np_half_life", self.p1np_half_life),
            ("cea_half_life", self.cea_half_life),
            ("bsp_half_life", self.bsp_half_life),
        ] {
            problems.positive(&format!("{path}.{key}"), time.get(), "h");
        }
        for (key, share) in [
            ("ctx_background", self.ctx_background),
            ("ntx_background", self.ntx_background),
        ] {
            problems.within(&format!("{path}.{key}"), share, 0.0, 1.0);
        }
        problems.not_negative(&format!("{path}.cea_per_cm3"), self.cea_per_cm3, "/cm3");
        problems.not_negative(&format!("{path}.bsp_per_cm3"), self.bsp_per_cm3, "/cm3");
    }

    /// Takes the levels on.
    pub fn advance(&self, levels: &mut Levels, production: &Production, duration_h: f64) {
        let over = |background: f64| background + (1.0 - background) * production.resorption;
        for (level, half_life, goal) in [
            (
                &mut levels.ctx,
                self.ctx_half_life,
                over(self.ctx_background),
            ),
            (
                &mut levels.ntx,
                self.ntx_half_life,
                over(self.ntx_background),
            ),
            (
                &mut levels.trap5b,
                self.trap5b_half_life,
                production.osteoclasts,
            ),
            (
                &mut levels.bsap,
                self.bsap_half_life,
                production.osteoblasts,
            ),
            (&mut levels.p1np, self.p1np_half_life, production.formation),
            (
                &mut levels.cea,
                self.cea_half_life,
                1.0 + self.cea_per_cm3 * production.tumour_cm3,
            ),
            (
                &mut levels.bsp,
                self.bsp_half_life,
                1.0 + self.bsp_per_cm3 * production.tumour_cm3,
            ),
        ] {
            let kept = elementary::exp(-std::f64::consts::LN_2 * duration_h / half_life.get());
            *level = goal + (*level - goal) * kept;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_a_change_is_there_after_a_half_life() {
        let law = Markers {
            ctx_background: 0.0,
            ntx_background: 0.0,
            ..Markers::default()
        };
        let mut levels = Levels::default();
        let production = Production {
            resorption: 3.0,
            formation: 1.0,
            osteoclasts: 0.0,
            osteoblasts: 1.0,
            tumour_cm3: 100.0,
        };
        for _ in 0..4 {
            law.advance(&mut levels, &production, 3.0);
        }
        assert!((levels.ntx - 2.0).abs() < 1e-12);
        assert!((levels.ctx - (3.0 - 2.0 / 8.0)).abs() < 1e-12);
        assert!((levels.trap5b - (-1.0_f64 / 3.0).exp2()).abs() < 1e-12);
        assert!((levels.p1np - 1.0).abs() < 1e-12);
        // Half of the way to 11 times the level in health after 5 d, in all.
        for _ in 0..36 {
            law.advance(&mut levels, &production, 3.0);
        }
        assert!((levels.cea - 6.0).abs() < 1e-12, "{}", levels.cea);
        assert!((levels.bsp - 3.0).abs() < 0.1, "{}", levels.bsp);
    }

    #[test]
    fn without_resorption_the_background_is_left() {
        let law = Markers::default();
        let mut levels = Levels::default();
        let production = Production {
            resorption: 0.0,
            formation: 0.0,
            osteoclasts: 0.0,
            osteoblasts: 0.0,
            tumour_cm3: 0.0,
        };
        law.advance(&mut levels, &production, 1e4);
        assert!((levels.ntx - 0.17).abs() < 1e-12, "{}", levels.ntx);
        assert!((levels.ctx - 0.085).abs() < 1e-12, "{}", levels.ctx);
        let health = Production {
            resorption: 1.0,
            ..production
        };
        law.advance(&mut levels, &health, 1e4);
        assert!((levels.ntx - 1.0).abs() < 1e-12, "{}", levels.ntx);
    }
}
