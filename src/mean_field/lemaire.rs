//! Lemaire 2004: three stages of cells, with RANK, RANKL, OPG, PTH and TGF-beta at their balance.
//!
//! # Law
//! `R` precursors of osteoblasts, `B` osteoblasts, `C` osteoclasts, all in pM:
//! ```text
//! dR/dt = DR piC - (DB / piC) R
//! dB/dt = (DB / piC) R - kB B
//! dC/dt = DC piL - DA piC C
//! piC = (C + f0 Cs) / (C + Cs)                       TGF-beta, set free by osteoclasts
//! piP = (P0 + IP/kP) / (IP/kP + k6/k5)               PTH receptors, P0 = SP/kP
//! piL = (k3/k4) KL piP B (1 + IL/rL) / (1 + k3 K/k4 + (k1/k2) OPG)
//! OPG = (KO R / piP + IO) / kO
//! ```
//! `DB` is `f0 dB`. The binding is fast against the cells, so that every level follows from them.
//!
//! # Limits
//! `piL` is not bounded by one: it stands for the engaged share of RANK only while RANKL is scarce.
//! OPG comes from precursors and RANKL from osteoblasts, the opposite of
//! [`pivonka`](crate::mean_field::pivonka).
//!
//! # References
//! Lemaire V, Tobin FL, Greller LD, Cho CR, Suva LJ. J Theor Biol 2004;229:293-309 (`BioModels` 278);
//! constants as in cmodiz/Bone-Models.

use crate::mean_field::cells::{CellsPm, at_rest, course};
use crate::mean_field::solve::Allowed;
use crate::mean_field::{MeanFieldError, Series, check_parameters};

const NAME: &str = "Lemaire 2004";

/// Parameters of the model; the symbol of the source stands behind each.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lemaire {
    /// Formation of precursors at full TGF-beta, pM/d (DR).
    pub precursor_formation_pm_per_d: f64,
    /// Maturation of precursors before the factor f0, 1/d (dB).
    pub precursor_maturation_per_d: f64,
    /// Formation of osteoclasts at full RANKL, pM/d (DC).
    pub osteoclast_formation_pm_per_d: f64,
    /// Death of osteoblasts, 1/d (kB).
    pub osteoblast_death_per_d: f64,
    /// Death of osteoclasts at full TGF-beta, 1/d (DA).
    pub osteoclast_death_per_d: f64,
    /// Share of the full effect of TGF-beta without any osteoclast (f0).
    pub least_tgf_beta_effect: f64,
    /// Osteoclasts at which half of the effect of TGF-beta is reached, pM (Cs).
    pub half_effect_osteoclasts_pm: f64,
    /// Binding of OPG and RANKL, 1/(pM d) (k1).
    pub opg_rankl_binding_per_pm_d: f64,
    /// Parting of OPG and RANKL, 1/d (k2).
    pub opg_rankl_parting_per_d: f64,
    /// Binding of RANK and RANKL, 1/(pM d) (k3).
    pub rank_rankl_binding_per_pm_d: f64,
    /// Parting of RANK and RANKL, 1/d (k4).
    pub rank_rankl_parting_per_d: f64,
    /// Binding of PTH and its receptor, 1/(pM d) (k5).
    pub pth_binding_per_pm_d: f64,
    /// Parting of PTH and its receptor, 1/d (k6).
    pub pth_parting_per_d: f64,
    /// Loss of PTH, 1/d (kP).
    pub pth_loss_per_d: f64,
    /// Loss of OPG, 1/d (kO).
    pub opg_loss_per_d: f64,
    /// Synthesis of PTH, pM/d (SP).
    pub pth_synthesis_pm_per_d: f64,
    /// Synthesis and loss of RANKL at its balance, pM/d (rL).
    pub rankl_synthesis_pm_per_d: f64,
    /// RANK, pM (K).
    pub rank_pm: f64,
    /// Greatest RANKL carried per osteoblast, pM/pM (KL).
    pub rankl_per_osteoblast: f64,
    /// Least OPG made per precursor, 1/d (KO).
    pub opg_per_precursor_per_d: f64,
    /// Added PTH, pM/d (IP); 0 in health.
    pub pth_added_pm_per_d: f64,
    /// Added OPG, pM/d (IO); 0 in health.
    pub opg_added_pm_per_d: f64,
    /// Added RANKL, pM/d (IL); 0 in health.
    pub rankl_added_pm_per_d: f64,
}

impl Lemaire {
    /// The published set in health.
    pub const fn published() -> Self {
        Self {
            precursor_formation_pm_per_d: 7e-4,    // Lemaire04
            precursor_maturation_per_d: 0.7,       // Lemaire04
            osteoclast_formation_pm_per_d: 2.1e-3, // Lemaire04
            osteoblast_death_per_d: 0.189,         // Lemaire04
            osteoclast_death_per_d: 0.7,           // Lemaire04
            least_tgf_beta_effect: 0.05,           // Lemaire04
            half_effect_osteoclasts_pm: 5e-3,      // Lemaire04
            opg_rankl_binding_per_pm_d: 1e-2,      // Lemaire04
            opg_rankl_parting_per_d: 10.0,         // Lemaire04
            rank_rankl_binding_per_pm_d: 5.8e-4,   // Lemaire04
            rank_rankl_parting_per_d: 1.7e-2,      // Lemaire04
            pth_binding_per_pm_d: 2e-2,            // Lemaire04
            pth_parting_per_d: 3.0,                // Lemaire04
            pth_loss_per_d: 86.0,                  // Lemaire04
            opg_loss_per_d: 0.35,                  // Lemaire04
            pth_synthesis_pm_per_d: 250.0,         // Lemaire04
            rankl_synthesis_pm_per_d: 1e3,         // Lemaire04
            rank_pm: 10.0,                         // Lemaire04
            rankl_per_osteoblast: 3e6,             // Lemaire04
            opg_per_precursor_per_d: 2e5,          // Lemaire04
            pth_added_pm_per_d: 0.0,
            opg_added_pm_per_d: 0.0,
            rankl_added_pm_per_d: 0.0,
        }
    }

    /// Looks for values that make no sense.
    ///
    /// # Errors
    /// [`MeanFieldError::Parameter`] for the first value outside its bounds.
    pub fn check(&self) -> Result<(), MeanFieldError> {
        use Allowed::{NotNegative, Positive};
        let positive = [
            (
                "precursor_formation_pm_per_d",
                self.precursor_formation_pm_per_d,
            ),
            (
                "precursor_maturation_per_d",
                self.precursor_maturation_per_d,
            ),
            (
                "osteoclast_formation_pm_per_d",
                self.osteoclast_formation_pm_per_d,
            ),
            ("osteoblast_death_per_d", self.osteoblast_death_per_d),
            ("osteoclast_death_per_d", self.osteoclast_death_per_d),
            ("least_tgf_beta_effect", self.least_tgf_beta_effect),
            (
                "half_effect_osteoclasts_pm",
                self.half_effect_osteoclasts_pm,
            ),
            (
                "opg_rankl_binding_per_pm_d",
                self.opg_rankl_binding_per_pm_d,
            ),
            ("opg_rankl_parting_per_d", self.opg_rankl_parting_per_d),
            (
                "rank_rankl_binding_per_pm_d",
                self.rank_rankl_binding_per_pm_d,
            ),
            ("rank_rankl_parting_per_d", self.rank_rankl_parting_per_d),
            ("pth_binding_per_pm_d", self.pth_binding_per_pm_d),
            ("pth_parting_per_d", self.pth_parting_per_d),
            ("pth_loss_per_d", self.pth_loss_per_d),
            ("opg_loss_per_d", self.opg_loss_per_d),
            ("pth_synthesis_pm_per_d", self.pth_synthesis_pm_per_d),
            ("rankl_synthesis_pm_per_d", self.rankl_synthesis_pm_per_d),
            ("rank_pm", self.rank_pm),
            ("rankl_per_osteoblast", self.rankl_per_osteoblast),
            ("opg_per_precursor_per_d", self.opg_per_precursor_per_d),
        ]
        .map(|(name, value)| (name, value, Positive));
        check_parameters(NAME, &positive)?;
        check_parameters(
            NAME,
            &[
                ("pth_added_pm_per_d", self.pth_added_pm_per_d, NotNegative),
                ("opg_added_pm_per_d", self.opg_added_pm_per_d, NotNegative),
                (
                    "rankl_added_pm_per_d",
                    self.rankl_added_pm_per_d,
                    NotNegative,
                ),
            ],
        )
    }

    /// Level of PTH, pM.
    pub fn pth_pm(&self) -> f64 {
        (self.pth_synthesis_pm_per_d + self.pth_added_pm_per_d) / self.pth_loss_per_d
    }

    /// Level of OPG beside these cells, pM.
    pub fn opg_pm(&self, cells: &CellsPm) -> f64 {
        (self.opg_per_precursor_per_d * cells.precursors_pm / self.pth_effect()
            + self.opg_added_pm_per_d)
            / self.opg_loss_per_d
    }

    /// The steady state: a long course from cells of the usual size, and Newton's method at its end.
    ///
    /// # Errors
    /// Any [`MeanFieldError`].
    pub fn steady_state(&self) -> Result<CellsPm, MeanFieldError> {
        self.check()?;
        at_rest(NAME, |cells| self.rates_pm_per_d(cells))
    }

    /// The course from an initial state, one state per day. `tolerance` is relative, per step.
    ///
    /// # Errors
    /// Any [`MeanFieldError`].
    pub fn run(
        &self,
        initial: CellsPm,
        until_d: f64,
        tolerance: f64,
    ) -> Result<Series<CellsPm>, MeanFieldError> {
        self.check()?;
        course(
            NAME,
            |cells| self.rates_pm_per_d(cells),
            initial,
            until_d,
            tolerance,
        )
    }

    /// Share of the receptors for PTH that are engaged, relative to a half-saturating reserve.
    fn pth_effect(&self) -> f64 {
        let reserve_pm = self.pth_parting_per_d / self.pth_binding_per_pm_d;
        self.pth_pm() / (self.pth_added_pm_per_d / self.pth_loss_per_d + reserve_pm)
    }

    /// Change of precursors, osteoblasts and osteoclasts, pM/d.
    fn rates_pm_per_d(&self, cells: &CellsPm) -> [f64; 3] {
        let half_pm = self.half_effect_osteoclasts_pm;
        let tgf_beta = (cells.osteoclasts_pm + self.least_tgf_beta_effect * half_pm)
            / (cells.osteoclasts_pm + half_pm);
        let matured = self.least_tgf_beta_effect * self.precursor_maturation_per_d / tgf_beta
            * cells.precursors_pm;
        let rank_affinity = self.rank_rankl_binding_per_pm_d / self.rank_rankl_parting_per_d;
        let opg_affinity = self.opg_rankl_binding_per_pm_d / self.opg_rankl_parting_per_d;
        let carried_pm = self.rankl_per_osteoblast * self.pth_effect() * cells.osteoblasts_pm;
        let engaged = rank_affinity * carried_pm
            / (1.0 + rank_affinity * self.rank_pm + opg_affinity * self.opg_pm(cells))
            * (1.0 + self.rankl_added_pm_per_d / self.rankl_synthesis_pm_per_d);
        [
            self.precursor_formation_pm_per_d * tgf_beta - matured,
            matured - self.osteoblast_death_per_d * cells.osteoblasts_pm,
            self.osteoclast_formation_pm_per_d * engaged
                - self.osteoclast_death_per_d * tgf_beta * cells.osteoclasts_pm,
        ]
    }
}
