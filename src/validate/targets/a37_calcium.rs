//! A37: calcium adds up, and rises with loss of bone: 1 cm3 of bone frees 11.2 mmol (0.45 g/cm3); a daily loss of as much raises
//! it, and more so with PTHrP (the pools of Peterson and Riggs 2010).

use crate::patient::calcium::Calcium;
use crate::validate::ValidationError;
use crate::validate::class::Class;
use crate::validate::figure::largest;
use crate::validate::part::{NO_END, Parts, around, failed};
use crate::validate::target::Target;

/// The target.
pub(super) const TARGET: Target = Target {
    id: "A37",
    finding: "calcium adds up, and rises with loss of bone",
    class: Class::Arithmetic,
    why: "a content of 0.45 g/cm3 makes 11.2 mmol, and the book adds up; that calcium rises with both is how its pools are built (by construction)",
    arms: &[],
    quick: true,
    measure,
    picture: None,
};

/// A daily loss of 1 cm3 of bone, with and without PTHrP.
fn measure(parts: &mut Parts<'_>) -> Result<(), ValidationError> {
    /// Calcium of 1 cm3 of bone, mmol: 0.45 g/cm3 over 40.08 g/mol.
    const MMOL_PER_CM3: f64 = 450.0 / 40.08;
    const DAYS: u32 = 60;
    let law = Calcium::default();
    let after = |pthrp_pm: f64| {
        let mut pools = law.at_rest();
        for _ in 0..DAYS {
            law.advance(&mut pools, MMOL_PER_CM3 / 24.0, pthrp_pm, 24.0)
                .map_err(failed)?;
        }
        Ok::<_, ValidationError>(pools)
    };
    let (plain, driven) = (after(0.0)?, after(10.0)?);
    let usual = law.level_mm(&law.at_rest());
    parts.push_certain(
        "calcium set free by 1 cm3 of bone, mmol",
        "11.2",
        plain.from_bone_mmol / f64::from(DAYS),
        around(11.2, 1.0),
    );
    parts.push_certain(
        "what the book of calcium does not explain, of what the body holds",
        "0",
        largest([law.residual(&plain), law.residual(&driven)]),
        (0.0, 1e-9),
    );
    parts.push_certain(
        "rise of calcium under a loss of 1 cm3/d for 60 d, mM",
        "above 0",
        law.level_mm(&plain) - usual,
        (0.001, NO_END),
    );
    parts.push_certain(
        "further rise with 10 pM of PTHrP, mM",
        "above 0",
        law.level_mm(&driven) - law.level_mm(&plain),
        (0.001, NO_END),
    );
    Ok(())
}
