//! What the API server fills in.

use super::kinds::Resource;
use crate::json::{self, default, items, set, text};
use serde_json::{Value, json};

/// Fills in the defaults of a kind. `old` is the object before an update.
pub(crate) fn apply(resource: &Resource, object: &mut Value, old: Option<&Value>) {
    if let Some(custom) = &resource.custom {
        super::custom::default(object, &custom.schema);
        return;
    }
    match resource.plural.as_ref() {
        "secrets" => secret(object, old),
        "services" => service(object, old),
        "pods" => pod(json::child(object, "spec")),
        "deployments" => deployment(object),
        "replicasets" | "replicationcontrollers" => {
            let spec = json::child(object, "spec");
            default(spec, "replicas", 1);
            template(spec);
        }
        "statefulsets" => stateful_set(object),
        "daemonsets" => daemon_set(object),
        "jobs" => job(json::child(object, "spec")),
        "cronjobs" => cron_job(object),
        "persistentvolumeclaims" => {
            default(json::child(object, "spec"), "volumeMode", "Filesystem");
            default(json::child(object, "status"), "phase", "Pending");
        }
        "persistentvolumes" => {
            let spec = json::child(object, "spec");
            if let Some(path) = spec.get_mut("hostPath").filter(|path| path.is_object()) {
                default(path, "type", "");
            }
            let spec = json::child(object, "spec");
            default(spec, "volumeMode", "Filesystem");
            default(spec, "persistentVolumeReclaimPolicy", "Retain");
            default(json::child(object, "status"), "phase", "Pending");
        }
        "storageclasses" => {
            default(object, "reclaimPolicy", "Delete");
            default(object, "volumeBindingMode", "Immediate");
        }
        "namespaces" => namespace(object),
        "horizontalpodautoscalers" => autoscaler(object),
        "customresourcedefinitions" => definition(object),
        "rolebindings" | "clusterrolebindings" => binding(object),
        "networkpolicies" => network_policy(object),
        "limitranges" => limit_range(object),
        "priorityclasses" => default(object, "preemptionPolicy", "PreemptLowerPriority"),
        "endpoints" => {
            for subset in list(object, "subsets") {
                list(subset, "ports").iter_mut().for_each(|p| default(p, "protocol", "TCP"));
            }
        }
        _ => {}
    }
}

/// The items of a member that is a list.
fn list<'a>(value: &'a mut Value, key: &str) -> &'a mut [Value] {
    value.get_mut(key).and_then(Value::as_array_mut).map(Vec::as_mut_slice).unwrap_or_default()
}

fn secret(object: &mut Value, old: Option<&Value>) {
    if text(object, "type").is_empty() {
        let kind =
            old.map(|o| text(o, "type")).filter(|t| *t == "Opaque" || t.is_empty()).unwrap_or("Opaque");
        set(object, "type", if kind.is_empty() { "Opaque" } else { kind });
    }
    let Some(plain) = json::remove(object, "stringData") else { return };
    for (k, v) in json::pairs(&plain) {
        let encoded = super::special::base64(v.as_str().unwrap_or_default());
        set(json::child(object, "data"), k, encoded);
    }
}

fn service(object: &mut Value, old: Option<&Value>) {
    let spec = json::child(object, "spec");
    default(spec, "sessionAffinity", "None");
    if text(spec, "sessionAffinity") == "None" {
        json::remove(spec, "sessionAffinityConfig");
    }
    if text(spec, "sessionAffinity") == "ClientIP" {
        let config = json::child(json::child(spec, "sessionAffinityConfig"), "clientIP");
        default(config, "timeoutSeconds", 10800);
    }
    default(spec, "type", "ClusterIP");
    for port in list(spec, "ports") {
        default(port, "protocol", "TCP");
        let target = port["targetPort"].clone();
        if target == json!(0) || target == json!("") || target.is_null() {
            let number = port["port"].clone();
            set(port, "targetPort", number);
        }
    }
    let kind = text(spec, "type").to_string();
    if matches!(kind.as_str(), "NodePort" | "LoadBalancer") {
        default(spec, "externalTrafficPolicy", "Cluster");
    } else if text(spec, "externalTrafficPolicy") == "Cluster" {
        json::remove(spec, "externalTrafficPolicy");
    }
    if kind == "LoadBalancer" {
        default(spec, "allocateLoadBalancerNodePorts", true);
    } else if let Some(old) = old {
        // What belongs to another type goes with it, unless a change says otherwise.
        for field in ["allocateLoadBalancerNodePorts", "loadBalancerClass"] {
            if old["spec"].get(field).is_some() && old["spec"].get(field) == spec.get(field) {
                json::remove(spec, field);
            }
        }
    }
    if kind != "ExternalName" {
        default(spec, "internalTrafficPolicy", "Cluster");
    }
}

fn deployment(object: &mut Value) {
    let spec = json::child(object, "spec");
    default(spec, "replicas", 1);
    let strategy = json::child(spec, "strategy");
    default(strategy, "type", "RollingUpdate");
    if text(strategy, "type") == "RollingUpdate" {
        let rolling = json::child(strategy, "rollingUpdate");
        default(rolling, "maxUnavailable", "25%");
        default(rolling, "maxSurge", "25%");
    }
    default(spec, "revisionHistoryLimit", 10);
    default(spec, "progressDeadlineSeconds", 600);
    template(spec);
}

fn stateful_set(object: &mut Value) {
    let spec = json::child(object, "spec");
    default(spec, "podManagementPolicy", "OrderedReady");
    let strategy = json::child(spec, "updateStrategy");
    default(strategy, "type", "RollingUpdate");
    if text(strategy, "type") == "RollingUpdate" {
        default(json::child(strategy, "rollingUpdate"), "partition", 0);
    }
    let retention = json::child(spec, "persistentVolumeClaimRetentionPolicy");
    default(retention, "whenDeleted", "Retain");
    default(retention, "whenScaled", "Retain");
    default(spec, "replicas", 1);
    default(spec, "revisionHistoryLimit", 10);
    template(spec);
    for claim in list(spec, "volumeClaimTemplates") {
        default(claim, "apiVersion", "v1");
        default(claim, "kind", "PersistentVolumeClaim");
        default(json::child(claim, "spec"), "volumeMode", "Filesystem");
        default(json::child(claim, "status"), "phase", "Pending");
    }
}

fn daemon_set(object: &mut Value) {
    let spec = json::child(object, "spec");
    let strategy = json::child(spec, "updateStrategy");
    default(strategy, "type", "RollingUpdate");
    if text(strategy, "type") == "RollingUpdate" {
        let rolling = json::child(strategy, "rollingUpdate");
        default(rolling, "maxUnavailable", 1);
        default(rolling, "maxSurge", 0);
    }
    default(spec, "revisionHistoryLimit", 10);
    template(spec);
}

fn job(spec: &mut Value) {
    if spec.get("completions").is_none() && spec.get("parallelism").is_none() {
        default(spec, "completions", 1);
    }
    default(spec, "parallelism", 1);
    default(spec, "backoffLimit", 6);
    default(spec, "completionMode", "NonIndexed");
    default(spec, "manualSelector", false);
    default(spec, "suspend", false);
    default(spec, "podReplacementPolicy", "TerminatingOrFailed");
    if spec["podFailurePolicy"].is_object() {
        set(spec, "podReplacementPolicy", "Failed");
    }
    template(spec);
}

fn cron_job(object: &mut Value) {
    let spec = json::child(object, "spec");
    default(spec, "concurrencyPolicy", "Allow");
    default(spec, "suspend", false);
    default(spec, "successfulJobsHistoryLimit", 3);
    default(spec, "failedJobsHistoryLimit", 1);
    let inner = json::child(json::child(spec, "jobTemplate"), "spec");
    template(inner);
}

fn namespace(object: &mut Value) {
    let name = super::meta(object, "name").to_string();
    if !name.is_empty() {
        set(json::child(json::child(object, "metadata"), "labels"), "kubernetes.io/metadata.name", name);
    }
    let spec = json::child(object, "spec");
    default(spec, "finalizers", json!(["kubernetes"]));
    let status = json::child(object, "status");
    default(status, "phase", "Active");
}

fn autoscaler(object: &mut Value) {
    let spec = json::child(object, "spec");
    default(spec, "minReplicas", 1);
    if text(object, "apiVersion") == "autoscaling/v1" {
        return;
    }
    let spec = json::child(object, "spec");
    if items(&spec["metrics"]).is_empty() {
        let metric = json!({"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 80}}});
        set(spec, "metrics", json!([metric]));
    }
    if let Some(behavior) = spec.get_mut("behavior").filter(|b| b.is_object()) {
        for (direction, window, policies) in [
            (
                "scaleUp",
                Some(0),
                json!([{"type": "Pods", "value": 4, "periodSeconds": 15}, {"type": "Percent", "value": 100, "periodSeconds": 15}]),
            ),
            ("scaleDown", None, json!([{"type": "Percent", "value": 100, "periodSeconds": 15}])),
        ] {
            let rules = json::child(behavior, direction);
            if let Some(seconds) = window {
                default(rules, "stabilizationWindowSeconds", seconds);
            }
            default(rules, "selectPolicy", "Max");
            default(rules, "policies", policies);
        }
    }
}

fn definition(object: &mut Value) {
    let spec = json::child(object, "spec");
    let names = json::child(spec, "names");
    let kind = text(names, "kind").to_string();
    if text(names, "singular").is_empty() {
        set(names, "singular", kind.to_lowercase());
    }
    if text(names, "listKind").is_empty() && !kind.is_empty() {
        set(names, "listKind", format!("{kind}List"));
    }
    default(spec, "conversion", json!({"strategy": "None"}));
    let versions: Vec<(String, bool)> = items(&spec["versions"])
        .iter()
        .map(|v| (text(v, "name").to_string(), v["storage"] == true))
        .collect();
    let status = json::child(object, "status");
    default(status, "conditions", Value::Null);
    default(status, "acceptedNames", json!({"plural": "", "kind": ""}));
    if items(&status["storedVersions"]).is_empty() {
        let stored: Vec<String> = versions.into_iter().filter(|(_, s)| *s).map(|(n, _)| n).collect();
        set(status, "storedVersions", stored);
    }
}

fn binding(object: &mut Value) {
    let role = json::child(object, "roleRef");
    if text(role, "apiGroup").is_empty() {
        set(role, "apiGroup", "rbac.authorization.k8s.io");
    }
    for subject in list(object, "subjects") {
        if text(subject, "apiGroup").is_empty() && matches!(text(subject, "kind"), "User" | "Group") {
            set(subject, "apiGroup", "rbac.authorization.k8s.io");
        }
    }
}

fn network_policy(object: &mut Value) {
    let spec = json::child(object, "spec");
    let mut types = vec!["Ingress"];
    if !items(&spec["egress"]).is_empty() {
        types.push("Egress");
    }
    default(spec, "policyTypes", types);
    for direction in ["ingress", "egress"] {
        for rule in list(spec, direction) {
            list(rule, "ports").iter_mut().for_each(|p| default(p, "protocol", "TCP"));
        }
    }
}

fn limit_range(object: &mut Value) {
    let spec = json::child(object, "spec");
    for limit in list(spec, "limits") {
        if text(limit, "type") != "Container" {
            continue;
        }
        let pairs = |v: &Value| json::pairs(v).map(|(k, v)| (k.clone(), v.clone())).collect::<Vec<_>>();
        for (k, v) in pairs(&limit["max"]) {
            default(json::child(limit, "default"), &k, v);
        }
        for (k, v) in pairs(&limit["default"]).into_iter().chain(pairs(&limit["min"])) {
            default(json::child(limit, "defaultRequest"), &k, v);
        }
    }
}

fn template(spec: &mut Value) {
    pod_spec(json::child(json::child(spec, "template"), "spec"));
}

/// A pod itself, besides what templates have too: requests follow limits.
fn pod(spec: &mut Value) {
    pod_spec(spec);
    for kind in ["containers", "initContainers"] {
        for c in list(spec, kind) {
            let limits = c["resources"]["limits"].clone();
            for (resource, limit) in json::pairs(&limits) {
                let requests = json::child(json::child(c, "resources"), "requests");
                default(requests, resource, limit.clone());
            }
        }
    }
}

/// The defaults of a pod.
pub(crate) fn pod_spec(spec: &mut Value) {
    default(spec, "dnsPolicy", "ClusterFirst");
    default(spec, "restartPolicy", "Always");
    default(spec, "schedulerName", "default-scheduler");
    default(spec, "terminationGracePeriodSeconds", 30);
    default(spec, "securityContext", json!({}));
    let (account, old_name) =
        (text(spec, "serviceAccountName").to_string(), text(spec, "serviceAccount").to_string());
    let account = if account.is_empty() { old_name } else { account };
    if !account.is_empty() {
        set(spec, "serviceAccountName", account.as_str());
        set(spec, "serviceAccount", account);
    }
    let host = json::truthy(&spec["hostNetwork"]);
    for kind in ["containers", "initContainers", "ephemeralContainers"] {
        list(spec, kind).iter_mut().for_each(|c| container(c, host));
    }
    list(spec, "volumes").iter_mut().for_each(volume);
}

fn container(c: &mut Value, host: bool) {
    if !text(c, "image").is_empty() {
        let image = text(c, "image");
        let last = image.rsplit('/').next().unwrap_or(image);
        let tag = if last.contains('@') { "@" } else { last.split_once(':').map_or("latest", |(_, t)| t) };
        let policy = if tag == "latest" { "Always" } else { "IfNotPresent" };
        default(c, "imagePullPolicy", policy);
    } else {
        default(c, "imagePullPolicy", "Always");
    }
    default(c, "terminationMessagePath", "/dev/termination-log");
    default(c, "terminationMessagePolicy", "File");
    default(c, "resources", json!({}));
    for port in list(c, "ports") {
        default(port, "protocol", "TCP");
        if host && port.get("hostPort").is_none() {
            let number = port["containerPort"].clone();
            set(port, "hostPort", number);
        }
    }
    for env in list(c, "env") {
        if let Some(field) =
            env.get_mut("valueFrom").and_then(|v| v.get_mut("fieldRef")).filter(|f| f.is_object())
        {
            default(field, "apiVersion", "v1");
        }
        if let Some(field) =
            env.get_mut("valueFrom").and_then(|v| v.get_mut("resourceFieldRef")).filter(|f| f.is_object())
        {
            default(field, "divisor", "0");
        }
    }
    for kind in ["livenessProbe", "readinessProbe", "startupProbe"] {
        if let Some(p) = c.get_mut(kind).filter(|p| p.is_object()) {
            probe(p);
        }
    }
    for hook in ["postStart", "preStop"] {
        if let Some(get) =
            c.get_mut("lifecycle").and_then(|l| l.get_mut(hook)).and_then(|h| h.get_mut("httpGet"))
        {
            http_get(get);
        }
    }
}

fn http_get(get: &mut Value) {
    default(get, "path", "/");
    default(get, "scheme", "HTTP");
}

fn probe(p: &mut Value) {
    default(p, "timeoutSeconds", 1);
    default(p, "periodSeconds", 10);
    default(p, "successThreshold", 1);
    default(p, "failureThreshold", 3);
    if let Some(get) = p.get_mut("httpGet").filter(|g| g.is_object()) {
        http_get(get);
    }
    if let Some(grpc) = p.get_mut("grpc").filter(|g| g.is_object()) {
        default(grpc, "service", "");
    }
}

fn volume(v: &mut Value) {
    for kind in ["configMap", "secret", "projected", "downwardAPI"] {
        if let Some(source) = v.get_mut(kind).filter(|s| s.is_object()) {
            default(source, "defaultMode", 420);
            if kind == "projected" {
                for one in list(source, "sources") {
                    if let Some(token) = one.get_mut("serviceAccountToken").filter(|t| t.is_object()) {
                        default(token, "expirationSeconds", 3600);
                    }
                }
            }
            for item in list(source, "items") {
                if let Some(field) = item.get_mut("fieldRef").filter(|f| f.is_object()) {
                    default(field, "apiVersion", "v1");
                }
            }
        }
    }
    if let Some(path) = v.get_mut("hostPath").filter(|p| p.is_object()) {
        default(path, "type", "");
    }
    if json::pairs(v).count() == 1 {
        set(v, "emptyDir", json!({}));
    }
}
