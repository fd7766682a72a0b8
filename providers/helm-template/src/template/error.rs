//! The error of a running template.

/// A complete text, as Go's `ExecError` gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ExecError(pub(crate) String);
