//! Small changes to a state: what one step of an apply leaves behind.

use std::collections::BTreeMap;
use std::sync::Arc;

use ordain_addr::{DeposedKey, ProviderConfigAddr, ResourceInstance};

use crate::{InstanceState, Object, ResourceState, State};

/// One change. Edits of a state in order give the next state.
#[derive(Clone, Debug)]
pub enum Edit {
    /// An object is there, as the present one or as one set aside.
    Put {
        /// Which instance.
        address: ResourceInstance,
        /// Which object set aside, if not the present one.
        deposed: Option<DeposedKey>,
        /// Provider configuration that manages it.
        provider: ProviderConfigAddr,
        /// The object.
        object: Arc<Object>,
    },
    /// An object is gone. The last one takes its instance and resource with it.
    Remove {
        /// Which instance.
        address: ResourceInstance,
        /// Which object set aside, if not the present one.
        deposed: Option<DeposedKey>,
    },
    /// The present object is set aside under a key.
    Depose {
        /// Which instance.
        address: ResourceInstance,
        /// Its name from now on.
        key: DeposedKey,
    },
    /// The object set aside becomes the present one again, unless there is one.
    Restore {
        /// Which instance.
        address: ResourceInstance,
        /// Its name so far.
        key: DeposedKey,
    },
}

impl State {
    /// Carries out one change. Changes of what is not there do nothing.
    pub fn edit(&mut self, edit: Edit) {
        match edit {
            Edit::Put { address, deposed, provider, object } => {
                let resource = self.resources.entry(address.abs_resource().clone()).or_insert_with(|| {
                    ResourceState { provider: provider.block(), instances: BTreeMap::new() }
                });
                resource.provider = provider.block();
                let instance = resource.instances.entry(address.key.clone()).or_default();
                instance.provider_key = provider.key;
                match deposed {
                    Some(key) => drop(instance.deposed.insert(key, object)),
                    None => instance.current = Some(object),
                }
            }
            Edit::Remove { address, deposed } => self.change(&address, |instance| match deposed {
                Some(key) => drop(instance.deposed.remove(&key)),
                None => instance.current = None,
            }),
            Edit::Depose { address, key } => self.change(&address, |instance| {
                if let Some(object) = instance.current.take() {
                    instance.deposed.insert(key, object);
                }
            }),
            Edit::Restore { address, key } => self.change(&address, |instance| {
                if instance.current.is_none() {
                    instance.current = instance.deposed.remove(&key);
                }
            }),
        }
    }

    fn change(&mut self, address: &ResourceInstance, change: impl FnOnce(&mut InstanceState)) {
        let of = address.abs_resource();
        let Some(resource) = self.resources.get_mut(of) else { return };
        let Some(instance) = resource.instances.get_mut(&address.key) else { return };
        change(instance);
        if instance.current.is_none() && instance.deposed.is_empty() {
            resource.instances.remove(&address.key);
        }
        if resource.instances.is_empty() {
            self.resources.remove(of);
        }
    }
}
