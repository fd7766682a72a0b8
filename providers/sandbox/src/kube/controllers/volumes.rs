//! PersistentVolumes: their phases, and the claims they are matched with.

use super::super::{State, meta, quantity};
use super::{dying, save};
use crate::json::{self, items, set, text};
use crate::kube::selectors::selects;
use serde_json::{Value, json};
use std::time::Duration;

const VOLUMES: &str = "/persistentvolumes";
const CLAIMS: &str = "/persistentvolumeclaims";

/// How long a volume takes to go.
const GONE: Duration = Duration::from_millis(150);

fn set_phase(state: &State, volume: &mut Value, phase: &str) {
    if text(&volume["status"], "phase") != phase {
        let now = state.clock.rfc3339();
        let status = json::child(volume, "status");
        set(status, "phase", phase);
        set(status, "lastPhaseTransitionTime", now);
    }
}

/// Phases follow the claims; a volume that is deleted goes once no claim holds it.
pub(super) fn phases(state: &mut State) {
    let all: Vec<Value> = state.store.all(VOLUMES).cloned().collect();
    for mut volume in all {
        let claim = &volume["spec"]["claimRef"];
        let (namespace, name) = (text(claim, "namespace").to_string(), text(claim, "name").to_string());
        let held = state.store.get(CLAIMS, &namespace, &name).is_some_and(|held| {
            let uid = text(claim, "uid");
            uid.is_empty() || meta(held, "uid") == uid
        });
        if dying(&volume) {
            let done = !held && state.pods.due(format!("volume {}", meta(&volume, "uid")), GONE);
            let left: Vec<Value> = items(&volume["metadata"]["finalizers"])
                .iter()
                .filter(|f| *f != "kubernetes.io/pv-protection")
                .cloned()
                .collect();
            if done && left.is_empty() {
                let name = meta(&volume, "name").to_string();
                state.store.remove(VOLUMES, "", &name);
            } else if done {
                set(json::child(&mut volume, "metadata"), "finalizers", left);
                save(state, VOLUMES, volume);
            }
            continue;
        }
        let phase = match text(&volume["status"], "phase") {
            "Pending" if !claim.is_object() => "Available",
            "Bound" if !held => "Released",
            _ => continue,
        };
        set_phase(state, &mut volume, phase);
        save(state, VOLUMES, volume);
    }
}

/// The volume that fits a claim: the one it names, or the smallest that is large enough.
pub(super) fn fitting(state: &State, claim: &Value) -> Option<Value> {
    let spec = &claim["spec"];
    let milli = |value: &Value| value.as_str().and_then(quantity::parse).map_or(0, |q| q.milli);
    let wanted = milli(&spec["resources"]["requests"]["storage"]);
    let named = text(spec, "volumeName");
    let fits = |volume: &&Value| {
        let have = &volume["spec"];
        let reference = &have["claimRef"];
        let free = !reference.is_object()
            || (text(reference, "name") == meta(claim, "name")
                && text(reference, "namespace") == meta(claim, "namespace")
                && text(reference, "uid").is_empty());
        let modes = items(&spec["accessModes"]).iter().all(|mode| items(&have["accessModes"]).contains(mode));
        free && !dying(volume)
            && (named.is_empty() || meta(volume, "name") == named)
            && text(have, "storageClassName") == text(spec, "storageClassName")
            && text(have, "volumeMode") == text(spec, "volumeMode")
            && (spec["selector"].is_null() || selects(&spec["selector"], &volume["metadata"]["labels"]))
            && modes
            && milli(&have["capacity"]["storage"]) >= wanted
    };
    let size = |volume: &&Value| milli(&volume["spec"]["capacity"]["storage"]);
    state.store.all(VOLUMES).filter(fits).min_by_key(size).cloned()
}

/// Binds a claim and a volume to each other.
pub(super) fn bind(state: &mut State, mut claim: Value, mut volume: Value) {
    let reference = json!({
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "name": meta(&claim, "name"),
        "namespace": meta(&claim, "namespace"),
        "resourceVersion": meta(&claim, "resourceVersion"),
        "uid": meta(&claim, "uid"),
    });
    let by = "pv.kubernetes.io/bound-by-controller";
    set(json::child(json::child(&mut volume, "metadata"), "annotations"), by, "yes");
    set(json::child(&mut volume, "spec"), "claimRef", reference);
    set_phase(state, &mut volume, "Bound");
    let annotations = json::child(json::child(&mut claim, "metadata"), "annotations");
    set(annotations, "pv.kubernetes.io/bind-completed", "yes");
    if text(&claim["spec"], "volumeName").is_empty() {
        set(json::child(json::child(&mut claim, "metadata"), "annotations"), by, "yes");
        set(json::child(&mut claim, "spec"), "volumeName", meta(&volume, "name"));
    }
    let status = json!({
        "phase": "Bound",
        "accessModes": volume["spec"]["accessModes"],
        "capacity": volume["spec"]["capacity"],
    });
    set(&mut claim, "status", status);
    save(state, VOLUMES, volume);
    save(state, CLAIMS, claim);
}
