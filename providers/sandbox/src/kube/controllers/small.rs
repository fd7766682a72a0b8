//! Namespaces, definitions, aggregated roles, claims, load balancers.

use super::super::{State, custom, meta};
use super::{dying, fresh, save, save_status};
use crate::ids::short;
use crate::json::{self, items, set, text};
use crate::kube::selectors::selects;
use serde_json::{Value, json};
use std::time::Duration;

/// How long a load balancer's address takes.
const ADDRESS: Duration = Duration::from_millis(400);

const DEFINITIONS: &str = "apiextensions.k8s.io/customresourcedefinitions";
const ROLES: &str = "rbac.authorization.k8s.io/clusterroles";

pub(super) fn namespaces(state: &mut State) {
    let all: Vec<Value> = state.store.all("/namespaces").cloned().collect();
    for one in all {
        let name = meta(&one, "name").to_string();
        if dying(&one) {
            end_namespace(state, &one, &name);
            continue;
        }
        if state.store.get("/serviceaccounts", &name, "default").is_none() {
            let data = fresh(state, &name, "default");
            state.store.put(
                "/serviceaccounts",
                json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": data}),
            );
        }
        if state.store.get("/configmaps", &name, "kube-root-ca.crt").is_none() {
            let mut data = fresh(state, &name, "kube-root-ca.crt");
            let note = "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.";
            set(&mut data, "annotations", json!({"kubernetes.io/description": note}));
            let ca = state.ca.clone();
            state.store.put(
                "/configmaps",
                json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": data, "data": {"ca.crt": ca}}),
            );
        }
    }
}

/// Everything in a namespace goes first; what finalizers hold holds it.
fn end_namespace(state: &mut State, one: &Value, name: &str) {
    let mut left = 0;
    for key in state.store.keys() {
        let inside: Vec<Value> = state.store.within(&key, name).cloned().collect();
        for mut object in inside {
            let protected = items(&object["metadata"]["finalizers"]);
            let own = ["kubernetes.io/pvc-protection", "foregroundDeletion", "orphan"];
            let held = protected.iter().any(|f| !own.contains(&f.as_str().unwrap_or_default()));
            if !held {
                state.store.remove(&key, name, meta(&object, "name"));
                continue;
            }
            left += 1;
            if !dying(&object) {
                let now = state.clock.rfc3339();
                let data = json::child(&mut object, "metadata");
                set(data, "deletionTimestamp", now);
                set(data, "deletionGracePeriodSeconds", 0);
                state.store.put(&key, object);
            }
        }
    }
    if left == 0 && items(&one["metadata"]["finalizers"]).is_empty() {
        state.store.remove("/namespaces", "", name);
    }
}

pub(super) fn definitions(state: &mut State) {
    let all: Vec<Value> = state.store.all(DEFINITIONS).cloned().collect();
    let served: Vec<String> =
        state.store.resources.iter().filter(|r| r.custom.is_some()).map(|r| r.key()).collect();
    let mut stale = false;
    for one in &all {
        let key = format!("{}/{}", text(&one["spec"], "group"), text(&one["spec"]["names"], "plural"));
        if dying(one) {
            let inside: Vec<(String, String)> =
                state.store.all(&key).map(super::super::store::name_of).collect();
            inside.iter().for_each(|(ns, n)| drop(state.store.remove(&key, ns, n)));
            state.store.remove(DEFINITIONS, "", meta(one, "name"));
            stale = true;
        } else if !custom::established(one) {
            let now = state.clock.rfc3339();
            let mut status = one["status"].clone();
            let accept = |kind: &str, reason: &str, message: &str| json!({"type": kind, "status": "True", "lastTransitionTime": now, "reason": reason, "message": message});
            set(
                &mut status,
                "conditions",
                json!([
                    accept("NamesAccepted", "NoConflicts", "no conflicts found"),
                    accept("Established", "InitialNamesAccepted", "the initial names have been accepted")
                ]),
            );
            set(&mut status, "acceptedNames", one["spec"]["names"].clone());
            save_status(state, DEFINITIONS, one, status);
            stale = true;
        }
    }
    let keys: Vec<String> = all
        .iter()
        .map(|o| format!("{}/{}", text(&o["spec"], "group"), text(&o["spec"]["names"], "plural")))
        .collect();
    for gone in served.iter().filter(|k| !keys.contains(k)) {
        let inside: Vec<(String, String)> = state.store.all(gone).map(super::super::store::name_of).collect();
        inside.iter().for_each(|(ns, n)| drop(state.store.remove(gone, ns, n)));
        stale = true;
    }
    let newest = all.iter().filter_map(|o| meta(o, "resourceVersion").parse::<u64>().ok()).max().unwrap_or(0);
    if stale || newest != state.definitions {
        custom::refresh(&mut state.store);
        state.definitions = newest;
    }
}

pub(super) fn roles(state: &mut State) {
    let aggregated: Vec<Value> =
        state.store.all(ROLES).filter(|r| r["aggregationRule"].is_object()).cloned().collect();
    for mut role in aggregated {
        let selectors = items(&role["aggregationRule"]["clusterRoleSelectors"]).to_vec();
        let own = meta(&role, "name").to_string();
        let fits = |r: &&Value| {
            meta(r, "name") != own && selectors.iter().any(|s| selects(s, &r["metadata"]["labels"]))
        };
        let mut rules: Vec<Value> = Vec::new();
        for rule in state.store.all(ROLES).filter(fits).flat_map(|r| items(&r["rules"])) {
            if !rules.contains(rule) {
                rules.push(rule.clone());
            }
        }
        set(&mut role, "rules", if rules.is_empty() { Value::Null } else { rules.into() });
        save(state, ROLES, role);
    }
}

pub(super) fn claims(state: &mut State) {
    let all: Vec<Value> = state.store.all("/persistentvolumeclaims").cloned().collect();
    for mut claim in all {
        let (namespace, name) = super::super::store::name_of(&claim);
        if dying(&claim) {
            let uses = |p: &Value| {
                items(&p["spec"]["volumes"])
                    .iter()
                    .any(|v| text(&v["persistentVolumeClaim"], "claimName") == name)
            };
            let used = state.store.within("/pods", &namespace).any(uses);
            let left: Vec<Value> = items(&claim["metadata"]["finalizers"])
                .iter()
                .filter(|f| *f != "kubernetes.io/pvc-protection")
                .cloned()
                .collect();
            if !used && state.pods.due(format!("claim {}", meta(&claim, "uid")), Duration::from_millis(150)) {
                if left.is_empty() {
                    let volume = text(&claim["spec"], "volumeName").to_string();
                    state.store.remove("/persistentvolumeclaims", &namespace, &name);
                    let made = |v: &Value| text(&v["spec"], "persistentVolumeReclaimPolicy") == "Delete";
                    if state.store.get("/persistentvolumes", "", &volume).is_some_and(made) {
                        state.store.remove("/persistentvolumes", "", &volume);
                    }
                } else {
                    set(json::child(&mut claim, "metadata"), "finalizers", left);
                    save(state, "/persistentvolumeclaims", claim);
                }
            }
            continue;
        }
        let class = text(&claim["spec"], "storageClassName").to_string();
        let provisioner = state
            .store
            .get("storage.k8s.io/storageclasses", "", &class)
            .map(|c| text(c, "provisioner").to_string());
        if text(&claim["status"], "phase") == "Bound" {
            continue;
        }
        if let Some(volume) = super::volumes::fitting(state, &claim) {
            super::volumes::bind(state, claim, volume);
            continue;
        }
        let named = !text(&claim["spec"], "volumeName").is_empty();
        if named || provisioner.as_deref() != Some("lab/none") {
            continue;
        }
        bind(state, claim, &class);
    }
}

fn bind(state: &mut State, mut claim: Value, class: &str) {
    let volume = format!("pvc-{}", meta(&claim, "uid"));
    let size = claim["spec"]["resources"]["requests"]["storage"].clone();
    let modes = claim["spec"]["accessModes"].clone();
    let mut data = fresh(state, "", &volume);
    set(&mut data, "annotations", json!({"pv.kubernetes.io/provisioned-by": "lab/none"}));
    set(&mut data, "finalizers", json!(["kubernetes.io/pv-protection"]));
    json::remove(&mut data, "namespace");
    let spec = json!({"capacity": {"storage": size}, "accessModes": modes, "storageClassName": class, "persistentVolumeReclaimPolicy": "Delete",
        "volumeMode": "Filesystem", "hostPath": {"path": format!("/volumes/{volume}"), "type": ""},
        "claimRef": {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "namespace": meta(&claim, "namespace"), "name": meta(&claim, "name"), "uid": meta(&claim, "uid")}});
    state.store.put("/persistentvolumes", json!({"apiVersion": "v1", "kind": "PersistentVolume", "metadata": data, "spec": spec, "status": {"phase": "Bound"}}));
    set(json::child(&mut claim, "spec"), "volumeName", volume);
    let annotations = json::child(json::child(&mut claim, "metadata"), "annotations");
    set(annotations, "pv.kubernetes.io/bind-completed", "yes");
    set(annotations, "pv.kubernetes.io/bound-by-controller", "yes");
    set(&mut claim, "status", json!({"phase": "Bound", "accessModes": modes, "capacity": {"storage": size}}));
    save(state, "/persistentvolumeclaims", claim);
}

pub(super) fn balancers(state: &mut State) {
    let all: Vec<Value> = state.store.all("/services").filter(|s| !dying(s)).cloned().collect();
    for service in all {
        let wants = text(&service["spec"], "type") == "LoadBalancer"
            && service["metadata"]["annotations"].get("lab/no-lb").is_none()
            && service["spec"].get("loadBalancerClass").is_none();
        let has = !items(&service["status"]["loadBalancer"]["ingress"]).is_empty();
        if wants == has {
            continue;
        }
        if !wants {
            save_status(state, "/services", &service, json!({"loadBalancer": {}}));
        } else if state.pods.due(format!("balancer {}", meta(&service, "uid")), ADDRESS) {
            let hash = short(&[meta(&service, "uid")], 4);
            let number = u32::from_str_radix(&hash, 16).unwrap_or(1);
            let ip = format!("198.18.{}.{}", (number >> 8) & 0xff, (number & 0xff).clamp(1, 254));
            save_status(
                state,
                "/services",
                &service,
                json!({"loadBalancer": {"ingress": [{"ip": ip, "ipMode": "VIP"}]}}),
            );
        }
    }
}
