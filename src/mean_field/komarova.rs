//! Komarova 2003: osteoclasts and osteoblasts of one remodelling unit, coupled by power laws.
//!
//! # Law
//! `C` osteoclasts, `B` osteoblasts, `z` bone in percent:
//! ```text
//! dC/dt = a1 C^g11 B^g21 - b1 C
//! dB/dt = a2 C^g12 B^g22 - b2 B
//! dz/dt = k2 max(B - B*, 0) - k1 max(C - C*, 0)
//! ```
//! where `C*` and `B*` are the steady state: only cells above it resorb or form.
//!
//! # Limits
//! The exponents lump all factors; RANKL, OPG, TGF-beta and PTH have no level of their own.
//!
//! # References
//! Komarova SV, Smith RJ, Dixon SJ, Sims SM, Wahl LM. Bone 2003;33:206-215. Constants as curated in
//! `BioModels` 401, which is the first case of Ayati 2010 and the same set.

use crate::mean_field::solve::{Allowed, integrate};
use crate::mean_field::{MeanFieldError, Series, check_initial, check_parameters};

const NAME: &str = "Komarova 2003";

/// Parameters of the model; the symbol of the source stands behind each.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Komarova {
    /// Formation of osteoclasts, cells/d (a1).
    pub osteoclast_formation: f64,
    /// Formation of osteoblasts, cells/d (a2).
    pub osteoblast_formation: f64,
    /// Removal of osteoclasts, 1/d (b1).
    pub osteoclast_removal_per_d: f64,
    /// Removal of osteoblasts, 1/d (b2).
    pub osteoblast_removal_per_d: f64,
    /// Exponent of osteoclasts on their own formation (g11).
    pub osteoclasts_on_osteoclasts: f64,
    /// Exponent of osteoclasts on the formation of osteoblasts (g12).
    pub osteoclasts_on_osteoblasts: f64,
    /// Exponent of osteoblasts on the formation of osteoclasts (g21): RANKL and OPG together.
    pub osteoblasts_on_osteoclasts: f64,
    /// Exponent of osteoblasts on their own formation (g22).
    pub osteoblasts_on_osteoblasts: f64,
    /// Bone resorbed per osteoclast above the steady state, %/d (k1).
    pub resorption: f64,
    /// Bone formed per osteoblast above the steady state, %/d (k2).
    pub formation: f64,
}

/// State of one unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct KomarovaState {
    /// Osteoclasts, cells.
    pub osteoclasts: f64,
    /// Osteoblasts, cells.
    pub osteoblasts: f64,
    /// Bone, % of that before the event.
    pub bone_percent: f64,
}

impl Komarova {
    /// The published set, with one transient event of remodelling.
    pub const fn published() -> Self {
        Self {
            osteoclast_formation: 3.0,        // Komarova03
            osteoblast_formation: 4.0,        // Komarova03
            osteoclast_removal_per_d: 0.2,    // Komarova03
            osteoblast_removal_per_d: 0.02,   // Komarova03
            osteoclasts_on_osteoclasts: 0.5,  // Komarova03
            osteoclasts_on_osteoblasts: 1.0,  // Komarova03
            osteoblasts_on_osteoclasts: -0.5, // Komarova03
            osteoblasts_on_osteoblasts: 0.0,  // Komarova03
            resorption: 0.24,                 // Komarova03
            formation: 0.0017,                // Komarova03
        }
    }

    /// Looks for values that make no sense.
    ///
    /// # Errors
    /// [`MeanFieldError::Parameter`] for the first rate that is not positive or number that is not
    /// finite.
    pub fn check(&self) -> Result<(), MeanFieldError> {
        use Allowed::{Exponent, NotNegative, Positive};
        check_parameters(
            NAME,
            &[
                ("osteoclast_formation", self.osteoclast_formation, Positive),
                ("osteoblast_formation", self.osteoblast_formation, Positive),
                (
                    "osteoclast_removal_per_d",
                    self.osteoclast_removal_per_d,
                    Positive,
                ),
                (
                    "osteoblast_removal_per_d",
                    self.osteoblast_removal_per_d,
                    Positive,
                ),
                (
                    "osteoclasts_on_osteoclasts",
                    self.osteoclasts_on_osteoclasts,
                    Exponent,
                ),
                (
                    "osteoclasts_on_osteoblasts",
                    self.osteoclasts_on_osteoblasts,
                    Exponent,
                ),
                (
                    "osteoblasts_on_osteoclasts",
                    self.osteoblasts_on_osteoclasts,
                    Exponent,
                ),
                (
                    "osteoblasts_on_osteoblasts",
                    self.osteoblasts_on_osteoblasts,
                    Exponent,
                ),
                ("resorption", self.resorption, NotNegative),
                ("formation", self.formation, NotNegative),
            ],
        )
    }

    /// The steady state with cells, in closed form, with bone at 100 %.
    ///
    /// # Errors
    /// [`MeanFieldError::Parameter`], or [`MeanFieldError::NoSteadyState`] where the exponents leave
    /// none or infinitely many.
    pub fn steady_state(&self) -> Result<KomarovaState, MeanFieldError> {
        self.check()?;
        let (g11, g12) = (
            self.osteoclasts_on_osteoclasts,
            self.osteoclasts_on_osteoblasts,
        );
        let (g21, g22) = (
            self.osteoblasts_on_osteoclasts,
            self.osteoblasts_on_osteoblasts,
        );
        let determinant = g12 * g21 - (1.0 - g11) * (1.0 - g22);
        let first = self.osteoclast_removal_per_d / self.osteoclast_formation;
        let second = self.osteoblast_removal_per_d / self.osteoblast_formation;
        let state = KomarovaState {
            osteoclasts: first.powf((1.0 - g22) / determinant) * second.powf(g21 / determinant),
            osteoblasts: first.powf(g12 / determinant) * second.powf((1.0 - g11) / determinant),
            bone_percent: 100.0,
        };
        if [state.osteoclasts, state.osteoblasts]
            .iter()
            .all(|cells| cells.is_finite() && *cells > 0.0)
        {
            Ok(state)
        } else {
            Err(MeanFieldError::NoSteadyState {
                model: NAME,
                reason: "the exponents leave none or infinitely many",
            })
        }
    }

    /// The course from an initial state, one state per day. `tolerance` is relative, per step.
    ///
    /// # Errors
    /// Any [`MeanFieldError`].
    pub fn run(
        &self,
        initial: KomarovaState,
        until_d: f64,
        tolerance: f64,
    ) -> Result<Series<KomarovaState>, MeanFieldError> {
        let rest = self.steady_state()?;
        check_state(NAME, &initial)?;
        // Logarithms of cells stay positive and keep their relative accuracy where few are left.
        let series = integrate(
            NAME,
            [1.0, 1.0, 100.0],
            |&[log_osteoclasts, log_osteoblasts, _]| {
                let (osteoclasts, osteoblasts) = (log_osteoclasts.exp(), log_osteoblasts.exp());
                let [formed_c, formed_b] = self.formed_per_cell_d(osteoclasts, osteoblasts);
                [
                    formed_c - self.osteoclast_removal_per_d,
                    formed_b - self.osteoblast_removal_per_d,
                    self.bone_change(osteoclasts, osteoblasts, &rest),
                ]
            },
            [
                initial.osteoclasts.ln(),
                initial.osteoblasts.ln(),
                initial.bone_percent,
            ],
            until_d,
            tolerance,
        )?;
        Ok(Series {
            days: series.days,
            states: series.states.into_iter().map(from_logarithms).collect(),
        })
    }

    /// Osteoclasts and osteoblasts formed per cell of their kind, 1/d.
    pub(super) fn formed_per_cell_d(&self, osteoclasts: f64, osteoblasts: f64) -> [f64; 2] {
        [
            self.osteoclast_formation
                * osteoclasts.powf(self.osteoclasts_on_osteoclasts - 1.0)
                * osteoblasts.powf(self.osteoblasts_on_osteoclasts),
            self.osteoblast_formation
                * osteoclasts.powf(self.osteoclasts_on_osteoblasts)
                * osteoblasts.powf(self.osteoblasts_on_osteoblasts - 1.0),
        ]
    }

    /// Change of bone, %/d, by cells above a steady state.
    pub(super) fn bone_change(
        &self,
        osteoclasts: f64,
        osteoblasts: f64,
        rest: &KomarovaState,
    ) -> f64 {
        self.formation * (osteoblasts - rest.osteoblasts).max(0.0)
            - self.resorption * (osteoclasts - rest.osteoclasts).max(0.0)
    }
}

/// Cells must be there from the start: the power laws make none from none.
pub(super) fn check_state(
    model: &'static str,
    state: &KomarovaState,
) -> Result<(), MeanFieldError> {
    check_initial(
        model,
        &[
            ("osteoclasts", state.osteoclasts, Allowed::Positive),
            ("osteoblasts", state.osteoblasts, Allowed::Positive),
            ("bone_percent", state.bone_percent, Allowed::NotNegative),
        ],
    )
}

fn from_logarithms([log_osteoclasts, log_osteoblasts, bone_percent]: [f64; 3]) -> KomarovaState {
    KomarovaState {
        osteoclasts: log_osteoclasts.exp(),
        osteoblasts: log_osteoblasts.exp(),
        bone_percent,
    }
}
