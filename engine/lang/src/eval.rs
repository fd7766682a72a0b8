//! Expression and scope to value.
//!
//! Evaluation never stops at the first error: what cannot be evaluated is an unknown value, and a
//! diagnostic says why, with what the references in the expression at fault stood for.

mod access;
mod call;
mod conditional;
mod evaluator;
mod for_expr;
mod operators;
mod relevant;
mod splat;
mod template;

pub use access::{get_attr, index};
pub use evaluator::evaluate;
pub use relevant::{Cause, explain};

#[cfg(test)]
pub(crate) mod tests_scope;

#[cfg(test)]
#[path = "eval/eval_tests.rs"]
mod tests;
