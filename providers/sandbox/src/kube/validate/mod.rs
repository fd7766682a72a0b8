//! What the API server refuses, with its words.

mod autoscaling;
mod claim_diff;
mod others;
mod pod_parts;
mod pods;
mod policies;
mod schedule;
mod services;
mod small;
mod storage;
mod workloads;

use super::kinds::Resource;
use super::names;
use super::status::{Cause, go_quote};
use super::{State, meta};
use crate::json::{self, items, text};
use serde_json::Value;

/// Refusals of a fresh object, in order; may add warnings.
pub(crate) fn create(
    state: &State,
    resource: &Resource,
    object: &Value,
    warnings: &mut Vec<String>,
) -> Vec<Cause> {
    let mut out = metadata(resource, object);
    match resource.plural.as_ref() {
        "deployments" | "statefulsets" | "replicasets" | "daemonsets" => {
            let long = names::label(meta(object, "name"));
            if resource.plural == "deployments" && !long.is_empty() && out.is_empty() {
                let why = long.join(", ");
                warnings.push(format!("metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label is recommended: [{why}]"));
            }
        }
        _ => {}
    }
    particular(state, resource, object, None, &mut out);
    out
}

/// Refusals of a changed object.
pub(crate) fn update(
    state: &State,
    resource: &Resource,
    old: &Value,
    new: &Value,
    subresource: &str,
) -> Vec<Cause> {
    let mut out = Vec::new();
    let once = metadata(resource, new);
    // The metadata of an update is checked by several layers, each of which reports.
    let times = if once.is_empty() {
        0
    } else if resource.plural == "namespaces" {
        4
    } else {
        3
    };
    (0..times).for_each(|_| out.extend(once.iter().cloned()));
    if subresource == "status" {
        if let Some(custom) = &resource.custom {
            super::custom::validate(new, &custom.schema, true, &mut out);
        }
        return out;
    }
    particular(state, resource, new, Some(old), &mut out);
    out
}

fn particular(state: &State, resource: &Resource, object: &Value, old: Option<&Value>, out: &mut Vec<Cause>) {
    if let Some(custom) = &resource.custom {
        super::custom::validate(object, &custom.schema, old.is_some(), out);
        return;
    }
    match resource.plural.as_ref() {
        "configmaps" => others::config_map(object, old, out),
        "secrets" => others::secret(object, old, out),
        "services" => services::service(object, old, out),
        "pods" => pods::pod(object, old, out),
        "deployments" => workloads::deployment(object, old, out),
        "replicasets" => workloads::replica_set(object, old, out),
        "statefulsets" => workloads::stateful_set(object, old, out),
        "daemonsets" => workloads::daemon_set(object, old, out),
        "jobs" => workloads::job(object, old, out),
        "cronjobs" => workloads::cron_job(object, out),
        "ingresses" => services::ingress(object, out),
        "roles" | "clusterroles" => others::role(object, resource.namespaced, out),
        "rolebindings" | "clusterrolebindings" => others::binding(object, old, resource.namespaced, out),
        "horizontalpodautoscalers" => autoscaling::autoscaler(object, out),
        "persistentvolumeclaims" => others::claim(object, old, out),
        "poddisruptionbudgets" => policies::disruption_budget(object, out),
        "customresourcedefinitions" => super::custom::validate_definition(object, old, out),
        "storageclasses" => storage::class(object, old, out),
        "persistentvolumes" => storage::volume(object, old, out),
        "networkpolicies" => policies::network_policy(object, out),
        "priorityclasses" => policies::priority_class(object, old, out),
        "resourcequotas" => policies::resource_quota(object, old, out),
        "limitranges" => policies::limit_range(object, out),
        "leases" => policies::lease(object, out),
        "replicationcontrollers" => workloads::replication_controller(object, out),
        "endpointslices" => small::endpoint_slice(object, out),
        "endpoints" => small::endpoints(object, out),
        "events" => small::event(object, out),
        "mutatingwebhookconfigurations" | "validatingwebhookconfigurations" => small::webhooks(object, out),
        "ingressclasses" => others::ingress_class(object, old, out),
        _ => {}
    }
    let _ = state;
}

/// Which rule the name of a kind follows.
fn name_problems(resource: &Resource, name: &str) -> Vec<String> {
    match resource.plural.as_ref() {
        "namespaces" => names::label(name),
        "services" => names::label_1035(name),
        "roles" | "rolebindings" | "clusterroles" | "clusterrolebindings" => names::path_segment(name),
        "cronjobs" if name.len() > 52 && names::subdomain(name).is_empty() => {
            vec!["must be no more than 52 characters".into()]
        }
        "statefulsets" => names::label(name),
        _ => names::subdomain(name),
    }
}

/// The finalizers that need no domain.
const STANDARD_FINALIZERS: &[&str] = &["kubernetes", "orphan", "foregroundDeletion"];

/// The total size of annotations.
const ANNOTATIONS_LIMIT: usize = 256 << 10;

fn metadata(resource: &Resource, object: &Value) -> Vec<Cause> {
    let mut out = Vec::new();
    let data = &object["metadata"];
    let name = text(data, "name");
    if name.is_empty() {
        out.push(Cause::required("metadata.name", "name or generateName is required"));
    } else {
        out.extend(
            name_problems(resource, name).into_iter().map(|why| Cause::invalid("metadata.name", name, why)),
        );
    }
    labels(&data["labels"], "metadata.labels", &mut out);
    annotations(&data["annotations"], "metadata.annotations", &mut out);
    owners(&data["ownerReferences"], &mut out);
    for (i, finalizer) in items(&data["finalizers"]).iter().filter_map(Value::as_str).enumerate() {
        for why in names::qualified(finalizer) {
            out.push(Cause::invalid("metadata.finalizers", finalizer, why));
        }
        if !finalizer.contains('/') && !STANDARD_FINALIZERS.contains(&finalizer) {
            let why = "name is neither a standard finalizer name nor is it fully qualified";
            out.push(Cause::invalid(format!("metadata.finalizers[{i}]"), finalizer, why));
        }
    }
    out
}

/// Refusals of labels.
pub(super) fn labels(value: &Value, at: &str, out: &mut Vec<Cause>) {
    for (k, v) in json::pairs(value) {
        out.extend(names::qualified(k).into_iter().map(|why| Cause::invalid(at, k, why)));
        let v = v.as_str().unwrap_or_default();
        out.extend(names::label_value(v).into_iter().map(|why| Cause::invalid(at, v, why)));
    }
}

/// Refusals of annotations.
pub(super) fn annotations(value: &Value, at: &str, out: &mut Vec<Cause>) {
    let mut size = 0;
    for (k, v) in json::pairs(value) {
        out.extend(names::qualified(&k.to_lowercase()).into_iter().map(|why| Cause::invalid(at, k, why)));
        size += k.len() + v.as_str().map_or(0, str::len);
    }
    if size > ANNOTATIONS_LIMIT {
        out.push(Cause::too_long(at, ANNOTATIONS_LIMIT));
    }
}

fn owners(value: &Value, out: &mut Vec<Cause>) {
    let at = "metadata.ownerReferences";
    let mut controller: Option<String> = None;
    for owner in items(value) {
        for (key, what) in [("apiVersion", "version"), ("kind", "kind"), ("name", "name"), ("uid", "uid")] {
            if text(owner, key).is_empty() {
                out.push(Cause::invalid(format!("{at}.{key}"), "", format!("{what} must not be empty")));
            }
        }
        if owner["controller"] == true {
            let this = format!("{}/{}", text(owner, "kind"), text(owner, "name"));
            match &controller {
                Some(first) => {
                    let why = format!(
                        "Only one reference can have Controller set to true. Found \"true\" in references for {first} and {this}"
                    );
                    out.push(Cause::raw(at, "[]v1.OwnerReference{}", why));
                }
                None => controller = Some(this),
            }
        }
    }
}

/// Refusals of a LabelSelector.
pub(super) fn selector(value: &Value, at: &str, out: &mut Vec<Cause>) {
    for (k, v) in json::pairs(&value["matchLabels"]) {
        let at = format!("{at}.matchLabels");
        out.extend(names::qualified(k).into_iter().map(|why| Cause::invalid(&at, k, why)));
        let v = v.as_str().unwrap_or_default();
        out.extend(names::label_value(v).into_iter().map(|why| Cause::invalid(&at, v, why)));
    }
    for (i, e) in items(&value["matchExpressions"]).iter().enumerate() {
        let at = format!("{at}.matchExpressions[{i}]");
        let empty = items(&e["values"]).is_empty();
        match text(e, "operator") {
            "In" | "NotIn" if empty => {
                out.push(Cause::required(
                    format!("{at}.values"),
                    "must be specified when `operator` is 'In' or 'NotIn'",
                ));
            }
            "Exists" | "DoesNotExist" if !empty => {
                out.push(Cause::forbidden(
                    format!("{at}.values"),
                    "may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
                ));
            }
            "In" | "NotIn" | "Exists" | "DoesNotExist" => {}
            odd => out.push(Cause::invalid(format!("{at}.operator"), odd, "not a valid selector operator")),
        }
    }
}

/// `map[string]string{"a":"b"}`, as Go shows a map.
pub(super) fn go_map(value: &Value) -> String {
    let list: Vec<String> = json::pairs(value)
        .map(|(k, v)| format!("{}:{}", go_quote(k), go_quote(v.as_str().unwrap_or_default())))
        .collect();
    format!("map[string]string{{{}}}", list.join(", "))
}

/// Refuses a number below zero.
pub(super) fn not_negative(value: &Value, at: &str, out: &mut Vec<Cause>) {
    if let Some(n) = value.as_i64().filter(|n| *n < 0) {
        out.push(Cause::raw(at, &n.to_string(), "must be greater than or equal to 0"));
    }
}

/// Refuses a value that is none of the known ones.
pub(super) fn one_of(value: &str, known: &[&str], at: &str, out: &mut Vec<Cause>) {
    if !known.contains(&value) {
        out.push(Cause::unsupported(at, &go_quote(value), known));
    }
}

#[cfg(test)]
#[path = "mod_tests.rs"]
mod tests;
