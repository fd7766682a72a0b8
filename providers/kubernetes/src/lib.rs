//! Kubernetes objects, as hashicorp/kubernetes 2 has them.
//!
//! Driven by data: schema and rules are those of version 2.38.0, a table says which kind stands behind each
//! type, and one codec turns objects into values of a schema and back. Environment and interrupts are handed
//! over; nothing here reads the process's own.

mod codec;
mod config;
mod config_map_data;
mod data;
mod failure;
mod kinds;
mod managed;
mod manifest;
mod metadata;
mod named_rules;
mod placeless;
mod provider;
mod quantity;
mod rules;
mod secret;
mod session;
mod typed;
mod update;
mod upgrade;
mod wait;

pub use provider::Kubernetes;
