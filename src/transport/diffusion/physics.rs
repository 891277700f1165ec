//! What a signal does in the marrow, how its field follows its sources, and the amounts of one tick.

/// How a field follows its sources.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// One backward-Euler step over the tick.
    Implicit,
    /// The steady state of this tick's sources; needs a loss above 0.
    QuasiSteady,
    /// Exact in time ([`crate::transport::exact`]), one level per site whatever the blocks: where nothing
    /// stands in the way, which takes a bone factor of 1, no leak and no uptake.
    Exact,
}

impl Scheme {
    /// Share by which the answer to a change of the source is wrong after one tick, for a loss of
    /// `loss_per_h` and a tick of `dt_h`: the part of the change that has come is
    /// `1 - exp(-loss dt)`; backward Euler gives `1 - 1 / (1 + loss dt)`, a steady state 1.
    ///
    /// ```
    /// use howship::transport::Scheme;
    /// assert_eq!(Scheme::Exact.lag(0.5, 1.0), 0.0);
    /// assert!((Scheme::Implicit.lag(1.0, 1.0) - 0.132).abs() < 1e-3);
    /// assert!((Scheme::QuasiSteady.lag(1.0, 1.0) - 0.368).abs() < 1e-3);
    /// ```
    pub fn lag(self, loss_per_h: f64, dt_h: f64) -> f64 {
        let lost = loss_per_h * dt_h;
        match self {
            Self::Implicit => 1.0 / (1.0 + lost) - (-lost).exp(),
            Self::QuasiSteady => (-lost).exp(),
            Self::Exact => 0.0,
        }
    }
}

/// What a signal does in the marrow.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Physics {
    /// Diffusivity in marrow, um2/h, at least 0.
    pub diffusivity_um2_per_h: f64,
    /// Diffusivity in bone relative to marrow, 0 to 1; 0 closes bone.
    pub bone_factor: f64,
    /// Rate of loss everywhere, 1/h, at least 0.
    pub loss_per_h: f64,
    /// Rate of exchange with plasma at a site of leak weight 1, 1/h, at least 0.
    pub leak_per_h: f64,
    /// Level in plasma, pM, at least 0.
    pub plasma_pm: f64,
    /// How the field follows its sources.
    pub scheme: Scheme,
    /// Residual at which the search ends, relative to the right-hand side; above 0, below 1.
    pub tolerance: f64,
}

impl Physics {
    /// The usual tolerance: its error is far below that of the tick itself.
    pub const TOLERANCE: f64 = 1e-4;
}

/// Amounts of one tick in pM x site, and how well the field was found.
///
/// `made + stored_before + imposed = decayed + leaked + taken_up + clipped + rounded + stored_after`,
/// up to `relative_mass_error`; every term is computed by itself from the sources and the final field.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Balance {
    /// Secreted.
    pub made: f64,
    /// Lost everywhere.
    pub decayed: f64,
    /// Net out through vessels; negative when plasma feeds the marrow.
    pub leaked: f64,
    /// Taken up.
    pub taken_up: f64,
    /// Set to zero because it was below 1e-30 pM.
    pub clipped: f64,
    /// Lost (or gained, negative) because levels are kept in single precision: little of what is
    /// stored, which can be much of the turnover of a signal that lasts.
    pub rounded: f64,
    /// In the field before.
    pub stored_before: f64,
    /// In the field after.
    pub stored_after: f64,
    /// Added (or removed, when negative) because the field was set to a steady state; 0 for
    /// [`Scheme::Implicit`].
    pub imposed: f64,
    /// Sum of the negative values of the solver, in pM x site and as a positive number, that were
    /// raised to zero before the amounts were closed. Part of the tolerance, not of the balance.
    pub undershoot: f64,
    /// Residual relative to the right-hand side, as the search carries it along. Rounding the
    /// field to single precision adds its own, of the order of `1e-7 D / (edge^2 (1/tick + loss))`.
    pub residual: f64,
    /// Iterations of the search.
    pub iterations: u32,
    /// What the balance misses, relative to all that came in.
    pub relative_mass_error: f64,
}

/// Relative difference (L2, over marrow) to expect between levels per block of this edge and levels
/// per site, for a steady field of this diffusion length: 0.12 edge / length, which holds the two
/// figures measured between smooth struts (`tests/transport.rs`): 0.9 % at 40 and 500 um, 2.8 % at 40
/// and 180 um.
///
/// ```
/// assert!((howship::transport::block_error(40.0, 180.0) - 0.0267).abs() < 1e-4);
/// ```
pub fn block_error(edge_um: f64, diffusion_length_um: f64) -> f64 {
    0.12 * edge_um / diffusion_length_um
}

impl Balance {
    /// The same with all amounts multiplied.
    pub(super) fn times(self, factor: f64) -> Self {
        Self {
            made: self.made * factor,
            decayed: self.decayed * factor,
            leaked: self.leaked * factor,
            taken_up: self.taken_up * factor,
            clipped: self.clipped * factor,
            rounded: self.rounded * factor,
            stored_before: self.stored_before * factor,
            stored_after: self.stored_after * factor,
            imposed: self.imposed * factor,
            undershoot: self.undershoot * factor,
            ..self
        }
    }
}

/// Distance over which a steady field falls to 1/e, um: `sqrt(D / loss)`.
///
/// ```
/// // D = 13 um2/s and a half-life of 2 min.
/// let length = howship::transport::diffusion_length_um(13.0 * 3600.0, 2.0_f64.ln() * 30.0);
/// assert!((length - 47.4).abs() < 0.1);
/// ```
pub fn diffusion_length_um(diffusivity_um2_per_h: f64, loss_per_h: f64) -> f64 {
    (diffusivity_um2_per_h / loss_per_h).sqrt()
}
