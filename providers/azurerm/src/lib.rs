//! Resource groups and Kubernetes clusters of Azure, as hashicorp/azurerm 4 has them.
//!
//! Schema and rules are data recorded from version 4.50.0 (`data/`); the crate `sdk` gives them the original's meaning,
//! `resources` turns objects into requests to Azure Resource Manager and back.

mod config;
mod failure;
mod identifiers;
mod named_rules;
mod provider;
mod registrations;
mod resources;
mod session;

pub use provider::AzureRm;
