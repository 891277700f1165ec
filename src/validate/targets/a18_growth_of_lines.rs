//! A18: growth curves of three lines in mouse tibia without saturation: area over that of day 0 (A(BM)2 repository;
//! Marsilio 2025).

use crate::plot::curves::Line;
use crate::validate::ValidationError;
use crate::validate::arm::Arm;
use crate::validate::class::Class;
use crate::validate::course::Course;
use crate::validate::figure::spread_of_counts;
use crate::validate::part::Parts;
use crate::validate::picture::{Picture, fold, panel, published, tables_of};
use crate::validate::runs::Runs;
use crate::validate::scenarios::MOUSE_GROWTH;
use crate::validate::target::Target;

/// The target.
pub(super) const TARGET: Target = Target {
    id: "A18",
    finding: "growth curves of three lines",
    class: Class::Fitted,
    why: "division of PC3 and RENCA and the depth of pushing were chosen by these curves; C4-2B has the growth of PC3, and its curve was known",
    arms: &[PC3.arm, C4_2B.arm, RENCA.arm],
    quick: false,
    measure,
    picture: Some(picture),
};

/// A line: how it is run, what it is called, and its day, fold and published words.
struct Growth {
    arm: Arm,
    class: Class,
    label: &'static str,
    points: &'static [(f64, f64, &'static str)],
}

const PC3: Growth = Growth {
    arm: Arm {
        name: "pc3",
        scenario: MOUSE_GROWTH,
        sets: &[&["line=\"pc3\"", "run.duration=\"21 d\""]],
        every_d: 1.0,
    },
    class: Class::Fitted,
    label: "PC3",
    points: &[
        (4.0, 7.2, "6.4 to 8"),
        (8.0, 21.5, "19 to 24"),
        (11.0, 50.0, "50"),
        (17.0, 62.0, "62"),
        (21.0, 114.0, "114 +- 44"),
    ],
};

const C4_2B: Growth = Growth {
    arm: Arm {
        name: "c4_2b",
        scenario: MOUSE_GROWTH,
        sets: &[&["line=\"c4_2b\"", "run.duration=\"15 d\""]],
        every_d: 1.0,
    },
    class: Class::Informed,
    label: "C4-2B",
    points: &[
        (5.0, 7.1, "7.1 +- 3.7"),
        (8.0, 16.1, "16.1"),
        (12.0, 29.3, "29.3"),
        (15.0, 45.8, "45.8 +- 16.6"),
    ],
};

const RENCA: Growth = Growth {
    arm: Arm {
        name: "renca",
        scenario: MOUSE_GROWTH,
        sets: &[&["line=\"renca\"", "run.duration=\"15 d\""]],
        every_d: 1.0,
    },
    class: Class::Fitted,
    label: "RENCA",
    points: &[
        (7.0, 17.6, "17.6"),
        (10.0, 32.7, "32.7"),
        (15.0, 141.0, "141"),
    ],
};

const LINES: [Growth; 3] = [PC3, C4_2B, RENCA];

fn measure(parts: &mut Parts<'_>) -> Result<(), ValidationError> {
    for line in LINES {
        for &(day, fold, published) in line.points {
            let grown = |c: &Course| c.at("tumour_cells", day) / c.at("tumour_cells", 0.0);
            let grown = spread_of_counts(&parts.each(&line.arm, grown)?);
            parts
                .push(
                    &format!("{}: area at day {day} over day 0", line.label),
                    published,
                    grown,
                    (0.6 * fold, 1.4 * fold),
                )
                .of_class(line.class);
        }
    }
    Ok(())
}

fn picture(runs: &Runs) -> Option<Picture> {
    let panels = LINES
        .iter()
        .map(|line| {
            let tables = tables_of(runs, &line.arm)?;
            let points: Vec<(f64, f64, f64)> = line
                .points
                .iter()
                .map(|&(day, fold, _)| (day, fold, 0.0))
                .collect();
            Some(panel(
                "tumour (day 0 = 1)",
                true,
                Line::over(&tables, "tumour_cells", line.label, fold),
                vec![published("mouse tibia (Marsilio 2025)", &points)],
            ))
        })
        .collect::<Option<_>>()?;
    Some(Picture {
        name: "a18_growth_of_lines",
        heading: "A18: growth of three lines",
        panels,
    })
}
