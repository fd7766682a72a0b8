//! Managed clusters: PUT with its checks, and what may not change.

use super::cloud::{Cloud, matches};
use super::facts::{SUBSCRIPTION, TENANT, full_version, is_location, location, location_names, version_key};
use super::failure::Failure;
use super::fields::{check, check_tags};
use super::pools::{self, READ_ONLY, check_change, check_pool, check_version};
use super::profile::{self, Subject};
use crate::ids::guid;
use crate::json::{self, blank, text, truthy};
use serde_json::{Value, json};

/// The identifier of a cluster.
pub(crate) fn cluster_id(group: &str, name: &str) -> String {
    format!(
        "/subscriptions/{SUBSCRIPTION}/resourceGroups/{group}/providers/Microsoft.ContainerService/managedClusters/{name}"
    )
}

impl Cloud {
    /// The error for a cluster that is missing: its group's, if that is missing too.
    pub fn cluster_missing(&self, id: &str) -> Failure {
        let parts: Vec<&str> = id.split('/').collect();
        let (group, name) =
            (parts.get(4).copied().unwrap_or_default(), parts.get(8).copied().unwrap_or_default());
        if let Err(failure) = self.need_group(group) {
            return failure;
        }
        let message = format!(
            "The Resource 'Microsoft.ContainerService/managedClusters/{name}' under resource group '{group}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix"
        );
        Failure::arm(404, "ResourceNotFound", message)
    }

    /// PUT of a cluster; true when it is new.
    pub fn put_cluster(&mut self, group: &str, name: &str, body: &Value) -> Result<bool, Failure> {
        let group_name = text(self.need_group(group)?, "name").to_string();
        self.check_registered()?;
        check("managedclusters", "ManagedCluster", body, "")?;
        check_tags(&body["tags"])?;
        check_name_and_place(name, text(body, "location"))?;
        let place = location(text(body, "location"));
        let id = cluster_id(&group_name, name);
        let old = self.get(&id).cloned();
        let mut given = json::filtered(&body["properties"], |_, v| !v.is_null());
        if let Some(old) = &old {
            check_idle(old)?;
            check_cluster_change(old, &place, &given)?;
        }
        check_version(&given["kubernetesVersion"])?;
        let identity = &body["identity"];
        let identified = !identity.is_null() && text(identity, "type") != "None";
        if identified {
            json::set(&mut given, "servicePrincipalProfile", json!({"clientId": "msi"}));
        } else {
            check_principal(&given["servicePrincipalProfile"], old.is_none())?;
        }
        let profiles = given["agentPoolProfiles"].clone();
        if old.is_none() && !truthy(&profiles) {
            let message = "Required parameter agentPoolProfiles is missing (null).";
            return Err(Failure::parameter("agentPoolProfiles", message));
        }
        let subject = Subject { id: &id, name, group: &group_name, location: &place };
        let was = old.as_ref().map_or(Value::Null, |o| o["properties"].clone());
        let mut object = json!({"id": id, "name": name, "type": "Microsoft.ContainerService/ManagedClusters",
            "location": place, "kind": "Base", "sku": {"name": "Base", "tier": "Free"},
            "properties": profile::properties(&subject, &given, &was), "_pools": [], "_gen": 1});
        dress(&mut object, body, old.as_ref(), identified, &id)?;
        let pools = self.pools_of_body(&mut object, &profiles, old.as_ref())?;
        for pool in pools {
            self.put(pool);
        }
        self.put(object);
        self.ensure_autoscaler(&id);
        Ok(old.is_none())
    }

    fn check_registered(&self) -> Result<(), Failure> {
        if self.registered.get("containerservice").is_none_or(|s| s == "Registered") {
            return Ok(());
        }
        let message = "The subscription is not registered to use namespace 'Microsoft.ContainerService'. See https://aka.ms/rps-not-found for how to register subscriptions.";
        let mut failure = Failure::arm(409, "MissingSubscriptionRegistration", message);
        let detail = json!([{"code": "MissingSubscriptionRegistration", "target": "Microsoft.ContainerService", "message": message}]);
        json::set(json::child(&mut failure.body, "error"), "details", detail);
        Err(failure)
    }

    /// The pools that a cluster's body makes or changes.
    fn pools_of_body(
        &self,
        object: &mut Value,
        given: &Value,
        old: Option<&Value>,
    ) -> Result<Vec<Value>, Failure> {
        let given = json::items(given);
        if old.is_none() && !given.iter().any(|p| text(p, "mode") == "System") {
            let message = "Must define at least one system pool.";
            return Err(Failure::service(400, "MustDefineAtLeastOneSystemPool", message));
        }
        let mut made = Vec::new();
        let mut order: Vec<Value> = json::items(&object["_pools"]).to_vec();
        for (i, pool) in given.iter().enumerate() {
            let name = text(pool, "name");
            let id = format!("{}/agentPools/{name}", text(object, "id"));
            check_version(&pool["orchestratorVersion"])?;
            let path = format!("agentPoolProfiles[{i}]");
            let properties = match self.get(&id) {
                None => {
                    if old.is_some_and(|o| truthy(&o["_pools"])) {
                        let message = format!(
                            "Agent pool '{name}' in the request body does not exist; add it with the agent pool API."
                        );
                        return Err(Failure::service(400, "AgentPoolNotFound", message));
                    }
                    check_pool(pool, name, &path)?;
                    pools::with_defaults(pool, object, name)
                }
                Some(was) => changed_by_cluster(&was["properties"], pool, object, name, &path)?,
            };
            made.push(json!({"id": id, "name": name, "type": "Microsoft.ContainerService/managedClusters/agentPools",
                "properties": properties, "_parent": object["id"]}));
            let key = Value::from(id.to_lowercase());
            if !order.contains(&key) {
                order.push(key);
            }
        }
        json::set(object, "_pools", order);
        Ok(made)
    }
}

fn changed_by_cluster(
    was: &Value,
    pool: &Value,
    cluster: &Value,
    name: &str,
    path: &str,
) -> Result<Value, Failure> {
    let set = json::filtered(pool, |k, v| !blank(v) && k != "name" && !READ_ONLY.contains(&k));
    check_change(was, &set)?;
    let mut merged = json::filtered(was, |k, _| !READ_ONLY.contains(&k));
    if !truthy(set.get("enableAutoScaling").unwrap_or(&merged["enableAutoScaling"])) {
        json::remove(&mut merged, "minCount");
        json::remove(&mut merged, "maxCount");
    }
    for (k, v) in json::pairs(&set).filter(|(k, _)| pools::MUTABLE_IN_CLUSTER.contains(&k.as_str())) {
        json::set(&mut merged, k, v.clone());
    }
    check_pool(&merged, name, path)?;
    Ok(pools::with_defaults(&merged, cluster, name))
}

fn check_name_and_place(name: &str, wanted: &str) -> Result<(), Failure> {
    if !matches("^[a-z0-9]([-_a-z0-9]{0,61}[a-z0-9])?$", name) {
        let message = "The value of parameter name is invalid. Error details: ManagedCluster name must be 1-63 characters, alphanumeric, hyphen and underscore, start and end with an alphanumeric.";
        return Err(Failure::parameter("name", message));
    }
    if is_location(wanted) {
        return Ok(());
    }
    let message = format!(
        "The provided location '{wanted}' is not available for resource type 'Microsoft.ContainerService/managedClusters'. List of available regions for the resource type is '{}'.",
        location_names()
    );
    Err(Failure::arm(400, "LocationNotAvailableForResourceType", message))
}

fn check_idle(old: &Value) -> Result<(), Failure> {
    let state = text(&old["properties"], "provisioningState");
    if matches!(state, "Succeeded" | "Failed" | "Canceled") {
        return Ok(());
    }
    let message = format!(
        "Operation is not allowed: Another operation ({state}) is in progress, please wait for it to finish."
    );
    Err(Failure::service(409, "OperationNotAllowed", message))
}

fn check_principal(principal: &Value, new: bool) -> Result<(), Failure> {
    let client = text(principal, "clientId");
    if client.is_empty() {
        let message = "Required parameter servicePrincipalProfile is missing (null).";
        return Err(Failure::parameter("servicePrincipalProfile", message));
    }
    if new && client == "msi" {
        let message = "servicePrincipalProfile.clientId 'msi' requires an identity.";
        return Err(Failure::parameter("servicePrincipalProfile", message));
    }
    if new && text(principal, "secret").is_empty() {
        let message = "Required parameter servicePrincipalProfile.secret is missing (null).";
        return Err(Failure::parameter("servicePrincipalProfile.secret", message));
    }
    if text(principal, "secret") == "wrong" {
        return Err(unknown_principal(client));
    }
    Ok(())
}

/// The service principal does not exist, or its secret is wrong.
pub(crate) fn unknown_principal(client: &str) -> Failure {
    let message = format!(
        "Service principal clientID: {client} not found in Active Directory tenant {TENANT}, Please see https://aka.ms/aks-sp-help for more details."
    );
    Failure::service(400, "ServicePrincipalNotFound", message)
}

/// Everything of a cluster besides its properties.
fn dress(
    object: &mut Value,
    body: &Value,
    old: Option<&Value>,
    identified: bool,
    id: &str,
) -> Result<(), Failure> {
    if truthy(&body["sku"]["tier"]) {
        json::set(json::child(object, "sku"), "tier", body["sku"]["tier"].clone());
    }
    let generation = old.and_then(|o| o["_gen"].as_i64()).unwrap_or(0) + 1;
    json::set(object, "_gen", generation);
    if let Some(old) = old {
        json::set(object, "_pools", old["_pools"].clone());
    }
    for key in ["tags", "extendedLocation"] {
        if truthy(&body[key]) {
            json::set(object, key, body[key].clone());
        }
    }
    if identified {
        let shown = if text(&body["identity"], "type") == "SystemAssigned" {
            json!({"type": "SystemAssigned", "principalId": guid(&[id, "principal"]), "tenantId": TENANT})
        } else {
            let given = &body["identity"]["userAssignedIdentities"];
            if !truthy(given) {
                let message = "Property id '' at path 'identity.userAssignedIdentities' is invalid.";
                return Err(Failure::arm(400, "LinkedInvalidPropertyId", message));
            }
            let mut ids = json!({});
            for (k, _) in json::pairs(given) {
                let made = json!({"clientId": guid(&[k, "client"]), "principalId": guid(&[k, "principal"])});
                json::set(&mut ids, k, made);
            }
            json!({"type": "UserAssigned", "userAssignedIdentities": ids})
        };
        json::set(object, "identity", shown);
    }
    json::set(object, "eTag", guid(&[id, &generation.to_string()]));
    let made = json!({"createdByType": "Application", "createdAt": "2025-10-01T00:00:00Z"});
    json::set(object, "systemData", made);
    Ok(())
}

fn check_cluster_change(old: &Value, place: &str, given: &Value) -> Result<(), Failure> {
    let was = &old["properties"];
    if text(old, "location") != place {
        let message = format!(
            "The resource '{}' already exists in location '{}' in resource group. A resource with the same name cannot be created in location '{place}'. Please select a new resource name.",
            text(old, "name"),
            text(old, "location")
        );
        return Err(Failure::arm(409, "InvalidResourceLocation", message));
    }
    for key in ["dnsPrefix", "enableRBAC", "nodeResourceGroup", "fqdnSubdomain", "diskEncryptionSetID"] {
        if !blank(&given[key]) && given[key] != was[key] {
            return Err(Failure::immutable(&format!("properties.{key}")));
        }
    }
    let (net, old_net) = (&given["networkProfile"], &was["networkProfile"]);
    for key in ["networkPlugin", "serviceCidr", "dnsServiceIP", "podCidr", "networkMode"] {
        if !blank(&net[key]) && net[key] != old_net[key] {
            return Err(Failure::immutable(&format!("networkProfile.{key}")));
        }
    }
    let sku = text(net, "loadBalancerSku");
    if !sku.is_empty() && !sku.eq_ignore_ascii_case(text(old_net, "loadBalancerSku")) {
        return Err(Failure::immutable("networkProfile.loadBalancerSku"));
    }
    let user = |v: &Value| text(&v["linuxProfile"], "adminUsername").to_string();
    if truthy(&given["linuxProfile"]) && truthy(&was["linuxProfile"]) && user(given) != user(was) {
        return Err(Failure::immutable("linuxProfile.adminUsername"));
    }
    let private = given["apiServerAccessProfile"].get("enablePrivateCluster");
    if private.is_some_and(|p| truthy(p) != truthy(&was["apiServerAccessProfile"]["enablePrivateCluster"])) {
        return Err(Failure::immutable("apiServerAccessProfile.enablePrivateCluster"));
    }
    check_upgrade(text(given, "kubernetesVersion"), text(was, "currentKubernetesVersion"))?;
    let client = text(&given["servicePrincipalProfile"], "clientId");
    if !client.is_empty() && client != "msi" && client != text(&was["servicePrincipalProfile"], "clientId") {
        return Err(Failure::immutable("servicePrincipalProfile.clientId"));
    }
    if truthy(&was["oidcIssuerProfile"]["enabled"])
        && given["oidcIssuerProfile"]["enabled"] == Value::Bool(false)
    {
        return Err(Failure::service(
            400,
            "OIDCIssuerCannotBeDisabled",
            "OIDC issuer feature cannot be disabled.",
        ));
    }
    Ok(())
}

fn check_upgrade(version: &str, current: &str) -> Result<(), Failure> {
    if version.is_empty() {
        return Ok(());
    }
    check_version(&Value::from(version))?;
    let (new, old) = (version_key(&full_version(version)), version_key(current));
    if new < old {
        let message = format!(
            "Downgrading managed cluster from kubernetes version {current} to {version} is not allowed. Available upgrades: see https://aka.ms/aks/upgrade-cluster."
        );
        return Err(Failure::service(400, "OperationNotAllowed", message));
    }
    if new.get(1).copied().unwrap_or(0) > old.get(1).copied().unwrap_or(0) + 1 {
        let message = format!(
            "Upgrading managed cluster from kubernetes version {current} to {version} is not allowed. Minor versions cannot be skipped."
        );
        return Err(Failure::service(400, "OperationNotAllowed", message));
    }
    Ok(())
}
