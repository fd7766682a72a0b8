//! `azurerm_kubernetes_cluster`.

mod addons;
mod customise;
mod default_pool;
mod expand;
mod flatten;
mod identity;
mod kubeconfig;
mod maintenance;
mod network;
mod network_update;
mod profiles;
mod read;
mod rules;
mod update;

use async_trait::async_trait;
use http::Method;
use ordain_azure::{Call, Scope};
use ordain_diag::Diagnostics;
use ordain_value::Value;
use serde_json::{Map, Value as Json, json};

use super::pool::API;
use super::{Read, Resource, segment};
use crate::failure::Failure;
use crate::session::Session;
use ordain_sdk::{Planned, View, text};

pub(crate) use flatten::flatten_data;
pub(crate) use read::credentials;

use kubeconfig::{admin_config, user_config};

pub(crate) struct Cluster;

/// A cluster in the original's words.
pub(crate) fn describe(id: &str) -> String {
    format!(
        "Kubernetes Cluster (Subscription: {:?}\nResource Group Name: {:?}\nKubernetes Cluster Name: {:?})",
        segment(id, "subscriptions").unwrap_or_default(),
        segment(id, "resourceGroups").unwrap_or_default(),
        segment(id, "managedClusters").unwrap_or_default()
    )
}

/// A cluster's id.
pub(crate) fn id(subscription: &str, group: &str, name: &str) -> String {
    format!(
        "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.ContainerService/managedClusters/{name}"
    )
}

#[async_trait]
impl Resource for Cluster {
    fn customise(&self, prior: &Value, config: &Value, planned: &mut Planned) -> Diagnostics {
        customise::customise(prior, config, planned)
    }

    fn check_id(&self, id: &str) -> Result<(), Failure> {
        for name in ["subscriptions", "resourceGroups", "managedClusters"] {
            if segment(id, name).is_none() {
                return Err(Failure::new(format!("ID was missing the `{name}` element"), ""));
            }
        }
        Ok(())
    }

    async fn create(&self, session: &Session, view: &View, scope: &Scope) -> Result<Read, Failure> {
        let block = &view.planned;
        let id = id(&session.subscription, text(block, "resource_group_name"), text(block, "name"));
        match session.azure.call(&Call::get(&id, API), scope).await {
            Ok(_) => return Err(Failure::exists(&id, "azurerm_kubernetes_cluster")),
            Err(error) if error.is_not_found() => {}
            Err(error) => {
                return Err(error
                    .during(format!("checking for presence of existing {}", describe(&id)))
                    .into());
            }
        }
        rules::check_new(block)?;
        let mut body = expand::cluster(block)?;
        expand::add_vault(session, block, &mut body, scope).await?;
        let call = Call::new(Method::PUT, &id, API).body(&body);
        let written = session.azure.write("CreateOrUpdate", &call, scope).await;
        written.map_err(|error| error.during(format!("creating {}", describe(&id))))?;
        let mut left = Map::new();
        left.insert("id".to_owned(), json!(id));
        let rest = async {
            maintenance::write(session, &id, view, true, scope).await?;
            read::read(session, &id, block, scope).await
        };
        let read = rest.await.map_err(|failure: Failure| failure.leaving(left.clone()))?;
        Ok(read.unwrap_or(left))
    }

    async fn read(
        &self,
        session: &Session,
        id: &str,
        known: &Json,
        scope: &Scope,
    ) -> Result<Option<Read>, Failure> {
        self.check_id(id)?;
        read::read(session, id, known, scope).await
    }

    async fn update(&self, session: &Session, id: &str, view: &View, scope: &Scope) -> Result<Read, Failure> {
        update::update(session, id, view, scope).await?;
        Ok(read::read(session, id, &view.planned, scope).await?.unwrap_or_default())
    }

    async fn delete(&self, session: &Session, id: &str, known: &Json, scope: &Scope) -> Result<(), Failure> {
        maintenance::delete_default(session, id, known, scope).await?;
        let deleted = session.azure.delete(id, API, scope).await;
        Ok(deleted.map_err(|error| error.during(format!("deleting {}", describe(id))))?)
    }
}
