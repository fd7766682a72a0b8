//! Helm releases, as hashicorp/helm 3 has them.
//!
//! The schema is data recorded from version 3.1.0. Planning asks chart repositories, never the cluster; applying keeps
//! the same release records as Helm, so that `helm list`, `helm history` and `helm rollback` work on them.

mod arguments;
mod cluster;
mod dependencies;
mod dry_run;
mod failure;
mod hooks;
mod import;
mod install;
mod manifests;
mod merge;
mod oci;
mod ownership;
mod places;
mod plan;
mod post_render;
mod provenance;
mod provider;
mod release;
mod rendering;
mod session;
mod sources;
mod state;
mod store;
mod template_data;
mod uninstall;
mod upgrade;
mod validate;

pub use provider::Helm;
