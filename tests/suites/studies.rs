//! Many runs: studies, dissections, validations.

#[path = "../common/mod.rs"]
mod common;

#[path = "../dissect.rs"]
mod dissect;
#[path = "../study.rs"]
mod study;
#[path = "../study_calibration.rs"]
mod study_calibration;
#[path = "../study_faults.rs"]
mod study_faults;
#[path = "../study_names.rs"]
mod study_names;
#[path = "../validate.rs"]
mod validate;
