//! Kubernetes objects, as hashicorp/kubernetes 2 has them.
//!
//! Driven by data: the schema is the recorded one of version 2.38.0, a table says which kind stands behind
//! each type, and one pair of functions turns objects into values of a schema and back. Environment and
//! interrupts are handed over; nothing here reads the process's own.

mod config;
mod data;
mod flatten;
mod kinds;
mod names;
mod provider;

pub use provider::Kubernetes;
