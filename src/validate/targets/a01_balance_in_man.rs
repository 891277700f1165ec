//! A1: bone of man is remodelled in balance: no net change over years in a young adult (textbooks).

use crate::plot::curves::Line;
use crate::validate::ValidationError;
use crate::validate::class::Class;
use crate::validate::course::Course;
use crate::validate::figure::spread;
use crate::validate::part::Parts;
use crate::validate::picture::{Picture, panel, per_cent, tables_of};
use crate::validate::runs::Runs;
use crate::validate::shared::HUMAN_HEALTH;
use crate::validate::target::Target;

/// The target.
pub(super) const TARGET: Target = Target {
    id: "A1",
    finding: "remodelling is balanced in man",
    class: Class::ByConstruction,
    why: "osteoblasts fill a pit until it is full, on depth and not on a clock, so that only pits that they leave tell of a drift",
    arms: &[HUMAN_HEALTH],
    quick: false,
    measure,
    picture: Some(picture),
};

fn measure(parts: &mut Parts<'_>) -> Result<(), ValidationError> {
    let drift = |c: &Course| {
        100.0 * (c.at("bv_tv", c.days()) / c.at("bv_tv", 0.0) - 1.0) / c.days() * 365.0
    };
    let drift = spread(&parts.each(&HUMAN_HEALTH, drift)?);
    parts.push("drift of BV/TV, %/yr", "0", drift, (-1.0, 1.0));
    let balance = spread(&parts.each(&HUMAN_HEALTH, |c| c.resorbed_um3 / c.formed_um3)?);
    parts.push(
        "resorbed over formed in 5 years",
        "1",
        balance,
        (0.97, 1.03),
    );
    Ok(())
}

fn picture(runs: &Runs) -> Option<Picture> {
    let tables = tables_of(runs, &HUMAN_HEALTH)?;
    let lines = Line::over(&tables, "bv_tv", "BV/TV", per_cent);
    Some(Picture {
        name: "a1_health_of_man",
        heading: "A1: human trabecular bone in health",
        panels: vec![panel("BV/TV (% of day 0)", false, lines, vec![])],
    })
}
