//! Names of things: modules, resources, instances, providers.
//!
//! Addresses are plain data that print as users write them. This crate knows nothing of values,
//! configuration or state.

mod instance;
mod key;
mod module;
mod name;
mod parse;
mod provider;
mod resource;
mod target;

pub use instance::{DeposedKey, InstanceParts, ResourceInstance};
pub use key::{Key, quote};
pub use module::{ModuleInstance, ModulePath, ModuleStep};
pub use name::{Names, ResourceName};
pub use parse::{ParseError, parse_instance, parse_module, parse_resource};
pub use provider::{DEFAULT_HOST, ProviderAddr, ProviderConfigAddr};
pub use resource::{AbsResource, ConfigResource, Mode, Resource};
pub use target::Target;
