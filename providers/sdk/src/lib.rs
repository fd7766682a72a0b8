//! The semantics that states and plans have of providers built on Terraform's older plugin library: unset and
//! zero values are one, plans are diffs over the prior object, and private data hold timeouts.
//!
//! Nothing here knows a service. Shapes come from a schema, rules per attribute (defaults, ForceNew, checks)
//! from a table; a provider gives meaning to the rules that a table only names ([`Dialect`]).

mod build;
mod check;
mod diff;
mod normalise;
mod planning;
mod private;
mod rules;
mod tree;
mod validate;
mod view;

pub use build::{build, nullable, of_type, to_json, with_removed, zero};
pub use diff::{Planned, plan};
pub use normalise::{copy_timeouts, normalise_nulls};
pub use planning::plan_object;
pub use private::{Timeouts, duration_of};
pub use rules::{Check, Dialect, PLAIN, Rule};
pub use tree::{Fields, Node, NodeKind, TypeTree};
pub use validate::validate;
pub use view::{View, first, flag, integer, items, same, strings, text};
