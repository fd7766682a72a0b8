//! A cluster as the service shows it, in the schema's terms.

use serde_json::{Map, Value as Json, json};

use super::{addons, default_pool, identity, network, profiles};
use crate::resources::fields::at;
use crate::resources::{Read, segment};
use ordain_sdk::{first, flag, items, text};

/// Texts and flags of `properties` that are set as they are: argument, pointer below `properties`.
const TEXTS: &[(&str, &str)] = &[
    ("current_kubernetes_version", "/currentKubernetesVersion"),
    ("disk_encryption_set_id", "/diskEncryptionSetID"),
    ("dns_prefix", "/dnsPrefix"),
    ("dns_prefix_private_cluster", "/fqdnSubdomain"),
    ("fqdn", "/fqdn"),
    ("kubernetes_version", "/kubernetesVersion"),
    ("node_resource_group", "/nodeResourceGroup"),
    ("oidc_issuer_url", "/oidcIssuerProfile/issuerURL"),
    ("portal_fqdn", "/azurePortalFQDN"),
    ("private_fqdn", "/privateFQDN"),
    ("support_plan", "/supportPlan"),
];

/// The object, `known` being what is stored.
pub(crate) fn flatten(id: &str, cluster: &Json, known: &Json) -> Read {
    let properties = at(cluster, "/properties");
    let mut read = Map::new();
    let mut put = |name: &str, value: Json| read.insert(name.to_owned(), value);
    put("id", json!(id));
    put("name", json!(segment(id, "managedClusters").unwrap_or_default()));
    put("resource_group_name", json!(segment(id, "resourceGroups").unwrap_or_default()));
    put("location", json!(text(cluster, "location").replace(' ', "").to_lowercase()));
    put("edge_zone", json!(text(at(cluster, "/extendedLocation"), "name")));
    put("sku_tier", json!(text(at(cluster, "/sku"), "tier")));
    put("tags", cluster.get("tags").filter(|tags| tags.is_object()).cloned().unwrap_or_else(|| json!({})));
    for (argument, pointer) in TEXTS {
        put(argument, json!(at(properties, pointer).as_str().unwrap_or_default()));
    }
    let subscription = segment(id, "subscriptions").unwrap_or_default();
    let group = text(properties, "nodeResourceGroup");
    put("node_resource_group_id", json!(format!("/subscriptions/{subscription}/resourceGroups/{group}")));
    put("local_account_disabled", json!(flag(properties, "disableLocalAccounts")));
    put("role_based_access_control_enabled", json!(flag(properties, "enableRBAC")));
    put("oidc_issuer_enabled", json!(flag(at(properties, "/oidcIssuerProfile"), "enabled")));
    put("cost_analysis_enabled", json!(flag(at(properties, "/metricsProfile/costAnalysis"), "enabled")));
    put(
        "ai_toolchain_operator_enabled",
        json!(flag(at(properties, "/aiToolchainOperatorProfile"), "enabled")),
    );
    let upgrade = at(properties, "/autoUpgradeProfile");
    let channel =
        Some(text(upgrade, "upgradeChannel")).filter(|channel| *channel != "none").unwrap_or_default();
    put("automatic_upgrade_channel", json!(channel));
    let node_channel = Some(text(upgrade, "nodeOSUpgradeChannel")).filter(|channel| !channel.is_empty());
    put("node_os_upgrade_channel", json!(node_channel.unwrap_or("NodeImage")));
    private(properties, &mut put);
    put("identity", identity::flatten(cluster));
    put("kubelet_identity", identity::flatten_kubelet(cluster));
    put("service_principal", service_principal(properties, known));
    put("network_profile", network::flatten(cluster));
    let pool = default_pool::find(items(properties, "agentPoolProfiles"), known);
    put(
        "default_node_pool",
        json!(pool.map(|pool| default_pool::flatten(pool, known)).into_iter().collect::<Vec<_>>()),
    );
    addons::flatten(cluster, &mut read);
    read.extend(profiles::flatten_all(cluster, known));
    read
}

fn private(properties: &Json, put: &mut impl FnMut(&str, Json) -> Option<Json>) {
    let access = at(properties, "/apiServerAccessProfile");
    put("private_cluster_enabled", json!(flag(access, "enablePrivateCluster")));
    put("private_cluster_public_fqdn_enabled", json!(flag(access, "enablePrivateClusterPublicFQDN")));
    put("run_command_enabled", json!(!flag(access, "disableRunCommand")));
    let zone = match text(access, "privateDNSZone") {
        zone if zone.eq_ignore_ascii_case("system") => "System",
        zone if zone.eq_ignore_ascii_case("none") => "None",
        zone => zone,
    };
    put("private_dns_zone_id", json!(zone));
}

/// The secret is never read back: it stays as stored.
fn service_principal(properties: &Json, known: &Json) -> Json {
    let client = text(at(properties, "/servicePrincipalProfile"), "clientId");
    if client.is_empty() || client == "msi" {
        return json!([]);
    }
    let secret =
        first(known, "service_principal").map(|block| text(block, "client_secret")).unwrap_or_default();
    json!([{"client_id": client, "client_secret": secret}])
}

/// The data source, which has names and shapes of its own.
pub(crate) fn flatten_data(id: &str, cluster: &Json) -> Read {
    let mut read = flatten(id, cluster, &Json::Null);
    let properties = at(cluster, "/properties");
    let access = at(properties, "/apiServerAccessProfile");
    let mut put = |name: &str, value: Json| read.insert(name.to_owned(), value);
    let pools: Vec<Json> = items(properties, "agentPoolProfiles").iter().map(flatten_pool).collect();
    put("agent_pool_profile", json!(pools));
    put("api_server_authorized_ip_ranges", json!(items(access, "authorizedIPRanges")));
    // Profiles that the resource hides where nothing was configured are always shown here.
    put("linux_profile", json!([profiles::flatten_linux(at(properties, "/linuxProfile"))]));
    put("storage_profile", data_storage(at(properties, "/storageProfile")));
    let private = Some(access).filter(|access| access.is_object());
    let private = private.map(|access| json!(flag(access, "enablePrivateCluster")));
    put("private_cluster_enabled", private.unwrap_or(Json::Null));
    put("network_profile", data_network(at(properties, "/networkProfile")));
    let client = |profile: &Json| json!([{"client_id": text(profile, "clientId")}]);
    let principal = Some(at(properties, "/servicePrincipalProfile")).filter(|profile| profile.is_object());
    put("service_principal", principal.map_or_else(|| json!([]), client));
    let windows = Some(at(properties, "/windowsProfile")).filter(|profile| profile.is_object());
    let windows = windows.map(|profile| json!({"admin_username": text(profile, "adminUsername")}));
    put("windows_profile", json!(windows.into_iter().collect::<Vec<_>>()));
    read
}

/// What the service leaves out is on, but for blobs.
fn data_storage(profile: &Json) -> Json {
    if !profile.is_object() {
        return json!([]);
    }
    let on = |name: &str, default: bool| {
        profile.get(name).and_then(|driver| driver.get("enabled")).and_then(Json::as_bool).unwrap_or(default)
    };
    json!([{
        "blob_driver_enabled": on("blobCSIDriver", false),
        "disk_driver_enabled": on("diskCSIDriver", true),
        "file_driver_enabled": on("fileCSIDriver", true),
        "snapshot_controller_enabled": on("snapshotController", true),
    }])
}

fn data_network(profile: &Json) -> Json {
    json!([{
        "network_plugin": text(profile, "networkPlugin"),
        "network_policy": text(profile, "networkPolicy"),
        "service_cidr": text(profile, "serviceCidr"),
        "dns_service_ip": text(profile, "dnsServiceIP"),
        "pod_cidr": text(profile, "podCidr"),
        "load_balancer_sku": text(profile, "loadBalancerSku"),
    }])
}

fn flatten_pool(pool: &Json) -> Json {
    let upgrade = at(pool, "/upgradeSettings");
    let upgrade = Some(upgrade).filter(|settings| settings.is_object()).map(|upgrade| {
        json!({
            "max_surge": text(upgrade, "maxSurge"),
            "drain_timeout_in_minutes": at(upgrade, "/drainTimeoutInMinutes"),
            "node_soak_duration_in_minutes": at(upgrade, "/nodeSoakDurationInMinutes"),
        })
    });
    let value = |name: &str| pool.get(name).cloned().unwrap_or(Json::Null);
    let labels = pool.get("nodeLabels").and_then(Json::as_object).into_iter().flatten();
    let labels = labels.filter(|(_, label)| label.as_str() != Some(""));
    let labels: Map<String, Json> = labels.map(|(name, label)| (name.clone(), label.clone())).collect();
    json!({
        "auto_scaling_enabled": value("enableAutoScaling"),
        "count": value("count"),
        "max_count": value("maxCount"),
        "max_pods": value("maxPods"),
        "min_count": value("minCount"),
        "name": value("name"),
        "node_labels": labels,
        "node_public_ip_enabled": value("enableNodePublicIP"),
        "node_public_ip_prefix_id": value("nodePublicIPPrefixID"),
        "node_taints": value("nodeTaints"),
        "orchestrator_version": value("orchestratorVersion"),
        "os_disk_size_gb": value("osDiskSizeGB"),
        "os_type": value("osType"),
        "tags": value("tags"),
        "type": value("type"),
        "upgrade_settings": upgrade.into_iter().collect::<Vec<_>>(),
        "vm_size": value("vmSize"),
        "vnet_subnet_id": value("vnetSubnetID"),
        "zones": value("availabilityZones"),
    })
}
