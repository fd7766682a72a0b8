//! Dispatch of calls on objects, and the calls and objects that follow no general rule.

use super::kinds::Resource;
use super::route::{Accept, Target, negotiate, on};
use super::status::{About, Cause, Failure};
use super::table::{Include, Tables};
use super::{Answer, Body, State, meta, write};
use crate::clock::Clock;
use crate::ids::random_uuid;
use crate::json::{self, items, set, text};
use crate::message::Request;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

/// What a real cluster serves and the sandbox does not: group, and plural or `*`.
const UNSERVED: &[(&str, &str)] = &[
    ("", "componentstatuses"),
    ("admissionregistration.k8s.io", "validatingadmissionpolicies"),
    ("admissionregistration.k8s.io", "validatingadmissionpolicybindings"),
    ("apiregistration.k8s.io", "*"),
    ("certificates.k8s.io", "*"),
    ("events.k8s.io", "*"),
    ("flowcontrol.apiserver.k8s.io", "*"),
    ("networking.k8s.io", "ipaddresses"),
    ("networking.k8s.io", "servicecidrs"),
    ("node.k8s.io", "*"),
    ("storage.k8s.io", "csinodes"),
    ("storage.k8s.io", "csistoragecapacities"),
    ("storage.k8s.io", "volumeattachments"),
];

/// Standard base64 of a text.
pub(crate) fn base64(text: &str) -> String {
    STANDARD.encode(text)
}

/// What makes tables of the objects that are asked for, where the client wants tables.
pub(crate) fn tables(
    request: &Request,
    resource: &Resource,
    clock: &Clock,
) -> Result<Option<Tables>, Failure> {
    let wanted = negotiate(request)? == Accept::Table;
    let include = Include::read(request.param("includeObject"));
    Ok(wanted.then(|| Tables::new(resource, include, clock.clone())))
}

impl State {
    /// Answers a call on objects.
    pub fn call(&mut self, request: &Request, target: &Target) -> Result<Answer, Failure> {
        let known =
            self.store.resources.iter().any(|r| r.group == target.group && r.version == target.version);
        if !known && UNSERVED.iter().any(|(group, plural)| *group == target.group && *plural == "*") {
            return Err(Failure::unknown(format!("the group {}", target.group)));
        }
        if !known {
            return Err(Failure::no_path());
        }
        if UNSERVED.contains(&(&target.group, &target.plural)) {
            return Err(Failure::unknown(&target.plural));
        }
        let found = self.store.resource(&target.group, Some(&target.version), &target.plural).cloned();
        let resource = found.ok_or_else(Failure::no_resource)?;
        if target.namespace.is_some() && !resource.namespaced {
            return Err(Failure::no_resource());
        }
        if let Some(sub) = &target.subresource
            && !resource.has(sub)
        {
            return Err(Failure::no_resource());
        }
        if resource.only_create() {
            return self.review(request, target, &resource);
        }
        let homeless = resource.namespaced && target.namespace.is_none();
        if homeless && target.name.is_some() && !target.watch {
            return Err(Failure::no_resource());
        }
        let mut answer =
            match (request.method.as_str(), target.name.as_deref(), target.subresource.as_deref()) {
                ("GET", _, None) if target.watch || on(request, "watch") && target.name.is_none() => {
                    self.watch(request, target, &resource)
                }
                ("GET", None, _) => self.list(request, target, &resource),
                ("POST", None, _) if !homeless => self.create(request, &resource, target),
                ("DELETE", None, _) if !homeless && resource.plural != "namespaces" => {
                    self.delete_all(request, &resource, target)
                }
                ("GET", Some(name), None | Some("status")) => self.get(request, target, &resource, name),
                ("PUT", Some(name), None | Some("status")) => self.update(request, &resource, target, name),
                ("PATCH", Some(name), None | Some("status")) => self.patch(request, &resource, target, name),
                ("DELETE", Some(name), None) => self.delete(request, &resource, target, name),
                (_, Some(name), Some(sub)) => self.part(request, &resource, target, name, sub),
                _ => Err(Failure::no_method()),
            }?;
        if let Some(tables) = tables(request, &resource, &self.clock)?
            && matches!(target.subresource.as_deref(), None | Some("status"))
            && let Body::Value(value) = answer.body
        {
            answer.body = Body::Value(tables.of(value));
        }
        if let Some(warning) = resource.custom.as_ref().and_then(|c| c.deprecation.clone()) {
            answer.warnings.insert(0, warning);
        }
        Ok(answer)
    }

    /// Subresources other than status.
    fn part(
        &mut self,
        request: &Request,
        resource: &Resource,
        target: &Target,
        name: &str,
        sub: &str,
    ) -> Result<Answer, Failure> {
        let namespace = target.namespace.as_deref().unwrap_or_default();
        let object = self.store.get(&resource.key(), namespace, name).cloned();
        let object = object.ok_or_else(|| Failure::not_found(&resource.about(name)))?;
        match (request.method.as_str(), sub) {
            ("GET", "scale") => Ok(Answer::new(200, scale(&object))),
            ("PUT" | "PATCH", "scale") => self.set_scale(request, resource, target, &object),
            ("POST", "token") => self.service_account_token(request, &object),
            // Nothing runs here, so nothing is written: an empty answer would say that a program was silent.
            ("GET", "log") => Err(Failure::unknown("GET of pods/log: no containers run on its nodes")),
            ("PUT", "finalize") => {
                let (node, _) = write::body(request, &resource.kind)?;
                let mut new = object;
                set(json::child(&mut new, "spec"), "finalizers", node.value()["spec"]["finalizers"].clone());
                Ok(Answer::new(200, self.store.put(&resource.key(), new)))
            }
            ("POST", "eviction") => {
                let plain = Target { subresource: None, ..target.clone() };
                self.delete(&Request { body: Vec::new(), ..request.clone() }, resource, &plain, name)?;
                Ok(Answer::new(201, super::delete::evict()))
            }
            ("GET" | "PUT" | "PATCH" | "POST" | "DELETE", _) => {
                Err(Failure::unknown(format!("{} of {}/{sub}", request.method, resource.plural)))
            }
            _ => Err(Failure::no_method()),
        }
    }

    fn set_scale(
        &mut self,
        request: &Request,
        resource: &Resource,
        target: &Target,
        object: &Value,
    ) -> Result<Answer, Failure> {
        let mut wanted = scale(object);
        let body: Value =
            serde_json::from_slice(&request.body).map_err(|e| Failure::bad_request(e.to_string()))?;
        if request.method == "PUT" {
            wanted = body;
        } else if request.header("content-type").is_some_and(|c| c.contains("json-patch")) {
            super::patch::json(&mut wanted, &body)?;
        } else {
            super::patch::merge(&mut wanted, &body);
        }
        if let Some(count) = wanted["spec"]["replicas"].as_i64().filter(|count| *count < 0) {
            let name = meta(object, "name").to_string();
            let about = About { group: "autoscaling".into(), kind: "Scale".into(), name, ..About::default() };
            let why = "must be greater than or equal to 0";
            let cause = Cause::raw("spec.replicas", &count.to_string(), why);
            return Err(Failure::invalid(&about, &[cause]));
        }
        let mut new = object.clone();
        set(json::child(&mut new, "spec"), "replicas", wanted["spec"]["replicas"].as_i64().unwrap_or(0));
        let options = super::route::Options::read(request, "UpdateOptions", false)?;
        let plain = Target { subresource: None, ..target.clone() };
        let write = write::Write { resource, target: &plain, options: &options };
        let stored = self.replace(&write, object, new, &mut Vec::new(), None)?;
        Ok(Answer::new(200, scale(&stored)))
    }

    fn service_account_token(&mut self, request: &Request, account: &Value) -> Result<Answer, Failure> {
        let (node, _) = write::body(request, "TokenRequest")?;
        let mut body = node.value();
        let seconds = body["spec"]["expirationSeconds"].as_i64().unwrap_or(3600);
        if seconds < 600 {
            let about = About {
                group: "authentication.k8s.io".into(),
                kind: "TokenRequest".into(),
                ..About::default()
            };
            let why = "may not specify a duration less than 10 minutes";
            let cause = Cause::raw("spec.expirationSeconds", &seconds.to_string(), why);
            return Err(Failure::invalid(&about, &[cause]));
        }
        let now = self.clock.unix();
        let subject =
            format!("system:serviceaccount:{}:{}", meta(account, "namespace"), meta(account, "name"));
        let part = |v: &Value| URL_SAFE_NO_PAD.encode(v.to_string());
        let head = json!({"alg": "RS256", "kid": "sandbox"});
        let claims = json!({"sub": subject, "iat": now, "nbf": now, "exp": now + seconds, "iss": "https://kubernetes.default.svc"});
        let signature = URL_SAFE_NO_PAD.encode(random_uuid());
        let expires = (self.clock.utc() + chrono::Duration::seconds(seconds))
            .to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
        set(&mut body, "kind", "TokenRequest");
        set(&mut body, "apiVersion", "authentication.k8s.io/v1");
        set(
            &mut body,
            "metadata",
            json!({"name": meta(account, "name"), "namespace": meta(account, "namespace"), "creationTimestamp": self.clock.rfc3339()}),
        );
        set(json::child(&mut body, "spec"), "expirationSeconds", seconds);
        let token = format!("{}.{}.{signature}", part(&head), part(&claims));
        set(&mut body, "status", json!({"token": token, "expirationTimestamp": expires}));
        Ok(Answer::new(201, body))
    }
}

/// The scale of a workload.
fn scale(object: &Value) -> Value {
    let labels = &object["spec"]["selector"]["matchLabels"];
    let selector: Vec<String> =
        json::pairs(labels).map(|(k, v)| format!("{k}={}", v.as_str().unwrap_or_default())).collect();
    let data = json::filtered(&object["metadata"], |k, _| {
        ["name", "namespace", "uid", "resourceVersion", "creationTimestamp"].contains(&k)
    });
    json!({"kind": "Scale", "apiVersion": "autoscaling/v1", "metadata": data,
        "spec": {"replicas": object["spec"]["replicas"].as_i64().unwrap_or(0)},
        "status": {"replicas": object["status"]["replicas"].as_i64().unwrap_or(0), "selector": selector.join(",")}})
}

/// Shows a stored object in the older version of its kind.
pub(crate) fn convert(resource: &Resource, object: &mut Value) {
    if resource.plural != "horizontalpodautoscalers" || resource.version != "v1" {
        return;
    }
    let spec = json::child(object, "spec");
    let metrics = json::remove(spec, "metrics").unwrap_or(Value::Null);
    json::remove(spec, "behavior");
    let cpu = items(&metrics).iter().find(|m| text(&m["resource"], "name") == "cpu");
    if let Some(percent) = cpu.and_then(|m| m["resource"]["target"]["averageUtilization"].as_i64()) {
        set(spec, "targetCPUUtilizationPercentage", percent);
    }
}

/// Brings an object that was written in an older version into the form that is stored.
pub(crate) fn store_form(resource: &Resource, object: &mut Value) {
    if resource.plural != "horizontalpodautoscalers" || resource.version != "v1" {
        return;
    }
    let spec = json::child(object, "spec");
    if let Some(percent) = json::remove(spec, "targetCPUUtilizationPercentage") {
        let metric = json!({"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": percent}}});
        set(spec, "metrics", json!([metric]));
    }
}

/// An object that nobody asked for.
fn given(state: &State, api_version: &str, kind: &str, namespace: &str, name: &str) -> Value {
    let mut data = json!({"name": name, "uid": random_uuid(), "creationTimestamp": state.clock.rfc3339()});
    if !namespace.is_empty() {
        set(&mut data, "namespace", namespace);
    }
    json!({"apiVersion": api_version, "kind": kind, "metadata": data})
}

/// What every cluster has from the start.
pub(crate) fn furnish(state: &mut State) {
    if state.store.get("/namespaces", "", "default").is_some() {
        return;
    }
    for name in ["default", "kube-node-lease", "kube-public", "kube-system"] {
        let mut ns = given(state, "v1", "Namespace", "", name);
        set(json::child(&mut ns, "metadata"), "labels", json!({"kubernetes.io/metadata.name": name}));
        set(&mut ns, "spec", json!({"finalizers": ["kubernetes"]}));
        set(&mut ns, "status", json!({"phase": "Active"}));
        state.store.put("/namespaces", ns);
    }
    let mut class = given(state, "storage.k8s.io/v1", "StorageClass", "", "standard");
    set(
        json::child(&mut class, "metadata"),
        "annotations",
        json!({"storageclass.kubernetes.io/is-default-class": "true"}),
    );
    set(&mut class, "provisioner", "lab/none");
    set(&mut class, "reclaimPolicy", "Delete");
    set(&mut class, "volumeBindingMode", "Immediate");
    state.store.put("storage.k8s.io/storageclasses", class);
    furnish_priorities(state);
    let mut class = given(state, "networking.k8s.io/v1", "IngressClass", "", "lab");
    set(json::child(&mut class, "metadata"), "generation", 1);
    set(&mut class, "spec", json!({"controller": "lab/none"}));
    state.store.put("networking.k8s.io/ingressclasses", class);
    let mut service = given(state, "v1", "Service", "default", "kubernetes");
    set(
        json::child(&mut service, "metadata"),
        "labels",
        json!({"component": "apiserver", "provider": "kubernetes"}),
    );
    set(
        &mut service,
        "spec",
        json!({"type": "ClusterIP", "clusterIP": "10.96.0.1", "clusterIPs": ["10.96.0.1"],
        "ipFamilies": ["IPv4"], "ipFamilyPolicy": "SingleStack", "internalTrafficPolicy": "Cluster", "sessionAffinity": "None",
        "ports": [{"name": "https", "port": 443, "protocol": "TCP", "targetPort": 6443}]}),
    );
    set(&mut service, "status", json!({"loadBalancer": {}}));
    state.store.put("/services", service);
}

/// The two priority classes of the system.
fn furnish_priorities(state: &mut State) {
    let classes = [
        (
            "system-cluster-critical",
            2_000_000_000,
            "Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.",
        ),
        (
            "system-node-critical",
            2_000_001_000,
            "Used for system critical pods that must not be moved from their current node.",
        ),
    ];
    for (name, value, description) in classes {
        let mut class = given(state, "scheduling.k8s.io/v1", "PriorityClass", "", name);
        set(json::child(&mut class, "metadata"), "generation", 1);
        set(&mut class, "value", value);
        set(&mut class, "description", description);
        set(&mut class, "preemptionPolicy", "PreemptLowerPriority");
        state.store.put("scheduling.k8s.io/priorityclasses", class);
    }
}

/// Makes or removes nodes until there are as many as there should be.
pub(crate) fn align_nodes(state: &mut State) {
    let have: Vec<String> = state.store.all("/nodes").map(|n| meta(n, "name").to_string()).collect();
    let want: Vec<String> = (0..state.nodes.min(1000)).map(|i| format!("node-{i:03}")).collect();
    for gone in have.iter().filter(|n| !want.contains(n)) {
        state.store.remove("/nodes", "", gone);
    }
    for name in want.iter().filter(|n| !have.contains(n)) {
        let mut node = given(state, "v1", "Node", "", name);
        set(
            json::child(&mut node, "metadata"),
            "labels",
            json!({"kubernetes.io/hostname": name, "kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64"}),
        );
        set(&mut node, "spec", json!({}));
        let now = state.clock.rfc3339();
        let resources = json!({"cpu": "2", "memory": "8Gi", "pods": "250"});
        set(
            &mut node,
            "status",
            json!({"capacity": resources, "allocatable": resources,
            "conditions": [{"type": "Ready", "status": "True", "reason": "KubeletReady", "message": "kubelet is posting ready status",
                "lastHeartbeatTime": now, "lastTransitionTime": now}],
            "nodeInfo": {"kubeletVersion": format!("v{}", state.version), "operatingSystem": "linux", "architecture": "amd64"}}),
        );
        state.store.put("/nodes", node);
    }
}
