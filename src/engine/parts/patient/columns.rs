//! Columns of `patient.csv`, lines of `events.csv`, and what is drawn of them.

use std::fmt::Write as _;

use crate::engine::column::{About, Column};
use crate::engine::picture::{Curve, Drawn, Mark, Panel, Picture};
use crate::patient::bones::Bones;
use crate::patient::skeletal_events::Event;
use crate::patient::toxicity::{hypocalcaemia_grade, probability};
use crate::patient::{Body, Patient, calcium};

/// The file of the body, and of the bones where events are drawn.
pub(super) const TABLE: &str = "patient.csv";
/// The file of events.
pub(super) const EVENTS: &str = "events.csv";

/// Limits of normal of corrected total calcium, mM, as the grades of hypo- and hypercalcaemia take them
/// (`patient/toxicity.rs`, `patient/calcium.rs`; Common Terminology Criteria for Adverse Events).
pub(crate) const NORMAL_CALCIUM_MM: [f64; 2] = [2.15, 2.65];

/// Limits of normal of intact PTH, pM: 10 to 65 ng/L (Aloia JF et al. Endocr Pract 2006;12:137-144 keep the
/// upper one).
const NORMAL_PTH_PM: [f64; 2] = [1.1, 6.9];

/// Neutrophils, 1e9/L, below which neutropenia is of grade 3 and of grade 4 (Common Terminology Criteria for
/// Adverse Events).
const NEUTROPENIA_1E9_PER_L: [f64; 2] = [1.0, 0.5];

/// A body at the time of a row.
pub(super) struct At<'a> {
    pub(super) day: f64,
    pub(super) law: &'a Patient,
    pub(super) body: &'a Body,
}

impl At<'_> {
    fn calcium_mm(&self) -> f64 {
        self.law.calcium.level_mm(&self.body.pools)
    }
}

/// Columns of the body. Markers are over their level in health; probabilities are of a first event since
/// day 0.
pub(super) fn columns<'a>() -> [Column<At<'a>>; 21] {
    [
        Column::new("time_d", "d", "time", |at| at.day),
        Column::new(
            "calcium_mm",
            "mM",
            "total calcium in plasma",
            At::calcium_mm,
        ),
        Column::new("hypercalcaemia_grade", "", "grade by CTCAE", |at| {
            f64::from(calcium::hypercalcaemia(at.calcium_mm()))
        }),
        Column::new("pth_pm", "pM", "PTH in plasma", |at| {
            at.law.calcium.pth_pm(&at.body.pools)
        }),
        Column::new("pthrp_pm", "pM", "PTHrP in plasma", |at| at.body.pthrp_pm),
        Column::new(
            "urine_calcium_mmol_per_d",
            "mmol/d",
            "calcium in urine",
            |at| {
                24.0 * at
                    .law
                    .calcium
                    .urine_mmol_per_h(&at.body.pools, at.body.pthrp_pm)
            },
        ),
        Column::new(
            "excreted_share",
            "",
            "share of filtered calcium in urine",
            |at| {
                at.law
                    .calcium
                    .excreted_share(&at.body.pools, at.body.pthrp_pm)
            },
        ),
        Column::new(
            "bone_calcium_mmol",
            "mmol",
            "calcium from bone since day 0, net",
            |at| at.body.pools.from_bone_mmol,
        ),
        Column::new(
            "calcium_residual",
            "",
            "what does not add up in the book of calcium",
            |at| at.law.calcium.residual(&at.body.pools),
        ),
        Column::new("ctx", "", "CTX over health", |at| at.body.levels.ctx),
        Column::new("ntx", "", "NTX over health", |at| at.body.levels.ntx),
        Column::new("trap5b", "", "TRAP5b over health", |at| {
            at.body.levels.trap5b
        }),
        Column::new("bsap", "", "BSAP over health", |at| at.body.levels.bsap),
        Column::new("p1np", "", "P1NP over health", |at| at.body.levels.p1np),
        Column::new(
            "neutrophils_1e9_per_l",
            "1e9/L",
            "neutrophils in blood",
            |at| at.law.neutrophils.count(&at.body.chain),
        ),
        Column::new("cea", "", "CEA over health", |at| at.body.levels.cea),
        Column::new("bsp", "", "BSP over health", |at| at.body.levels.bsp),
        Column::new("hypocalcaemia_grade", "", "grade by CTCAE", |at| {
            f64::from(hypocalcaemia_grade(at.calcium_mm()))
        }),
        Column::new(
            "jaw_necrosis_probability",
            "",
            "of osteonecrosis of the jaw",
            |at| probability(at.body.harm.jaw),
        ),
        Column::new(
            "hypocalcaemia_probability",
            "",
            "of symptomatic hypocalcaemia",
            |at| probability(at.body.harm.hypocalcaemia),
        ),
        Column::new("tumour_cm3", "cm3", "tumour cells in all lesions", |at| {
            at.body.tumour_cm3
        }),
    ]
}

/// Columns of the bones, which follow those of the body where events are drawn.
pub(super) fn of_bones<'a>() -> [Column<&'a Bones>; 7] {
    [
        Column::new(
            "strength",
            "",
            "rigidity of the weakest cut over day 0",
            |it| it.strength,
        ),
        Column::new("pain", "", "pain, a proxy, 0 to 10", |it| it.pain),
        Column::new("burden_cm3", "cm3", "tumour in bone", |it| it.burden_cm3),
        Column::new(
            "first_event_hazard",
            "",
            "hazard of a first event, summed",
            |it| it.first_event_hazard,
        ),
        Column::new(
            "first_event_probability",
            "",
            "of any event until now",
            |it| it.first_event_probability(),
        ),
        Column::new("events", "", "events of this patient until now", |it| {
            it.course.events.all.len() as f64
        }),
        Column::new("events_counted", "", "of these, events that count", |it| {
            it.course.events.counted().count() as f64
        }),
    ]
}

/// The columns of `events.csv` in words.
pub(super) fn of_events() -> Vec<About> {
    let column = |name: &str, unit, about: &str| About {
        name: name.to_owned(),
        unit,
        about: about.to_owned(),
    };
    vec![
        column("time_d", "d", "time"),
        column("kind", "", "what happened"),
        column("first", "", "1 for the first event of this patient"),
        column("counted", "", "1 for an event that counts"),
    ]
}

/// `events.csv`: when, what, whether it is the first of all, and whether it counts.
pub(super) fn events_csv(events: &[Event]) -> String {
    let mut text = "time_d,kind,first,counted\n".to_owned();
    for (place, event) in events.iter().enumerate() {
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "{},{},{},{}",
            event.day,
            event.kind.name(),
            u8::from(place == 0),
            u8::from(event.counted)
        );
    }
    text
}

/// Calcium with its hormones, markers of turnover and neutrophils.
pub(super) const BODY: Picture = Picture {
    name: "patient",
    heading: "the whole body: calcium, its hormones and markers of bone turnover in blood",
    table: TABLE,
    drawn: Drawn::Panels(&[
        Panel::new(
            "total calcium in plasma (mM)",
            &[Curve::new("calcium_mm", "")],
        )
        .free()
        .against(&[Mark::Range {
            label: "normal: 2.15 to 2.65 mM",
            low: NORMAL_CALCIUM_MM[0],
            high: NORMAL_CALCIUM_MM[1],
        }]),
        Panel::new("PTH in plasma (pM)", &[Curve::new("pth_pm", "")]).against(&[Mark::Range {
            label: "normal: 1.1 to 6.9 pM",
            low: NORMAL_PTH_PM[0],
            high: NORMAL_PTH_PM[1],
        }]),
        Panel::new("free PTHrP in plasma (pM)", &[Curve::new("pthrp_pm", "")]),
        Panel::new(
            "serum markers (times their level in health)",
            &[
                Curve::new("ctx", "CTX"),
                Curve::new("trap5b", "TRAP5b"),
                Curve::new("bsap", "BSAP"),
                Curve::new("p1np", "P1NP"),
            ],
        )
        .against(&[Mark::Level {
            label: "health",
            value: 1.0,
        }]),
        Panel::new(
            "neutrophils (10⁹/L)",
            &[Curve::new("neutrophils_1e9_per_l", "")],
        )
        .unless_flat(
            "neutrophils stay at {} \u{d7} 10⁹/L, and the loss that a drug causes in patients is not modelled here",
        )
        .against(&[
            Mark::Level {
                label: "neutropenia of grade 3 below 1.0",
                value: NEUTROPENIA_1E9_PER_L[0],
            },
            Mark::Level {
                label: "grade 4 below 0.5",
                value: NEUTROPENIA_1E9_PER_L[1],
            },
        ]),
    ]),
};

/// Pain, the probability of a first skeletal-related event and the events of this patient.
pub(super) const SKELETAL_EVENTS: Picture = Picture {
    name: "skeletal_events",
    heading: "pain and skeletal-related events",
    table: TABLE,
    drawn: Drawn::Panels(&[
        Panel::new("pain, a proxy (0 to 10)", &[Curve::new("pain", "")]),
        Panel::new(
            "probability of a first event by then (%)",
            &[Curve::new("first_event_probability", "").times(100.0)],
        ),
        Panel::new(
            "events of this patient",
            &[
                Curve::new("events", "all").stepped(),
                Curve::new("events_counted", "counted").stepped(),
            ],
        )
        .whole()
        .with_events()
        .noting("counted, as in trials: the first, and each that comes more than {window} days after the last counted one"),
    ]),
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_and_levels_are_labelled_by_their_ends() {
        for (panel, unit) in [(0, "mM"), (1, "pM")] {
            let Mark::Range { label, low, high } = BODY.panels()[panel].marks[0] else {
                panic!("{BODY:?}");
            };
            assert_eq!(label, format!("normal: {low} to {high} {unit}"));
        }
        for mark in BODY.panels()[4].marks {
            let Mark::Level { label, value } = mark else {
                panic!("{BODY:?}");
            };
            assert!(label.ends_with(&format!("below {value:.1}")), "{label}");
        }
    }
}
