//! `azurerm_kubernetes_cluster_node_pool`.

use async_trait::async_trait;
use http::Method;
use ordain_azure::{Call, Scope};
use ordain_diag::Diagnostics;
use ordain_value::Value;
use serde_json::{Map, Value as Json, json};

use super::settings::{expand_shared, taints};
use super::{API, describe, flatten, scaling, subnets, update};
use crate::failure::Failure;
use crate::resources::cluster;
use crate::resources::force::{Decision, force, lost_number};
use crate::resources::known::known;
use crate::resources::{Read, Resource, numbers, segment, versions};
use crate::session::Session;
use ordain_sdk::{Planned, View, flag, items, text, to_json};

pub(crate) struct NodePool;

fn parse(id: &str) -> Result<(), Failure> {
    for (name, element) in [
        ("subscriptions", "subscriptions"),
        ("resourceGroups", "resourceGroups"),
        ("managedClusters", "managedClusters"),
        ("agentPools", "agentPools"),
    ] {
        if segment(id, name).is_none() {
            return Err(Failure::new(format!("ID was missing the `{element}` element"), ""));
        }
    }
    Ok(())
}

/// Rules of a new pool that are looked at before its version.
fn check_spot(block: &Json, price: f64) -> Result<(), Failure> {
    let fail = |name: &str| {
        Err(Failure::new(format!("`{name}` can only be set when `priority` is set to `Spot`"), ""))
    };
    match text(block, "priority") {
        "Spot" => Ok(()),
        _ if !text(block, "eviction_policy").is_empty() => fail("eviction_policy"),
        _ if price != -1.0 => fail("spot_max_price"),
        _ => Ok(()),
    }
}

/// Properties of a new pool.
fn properties(block: &Json, price: f64) -> Result<Map<String, Json>, Failure> {
    let mut counts = Map::new();
    scaling::new_pool(block, &mut counts)?;
    update::check_system(block)?;
    let mut pool = expand_shared(block)?;
    for name in ["count", "minCount", "maxCount"] {
        pool.remove(name);
    }
    pool.extend(counts);
    for (argument, property) in [("mode", "mode"), ("os_type", "osType"), ("priority", "scaleSetPriority")] {
        pool.insert(property.to_owned(), json!(text(block, argument)));
    }
    let labels = block.get("node_labels").and_then(Json::as_object).filter(|labels| !labels.is_empty());
    if let Some(labels) = labels {
        pool.insert("nodeLabels".to_owned(), json!(labels));
    }
    if !items(block, "node_taints").is_empty() {
        pool.insert("nodeTaints".to_owned(), taints(block));
    }
    if text(block, "priority") == "Spot" {
        pool.insert("scaleSetEvictionPolicy".to_owned(), json!(text(block, "eviction_policy")));
        let whole = price.fract() == 0.0;
        pool.insert("spotMaxPrice".to_owned(), if whole { json!(price as i64) } else { json!(price) });
    }
    if let Some(windows) = items(block, "windows_profile").first() {
        let disabled = !flag(windows, "outbound_nat_enabled");
        pool.insert("windowsProfile".to_owned(), json!({"disableOutboundNat": disabled}));
    }
    Ok(pool)
}

/// The cluster that a pool is to be in. Only the kind of pool that is made of scale sets can have others beside it.
async fn parent(session: &Session, id: &str, scope: &Scope) -> Result<Json, Failure> {
    let found = match session.azure.call(&Call::get(id, API), scope).await {
        Err(error) if error.is_not_found() => {
            return Err(Failure::new(format!("{} was not found", cluster::describe(id)), ""));
        }
        answer => answer.map_err(|error| error.during(format!("retrieving {}", cluster::describe(id))))?.body,
    };
    let pools = found.pointer("/properties/agentPoolProfiles").and_then(Json::as_array);
    let of_sets = |pool: &Json| text(pool, "type").eq_ignore_ascii_case("VirtualMachineScaleSets");
    if !pools.into_iter().flatten().any(of_sets) {
        return Err(Failure::new(
            format!(
                "multiple node pools are only supported when the Default Node Pool uses a VMScaleSet (but {} doesn't)",
                cluster::describe(id)
            ),
            "",
        ));
    }
    Ok(found)
}

/// Reads a pool; `None` when it is gone.
async fn get(session: &Session, id: &str, scope: &Scope) -> Result<Option<Read>, Failure> {
    match session.azure.call(&Call::get(id, API), scope).await {
        Ok(answer) => {
            let pool = known("agentpools", "AgentPool", &answer.body);
            numbers::check_pool(pool.get("properties").unwrap_or(&Json::Null))?;
            Ok(Some(flatten(id, &pool)))
        }
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error.during(format!("retrieving {}", describe(id))).into()),
    }
}

/// The kinds of images between which nodes can be upgraded.
fn upgradable(image: &Json) -> bool {
    let image = image.as_str().unwrap_or_default();
    image.starts_with("Ubuntu") || image.starts_with("AzureLinux")
}

/// Dotted paths and when their change forces a new pool.
const FORCING: &[(&str, Decision)] = &[
    ("os_sku", |old, new| !upgradable(old) || !upgradable(new)),
    ("upgrade_settings.0.drain_timeout_in_minutes", lost_number),
];

#[async_trait]
impl Resource for NodePool {
    fn customise(&self, prior: &Value, _config: &Value, planned: &mut Planned) -> Diagnostics {
        if !prior.is_null() {
            let view = View { planned: to_json(&planned.object), prior: to_json(prior) };
            force(FORCING, &view, planned);
        }
        Diagnostics::new()
    }

    fn check_id(&self, id: &str) -> Result<(), Failure> {
        parse(id)
    }

    async fn create(&self, session: &Session, view: &View, scope: &Scope) -> Result<Read, Failure> {
        let block = &view.planned;
        let name = text(block, "name");
        let cluster = text(block, "kubernetes_cluster_id");
        let id = format!("{cluster}/agentPools/{name}");
        let parent = parent(session, cluster, scope).await?;
        match session.azure.call(&Call::get(&id, API), scope).await {
            Ok(_) => return Err(Failure::exists(&id, "azurerm_kubernetes_cluster_node_pool")),
            Err(error) if error.is_not_found() => {}
            Err(error) => {
                return Err(error
                    .during(format!("checking for presence of existing {}", describe(&id)))
                    .into());
            }
        }
        let price = block.get("spot_max_price").and_then(Json::as_f64).unwrap_or(0.0);
        check_spot(block, price)?;
        let version = text(block, "orchestrator_version");
        if !version.is_empty() {
            versions::check(session, &id, &parent, "", version, scope).await?;
        }
        let body = json!({"name": name, "properties": properties(block, price)?});
        let _held = subnets::hold(session, block).await;
        let call = Call::new(Method::PUT, &id, API).body(&body);
        let written = session.azure.write("CreateOrUpdate", &call, scope).await;
        written.map_err(|error| error.during(format!("creating {}", describe(&id))))?;
        let mut left = Map::new();
        left.insert("id".to_owned(), json!(id));
        let rest = async {
            subnets::wait(session, block, scope).await?;
            get(session, &id, scope).await
        };
        let read = rest.await.map_err(|failure: Failure| failure.leaving(left.clone()))?;
        Ok(read.unwrap_or(left))
    }

    async fn read(
        &self,
        session: &Session,
        id: &str,
        _known: &Json,
        scope: &Scope,
    ) -> Result<Option<Read>, Failure> {
        parse(id)?;
        get(session, id, scope).await
    }

    async fn update(&self, session: &Session, id: &str, view: &View, scope: &Scope) -> Result<Read, Failure> {
        update::update(session, id, view, scope).await?;
        Ok(get(session, id, scope).await?.unwrap_or_default())
    }

    async fn delete(&self, session: &Session, id: &str, _known: &Json, scope: &Scope) -> Result<(), Failure> {
        let deleted = session.azure.delete(id, API, scope).await;
        Ok(deleted.map_err(|error| error.during(format!("deleting {}", describe(id))))?)
    }
}
