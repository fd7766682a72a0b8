//! One instance of a resource, and the key of an object that was set aside.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{BuildHasher, Hash, Hasher};
use std::ops::Deref;
use std::sync::Arc;

use rustc_hash::FxBuildHasher;

use crate::{AbsResource, Key, ModuleInstance, Resource};

/// One instance of a resource: what plans, state and people talk about. Cheap to clone and to compare: plan, state and
/// evaluation all name it, in many places and from more than one thread. Reads like its [`InstanceParts`].
#[derive(Clone)]
pub struct ResourceInstance(Arc<InstanceParts>);

/// What an instance's address is made of; where the resource stands can be read here, too.
#[derive(Debug, PartialEq, Eq)]
pub struct InstanceParts {
    /// The resource, in the module instance that holds it. Shared by its instances.
    of: Arc<AbsResource>,
    /// Which instance, when the block has `count` or `for_each`.
    pub key: Option<Key>,
    /// Made once: large tables are asked by address. Follows from the rest.
    hash: u64,
}

impl ResourceInstance {
    /// An instance of a resource in a module instance.
    pub fn new(module: ModuleInstance, resource: Resource, key: Option<Key>) -> Self {
        Self::of(&Arc::new(AbsResource { module, resource }), key)
    }

    /// An instance of a resource. Who makes many of one resource passes the same one.
    pub fn of(of: &Arc<AbsResource>, key: Option<Key>) -> Self {
        let hash = FxBuildHasher.hash_one((&**of, &key));
        Self(Arc::new(InstanceParts { of: Arc::clone(of), key, hash }))
    }

    /// All instances of the same block in the same module instance.
    pub fn abs_resource(&self) -> &AbsResource {
        &self.0.of
    }

    /// The same instance of the same resource in another module instance.
    #[must_use]
    pub fn moved_into(&self, module: ModuleInstance) -> Self {
        Self::new(module, self.resource.clone(), self.key.clone())
    }
}

impl Deref for ResourceInstance {
    type Target = InstanceParts;

    fn deref(&self) -> &InstanceParts {
        &self.0
    }
}

impl Deref for InstanceParts {
    type Target = AbsResource;

    fn deref(&self) -> &AbsResource {
        &self.of
    }
}

impl Hash for ResourceInstance {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.0.hash);
    }
}

impl PartialEq for ResourceInstance {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0 == other.0
    }
}

impl Eq for ResourceInstance {}

impl PartialOrd for ResourceInstance {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for ResourceInstance {
    fn cmp(&self, other: &Self) -> Ordering {
        // Neighbours in a sorted list mostly are instances of one resource.
        let of = || match Arc::ptr_eq(&self.0.of, &other.0.of) {
            true => Ordering::Equal,
            false => self.0.of.cmp(&other.0.of),
        };
        of().then_with(|| self.key.cmp(&other.key))
    }
}

impl fmt::Debug for ResourceInstance {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "ResourceInstance({self})")
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
