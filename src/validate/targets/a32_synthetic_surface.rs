//! A32: surface of synthetic bone against Martin's polynomial (Martin 1984), read with the volume fraction as its argument
//! as in the model of Lerebours et al. (2016).
//!
//! Denser bone of man has thicker trabeculae about as far apart: 0.78 mm in iliac crest at BV/TV 0.15 (PMC2818211), 0.79 mm
//! in the femur at 0.23 (LHDL 3155).

use crate::numerics::quantity::Length;
use crate::numerics::random::Chance;
use crate::specimen::synthetic::Trabecular;
use crate::tissue::bone::Bone;
use crate::tissue::grid::Grid;
use crate::validate::ValidationError;
use crate::validate::class::Class;
use crate::validate::figure::spread;
use crate::validate::part::{Parts, failed};
use crate::validate::target::Target;

/// Bones, by their seeds.
const SEEDS: u64 = 5;

/// The target.
pub(super) const TARGET: Target = Target {
    id: "A32",
    finding: "surface of synthetic bone",
    class: Class::Informed,
    why: "the polynomial was known when the distance of trabeculae was chosen for the figure",
    arms: &[],
    quick: false,
    measure,
    picture: None,
};

fn measure(parts: &mut Parts<'_>) -> Result<(), ValidationError> {
    let grid = Grid::cubic([100, 100, 100], 20.0);
    for (bv_tv, martin) in [(0.1, 2.41), (0.139, 2.99), (0.2, 3.60), (0.3, 4.08)] {
        let recipe = Trabecular {
            bv_tv,
            tb_th: None,
            tb_sp: Some(Length::um(780.0)),
            anisotropy: 1.0,
            kept_share: None,
        };
        let over_martin = (1..=SEEDS)
            .map(|seed| {
                let made = recipe.generate(grid, Chance::new(seed)).map_err(failed)?;
                let bone = Bone::of_mask(&made.bone);
                let faces: u64 = (0..grid.len())
                    .filter(|&site| !made.bone[site])
                    .map(|site| u64::from(bone.bone_faces(&grid, site)))
                    .sum();
                // All faces at once would not fit the count of one site.
                let each_um2 = Bone::surface_area_um2(&grid, 1);
                Ok(faces as f64 * each_um2 * 1e-6 / grid.volume_mm3() / martin)
            })
            .collect::<Result<Vec<f64>, ValidationError>>()?;
        parts.push(
            &format!("BS/TV of synthetic bone of BV/TV {bv_tv} over the polynomial"),
            "1 (Martin 1984)",
            spread(&over_martin),
            (0.7, 1.3),
        );
    }
    Ok(())
}
