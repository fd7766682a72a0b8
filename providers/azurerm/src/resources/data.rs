//! The data sources.

use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ordain_azure::{Call, Scope};
use serde_json::{Map, Value as Json, json};

use super::known::known;
use super::pool::API;
use super::{Read, cluster, pool, resource_group};
use crate::failure::Failure;
use crate::session::Session;
use ordain_sdk::text;

/// A data source.
#[async_trait]
pub(crate) trait DataSource: Send + Sync {
    /// Reads it; `config` is wholly known.
    async fn read(&self, session: &Session, config: &Json, scope: &Scope) -> Result<Read, Failure>;
}

/// The table of data sources.
pub(crate) fn data_source(type_name: &str) -> Option<&'static dyn DataSource> {
    match type_name {
        "azurerm_client_config" => Some(&ClientConfig),
        "azurerm_subscription" => Some(&Subscription),
        "azurerm_resource_group" => Some(&Group),
        "azurerm_kubernetes_cluster" => Some(&Cluster),
        "azurerm_kubernetes_cluster_node_pool" => Some(&Pool),
        _ => None,
    }
}

fn pairs<const N: usize>(items: [(&str, Json); N]) -> Read {
    items.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

struct ClientConfig;

#[async_trait]
impl DataSource for ClientConfig {
    async fn read(&self, session: &Session, _config: &Json, _scope: &Scope) -> Result<Read, Failure> {
        let claims = session.azure.claims();
        let id = format!(
            "clientConfigs/clientId={};objectId={};subscriptionId={};tenantId={}",
            claims.client_id, claims.object_id, session.subscription, claims.tenant_id
        );
        Ok(pairs([
            ("id", json!(STANDARD.encode(id))),
            ("client_id", json!(claims.client_id)),
            ("object_id", json!(claims.object_id)),
            ("subscription_id", json!(session.subscription)),
            ("tenant_id", json!(claims.tenant_id)),
        ]))
    }
}

struct Subscription;

#[async_trait]
impl DataSource for Subscription {
    async fn read(&self, session: &Session, config: &Json, scope: &Scope) -> Result<Read, Failure> {
        let wanted = Some(text(config, "subscription_id")).filter(|id| !id.is_empty());
        let subscription = wanted.unwrap_or(&session.subscription);
        let id = format!("/subscriptions/{subscription}");
        let what = format!("Subscription (Subscription: {subscription:?})");
        let answer = match session.azure.call(&Call::get(&id, "2022-12-01"), scope).await {
            Err(error) if error.is_not_found() => {
                return Err(Failure::new(format!("{what} was not found"), ""));
            }
            answer => answer.map_err(|error| error.during(format!("retrieving {what}")))?,
        };
        let body = answer.body;
        let policies = body.get("subscriptionPolicies").cloned().unwrap_or(Json::Null);
        Ok(pairs([
            ("id", json!(id)),
            ("subscription_id", json!(text(&body, "subscriptionId"))),
            ("display_name", json!(text(&body, "displayName"))),
            ("tenant_id", json!(text(&body, "tenantId"))),
            ("state", json!(text(&body, "state"))),
            ("location_placement_id", json!(text(&policies, "locationPlacementId"))),
            ("quota_id", json!(text(&policies, "quotaId"))),
            ("spending_limit", json!(text(&policies, "spendingLimit"))),
            ("tags", body.get("tags").cloned().unwrap_or_else(|| Json::Object(Map::new()))),
        ]))
    }
}

struct Group;

#[async_trait]
impl DataSource for Group {
    async fn read(&self, session: &Session, config: &Json, scope: &Scope) -> Result<Read, Failure> {
        let name = text(config, "name");
        let path = resource_group::path(&session.subscription, name);
        let answer = match session.azure.call(&Call::get(&path, "2020-06-01"), scope).await {
            Err(error) if error.is_not_found() => {
                return Err(Failure::new(
                    format!(
                        "Resource Group (Subscription: {:?}\nResource Group Name: {name:?}) was not found",
                        session.subscription
                    ),
                    "",
                ));
            }
            answer => answer.map_err(|error| error.during(format!("retrieving Resource Group {name:?}")))?,
        };
        Ok(resource_group::flatten(text(&answer.body, "id"), &answer.body))
    }
}

struct Cluster;

#[async_trait]
impl DataSource for Cluster {
    async fn read(&self, session: &Session, config: &Json, scope: &Scope) -> Result<Read, Failure> {
        let id =
            cluster::id(&session.subscription, text(config, "resource_group_name"), text(config, "name"));
        let answer = match session.azure.call(&Call::get(&id, API), scope).await {
            Err(error) if error.is_not_found() => {
                return Err(Failure::new(format!("{} was not found", cluster::describe(&id)), ""));
            }
            answer => {
                answer.map_err(|error| error.during(format!("retrieving {}", cluster::describe(&id))))?
            }
        };
        let body = known("managedclusters", "ManagedCluster", &answer.body);
        let mut read = cluster::flatten_data(&id, &body);
        cluster::credentials(session, &id, &body, scope, &mut read).await?;
        Ok(read)
    }
}

struct Pool;

#[async_trait]
impl DataSource for Pool {
    async fn read(&self, session: &Session, config: &Json, scope: &Scope) -> Result<Read, Failure> {
        let (group, name) = (text(config, "resource_group_name"), text(config, "kubernetes_cluster_name"));
        let cluster_id = cluster::id(&session.subscription, group, name);
        let id = format!("{cluster_id}/agentPools/{}", text(config, "name"));
        let parent = session.azure.call(&Call::get(&cluster_id, API), scope).await;
        missing_or(parent, &cluster::describe(&cluster_id))?;
        let answer = session.azure.call(&Call::get(&id, API), scope).await;
        let answer = missing_or(answer, &pool::describe(&id))?;
        let mut read = pool::flatten(&id, &known("agentpools", "AgentPool", &answer.body));
        // Unlike the resource, the data source shows an empty text where the service says nothing.
        let driver = read.entry("gpu_driver").or_insert(Json::Null);
        if driver.is_null() {
            *driver = json!("");
        }
        read.insert("resource_group_name".to_owned(), json!(group));
        read.insert("kubernetes_cluster_name".to_owned(), json!(name));
        Ok(read)
    }
}

/// The answer, or an error that says what is missing.
fn missing_or(
    answer: Result<ordain_azure::Answer, ordain_azure::AzureError>,
    what: &str,
) -> Result<ordain_azure::Answer, Failure> {
    match answer {
        Err(error) if error.is_not_found() => Err(Failure::new(format!("{what} was not found"), "")),
        answer => Ok(answer.map_err(|error| error.during(format!("retrieving {what}")))?),
    }
}
