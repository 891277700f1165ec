//! Pivonka 2008: Lemaire's cells, with RANKL on precursors, OPG from osteoblasts, and saturation.
//!
//! # Law
//! `P` precursors of osteoblasts, `B` osteoblasts, `C` osteoclasts, all in pM; `act(x, K) =
//! x / (x + K)` and `rep(x, K) = K / (x + K)`:
//! ```text
//! dP/dt = Du act(T, K1) - Dp rep(T, K2) P
//! dB/dt = Dp rep(T, K2) P - Ab B
//! dC/dt = Dc act(KA2 RANK L, K8) - Ac act(T, K3) C
//! T   = alpha kres C / DT
//! PTH = (bPTH + IPTH) / DPTH
//! OPG = bO B rep(PTH, K6) Omax / (bO B rep(PTH, K6) + DO Omax)
//! E   = Rmax P act(PTH, K4)
//! L   = E / (1 + KA1 OPG + KA2 RANK + sink) * bL / (bL + DL E)
//! ```
//! `E` is the RANKL that the cells can carry, `L` what is free. `sink` is not in the source: it is the
//! affinity of an added binder of RANKL times its free level, as a number, and stands where OPG
//! stands (a soluble receptor or an antibody that does not run out).
//!
//! # Limits
//! Use it for ratios. The published table and the released code differ: `bL` has an exponent of +4
//! in print and +2 in code, `K8` is 13.06 against 4.457, `Rmax` 6e6 against 2.70e6, and `Dp` is
//! 5.348 in print before Lemaire's factor of 0.05. The values here are those of the code. OPG
//! saturates at 2e8 pM, which is no level of a tissue.
//!
//! # References
//! Pivonka P, Zimak J, Smith DW, et al. Bone 2008;43:249-263; constants as in cmodiz/Bone-Models.

use crate::mean_field::cells::{CellsPm, at_rest, course};
use crate::mean_field::solve::Allowed;
use crate::mean_field::{MeanFieldError, Series, check_parameters};
use crate::numerics::response::hill;

const NAME: &str = "Pivonka 2008";

/// Parameters of the model; the symbol of the source stands behind each.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pivonka {
    /// Formation of precursors at full TGF-beta, pM/d (Du).
    pub precursor_formation_pm_per_d: f64,
    /// Maturation of precursors without TGF-beta, 1/d (Dp).
    pub precursor_maturation_per_d: f64,
    /// Formation of osteoclasts at full RANKL, pM/d (Dc).
    pub osteoclast_formation_pm_per_d: f64,
    /// Death of osteoblasts, 1/d (Ab).
    pub osteoblast_death_per_d: f64,
    /// Death of osteoclasts at full TGF-beta, 1/d (Ac).
    pub osteoclast_death_per_d: f64,
    /// TGF-beta at half of its effect on the formation of precursors, pM (K1).
    pub tgf_beta_on_formation_pm: f64,
    /// TGF-beta at half of its effect against maturation, pM (K2).
    pub tgf_beta_on_maturation_pm: f64,
    /// TGF-beta at half of its effect on the death of osteoclasts, pM (K3).
    pub tgf_beta_on_osteoclasts_pm: f64,
    /// TGF-beta set free per osteoclast, 1/d (alpha kres).
    pub tgf_beta_release_per_d: f64,
    /// Loss of TGF-beta, 1/d (DT).
    pub tgf_beta_loss_per_d: f64,
    /// PTH at half of its effect on RANKL, pM (K4).
    pub pth_on_rankl_pm: f64,
    /// PTH at half of its effect against OPG, pM (K6).
    pub pth_on_opg_pm: f64,
    /// Synthesis of PTH, pM/d (bPTH).
    pub pth_synthesis_pm_per_d: f64,
    /// Loss of PTH, 1/d (DPTH).
    pub pth_loss_per_d: f64,
    /// OPG made per osteoblast without PTH, 1/d (bO).
    pub opg_per_osteoblast_per_d: f64,
    /// Loss of OPG, 1/d (DO).
    pub opg_loss_per_d: f64,
    /// Level at which OPG stops its own synthesis, pM (Omax).
    pub greatest_opg_pm: f64,
    /// Greatest RANKL carried per precursor, pM/pM (Rmax).
    pub rankl_per_precursor: f64,
    /// Synthesis of RANKL, pM/d (bL).
    pub rankl_synthesis_pm_per_d: f64,
    /// Loss of RANKL, 1/d (DL).
    pub rankl_loss_per_d: f64,
    /// Affinity of OPG to RANKL, 1/pM (KA1).
    pub opg_affinity_per_pm: f64,
    /// Affinity of RANK to RANKL, 1/pM (KA2).
    pub rank_affinity_per_pm: f64,
    /// RANK, pM.
    pub rank_pm: f64,
    /// Engaged RANK at half of its effect on the formation of osteoclasts, pM (K8).
    pub rank_on_formation_pm: f64,
    /// Added PTH, pM/d (IPTH); 0 in health.
    pub pth_added_pm_per_d: f64,
    /// Affinity times free level of an added binder of RANKL, a number; 0 in health.
    pub rankl_sink: f64,
}

impl Pivonka {
    /// The set of the released code in health.
    pub const fn published() -> Self {
        Self {
            precursor_formation_pm_per_d: 7e-4,                   // Pivonka08
            precursor_maturation_per_d: 0.267_407_790_952_771_3,  // Pivonka08, code
            osteoclast_formation_pm_per_d: 2.1e-3,                // Pivonka08
            osteoblast_death_per_d: 0.189,                        // Pivonka08
            osteoclast_death_per_d: 0.7,                          // Pivonka08
            tgf_beta_on_formation_pm: 4.545_454_545_454_545e-3,   // Pivonka08
            tgf_beta_on_maturation_pm: 1.415_624_253_823_446e-3,  // Pivonka08
            tgf_beta_on_osteoclasts_pm: 4.545_454_545_454_545e-3, // Pivonka08
            tgf_beta_release_per_d: 1.0,                          // Pivonka08
            tgf_beta_loss_per_d: 1.0,                             // Pivonka08
            pth_on_rankl_pm: 150.0,                               // Pivonka08
            pth_on_opg_pm: 0.222_581_427_709_954_2,               // Pivonka08
            pth_synthesis_pm_per_d: 250.0,                        // Pivonka08, Lemaire04
            pth_loss_per_d: 86.0,                                 // Pivonka08, Lemaire04
            opg_per_osteoblast_per_d: 1.624_900_337_835_679e8,    // Pivonka08, code
            opg_loss_per_d: 0.35,                                 // Pivonka08, Lemaire04
            greatest_opg_pm: 2e8,                                 // Pivonka08
            rankl_per_precursor: 2.703_476_379_131_062e6,         // Pivonka08, code; 6e6 in print
            rankl_synthesis_pm_per_d: 1.684_195_714_712_206e2,    // Pivonka08, code; e+4 in print
            rankl_loss_per_d: 10.132_471_014_805_027,             // Pivonka08
            opg_affinity_per_pm: 1e-3,                            // Pivonka08, Lemaire04
            rank_affinity_per_pm: 3.411_764_705_882_353e-2,       // Pivonka08, Lemaire04
            rank_pm: 10.0,                                        // Pivonka08, Lemaire04
            rank_on_formation_pm: 4.457_452_802_710_724,          // Pivonka08, code; 13.06 in print
            pth_added_pm_per_d: 0.0,
            rankl_sink: 0.0,
        }
    }

    /// The same with PTH held at this multiple of its level without addition (1 or more).
    #[must_use]
    pub const fn with_pth_fold(self, fold: f64) -> Self {
        Self {
            pth_added_pm_per_d: (fold - 1.0) * self.pth_synthesis_pm_per_d,
            ..self
        }
    }

    /// The same with an added binder of RANKL: its affinity times its free level.
    #[must_use]
    pub const fn with_rankl_sink(self, rankl_sink: f64) -> Self {
        Self { rankl_sink, ..self }
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
            ("tgf_beta_on_formation_pm", self.tgf_beta_on_formation_pm),
            ("tgf_beta_on_maturation_pm", self.tgf_beta_on_maturation_pm),
            (
                "tgf_beta_on_osteoclasts_pm",
                self.tgf_beta_on_osteoclasts_pm,
            ),
            ("tgf_beta_release_per_d", self.tgf_beta_release_per_d),
            ("tgf_beta_loss_per_d", self.tgf_beta_loss_per_d),
            ("pth_on_rankl_pm", self.pth_on_rankl_pm),
            ("pth_on_opg_pm", self.pth_on_opg_pm),
            ("pth_synthesis_pm_per_d", self.pth_synthesis_pm_per_d),
            ("pth_loss_per_d", self.pth_loss_per_d),
            ("opg_per_osteoblast_per_d", self.opg_per_osteoblast_per_d),
            ("opg_loss_per_d", self.opg_loss_per_d),
            ("greatest_opg_pm", self.greatest_opg_pm),
            ("rankl_per_precursor", self.rankl_per_precursor),
            ("rankl_synthesis_pm_per_d", self.rankl_synthesis_pm_per_d),
            ("rankl_loss_per_d", self.rankl_loss_per_d),
            ("opg_affinity_per_pm", self.opg_affinity_per_pm),
            ("rank_affinity_per_pm", self.rank_affinity_per_pm),
            ("rank_pm", self.rank_pm),
            ("rank_on_formation_pm", self.rank_on_formation_pm),
        ]
        .map(|(name, value)| (name, value, Positive));
        check_parameters(NAME, &positive)?;
        check_parameters(
            NAME,
            &[
                ("pth_added_pm_per_d", self.pth_added_pm_per_d, NotNegative),
                ("rankl_sink", self.rankl_sink, NotNegative),
            ],
        )
    }

    /// Level of PTH, pM.
    pub fn pth_pm(&self) -> f64 {
        (self.pth_synthesis_pm_per_d + self.pth_added_pm_per_d) / self.pth_loss_per_d
    }

    /// Level of TGF-beta beside these cells, pM.
    pub fn tgf_beta_pm(&self, cells: &CellsPm) -> f64 {
        self.tgf_beta_release_per_d * cells.osteoclasts_pm / self.tgf_beta_loss_per_d
    }

    /// Level of OPG beside these cells, pM.
    pub fn opg_pm(&self, cells: &CellsPm) -> f64 {
        let made_pm_per_d = self.opg_per_osteoblast_per_d
            * cells.osteoblasts_pm
            * repressed(self.pth_pm(), self.pth_on_opg_pm);
        made_pm_per_d * self.greatest_opg_pm
            / (made_pm_per_d + self.opg_loss_per_d * self.greatest_opg_pm)
    }

    /// Free RANKL beside these cells, pM.
    pub fn rankl_pm(&self, cells: &CellsPm) -> f64 {
        let carried_pm = self.rankl_per_precursor
            * cells.precursors_pm
            * hill(self.pth_pm(), self.pth_on_rankl_pm, 1.0);
        let bound = 1.0
            + self.opg_affinity_per_pm * self.opg_pm(cells)
            + self.rank_affinity_per_pm * self.rank_pm
            + self.rankl_sink;
        carried_pm / bound * self.rankl_synthesis_pm_per_d
            / (self.rankl_synthesis_pm_per_d + self.rankl_loss_per_d * carried_pm)
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

    /// Change of precursors, osteoblasts and osteoclasts, pM/d.
    fn rates_pm_per_d(&self, cells: &CellsPm) -> [f64; 3] {
        let tgf_beta_pm = self.tgf_beta_pm(cells);
        let matured = self.precursor_maturation_per_d
            * repressed(tgf_beta_pm, self.tgf_beta_on_maturation_pm)
            * cells.precursors_pm;
        let engaged_pm = self.rank_affinity_per_pm * self.rank_pm * self.rankl_pm(cells);
        [
            self.precursor_formation_pm_per_d
                * hill(tgf_beta_pm, self.tgf_beta_on_formation_pm, 1.0)
                - matured,
            matured - self.osteoblast_death_per_d * cells.osteoblasts_pm,
            self.osteoclast_formation_pm_per_d * hill(engaged_pm, self.rank_on_formation_pm, 1.0)
                - self.osteoclast_death_per_d
                    * hill(tgf_beta_pm, self.tgf_beta_on_osteoclasts_pm, 1.0)
                    * cells.osteoclasts_pm,
        ]
    }
}

/// Repression `K / (x + K)` of a level: 1 at 0, 1/2 at `half`.
fn repressed(level: f64, half: f64) -> f64 {
    1.0 - hill(level, half, 1.0)
}
