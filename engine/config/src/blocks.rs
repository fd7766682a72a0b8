//! Block types, one file each: what a block holds and how it is decoded. Meta-arguments only; what a
//! provider defines stays a body until its schema is at hand.

mod check;
mod condition;
mod import;
mod lifecycle;
mod local;
mod module_call;
mod moved;
mod output;
mod provider;
mod provisioner;
mod removed;
mod repetition;
mod resource;
mod terraform;
mod variable;

pub use check::Check;
pub use condition::{Condition, ConditionKind};
pub use import::Import;
pub use lifecycle::{IgnoreChanges, Lifecycle};
pub use local::Local;
pub use module_call::{Argument, ModuleCall, ModuleSource, PassedProvider};
pub(crate) use module_call::{passed_providers, read_source};
pub use moved::Moved;
pub use output::Output;
pub use provider::{ProviderBlock, ProviderRef};
pub(crate) use provider::{bad_local_name, is_provider_name};
pub use provisioner::{OnFailure, Provisioner, When};
pub use removed::Removed;
pub use repetition::{DependsOn, Repetition};
pub use resource::ResourceBlock;
pub use terraform::{BackendBlock, RequiredProvider, TerraformSettings, VersionRequirement};
pub use variable::Variable;
