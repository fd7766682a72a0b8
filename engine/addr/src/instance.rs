//! One instance of a resource, and the key of an object that was set aside.

use std::fmt;
use std::sync::Arc;

use crate::{AbsResource, ConfigResource, Key, ModuleInstance, Resource};

/// One instance of a resource: what plans, state and people talk about.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ResourceInstance {
    /// Module instance that holds it.
    pub module: ModuleInstance,
    /// The resource in that module.
    pub resource: Resource,
    /// Which instance, when the block has `count` or `for_each`.
    pub key: Option<Key>,
}

impl ResourceInstance {
    /// All instances of the same block in the same module instance.
    pub fn abs_resource(&self) -> AbsResource {
        AbsResource { module: self.module.clone(), resource: self.resource.clone() }
    }

    /// The block that declares it.
    pub fn config(&self) -> ConfigResource {
        ConfigResource { module: self.module.path(), resource: self.resource.clone() }
    }
}

impl fmt::Display for ResourceInstance {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Documents and messages write addresses by the million: no format strings here.
        if !self.module.is_root() {
            self.module.fmt(out)?;
            out.write_str(".")?;
        }
        self.resource.fmt(out)?;
        self.key.as_ref().map_or(Ok(()), |key| key.fmt(out))
    }
}

/// Eight hexadecimal digits that name an object set aside by a create-first replacement.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DeposedKey(pub Arc<str>);

impl fmt::Display for DeposedKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}
