//! The smaller profiles of a cluster, sent and read.

use serde_json::{Map, Value as Json, json};

use crate::resources::fields::{Field, How, at, expand, flatten_block, set_of};
use crate::resources::pool::filled;
use ordain_sdk::{View, first, flag, integer, items, strings, text};

/// `autoScalerProfile`.
const AUTO_SCALER: &[Field] = &[
    ("balance_similar_node_groups", "balance-similar-node-groups", How::FlagText),
    ("daemonset_eviction_for_empty_nodes_enabled", "daemonset-eviction-for-empty-nodes", How::Flag),
    ("daemonset_eviction_for_occupied_nodes_enabled", "daemonset-eviction-for-occupied-nodes", How::Flag),
    ("expander", "expander", How::AlwaysText),
    ("ignore_daemonsets_utilization_enabled", "ignore-daemonsets-utilization", How::Flag),
    ("empty_bulk_delete_max", "max-empty-bulk-delete", How::AlwaysText),
    ("max_graceful_termination_sec", "max-graceful-termination-sec", How::AlwaysText),
    ("max_node_provisioning_time", "max-node-provision-time", How::AlwaysText),
    ("max_unready_percentage", "max-total-unready-percentage", How::FractionText),
    ("new_pod_scale_up_delay", "new-pod-scale-up-delay", How::AlwaysText),
    ("max_unready_nodes", "ok-total-unready-count", How::NumberText),
    ("scale_down_delay_after_add", "scale-down-delay-after-add", How::AlwaysText),
    ("scale_down_delay_after_delete", "scale-down-delay-after-delete", How::AlwaysText),
    ("scale_down_delay_after_failure", "scale-down-delay-after-failure", How::AlwaysText),
    ("scale_down_unneeded", "scale-down-unneeded-time", How::AlwaysText),
    ("scale_down_unready", "scale-down-unready-time", How::AlwaysText),
    ("scale_down_utilization_threshold", "scale-down-utilization-threshold", How::AlwaysText),
    ("scan_interval", "scan-interval", How::AlwaysText),
    ("skip_nodes_with_local_storage", "skip-nodes-with-local-storage", How::FlagText),
    ("skip_nodes_with_system_pods", "skip-nodes-with-system-pods", How::FlagText),
];

const HTTP_PROXY: &[Field] = &[
    ("http_proxy", "httpProxy", How::AlwaysText),
    ("https_proxy", "httpsProxy", How::AlwaysText),
    ("trusted_ca", "trustedCa", How::Text),
    ("no_proxy", "noProxy", How::AlwaysSet),
];

const CERTIFICATES: &[Field] = &[
    ("key_vault_id", "keyVaultId", How::AlwaysText),
    ("root_cert_object_name", "rootCertObjectName", How::AlwaysText),
    ("cert_chain_object_name", "certChainObjectName", How::AlwaysText),
    ("cert_object_name", "certObjectName", How::AlwaysText),
    ("key_object_name", "keyObjectName", How::AlwaysText),
];

/// Blocks as a list of one.
fn one(block: Map<String, Json>) -> Json {
    json!([block])
}

/// `autoScalerProfile`.
pub(crate) fn auto_scaler(block: &Json) -> Option<Json> {
    Some(Json::Object(expand(AUTO_SCALER, first(block, "auto_scaler_profile")?)))
}

/// `aadProfile`.
pub(crate) fn aad(block: &Json) -> Option<Json> {
    let aad = first(block, "azure_active_directory_role_based_access_control")?;
    let mut out = Map::new();
    out.insert("managed".to_owned(), json!(true));
    out.insert("adminGroupObjectIDs".to_owned(), json!(strings(aad, "admin_group_object_ids")));
    out.insert("enableAzureRBAC".to_owned(), json!(flag(aad, "azure_rbac_enabled")));
    out.insert("tenantID".to_owned(), json!(text(aad, "tenant_id")));
    Some(Json::Object(out))
}

/// `apiServerAccessProfile` of a new cluster; its DNS zone is sent only then.
pub(crate) fn new_api_server(block: &Json) -> Json {
    let mut out = api_server(block);
    let zone = text(block, "private_dns_zone_id");
    if !zone.is_empty() {
        crate::resources::fields::set(&mut out, "privateDNSZone", json!(zone));
    }
    out
}

/// `apiServerAccessProfile`.
pub(crate) fn api_server(block: &Json) -> Json {
    let private = flag(block, "private_cluster_enabled");
    let mut out = Map::new();
    out.insert("enablePrivateCluster".to_owned(), json!(private));
    out.insert(
        "enablePrivateClusterPublicFQDN".to_owned(),
        json!(flag(block, "private_cluster_public_fqdn_enabled")),
    );
    out.insert("disableRunCommand".to_owned(), json!(!flag(block, "run_command_enabled")));
    if let Some(access) = first(block, "api_server_access_profile") {
        if !items(access, "authorized_ip_ranges").is_empty() {
            out.insert("authorizedIPRanges".to_owned(), set_of(items(access, "authorized_ip_ranges")));
        }
        let integrated = flag(access, "virtual_network_integration_enabled");
        out.insert("enableVnetIntegration".to_owned(), json!(integrated));
        if !text(access, "subnet_id").is_empty() {
            out.insert("subnetId".to_owned(), json!(text(access, "subnet_id")));
        }
    }
    Json::Object(out)
}

/// `autoUpgradeProfile`.
pub(crate) fn auto_upgrade(block: &Json) -> Json {
    json!({
        "upgradeChannel": upgrade_channel(block),
        "nodeOSUpgradeChannel": text(block, "node_os_upgrade_channel"),
    })
}

/// `autoUpgradeProfile.upgradeChannel`.
pub(crate) fn upgrade_channel(block: &Json) -> &str {
    Some(text(block, "automatic_upgrade_channel")).filter(|channel| !channel.is_empty()).unwrap_or("none")
}

/// `azureMonitorProfile`.
pub(crate) fn monitor(block: &Json) -> Json {
    if first(block, "monitor_metrics").is_none() {
        return json!({"metrics": {"enabled": false}});
    }
    let Some(metrics) = filled(block, "monitor_metrics") else {
        return json!({"metrics": {"enabled": true}});
    };
    let (annotations, labels) = (text(metrics, "annotations_allowed"), text(metrics, "labels_allowed"));
    json!({"metrics": {
        "enabled": true,
        "kubeStateMetrics": {"metricAnnotationsAllowList": annotations, "metricLabelsAllowlist": labels},
    }})
}

/// `linuxProfile`.
pub(crate) fn linux(block: &Json) -> Option<Json> {
    let linux = first(block, "linux_profile")?;
    let keys: Vec<Json> =
        items(linux, "ssh_key").iter().map(|key| json!({"keyData": text(key, "key_data")})).collect();
    Some(json!({"adminUsername": text(linux, "admin_username"), "ssh": {"publicKeys": keys}}))
}

/// `windowsProfile`.
pub(crate) fn windows(block: &Json) -> Option<Json> {
    let windows = first(block, "windows_profile")?;
    let license = Some(text(windows, "license")).filter(|license| !license.is_empty());
    let mut out = json!({
        "adminUsername": text(windows, "admin_username"),
        "adminPassword": text(windows, "admin_password"),
        "licenseType": license.unwrap_or("None"),
    });
    if let Some(gmsa) = first(windows, "gmsa") {
        let gmsa = json!({
            "enabled": true,
            "dnsServer": text(gmsa, "dns_server"),
            "rootDomainName": text(gmsa, "root_domain"),
        });
        crate::resources::fields::set(&mut out, "gmsaProfile", gmsa);
    }
    Some(out)
}

/// `httpProxyConfig`.
pub(crate) fn http_proxy(block: &Json) -> Option<Json> {
    Some(Json::Object(expand(HTTP_PROXY, filled(block, "http_proxy_config")?)))
}

/// `storageProfile`.
pub(crate) fn storage(block: &Json) -> Option<Json> {
    let storage = first(block, "storage_profile")?;
    let on = |name: &str| json!({"enabled": flag(storage, name)});
    Some(json!({
        "blobCSIDriver": on("blob_driver_enabled"),
        "diskCSIDriver": on("disk_driver_enabled"),
        "fileCSIDriver": on("file_driver_enabled"),
        "snapshotController": on("snapshot_controller_enabled"),
    }))
}

/// `workloadAutoScalerProfile`. What is off is sent only where it was on: the service keeps what is left out.
pub(crate) fn workload_scaler(view: &View) -> Option<Json> {
    let scaler = view.block("workload_autoscaler_profile")?;
    let mut out = Map::new();
    for (argument, property) in
        [("keda_enabled", "keda"), ("vertical_pod_autoscaler_enabled", "verticalPodAutoscaler")]
    {
        let on = flag(scaler, argument);
        if on || view.changed(&format!("workload_autoscaler_profile.0.{argument}")) {
            out.insert(property.to_owned(), json!({"enabled": on}));
        }
    }
    Some(Json::Object(out))
}

/// `bootstrapProfile`.
pub(crate) fn bootstrap(block: &Json) -> Option<Json> {
    let bootstrap = first(block, "bootstrap_profile")?;
    let fields = &[
        ("artifact_source", "artifactSource", How::AlwaysText),
        ("container_registry_id", "containerRegistryId", How::Text),
    ];
    Some(Json::Object(expand(fields, bootstrap)))
}

/// `upgradeSettings`.
pub(crate) fn upgrade_override(block: &Json) -> Option<Json> {
    let settings = first(block, "upgrade_override")?;
    let fields = &[
        ("force_upgrade_enabled", "forceUpgrade", How::Flag),
        ("effective_until", "until", How::AlwaysText),
    ];
    Some(json!({"overrideSettings": expand(fields, settings)}))
}

/// `ingressProfile`.
pub(crate) fn ingress(block: &Json) -> Json {
    let Some(routing) = first(block, "web_app_routing") else {
        return json!({"webAppRouting": {"enabled": false}});
    };
    let mut out = json!({
        "enabled": true,
        "nginx": {"defaultIngressControllerType": text(routing, "default_nginx_controller")},
    });
    let zones = strings(routing, "dns_zone_ids");
    if !zones.is_empty() {
        crate::resources::fields::set(&mut out, "dnsZoneResourceIds", json!(zones));
    }
    json!({"webAppRouting": out})
}

/// `serviceMeshProfile`.
pub(crate) fn service_mesh(block: &Json) -> Option<Json> {
    let mesh = first(block, "service_mesh_profile")?;
    let gateway = |name: &str, mode: &str| json!({"enabled": flag(mesh, name), "mode": mode});
    let mut istio = json!({
        "components": {"ingressGateways": [
            gateway("internal_ingress_gateway_enabled", "Internal"),
            gateway("external_ingress_gateway_enabled", "External"),
        ]},
        "revisions": strings(mesh, "revisions"),
    });
    if let Some(authority) = first(mesh, "certificate_authority") {
        let plugin = json!({"plugin": expand(CERTIFICATES, authority)});
        crate::resources::fields::set(&mut istio, "certificateAuthority", plugin);
    }
    Some(json!({"mode": text(mesh, "mode"), "istio": istio}))
}

/// `securityProfile.defender`.
pub(crate) fn defender(block: &Json) -> Json {
    match first(block, "microsoft_defender") {
        Some(defender) => json!({
            "logAnalyticsWorkspaceResourceId": text(defender, "log_analytics_workspace_id"),
            "securityMonitoring": {"enabled": true},
        }),
        None => json!({"securityMonitoring": {"enabled": false}}),
    }
}

/// `securityProfile.azureKeyVaultKms`, without the vault's own id, which is looked up for private vaults.
pub(crate) fn key_service(block: &Json) -> Json {
    match first(block, "key_management_service") {
        Some(kms) => json!({
            "enabled": true,
            "keyId": text(kms, "key_vault_key_id"),
            "keyVaultNetworkAccess": text(kms, "key_vault_network_access"),
        }),
        None => json!({"enabled": false}),
    }
}

/// `securityProfile.imageCleaner`.
pub(crate) fn image_cleaner(block: &Json) -> Json {
    json!({
        "enabled": flag(block, "image_cleaner_enabled"),
        "intervalHours": integer(block, "image_cleaner_interval_hours"),
    })
}

/// A block per profile that is there.
fn when(profile: &Json, block: impl Fn(&Json) -> Json) -> Json {
    if profile.is_object() { json!([block(profile)]) } else { json!([]) }
}

/// The smaller profiles, as blocks. `known` is the stored object.
pub(crate) fn flatten_all(cluster: &Json, known: &Json) -> Map<String, Json> {
    let properties = at(cluster, "/properties");
    let part = |name: &str| at(properties, name);
    let scaler = match part("/autoScalerProfile") {
        profile if profile.is_object() => one(flatten_scaler(profile)),
        _ => json!([]),
    };
    let blocks = [
        ("auto_scaler_profile", scaler),
        ("azure_active_directory_role_based_access_control", when(part("/aadProfile"), flatten_aad)),
        ("api_server_access_profile", flatten_api_server(part("/apiServerAccessProfile"))),
        ("bootstrap_profile", flatten_bootstrap(part("/bootstrapProfile"))),
        (
            "http_proxy_config",
            when(part("/httpProxyConfig"), |proxy| Json::Object(flatten_block(HTTP_PROXY, proxy))),
        ),
        ("linux_profile", when(part("/linuxProfile"), flatten_linux)),
        ("windows_profile", flatten_windows(part("/windowsProfile"), known)),
        ("monitor_metrics", flatten_monitor(part("/azureMonitorProfile/metrics"))),
        // As with the original, it is never read back: it stays as stored.
        ("storage_profile", known.get("storage_profile").cloned().unwrap_or_else(|| json!([]))),
        ("workload_autoscaler_profile", flatten_workload_scaler(part("/workloadAutoScalerProfile"))),
        ("upgrade_override", when(part("/upgradeSettings/overrideSettings"), flatten_override)),
    ];
    let mut out: Map<String, Json> =
        blocks.map(|(name, block)| (name.to_owned(), block)).into_iter().collect();
    out.extend(flatten_security(part("/securityProfile")));
    out.extend(flatten_ingress(properties));
    out
}

fn flatten_scaler(profile: &Json) -> Map<String, Json> {
    let mut block = flatten_block(AUTO_SCALER, profile);
    // What the service leaves out of these is on.
    for name in [
        "daemonset_eviction_for_occupied_nodes_enabled",
        "skip_nodes_with_local_storage",
        "skip_nodes_with_system_pods",
    ] {
        if let Some(value) = block.get_mut(name).filter(|value| value.is_null()) {
            *value = json!(true);
        }
    }
    block
}

fn flatten_aad(aad: &Json) -> Json {
    json!({
        "admin_group_object_ids": items(aad, "adminGroupObjectIDs"),
        "azure_rbac_enabled": flag(aad, "enableAzureRBAC"),
        "tenant_id": text(aad, "tenantID"),
    })
}

fn flatten_bootstrap(profile: &Json) -> Json {
    if at(profile, "/artifactSource").is_null() {
        return json!([]);
    }
    json!([{
        "artifact_source": text(profile, "artifactSource"),
        "container_registry_id": text(profile, "containerRegistryId"),
    }])
}

/// The content of `linux_profile`.
pub(crate) fn flatten_linux(linux: &Json) -> Json {
    let keys = items(at(linux, "/ssh"), "publicKeys").iter();
    let keys: Vec<Json> = keys.map(|key| json!({"key_data": text(key, "keyData")})).collect();
    json!({"admin_username": text(linux, "adminUsername"), "ssh_key": keys})
}

fn flatten_monitor(metrics: &Json) -> Json {
    if !flag(metrics, "enabled") {
        return json!([]);
    }
    let state = at(metrics, "/kubeStateMetrics");
    if !state.is_object() {
        return json!([{}]);
    }
    json!([{
        "annotations_allowed": text(state, "metricAnnotationsAllowList"),
        "labels_allowed": text(state, "metricLabelsAllowlist"),
    }])
}

fn flatten_workload_scaler(scaler: &Json) -> Json {
    let [keda, vertical] = ["/keda", "/verticalPodAutoscaler"].map(|name| at(scaler, name));
    if !keda.is_object() && !vertical.is_object() {
        return json!([]);
    }
    json!([{
        "keda_enabled": flag(keda, "enabled"),
        "vertical_pod_autoscaler_enabled": flag(vertical, "enabled"),
    }])
}

fn flatten_override(settings: &Json) -> Json {
    json!({
        "force_upgrade_enabled": flag(settings, "forceUpgrade"),
        "effective_until": text(settings, "until"),
    })
}

fn flatten_api_server(profile: &Json) -> Json {
    let ranges = items(profile, "authorizedIPRanges");
    let (subnet, integrated) = (at(profile, "/subnetId"), at(profile, "/enableVnetIntegration"));
    if ranges.is_empty() && subnet.is_null() && integrated.is_null() {
        return json!([]);
    }
    json!([{
        "authorized_ip_ranges": ranges,
        "subnet_id": text(profile, "subnetId"),
        "virtual_network_integration_enabled": flag(profile, "enableVnetIntegration"),
    }])
}

/// The password is never read back: it stays as stored.
fn flatten_windows(profile: &Json, known: &Json) -> Json {
    if !profile.is_object() {
        return json!([]);
    }
    let password =
        first(known, "windows_profile").map(|block| text(block, "admin_password")).unwrap_or_default();
    let license = Some(text(profile, "licenseType")).filter(|license| *license != "None").unwrap_or_default();
    let gmsa = profile.get("gmsaProfile").filter(|gmsa| gmsa.is_object());
    let gmsa = gmsa.map(
        |gmsa| json!({"dns_server": text(gmsa, "dnsServer"), "root_domain": text(gmsa, "rootDomainName")}),
    );
    json!([{
        "admin_username": text(profile, "adminUsername"),
        "admin_password": password,
        "license": license,
        "gmsa": gmsa.into_iter().collect::<Vec<_>>(),
    }])
}

fn flatten_security(profile: &Json) -> Map<String, Json> {
    let mut out = Map::new();
    let mut put = |name: &str, value: Json| out.insert(name.to_owned(), value);
    put("workload_identity_enabled", json!(flag(at(profile, "/workloadIdentity"), "enabled")));
    let defender = at(profile, "/defender");
    put(
        "microsoft_defender",
        if flag(at(defender, "/securityMonitoring"), "enabled") {
            json!([{"log_analytics_workspace_id": text(defender, "logAnalyticsWorkspaceResourceId")}])
        } else {
            json!([])
        },
    );
    let kms = at(profile, "/azureKeyVaultKms");
    put(
        "key_management_service",
        if flag(kms, "enabled") {
            json!([{
                "key_vault_key_id": text(kms, "keyId"),
                "key_vault_network_access": text(kms, "keyVaultNetworkAccess"),
            }])
        } else {
            json!([])
        },
    );
    let cleaner = at(profile, "/imageCleaner");
    put("image_cleaner_enabled", at(cleaner, "/enabled").clone());
    put("image_cleaner_interval_hours", at(cleaner, "/intervalHours").clone());
    put("custom_ca_trust_certificates_base64", json!(items(profile, "customCATrustCertificates")));
    out
}

fn flatten_ingress(properties: &Json) -> Map<String, Json> {
    let mut out = Map::new();
    let routing = at(properties, "/ingressProfile/webAppRouting");
    let shown = routing.is_object() && at(routing, "/enabled") != &json!(false);
    let block = shown.then(|| {
        json!({
            "dns_zone_ids": items(routing, "dnsZoneResourceIds"),
            "default_nginx_controller": text(at(routing, "/nginx"), "defaultIngressControllerType"),
            "web_app_routing_identity": super::identity::flatten_assigned(at(routing, "/identity")),
        })
    });
    out.insert("web_app_routing".to_owned(), json!(block.into_iter().collect::<Vec<_>>()));
    let mesh = at(properties, "/serviceMeshProfile");
    let istio = at(mesh, "/istio");
    let block = (text(mesh, "mode") == "Istio").then(|| {
        let gateways = items(at(istio, "/components"), "ingressGateways");
        let on = |mode: &str| {
            gateways.iter().any(|gateway| text(gateway, "mode") == mode && flag(gateway, "enabled"))
        };
        let plugin = at(istio, "/certificateAuthority/plugin");
        json!({
            "mode": "Istio",
            "internal_ingress_gateway_enabled": on("Internal"),
            "external_ingress_gateway_enabled": on("External"),
            "revisions": items(istio, "revisions"),
            "certificate_authority": when(plugin, |plugin| Json::Object(flatten_block(CERTIFICATES, plugin))),
        })
    });
    out.insert("service_mesh_profile".to_owned(), json!(block.into_iter().collect::<Vec<_>>()));
    out
}
