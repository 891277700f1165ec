//! One tick, and a run of them.
//!
//! [`model::Model`] holds the parameters and never changes; [`state::State`] is what a
//! checkpoint saves; [`scratch::Scratch`] is workspace that is made anew. [`tick::tick`] takes
//! the state one tick on and reads like the table of contents of the model.

mod apart;
mod by_site;
pub mod column;
pub(crate) mod commit;
mod convert;
pub mod day_zero;
pub mod fault;
pub mod fingerprint;
pub mod model;
mod modelling;
pub(crate) mod osteoclasts;
pub mod parts;
pub(crate) mod picture;
pub(crate) mod propose;
pub mod restored;
pub mod scratch;
pub mod secrete;
pub(crate) mod seeding;
pub mod sense;
mod set_free;
pub mod state;
mod struts;
pub mod tick;
