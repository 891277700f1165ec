//! Calcium of the body: gut, bone, kidney, and the hormones between them.
//!
//! # Biology
//! The parathyroids answer a fall of ionised calcium with PTH within minutes; PTH makes the kidney
//! hold calcium back and, by calcitriol, the gut take more up. PTHrP of a tumour acts on the same
//! receptor in the kidney but not on the parathyroids, so that calcium which bone sets free is kept
//! although PTH is low: hypercalcaemia of malignancy.
//!
//! # Law
//! With the extracellular amount `A` (mmol), the exchangeable amount on bone surfaces `B`, the
//! relative calcitriol `D`, `x = A / A_usual` and the net flux from bone `J` (mmol/h):
//! `A' = J + G - U - E`, `B' = E`, `D' = (P - D) / calcitriol_time`, where
//! `P = 2 / (1 + x^pth_steepness)` is PTH over its usual level,
//! `G = intake (1 - calcitriol_share + calcitriol_share D)` the gut (of
//! `intake + supplement / (1 + x^30)` under an antiresorptive drug: by the laboratory, and no calcium is
//! given against a high one),
//! `E = exchange (exchangeable x - B)` the surfaces, and
//! `U = intake x^(1 + renal_sensing) (renal_half + 1) / (renal_half + R)` the urine, with the receptor
//! in the kidney `R = P + PTHrP / PTH_usual`. The filtered load that belongs to the usual urine is
//! known, so that the share of it that is excreted is an output. At `x = 1`, without PTHrP and net
//! flux, everything is at rest.
//!
//! # Limits
//! Albumin is normal, so total calcium is corrected calcium. Phosphate, magnesium, acidosis, loss of
//! fluid and failing kidneys are not followed; a rise above 3.5 mM is therefore an under-estimate.
//! The rest of the skeleton is in balance.
//!
//! # References
//! Peterson and Riggs 2010 (volume, usual levels, loss of PTH, exchangeable pool).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::biology::problem::Problems;
use crate::numerics::quantity::{
    Amount, AmountRate, Clearance, Concentration, FluidVolume, Rate, Time,
};
use crate::numerics::{elementary, extrapolation};

/// Relative error of a step.
const TOLERANCE: f64 = 1e-11;
/// Exponent by which a supplement is left out as calcium rises; design: 80 % at 2.25 mM, 10 % at 2.53.
const SUPPLEMENT_STEEPNESS: i32 = 30;

/// Parameters of calcium in the body. Values that are not given are those of an adult.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Calcium {
    /// Extracellular fluid. 14 L, Peterson and Riggs 2010.
    pub fluid: FluidVolume,
    /// Usual total calcium. 2.35 mM, Peterson and Riggs 2010.
    pub usual: Concentration,
    /// Exchangeable calcium on bone surfaces. 100 mmol, Peterson and Riggs 2010.
    pub exchangeable: Amount,
    /// Speed of that exchange; design: hours.
    pub exchange: Rate,
    /// Net uptake from the gut, and urine, in health. 4.2 mmol/d; design: 170 mg of a diet of 800.
    pub intake: AmountRate,
    /// Net uptake from the supplement that is taken with an antiresorptive drug, half of it at the usual
    /// calcium. 2.6 mmol/d: 500 mg a day, as trials advise (Body 2015), taken up as the diet.
    pub supplement: AmountRate,
    /// Share of the uptake that follows calcitriol; design.
    pub calcitriol_share: f64,
    /// Mean time by which calcitriol follows PTH; design: a day.
    pub calcitriol_time: Time,
    /// Usual PTH. 53.9 pmol in 14 L, Peterson and Riggs 2010.
    pub pth: Concentration,
    /// Exponent by which PTH falls with calcium; design, 4 to 10 about 1.2 mM ionised calcium.
    pub pth_steepness: f64,
    /// Activity of the receptor, in usual activities of PTH, at which the kidney excretes half of
    /// what it does without; design.
    pub renal_half: f64,
    /// Exponent by which calcium itself drives its excretion; design.
    pub renal_sensing: f64,
    /// Glomerular filtration; design: a healthy adult.
    pub filtration: Clearance,
    /// Share of plasma calcium that is filtered; design.
    pub filtered: f64,
    /// Share of the PTHrP of a lesion that reaches plasma; 1 is the upper bound, design.
    pub pthrp_escape: f64,
    /// Clearance of PTHrP from plasma: 7.14 /h of 14 L, that of PTH in Peterson and Riggs 2010.
    pub pthrp_clearance: Clearance,
}

impl Default for Calcium {
    fn default() -> Self {
        Self {
            fluid: FluidVolume::l(14.0),
            usual: Concentration::pm(2.35e9),
            exchangeable: Amount::mmol(100.0),
            exchange: Rate::per_h(0.1),
            intake: AmountRate::mmol_per_h(4.2 / 24.0),
            supplement: AmountRate::mmol_per_h(2.6 / 24.0),
            calcitriol_share: 0.5,
            calcitriol_time: Time::h(24.0),
            pth: Concentration::pm(3.85),
            pth_steepness: 7.0,
            renal_half: 0.5,
            renal_sensing: 2.0,
            filtration: Clearance::l_per_h(6.0),
            filtered: 0.6,
            pthrp_escape: 1.0,
            pthrp_clearance: Clearance::l_per_h(100.0),
        }
    }
}

/// Calcium of a body, as it is saved.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Pools {
    /// In extracellular fluid, mmol.
    pub fluid_mmol: f64,
    /// Exchangeable on bone, mmol.
    pub exchangeable_mmol: f64,
    /// Calcitriol over its usual level.
    pub calcitriol: f64,
    /// Taken up from the gut since day 0, mmol.
    pub from_gut_mmol: f64,
    /// Lost with urine since day 0, mmol.
    pub to_urine_mmol: f64,
    /// Come from bone since day 0, net, mmol.
    pub from_bone_mmol: f64,
}

/// The integrator gave up, or calcium left the range of the law.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("calcium of the body could not be followed: {0}")]
pub struct CalciumError(String);

impl Calcium {
    /// Looks for values that make no sense.
    pub fn check(&self, path: &str, problems: &mut Problems) {
        let at = |key: &str| format!("{path}.{key}");
        problems.positive(&at("fluid"), self.fluid.get(), "L");
        problems.positive(&at("usual"), self.usual.get(), "pM");
        problems.not_negative(&at("exchangeable"), self.exchangeable.get(), "mmol");
        problems.not_negative(&at("exchange"), self.exchange.get(), "/h");
        problems.positive(&at("intake"), self.intake.get(), "mmol/h");
        problems.not_negative(&at("supplement"), self.supplement.get(), "mmol/h");
        problems.within(&at("calcitriol_share"), self.calcitriol_share, 0.0, 1.0);
        problems.positive(&at("calcitriol_time"), self.calcitriol_time.get(), "h");
        problems.positive(&at("pth"), self.pth.get(), "pM");
        problems.positive(&at("pth_steepness"), self.pth_steepness, "");
        problems.positive(&at("renal_half"), self.renal_half, "");
        problems.not_negative(&at("renal_sensing"), self.renal_sensing, "");
        problems.positive(&at("filtration"), self.filtration.get(), "L/h");
        problems.within(&at("filtered"), self.filtered, 1e-3, 1.0);
        problems.within(&at("pthrp_escape"), self.pthrp_escape, 0.0, 1.0);
        problems.positive(&at("pthrp_clearance"), self.pthrp_clearance.get(), "L/h");
    }

    /// Usual amount in extracellular fluid, mmol.
    pub fn usual_mmol(&self) -> f64 {
        self.usual.get() * 1e-9 * self.fluid.get()
    }

    /// The pools in health.
    pub fn at_rest(&self) -> Pools {
        Pools {
            fluid_mmol: self.usual_mmol(),
            exchangeable_mmol: self.exchangeable.get(),
            calcitriol: 1.0,
            ..Pools::default()
        }
    }

    /// Total calcium, mM.
    pub fn level_mm(&self, pools: &Pools) -> f64 {
        pools.fluid_mmol / self.fluid.get()
    }

    /// PTH, pM: at quasi-steady state, as it is lost within minutes.
    pub fn pth_pm(&self, pools: &Pools) -> f64 {
        self.pth.get() * self.relative_pth(pools.fluid_mmol / self.usual_mmol())
    }

    fn relative_pth(&self, relative: f64) -> f64 {
        2.0 / (1.0 + elementary::pow(relative.max(0.0), self.pth_steepness))
    }

    /// Urine, mmol/h, at a calcium relative to the usual one and a level of PTHrP.
    fn urine(&self, relative: f64, pthrp_pm: f64) -> f64 {
        let receptor = self.relative_pth(relative) + pthrp_pm / self.pth.get();
        self.intake.get()
            * elementary::pow(relative.max(0.0), 1.0 + self.renal_sensing)
            * (self.renal_half + 1.0)
            / (self.renal_half + receptor)
    }

    /// Urine, mmol/h.
    pub fn urine_mmol_per_h(&self, pools: &Pools, pthrp_pm: f64) -> f64 {
        self.urine(pools.fluid_mmol / self.usual_mmol(), pthrp_pm)
    }

    /// Share of the filtered calcium that is excreted.
    pub fn excreted_share(&self, pools: &Pools, pthrp_pm: f64) -> f64 {
        let filtered = self.filtration.get() * self.filtered * self.level_mm(pools);
        self.urine_mmol_per_h(pools, pthrp_pm) / filtered
    }

    /// Takes the pools on with a constant net flux from bone and a constant level of PTHrP.
    ///
    /// ```
    /// # use howship::patient::calcium::Calcium;
    /// let law = Calcium::default();
    /// let mut pools = law.at_rest();
    /// law.advance(&mut pools, 0.0, 0.0, 24.0)?;
    /// assert!((law.level_mm(&pools) - 2.35).abs() < 1e-9);
    /// // 1 cm3 of bone a day, 11.2 mmol, lifts calcium.
    /// law.advance(&mut pools, 11.2 / 24.0, 0.0, 240.0)?;
    /// assert!(law.level_mm(&pools) > 2.4);
    /// # Ok::<(), howship::patient::calcium::CalciumError>(())
    /// ```
    ///
    /// # Errors
    /// [`CalciumError`] when bone takes more than the body has, or the integrator gives up.
    pub fn advance(
        &self,
        pools: &mut Pools,
        from_bone_mmol_per_h: f64,
        pthrp_pm: f64,
        duration_h: f64,
    ) -> Result<(), CalciumError> {
        self.advance_fed(pools, from_bone_mmol_per_h, pthrp_pm, duration_h, false)
    }

    /// As [`Self::advance`], with the supplement or without.
    ///
    /// # Errors
    /// As [`Self::advance`].
    pub fn advance_fed(
        &self,
        pools: &mut Pools,
        from_bone_mmol_per_h: f64,
        pthrp_pm: f64,
        duration_h: f64,
        is_supplemented: bool,
    ) -> Result<(), CalciumError> {
        let supplement = if is_supplemented {
            self.supplement.get()
        } else {
            0.0
        };
        let usual = self.usual_mmol();
        // All in units of the usual amount in fluid; the last two are the integrals of gut and urine.
        let start = [
            pools.fluid_mmol / usual,
            pools.exchangeable_mmol / usual,
            pools.calcitriol,
            0.0,
            0.0,
        ];
        let rates = |at: &[f64; 5]| -> [f64; 5] {
            let taken = supplement / (1.0 + at[0].max(0.0).powi(SUPPLEMENT_STEEPNESS));
            let gut = (self.intake.get() + taken)
                * (1.0 - self.calcitriol_share + self.calcitriol_share * at[2])
                / usual;
            let urine = self.urine(at[0], pthrp_pm) / usual;
            let exchanged = self.exchange.get() * (self.exchangeable.get() / usual * at[0] - at[1]);
            [
                from_bone_mmol_per_h / usual + gut - urine - exchanged,
                exchanged,
                (self.relative_pth(at[0]) - at[2]) / self.calcitriol_time.get(),
                gut,
                urine,
            ]
        };
        let end = extrapolation::solve(rates, start, duration_h, TOLERANCE, TOLERANCE * 1e-2)
            .map_err(|error| CalciumError(format!("{error}, in hours")))?;
        if end[0] <= 0.0 || end[1] < 0.0 {
            return Err(CalciumError(format!(
                "bone takes {:.3} mmol/d, more than the body has",
                -24.0 * from_bone_mmol_per_h
            )));
        }
        pools.fluid_mmol = end[0] * usual;
        pools.exchangeable_mmol = end[1] * usual;
        pools.calcitriol = end[2];
        pools.from_gut_mmol += end[3] * usual;
        pools.to_urine_mmol += end[4] * usual;
        pools.from_bone_mmol += from_bone_mmol_per_h * duration_h;
        Ok(())
    }

    /// What does not add up, relative to what the body holds.
    pub fn residual(&self, pools: &Pools) -> f64 {
        let held = pools.fluid_mmol + pools.exchangeable_mmol;
        let start = self.usual_mmol() + self.exchangeable.get();
        let gained = pools.from_gut_mmol + pools.from_bone_mmol - pools.to_urine_mmol;
        (held - start - gained).abs() / start
    }
}

/// Grade of hypercalcaemia: 0 none, 1 above 2.65 mM, 2 above 2.9 mM, 3 above 3.5 mM.
pub fn hypercalcaemia(level_mm: f64) -> u8 {
    [2.65, 2.9, 3.5]
        .iter()
        .map(|&limit| u8::from(level_mm > limit))
        .sum()
}

#[cfg(test)]
mod tests;
