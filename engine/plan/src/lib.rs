//! The plan as inert data, its file, digest and JSON view.
//!
//! Nothing in a plan is a closure or a handle: it can be stored, hashed, shown and judged without
//! providers, configuration or network. `apply` makes no choice that is not written here.

mod action;
mod change;
pub mod contract;
pub mod digest;
pub mod file;
pub mod json;
mod observer;
mod plan;
mod redact;
mod schema;
mod secrets;
pub mod serial;
mod step;
pub mod testkit;
mod text;
pub mod value_diff;

pub use action::{Action, Reason};
pub use change::{Change, Importing, OutputChange};
pub use digest::Digest;
pub use observer::{Event, Observer, Silent, Work};
pub use plan::{Deferred, Mode, Plan, RelevantAttribute};
pub use schema::{PatternStep, SchemaKey, Schemas, TypeSchema};
pub use secrets::SecretTexts;
pub use step::{Step, StepId, StepKind};
