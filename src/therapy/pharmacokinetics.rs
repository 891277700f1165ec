//! Pharmacokinetics: the way of a drug through the body.
//!
//! # Biology
//! A drug enters a central compartment at once, over an infusion, or from a depot by first-order
//! absorption; it spreads to at most two peripheral compartments and leaves by linear clearance and,
//! where its target or an enzyme is saturable, after Michaelis and Menten besides. Its site of action
//! sees a share of the central level (`access`), at once or with a delay.
//!
//! # Law
//! With amounts `A` (mg), `c = A_c / V`, input `R` (mg/h):
//! `A_d' = -ka A_d`, `A_c' = R + ka A_d - (CL + sum Q_i) c + sum Q_i A_i / V_i - Vmax c / (Km + c)`,
//! `A_i' = Q_i c - Q_i A_i / V_i`, and at the site `s' = (access c - s) / delay`.
//! The linear system is solved exactly over any step in which `R` is constant, by the exponential of
//! its matrix (scaling and squaring); with a saturable part an explicit Runge-Kutta method of order 8
//! holds the error of a step below 1e-10 of the amounts.
//!
//! # Parameters
//! All hold for a body of `reference_mass`. In another body volumes scale with mass, clearances with
//! mass to the power 3/4, rates with -1/4 (West 1997; for antibodies Dong 2011). What the kidney filters
//! is added as the filtration of the subject, unscaled.
//!
//! # Limits
//! Parameters do not change in time; targets do not feed back on the drug other than by `saturable`.
//!
//! # References
//! Gabrielsson and Weiner 2016 (the systems); Moler and Van Loan 2003 (the exponential).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::biology::problem::Problems;
use crate::numerics::quantity::{
    Clearance, FluidVolume, Mass, MassConcentration, MassRate, MolarMass, Rate, Time,
};
use crate::numerics::{elementary, extrapolation};

/// Relative error of a step with a saturable elimination.
const TOLERANCE: f64 = 1e-10;
/// Exponent of allometry for clearances.
const CLEARANCE_EXPONENT: f64 = 0.75;

/// Parameters of the way of a drug through the body.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Pharmacokinetics {
    /// Mass of a mole.
    pub molar_mass: MolarMass,
    /// Body mass for which the other values hold.
    pub reference_mass: Mass,
    /// Volume of the central compartment.
    pub central: FluidVolume,
    /// Linear clearance from the central compartment.
    pub clearance: Clearance,
    /// Share of the glomerular filtration of the subject that clears the drug besides; 1 for one that
    /// is filtered freely and neither taken back nor secreted.
    #[serde(default, skip_serializing_if = "is_none")]
    pub filtered: f64,
    /// Peripheral compartments by name, at most two.
    #[serde(default)]
    pub peripheral: std::collections::BTreeMap<String, Peripheral>,
    /// First-order absorption from a depot, for routes other than into a vein.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub absorption: Option<Rate>,
    /// Share of a dose in the depot that is absorbed, 0 to 1.
    #[serde(default = "all")]
    pub bioavailability: f64,
    /// Saturable elimination besides the linear one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub saturable: Option<Saturable>,
    /// Level at the site of action as a share of the central level.
    #[serde(default = "all")]
    pub access: f64,
    /// Mean time by which the site of action follows; 0 for at once.
    #[serde(default)]
    pub delay: Time,
}

/// A peripheral compartment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Peripheral {
    /// Its volume.
    pub volume: FluidVolume,
    /// Exchange with the central compartment.
    pub exchange: Clearance,
}

/// Elimination after Michaelis and Menten.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Saturable {
    /// Rate at saturation (Vmax).
    pub most: MassRate,
    /// Level of half that rate (Km).
    pub half: MassConcentration,
}

const fn all() -> f64 {
    1.0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde asks for it")]
fn is_none(share: &f64) -> bool {
    *share == 0.0
}

impl Pharmacokinetics {
    /// Looks for values that make no sense.
    pub fn check(&self, path: &str, problems: &mut Problems) {
        let at = |key: &str| format!("{path}.{key}");
        problems.positive(&at("molar_mass"), self.molar_mass.get(), "g/mol");
        problems.positive(&at("reference_mass"), self.reference_mass.get(), "mg");
        problems.positive(&at("central"), self.central.get(), "L");
        problems.not_negative(&at("clearance"), self.clearance.get(), "L/h");
        problems.within(&at("filtered"), self.filtered, 0.0, 10.0);
        if self.peripheral.len() > 2 {
            problems.add(
                &at("peripheral"),
                format!("found {} peripheral compartments", self.peripheral.len()),
                "give none, one or two",
            );
        }
        for (name, peripheral) in &self.peripheral {
            let at = |key: &str| format!("{path}.peripheral.{name}.{key}");
            problems.positive(&at("volume"), peripheral.volume.get(), "L");
            problems.not_negative(&at("exchange"), peripheral.exchange.get(), "L/h");
        }
        if let Some(absorption) = self.absorption {
            problems.positive(&at("absorption"), absorption.get(), "/h");
        }
        problems.within(&at("bioavailability"), self.bioavailability, 0.0, 1.0);
        problems.within(&at("access"), self.access, 0.0, 1.0);
        problems.not_negative(&at("delay"), self.delay.get(), "h");
        if let Some(saturable) = &self.saturable {
            problems.not_negative(&at("saturable.most"), saturable.most.get(), "mg/h");
            problems.positive(&at("saturable.half"), saturable.half.get(), "mg/L");
        }
    }

    /// The system in a body of this mass; in the reference body without one. What the kidney filters is
    /// left out.
    pub fn system(&self, mass: Option<Mass>) -> System {
        let relative = mass.map_or(1.0, |mass| mass.get() / self.reference_mass.get());
        let for_clearance = elementary::pow(relative, CLEARANCE_EXPONENT);
        let for_rate = elementary::pow(relative, CLEARANCE_EXPONENT - 1.0);
        let mut peripheral = [(1.0, 0.0); 2];
        for (slot, given) in peripheral.iter_mut().zip(self.peripheral.values()) {
            *slot = (
                given.volume.get() * relative,
                given.exchange.get() * for_clearance,
            );
        }
        System {
            central_l: self.central.get() * relative,
            clearance_l_per_h: self.clearance.get() * for_clearance,
            peripheral_l: peripheral.map(|(volume, _)| volume),
            exchange_l_per_h: peripheral.map(|(_, exchange)| exchange),
            absorption_per_h: self
                .absorption
                .map_or(0.0, |absorption| absorption.get() * for_rate),
            saturable: self
                .saturable
                .as_ref()
                .map(|saturable| (saturable.most.get() * for_clearance, saturable.half.get())),
            access: self.access,
            delay_h: self.delay.get(),
        }
    }

    /// pM in one mg/L.
    pub fn pm_per_mg_per_l(&self) -> f64 {
        1e9 / self.molar_mass.get()
    }
}

/// The system of a drug in one body, in L, h and mg.
#[derive(Debug, Clone, PartialEq)]
pub struct System {
    /// Central volume, L.
    pub central_l: f64,
    /// Linear clearance, L/h.
    pub clearance_l_per_h: f64,
    /// Peripheral volumes, L.
    pub peripheral_l: [f64; 2],
    /// Exchange with them, L/h; 0 for a compartment that is not there.
    pub exchange_l_per_h: [f64; 2],
    /// Absorption from the depot, per h.
    pub absorption_per_h: f64,
    /// Rate at saturation, mg/h, and level of half that rate, mg/L.
    pub saturable: Option<(f64, f64)>,
    /// Level at the site of action as a share of the central level.
    pub access: f64,
    /// Mean time by which the site of action follows, h.
    pub delay_h: f64,
}

/// Amounts in the body.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Amounts {
    /// In the depot, mg.
    pub depot_mg: f64,
    /// In the central compartment, mg.
    pub central_mg: f64,
    /// In the peripheral compartments, mg.
    pub peripheral_mg: [f64; 2],
    /// Level at a delayed site of action, mg/L.
    pub site_mg_per_l: f64,
}

/// What a step saw, as integrals over time.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Exposure {
    /// Of the central level, mg h/L.
    pub central_mg_h_per_l: f64,
    /// Of the level at the site of action, mg h/L.
    pub site_mg_h_per_l: f64,
}

/// The integrator gave up.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("pharmacokinetics could not be integrated: {0}")]
pub struct PharmacokineticsError(String);

/// Depot, central, two peripheral, site (as central volume times level), and the integrals of
/// central and site.
type Vector = [f64; 7];
const INPUT: usize = 7;
const WIDTH: usize = 8;
type Matrix = [[f64; WIDTH]; WIDTH];

impl System {
    /// Takes the amounts `duration_h` on, with a constant input into the central compartment.
    ///
    /// # Errors
    /// [`PharmacokineticsError`] when a saturable elimination cannot be integrated.
    pub fn advance(
        &self,
        amounts: &mut Amounts,
        input_mg_per_h: f64,
        duration_h: f64,
    ) -> Result<Exposure, PharmacokineticsError> {
        if duration_h <= 0.0 {
            return Ok(Exposure::default());
        }
        let volume = self.central_l;
        let start: Vector = [
            amounts.depot_mg,
            amounts.central_mg,
            amounts.peripheral_mg[0],
            amounts.peripheral_mg[1],
            amounts.site_mg_per_l * volume,
            0.0,
            0.0,
        ];
        let end = match self.saturable {
            None => self.exact(&start, input_mg_per_h, duration_h),
            Some(saturable) => self.integrated(&start, input_mg_per_h, duration_h, saturable)?,
        };
        // Round-off of an empty compartment may lie below zero.
        let end = end.map(|value| value.max(0.0));
        let central = end[5] / volume;
        let delayed = self.delay_h > 0.0;
        *amounts = Amounts {
            depot_mg: end[0],
            central_mg: end[1],
            peripheral_mg: [end[2], end[3]],
            site_mg_per_l: if delayed {
                end[4] / volume
            } else {
                self.access * end[1] / volume
            },
        };
        Ok(Exposure {
            central_mg_h_per_l: central,
            site_mg_h_per_l: if delayed {
                end[6] / volume
            } else {
                self.access * central
            },
        })
    }

    /// The matrix of the linear part, per h; the last column is the input.
    fn matrix(&self, input_mg_per_h: f64) -> Matrix {
        let mut matrix = [[0.0; WIDTH]; WIDTH];
        let absorption = self.absorption_per_h;
        matrix[0][0] = -absorption;
        matrix[1][0] = absorption;
        let mut out = self.clearance_l_per_h;
        for side in 0..2 {
            let exchange = self.exchange_l_per_h[side];
            out += exchange;
            let back = exchange / self.peripheral_l[side];
            matrix[2 + side][1] = exchange / self.central_l;
            matrix[2 + side][2 + side] = -back;
            matrix[1][2 + side] = back;
        }
        matrix[1][1] = -out / self.central_l;
        if self.delay_h > 0.0 {
            matrix[4][1] = self.access / self.delay_h;
            matrix[4][4] = -1.0 / self.delay_h;
        }
        matrix[5][1] = 1.0;
        matrix[6][4] = 1.0;
        matrix[1][INPUT] = input_mg_per_h;
        matrix
    }

    fn exact(&self, start: &Vector, input_mg_per_h: f64, duration_h: f64) -> Vector {
        let propagator = exponential(&self.matrix(input_mg_per_h), duration_h);
        std::array::from_fn(|row| {
            let moved: f64 = (0..INPUT)
                .map(|column| propagator[row][column] * start[column])
                .sum();
            moved + propagator[row][INPUT]
        })
    }

    fn integrated(
        &self,
        start: &Vector,
        input_mg_per_h: f64,
        duration_h: f64,
        (most, half): (f64, f64),
    ) -> Result<Vector, PharmacokineticsError> {
        let matrix = self.matrix(input_mg_per_h);
        // Shares of all that is there or comes, so that micrograms in a mouse and grams in man are
        // alike to the integrator.
        let scale = start[..5].iter().sum::<f64>() + input_mg_per_h * duration_h;
        if scale <= 0.0 {
            return Ok(*start);
        }
        let rates = |at: &Vector| -> Vector {
            let mut rates: Vector = std::array::from_fn(|row| {
                let moved: f64 = (0..INPUT)
                    .map(|column| matrix[row][column] * at[column])
                    .sum();
                moved + matrix[row][INPUT] / scale
            });
            let level = at[1].max(0.0) * scale / self.central_l;
            rates[1] -= most * level / (half + level) / scale;
            rates
        };
        let end = extrapolation::solve(
            rates,
            start.map(|value| value / scale),
            duration_h,
            TOLERANCE,
            TOLERANCE * 1e-3,
        )
        .map_err(|error| PharmacokineticsError(format!("{error}, in hours")))?;
        Ok(end.map(|value| value * scale))
    }
}

/// `exp(matrix duration)` by scaling, a Taylor series to round-off, and squaring.
fn exponential(matrix: &Matrix, duration_h: f64) -> Matrix {
    const TERMS: u32 = 18;
    let norm = (0..INPUT)
        .map(|column| (0..WIDTH).map(|row| matrix[row][column].abs()).sum::<f64>())
        .fold(0.0, f64::max)
        * duration_h;
    let halvings = if norm > 0.5 {
        (norm / 0.5).log2().ceil() as i32
    } else {
        0
    };
    let step = duration_h / 2.0_f64.powi(halvings);
    let scaled = matrix.map(|row| row.map(|value| value * step));
    let mut sum = identity();
    let mut term = identity();
    for number in 1..=TERMS {
        term = product(&term, &scaled).map(|row| row.map(|value| value / f64::from(number)));
        for (row, added) in sum.iter_mut().zip(&term) {
            for (value, added) in row.iter_mut().zip(added) {
                *value += added;
            }
        }
    }
    for _ in 0..halvings {
        sum = product(&sum, &sum);
    }
    sum
}

fn identity() -> Matrix {
    std::array::from_fn(|row| std::array::from_fn(|column| f64::from(u8::from(row == column))))
}

fn product(one: &Matrix, other: &Matrix) -> Matrix {
    std::array::from_fn(|row| {
        std::array::from_fn(|column| {
            (0..WIDTH)
                .map(|inner| one[row][inner] * other[inner][column])
                .sum()
        })
    })
}

#[cfg(test)]
mod tests;
