//! What `-target`, `-exclude`, `moved` and `state` commands accept.

use std::fmt;

use crate::{AbsResource, ModuleInstance, ParseError, ResourceInstance, parse};

/// A module instance, all instances of a resource, or one instance.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Target {
    /// Everything in a module instance, or in all of them when the last key is left out.
    Module(ModuleInstance),
    /// All instances of a resource.
    Resource(AbsResource),
    /// One instance.
    Instance(ResourceInstance),
}

impl Target {
    /// Reads an address as users write it.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        parse::parse_target(text)
    }

    /// Whether the target means this instance. A step without key means all keys.
    pub fn selects(&self, instance: &ResourceInstance) -> bool {
        match self {
            Target::Module(module) => module_selects(module, &instance.module, true),
            Target::Resource(resource) => {
                resource.resource == instance.resource
                    && module_selects(&resource.module, &instance.module, false)
            }
            Target::Instance(target) => {
                target.resource == instance.resource
                    && target.key == instance.key
                    && module_selects(&target.module, &instance.module, false)
            }
        }
    }
}

fn module_selects(target: &ModuleInstance, module: &ModuleInstance, prefix: bool) -> bool {
    let length_fits =
        if prefix { target.0.len() <= module.0.len() } else { target.0.len() == module.0.len() };
    length_fits
        && target
            .0
            .iter()
            .zip(module.0.iter())
            .all(|(want, have)| want.name == have.name && (want.key.is_none() || want.key == have.key))
}

impl fmt::Display for Target {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Target::Module(module) => module.fmt(out),
            Target::Resource(resource) => resource.fmt(out),
            Target::Instance(instance) => instance.fmt(out),
        }
    }
}
