//! Drugs, radiation, the body and virtual trials.

#[path = "../common/mod.rs"]
mod common;

#[path = "../clinic.rs"]
mod clinic;
#[path = "../patient.rs"]
mod patient;
#[path = "../radiotherapy.rs"]
mod radiotherapy;
#[path = "../skeletal_events.rs"]
mod skeletal_events;
#[path = "../therapies_in_trials.rs"]
mod therapies_in_trials;
#[path = "../therapy.rs"]
mod therapy;
#[path = "../trial.rs"]
mod trial;
