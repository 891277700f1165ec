//! Columns of `drugs.csv`, and what is drawn of them.

use std::collections::{BTreeMap, BTreeSet};

use crate::engine::column::{About, Before, Cell, Column, abouts, cells, cells_of};
use crate::engine::parts::drugs::BoneDrugBook;
use crate::engine::parts::part::Now;
use crate::engine::picture::{Curve, Drawn, Panel, Picture};
use crate::numerics::reduce::ordered_sum;
use crate::therapy::plan::{ConditionalCourse, Dates, DrugInBody};

/// The file: mean levels of the last tick, the highest level in plasma since the row before, what was
/// given until now, what lies on bone, and the days on which courses began and ended by a condition.
pub(super) const TABLE: &str = "drugs.csv";

/// The day of what has not happened yet: no day of a run lies before day 0.
const NOT_YET: f64 = -1.0;

/// A drug in a row; one that an arm left out is gone, and with it its count.
#[derive(Default)]
struct Drug {
    body: DrugInBody,
    peak_mg_per_l: f64,
    doses: f64,
}

/// What comes behind the name of a drug.
const OF_DRUG: [Column<Drug>; 5] = [
    Column::new("_plasma_mg_per_l", "mg/L", "mean level in plasma", |it| {
        it.body.plasma_mg_per_l
    }),
    Column::new(
        PLASMA_MAX,
        "mg/L",
        "highest level in plasma since the row before",
        |it| it.peak_mg_per_l,
    ),
    Column::new("_site_pm", "pM", "mean level at the site of action", |it| {
        it.body.site_pm
    }),
    Column::new("_given_mg", "mg", "given until now", |it| it.body.given_mg),
    Column::new("_doses", "", "doses until now", |it| it.doses),
];

/// Ending of the columns with the highest level in plasma since the row before.
const PLASMA_MAX: &str = "_plasma_max_mg_per_l";

/// The drug that binds to bone.
struct OnBone {
    amol: f64,
    book: BoneDrugBook,
}

const ON_BONE: [Column<OnBone>; 5] = [
    Column::new("bone_drug_on_bone_amol", "amol", "on bone now", |it| {
        it.amol
    }),
    Column::new("bone_drug_bound_amol", "amol", "bound to surface", |it| {
        it.book.bound
    }),
    Column::new(
        "bone_drug_taken_up_amol",
        "amol",
        "taken up by osteoclasts",
        |it| it.book.taken_up,
    ),
    Column::new(
        "bone_drug_carried_away_amol",
        "amol",
        "carried away with the blood",
        |it| it.book.carried_away,
    ),
    Column::new("bone_drug_given_back_amol", "amol", "bound again", |it| {
        it.book.given_back
    }),
];

/// Days on which a course began and ended by a condition, d.
#[derive(Default)]
struct Turns {
    started_h: Option<f64>,
    stopped_h: Option<f64>,
}

fn day(time_h: Option<f64>) -> f64 {
    time_h.map_or(NOT_YET, |time_h| time_h / 24.0)
}

/// What comes behind the name of a course.
const OF_COURSE: [Column<Turns>; 2] = [
    Column::new("_started_d", "d", "day on which it began", |it: &Turns| {
        day(it.started_h)
    })
    .before(Before::Is(NOT_YET)),
    Column::new(
        "_stopped_d",
        "d",
        "day on which a condition ended it",
        |it: &Turns| day(it.stopped_h),
    )
    .before(Before::Is(NOT_YET)),
];

const TIME: Column<f64> =
    Column::new("time_d", "d", "time", |&day: &f64| day).before(Before::Series("time_d"));

const CELLS_HIT: Column<f64> = Column::new(
    "tumour_cells_hit",
    "",
    "tumour cells that a drug doomed and that go on until they divide",
    |&cells: &f64| cells,
);

/// The columns in words.
pub(super) fn about() -> Vec<About> {
    [
        abouts(&[TIME]),
        abouts(&[CELLS_HIT]),
        abouts(&OF_DRUG),
        abouts(&ON_BONE),
        abouts(&OF_COURSE),
    ]
    .concat()
}

/// Names in columns that are known, and these.
fn names<'a>(
    known: &'a [String],
    ending: &str,
    now: impl Iterator<Item = &'a str>,
) -> BTreeSet<&'a str> {
    let known = known.iter();
    known
        .filter_map(|column| column.strip_suffix(ending))
        .chain(now)
        .collect()
}

/// The row of now. An arm may bring drugs and courses, and leave some out.
pub(super) fn row(now: &Now<'_>) -> Vec<Cell> {
    let (state, plan) = (&now.state.parts.drugs, &now.model.parts.drugs.plan);
    let (time_h, time_d) = (now.state.time_h, now.state.day());
    let known = (now.columns)(TABLE);
    let calendar = plan.calendar(&state.courses.dates);
    let mut drugs: BTreeMap<&str, Drug> = BTreeMap::new();
    for (index, (agent, body)) in plan.agents.iter().zip(&state.bodies).enumerate() {
        let is_given = |&at_h: &f64| at_h / 24.0 < time_d - 1e-9;
        let doses = calendar.iter().filter(|dose| dose.agent == index);
        let doses = doses.map(|dose| dose.time_h).filter(is_given).count() as f64;
        let peak = now.highest.get(&agent.name).copied();
        let drug = Drug {
            body: *body,
            peak_mg_per_l: peak.unwrap_or_default(),
            doses,
        };
        drugs.insert(&agent.name, drug);
    }
    let began = |entry: &ConditionalCourse, dates: &Dates| {
        entry.start_h(dates).filter(|&start_h| start_h <= time_h)
    };
    let mut courses: BTreeMap<&str, Turns> = BTreeMap::new();
    for (entry, dates) in plan.conditional.iter().zip(&state.courses.dates) {
        let turns = Turns {
            started_h: began(entry, dates),
            stopped_h: dates.stopped_h,
        };
        courses.insert(&entry.name, turns);
    }
    let mut row: Vec<Cell> = cells(&[TIME], &time_d).collect();
    row.extend(cells(&[CELLS_HIT], &(now.state.tumour.hit() as f64)));
    for name in names(known, OF_DRUG[0].name, drugs.keys().copied()) {
        let gone = Drug::default();
        row.extend(cells_of(name, &OF_DRUG, drugs.get(name).unwrap_or(&gone)));
    }
    let on_bone = &now.state.bone.drug_amol;
    let on_bone = OnBone {
        amol: ordered_sum(on_bone.len(), |site| f64::from(on_bone[site])),
        book: state.on_bone,
    };
    row.extend(cells(&ON_BONE, &on_bone));
    for name in names(known, OF_COURSE[0].name, courses.keys().copied()) {
        let gone = Turns::default();
        row.extend(cells_of(
            name,
            &OF_COURSE,
            courses.get(name).unwrap_or(&gone),
        ));
    }
    row
}

/// The highest levels of all drugs in plasma from row to row, and the drug that lies on bone. The axis of
/// levels goes down to a millionth of the highest at most; what is lower stands below it.
pub(super) const PICTURE: Picture = Picture {
    name: "drugs",
    heading: "drugs in plasma and on bone",
    table: TABLE,
    drawn: Drawn::Panels(&[
        Panel::new(
            "peak level in plasma (mg/L)",
            &[Curve::of_each(PLASMA_MAX).within_decades(6.0).spanning()],
        )
        .logarithmic()
        .by_drug(),
        Panel::new(
            "drug on the bone of the lattice (fmol)",
            &[Curve::new("bone_drug_on_bone_amol", "")
                .times(1e-3)
                .if_any()
                .jumping()],
        ),
    ]),
};
