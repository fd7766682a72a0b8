//! Plan through Rego to decisions and obligations; sole user of the Rego engine.

mod decisions;

pub use decisions::{Decision, Decisions, Obligation, Requirement, Stage};
