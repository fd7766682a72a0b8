//! The name of a resource in texts that are kept elsewhere, to ask tables of resources by.

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::hash::{Hash, Hasher};

use crate::{Mode, Resource};

/// What a [`Resource`] is made of, borrowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ResourceName<'n> {
    /// Kind of block.
    pub mode: Mode,
    /// Type, such as `azurerm_kubernetes_cluster`.
    pub type_name: &'n str,
    /// Name given in the configuration.
    pub name: &'n str,
}

/// Whatever has the name of a resource: a table whose keys are [`Resource`]s can be asked by it (`&dyn Names`). All
/// that have the same name are equal, hash the same, and stand at the same place in an order.
pub trait Names {
    /// The name.
    fn names(&self) -> ResourceName<'_>;
}

impl ResourceName<'_> {
    /// The same with texts of its own.
    pub fn to_resource(&self) -> Resource {
        Resource::new(self.mode, self.type_name, self.name)
    }
}

impl Names for ResourceName<'_> {
    fn names(&self) -> ResourceName<'_> {
        *self
    }
}

impl Names for Resource {
    fn names(&self) -> ResourceName<'_> {
        ResourceName { mode: self.mode, type_name: &self.type_name, name: &self.name }
    }
}

impl PartialEq<Resource> for ResourceName<'_> {
    fn eq(&self, other: &Resource) -> bool {
        *self == other.names()
    }
}

impl<'n> Borrow<dyn Names + 'n> for Resource {
    fn borrow(&self) -> &(dyn Names + 'n) {
        self
    }
}

impl Hash for dyn Names + '_ {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.names().hash(state);
    }
}

impl PartialEq for dyn Names + '_ {
    fn eq(&self, other: &Self) -> bool {
        self.names() == other.names()
    }
}

impl Eq for dyn Names + '_ {}

impl PartialOrd for dyn Names + '_ {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for dyn Names + '_ {
    fn cmp(&self, other: &Self) -> Ordering {
        self.names().cmp(&other.names())
    }
}

#[cfg(test)]
#[path = "name_tests.rs"]
mod tests;
