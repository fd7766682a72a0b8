//! The resource types and data sources.

use async_trait::async_trait;
use ordain_azure::Scope;
use ordain_diag::Diagnostics;
use ordain_value::Value;
use serde_json::{Map, Value as Json};

use crate::failure::Failure;
use crate::session::Session;
use ordain_sdk::{Planned, View};

mod cluster;
mod data;
mod fields;
mod force;
mod known;
mod numbers;
mod pool;
mod resource_group;
mod rotation;
mod vaults;
mod versions;

pub(crate) use data::data_source;

/// Parts of an object as read from the service; what is missing was not read.
pub(crate) type Read = Map<String, Json>;

/// A managed resource type.
#[async_trait]
pub(crate) trait Resource: Send + Sync {
    /// Rules of a plan beyond the schema's. `config` may be unknown in parts.
    fn customise(&self, _prior: &Value, _config: &Value, _planned: &mut Planned) -> Diagnostics {
        Diagnostics::new()
    }

    /// Checks an id that is to be imported.
    fn check_id(&self, id: &str) -> Result<(), Failure>;

    /// Makes the object.
    async fn create(&self, session: &Session, view: &View, scope: &Scope) -> Result<Read, Failure>;

    /// Reads the object; `None` when it is gone. `known` is the object as stored.
    async fn read(
        &self,
        session: &Session,
        id: &str,
        known: &Json,
        scope: &Scope,
    ) -> Result<Option<Read>, Failure>;

    /// Changes the object.
    async fn update(&self, session: &Session, id: &str, view: &View, scope: &Scope) -> Result<Read, Failure>;

    /// Deletes the object and waits until it is gone. `known` is the object as stored.
    async fn delete(&self, session: &Session, id: &str, known: &Json, scope: &Scope) -> Result<(), Failure>;
}

/// The table of managed resource types.
pub(crate) fn resource(type_name: &str) -> Option<&'static dyn Resource> {
    match type_name {
        "azurerm_kubernetes_cluster" => Some(&cluster::Cluster),
        "azurerm_kubernetes_cluster_node_pool" => Some(&pool::NodePool),
        "azurerm_resource_group" => Some(&resource_group::ResourceGroup),
        _ => None,
    }
}

/// A segment's value in an id: `segment(id, "resourceGroups")`; names of segments match exactly.
pub(crate) fn segment<'i>(id: &'i str, name: &str) -> Option<&'i str> {
    let mut parts = id.trim_start_matches('/').split('/');
    while let Some(part) = parts.next() {
        let value = parts.next();
        if part == name {
            return value.filter(|value| !value.is_empty());
        }
    }
    None
}
