//! From method and path to the call.

use super::cloud::{Answer, Cloud, Done};
use super::clusters::{cluster_id, unknown_principal};
use super::facts::{
    API_VERSIONS, CLIENT, FORBIDDEN_SUBSCRIPTION, LOCATIONS, NAMESPACES, PRINCIPAL, SUBSCRIPTION, TENANT,
    VERSIONS, version_key,
};
use super::failure::Failure;
use super::fields::check;
use super::groups::not_supported;
use super::operations::Plan;
use crate::json::{self, text, truthy};
use crate::message::Request;
use serde_json::{Value, json};

/// One call of Resource Manager, already authorized.
pub(crate) struct Call<'a> {
    pub method: &'a str,
    pub path: &'a str,
    pub request: &'a Request,
    pub body: &'a Value,
    pub blobs: &'a crate::storage::Blobs,
}

/// Refuses a missing or unknown api-version.
pub(crate) fn version(request: &Request, family: &str, kind: &str) -> Result<(), Failure> {
    let Some(given) = request.param("api-version").filter(|v| !v.is_empty()) else {
        let message = "The api-version query parameter (?api-version=) is required for all requests.";
        return Err(Failure::arm(400, "MissingApiVersionParameter", message));
    };
    let known = API_VERSIONS.iter().find(|(f, _)| *f == family).map_or(&[][..], |(_, v)| *v);
    if known.contains(&given) {
        return Ok(());
    }
    let message = format!(
        "No registered resource provider found for location 'eastus' and API version '{given}' for type '{kind}'. The supported api-versions are '{}'. The supported locations are ''.",
        known.join(", ")
    );
    Err(Failure::arm(400, "NoRegisteredProviderFound", message))
}

fn no_such_type(path: &str) -> Failure {
    Failure::arm(
        404,
        "InvalidResourceType",
        format!("The resource type could not be found for path '{path}'."),
    )
}

/// Cuts a prefix off without regard to case.
fn strip<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let head = text.get(..prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then(|| text.get(prefix.len()..).unwrap_or_default())
}

/// The first segment of a path that begins with `/`, and what follows it.
fn segment(text: &str) -> Option<(&str, &str)> {
    let inner = text.strip_prefix('/')?;
    let end = inner.find('/').unwrap_or(inner.len());
    let (head, tail) = inner.split_at(end);
    (!head.is_empty()).then_some((head, tail))
}

/// What can follow a cluster in a path, in lower case.
const CLUSTER_PARTS: &[&str] = &[
    "listclusterusercredential",
    "listclusteradmincredential",
    "resetserviceprincipalprofile",
    "resetaadprofile",
    "agentpools",
    "maintenanceconfigurations",
];

impl Cloud {
    /// Answers a call.
    pub fn call(&mut self, call: &Call<'_>) -> Answer {
        if call.request.param("api-version").is_none() {
            version(call.request, "subscriptions", "")?;
        }
        let Some((sub, rest)) = strip(call.path, "/subscriptions").and_then(segment) else {
            return match call.path.trim_end_matches('/') {
                "/subscriptions" => Ok(Done::new(200, json!({"value": [self.subscription()]}))),
                "/providers" => Ok(Done::new(200, json!({"value": self.providers()}))),
                path => {
                    let message =
                        format!("The resource type could not be found in the namespace for '{path}'.");
                    Err(Failure::arm(404, "InvalidResourceType", message))
                }
            };
        };
        if sub.eq_ignore_ascii_case(FORBIDDEN_SUBSCRIPTION) {
            let message = format!(
                "The client '{CLIENT}' with object id '{PRINCIPAL}' does not have authorization to perform action over scope '{}' or the scope is invalid. If access was recently granted, please refresh your credentials.",
                call.path
            );
            return Err(Failure::arm(403, "AuthorizationFailed", message));
        }
        if !sub.eq_ignore_ascii_case(SUBSCRIPTION) {
            let message = format!("The subscription '{sub}' could not be found.");
            return Err(Failure::arm(404, "SubscriptionNotFound", message));
        }
        match strip(rest, "/resourcegroups") {
            Some("" | "/") if call.method == "GET" => {
                let groups: Vec<&Value> = self.groups.values().collect();
                Ok(Done::new(200, json!({"value": groups})))
            }
            Some(rest) => match segment(rest) {
                Some((group, rest)) => self.below_group(call, group, rest),
                None => Err(no_such_type(call.path)),
            },
            None => self.below_subscription(call, rest),
        }
    }

    fn below_subscription(&mut self, call: &Call<'_>, rest: &str) -> Answer {
        let low = rest.to_lowercase();
        let parts: Vec<&str> = low.split('/').skip(1).collect();
        match parts.as_slice() {
            [] | [""] => {
                version(call.request, "subscriptions", "subscriptions")?;
                Ok(Done::new(200, self.subscription()))
            }
            ["locations"] => {
                let one = |(name, shown): &(&str, &str)| json!({"id": format!("/subscriptions/{SUBSCRIPTION}/locations/{name}"), "name": name, "displayName": shown, "regionalDisplayName": shown, "metadata": {"regionType": "Physical"}});
                Ok(Done::new(200, json!({"value": LOCATIONS.iter().map(one).collect::<Vec<_>>()})))
            }
            ["providers"] => Ok(Done::new(200, json!({"value": self.providers()}))),
            ["providers", name] => self.registration(call, name, false),
            ["providers", name, "register"] => self.registration(call, name, true),
            [
                "providers",
                "microsoft.containerservice",
                "locations",
                _,
                kind @ ("operations" | "operationresults"),
                id,
            ] => self.poll(id, *kind == "operationresults"),
            ["operationresults", id] => self.poll(id, true),
            ["providers", "microsoft.containerservice", "locations", _, "kubernetesversions"] => {
                let mut minors: Vec<String> =
                    VERSIONS.iter().filter_map(|v| v.rsplit_once('.')).map(|(m, _)| m.to_string()).collect();
                minors.sort();
                minors.dedup();
                let list: Vec<Value> = minors.iter().map(|v| json!({"version": v})).collect();
                Ok(Done::new(200, json!({"values": list})))
            }
            _ => Err(no_such_type(call.path)),
        }
    }

    fn below_group(&mut self, call: &Call<'_>, group: &str, rest: &str) -> Answer {
        if rest.is_empty() || rest == "/" {
            version(call.request, "resourceGroups", "resourceGroups")?;
            return self.group_call(call.method, group, call.body);
        }
        if rest.eq_ignore_ascii_case("/resources") {
            version(call.request, "resourceGroups", "resources")?;
            return self.list_group(call, group);
        }
        if let Some(rest) = strip(rest, "/providers/Microsoft.ContainerService/managedClusters") {
            version(call.request, "containerService", "managedClusters")?;
            let Some((name, rest)) = segment(rest) else {
                self.need_group(group)?;
                let clusters = self.in_group(group).into_iter();
                let clusters =
                    clusters.filter(|o| text(o, "type").to_lowercase().ends_with("/managedclusters"));
                let list: Vec<Value> = clusters.map(|o| self.show(o)).collect();
                return Ok(Done::new(200, json!({"value": list})));
            };
            return self.cluster_call(call, group, name, rest);
        }
        if let Some(rest) = strip(rest, "/providers/Microsoft.Storage/storageAccounts") {
            version(call.request, "storage", "storageAccounts")?;
            return self.storage_call(call, group, rest);
        }
        let parts: Vec<&str> = rest.split('/').collect();
        if let ["", "providers", namespace, kind, name] = parts.as_slice()
            && call.method == "GET"
        {
            let id = format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/{group}{rest}");
            return match self.get(&id) {
                Some(o) => Ok(Done::new(200, self.show(o))),
                None => {
                    let message = format!(
                        "The Resource '{namespace}/{kind}/{name}' under resource group '{group}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix"
                    );
                    Err(Failure::arm(404, "ResourceNotFound", message))
                }
            };
        }
        Err(no_such_type(call.path))
    }

    fn list_group(&self, call: &Call<'_>, group: &str) -> Answer {
        self.need_group(group)?;
        let top = call.request.param("$top").and_then(|t| t.parse().ok()).unwrap_or(1000);
        if !matches!(
            call.request.param("$expand"),
            None | Some("provisioningState" | "createdTime" | "changedTime")
        ) {
            return Err(Failure::arm(400, "InvalidExpandQuery", "The $expand query is invalid."));
        }
        let shown = self.in_group(group).into_iter().take(top).map(|o| {
            let mut out = json::filtered(o, |k, _| ["id", "name", "type", "location"].contains(&k));
            json::set(&mut out, "provisioningState", o["properties"]["provisioningState"].clone());
            out
        });
        Ok(Done::new(200, json!({"value": shown.collect::<Vec<_>>()})))
    }

    fn cluster_call(&mut self, call: &Call<'_>, group: &str, name: &str, rest: &str) -> Answer {
        let id = cluster_id(group, name);
        if rest.is_empty() || rest == "/" {
            if call.method == "PUT" {
                let new = self.put_cluster(group, name, call.body)?;
                let place = self.get(&id).map(|c| text(c, "location").to_string()).unwrap_or_default();
                return self.answer_put(new, &id, &place);
            }
            self.fade(&id);
        }
        let Some(cluster) = self.get(&id).cloned() else { return Err(self.cluster_missing(&id)) };
        let id = text(&cluster, "id").to_string();
        let place = text(&cluster, "location").to_string();
        let low = rest.to_lowercase();
        let parts: Vec<&str> = low.split('/').skip(1).collect();
        match (parts.as_slice(), call.method) {
            ([] | [""], "GET") => Ok(Done::new(200, self.show(&cluster))),
            ([] | [""], "PATCH") => self.patch_tags(&id, call.body),
            ([] | [""], "DELETE") => self.answer_delete(&id, &place),
            (["listclusterusercredential"], "POST") => self.credentials(&cluster, false),
            (["listclusteradmincredential"], "POST") => self.credentials(&cluster, true),
            (["resetserviceprincipalprofile"], "POST") => self.reset_principal(&id, &place, call.body),
            (["resetaadprofile"], "POST") => {
                check("managedclusters", "ManagedClusterAADProfile", call.body, "")?;
                self.set_profile(&id, &place, "aadProfile", call.body.clone())
            }
            (["upgradeprofiles", "default"], "GET") => Ok(Done::new(200, upgrades(&cluster))),
            (["availableagentpoolversions"], "GET") => Ok(Done::new(200, pool_versions(&cluster))),
            (["agentpools"], "GET") => {
                let list: Vec<Value> = self.pools(&cluster).into_iter().map(|p| self.show(p)).collect();
                Ok(Done::new(200, json!({"value": list})))
            }
            (["agentpools", _], method) => {
                let name = rest.rsplit('/').next().unwrap_or_default();
                self.pool_call(method, &cluster, name, call.body)
            }
            (["maintenanceconfigurations"], "GET") => self.maintenance_call("GET", &cluster, None, call.body),
            (["maintenanceconfigurations", _], method) => {
                let name = rest.rsplit('/').next();
                self.maintenance_call(method, &cluster, name, call.body)
            }
            ([] | [""], method) => Err(not_supported(method)),
            ([known], method) if CLUSTER_PARTS.contains(known) => Err(not_supported(method)),
            _ => {
                let message = format!(
                    "The resource type could not be found in the namespace 'Microsoft.ContainerService' for path '{rest}'."
                );
                Err(Failure::arm(404, "InvalidResourceType", message))
            }
        }
    }

    fn patch_tags(&mut self, id: &str, body: &Value) -> Answer {
        super::fields::check_tags(&body["tags"])?;
        let place = self.get(id).map(|c| text(c, "location").to_string()).unwrap_or_default();
        if let Some(object) = self.objects.get_mut(&id.to_lowercase()) {
            json::set(object, "tags", body["tags"].clone());
        }
        self.answer_put(false, id, &place)
    }

    fn reset_principal(&mut self, id: &str, place: &str, body: &Value) -> Answer {
        check("managedclusters", "ManagedClusterServicePrincipalProfile", body, "")?;
        let secret = text(body, "secret");
        if secret.is_empty() || secret == "wrong" {
            return Err(unknown_principal(text(body, "clientId")));
        }
        self.set_profile(id, place, "servicePrincipalProfile", json!({"clientId": body["clientId"]}))
    }

    fn set_profile(&mut self, id: &str, place: &str, profile: &str, value: Value) -> Answer {
        if let Some(object) = self.objects.get_mut(&id.to_lowercase()) {
            json::set(json::child(object, "properties"), profile, value);
        }
        let op = self.start(Plan::on(Some(id), place, "Updating"));
        Ok(Done { status: 202, headers: self.op_headers(&op, true), body: None })
    }

    fn pool_call(&mut self, method: &str, cluster: &Value, name: &str, body: &Value) -> Answer {
        let (cluster_id, place) = (text(cluster, "id").to_string(), text(cluster, "location").to_string());
        let id = format!("{cluster_id}/agentPools/{name}");
        if method == "PUT" {
            let new = self.put_pool(&cluster_id, name, body)?;
            return self.answer_put(new, &id, &place);
        }
        self.fade(&id);
        let Some(pool) = self.get(&id).cloned() else {
            let shown = text(cluster, "name");
            let message = format!("Could not find agent pool {name} in managed cluster {shown}.");
            return Err(Failure::service(404, "NotFound", message));
        };
        match method {
            "GET" => Ok(Done::new(200, self.show(&pool))),
            "DELETE" => {
                let shown = text(&pool, "name");
                if text(&pool["properties"], "mode") == "System" && self.is_last_system_pool(cluster, shown) {
                    let message = "There has to be at least one system agent pool.";
                    return Err(Failure::service(400, "OperationNotAllowed", message));
                }
                self.answer_delete(&id, &place)
            }
            _ => Err(not_supported(method)),
        }
    }

    fn subscription(&self) -> Value {
        json!({"id": format!("/subscriptions/{SUBSCRIPTION}"), "subscriptionId": SUBSCRIPTION, "tenantId": TENANT,
            "displayName": "Emulated Subscription", "state": "Enabled", "authorizationSource": "RoleBased",
            "subscriptionPolicies": {"locationPlacementId": "Public_2014-09-01", "quotaId": "PayAsYouGo_2014-09-01",
                "spendingLimit": "Off"}, "tags": {"env": "emulated"}})
    }

    fn providers(&self) -> Vec<Value> {
        NAMESPACES.split(' ').map(|n| self.provider(n)).collect()
    }

    fn provider(&self, namespace: &str) -> Value {
        let name = format!("Microsoft.{namespace}");
        json!({"id": format!("/subscriptions/{SUBSCRIPTION}/providers/{name}"), "namespace": name,
            "registrationState": self.registered.get(&namespace.to_lowercase()), "resourceTypes": []})
    }

    fn registration(&mut self, call: &Call<'_>, name: &str, register: bool) -> Answer {
        let known = name.strip_prefix("microsoft.").filter(|n| self.registered.contains_key(*n));
        let Some(low) = known else { return Err(no_such_type(call.path)) };
        let shown = NAMESPACES.split(' ').find(|n| n.eq_ignore_ascii_case(low)).unwrap_or(low).to_string();
        if register && call.method != "POST" {
            return Err(not_supported(call.method));
        }
        let registering = self.registered.get(low).is_some_and(|s| s == "Registering");
        if register {
            self.registered.insert(low.to_string(), "Registering".into());
        } else if registering {
            self.registered.insert(low.to_string(), "Registered".into());
        }
        Ok(Done::new(200, self.provider(&shown)))
    }

    fn credentials(&self, cluster: &Value, admin: bool) -> Answer {
        if admin && truthy(&cluster["properties"]["disableLocalAccounts"]) {
            let message = "Getting static credential is not allowed because this cluster is set to disable local accounts.";
            return Err(Failure::service(400, "BadRequest", message));
        }
        let kubeconfig = super::credentials::kubeconfig(cluster, admin);
        let name = if admin { "clusterAdmin" } else { "clusterUser" };
        Ok(Done::new(
            200,
            json!({"kubeconfigs": [{"name": name, "value": super::credentials::base64(&kubeconfig)}]}),
        ))
    }
}

fn upgrades(cluster: &Value) -> Value {
    let current = text(&cluster["properties"], "currentKubernetesVersion");
    let newer = VERSIONS.iter().filter(|v| version_key(v) > version_key(current));
    let upgrades: Vec<Value> = newer.map(|v| json!({"kubernetesVersion": v})).collect();
    json!({"id": format!("{}/upgradeprofiles/default", text(cluster, "id")), "name": "default",
        "type": "Microsoft.ContainerService/managedClusters/upgradeprofiles",
        "properties": {"controlPlaneProfile": {"kubernetesVersion": current, "osType": "Linux", "upgrades": upgrades},
            "agentPoolProfiles": []}})
}

fn pool_versions(cluster: &Value) -> Value {
    let current = text(&cluster["properties"], "currentKubernetesVersion");
    let fitting = VERSIONS.iter().filter(|v| version_key(v) <= version_key(current));
    let list: Vec<Value> = fitting
        .map(|v| {
            let mut one = json!({"kubernetesVersion": v});
            if *v == current {
                json::set(&mut one, "default", true);
            }
            one
        })
        .collect();
    json!({"id": format!("{}/availableAgentPoolVersions/default", text(cluster, "id")), "name": "default",
        "type": "Microsoft.ContainerService/managedClusters/availableAgentpoolVersions",
        "properties": {"agentPoolVersions": list}})
}
