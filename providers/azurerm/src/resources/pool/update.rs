//! Changing a pool: what changed is put into the object as read, which is then sent, or made anew under its name.

use http::Method;
use ordain_azure::{Call, Scope};
use serde_json::{Value as Json, json};

use super::settings::{expand_kubelet, expand_linux, expand_network, expand_upgrade, taints};
use super::{API, describe};
use crate::failure::Failure;
use crate::resources::fields::{drop_property, set_of, set_property};
use crate::resources::known::known;
use crate::resources::rotation::{self, Rotation};
use crate::resources::versions;
use crate::session::Session;
use ordain_sdk::{View, flag, integer, items, text};

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

/// How a changed argument is sent.
#[derive(Clone, Copy)]
enum Kind {
    Flag,
    Number,
    Text,
    /// A text that is sent only when there is one.
    TextIfAny,
    Set,
    Map,
}

/// Arguments that are sent as they are, also when they are empty.
const PLAIN: &[(&str, &str, Kind)] = &[
    ("auto_scaling_enabled", "enableAutoScaling", Kind::Flag),
    ("fips_enabled", "enableFIPS", Kind::Flag),
    ("host_encryption_enabled", "enableEncryptionAtHost", Kind::Flag),
    ("kubelet_disk_type", "kubeletDiskType", Kind::Text),
    ("max_pods", "maxPods", Kind::Number),
    ("mode", "mode", Kind::Text),
    ("node_count", "count", Kind::Number),
    ("node_labels", "nodeLabels", Kind::Map),
    ("node_public_ip_enabled", "enableNodePublicIP", Kind::Flag),
    ("node_public_ip_prefix_id", "nodePublicIPPrefixID", Kind::Text),
    ("os_disk_size_gb", "osDiskSizeGB", Kind::Number),
    ("os_disk_type", "osDiskType", Kind::Text),
    ("os_sku", "osSKU", Kind::Text),
    ("pod_subnet_id", "podSubnetID", Kind::Text),
    ("scale_down_mode", "scaleDownMode", Kind::Text),
    ("tags", "tags", Kind::Map),
    ("ultra_ssd_enabled", "enableUltraSSD", Kind::Flag),
    ("vm_size", "vmSize", Kind::Text),
    ("vnet_subnet_id", "vnetSubnetID", Kind::TextIfAny),
    ("workload_runtime", "workloadRuntime", Kind::Text),
    ("zones", "availabilityZones", Kind::Set),
];

const LINUX_ONLY: &str = "`linux_os_config` can only be configured when `os_type` is set to `linux`";

/// Settings of the operating system exist for Linux only.
pub(super) fn check_system(block: &Json) -> Result<(), Failure> {
    if items(block, "linux_os_config").is_empty() || text(block, "os_type") == "Linux" {
        return Ok(());
    }
    Err(Failure::new(LINUX_ONLY, ""))
}

/// Carries an update out.
pub(super) async fn update(session: &Session, id: &str, view: &View, scope: &Scope) -> Result<(), Failure> {
    let answer = match session.azure.call(&Call::get(id, API), scope).await {
        Err(error) if error.is_not_found() => {
            return Err(Failure::new(format!("{} was not found", describe(id)), ""));
        }
        answer => answer.map_err(|error| error.during(format!("retrieving {}", describe(id))))?,
    };
    let mut existing = known("agentpools", "AgentPool", &answer.body);
    plain(view, &mut existing);
    blocks(view, &mut existing)?;
    let scaling = flag(existing.get("properties").unwrap_or(&Json::Null), "enableAutoScaling");
    for (argument, property) in [("max_count", "maxCount"), ("min_count", "minCount")] {
        if scaling || view.changed(argument) {
            set_property(&mut existing, property, json!(integer(&view.planned, argument)));
        }
    }
    if view.changed("orchestrator_version") {
        let found = session.azure.call(&Call::get(id, API), scope).await;
        let found = found.map_err(|error| error.during(format!("retrieving Node Pool {}", describe(id))))?;
        let properties = found.body.get("properties").unwrap_or(&Json::Null);
        let version = text(&view.planned, "orchestrator_version");
        let running = text(properties, "currentOrchestratorVersion");
        versions::check(session, id, &Json::Null, running, version, scope).await?;
        set_property(&mut existing, "orchestratorVersion", json!(version));
    }
    check_counts(scaling, &mut existing)?;
    if view.any_changed(ROTATING) || rotation::replaces_image(view) {
        let rotation =
            Rotation { id, temporary: text(&view.planned, "temporary_name_for_rotation"), old: "old" };
        let names: Vec<String> = ROTATING.iter().map(|name| format!("{name:?}")).collect();
        return rotation.run(session, &names, &mut existing, scope).await;
    }
    let call = Call::new(Method::PUT, id, API).body(&existing);
    let written = session.azure.write("CreateOrUpdate", &call, scope).await;
    written.map_err(|error| error.during(format!("updating Node Pool {}", describe(id))))?;
    Ok(())
}

fn plain(view: &View, existing: &mut Json) {
    let block = &view.planned;
    for (argument, property, kind) in PLAIN {
        if !view.changed(argument) {
            continue;
        }
        let value = match kind {
            Kind::Flag => json!(flag(block, argument)),
            Kind::Number => json!(integer(block, argument)),
            Kind::TextIfAny if text(block, argument).is_empty() => continue,
            Kind::Text | Kind::TextIfAny => json!(text(block, argument)),
            Kind::Set => set_of(items(block, argument)),
            Kind::Map => match block.get(argument) {
                Some(map) if map.is_object() => map.clone(),
                _ => json!({}),
            },
        };
        set_property(existing, property, value);
    }
    if view.changed("node_taints") {
        set_property(existing, "nodeTaints", taints(block));
    }
    if view.changed("snapshot_id") {
        set_property(existing, "creationData", json!({"sourceResourceId": text(block, "snapshot_id")}));
    }
}

fn blocks(view: &View, existing: &mut Json) -> Result<(), Failure> {
    let block = &view.planned;
    let mut put = |property: &str, value: Option<Json>| match value {
        Some(value) => set_property(existing, property, value),
        None => drop_property(existing, property),
    };
    if view.changed("kubelet_config") {
        put("kubeletConfig", expand_kubelet(block));
    }
    if view.changed("linux_os_config") {
        if text(block, "os_type") != "Linux" {
            return Err(Failure::new(LINUX_ONLY, ""));
        }
        put("linuxOSConfig", expand_linux(block)?);
    }
    if view.changed("upgrade_settings") {
        put("upgradeSettings", expand_upgrade(block));
    }
    if view.changed("node_network_profile") {
        put("networkProfile", expand_network(block));
    }
    Ok(())
}

fn check_counts(scaling: bool, existing: &mut Json) -> Result<(), Failure> {
    let properties = existing.get("properties").unwrap_or(&Json::Null);
    let [low, high] = ["minCount", "maxCount"].map(|name| integer(properties, name));
    let message = match scaling {
        true if high == 0 => "`max_count` must be configured when `auto_scaling_enabled` is set to `true`",
        true if low > high => "`max_count` must be >= `min_count`",
        false if low > 0 || high > 0 => {
            "`max_count` and `min_count` must be set to `nil` when `auto_scaling_enabled` is set to `false`"
        }
        _ => {
            if !scaling {
                drop_property(existing, "maxCount");
                drop_property(existing, "minCount");
            }
            return Ok(());
        }
    };
    Err(Failure::new(message, ""))
}
