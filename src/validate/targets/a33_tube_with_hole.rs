//! A33: rigidity of a tube with a hole, by the formulas of beams: a tube of radii 14 and 8 mm and 17 GPa in voxels of 0.25 mm,
//! and what a hole of radius 9 mm at (12, 0) leaves of it.

use crate::mechanics::rigidity::{Axis, Cut, Voxels, cuts};
use crate::validate::ValidationError;
use crate::validate::class::Class;
use crate::validate::part::{Parts, failed};
use crate::validate::target::Target;

/// The target.
pub(super) const TARGET: Target = Target {
    id: "A33",
    finding: "rigidity of a tube with a hole",
    class: Class::Arithmetic,
    why: "formulas of beams",
    arms: &[],
    quick: true,
    measure,
    picture: None,
};

fn measure(parts: &mut Parts<'_>) -> Result<(), ValidationError> {
    const EDGE_MM: f64 = 0.25;
    let voxels = Voxels {
        dims: [120, 120, 1],
        spacing_mm: [EDGE_MM; 3],
    };
    let modulus = |hole: bool| {
        move |site: usize| {
            let middle = |at: usize| (at as f64 - 59.5) * EDGE_MM;
            let (x, y) = (middle(site % 120), middle(site / 120));
            let in_tube = (8.0..=14.0).contains(&x.hypot(y));
            let in_hole = hole && (x - 12.0).hypot(y) < 9.0;
            if in_tube && !in_hole { 17_000.0 } else { 0.0 }
        }
    };
    let cut = |hole: bool| cuts(voxels, Axis::Z, 0.3, modulus(hole)).map_err(failed);
    let (whole, drilled) = (cut(false)?, cut(true)?);
    let (Some(whole), Some(drilled)) = (whole.first(), drilled.first()) else {
        return Err(failed("no cut"));
    };
    let ea_n = |cut: &Cut| cut.rigidities.ea_n;
    for (what, published, simulated, middle) in [
        ("EA, kN", "7050", 1e-3 * ea_n(whole), 7050.0),
        ("EI, kN mm2", "458233", 1e-3 * whole.ei_xx, 458_233.0),
        (
            "EA with the hole over without",
            "0.75",
            ea_n(drilled) / ea_n(whole),
            0.75,
        ),
        (
            "EIx with the hole over without",
            "0.91",
            drilled.ei_xx / whole.ei_xx,
            0.91,
        ),
        (
            "EIy with the hole over without",
            "0.47",
            drilled.ei_yy / whole.ei_yy,
            0.47,
        ),
    ] {
        let band = (0.98 * middle, 1.02 * middle);
        parts.push_certain(what, published, simulated, band);
    }
    Ok(())
}
