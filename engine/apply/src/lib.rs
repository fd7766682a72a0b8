//! Carries out a permitted plan step by step, journalling, resumable.
//!
//! [`apply`] makes no choice: the plan's steps say what is done and in which order, the evaluator fills in
//! what was unknown, and the laws refuse everything that the plan did not say. Intent is durable before a
//! provider is called and the result after; what failed leaves its results and holds up its dependants
//! only. [`resume`] settles what a crash left open.

mod drive;
mod ephemeral;
mod ledger;
mod made;
mod provision;
mod recover;
mod request;
mod run;
mod verify;
mod work;

pub use provision::{CommandFailed, Connection, Copied, Copy, LocalExec, Provisioners, RemoteExec};
pub use recover::{Settled, resume};
pub use request::{Applied, Counts, Gate, Host, OpenGate, Request, Stop};
pub use run::apply;
