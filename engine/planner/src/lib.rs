//! Desired against prior to changes and ordered steps.
//!
//! [`plan`] drives the evaluator instance by instance: what is stored is refreshed, what is wanted is
//! planned by its provider under the laws, what is left over is destroyed or forgotten; at last everything
//! is put into the order in which it may be carried out. Nothing here changes anything.

mod chosen;
mod classify;
mod create_first;
mod crew;
mod data;
mod drive;
mod ephemeral;
mod findings;
mod importing;
mod managed;
mod order;
mod orphans;
mod outputs;
mod planning;
mod refactor;
mod refresh;
mod request;
mod session;
mod statements;
mod task;

pub use crew::Beside;
pub use planning::{Made, plan};
pub use request::{Options, Refresh, Request};
