//! What may not be read by everybody: the exact plan and both states, as one sealed part.

use std::fmt;

/// Seals the parts of a plan that hold secrets. Made by whoever knows to whom; this crate knows no
/// cryptography.
pub trait Seal {
    /// Name of the method, for [`super::Header::sealing`].
    fn method(&self) -> String;

    /// The sealed form of some bytes.
    ///
    /// # Errors
    /// Why it cannot be made, without full stop.
    fn seal(&self, clear: &[u8]) -> Result<Vec<u8>, String>;
}

impl<S: Seal + ?Sized> Seal for &S {
    fn method(&self) -> String {
        (**self).method()
    }

    fn seal(&self, clear: &[u8]) -> Result<Vec<u8>, String> {
        (**self).seal(clear)
    }
}

/// Opens what [`Seal`] sealed.
pub trait Open {
    /// The bytes that were sealed by a method.
    ///
    /// # Errors
    /// Why they cannot be had, without full stop: another method, another key, damaged bytes.
    fn open(&self, method: &str, sealed: &[u8]) -> Result<Vec<u8>, String>;
}

/// What is known of a plan whose sealed part could not be opened: it can be shown and approved, not applied.
#[derive(Clone, PartialEq, Eq)]
pub struct Closed {
    /// Why it could not be opened, without full stop.
    pub why: String,
    /// The JSON plan with null for everything sensitive, and without `prior_state`.
    pub readable: String,
}

impl fmt::Debug for Closed {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Closed({})", self.why)
    }
}
