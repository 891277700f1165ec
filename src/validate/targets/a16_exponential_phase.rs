//! A16: the exponential phase of MDA-MB-231 in bone after intracardiac injection: a doubling in 1.78 d over 25 d
//! (Canon 2008, digitised).

use crate::plot::curves::Line;
use crate::validate::ValidationError;
use crate::validate::arm::Arm;
use crate::validate::class::Class;
use crate::validate::figure::{exponential, spread};
use crate::validate::part::Parts;
use crate::validate::picture::{Picture, fold, panel, published, tables_of};
use crate::validate::runs::Runs;
use crate::validate::scenarios::MOUSE_GROWTH;
use crate::validate::target::Target;

/// The target.
pub(super) const TARGET: Target = Target {
    id: "A16",
    finding: "exponential phase of MDA-MB-231",
    class: Class::Fitted,
    why: "the division rate of the line was chosen by it; that growth stays exponential was known",
    arms: &[GROWTH],
    quick: false,
    measure,
    picture: Some(picture),
};

const GROWTH: Arm = Arm {
    name: "mda_mb_231",
    scenario: MOUSE_GROWTH,
    sets: &[&[
        "line=\"mda_mb_231\"",
        "run.duration=\"25 d\"",
        "lattice.size=[300, 300, 1]",
        "inoculation.cells=10",
        "inoculation.colonies=10",
        "inoculation.site=\"vessels\"",
    ]],
    every_d: 1.0,
};

fn measure(parts: &mut Parts<'_>) -> Result<(), ValidationError> {
    let fits: Vec<(f64, f64)> = parts
        .of(&GROWTH)?
        .iter()
        .map(|c| exponential(&c.column("time_d"), &c.column("tumour_cells")))
        .collect();
    let (doublings, squares): (Vec<f64>, Vec<f64>) = fits.into_iter().unzip();
    parts.push(
        "doubling over 25 d, d",
        "1.78",
        spread(&doublings),
        (1.4, 2.3),
    );
    parts
        .push("R2 of the exponential", "", spread(&squares), (0.95, 1.0))
        .of_class(Class::Informed);
    Ok(())
}

fn picture(runs: &Runs) -> Option<Picture> {
    let tables = tables_of(runs, &GROWTH)?;
    let law = [5.0_f64, 10.0, 15.0, 20.0, 25.0].map(|day| (day, (day / 1.78).exp2(), 0.0));
    Some(Picture {
        name: "a16_exponential_phase",
        heading: "A16: MDA-MB-231 in bone",
        panels: vec![panel(
            "tumour cells (day 0 = 1)",
            true,
            Line::over(&tables, "tumour_cells", "tumour cells", fold),
            vec![published("doubling in 1.78 d (Canon 2008)", &law)],
        )],
    })
}
