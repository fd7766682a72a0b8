//! Deployments and ReplicaSets.

use super::super::{State, meta};
use super::{
    condition, dying, finished, fresh, make_pod, owned_by, owner, pods_of, ready, save, save_status, stop_pod,
};
use crate::ids::short;
use crate::json::{self, items, set, text};
use serde_json::{Value, json};
use std::time::Duration;

const DEPLOYMENTS: &str = "apps/deployments";
const SETS: &str = "apps/replicasets";
const REVISION: &str = "deployment.kubernetes.io/revision";

pub(super) fn run(state: &mut State) {
    let deployments: Vec<Value> = state.store.all(DEPLOYMENTS).filter(|d| !dying(d)).cloned().collect();
    for deployment in &deployments {
        roll(state, deployment);
    }
    let sets: Vec<Value> = state.store.all(SETS).filter(|s| !dying(s)).cloned().collect();
    for one in &sets {
        fill(state, one);
    }
}

/// Tells the record how many pods of each workload are ready.
pub(super) fn note_ready(state: &mut State) {
    let now = state.clock.now();
    for key in [DEPLOYMENTS, "apps/statefulsets"] {
        for workload in state.store.all(key) {
            let (namespace, name, uid) =
                (meta(workload, "namespace"), meta(workload, "name"), meta(workload, "uid"));
            let own = |p: &&Value| {
                owned_by(p, uid)
                    || items(&p["metadata"]["ownerReferences"]).iter().any(|r| {
                        let set = state.store.get(SETS, namespace, text(r, "name"));
                        set.is_some_and(|s| owned_by(s, uid))
                    })
            };
            let count = state.store.within("/pods", namespace).filter(|p| ready(p)).filter(own).count();
            state.record.sample(namespace, name, now, u32::try_from(count).unwrap_or(u32::MAX));
        }
    }
}

/// A template without the label that tells its pods apart.
fn plain(template: &Value) -> Value {
    let mut out = template.clone();
    if let Some(labels) = out.get_mut("metadata").and_then(|m| m.get_mut("labels")) {
        json::remove(labels, "pod-template-hash");
    }
    out
}

fn replicas(object: &Value) -> i64 {
    object["spec"]["replicas"].as_i64().unwrap_or(0)
}

/// `25%` or `2` of a number of pods.
fn share(value: &Value, of: i64, up: bool) -> i64 {
    match value {
        Value::Number(n) => n.as_i64().unwrap_or(0),
        Value::String(s) => {
            let percent: i64 = s.trim_end_matches('%').parse().unwrap_or(0);
            if up { (of * percent + 99) / 100 } else { of * percent / 100 }
        }
        _ => 0,
    }
}

fn revision(object: &Value) -> i64 {
    text(&object["metadata"]["annotations"], REVISION).parse().unwrap_or(0)
}

fn roll(state: &mut State, deployment: &Value) {
    let (namespace, uid) = (meta(deployment, "namespace").to_string(), meta(deployment, "uid").to_string());
    let sets: Vec<Value> =
        state.store.within(SETS, &namespace).filter(|s| owned_by(s, &uid)).cloned().collect();
    let wanted = plain(&deployment["spec"]["template"]);
    let current = sets.iter().find(|s| plain(&s["spec"]["template"]) == wanted).cloned();
    let paused = deployment["spec"]["paused"] == true;
    let newest = sets.iter().map(revision).max().unwrap_or(0);
    let current = match current {
        Some(current) => current,
        None if paused => return status(state, deployment, &sets, None),
        None => make_set(state, deployment, newest + 1),
    };
    let mut number = revision(&current);
    let mut current = current;
    if number < newest {
        number = newest + 1;
        set(json::child(json::child(&mut current, "metadata"), "annotations"), REVISION, number.to_string());
        save(state, SETS, current.clone());
    }
    if revision(deployment) != number {
        let mut new = deployment.clone();
        set(json::child(json::child(&mut new, "metadata"), "annotations"), REVISION, number.to_string());
        save(state, DEPLOYMENTS, new);
    }
    let sets: Vec<Value> =
        state.store.within(SETS, &namespace).filter(|s| owned_by(s, &uid)).cloned().collect();
    let deployment = state
        .store
        .get(DEPLOYMENTS, &namespace, meta(deployment, "name"))
        .cloned()
        .unwrap_or_else(|| deployment.clone());
    if !paused {
        scale(state, &deployment, &sets, meta(&current, "uid"));
    }
    let sets: Vec<Value> =
        state.store.within(SETS, &namespace).filter(|s| owned_by(s, &uid)).cloned().collect();
    forget_old(state, &deployment, &sets, meta(&current, "uid"));
    status(state, &deployment, &sets, Some(meta(&current, "uid")));
}

fn make_set(state: &mut State, deployment: &Value, number: i64) -> Value {
    let namespace = meta(deployment, "namespace").to_string();
    let template = &deployment["spec"]["template"];
    let hash = short(&["template", &plain(template).to_string()], 10);
    let mut data = fresh(state, &namespace, &format!("{}-{hash}", meta(deployment, "name")));
    let mut labels = template["metadata"]["labels"].clone();
    set(&mut labels, "pod-template-hash", hash.as_str());
    set(&mut data, "labels", labels.clone());
    set(
        &mut data,
        "annotations",
        json!({REVISION: number.to_string(), "deployment.kubernetes.io/desired-replicas": replicas(deployment).to_string()}),
    );
    set(&mut data, "ownerReferences", owner(deployment, "apps/v1", "Deployment"));
    set(&mut data, "generation", 1);
    let mut selector = deployment["spec"]["selector"].clone();
    set(json::child(&mut selector, "matchLabels"), "pod-template-hash", hash.as_str());
    let mut template = template.clone();
    set(json::child(&mut template, "metadata"), "labels", labels);
    let spec = json!({"replicas": 0, "selector": selector, "template": template});
    let made = json!({"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": data, "spec": spec, "status": {"replicas": 0}});
    state.store.put(SETS, made)
}

fn set_replicas(state: &mut State, one: &Value, count: i64) {
    if replicas(one) == count {
        return;
    }
    let mut new = one.clone();
    set(json::child(&mut new, "spec"), "replicas", count);
    let generation = new["metadata"]["generation"].as_i64().unwrap_or(0) + 1;
    set(json::child(&mut new, "metadata"), "generation", generation);
    save(state, SETS, new);
}

fn scale(state: &mut State, deployment: &Value, sets: &[Value], current: &str) {
    let desired = replicas(deployment);
    let Some(new) = sets.iter().find(|s| meta(s, "uid") == current) else { return };
    let old: Vec<&Value> = sets.iter().filter(|s| meta(s, "uid") != current).collect();
    let namespace = meta(deployment, "namespace").to_string();
    let alive = |state: &State, s: &Value| pods_of(state, &namespace, meta(s, "uid")).len();
    let strategy = &deployment["spec"]["strategy"];
    if text(strategy, "type") == "Recreate" {
        old.iter().for_each(|s| set_replicas(state, s, 0));
        if old.iter().all(|s| alive(state, s) == 0) {
            set_replicas(state, new, desired);
        }
        return;
    }
    let surge = share(&strategy["rollingUpdate"]["maxSurge"], desired, true);
    let mut unavailable = share(&strategy["rollingUpdate"]["maxUnavailable"], desired, false);
    if surge == 0 && unavailable == 0 {
        unavailable = 1;
    }
    let total: i64 = sets.iter().map(replicas).sum();
    let room = (desired + surge - total).max(0);
    let up = if replicas(new) >= desired { desired } else { desired.min(replicas(new) + room) };
    set_replicas(state, new, up);
    let is_ready = |state: &State, s: &Value| {
        let ready = pods_of(state, &namespace, meta(s, "uid")).iter().filter(|p| ready(p)).count();
        i64::try_from(ready).unwrap_or(0)
    };
    let available: i64 = sets.iter().map(|s| is_ready(state, s)).sum();
    let mut spare = (available - (desired - unavailable)).max(0);
    for one in old {
        let have = replicas(one);
        let idle = (have - is_ready(state, one)).max(0);
        let down = have.min(idle + spare);
        spare -= (down - idle).max(0);
        set_replicas(state, one, have - down);
    }
}

fn forget_old(state: &mut State, deployment: &Value, sets: &[Value], current: &str) {
    let limit =
        usize::try_from(deployment["spec"]["revisionHistoryLimit"].as_i64().unwrap_or(10)).unwrap_or(10);
    let mut old: Vec<&Value> = sets
        .iter()
        .filter(|s| {
            meta(s, "uid") != current
                && replicas(s) == 0
                && s["status"]["replicas"].as_i64().unwrap_or(0) == 0
        })
        .collect();
    old.sort_by_key(|s| revision(s));
    let extra = old.len().saturating_sub(limit);
    for one in old.into_iter().take(extra) {
        state.store.remove(SETS, meta(one, "namespace"), meta(one, "name"));
    }
}

fn status(state: &mut State, deployment: &Value, sets: &[Value], current: Option<&str>) {
    let namespace = meta(deployment, "namespace").to_string();
    let (mut total, mut updated, mut is_ready) = (0, 0, 0);
    for one in sets {
        let pods: Vec<Value> = pods_of(state, &namespace, meta(one, "uid"))
            .into_iter()
            .filter(|p| !dying(p) && !finished(p))
            .collect();
        total += pods.len();
        is_ready += pods.iter().filter(|p| ready(p)).count();
        if current == Some(meta(one, "uid")) {
            updated = pods.len();
        }
    }
    let desired = usize::try_from(replicas(deployment)).unwrap_or(0);
    let old = &deployment["status"];
    let mut out = json!({"observedGeneration": deployment["metadata"]["generation"]});
    let unavailable = desired.max(total).saturating_sub(is_ready);
    for (key, count) in [
        ("replicas", total),
        ("updatedReplicas", updated),
        ("readyReplicas", is_ready),
        ("availableReplicas", is_ready),
        ("unavailableReplicas", unavailable),
    ] {
        if count > 0 {
            set(&mut out, key, count);
        }
    }
    let now = state.clock.rfc3339();
    let rolling = &deployment["spec"]["strategy"]["rollingUpdate"];
    let least = desired.saturating_sub(
        usize::try_from(share(&rolling["maxUnavailable"], replicas(deployment), false)).unwrap_or(0),
    );
    let (value, reason, message) = match is_ready >= least {
        true => ("True", "MinimumReplicasAvailable", "Deployment has minimum availability."),
        false => ("False", "MinimumReplicasUnavailable", "Deployment does not have minimum availability."),
    };
    let available = condition(old, "Available", value, reason, message, &now, true);
    let name = sets.iter().find(|s| Some(meta(s, "uid")) == current).map_or("", |s| meta(s, "name"));
    let done = updated == desired && total == desired && is_ready >= desired;
    let progressing = progress(state, deployment, name, done, &now);
    set(&mut out, "conditions", json!([available, progressing]));
    save_status(state, DEPLOYMENTS, deployment, out);
}

/// The condition that says how a rollout gets on.
fn progress(state: &mut State, deployment: &Value, name: &str, done: bool, now: &str) -> Value {
    let old = &deployment["status"];
    let generation = &deployment["metadata"]["generation"];
    let key = format!("deadline {} {generation}", meta(deployment, "uid"));
    if done {
        state.pods.forget(&key);
        let why = format!("ReplicaSet \"{name}\" has successfully progressed.");
        return condition(old, "Progressing", "True", "NewReplicaSetAvailable", &why, now, true);
    }
    let exceeded = |c: &Value| text(c, "reason") == "ProgressDeadlineExceeded";
    let late = items(&old["conditions"]).iter().any(exceeded) && old["observedGeneration"] == *generation;
    let seconds = deployment["spec"]["progressDeadlineSeconds"].as_u64().unwrap_or(600);
    if late || state.pods.due(key, Duration::from_secs(seconds)) {
        let why = format!("ReplicaSet \"{name}\" has timed out progressing.");
        return condition(old, "Progressing", "False", "ProgressDeadlineExceeded", &why, now, true);
    }
    let why = format!("ReplicaSet \"{name}\" is progressing.");
    condition(old, "Progressing", "True", "ReplicaSetUpdated", &why, now, true)
}

/// Makes or stops pods until a set has as many as it should.
fn fill(state: &mut State, one: &Value) {
    let (namespace, uid) = (meta(one, "namespace").to_string(), meta(one, "uid").to_string());
    let pods = pods_of(state, &namespace, &uid);
    let mut live: Vec<&Value> = pods.iter().filter(|p| !dying(p) && !finished(p)).collect();
    let wanted = usize::try_from(replicas(one)).unwrap_or(0);
    for _ in live.len()..wanted {
        make_pod(state, one, "apps/v1", "ReplicaSet", None, &Value::Null);
    }
    live.sort_by_key(|p| ready(p));
    for extra in live.iter().take(live.len().saturating_sub(wanted)) {
        stop_pod(state, extra);
    }
    let pods: Vec<Value> =
        pods_of(state, &namespace, &uid).into_iter().filter(|p| !dying(p) && !finished(p)).collect();
    let is_ready = pods.iter().filter(|p| ready(p)).count();
    let mut status = json!({"replicas": pods.len(), "observedGeneration": one["metadata"]["generation"]});
    for (key, count) in
        [("fullyLabeledReplicas", pods.len()), ("readyReplicas", is_ready), ("availableReplicas", is_ready)]
    {
        if count > 0 {
            set(&mut status, key, count);
        }
    }
    if let Some(now) = state.store.get(SETS, &namespace, meta(one, "name")).cloned() {
        save_status(state, SETS, &now, status);
    }
}
