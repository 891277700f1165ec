//! Ayati 2010: the power laws of Komarova in cycles, and a myeloma that breaks them.
//!
//! # Law
//! As in [`komarova`](crate::mean_field::komarova), with a tumour `T` of greatest size `L` that
//! shifts the exponents:
//! ```text
//! dC/dt = a1 C^(g11 (1 + r11 T/L)) B^(g21 (1 + r21 T/L)) - b1 C
//! dB/dt = a2 C^(g12 / (1 + r12 T/L)) B^(g22 - r22 T/L)   - (b2 - v1) B
//! dT/dt = (gT - v2) T ln(L / T)
//! dz/dt = k2 max(B - B*, 0) - k1 max(C - C*, 0)
//! ```
//! `C*` and `B*` belong to the full tumour (`T = L`), without drug; `v1` keeps osteoblasts alive and
//! `v2` slows the tumour, as a proteasome inhibitor does.
//!
//! Without tumour and with `g11 = 1.1` the steady state neither draws nor repels: the trace of the
//! Jacobian, `b1 (g11 - 1) + b2 (g22 - 1)`, is zero, and units cycle on.
//!
//! # Limits
//! Bone is not bounded: beside a tumour it falls below 0 % after about 1200 d. Under the drug the
//! trace is positive (`v1` takes from `b2`), so that cycles widen without end.
//! The tumour acts on cells, but neither bone nor cells act on the tumour: no vicious cycle. The
//! one-dimensional version with diffusion is not here.
//!
//! # References
//! Ayati BP, Edwards CM, Webb GF, Wikswo JP. Biol Direct 2010;5:28. Constants as curated in
//! `BioModels` 402 and 403, which mend three misprints of the steady state with the authors' consent.

use crate::mean_field::komarova::{Komarova, KomarovaState, check_state};
use crate::mean_field::solve::{Allowed, integrate};
use crate::mean_field::{MeanFieldError, Series, check_initial, check_parameters};

const NAME: &str = "Ayati 2010";

/// Parameters of the model; the symbol of the source stands behind each.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ayati {
    /// The unit without tumour.
    pub bone: Komarova,
    /// The tumour; `None` in health.
    pub tumour: Option<Myeloma>,
}

/// How a tumour grows and shifts the exponents.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Myeloma {
    /// Growth, 1/d (gT).
    pub growth_per_d: f64,
    /// Greatest size, % (L).
    pub greatest_percent: f64,
    /// Share by which a full tumour raises g11 (r11).
    pub raises_osteoclasts_on_osteoclasts: f64,
    /// Share by which a full tumour raises g21 (r21).
    pub raises_osteoblasts_on_osteoclasts: f64,
    /// A full tumour divides g12 by one plus this (r12).
    pub divides_osteoclasts_on_osteoblasts: f64,
    /// What a full tumour takes from g22 (r22).
    pub lowers_osteoblasts_on_osteoblasts: f64,
    /// Drug: removal of osteoblasts that it spares, 1/d (v1).
    pub drug_spares_osteoblasts_per_d: f64,
    /// Drug: growth of the tumour that it takes away, 1/d (v2).
    pub drug_slows_tumour_per_d: f64,
}

/// State of one unit and the tumour in it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AyatiState {
    /// Cells and bone.
    pub unit: KomarovaState,
    /// Size of the tumour, %; no matter where the model has none.
    pub tumour_percent: f64,
}

impl Myeloma {
    /// The published set, untreated.
    pub const fn published() -> Self {
        Self {
            growth_per_d: 0.005,                      // Ayati10
            greatest_percent: 100.0,                  // Ayati10
            raises_osteoclasts_on_osteoclasts: 0.005, // Ayati10
            raises_osteoblasts_on_osteoclasts: 0.0,   // Ayati10
            divides_osteoclasts_on_osteoblasts: 0.0,  // Ayati10
            lowers_osteoblasts_on_osteoblasts: 0.2,   // Ayati10
            drug_spares_osteoblasts_per_d: 0.0,       // Ayati10, untreated
            drug_slows_tumour_per_d: 0.0,             // Ayati10, untreated
        }
    }

    /// The same under the published drug.
    #[must_use]
    pub const fn treated(self) -> Self {
        Self {
            drug_spares_osteoblasts_per_d: 0.001, // Ayati10
            drug_slows_tumour_per_d: 0.008,       // Ayati10
            ..self
        }
    }

    /// The unit beside a tumour of this share of its greatest size.
    fn shifted(&self, bone: &Komarova, share: f64) -> Komarova {
        Komarova {
            osteoclasts_on_osteoclasts: bone.osteoclasts_on_osteoclasts
                * (1.0 + self.raises_osteoclasts_on_osteoclasts * share),
            osteoblasts_on_osteoclasts: bone.osteoblasts_on_osteoclasts
                * (1.0 + self.raises_osteoblasts_on_osteoclasts * share),
            osteoclasts_on_osteoblasts: bone.osteoclasts_on_osteoblasts
                / (1.0 + self.divides_osteoclasts_on_osteoblasts * share),
            osteoblasts_on_osteoblasts: bone.osteoblasts_on_osteoblasts
                - self.lowers_osteoblasts_on_osteoblasts * share,
            ..*bone
        }
    }
}

impl Ayati {
    /// Health: units that cycle.
    pub const fn healthy() -> Self {
        Self {
            bone: Komarova {
                osteoclasts_on_osteoclasts: 1.1, // Ayati10
                resorption: 0.0748,              // Ayati10
                formation: 0.000_639_5,          // Ayati10
                ..Komarova::published()
            },
            tumour: None,
        }
    }

    /// Untreated myeloma.
    pub const fn myeloma() -> Self {
        Self {
            tumour: Some(Myeloma::published()),
            ..Self::healthy()
        }
    }

    /// Looks for values that make no sense.
    ///
    /// # Errors
    /// [`MeanFieldError::Parameter`] for the first value outside its bounds.
    pub fn check(&self) -> Result<(), MeanFieldError> {
        use Allowed::{Exponent, NotNegative, Positive};
        self.bone.check()?;
        let Some(tumour) = &self.tumour else {
            return Ok(());
        };
        check_parameters(
            NAME,
            &[
                ("growth_per_d", tumour.growth_per_d, NotNegative),
                ("greatest_percent", tumour.greatest_percent, Positive),
                (
                    "raises_osteoclasts_on_osteoclasts",
                    tumour.raises_osteoclasts_on_osteoclasts,
                    Exponent,
                ),
                (
                    "raises_osteoblasts_on_osteoclasts",
                    tumour.raises_osteoblasts_on_osteoclasts,
                    Exponent,
                ),
                (
                    "divides_osteoclasts_on_osteoblasts",
                    tumour.divides_osteoclasts_on_osteoblasts,
                    NotNegative,
                ),
                (
                    "lowers_osteoblasts_on_osteoblasts",
                    tumour.lowers_osteoblasts_on_osteoblasts,
                    Exponent,
                ),
                (
                    "drug_spares_osteoblasts_per_d",
                    tumour.drug_spares_osteoblasts_per_d,
                    NotNegative,
                ),
                (
                    "drug_slows_tumour_per_d",
                    tumour.drug_slows_tumour_per_d,
                    NotNegative,
                ),
            ],
        )
    }

    /// The steady state: of the unit in health, or beside the full tumour, in closed form.
    ///
    /// It is the level above which cells resorb and form, so that a drug does not shift it.
    ///
    /// # Errors
    /// [`MeanFieldError::Parameter`] or [`MeanFieldError::NoSteadyState`].
    pub fn steady_state(&self) -> Result<AyatiState, MeanFieldError> {
        self.check()?;
        Ok(match &self.tumour {
            None => AyatiState {
                unit: self.bone.steady_state()?,
                tumour_percent: 0.0,
            },
            Some(tumour) => AyatiState {
                unit: tumour.shifted(&self.bone, 1.0).steady_state()?,
                tumour_percent: tumour.greatest_percent,
            },
        })
    }

    /// The course from an initial state, one state per day. `tolerance` is relative, per step.
    ///
    /// # Errors
    /// Any [`MeanFieldError`]; a tumour must be there from the start, because it grows from itself.
    pub fn run(
        &self,
        initial: AyatiState,
        until_d: f64,
        tolerance: f64,
    ) -> Result<Series<AyatiState>, MeanFieldError> {
        let rest = self.steady_state()?.unit;
        check_state(NAME, &initial.unit)?;
        let least_tumour = match self.tumour {
            None => Allowed::NotNegative,
            Some(_) => Allowed::Positive,
        };
        check_initial(
            NAME,
            &[("tumour_percent", initial.tumour_percent, least_tumour)],
        )?;
        // Logarithms of cells and tumour stay positive and keep their relative accuracy where
        // little is left; the law of the tumour is linear in its logarithm.
        let rates = |&[log_osteoclasts, log_osteoblasts, _, log_tumour]: &[f64; 4]| {
            let (osteoclasts, osteoblasts) = (log_osteoclasts.exp(), log_osteoblasts.exp());
            let (unit, spared, growth) = match &self.tumour {
                None => (self.bone, 0.0, 0.0),
                Some(tumour) => (
                    tumour.shifted(&self.bone, log_tumour.exp() / tumour.greatest_percent),
                    tumour.drug_spares_osteoblasts_per_d,
                    (tumour.growth_per_d - tumour.drug_slows_tumour_per_d)
                        * (tumour.greatest_percent.ln() - log_tumour),
                ),
            };
            let [formed_c, formed_b] = unit.formed_per_cell_d(osteoclasts, osteoblasts);
            [
                formed_c - unit.osteoclast_removal_per_d,
                formed_b - (unit.osteoblast_removal_per_d - spared),
                unit.bone_change(osteoclasts, osteoblasts, &rest),
                growth,
            ]
        };
        let without_tumour = self.tumour.is_none();
        let series = integrate(
            NAME,
            [1.0, 1.0, 100.0, 1.0],
            rates,
            [
                initial.unit.osteoclasts.ln(),
                initial.unit.osteoblasts.ln(),
                initial.unit.bone_percent,
                if without_tumour {
                    0.0
                } else {
                    initial.tumour_percent.ln()
                },
            ],
            until_d,
            tolerance,
        )?;
        Ok(Series {
            days: series.days,
            states: series
                .states
                .into_iter()
                .map(
                    |[log_osteoclasts, log_osteoblasts, bone_percent, log_tumour]| AyatiState {
                        unit: KomarovaState {
                            osteoclasts: log_osteoclasts.exp(),
                            osteoblasts: log_osteoblasts.exp(),
                            bone_percent,
                        },
                        tumour_percent: if without_tumour {
                            initial.tumour_percent
                        } else {
                            log_tumour.exp()
                        },
                    },
                )
                .collect(),
        })
    }
}
