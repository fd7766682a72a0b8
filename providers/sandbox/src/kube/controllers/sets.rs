//! StatefulSets and DaemonSets.

use super::super::{State, meta};
use super::{dying, finished, fresh, make_pod, pods_of, ready, save_status, stop_pod};
use crate::ids::short;
use crate::json::{self, items, set, text};
use serde_json::{Value, json};

const STATEFUL: &str = "apps/statefulsets";
const DAEMONS: &str = "apps/daemonsets";
const HASH: &str = "controller-revision-hash";

pub(super) fn run(state: &mut State) {
    let all: Vec<Value> = state.store.all(STATEFUL).filter(|s| !dying(s)).cloned().collect();
    all.iter().for_each(|s| stateful(state, s));
    let all: Vec<Value> = state.store.all(DAEMONS).filter(|s| !dying(s)).cloned().collect();
    all.iter().for_each(|s| daemon(state, s));
}

fn revision(one: &Value) -> String {
    short(&["revision", &one["spec"]["template"].to_string()], 9)
}

fn ordinal(pod: &Value) -> usize {
    meta(pod, "name").rsplit('-').next().and_then(|n| n.parse().ok()).unwrap_or(usize::MAX)
}

fn stateful(state: &mut State, one: &Value) {
    let (namespace, uid, name) =
        (meta(one, "namespace").to_string(), meta(one, "uid").to_string(), meta(one, "name").to_string());
    let wanted = usize::try_from(one["spec"]["replicas"].as_i64().unwrap_or(0)).unwrap_or(0);
    let hash = revision(one);
    let parallel = text(&one["spec"], "podManagementPolicy") == "Parallel";
    let pods = pods_of(state, &namespace, &uid);
    let at = |i: usize| pods.iter().find(|p| ordinal(p) == i);
    let mut settled = true;
    for i in 0..wanted {
        match at(i) {
            None => {
                claims(state, one, i);
                let full = format!("{name}-{i}");
                let labels = json!({HASH: format!("{name}-{hash}"), "statefulset.kubernetes.io/pod-name": full, "apps.kubernetes.io/pod-index": i.to_string()});
                make_pod(state, one, "apps/v1", "StatefulSet", Some(full), &labels);
                settled = false;
            }
            Some(pod) if finished(pod) => stop_pod(state, pod),
            Some(pod) => settled &= ready(pod),
        }
        if !settled && !parallel {
            break;
        }
    }
    for extra in pods.iter().filter(|p| ordinal(p) >= wanted) {
        stop_pod(state, extra);
    }
    let label = format!("{name}-{hash}");
    let old_pod = pods
        .iter()
        .rev()
        .filter(|p| ordinal(p) < wanted)
        .max_by_key(|p| (text(&p["metadata"]["labels"], HASH) != label, ordinal(p)));
    let rolls = text(&one["spec"]["updateStrategy"], "type") == "RollingUpdate";
    if let Some(pod) = old_pod.filter(|p| text(&p["metadata"]["labels"], HASH) != label && settled && rolls) {
        stop_pod(state, pod);
    }
    let pods: Vec<Value> = pods_of(state, &namespace, &uid).into_iter().filter(|p| !dying(p)).collect();
    let is_ready = pods.iter().filter(|p| ready(p)).count();
    let updated = pods.iter().filter(|p| text(&p["metadata"]["labels"], HASH) == label).count();
    let mut status = json!({"observedGeneration": one["metadata"]["generation"], "replicas": pods.len(), "collisionCount": 0,
        "availableReplicas": is_ready, "updateRevision": label, "currentRevision": label});
    for (key, count) in
        [("readyReplicas", is_ready), ("currentReplicas", updated), ("updatedReplicas", updated)]
    {
        if count > 0 {
            set(&mut status, key, count);
        }
    }
    if let Some(now) = state.store.get(STATEFUL, &namespace, &name).cloned() {
        save_status(state, STATEFUL, &now, status);
    }
}

/// The claims of a pod of a StatefulSet; they outlive it.
fn claims(state: &mut State, one: &Value, i: usize) {
    let namespace = meta(one, "namespace").to_string();
    for template in items(&one["spec"]["volumeClaimTemplates"]) {
        let name = format!("{}-{}-{i}", meta(template, "name"), meta(one, "name"));
        if state.store.get("/persistentvolumeclaims", &namespace, &name).is_some() {
            continue;
        }
        let mut data = fresh(state, &namespace, &name);
        set(&mut data, "labels", one["spec"]["selector"]["matchLabels"].clone());
        set(&mut data, "finalizers", json!(["kubernetes.io/pvc-protection"]));
        let mut spec = template["spec"].clone();
        json::default(&mut spec, "storageClassName", "standard");
        let claim = json!({"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": data, "spec": spec, "status": {"phase": "Pending"}});
        state.store.put("/persistentvolumeclaims", claim);
    }
}

fn daemon(state: &mut State, one: &Value) {
    let (namespace, uid, name) =
        (meta(one, "namespace").to_string(), meta(one, "uid").to_string(), meta(one, "name").to_string());
    let selector = &one["spec"]["template"]["spec"]["nodeSelector"];
    let fits = |n: &&Value| json::pairs(selector).all(|(k, v)| n["metadata"]["labels"].get(k) == Some(v));
    let wanted = state.store.all("/nodes").filter(fits).count();
    let hash = revision(one);
    let pods: Vec<Value> = pods_of(state, &namespace, &uid).into_iter().filter(|p| !dying(p)).collect();
    for _ in pods.len()..wanted {
        make_pod(
            state,
            one,
            "apps/v1",
            "DaemonSet",
            None,
            &json!({HASH: hash, "pod-template-generation": one["metadata"]["generation"].to_string()}),
        );
    }
    pods.iter().skip(wanted).for_each(|p| stop_pod(state, p));
    let all_ready = pods.iter().all(ready);
    if let Some(old) =
        pods.iter().find(|p| text(&p["metadata"]["labels"], HASH) != hash).filter(|_| all_ready)
    {
        stop_pod(state, old);
    }
    let pods: Vec<Value> = pods_of(state, &namespace, &uid).into_iter().filter(|p| !dying(p)).collect();
    let is_ready = pods.iter().filter(|p| ready(p)).count();
    let updated = pods.iter().filter(|p| text(&p["metadata"]["labels"], HASH) == hash).count();
    let mut status = json!({"observedGeneration": one["metadata"]["generation"], "currentNumberScheduled": pods.len(),
        "desiredNumberScheduled": wanted, "numberMisscheduled": 0, "numberReady": is_ready});
    for (key, count) in [
        ("numberAvailable", is_ready),
        ("updatedNumberScheduled", updated),
        ("numberUnavailable", wanted.saturating_sub(is_ready)),
    ] {
        if count > 0 {
            set(&mut status, key, count);
        }
    }
    if let Some(now) = state.store.get(DAEMONS, &namespace, &name).cloned() {
        save_status(state, DAEMONS, &now, status);
    }
}
