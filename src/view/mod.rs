//! One run, live: a scenario played in front of an audience, with and without a change, and the page that
//! shows it.
//!
//! [`live::Live`] is the stage: it takes requests as text ([`protocol::Request`]), does one tick at a time, and
//! gives replies as text and frames as bytes ([`frame`]). It knows no network and no thread. Two transports
//! carry the same messages: a server with `WebSocket`s on this machine, and the interface of the `WebAssembly` module
//! (the package in `wasm`), which a Web Worker calls.

#[cfg(feature = "view")]
pub mod assets;
pub mod catalogue;
pub(crate) mod controls;
#[cfg(feature = "view")]
pub(crate) mod export;
pub mod frame;
#[cfg(feature = "view")]
mod guard;
pub mod lesson;
pub mod live;
pub mod protocol;
#[cfg(feature = "view")]
mod records;
#[cfg(feature = "view")]
pub mod server;
pub(crate) mod site;
#[cfg(feature = "view")]
pub mod stage;
pub(crate) mod track;
#[cfg(feature = "view")]
pub(crate) mod watched;
pub(crate) mod which;
