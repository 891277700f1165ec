//! A14: the lytic course of a slow line in mouse tibia under vehicle: bone volume, and tumour signal on day 28 over day 14
//! (Johnson 2011, digitised).

use crate::plot::curves::Line;
use crate::validate::ValidationError;
use crate::validate::class::Class;
use crate::validate::course::Course;
use crate::validate::figure::{spread, spread_of_counts};
use crate::validate::part::{Parts, above};
use crate::validate::picture::{Picture, panel, per_cent, published, tables_of};
use crate::validate::runs::Runs;
use crate::validate::shared::LESION;
use crate::validate::target::Target;

/// The target.
pub(super) const TARGET: Target = Target {
    id: "A14",
    finding: "lytic course of a slow line",
    class: Class::Fitted,
    why: "the answer of PTHrP to TGF-beta was set until bone followed this course, and the division of the tumour to its first two weeks; the output of PTHrP is the middle of a published range, and the half effect of PTHrP was tried at two values with the course in sight",
    arms: &[LESION],
    quick: true,
    measure,
    picture: Some(picture),
};

fn measure(parts: &mut Parts<'_>) -> Result<(), ValidationError> {
    for (day, published, middle) in [
        (7.0, "103.3", 103.3),
        (14.0, "96.0", 96.0),
        (21.0, "86.6", 86.6),
        (28.0, "75.9", 75.9),
    ] {
        let left = |c: &Course| 100.0 * c.at("bv_tv", day) / c.at("bv_tv", 0.0);
        let left = spread(&parts.each(&LESION, left)?);
        parts.push(
            &format!("bone at day {day}, % of day 0"),
            published,
            left,
            (middle - 15.0, middle + 15.0),
        );
    }
    for (from, to) in [(7.0, 14.0), (14.0, 21.0), (21.0, 28.0)] {
        let lost = spread(&parts.each(&LESION, |c| c.at("bv_tv", from) - c.at("bv_tv", to))?);
        parts
            .push(
                &format!("BV/TV lost from day {from} to {to}"),
                "above 0",
                lost,
                above(0.0),
            )
            .against(0.0);
    }
    let growth = |c: &Course| c.at("tumour_cells", 28.0) / c.at("tumour_cells", 14.0);
    let growth = spread_of_counts(&parts.each(&LESION, growth)?);
    parts
        .push("tumour, day 28 over day 14", "4.0", growth, (2.0, 8.0))
        .of_class(Class::Informed);
    Ok(())
}

fn picture(runs: &Runs) -> Option<Picture> {
    let tables = tables_of(runs, &LESION)?;
    let bone = published(
        "mice (Johnson 2011)",
        &[
            (7.0, 103.3, 14.0),
            (14.0, 96.0, 16.0),
            (21.0, 86.6, 18.0),
            (28.0, 75.9, 19.0),
        ],
    );
    Some(Picture {
        name: "a14_lytic_course",
        heading: "A14: a lytic lesion in mice",
        panels: vec![
            panel(
                "bone (% of day 0)",
                false,
                Line::over(&tables, "bv_tv", "bone volume", per_cent),
                vec![bone],
            ),
            panel(
                "tumour cells",
                true,
                Line::over(&tables, "tumour_cells", "tumour cells", |_| 1.0),
                vec![],
            ),
        ],
    })
}
