//! The controllers and nodes behind the API: they bring what is into the form of what is asked for.

mod cleanup;
mod deployments;
mod jobs;
mod pods;
mod sets;
mod small;
mod tokens;
mod volumes;

use super::{State, meta};
use crate::ids::{random_suffix, random_uuid};
use crate::json::{self, items, set, text};
pub(crate) use pods::Pods;
use serde_json::{Value, json};
use std::time::Duration;

/// Runs all controllers until nothing moves; says when something may move next.
pub(crate) fn run(state: &mut State) -> Duration {
    for _ in 0..12 {
        let before = state.store.version();
        small::definitions(state);
        small::namespaces(state);
        tokens::run(state);
        small::roles(state);
        small::claims(state);
        volumes::phases(state);
        deployments::run(state);
        sets::run(state);
        jobs::run(state);
        pods::run(state);
        small::balancers(state);
        state.count_quotas();
        cleanup::run(state);
        if state.store.version() == before {
            break;
        }
    }
    deployments::note_ready(state);
    state.pods.next()
}

/// Stores a change, unless it changes nothing.
fn save(state: &mut State, key: &str, object: Value) {
    let (namespace, name) = super::store::name_of(&object);
    if state.store.get(key, &namespace, &name) != Some(&object) {
        state.store.put(key, object);
    }
}

/// Changes the status of an object.
fn save_status(state: &mut State, key: &str, object: &Value, status: Value) {
    let mut new = object.clone();
    set(&mut new, "status", status);
    save(state, key, new);
}

/// Is it being deleted?
fn dying(object: &Value) -> bool {
    object["metadata"].get("deletionTimestamp").is_some()
}

/// A reference to the controller that made an object.
fn owner(of: &Value, api_version: &str, kind: &str) -> Value {
    json!([{"apiVersion": api_version, "kind": kind, "name": meta(of, "name"), "uid": meta(of, "uid"),
        "controller": true, "blockOwnerDeletion": true}])
}

/// Is `uid` the controller of an object?
fn owned_by(object: &Value, uid: &str) -> bool {
    items(&object["metadata"]["ownerReferences"])
        .iter()
        .any(|r| text(r, "uid") == uid && r["controller"] == true)
}

/// The metadata of an object that a controller makes.
fn fresh(state: &State, namespace: &str, name: &str) -> Value {
    json!({"name": name, "namespace": namespace, "uid": random_uuid(), "creationTimestamp": state.clock.rfc3339()})
}

/// The pods that an object controls.
fn pods_of(state: &State, namespace: &str, uid: &str) -> Vec<Value> {
    state.store.within("/pods", namespace).filter(|p| owned_by(p, uid)).cloned().collect()
}

/// Is a pod ready and staying?
fn ready(pod: &Value) -> bool {
    let conditions = items(&pod["status"]["conditions"]);
    !dying(pod) && conditions.iter().any(|c| text(c, "type") == "Ready" && text(c, "status") == "True")
}

/// Has a pod come to its end?
fn finished(pod: &Value) -> bool {
    matches!(text(&pod["status"], "phase"), "Succeeded" | "Failed")
}

/// Makes a pod from a template.
fn make_pod(
    state: &mut State,
    parent: &Value,
    api_version: &str,
    kind: &str,
    name: Option<String>,
    labels: &Value,
) {
    let namespace = meta(parent, "namespace").to_string();
    let template = &parent["spec"]["template"];
    let prefix = format!("{}-", meta(parent, "name"));
    let full = name.clone().unwrap_or_else(|| format!("{prefix}{}", random_suffix(5)));
    let mut data = fresh(state, &namespace, &full);
    if name.is_none() {
        set(&mut data, "generateName", prefix);
    }
    let mut all = template["metadata"]["labels"].clone();
    json::pairs(labels).for_each(|(k, v)| set(&mut all, k, v.clone()));
    if json::truthy(&all) {
        set(&mut data, "labels", all);
    }
    if json::truthy(&template["metadata"]["annotations"]) {
        set(&mut data, "annotations", template["metadata"]["annotations"].clone());
    }
    set(&mut data, "ownerReferences", owner(parent, api_version, kind));
    let mut pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": data, "spec": template["spec"], "status": {"phase": "Pending", "qosClass": super::admit::quality(&template["spec"])}});
    let spec = json::child(&mut pod, "spec");
    json::default(spec, "serviceAccountName", "default");
    json::default(spec, "serviceAccount", "default");
    json::default(spec, "enableServiceLinks", true);
    json::default(spec, "preemptionPolicy", "PreemptLowerPriority");
    json::default(spec, "priority", 0);
    if let Some(claims) = kind.eq("StatefulSet").then(|| items(&parent["spec"]["volumeClaimTemplates"])) {
        let volumes: Vec<Value> = claims
            .iter()
            .map(|c| json!({"name": meta(c, "name"), "persistentVolumeClaim": {"claimName": format!("{}-{full}", meta(c, "name"))}}))
            .collect();
        if !volumes.is_empty() {
            let mut list = items(&spec["volumes"]).to_vec();
            list.extend(volumes);
            set(spec, "volumes", list);
        }
        set(spec, "hostname", full.as_str());
    }
    state.store.put("/pods", pod);
}

/// Begins the end of a pod: the node takes a moment to stop it.
fn stop_pod(state: &mut State, pod: &Value) {
    if dying(pod) {
        return;
    }
    let mut pod = pod.clone();
    let (namespace, name) = super::store::name_of(&pod);
    if !state.pods.runs(&pod) {
        state.store.remove("/pods", &namespace, &name);
        return;
    }
    let now = state.clock.rfc3339();
    let grace = pod["spec"]["terminationGracePeriodSeconds"].as_i64().unwrap_or(30);
    let data = json::child(&mut pod, "metadata");
    set(data, "deletionTimestamp", now);
    set(data, "deletionGracePeriodSeconds", grace);
    state.store.put("/pods", pod);
}

/// A condition; its transition time moves only when its status does.
fn condition(
    old: &Value,
    kind: &str,
    status: &str,
    reason: &str,
    message: &str,
    now: &str,
    updated: bool,
) -> Value {
    let was = items(&old["conditions"]).iter().find(|c| text(c, "type") == kind);
    let same = was.filter(|c| text(c, "status") == status);
    let since = same.map_or(now, |c| text(c, "lastTransitionTime"));
    let mut out = json!({"type": kind, "status": status, "reason": reason, "message": message, "lastTransitionTime": since});
    if updated {
        let unchanged = same.filter(|c| text(c, "reason") == reason);
        set(&mut out, "lastUpdateTime", unchanged.map_or(now, |c| text(c, "lastUpdateTime")));
    }
    out
}
