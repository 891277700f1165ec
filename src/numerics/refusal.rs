//! Errors that say whose they are.

/// An error of which it is known whether what was asked for was wrong.
pub trait Refusal: std::error::Error {
    /// True where what was asked for cannot be had as it was asked; false where something failed that was
    /// rightly asked for.
    fn is_refusal(&self) -> bool {
        true
    }

    /// True where nothing is wrong: it was asked to stop, and did.
    fn is_stop(&self) -> bool {
        false
    }
}
