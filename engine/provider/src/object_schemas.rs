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
    /// Whether there is anything in it that plans and states must not have.
    pub write_only: bool,
}

/// What was found, by type.
type Table = FxHashMap<Arc<str>, Option<Arc<ObjectSchema>>>;

/// Schemas of all providers of an operation.
pub struct ObjectSchemas {
    providers: BTreeMap<ProviderAddr, Arc<ProviderSchema>>,
    known: Mutex<FxHashMap<ProviderAddr, FxHashMap<Mode, Table>>>,
}

impl ObjectSchemas {
    /// Schemas of these providers.
    pub fn new(providers: BTreeMap<ProviderAddr, Arc<ProviderSchema>>) -> Self {
        Self { providers, known: Mutex::default() }
    }

    /// Schema of a resource; `None` when the provider or the type is not known.
    pub fn get(&self, provider: &ProviderAddr, resource: &Resource) -> Option<Arc<ObjectSchema>> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        // Every instance asks: what is known is found without a key of its own.
        let table = known.get(provider).and_then(|tables| tables.get(&resource.mode));
        if let Some(schema) = table.and_then(|table| table.get(&resource.type_name)) {
            return schema.clone();
        }
        let schema = self.find(provider, resource);
        let table = known.entry(provider.clone()).or_default().entry(resource.mode).or_default();
        table.insert(resource.type_name.clone(), schema.clone());
        schema
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
        let (ty, write_only) = (schema.block.value_type(), schema.block.has_write_only());
        Some(Arc::new(ObjectSchema { schema, ty, identity, write_only }))
    }
}
