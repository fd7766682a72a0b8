//! `azurerm_kubernetes_cluster_node_pool`.

use async_trait::async_trait;
use http::Method;
use ordain_azure::{Call, Scope};
use serde_json::{Map, Value as Json, json};

use super::{API, check_scaling, describe, expand_shared, flatten_shared};
use crate::failure::Failure;
use crate::resources::fields::{drop_property, set, set_property};
use crate::resources::known::known;
use crate::resources::{Read, Resource, rotation, segment, versions};
use crate::session::Session;
use ordain_sdk::{View, flag, integer, items, text};

pub(crate) struct NodePool;

/// Arguments whose change replaces the nodes by way of a temporary pool.
const ROTATING: &[&str] = &[
    "fips_enabled",
    "host_encryption_enabled",
    "kubelet_config",
    "kubelet_disk_type",
    "linux_os_config",
    "max_pods",
    "node_public_ip_enabled",
    "os_disk_size_gb",
    "os_disk_type",
    "pod_subnet_id",
    "snapshot_id",
    "ultra_ssd_enabled",
    "vm_size",
    "vnet_subnet_id",
    "zones",
];

/// The cluster's id, from a pool's.
fn cluster_of(id: &str) -> &str {
    id.split("/agentPools/").next().unwrap_or(id)
}

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

/// Properties of a new pool.
fn properties(block: &Json, creating: bool) -> Result<Map<String, Json>, Failure> {
    let count = check_scaling(block, creating, false)?;
    let mut pool = expand_shared(block);
    pool.insert("count".to_owned(), json!(count));
    if flag(block, "auto_scaling_enabled") {
        pool.insert("minCount".to_owned(), json!(integer(block, "min_count")));
    }
    for (argument, property) in [("mode", "mode"), ("os_type", "osType"), ("priority", "scaleSetPriority")] {
        pool.insert(property.to_owned(), json!(text(block, argument)));
    }
    let labels = block.get("node_labels").and_then(Json::as_object).filter(|labels| !labels.is_empty());
    if let Some(labels) = labels {
        pool.insert("nodeLabels".to_owned(), json!(labels));
    }
    if !items(block, "node_taints").is_empty() {
        pool.insert("nodeTaints".to_owned(), json!(items(block, "node_taints")));
    }
    let price = block.get("spot_max_price").and_then(Json::as_f64).unwrap_or(-1.0);
    if text(block, "priority") == "Spot" {
        pool.insert("scaleSetEvictionPolicy".to_owned(), json!(text(block, "eviction_policy")));
        pool.insert("spotMaxPrice".to_owned(), json!(price));
    } else {
        if !text(block, "eviction_policy").is_empty() {
            return Err(Failure::new(
                "`eviction_policy` can only be set when `priority` is set to `Spot`",
                "",
            ));
        }
        if price != -1.0 {
            return Err(Failure::new(
                "`spot_max_price` can only be set when `priority` is set to `Spot`",
                "",
            ));
        }
    }
    if !items(block, "linux_os_config").is_empty() && text(block, "os_type") != "Linux" {
        return Err(Failure::new(
            "`linux_os_config` can only be configured when `os_type` is set to `linux`",
            "",
        ));
    }
    if let Some(windows) = items(block, "windows_profile").first() {
        let disabled = !flag(windows, "outbound_nat_enabled");
        pool.insert("windowsProfile".to_owned(), json!({"disableOutboundNat": disabled}));
    }
    Ok(pool)
}

/// A pool as the service shows it, in the schema's terms.
pub(crate) fn flatten(id: &str, pool: &Json) -> Read {
    let properties = pool.get("properties").cloned().unwrap_or_default();
    let mut read = flatten_shared(&properties);
    let word = |name: &str, default: &str| {
        let found = properties.get(name).and_then(Json::as_str).filter(|text| !text.is_empty());
        json!(found.unwrap_or(default))
    };
    read.insert("id".to_owned(), json!(id));
    read.insert("name".to_owned(), json!(segment(id, "agentPools").unwrap_or_default()));
    read.insert("kubernetes_cluster_id".to_owned(), json!(cluster_of(id)));
    read.insert("mode".to_owned(), word("mode", "User"));
    read.insert("os_type".to_owned(), word("osType", ""));
    read.insert("priority".to_owned(), word("scaleSetPriority", "Regular"));
    read.insert("eviction_policy".to_owned(), word("scaleSetEvictionPolicy", ""));
    let price = properties.get("spotMaxPrice").filter(|price| price.is_number()).cloned();
    read.insert("spot_max_price".to_owned(), price.unwrap_or_else(|| json!(-1)));
    for (argument, property, empty) in
        [("node_labels", "nodeLabels", json!({})), ("node_taints", "nodeTaints", json!([]))]
    {
        let found = properties.get(property).filter(|value| !value.is_null()).cloned();
        read.insert(argument.to_owned(), found.unwrap_or(empty));
    }
    for (name, empty) in [
        ("tags", json!({})),
        ("zones", json!([])),
        ("max_count", json!(0)),
        ("min_count", json!(0)),
        ("node_count", json!(0)),
    ] {
        read.entry(name.to_owned()).or_insert(empty);
    }
    let windows = properties.get("windowsProfile").filter(|profile| profile.is_object());
    let windows =
        windows.map(|profile| json!({"outbound_nat_enabled": !flag(profile, "disableOutboundNat")}));
    read.insert("windows_profile".to_owned(), json!(windows.into_iter().collect::<Vec<_>>()));
    // Texts that the service leaves out are set to empty, but only these: others keep what is stored.
    for name in [
        "capacity_reservation_group_id",
        "host_group_id",
        "kubelet_disk_type",
        "node_public_ip_prefix_id",
        "orchestrator_version",
        "os_sku",
        "pod_subnet_id",
        "proximity_placement_group_id",
        "vm_size",
        "vnet_subnet_id",
    ] {
        read.entry(name.to_owned()).or_insert_with(|| json!(""));
    }
    read
}

impl NodePool {
    async fn get(&self, session: &Session, id: &str, scope: &Scope) -> Result<Option<Read>, Failure> {
        match session.azure.call(&Call::get(id, API), scope).await {
            Ok(answer) => Ok(Some(flatten(id, &known("agentpools", "AgentPool", &answer.body)))),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error.during(format!("retrieving {}", describe(id))).into()),
        }
    }

    /// Puts the changed arguments into the object as read.
    fn changes(view: &View, existing: &mut Json) -> Result<(), Failure> {
        let fresh = properties(&view.planned, false)?;
        let mut put = |arguments: &[&str], property: &str, empty: Json| {
            if view.any_changed(arguments) {
                let value = fresh.get(property).cloned().unwrap_or(empty);
                if value.is_null() {
                    drop_property(existing, property);
                } else {
                    set_property(existing, property, value);
                }
            }
        };
        put(&["auto_scaling_enabled"], "enableAutoScaling", json!(false));
        put(&["host_encryption_enabled"], "enableEncryptionAtHost", json!(false));
        put(&["node_public_ip_enabled"], "enableNodePublicIP", json!(false));
        put(&["fips_enabled"], "enableFIPS", json!(false));
        put(&["mode"], "mode", json!("User"));
        put(&["node_count"], "count", json!(0));
        put(&["node_labels"], "nodeLabels", json!({}));
        put(&["node_taints"], "nodeTaints", json!([]));
        put(&["orchestrator_version"], "orchestratorVersion", Json::Null);
        put(&["os_sku"], "osSKU", Json::Null);
        put(&["tags"], "tags", json!({}));
        put(&["upgrade_settings"], "upgradeSettings", Json::Null);
        put(&["scale_down_mode"], "scaleDownMode", json!("Delete"));
        put(&["workload_runtime"], "workloadRuntime", Json::Null);
        put(&["node_network_profile"], "networkProfile", Json::Null);
        put(&["zones"], "availabilityZones", Json::Null);
        put(&["kubelet_config"], "kubeletConfig", Json::Null);
        put(&["linux_os_config"], "linuxOSConfig", Json::Null);
        put(&["auto_scaling_enabled", "max_count"], "maxCount", Json::Null);
        put(&["auto_scaling_enabled", "min_count"], "minCount", Json::Null);
        if !flag(&view.planned, "auto_scaling_enabled") {
            drop_property(existing, "maxCount");
            drop_property(existing, "minCount");
        }
        Ok(())
    }
}

#[async_trait]
impl Resource for NodePool {
    fn check_id(&self, id: &str) -> Result<(), Failure> {
        parse(id)
    }

    async fn create(&self, session: &Session, view: &View, scope: &Scope) -> Result<Read, Failure> {
        let block = &view.planned;
        let name = text(block, "name");
        let cluster = text(block, "kubernetes_cluster_id");
        let id = format!("{cluster}/agentPools/{name}");
        let parent = match session.azure.call(&Call::get(cluster, API), scope).await {
            Err(error) if error.is_not_found() => {
                return Err(Failure::new(
                    format!("{} was not found", super::super::cluster::describe(cluster)),
                    "",
                ));
            }
            answer => answer.map_err(|error| {
                error.during(format!("retrieving {}", super::super::cluster::describe(cluster)))
            })?,
        };
        match session.azure.call(&Call::get(&id, API), scope).await {
            Ok(_) => return Err(Failure::exists(&id, "azurerm_kubernetes_cluster_node_pool")),
            Err(error) if error.is_not_found() => {}
            Err(error) => {
                return Err(error
                    .during(format!("checking for presence of existing {}", describe(&id)))
                    .into());
            }
        }
        let version = text(block, "orchestrator_version");
        let properties = properties(block, true)?;
        if !version.is_empty() {
            versions::check(session, cluster, &parent.body, name, version, scope).await?;
        }
        let body = json!({"name": name, "properties": properties});
        let call = Call::new(Method::PUT, &id, API).body(&body);
        let written = session.azure.write("CreateOrUpdate", &call, scope).await;
        written.map_err(|error| error.during(format!("creating {}", describe(&id))))?;
        let mut left = Map::new();
        left.insert("id".to_owned(), json!(id));
        let read = self.get(session, &id, scope).await.map_err(|failure| failure.leaving(left.clone()))?;
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
        self.get(session, id, scope).await
    }

    async fn update(&self, session: &Session, id: &str, view: &View, scope: &Scope) -> Result<Read, Failure> {
        let temporary = text(&view.planned, "temporary_name_for_rotation");
        let answer = session.azure.call(&Call::get(id, API), scope).await;
        let answer = answer.map_err(|error| error.during(format!("retrieving {}", describe(id))))?;
        let mut existing = known("agentpools", "AgentPool", &answer.body);
        Self::changes(view, &mut existing)?;
        let name = segment(id, "agentPools").unwrap_or_default();
        let rotate = view.any_changed(ROTATING);
        if rotate && temporary.is_empty() {
            let names: Vec<String> = ROTATING.iter().map(|name| format!("{name:?}")).collect();
            return Err(Failure::new(
                format!(
                    "`temporary_name_for_rotation` must be specified when updating any of the following properties [{}]",
                    names.join(" ")
                ),
                "",
            ));
        }
        if view.changed("orchestrator_version") {
            let version = text(&view.planned, "orchestrator_version");
            versions::check(session, cluster_of(id), &Json::Null, name, version, scope).await?;
        }
        if rotate {
            let fresh = properties(&view.planned, true)?;
            for (property, value) in &fresh {
                set_property(&mut existing, property, value.clone());
            }
            rotation::rotate(session, cluster_of(id), name, name, temporary, &existing, scope).await?;
        } else {
            set(&mut existing, "name", json!(name));
            let call = Call::new(Method::PUT, id, API).body(&existing);
            let written = session.azure.write("CreateOrUpdate", &call, scope).await;
            written.map_err(|error| error.during(format!("updating Node {}", describe(id))))?;
        }
        Ok(self.get(session, id, scope).await?.unwrap_or_default())
    }

    async fn delete(&self, session: &Session, id: &str, _known: &Json, scope: &Scope) -> Result<(), Failure> {
        let deleted = session.azure.delete(id, API, scope).await;
        Ok(deleted.map_err(|error| error.during(format!("deleting {}", describe(id))))?)
    }
}
