//! The body of a patient around the lattice and the events of its bones, once a day. The tissue does not
//! feel them.

pub(crate) mod body;
pub(crate) mod columns;
pub(crate) mod reading;

use serde::{Deserialize, Serialize};

use crate::biology::problem::Problems;
use crate::engine::column::{About, Entry, abouts, cells};
use crate::engine::fault::Fault;
use crate::engine::model::Model;
use crate::engine::parts::part::{Now, Part, Values};
use crate::engine::parts::setting::Setting;
use crate::engine::picture::Picture;
use crate::engine::state::State;
use crate::patient::bones::Bones;
use crate::patient::{Body, BreaksBy, Patient, Reading};
use crate::therapy::subject::Species;
use columns::{At, BODY, EVENTS, SKELETAL_EVENTS, TABLE};
use reading::reading;

/// The body of a patient and its bones.
#[derive(Debug)]
pub struct Followed;

/// What is followed, and of whom.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// The patient, if one is followed.
    pub patient: Option<Patient>,
    /// Whose tissue it is.
    pub species: Species,
}

/// What is saved of a patient.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct PatientState {
    /// The body, if it is followed.
    pub body: Option<Body>,
    /// The bones, if their events are drawn.
    pub bones: Option<Bones>,
}

/// What bones break by must be followed.
fn check_followed(breaks_by: BreaksBy, setting: &Setting<'_>, problems: &mut Problems) {
    match breaks_by {
        BreaksBy::Rigidity if setting.asked.rigidity.is_none() => problems.add(
            "patient.skeletal_events",
            "bones break by their rigidity, which is not followed",
            "add the table [rigidity]; it may be empty",
        ),
        BreaksBy::Strength if setting.asked.strength.is_none() => problems.add(
            "patient.breaks_by",
            "bones break by their strength, which is not followed",
            "add the table [strength]; it may be empty",
        ),
        BreaksBy::Rigidity | BreaksBy::Strength => {}
    }
}

impl Part for Followed {
    type Asked = Asked;
    type Plan = Option<Patient>;
    type State = PatientState;

    const FILES: &'static [&'static str] = &[TABLE, EVENTS];
    const PICTURES: &'static [Picture] = &[BODY, SKELETAL_EVENTS];
    const SHARED: &'static [&'static str] = &["patient"];

    fn plan(asked: &Asked, setting: &Setting<'_>, problems: &mut Problems) -> Self::Plan {
        let patient = asked.patient.as_ref()?;
        patient.check(setting.times.burn_in_h, problems);
        if patient.skeletal_events.is_some() {
            check_followed(patient.breaks_by, setting, problems);
        } else if patient.breaks_by != BreaksBy::Rigidity {
            problems.add(
                "patient.breaks_by",
                "says what bones break by, and no events are drawn",
                "add the table [patient.skeletal_events], which may be empty, or leave it out",
            );
        }
        if asked.species != Species::Human {
            problems.add(
                "patient",
                format!(
                    "a patient, with subject.species = \"{}\"",
                    asked.species.name()
                ),
                "leave out [patient], or take `preset = \"human\"`: its calcium and its markers are \
                 those of man",
            );
        }
        Some(patient.clone())
    }

    fn begin(model: &Model, state: &mut State) {
        if let Some(patient) = &model.parts.patient {
            state.parts.patient = PatientState {
                body: Some(patient.at_rest(reading(model, state))),
                bones: patient.skeletal_events.as_ref().map(|_| Bones::default()),
            };
        }
    }

    fn on_day_0(_: &Model, state: &mut State) -> Result<(), Fault> {
        if let Some(body) = &mut state.parts.patient.body {
            body.last = Reading {
                calcium_fmol: body.last.calcium_fmol,
                ..Reading::default()
            };
        }
        Ok(())
    }

    fn check(model: &Model, state: &State) -> Result<(), String> {
        let PatientState { body, bones } = &state.parts.patient;
        let patient = model.parts.patient.as_ref();
        if body.is_some() != patient.is_some() || !body.iter().all(Body::makes_sense) {
            return Err("a body of the patient that does not fit the scenario".to_owned());
        }
        let draws_events = patient.is_some_and(|patient| patient.skeletal_events.is_some());
        if bones.is_some() != draws_events || !bones.iter().all(Bones::makes_sense) {
            return Err("skeletal-related events that do not fit the scenario".to_owned());
        }
        Ok(())
    }

    fn columns() -> Vec<(&'static str, Vec<About>)> {
        vec![
            (
                TABLE,
                [abouts(&columns::columns()), abouts(&columns::of_bones())].concat(),
            ),
            (EVENTS, columns::of_events()),
        ]
    }

    fn record(now: &Now<'_>, entries: &mut Vec<Entry>) {
        let PatientState { body, bones } = &now.state.parts.patient;
        let (Some(law), Some(body), true) = (&now.model.parts.patient, body, now.has_row) else {
            return;
        };
        let day = now.state.day();
        let mut row: Vec<_> = cells(&columns::columns(), &At { day, law, body }).collect();
        if let Some(bones) = bones {
            row.extend(cells(&columns::of_bones(), &bones));
        }
        entries.push(Entry::Row {
            table: TABLE,
            cells: row,
        });
        entries.extend(bones.as_ref().map(|bones| Entry::Text {
            file: EVENTS,
            text: columns::events_csv(&bones.course.events.all),
        }));
    }

    fn sentences(values: &Values<'_>) -> Vec<String> {
        let fracture = values.get("patient.skeletal_events.fracture");
        let said = fracture.map(|fracture| {
            format!("Bone as strong as on day 0 breaks at {fracture}, weaker bone sooner.")
        });
        said.into_iter().collect()
    }
}
