//! What the service makes of a cluster's properties: defaults, read-only values, profiles it owns.

use super::facts::{DEFAULT_VERSION, SUBSCRIPTION, TENANT, full_version};
use crate::ids::{guid, short};
use crate::json::{self, text, truthy};
use serde_json::{Value, json};

/// The autoscaler's defaults.
pub(crate) fn autoscaler_defaults() -> Value {
    json!({"balance-similar-node-groups": "false", "daemonset-eviction-for-empty-nodes": false,
        "daemonset-eviction-for-occupied-nodes": true, "expander": "random", "ignore-daemonsets-utilization": false,
        "max-empty-bulk-delete": "10", "max-graceful-termination-sec": "600", "max-node-provision-time": "15m",
        "max-total-unready-percentage": "45", "new-pod-scale-up-delay": "0s", "ok-total-unready-count": "3",
        "scale-down-delay-after-add": "10m", "scale-down-delay-after-delete": "10s",
        "scale-down-delay-after-failure": "3m", "scale-down-unneeded-time": "10m", "scale-down-unready-time": "20m",
        "scale-down-utilization-threshold": "0.5", "scan-interval": "10s", "skip-nodes-with-local-storage": "false",
        "skip-nodes-with-system-pods": "true"})
}

/// Which cluster it is about.
pub(crate) struct Subject<'a> {
    pub id: &'a str,
    pub name: &'a str,
    pub group: &'a str,
    pub location: &'a str,
}

const SERVICE_SETS: &[&str] = &[
    "agentPoolProfiles",
    "fqdn",
    "privateFQDN",
    "azurePortalFQDN",
    "maxAgentPools",
    "powerState",
    "provisioningState",
    "currentKubernetesVersion",
    "resourceUID",
    "status",
];

const KEPT_WHEN_LEFT_OUT: &[&str] = &[
    "identityProfile",
    "networkProfile",
    "storageProfile",
    "bootstrapProfile",
    "linuxProfile",
    "windowsProfile",
    "autoScalerProfile",
    "servicePrincipalProfile",
    "nodeProvisioningProfile",
    "dnsPrefix",
    "supportPlan",
    "fqdnSubdomain",
    "enableRBAC",
    "oidcIssuerProfile",
    "aadProfile",
];

/// The properties that a PUT leads to.
pub(crate) fn properties(subject: &Subject<'_>, given: &Value, old: &Value) -> Value {
    let mut out = json::filtered(given, |k, _| !SERVICE_SETS.contains(&k));
    for (k, v) in json::pairs(old) {
        if out.get(k).is_none() && KEPT_WHEN_LEFT_OUT.contains(&k.as_str()) {
            json::set(&mut out, k, v.clone());
        }
    }
    names(subject, &mut out);
    let first = [&given["kubernetesVersion"], &old["kubernetesVersion"]].into_iter().find(|v| truthy(v));
    let version = first.and_then(Value::as_str).unwrap_or(DEFAULT_VERSION).to_string();
    json::set(&mut out, "currentKubernetesVersion", full_version(&version));
    json::set(&mut out, "kubernetesVersion", version);
    plain_defaults(subject, &mut out);
    network(subject, &mut out);
    identities(subject, &mut out);
    profiles(subject, &mut out);
    json::filtered(&out, |_, v| !v.is_null())
}

fn names(subject: &Subject<'_>, out: &mut Value) {
    let candidates = [text(out, "dnsPrefix"), text(out, "fqdnSubdomain"), "aks"];
    let prefix = candidates.into_iter().find(|p| !p.is_empty()).unwrap_or("aks").to_string();
    let (tail, location) = (short(&[subject.id], 8), subject.location);
    json::set(out, "azurePortalFQDN", format!("{prefix}-{tail}.portal.hcp.{location}.azmk8s.io"));
    let private = truthy(&out["apiServerAccessProfile"]["enablePrivateCluster"]);
    if private {
        let zone = guid(&[subject.id, "zone"]);
        json::set(out, "privateFQDN", format!("{prefix}-{tail}.{zone}.privatelink.{location}.azmk8s.io"));
        json::default(json::child(out, "apiServerAccessProfile"), "privateDNSZone", "system");
    }
    if !private || truthy(&out["apiServerAccessProfile"]["enablePrivateClusterPublicFQDN"]) {
        json::set(out, "fqdn", format!("{prefix}-{tail}.hcp.{location}.azmk8s.io"));
    }
}

fn plain_defaults(subject: &Subject<'_>, out: &mut Value) {
    json::set(out, "provisioningState", "Succeeded");
    json::set(out, "powerState", json!({"code": "Running"}));
    json::set(out, "maxAgentPools", 100);
    if !truthy(&out["nodeResourceGroup"]) {
        let name = format!("MC_{}_{}_{}", subject.group, subject.name, subject.location);
        json::set(out, "nodeResourceGroup", name);
    }
    json::set(out, "resourceUID", short(&[subject.id, "uid"], 24));
    json::default(out, "enableRBAC", true);
    json::default(out, "disableLocalAccounts", false);
    json::default(out, "supportPlan", "KubernetesOfficial");
    json::default(out, "nodeProvisioningProfile", json!({"mode": "Manual", "defaultNodePools": "Auto"}));
    json::default(out, "bootstrapProfile", json!({"artifactSource": "Direct"}));
    json::default(out, "workloadAutoScalerProfile", json!({}));
    let mut upgrade = json::filtered(&out["autoUpgradeProfile"], |_, v| truthy(v));
    json::default(&mut upgrade, "nodeOSUpgradeChannel", "NodeImage");
    json::set(out, "autoUpgradeProfile", upgrade);
    json::default(out, "metricsProfile", json!({"costAnalysis": {"enabled": false}}));
}

fn network(subject: &Subject<'_>, out: &mut Value) {
    let empty_list = |v: &Value| v.as_array().is_some_and(Vec::is_empty);
    let mut n = json::filtered(&out["networkProfile"], |_, v| !json::blank(v) && !empty_list(v));
    if !truthy(&n) {
        n = json!({"networkPlugin": "azure", "networkPluginMode": "overlay"});
    }
    json::default(&mut n, "networkPlugin", "azure");
    json::default(&mut n, "networkPolicy", "none");
    json::default(&mut n, "networkDataplane", "azure");
    let sku = n["loadBalancerSku"].as_str().filter(|s| !s.is_empty()).unwrap_or("standard").to_lowercase();
    json::set(&mut n, "loadBalancerSku", sku.as_str());
    json::default(&mut n, "outboundType", "loadBalancer");
    json::default(&mut n, "serviceCidr", "10.0.0.0/16");
    let services = json!([n["serviceCidr"]]);
    json::default(&mut n, "serviceCidrs", services);
    json::default(&mut n, "dnsServiceIP", "10.0.0.10");
    json::default(&mut n, "ipFamilies", json!(["IPv4"]));
    json::default(&mut n, "podLinkLocalAccess", "IMDS");
    if text(&n, "networkPlugin") == "kubenet" || text(&n, "networkPluginMode") == "overlay" {
        json::default(&mut n, "podCidr", "10.244.0.0/16");
        let pods = json!([n["podCidr"]]);
        json::default(&mut n, "podCidrs", pods);
    }
    let addresses = format!(
        "/subscriptions/{SUBSCRIPTION}/resourceGroups/{}/providers/Microsoft.Network/publicIPAddresses/",
        text(out, "nodeResourceGroup")
    );
    let made = |kind: &str, count: u64| -> Vec<Value> {
        (0..count)
            .map(|i| json!({"id": format!("{addresses}{}", guid(&[subject.id, kind, &i.to_string()]))}))
            .collect()
    };
    let outbound = text(&n, "outboundType").to_string();
    if sku == "standard" && outbound == "loadBalancer" {
        let balancer = load_balancer(&n["loadBalancerProfile"], &made);
        json::set(&mut n, "loadBalancerProfile", balancer);
    }
    if matches!(outbound.as_str(), "managedNATGateway" | "userAssignedNATGateway") {
        json::remove(&mut n, "loadBalancerProfile");
        let mut gateway = n["natGatewayProfile"].clone();
        if outbound == "managedNATGateway" {
            json::default(&mut gateway, "managedOutboundIPProfile", json!({"count": 1}));
            let count = gateway["managedOutboundIPProfile"]["count"].as_u64().unwrap_or(1);
            json::set(&mut gateway, "effectiveOutboundIPs", made("natip", count));
        }
        json::default(&mut gateway, "idleTimeoutInMinutes", 4);
        json::set(&mut n, "natGatewayProfile", gateway);
    }
    json::set(out, "networkProfile", n);
}

fn load_balancer(given: &Value, made: &dyn Fn(&str, u64) -> Vec<Value>) -> Value {
    let mut lb = json::filtered(given, |_, v| !v.is_null());
    if !["managedOutboundIPs", "outboundIPs", "outboundIPPrefixes"].iter().any(|k| truthy(&lb[*k])) {
        json::set(&mut lb, "managedOutboundIPs", json!({"count": 1}));
    }
    if truthy(&lb["managedOutboundIPs"]) {
        json::default(json::child(&mut lb, "managedOutboundIPs"), "count", 1);
        let count = lb["managedOutboundIPs"]["count"].as_u64().unwrap_or(1);
        json::set(&mut lb, "effectiveOutboundIPs", made("lbip", count));
    } else if truthy(&lb["outboundIPs"]) {
        let own = lb["outboundIPs"]["publicIPs"].clone();
        json::set(&mut lb, "effectiveOutboundIPs", own);
    }
    let kind = lb["backendPoolType"].as_str().filter(|s| !s.is_empty()).unwrap_or("NodeIPConfiguration");
    let mut letters = kind.chars();
    let lowered: String = letters.next().into_iter().flat_map(char::to_lowercase).chain(letters).collect();
    json::set(&mut lb, "backendPoolType", lowered);
    lb
}

fn identities(subject: &Subject<'_>, out: &mut Value) {
    let client = out["servicePrincipalProfile"]["clientId"].as_str().unwrap_or("msi").to_string();
    json::set(out, "servicePrincipalProfile", json!({"clientId": client}));
    if client != "msi" {
        json::remove(out, "identityProfile");
    } else if !truthy(&out["identityProfile"]["kubeletidentity"]) {
        let id = managed_identity(text(out, "nodeResourceGroup"), &format!("{}-agentpool", subject.name));
        let identity =
            json!({"resourceId": id, "clientId": guid(&[&id, "client"]), "objectId": guid(&[&id, "object"])});
        json::set(out, "identityProfile", json!({"kubeletidentity": identity}));
    }
}

fn managed_identity(group: &str, name: &str) -> String {
    format!(
        "/subscriptions/{SUBSCRIPTION}/resourcegroups/{group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{name}"
    )
}

fn profiles(subject: &Subject<'_>, out: &mut Value) {
    let storage = json::child(out, "storageProfile");
    for driver in ["diskCSIDriver", "fileCSIDriver", "snapshotController"] {
        json::default(storage, driver, json!({"enabled": true}));
    }
    if storage["blobCSIDriver"] == json!({"enabled": false}) {
        json::remove(storage, "blobCSIDriver");
    }
    if !truthy(&out["oidcIssuerProfile"]) {
        json::set(out, "oidcIssuerProfile", json!({"enabled": false}));
    }
    let issuer = json::child(out, "oidcIssuerProfile");
    json::remove(issuer, "issuerURL");
    if truthy(&issuer["enabled"]) {
        let (location, key) = (subject.location, guid(&[subject.id, "oidc"]));
        json::set(issuer, "issuerURL", format!("https://{location}.oic.prod-aks.azure.com/{TENANT}/{key}/"));
    }
    if out["aadProfile"].is_object() {
        let aad = json::child(out, "aadProfile");
        json::set(aad, "managed", true);
        if !truthy(&aad["tenantID"]) {
            json::set(aad, "tenantID", TENANT);
        }
        json::default(aad, "enableAzureRBAC", false);
        if aad["adminGroupObjectIDs"].is_null() {
            json::remove(aad, "adminGroupObjectIDs");
        }
    }
    let security = json::filtered(&out["securityProfile"], |_, v| !v.is_null());
    json::set(out, "securityProfile", security);
    addons(subject, out);
    if truthy(&out["windowsProfile"]) {
        let windows = json::child(out, "windowsProfile");
        json::remove(windows, "adminPassword");
        json::default(windows, "enableCSIProxy", true);
    }
    if !out["autoScalerProfile"].is_null() {
        let mut scaler = autoscaler_defaults();
        for (k, v) in json::pairs(&out["autoScalerProfile"]).filter(|(_, v)| !json::blank(v)) {
            json::set(&mut scaler, k, v.clone());
        }
        json::set(out, "autoScalerProfile", scaler);
    }
}

fn addons(subject: &Subject<'_>, out: &mut Value) {
    let group = text(out, "nodeResourceGroup").to_string();
    let Some(addons) = out.get_mut("addonProfiles").and_then(Value::as_object_mut) else { return };
    for (name, addon) in addons {
        if truthy(&addon["enabled"]) {
            let id = managed_identity(&group, &format!("{}-{}", name.to_lowercase(), subject.name));
            let identity = json!({"resourceId": id, "clientId": guid(&[&id, "client"]), "objectId": guid(&[&id, "object"])});
            json::set(addon, "identity", identity);
        }
    }
}
