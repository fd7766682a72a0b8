//! Schemas by resource, with the types of their objects worked out once.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use ordain_addr::{Mode, ProviderAddr, Resource};
use ordain_value::Type;
use rustc_hash::FxHashMap;

use crate::{ProviderSchema, Schema};

/// A schema and the type of objects that conform to it.
#[derive(Clone, Debug)]
pub struct ObjectSchema {
    /// The schema.
    pub schema: Arc<Schema>,
    /// Type of its objects.
    pub ty: Type,
    /// Version of the identity schema, where the type has one, and the identity's type.
    pub identity: Option<(u64, Type)>,
}

type Key = (ProviderAddr, Mode, Arc<str>);

/// Schemas of all providers of an operation.
pub struct ObjectSchemas {
    providers: BTreeMap<ProviderAddr, Arc<ProviderSchema>>,
    known: Mutex<FxHashMap<Key, Option<Arc<ObjectSchema>>>>,
}

impl ObjectSchemas {
    /// Schemas of these providers.
    pub fn new(providers: BTreeMap<ProviderAddr, Arc<ProviderSchema>>) -> Self {
        Self { providers, known: Mutex::default() }
    }

    /// Schema of a resource; `None` when the provider or the type is not known.
    pub fn get(&self, provider: &ProviderAddr, resource: &Resource) -> Option<Arc<ObjectSchema>> {
        let key = (provider.clone(), resource.mode, resource.type_name.clone());
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.entry(key).or_insert_with(|| self.find(provider, resource)).clone()
    }

    fn find(&self, provider: &ProviderAddr, resource: &Resource) -> Option<Arc<ObjectSchema>> {
        let provider = self.providers.get(provider)?;
        let table = match resource.mode {
            Mode::Managed => &provider.resources,
            Mode::Data => &provider.data_sources,
            Mode::Ephemeral => &provider.ephemeral,
        };
        let mut schema = Arc::clone(table.get(&resource.type_name)?);
        if resource.mode == Mode::Data && schema.version != 0 {
            // What data sources read is never upgraded: it is stored without a version.
            schema = Arc::new(Schema { version: 0, ..(*schema).clone() });
        }
        let identity =
            provider.identities.get(&resource.type_name).filter(|_| resource.mode == Mode::Managed);
        let identity = identity.map(|identity| (identity.version, identity.block.value_type()));
        Some(Arc::new(ObjectSchema { ty: schema.block.value_type(), schema, identity }))
    }
}
