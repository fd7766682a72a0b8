//! The semantics that states and plans of `hashicorp/azurerm` have because of the library it is built on:
//! unset and zero values are one, plans are diffs over the prior object, and private data hold timeouts.
//!
//! Nothing here knows Azure. Rules per attribute (defaults, ForceNew, checks) come from `data/rules.json`,
//! shapes from `data/schema.json`; both were recorded from the running provider.

mod build;
mod check;
mod diff;
mod identifiers;
mod normalise;
mod private;
mod rules;
mod tree;
mod validate;
mod view;

pub(crate) use build::{build, nullable, to_json};
pub(crate) use diff::{Planned, plan};
pub(crate) use normalise::{copy_timeouts, normalise_nulls};
pub(crate) use private::Timeouts;
pub(crate) use tree::TypeTree;
pub(crate) use validate::validate;
pub(crate) use view::{View, first, flag, integer, items, strings, text};

#[cfg(test)]
use private::duration_of;

#[cfg(test)]
#[path = "sdk_tests.rs"]
mod tests;
