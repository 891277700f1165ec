//! A17: a preventive block of RANKL slows the tumour in bone: 13.4 times less on day 25 under OPG-Fc, an osteoclast score of
//! 0 for 1.53 (Canon 2008, digitised).
//!
//! In a volume: in a section untreated colonies are held by their own rim and meet the walls before day 25, and the ratio
//! falls with them.

use crate::validate::ValidationError;
use crate::validate::arm::Arm;
use crate::validate::class::Class;
use crate::validate::course::Course;
use crate::validate::figure::{Figure, exponential, ratio_of_counts, spread};
use crate::validate::part::{NO_BAND, Parts};
use crate::validate::scenarios::MOUSE_VOLUME;
use crate::validate::shared::OPG_FC_COURSE;
use crate::validate::target::Target;

/// The target.
pub(super) const TARGET: Target = Target {
    id: "A17",
    finding: "preventive RANKL block slows tumour in bone",
    class: Class::Informed,
    why: "the ratio was known, and was missed in a section before the volume was chosen; that a block of RANKL takes the osteoclasts is a property of fusion (by construction)",
    arms: &[CONTROL, OPG_FC],
    quick: false,
    measure,
    picture: None,
};

const CONTROL: Arm = Arm {
    name: "mda_mb_231_volume",
    scenario: MOUSE_VOLUME,
    sets: &[&["line=\"mda_mb_231\""]],
    every_d: 1.0,
};
const OPG_FC: Arm = Arm {
    name: "mda_mb_231_volume_opg_fc",
    scenario: MOUSE_VOLUME,
    sets: &[&["line=\"mda_mb_231\""], &OPG_FC_COURSE],
    every_d: 1.0,
};

fn measure(parts: &mut Parts<'_>) -> Result<(), ValidationError> {
    let on_day_25 = |name: &'static str| move |c: &Course| c.at(name, 25.0);
    let (control, treated) = (
        parts.each(&CONTROL, on_day_25("tumour_cells"))?,
        parts.each(&OPG_FC, on_day_25("tumour_cells"))?,
    );
    parts
        .push(
            "tumour without over with OPG-Fc, day 25",
            "13.4",
            ratio_of_counts(&control, &treated),
            (5.0, 40.0),
        )
        .against(1.0);
    let (control, treated) = (
        parts.each(&CONTROL, on_day_25("n_oc"))?,
        parts.each(&OPG_FC, on_day_25("n_oc"))?,
    );
    parts
        .push(
            "osteoclasts with over without OPG-Fc, day 25",
            "0 of 1.53",
            ratio_of_counts(&treated, &control),
            (0.0, 0.05),
        )
        .of_class(Class::ByConstruction)
        .against(1.0);
    for (arm, what, published) in [
        (
            CONTROL,
            "doubling of the mean over 25 d in this volume, d",
            "1.78",
        ),
        (OPG_FC, "the same with OPG-Fc, d", ""),
    ] {
        parts.push(what, published, doubling_of_mean(parts.of(&arm)?), NO_BAND);
    }
    Ok(())
}

/// Doubling of the mean of all seeds, d, with the spread that leaving out one seed at a time shows. Of the
/// mean, as a seed whose few founders all died has no doubling.
fn doubling_of_mean(runs: &[Course]) -> Figure {
    let Some(first) = runs.first() else {
        return spread(&[]);
    };
    let days = first.column("time_d");
    let cells: Vec<Vec<f64>> = runs.iter().map(|c| c.column("tumour_cells")).collect();
    let without = |left_out: Option<usize>| {
        let sums: Vec<f64> = (0..days.len())
            .map(|row| {
                let kept = cells.iter().enumerate();
                kept.filter(|&(seed, _)| Some(seed) != left_out)
                    .map(|(_, course)| course[row])
                    .sum()
            })
            .collect();
        exponential(&days, &sums).0
    };
    let others: Vec<f64> = (0..runs.len()).map(|seed| without(Some(seed))).collect();
    let sd = (runs.len() as f64 - 1.0) * spread(&others).sd;
    Figure::about(without(None), sd, runs.len())
}
