//! A26: denosumab lowers urinary NTX by 82 % at a week and by 80 % at three months (label).

use crate::validate::ValidationError;
use crate::validate::arm::Arm;
use crate::validate::class::Class;
use crate::validate::course::Course;
use crate::validate::figure::{Figure, spread};
use crate::validate::part::Parts;
use crate::validate::scenarios::HUMAN_SKELETON;
use crate::validate::target::Target;

/// The target.
pub(super) const TARGET: Target = Target {
    id: "A26",
    finding: "denosumab lowers the marker of resorption",
    class: Class::Fitted,
    why: "the background of NTX was chosen by both figures",
    arms: &[DENOSUMAB],
    quick: true,
    measure,
    picture: None,
};

pub(super) const DENOSUMAB: Arm = Arm {
    name: "skeleton_denosumab",
    scenario: HUMAN_SKELETON,
    sets: &[&[
        "therapy.course.drug=\"denosumab\"",
        "therapy.course.dose=\"120 mg\"",
        "therapy.course.route=\"subcutaneous\"",
        "therapy.course.interval=\"28 d\"",
    ]],
    every_d: 7.0,
};

fn measure(parts: &mut Parts<'_>) -> Result<(), ValidationError> {
    for (day, published) in [(7.0, "-82"), (91.0, "-80")] {
        let change = change_of_ntx(parts.of(&DENOSUMAB)?, day);
        parts
            .push(
                &format!("urinary NTX under denosumab, day {day}, %"),
                published,
                change,
                (-92.0, -70.0),
            )
            .against(0.0);
    }
    Ok(())
}

/// Change of NTX of a skeleton that is made of the blocks of all seeds, %, with its spread over them.
///
/// A block of 1 mm3 holds some fifteen osteoclasts, so that its resorption in health is chance: the mean of
/// NTX over health would rise by that alone (untreated, by 20 to 50 % over 20 seeds). A patient's NTX is the
/// sum over bone, over the sum in health; the spread is that of a ratio of sums (Cochran 1977).
pub(super) fn change_of_ntx(runs: &[Course], day: f64) -> Figure {
    let (level, off) = ntx_of_blocks(runs, day);
    let off = spread(&off);
    Figure::about(level, off.sd, runs.len())
        .shifted(-1.0)
        .scaled(100.0)
}

/// NTX of that skeleton over health, and what each block has above or below it.
pub(super) fn ntx_of_blocks(runs: &[Course], day: f64) -> (f64, Vec<f64>) {
    let health: f64 = runs.iter().map(|c| c.health_um3).sum();
    let now: f64 = runs.iter().map(|c| c.health_um3 * c.ntx_at(day)).sum();
    let level = now / health;
    let off = runs
        .iter()
        .map(|c| c.health_um3 * (c.ntx_at(day) - level) * runs.len() as f64 / health)
        .collect();
    (level, off)
}
