//! One plain function per use case, wiring real stores and providers; no terminal.

pub mod applying;
pub mod approving;
pub mod backend;
mod beside;
pub mod choosing;
pub mod clock;
pub mod conftest;
pub mod consoling;
pub mod explaining;
mod files;
mod gate;
mod generated;
mod generating;
mod given_again;
pub mod graphing;
pub mod guarded;
mod hcl_to_json;
mod host;
pub mod importing;
pub mod init;
pub mod judging;
mod local_exec;
pub mod locked;
pub mod log;
pub mod module_list;
pub mod moving;
pub mod natives;
pub mod packages;
pub mod plan_configuration;
pub mod plan_store;
pub mod planning;
mod plugins;
pub mod policy_sources;
mod project;
mod provider_functions;
mod provider_keys;
pub mod providers;
mod remote;
pub mod repository;
pub mod sealing;
pub mod serving;
pub mod snapshot;
mod sources;
pub mod state_commands;
pub mod stores;
pub mod storing;
pub mod testing;
pub mod trimmed;
mod used;
pub mod validating;
pub mod variables;
mod workdir;
mod world;

pub use files::write_private;
pub use ordain_planner::Options as PlannerOptions;
pub use project::Project;
pub use variables::Given;
pub use workdir::{StateFiles, Workdir};
pub use world::Machine;

/// Version of Terraform whose language, state and plan formats this engine speaks.
pub const LANGUAGE_VERSION: &str = "1.11.4";

/// A configuration without anything, for work on a state alone.
pub fn empty_tree() -> ordain_config::ModuleTree {
    ordain_config::ModuleTree::default()
}
