//! A2: bone of mice is remodelled in balance over an experiment: signals of osteoblasts and osteoclasts at weeks
//! 1, 2 and 3, bone at days 10, 14 and 32 under a control antibody (Johnson 2011, digitised).

use crate::plot::curves::Line;
use crate::validate::ValidationError;
use crate::validate::class::Class;
use crate::validate::course::Course;
use crate::validate::figure::{ratio_of_counts, spread};
use crate::validate::part::Parts;
use crate::validate::picture::{Picture, of_week_one, panel, per_cent, published, tables_of};
use crate::validate::runs::Runs;
use crate::validate::shared::MOUSE_HEALTH;
use crate::validate::target::Target;

/// The target.
pub(super) const TARGET: Target = Target {
    id: "A2",
    finding: "the same in mice",
    class: Class::Informed,
    why: "the course of the control mice was known; bone stays because pits are filled, and cells because turnover is steady",
    arms: &[MOUSE_HEALTH],
    quick: true,
    measure,
    picture: Some(picture),
};

fn measure(parts: &mut Parts<'_>) -> Result<(), ValidationError> {
    for (name, label) in [("n_ob", "osteoblasts"), ("n_oc", "osteoclasts")] {
        let first: Vec<f64> = parts.each(&MOUSE_HEALTH, |c| c.at(name, 7.0))?;
        for week in [2.0, 3.0] {
            let now = parts.each(&MOUSE_HEALTH, |c| c.at(name, 7.0 * week))?;
            parts.push(
                &format!("{label}, week {week} over week 1"),
                if name == "n_ob" {
                    "1.16; 1.13"
                } else {
                    "1.39; 1.28"
                },
                ratio_of_counts(&now, &first),
                (0.65, 1.35),
            );
        }
    }
    for day in [10.0, 14.0, 32.0] {
        let change = |c: &Course| 100.0 * (c.at("bv_tv", day) / c.at("bv_tv", 0.0) - 1.0);
        let change = spread(&parts.each(&MOUSE_HEALTH, change)?);
        parts
            .push(
                &format!("change of BV/TV by day {day}, %"),
                "-5 to +3",
                change,
                (-8.0, 8.0),
            )
            .of_range(-5.0, 3.0);
    }
    Ok(())
}

fn picture(runs: &Runs) -> Option<Picture> {
    let tables = tables_of(runs, &MOUSE_HEALTH)?;
    let bone = published(
        "mice, % of day 10 (Johnson 2011)",
        &[(10.0, 100.0, 0.0), (14.0, 94.7, 0.0), (32.0, 103.2, 0.0)],
    );
    let cells = vec![
        published(
            "osteoblast signal of mice",
            &[(7.0, 1.0, 0.0), (14.0, 1.16, 0.0), (21.0, 1.13, 0.0)],
        ),
        published(
            "osteoclast signal of mice",
            &[(7.0, 1.0, 0.0), (14.0, 1.39, 0.0), (21.0, 1.28, 0.0)],
        ),
    ];
    let lines = [
        Line::over(&tables, "n_ob", "osteoblasts", of_week_one),
        Line::over(&tables, "n_oc", "osteoclasts", of_week_one),
    ];
    Some(Picture {
        name: "a2_health_of_mice",
        heading: "A2: mouse trabecular bone in health",
        panels: vec![
            panel(
                "BV/TV (% of day 0)",
                false,
                Line::over(&tables, "bv_tv", "BV/TV", per_cent),
                vec![bone],
            ),
            panel(
                "cells (day 7 = 1)",
                false,
                lines.into_iter().flatten(),
                cells,
            ),
        ],
    })
}
