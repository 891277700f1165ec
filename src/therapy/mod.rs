//! What the clinic does: drugs, their way through the body, radiation, and the calendar of both.
//!
//! A scenario says who is treated, with what and when:
//!
//! ```toml
//! [subject]
//! species = "human"
//! mass = "70 kg"
//!
//! [therapy.bone_protection]
//! drug = "denosumab"
//! dose = "120 mg"
//! route = "subcutaneous"
//! start = "0 d"
//! interval = "28 d"
//! ```
//!
//! The drugs of [`catalogue`] come with their pharmacokinetics and actions as a layer under the
//! scenario; any other drug is declared as `[drugs.<name>]`, and its actions are modulators on named
//! rates. The level of a drug at its site of action is a cue of its name.

pub mod catalogue;
pub mod condition;
pub mod drug;
pub mod irradiation;
pub mod levels;
pub mod pharmacokinetics;
pub mod plan;
pub mod radiotherapy;
pub mod regimen;
pub mod subject;
