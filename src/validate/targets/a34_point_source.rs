//! A34: a point source spreads as it must: the steady level around it is `1 / (4 pi D r) exp(-r / L)`, from the fourth site on.

use crate::tissue::grid::Grid;
use crate::transport::{Medium, Physics, Scheme};
use crate::validate::ValidationError;
use crate::validate::class::Class;
use crate::validate::part::{Parts, failed};
use crate::validate::target::Target;

/// The target.
pub(super) const TARGET: Target = Target {
    id: "A34",
    finding: "a point source spreads as it must",
    class: Class::Arithmetic,
    why: "the closed form of the same equation",
    arms: &[],
    quick: true,
    measure,
    picture: None,
};

fn measure(parts: &mut Parts<'_>) -> Result<(), ValidationError> {
    let edge = 10.0;
    let grid = Grid::cubic([65, 65, 65], edge);
    let physics = Physics {
        diffusivity_um2_per_h: 13.0 * 3600.0,
        bone_factor: 0.0,
        loss_per_h: 2.0_f64.ln() * 30.0,
        leak_per_h: 0.0,
        plasma_pm: 0.0,
        scheme: Scheme::QuasiSteady,
        tolerance: 1e-6,
    };
    let middle = grid.index(32, 32, 32);
    let mut source = vec![0.0; grid.len()];
    source[middle] = 1.0e6;
    let mut field = vec![0.0; grid.len()];
    let none = vec![0.0; grid.len()];
    Medium::new(grid, &vec![false; grid.len()], &none)
        .and_then(|mut medium| medium.advance(&physics, &source, None, 1.0, &mut field))
        .map_err(failed)?;
    let length = (physics.diffusivity_um2_per_h / physics.loss_per_h).sqrt();
    let strength = 1.0e6 * edge * edge * edge;
    let expected = |r: f64| {
        strength / (4.0 * std::f64::consts::PI * physics.diffusivity_um2_per_h * r)
            * (-r / length).exp()
    };
    for sites in [4, 6, 9, 12] {
        let r = sites as f64 * edge;
        let found = f64::from(field[grid.index(32 + sites, 32, 32)]);
        parts.push_certain(
            &format!("level at {r} um over the formula"),
            "1",
            found / expected(r),
            (0.95, 1.05),
        );
    }
    Ok(())
}
