//! What happens to an object between its defaults and its validation, and what is handed out to it: addresses, ports,
//! classes, protection.

use super::kinds::Resource;
use super::status::{Cause, Failure};
use super::{State, meta, quantity};
use crate::json::{self, items, set, text};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// An empty status, as a fresh object has it.
pub(crate) fn clear_status(resource: &Resource, object: &mut Value) {
    if resource.custom.is_some() {
        json::remove(object, "status");
        return;
    }
    let Some(field) = resource.shape().and_then(|s| s.field("status")) else { return };
    json::remove(object, "status");
    if field.ty.is_value_struct()
        && !field.pointer
        && let Some(inner) = field.ty.structure()
    {
        set(object, "status", super::decode::empty(inner));
    }
}

/// A write of the object leaves its status alone.
pub(crate) fn keep_status(old: &Value, new: &mut Value) {
    match old.get("status") {
        Some(status) => set(new, "status", status.clone()),
        None => drop(json::remove(new, "status")),
    }
}

/// A write of the status leaves everything else alone.
pub(crate) fn keep_all_but_status(old: &Value, new: &mut Value) {
    let status = new.get("status").cloned();
    let owners = new["metadata"]["managedFields"].clone();
    let version = new["metadata"]["resourceVersion"].clone();
    *new = old.clone();
    match status {
        Some(status) => set(new, "status", status),
        None => drop(json::remove(new, "status")),
    }
    let data = json::child(new, "metadata");
    if !owners.is_null() {
        set(data, "managedFields", owners);
    }
    set(data, "resourceVersion", version);
}

/// Does an update change what is asked for (and so the generation)?
pub(crate) fn desired_differs(resource: &Resource, old: &Value, new: &Value) -> bool {
    if resource.custom.is_some() {
        let desired =
            |o: &Value| json::filtered(o, |k, _| !["metadata", "status", "apiVersion", "kind"].contains(&k));
        return desired(old) != desired(new);
    }
    match resource.plural.as_ref() {
        "mutatingwebhookconfigurations" | "validatingwebhookconfigurations" => {
            old["webhooks"] != new["webhooks"]
        }
        _ => old["spec"] != new["spec"],
    }
}

impl State {
    /// What happens to a fresh object before it is validated.
    pub fn admit_create(&mut self, resource: &Resource, object: &mut Value) -> Result<(), Failure> {
        match resource.plural.as_ref() {
            "persistentvolumeclaims" => {
                self.claim_fits(object)?;
                let data = json::child(object, "metadata");
                let mut finalizers = items(&data["finalizers"]).to_vec();
                finalizers.push("kubernetes.io/pvc-protection".into());
                set(data, "finalizers", finalizers);
                if object["spec"].get("storageClassName").is_none() {
                    let class = self.default_class(
                        "storage.k8s.io/storageclasses",
                        "storageclass.kubernetes.io/is-default-class",
                    );
                    if let Some(class) = class {
                        set(json::child(object, "spec"), "storageClassName", class);
                    }
                }
            }
            "persistentvolumes" => {
                let now = self.clock.rfc3339();
                let data = json::child(object, "metadata");
                let mut finalizers = items(&data["finalizers"]).to_vec();
                finalizers.push("kubernetes.io/pv-protection".into());
                set(data, "finalizers", finalizers);
                set(json::child(object, "status"), "lastPhaseTransitionTime", now);
            }
            "ingresses" => {
                let given = object["spec"].get("ingressClassName").is_some()
                    || object["metadata"]["annotations"].get("kubernetes.io/ingress.class").is_some();
                let class = self.default_class(
                    "networking.k8s.io/ingressclasses",
                    "ingressclass.kubernetes.io/is-default-class",
                );
                if let Some(class) = class.filter(|_| !given) {
                    set(json::child(object, "spec"), "ingressClassName", class);
                }
            }
            "pods" => self.admit_pod(object)?,
            "jobs" => admit_job(object),
            _ => {}
        }
        Ok(())
    }

    /// Priority and preemption of a pod, and the class it gets when it names none.
    fn priority_of(&self, spec: &Value) -> Result<(i64, String, Option<String>), String> {
        const CLASSES: &str = "scheduling.k8s.io/priorityclasses";
        const USUAL: &str = "PreemptLowerPriority";
        let of = |class: &Value| {
            let preemption = text(class, "preemptionPolicy");
            let preemption = if preemption.is_empty() { USUAL } else { preemption };
            (class["value"].as_i64().unwrap_or(0), preemption.to_string())
        };
        let name = text(spec, "priorityClassName");
        match name {
            "system-cluster-critical" => return Ok((2_000_000_000, USUAL.into(), None)),
            "system-node-critical" => return Ok((2_000_001_000, USUAL.into(), None)),
            _ => {}
        }
        if name.is_empty() {
            let usual = self.store.all(CLASSES).find(|class| class["globalDefault"] == true);
            return Ok(usual.map_or((0, USUAL.into(), None), |class| {
                let (value, preemption) = of(class);
                (value, preemption, Some(meta(class, "name").to_string()))
            }));
        }
        let class = self.store.get(CLASSES, "", name);
        let class = class.ok_or_else(|| format!("no PriorityClass with name {name} was found"))?;
        let (value, preemption) = of(class);
        Ok((value, preemption, None))
    }

    /// The size of a claim against the limits of its namespace.
    fn claim_fits(&self, object: &Value) -> Result<(), Failure> {
        let given = text(&object["spec"]["resources"]["requests"], "storage");
        let milli = |text: &str| quantity::parse(text).map(|q| q.milli);
        for range in self.store.within("/limitranges", meta(object, "namespace")) {
            for limit in items(&range["spec"]["limits"]) {
                if text(limit, "type") != "PersistentVolumeClaim" {
                    continue;
                }
                let (min, max) = (text(&limit["min"], "storage"), text(&limit["max"], "storage"));
                let what = if !min.is_empty() && milli(given) < milli(min) {
                    format!(
                        "minimum storage usage per PersistentVolumeClaim is {min}, but request is {given}"
                    )
                } else if !max.is_empty() && milli(given) > milli(max) {
                    format!(
                        "maximum storage usage per PersistentVolumeClaim is {max}, but request is {given}"
                    )
                } else {
                    continue;
                };
                let name = meta(object, "name").to_string();
                let resource = "persistentvolumeclaims".into();
                let about = super::status::About { resource, name, ..Default::default() };
                return Err(Failure::forbidden(&about, &what));
            }
        }
        Ok(())
    }

    fn default_class(&self, key: &str, annotation: &str) -> Option<String> {
        let is_default = |o: &&Value| o["metadata"]["annotations"][annotation] == "true";
        self.store.all(key).find(is_default).map(|o| meta(o, "name").to_string())
    }

    /// Limits of the namespace, the service account, tolerations.
    fn admit_pod(&mut self, object: &mut Value) -> Result<(), Failure> {
        let namespace = meta(object, "namespace").to_string();
        let name = meta(object, "name").to_string();
        let about = super::status::About { resource: "pods".into(), name, ..Default::default() };
        let ranges: Vec<Value> = self.store.within("/limitranges", &namespace).cloned().collect();
        let mut notes = Vec::new();
        for range in &ranges {
            for limit in items(&range["spec"]["limits"]).iter().filter(|l| text(l, "type") == "Container") {
                apply_limit(object, limit, &mut notes);
                if let Some(why) = over_limit(object, limit) {
                    return Err(Failure::forbidden(&about, &why));
                }
            }
        }
        if !notes.is_empty() {
            let note = format!("LimitRanger plugin set: {}", notes.join("; "));
            set(
                json::child(json::child(object, "metadata"), "annotations"),
                "kubernetes.io/limit-ranger",
                note,
            );
        }
        let account = text(&object["spec"], "serviceAccountName").to_string();
        let known = self.store.get("/serviceaccounts", &namespace, &account).is_some();
        if !known && !matches!(account.as_str(), "" | "default") {
            let why = format!(
                "error looking up service account {namespace}/{account}: serviceaccount \"{account}\" not found"
            );
            return Err(Failure::forbidden(&about, &why));
        }
        let priority = self.priority_of(&object["spec"]);
        let (priority, preemption, default_class) =
            priority.map_err(|why| Failure::forbidden(&about, &why))?;
        let spec = json::child(object, "spec");
        if account.is_empty() {
            set(spec, "serviceAccountName", "default");
            set(spec, "serviceAccount", "default");
        }
        mount_token(spec);
        json::default(spec, "enableServiceLinks", true);
        set(spec, "preemptionPolicy", preemption);
        set(spec, "priority", priority);
        if let Some(class) = default_class {
            set(spec, "priorityClassName", class);
        }
        json::default(
            spec,
            "tolerations",
            json!([
                {"effect": "NoExecute", "key": "node.kubernetes.io/not-ready", "operator": "Exists", "tolerationSeconds": 300},
                {"effect": "NoExecute", "key": "node.kubernetes.io/unreachable", "operator": "Exists", "tolerationSeconds": 300}
            ]),
        );
        set(json::child(object, "status"), "phase", "Pending");
        let class = quality(&object["spec"]);
        set(json::child(object, "status"), "qosClass", class);
        Ok(())
    }

    /// What happens to a changed object before it is validated.
    pub fn admit_update(&mut self, resource: &Resource, old: &Value, new: &mut Value) -> Result<(), Failure> {
        match resource.plural.as_ref() {
            "services" => keep_addresses(old, new),
            "pods" => {
                // What the node and the scheduler set stays when it is left out.
                for key in [
                    "serviceAccountName",
                    "serviceAccount",
                    "nodeName",
                    "enableServiceLinks",
                    "preemptionPolicy",
                    "priority",
                    "tolerations",
                ] {
                    if let Some(value) = old["spec"].get(key) {
                        json::default(json::child(new, "spec"), key, value.clone());
                    }
                }
            }
            "jobs" => {
                for key in ["selector", "template"] {
                    if new["spec"].get(key).is_none_or(|v| v.is_null()) {
                        set(json::child(new, "spec"), key, old["spec"][key].clone());
                    }
                }
                let labels = old["spec"]["template"]["metadata"]["labels"].clone();
                for (k, v) in json::pairs(&labels) {
                    let template = json::child(json::child(new, "spec"), "template");
                    json::default(json::child(json::child(template, "metadata"), "labels"), k, v.clone());
                }
            }
            "persistentvolumeclaims" => {
                for key in ["volumeName", "storageClassName"] {
                    if let Some(value) = old["spec"].get(key) {
                        json::default(json::child(new, "spec"), key, value.clone());
                    }
                }
            }
            "serviceaccounts" => {}
            _ => {}
        }
        Ok(())
    }

    /// Hands out addresses and ports. `old` is the object before an update.
    pub fn allocate(
        &mut self,
        resource: &Resource,
        object: &mut Value,
        old: Option<&Value>,
    ) -> Result<(), Failure> {
        if resource.plural == "jobs" && old.is_none() {
            // A job without labels of its own has those of its pods.
            let labels = object["spec"]["template"]["metadata"]["labels"].clone();
            json::default(json::child(object, "metadata"), "labels", labels);
        }
        if resource.plural != "services" {
            return Ok(());
        }
        let name = meta(object, "name").to_string();
        let refuse = |cause: Cause| Failure::invalid(&resource.about(&name), &[cause]);
        let kind = text(&object["spec"], "type").to_string();
        if kind != "ExternalName" {
            self.allocate_address(object).map_err(refuse)?;
        }
        let wants = match kind.as_str() {
            "NodePort" => true,
            "LoadBalancer" => object["spec"]["allocateLoadBalancerNodePorts"] != json!(false),
            _ => false,
        };
        if wants { self.allocate_ports(object, old).map_err(refuse) } else { Ok(()) }
    }

    fn allocate_address(&mut self, object: &mut Value) -> Result<(), Cause> {
        let given = text(&object["spec"], "clusterIP").to_string();
        let ip = if given.is_empty() { self.free_ip() } else { given.clone() };
        if !matches!(given.as_str(), "" | "None") {
            let other = |s: &Value| s["metadata"]["uid"] != object["metadata"]["uid"];
            let taken = self.store.all("/services").any(|s| text(&s["spec"], "clusterIP") == ip && other(s));
            let why = match (ip.starts_with("10.96."), taken) {
                (false, _) => Some("the provided network does not match the current range"),
                (true, true) => Some("provided IP is already allocated"),
                (true, false) => None,
            };
            if let Some(why) = why {
                let shown = format!("[]string{{\"{ip}\"}}");
                let why = format!("failed to allocate IP {ip}: {why}");
                return Err(Cause::raw("spec.clusterIPs", &shown, why));
            }
        }
        let spec = json::child(object, "spec");
        let alone = ip == "None" && !json::truthy(&spec["selector"]);
        set(spec, "clusterIP", ip.as_str());
        set(spec, "clusterIPs", json!([ip]));
        json::default(spec, "ipFamilies", if alone { json!(["IPv4", "IPv6"]) } else { json!(["IPv4"]) });
        json::default(spec, "ipFamilyPolicy", if alone { "RequireDualStack" } else { "SingleStack" });
        Ok(())
    }

    fn allocate_ports(&mut self, object: &mut Value, old: Option<&Value>) -> Result<(), Cause> {
        let uid = object["metadata"]["uid"].clone();
        let others = self.store.all("/services").filter(|s| s["metadata"]["uid"] != uid);
        let mut taken: BTreeSet<i64> =
            others.flat_map(|s| items(&s["spec"]["ports"])).filter_map(|p| p["nodePort"].as_i64()).collect();
        let own: Vec<i64> = old
            .map(|o| items(&o["spec"]["ports"]).iter().filter_map(|p| p["nodePort"].as_i64()).collect())
            .unwrap_or_default();
        let spec = json::child(object, "spec");
        let ports =
            spec.get_mut("ports").and_then(Value::as_array_mut).map(Vec::as_mut_slice).unwrap_or_default();
        for (i, port) in ports.iter_mut().enumerate() {
            let at = format!("spec.ports[{i}].nodePort");
            match port["nodePort"].as_i64().filter(|p| *p != 0) {
                Some(given) if !(30000..=32767).contains(&given) => {
                    let why =
                        "provided port is not in the valid range. The range of valid ports is 30000-32767";
                    return Err(Cause::raw(at, &given.to_string(), why));
                }
                Some(given) if taken.contains(&given) => {
                    return Err(Cause::raw(at, &given.to_string(), "provided port is already allocated"));
                }
                Some(given) => drop(taken.insert(given)),
                None => {
                    let kept = own.get(i).copied().filter(|p| !taken.contains(p));
                    let free = kept.unwrap_or_else(|| {
                        let start = 30000 + (i64::from(self.next_ip) * 37) % 2700;
                        (start..=32767).chain(30000..start).find(|p| !taken.contains(p)).unwrap_or(30000)
                    });
                    taken.insert(free);
                    set(port, "nodePort", free);
                }
            }
        }
        Ok(())
    }

    fn free_ip(&mut self) -> String {
        loop {
            self.next_ip += 1;
            let n = self.next_ip + 19;
            let ip = format!("10.96.{}.{}", (n / 250) % 250, n % 250 + 2);
            if !self.store.all("/services").any(|s| text(&s["spec"], "clusterIP") == ip) {
                return ip;
            }
        }
    }
}

/// A service keeps its addresses and ports when a PUT leaves them out.
fn keep_addresses(old: &Value, new: &mut Value) {
    let (was, kind) = (&old["spec"], text(&new["spec"], "type").to_string());
    let spec = json::child(new, "spec");
    if kind == "ExternalName" {
        return;
    }
    if text(spec, "clusterIP").is_empty() && text(was, "type") != "ExternalName" {
        set(spec, "clusterIP", was["clusterIP"].clone());
        set(spec, "clusterIPs", was["clusterIPs"].clone());
    } else {
        let moved =
            text(spec, "clusterIP") != text(was, "clusterIP") && spec["clusterIPs"] == was["clusterIPs"];
        if moved || items(&spec["clusterIPs"]).is_empty() {
            let ip = spec["clusterIP"].clone();
            set(spec, "clusterIPs", json!([ip]));
        }
    }
    for key in ["ipFamilies", "ipFamilyPolicy"] {
        if let Some(value) = was.get(key) {
            json::default(spec, key, value.clone());
        }
    }
    let node_ports = matches!(kind.as_str(), "NodePort" | "LoadBalancer");
    let ports =
        spec.get_mut("ports").and_then(Value::as_array_mut).map(Vec::as_mut_slice).unwrap_or_default();
    for port in ports {
        if !node_ports && items(&was["ports"]).iter().any(|o| o["nodePort"] == port["nodePort"]) {
            json::remove(port, "nodePort");
        }
    }
    if !node_ports {
        json::remove(spec, "healthCheckNodePort");
    }
}

/// Checks that come after validation, as 403.
pub(crate) fn late_checks(resource: &Resource, old: &Value, new: &Value) -> Result<(), Failure> {
    if resource.plural == "persistentvolumeclaims" {
        let size = |o: &Value| {
            quantity::parse(text(&o["spec"]["resources"]["requests"], "storage")).map(|q| q.milli)
        };
        if size(new) > size(old) && text(&old["status"], "phase") == "Bound" {
            let why = "only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize";
            return Err(Failure::forbidden(&resource.about(meta(old, "name")), why));
        }
    }
    Ok(())
}

/// Gives the containers of a pod the token of its service account.
fn mount_token(spec: &mut Value) {
    let place = "/var/run/secrets/kubernetes.io/serviceaccount";
    let mounted = |c: &Value| items(&c["volumeMounts"]).iter().any(|m| text(m, "mountPath") == place);
    if spec["automountServiceAccountToken"] == false || items(&spec["containers"]).iter().all(mounted) {
        return;
    }
    let name = format!("kube-api-access-{}", crate::ids::random_suffix(5));
    for kind in ["containers", "initContainers"] {
        let list =
            spec.get_mut(kind).and_then(Value::as_array_mut).map(Vec::as_mut_slice).unwrap_or_default();
        for c in list.iter_mut().filter(|c| !mounted(c)) {
            let mut mounts = items(&c["volumeMounts"]).to_vec();
            mounts.push(json!({"name": name, "mountPath": place, "readOnly": true}));
            set(c, "volumeMounts", mounts);
        }
    }
    let field = json!({"apiVersion": "v1", "fieldPath": "metadata.namespace"});
    let sources = json!([
        {"serviceAccountToken": {"expirationSeconds": 3607, "path": "token"}},
        {"configMap": {"name": "kube-root-ca.crt", "items": [{"key": "ca.crt", "path": "ca.crt"}]}},
        {"downwardAPI": {"items": [{"path": "namespace", "fieldRef": field}]}}
    ]);
    let mut volumes = items(&spec["volumes"]).to_vec();
    volumes.push(json!({"name": name, "projected": {"defaultMode": 420, "sources": sources}}));
    set(spec, "volumes", volumes);
}

/// The quality of service that a pod's requests and limits give it.
pub(crate) fn quality(spec: &Value) -> &'static str {
    let all = || ["containers", "initContainers"].into_iter().flat_map(|k| items(&spec[k]));
    let any =
        |c: &Value| json::truthy(&c["resources"]["limits"]) || json::truthy(&c["resources"]["requests"]);
    let full = |c: &Value| {
        ["cpu", "memory"].iter().all(|r| {
            let limit = &c["resources"]["limits"][*r];
            let request = c["resources"]["requests"].get(*r).unwrap_or(limit);
            !limit.is_null() && request == limit
        })
    };
    if !all().any(any) {
        "BestEffort"
    } else if all().all(full) {
        "Guaranteed"
    } else {
        "Burstable"
    }
}

/// The labels and the selector that tie a job to its pods.
fn admit_job(object: &mut Value) {
    let (uid, name) = (meta(object, "uid").to_string(), meta(object, "name").to_string());
    let spec = json::child(object, "spec");
    if spec["manualSelector"] == true {
        return;
    }
    let labels = json::child(json::child(json::child(spec, "template"), "metadata"), "labels");
    for (key, value) in [
        ("batch.kubernetes.io/controller-uid", &uid),
        ("batch.kubernetes.io/job-name", &name),
        ("controller-uid", &uid),
        ("job-name", &name),
    ] {
        set(labels, key, value.as_str());
    }
    if spec.get("selector").is_none_or(Value::is_null) {
        set(spec, "selector", json!({"matchLabels": {"batch.kubernetes.io/controller-uid": uid}}));
    }
}

fn apply_limit(object: &mut Value, limit: &Value, notes: &mut Vec<String>) {
    let spec = json::child(object, "spec");
    let containers =
        spec.get_mut("containers").and_then(Value::as_array_mut).map(Vec::as_mut_slice).unwrap_or_default();
    for c in containers {
        let name = text(c, "name").to_string();
        for (part, defaults, word) in
            [("requests", "defaultRequest", "request"), ("limits", "default", "limit")]
        {
            for (resource, value) in json::pairs(&limit[defaults]) {
                let given = json::child(json::child(c, "resources"), part);
                if given.get(resource).is_none() {
                    set(given, resource, value.clone());
                    notes.push(format!("{resource} {word} for container {name}"));
                }
            }
        }
    }
}

fn over_limit(object: &Value, limit: &Value) -> Option<String> {
    let milli = |v: &Value| v.as_str().and_then(quantity::parse).map(|q| q.milli);
    for c in items(&object["spec"]["containers"]) {
        for (resource, max) in json::pairs(&limit["max"]) {
            let given = &c["resources"]["limits"][resource];
            if given.is_null() {
                return Some(format!(
                    "maximum {resource} usage per Container is {}.  No limit is specified",
                    max.as_str()?
                ));
            }
            if milli(given) > milli(max) {
                let (max, given) = (max.as_str()?, given.as_str()?);
                return Some(format!(
                    "maximum {resource} usage per Container is {max}, but limit is {given}"
                ));
            }
        }
        for (resource, min) in json::pairs(&limit["min"]) {
            let given = &c["resources"]["requests"][resource];
            if !given.is_null() && milli(given) < milli(min) {
                let (min, given) = (min.as_str()?, given.as_str()?);
                return Some(format!(
                    "minimum {resource} usage per Container is {min}, but request is {given}"
                ));
            }
        }
    }
    None
}
