//! The laws on values: what the engine proposes, and what a provider may answer.
//!
//! Three pure functions of a schema and values, used while planning and applying and by the
//! [`testkit`](crate::testkit). No value appears in a violation's text: configuration may have marked it
//! sensitive, and marks never reach this crate.

mod apply;
mod conform;
mod legacy;
mod plan;
mod propose;
mod same;
mod violation;

pub use apply::{object_compatible, value_compatible};
pub use conform::{conforms, write_only_set};
pub use legacy::normalize_blocks;
pub use plan::plan_valid;
pub use propose::proposed_new;
pub use same::same;
pub use violation::Violation;

#[cfg(test)]
#[path = "laws_tests.rs"]
mod tests;
