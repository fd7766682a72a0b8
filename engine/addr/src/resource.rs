//! Resources: in one module, in the configuration, and in one module instance.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use crate::{Key, ModuleInstance, ModulePath, ResourceInstance};

/// What kind of block declares a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Mode {
    /// `resource`
    Managed,
    /// `data`
    Data,
    /// `ephemeral`
    Ephemeral,
}

impl Mode {
    /// Prefix in an address.
    pub fn prefix(self) -> &'static str {
        match self {
            Mode::Managed => "",
            Mode::Data => "data.",
            Mode::Ephemeral => "ephemeral.",
        }
    }

    /// Word used by state and plan documents.
    pub fn word(self) -> &'static str {
        match self {
            Mode::Managed => "managed",
            Mode::Data => "data",
            Mode::Ephemeral => "ephemeral",
        }
    }
}

/// A resource inside one module: mode, type and name. In this order they are compared.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Resource {
    /// Kind of block.
    pub mode: Mode,
    /// Type, such as `azurerm_kubernetes_cluster`.
    pub type_name: Arc<str>,
    /// Name given in the configuration.
    pub name: Arc<str>,
}

impl Resource {
    /// A resource of a module.
    pub fn new(mode: Mode, type_name: impl Into<Arc<str>>, name: impl Into<Arc<str>>) -> Self {
        Self { mode, type_name: type_name.into(), name: name.into() }
    }

    /// The provider's local name that the type implies: the part before the first underscore.
    pub fn implied_provider(&self) -> &str {
        self.type_name.split_once('_').map_or(&*self.type_name, |(head, _)| head)
    }
}

impl PartialOrd for Resource {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Resource {
    fn cmp(&self, other: &Self) -> Ordering {
        // Resources of one type mostly share its name, and large tables compare little else.
        let by_text = |one: &Arc<str>, other: &Arc<str>| match Arc::ptr_eq(one, other) {
            true => Ordering::Equal,
            false => one.cmp(other),
        };
        let by_mode = self.mode.cmp(&other.mode);
        by_mode
            .then_with(|| by_text(&self.type_name, &other.type_name))
            .then_with(|| by_text(&self.name, &other.name))
    }
}

impl fmt::Display for Resource {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A type that is called like something else cannot be read again without the word before it.
        let reserved = self.mode == Mode::Managed && crate::parse::RESERVED.contains(&&*self.type_name);
        let prefix = if reserved { "resource." } else { self.mode.prefix() };
        [prefix, &self.type_name, ".", &self.name].iter().try_for_each(|part| out.write_str(part))
    }
}

/// A resource block in the configuration: module path without instance keys.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ConfigResource {
    /// Module that declares it.
    pub module: ModulePath,
    /// The resource in that module.
    pub resource: Resource,
}

impl fmt::Display for ConfigResource {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.module.is_root() {
            self.module.fmt(out)?;
            out.write_str(".")?;
        }
        self.resource.fmt(out)
    }
}

/// A resource in one module instance: all instances of one block there.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AbsResource {
    /// Module instance that holds it.
    pub module: ModuleInstance,
    /// The resource in that module.
    pub resource: Resource,
}

impl AbsResource {
    /// One instance of it.
    pub fn instance(&self, key: Option<Key>) -> ResourceInstance {
        ResourceInstance::of(&Arc::new(self.clone()), key)
    }

    /// The block that declares it.
    pub fn config(&self) -> ConfigResource {
        ConfigResource { module: self.module.path(), resource: self.resource.clone() }
    }
}

impl fmt::Display for AbsResource {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.module.is_root() {
            self.module.fmt(out)?;
            out.write_str(".")?;
        }
        self.resource.fmt(out)
    }
}
