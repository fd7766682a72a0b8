//! Agent pools: checks, defaults, changes. The cluster's body and the pool API share them.

use super::cloud::Cloud;
use super::cloud::matches;
use super::facts::{DEFAULT_VM, VERSIONS, VM_SIZES, full_version, version_key};
use super::failure::Failure;
use super::fields::check;
use crate::ids::guid;
use crate::json::{self, blank, text, truthy};
use serde_json::{Value, json};

/// Properties that only the service sets.
pub(crate) const READ_ONLY: &[&str] =
    &["provisioningState", "currentOrchestratorVersion", "nodeImageVersion", "eTag", "powerState", "status"];

/// Properties that a PUT of the cluster may change in a pool.
pub(crate) const MUTABLE_IN_CLUSTER: &[&str] = &[
    "count",
    "minCount",
    "maxCount",
    "enableAutoScaling",
    "orchestratorVersion",
    "nodeLabels",
    "nodeTaints",
    "tags",
    "upgradeSettings",
    "mode",
    "scaleDownMode",
    "osSKU",
    "networkProfile",
];

const IMMUTABLE: &[&str] = &[
    "vmSize",
    "osDiskSizeGB",
    "osDiskType",
    "maxPods",
    "osType",
    "vnetSubnetID",
    "podSubnetID",
    "availabilityZones",
    "kubeletDiskType",
    "enableFIPS",
    "enableNodePublicIP",
    "type",
    "enableEncryptionAtHost",
    "enableUltraSSD",
    "scaleSetPriority",
    "kubeletConfig",
    "linuxOSConfig",
];

/// Refuses a Kubernetes version that is not offered.
pub(crate) fn check_version(version: &Value) -> Result<(), Failure> {
    let v = version.as_str().unwrap_or_default();
    let prefix = format!("{v}.");
    if v.is_empty() || VERSIONS.iter().any(|x| *x == v || x.starts_with(&prefix)) {
        return Ok(());
    }
    let message = format!(
        "Managed cluster  is on version {v} which is not supported in this region. Please use [az aks get-versions] command to get the supported version list in this region. For more information, please check https://aka.ms/supported-version-list"
    );
    Err(Failure::service(400, "K8sVersionNotSupported", message))
}

/// Refuses values that the service refuses in a pool; `path` is the property path in messages.
pub(crate) fn check_pool(pool: &Value, name: &str, path: &str) -> Result<(), Failure> {
    let wrong = |field: &str, shown: &str, why: String| {
        let message = format!("The value of parameter {path}.{shown} is invalid. Error details: {why}");
        Err(Failure::parameter(&format!("{path}.{field}"), message))
    };
    if !matches("^[a-z][a-z0-9]{0,11}$", name) || name.to_lowercase() != name {
        let why = "Agent pool name must be lowercase alphanumeric, start with a letter and be at most 12 characters.";
        return wrong("name", "name", why.into());
    }
    let vm = text(pool, "vmSize");
    if !vm.is_empty() && !VM_SIZES.contains(&vm) {
        let mut sizes: Vec<String> = VM_SIZES.iter().map(|s| s.to_lowercase()).collect();
        sizes.sort();
        let message = format!(
            "The VM size of {vm} is not allowed in your subscription in location 'eastus'. The available VM sizes are '{}'.",
            sizes.join(",")
        );
        return Err(Failure::service(400, "BadRequest", message));
    }
    let Some(count) = pool["count"].as_i64() else {
        let message = format!("Required parameter {path}.count is missing (null).");
        return Err(Failure::parameter(&format!("{path}.count"), message));
    };
    let least = i64::from(text(pool, "mode") == "System");
    if !(least..=1000).contains(&count) {
        return wrong("count", "count", format!("must be in range [{least}, 1000]."));
    }
    let (min, max) = (pool["minCount"].as_i64(), pool["maxCount"].as_i64());
    if truthy(&pool["enableAutoScaling"]) {
        if min.is_none() || max.is_none() || min > max {
            let why =
                "minCount and maxCount must be set, with minCount <= maxCount, when autoscaling is enabled.";
            return wrong("minCount", "minCount/maxCount", why.into());
        }
    } else if min.is_some() || max.is_some() {
        let why = "minCount and maxCount must be null when autoscaling is disabled.";
        return wrong("minCount", "minCount/maxCount", why.into());
    }
    let disk = pool["osDiskSizeGB"].as_i64().unwrap_or(0);
    if disk != 0 && !(30..=2048).contains(&disk) {
        return wrong(
            "osDiskSizeGB",
            "osDiskSizeGB",
            "OS disk size must be 0 or in range [30, 2048].".into(),
        );
    }
    let pods = pool["maxPods"].as_i64().unwrap_or(0);
    if pods != 0 && !(10..=250).contains(&pods) {
        return wrong("maxPods", "maxPods", "must be in range [10, 250].".into());
    }
    Ok(())
}

/// Refuses changes of what a pool cannot change.
pub(crate) fn check_change(old: &Value, new: &Value) -> Result<(), Failure> {
    for key in IMMUTABLE {
        if let (Some(was), Some(is)) = (old.get(*key), new.get(*key))
            && !blank(is)
            && was != is
        {
            return Err(Failure::immutable(&format!("properties.{key}")));
        }
    }
    let version = text(new, "orchestratorVersion");
    let current = text(old, "currentOrchestratorVersion");
    if !version.is_empty() && version_key(&full_version(version)) < version_key(current) {
        let message = format!(
            "Node pool version {version} and control plane version are incompatible: downgrade is not supported."
        );
        return Err(Failure::service(400, "NodePoolMcVersionIncompatible", message));
    }
    Ok(())
}

fn max_pods(cluster: &Value) -> i64 {
    let net = &cluster["properties"]["networkProfile"];
    if text(net, "networkPlugin") == "kubenet" {
        110
    } else if text(net, "networkPluginMode") == "overlay" || text(net, "networkPlugin") == "none" {
        250
    } else {
        30
    }
}

/// A pool's properties with the service's defaults.
pub(crate) fn with_defaults(given: &Value, cluster: &Value, name: &str) -> Value {
    let mut out = json!({"count": 1, "vmSize": DEFAULT_VM, "osDiskSizeGB": 128, "osDiskType": "Managed",
        "kubeletDiskType": "OS", "type": "VirtualMachineScaleSets", "scaleDownMode": "Delete", "enableAutoScaling": false,
        "mode": "User", "osType": "Linux", "enableNodePublicIP": false, "enableEncryptionAtHost": false,
        "enableUltraSSD": false, "enableFIPS": false, "maxPods": max_pods(cluster)});
    for (k, v) in json::pairs(given) {
        let keeps_default = v.as_str() == Some("") && out.get(k).is_some();
        if !v.is_null() && !READ_ONLY.contains(&k.as_str()) && k != "name" && !keeps_default {
            json::set(&mut out, k, v.clone());
        }
    }
    if matches!(text(&out, "scaleSetPriority"), "Regular" | "") {
        json::remove(&mut out, "scaleSetPriority");
    }
    let windows = text(&out, "osType") == "Windows";
    json::default(&mut out, "osSKU", if windows { "Windows2022" } else { "Ubuntu" });
    let version = if truthy(&out["orchestratorVersion"]) {
        text(&out, "orchestratorVersion").to_string()
    } else {
        text(&cluster["properties"], "kubernetesVersion").to_string()
    };
    json::set(&mut out, "currentOrchestratorVersion", full_version(&version));
    json::set(&mut out, "orchestratorVersion", version);
    let mut upgrade = json::filtered(&out["upgradeSettings"], |_, v| !blank(v));
    if text(&out, "scaleSetPriority") == "Spot" {
        if !truthy(&upgrade) {
            upgrade = json!({"maxUnavailable": "0"});
        }
    } else {
        json::default(&mut upgrade, "maxSurge", "10%");
        json::default(&mut upgrade, "maxUnavailable", "0");
    }
    json::set(&mut out, "upgradeSettings", upgrade);
    finish_defaults(&mut out, windows);
    let shown = json::spaced(&json::filtered(given, |_, _| true));
    json::set(&mut out, "eTag", guid(&[text(cluster, "id"), name, &shown]));
    out
}

fn finish_defaults(out: &mut Value, windows: bool) {
    let image = if windows {
        "AKSWindows-2022-containerd-20348.4294.251014"
    } else if text(out, "osSKU").starts_with("AzureLinux") {
        "AKSAzureLinux-V3gen2-202510.19.0"
    } else {
        "AKSUbuntu-2204gen2containerd-202510.19.0"
    };
    json::set(out, "nodeImageVersion", image);
    json::set(out, "provisioningState", "Succeeded");
    json::set(out, "powerState", json!({"code": "Running"}));
    let security = json::child(out, "securityProfile");
    json::default(security, "sshAccess", "LocalUser");
    json::default(security, "enableVTPM", false);
    json::default(security, "enableSecureBoot", false);
    if !truthy(&out["enableAutoScaling"]) {
        json::remove(out, "minCount");
        json::remove(out, "maxCount");
    }
    for key in ["nodeLabels", "tags"] {
        if out.get(key).is_some_and(|v| v.as_object().is_some_and(|o| o.is_empty())) {
            json::remove(out, key);
        }
    }
}

impl Cloud {
    /// The pools of a cluster: those of its body first, in their order, then the others by name.
    pub fn pools(&self, cluster: &Value) -> Vec<&Value> {
        let prefix = format!("{}/agentpools/", text(cluster, "id").to_lowercase());
        let first: Vec<&str> = json::items(&cluster["_pools"]).iter().filter_map(Value::as_str).collect();
        let mut out: Vec<&Value> = first.iter().filter_map(|k| self.objects.get(*k)).collect();
        let others = self.objects.range(prefix.clone()..).take_while(|(k, _)| k.starts_with(&prefix));
        out.extend(others.filter(|(k, _)| !first.contains(&k.as_str())).map(|(_, o)| o));
        out
    }

    /// Is this the only pool with mode System?
    pub fn is_last_system_pool(&self, cluster: &Value, name: &str) -> bool {
        let pools = self.pools(cluster);
        let system = pools.iter().filter(|p| text(&p["properties"], "mode") == "System");
        system.map(|p| text(p, "name")).eq([name])
    }

    /// Gives a cluster with an autoscaled pool its autoscaler profile.
    pub fn ensure_autoscaler(&mut self, id: &str) {
        let Some(cluster) = self.get(id) else { return };
        let on = self.pools(cluster).iter().any(|p| truthy(&p["properties"]["enableAutoScaling"]));
        if !on || truthy(&cluster["properties"]["autoScalerProfile"]) {
            return;
        }
        if let Some(cluster) = self.objects.get_mut(&id.to_lowercase()) {
            let profile = super::profile::autoscaler_defaults();
            json::set(json::child(cluster, "properties"), "autoScalerProfile", profile);
        }
    }

    /// PUT of one pool; true when it is new.
    pub fn put_pool(&mut self, cluster_id: &str, name: &str, body: &Value) -> Result<bool, Failure> {
        let Some(cluster) = self.get(cluster_id).cloned() else {
            return Err(self.cluster_missing(cluster_id));
        };
        check("agentpools", "AgentPool", body, "")?;
        if truthy(&body["name"]) && text(body, "name") != name {
            let message = format!(
                "The resource name '{}' in the body does not match the name '{name}' in the URL.",
                text(body, "name")
            );
            return Err(Failure::arm(400, "InvalidRequestContent", message));
        }
        if !matches!(text(&cluster["properties"], "provisioningState"), "Succeeded" | "Failed" | "Canceled") {
            let message =
                "Operation is not allowed: Another operation is in progress, please wait for it to finish.";
            return Err(Failure::service(409, "OperationNotAllowed", message));
        }
        let given = &body["properties"];
        let id = format!("{}/agentPools/{name}", text(&cluster, "id"));
        let old = self.get(&id).cloned();
        check_version(&given["orchestratorVersion"])?;
        check_pool_version(given, old.as_ref(), &cluster)?;
        let properties = match &old {
            None => {
                check_pool(given, name, "agentPoolProfile")?;
                with_defaults(given, &cluster, name)
            }
            Some(old) => self.changed_pool(old, given, &cluster, name)?,
        };
        self.put(
            json!({"id": id, "name": name, "type": "Microsoft.ContainerService/managedClusters/agentPools",
            "properties": properties, "_parent": cluster["id"]}),
        );
        self.ensure_autoscaler(cluster_id);
        Ok(old.is_none())
    }

    fn changed_pool(
        &self,
        old: &Value,
        given: &Value,
        cluster: &Value,
        name: &str,
    ) -> Result<Value, Failure> {
        let was = &old["properties"];
        let mut merged = json::filtered(was, |k, _| !READ_ONLY.contains(&k));
        let scaled = given.get("enableAutoScaling").unwrap_or(&merged["enableAutoScaling"]);
        if !truthy(scaled) {
            json::remove(&mut merged, "minCount");
            json::remove(&mut merged, "maxCount");
        }
        let set = json::filtered(given, |_, v| !blank(v));
        check_change(was, &set)?;
        for (k, v) in json::pairs(&set).filter(|(k, _)| !READ_ONLY.contains(&k.as_str())) {
            json::set(&mut merged, k, v.clone());
        }
        // A full PUT: these go back to nothing when they are left out.
        for key in ["nodeTaints", "nodeLabels", "tags"] {
            if given.get(key).is_none() {
                json::remove(&mut merged, key);
            }
        }
        if text(&merged, "mode") == "User"
            && text(was, "mode") == "System"
            && self.is_last_system_pool(cluster, name)
        {
            let message = "There has to be at least one system agent pool.";
            return Err(Failure::service(400, "OperationNotAllowed", message));
        }
        check_pool(&merged, name, "agentPoolProfile")?;
        let mut properties = with_defaults(&merged, cluster, name);
        if truthy(&was["nodeImageVersion"]) && merged.get("osSKU") == was.get("osSKU") {
            json::set(&mut properties, "nodeImageVersion", was["nodeImageVersion"].clone());
        }
        Ok(properties)
    }
}

fn check_pool_version(given: &Value, old: Option<&Value>, cluster: &Value) -> Result<(), Failure> {
    let version = text(given, "orchestratorVersion");
    let unchanged = old.is_some_and(|o| text(&o["properties"], "orchestratorVersion") == version);
    let control = &cluster["properties"];
    if version.is_empty()
        || unchanged
        || version_key(&full_version(version)) <= version_key(text(control, "currentKubernetesVersion"))
    {
        return Ok(());
    }
    let message = format!(
        "Node pool version {version} and control plane version {} are incompatible. Node pool version cannot be greater than the control plane version.",
        text(control, "kubernetesVersion")
    );
    Err(Failure::service(400, "NodePoolMcVersionIncompatible", message))
}
