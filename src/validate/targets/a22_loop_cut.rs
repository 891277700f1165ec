//! A22: closing the loop matters: the loss of the full loop over that of the loop cut at matrix release, at PTHrP and between
//! TGF-beta and PTHrP. There is no published single number; it follows from A19 to A21.

use crate::plot::curves::Line;
use crate::validate::ValidationError;
use crate::validate::arm::Arm;
use crate::validate::class::Class;
use crate::validate::course::Course;
use crate::validate::figure::{paired, ratio, spread};
use crate::validate::part::{MORE, NO_END, Parts, above};
use crate::validate::picture::{Picture, panel, per_cent, tables_of};
use crate::validate::runs::Runs;
use crate::validate::scenarios;
use crate::validate::shared::{HUMAN_LESION, LESION, NO_LINK};
use crate::validate::target::Target;

/// The target.
pub(super) const TARGET: Target = Target {
    id: "A22",
    finding: "closing the loop matters",
    class: Class::Informed,
    why: "in mice loss and half effect of TGF-beta were set until each cut slowed the lesion (fitted); the human values followed the same table, and the direction was wanted",
    arms: &[
        LESION,
        NO_RELEASE,
        NO_PTHRP,
        CUT,
        HUMAN_LESION,
        HUMAN_NO_RELEASE,
        HUMAN_NO_PTHRP,
        HUMAN_CUT,
    ],
    quick: true,
    measure,
    picture: Some(picture),
};

const MATRIX_RELEASE_CUT: &[&str] = &["signals.tgf_beta.matrix_release=false"];
const PTHRP_CUT: &[&str] = &["tumour.secretion.pthrp.rate=\"0 amol/h\""];

const fn in_mice(name: &'static str, sets: &'static [&'static [&'static str]]) -> Arm {
    Arm {
        name,
        scenario: scenarios::MOUSE_LESION,
        sets,
        every_d: 1.0,
    }
}

const fn in_man(name: &'static str, sets: &'static [&'static [&'static str]]) -> Arm {
    Arm {
        name,
        scenario: scenarios::HUMAN_LESION,
        sets,
        every_d: 5.0,
    }
}

const NO_RELEASE: Arm = in_mice("no_release", &[MATRIX_RELEASE_CUT]);
const NO_PTHRP: Arm = in_mice("no_pthrp", &[PTHRP_CUT]);
const CUT: Arm = in_mice("no_link", &[&[NO_LINK]]);
const HUMAN_NO_RELEASE: Arm = in_man("human_no_release", &[MATRIX_RELEASE_CUT]);
const HUMAN_NO_PTHRP: Arm = in_man("human_no_pthrp", &[PTHRP_CUT]);
const HUMAN_CUT: Arm = in_man("human_no_link", &[&[NO_LINK]]);

fn measure(parts: &mut Parts<'_>) -> Result<(), ValidationError> {
    let full = parts.each(&LESION, Course::loss_percent)?;
    let mut cut = Vec::new();
    for (arm, label) in [
        (NO_RELEASE, "matrix release"),
        (NO_PTHRP, "PTHrP"),
        (CUT, "TGF-beta to PTHrP"),
    ] {
        let left = parts.each(&arm, Course::loss_percent)?;
        parts
            .push(
                &format!("loss in mice, full over cut {label}"),
                "at least 1.5",
                ratio(&full, &left),
                (1.5, NO_END),
            )
            .of_class(Class::Fitted)
            .against(1.0);
        cut.push(left);
    }
    parts
        .push(
            "loss without the link less that without PTHrP, points",
            "above 0",
            spread(&paired(&cut[2], &cut[1])),
            above(0.0),
        )
        .against(0.0);
    let full = parts.each(&HUMAN_LESION, Course::loss_percent)?;
    for (arm, label) in [
        (HUMAN_NO_RELEASE, "matrix release"),
        (HUMAN_NO_PTHRP, "PTHrP"),
        (HUMAN_CUT, "TGF-beta to PTHrP"),
    ] {
        let left = parts.each(&arm, Course::loss_percent)?;
        parts
            .push(
                &format!("loss in man, full over cut {label}"),
                "above 1",
                ratio(&full, &left),
                MORE,
            )
            .against(1.0);
    }
    Ok(())
}

fn picture(runs: &Runs) -> Option<Picture> {
    let panels = [
        (
            [LESION, NO_RELEASE, NO_PTHRP, CUT],
            "bone in mice (% of day 0)",
        ),
        (
            [HUMAN_LESION, HUMAN_NO_RELEASE, HUMAN_NO_PTHRP, HUMAN_CUT],
            "bone in man (% of day 0)",
        ),
    ]
    .into_iter()
    .map(|(arms, y_label)| {
        let labels = [
            "full loop",
            "no release from matrix",
            "no PTHrP",
            "TGF-\u{3b2} does not raise PTHrP",
        ];
        let lines = arms
            .iter()
            .zip(labels)
            .map(|(arm, label)| Line::over(&tables_of(runs, arm)?, "bv_tv", label, per_cent))
            .collect::<Option<Vec<_>>>()?;
        Some(panel(y_label, false, lines, vec![]))
    })
    .collect::<Option<_>>()?;
    Some(Picture {
        name: "a22_loop_cut",
        heading: "A22: the loop, whole and cut",
        panels,
    })
}
