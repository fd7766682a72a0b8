//! The one diagnostic, its spans and the source texts they point into; and what checks say.
//!
//! Every phase of the engine returns its value *and* [`Diagnostics`]; nothing else reaches the
//! user as an error. This crate renders nothing and knows nothing of values, addresses or files
//! on disk: spans are byte ranges in texts that a [`Sources`] table owns, addresses are text.

mod check;
mod clusters;
mod code;
pub mod codes;
mod diagnostic;
mod diagnostics;
mod sources;
mod span;

pub use check::{CheckInstance, CheckKind, CheckResult, CheckStatus};
pub use clusters::{cluster_count, clusters};
pub use code::Code;
pub use diagnostic::{
    AttributeStep, CallParameter, Diagnostic, FunctionCall, RelatedPlace, RelevantValue, Severity,
};
pub use diagnostics::Diagnostics;
pub use sources::{FileId, Position, Source, Sources};
pub use span::Span;
