use super::super::status::Cause;
use super::{autoscaling, others, pods, policies, services, storage};
use serde_json::{Value, json};

fn told(judge: impl Fn(&mut Vec<Cause>)) -> Vec<String> {
    let mut out = Vec::new();
    judge(&mut out);
    out.into_iter().map(|cause| format!("{}: {}", cause.field, cause.message)).collect()
}

fn spec(value: Value) -> Value {
    json!({"metadata": {"name": "a"}, "spec": value})
}

#[test]
fn network_policies() {
    let block = |cidr: &str, except: Value| json!({"ipBlock": {"cidr": cidr, "except": except}});
    let policy = spec(json!({"podSelector": {}, "policyTypes": ["X"], "ingress": [{
        "ports": [{"port": 80, "endPort": 70}, {"port": "Bad_"}, {"endPort": 1}],
        "from": [{}, block("10.0.0.0/99", json!([])), block("10.0.0.0/8", json!(["11.0.0.0/16", "10.1.0.0/16"])),
            {"podSelector": {}, "ipBlock": {"cidr": "10.0.0.0/8"}}]}]}));
    assert_eq!(
        told(|out| policies::network_policy(&policy, out)),
        [
            "spec.ingress[0].ports[0].endPort: Invalid value: 70: must be greater than or equal to `port`",
            "spec.ingress[0].ports[1].port: Invalid value: \"Bad_\": must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)",
            "spec.ingress[0].ports[2].endPort: Invalid value: 1: may not be specified when `port` is not specified",
            "spec.ingress[0].from[0]: Required value: must specify a peer",
            "spec.ingress[0].from[1].ipBlock.cidr: Invalid value: \"10.0.0.0/99\": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)",
            "spec.ingress[0].from[2].ipBlock.except[0]: Invalid value: \"11.0.0.0/16\": must be a strict subset of `cidr`",
            "spec.ingress[0].from[3]: Forbidden: may not specify both ipBlock and another peer",
            "spec.policyTypes[0]: Unsupported value: \"X\": supported values: \"Ingress\", \"Egress\"",
        ]
    );
}

#[test]
fn quotas_limits_and_priorities() {
    let quota = spec(json!({"hard": {"foo": "2", "pods": "1500m", "secrets": "-1"}}));
    assert_eq!(
        told(|out| policies::resource_quota(&quota, None, out)),
        [
            "spec.hard[foo]: Invalid value: \"foo\": must be a standard resource for quota",
            "spec.hard[pods]: Invalid value: \"1500m\": must be an integer",
            "spec.hard[secrets]: Invalid value: \"-1\": must be greater than or equal to 0",
        ]
    );
    let limits = spec(json!({"limits": [{"type": "Container", "max": {"cpu": "1"}, "min": {"cpu": "2"}},
        {"type": "Container"}, {"type": "Pod", "default": {"cpu": "1"}}, {"type": "PersistentVolumeClaim"}]}));
    assert_eq!(
        told(|out| policies::limit_range(&limits, out)),
        [
            "spec.limits[0].min[cpu]: Invalid value: \"2\": min value 2 is greater than max value 1",
            "spec.limits[1].type: Duplicate value: \"Container\"",
            "spec.limits[2].default: Forbidden: may not be specified when `type` is 'Pod'",
            "spec.limits[3].limits: Required value: either minimum or maximum storage value is required, but neither was provided",
        ]
    );
    let class = |value: i64, policy: &str| json!({"metadata": {"name": "high"}, "value": value, "preemptionPolicy": policy});
    assert_eq!(
        told(|out| policies::priority_class(&class(2_000_000_000, "X"), None, out)),
        [
            "value: Forbidden: maximum allowed value of a user defined priority is 1000000000",
            "preemptionPolicy: Unsupported value: \"X\": supported values: \"PreemptLowerPriority\", \"Never\"",
        ]
    );
    let old = class(1, "Never");
    assert_eq!(
        told(|out| policies::priority_class(&class(2, "PreemptLowerPriority"), Some(&old), out)),
        [
            "value: Forbidden: may not be changed in an update.",
            "preemptionPolicy: Invalid value: \"PreemptLowerPriority\": field is immutable",
        ]
    );
}

#[test]
fn volumes_and_classes() {
    assert_eq!(
        told(|out| storage::volume(&spec(json!({"persistentVolumeReclaimPolicy": "Retain"})), None, out)),
        [
            "spec.accessModes: Required value",
            "spec.capacity: Required value",
            "spec: Required value: must specify a volume type",
        ]
    );
    let class =
        |mode: &str| json!({"provisioner": "a/b", "reclaimPolicy": "Delete", "volumeBindingMode": mode});
    let old = class("Immediate");
    assert_eq!(
        told(|out| storage::class(&class("WaitForFirstConsumer"), Some(&old), out)),
        ["volumeBindingMode: Invalid value: \"WaitForFirstConsumer\": field is immutable"]
    );
}

#[test]
fn autoscalers() {
    let scaler = spec(json!({"scaleTargetRef": {"kind": "Deployment", "name": "d"}, "maxReplicas": 3,
        "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": {"type": "X", "averageUtilization": 0}}},
            {"type": "Pods"}, {"type": "Foo"}],
        "behavior": {"scaleDown": {"stabilizationWindowSeconds": 4000, "policies": [{"type": "Pods", "value": 0, "periodSeconds": 9999}]}}}));
    assert_eq!(
        told(|out| autoscaling::autoscaler(&scaler, out)),
        [
            "spec.metrics[0].resource.target.type: Invalid value: \"X\": must be either Utilization, Value, or AverageValue",
            "spec.metrics[0].resource.target.averageUtilization: Invalid value: 0: must be greater than 0",
            "spec.metrics[1].pods: Required value: must populate information for the given metric source",
            "spec.metrics[2].type: Unsupported value: \"Foo\": supported values: \"ContainerResource\", \"External\", \"Object\", \"Pods\", \"Resource\"",
            "spec.behavior.scaleDown.stabilizationWindowSeconds: Invalid value: 4000: must be less than or equal to 3600",
            "spec.behavior.scaleDown.policies[0].value: Invalid value: 0: must be greater than zero",
            "spec.behavior.scaleDown.policies[0].periodSeconds: Invalid value: 9999: must be less than or equal to 1800",
        ]
    );
}

#[test]
fn parts_of_pods() {
    let pod = json!({"spec": {"dnsPolicy": "ClusterFirst", "activeDeadlineSeconds": 0,
        "securityContext": {"runAsUser": -1},
        "tolerations": [{"value": "x"}, {"key": "a", "operator": "Exists", "effect": "X"}],
        "volumes": [{"name": "v", "secret": {}, "configMap": {"name": "c"}}],
        "containers": [{"name": "c", "image": "i", "imagePullPolicy": "Always",
            "envFrom": [{}], "env": [{"name": "E", "valueFrom": {}}],
            "resources": {"limits": {"foo": "1"}},
            "lifecycle": {"preStop": {}},
            "volumeMounts": [{"name": "v", "mountPath": "/v", "subPath": "/a/.."}]}]}});
    assert_eq!(
        told(|out| pods::template(&pod, "t", out)),
        [
            "t.spec.volumes[0].configMap: Forbidden: may not specify more than 1 volume type",
            "t.spec.volumes[0].secret.secretName: Required value",
            "t.spec.containers[0].env[0].valueFrom: Invalid value: \"\": must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`",
            "t.spec.containers[0].envFrom[0]: Invalid value: \"\": must specify one of: `configMapRef` or `secretRef`",
            "t.spec.containers[0].lifecycle.preStop: Required value: must specify a handler type",
            "t.spec.containers[0].volumeMounts[0].subPath: Invalid value: \"/a/..\": must be a relative path",
            "t.spec.containers[0].volumeMounts[0].subPath: Invalid value: \"/a/..\": must not contain '..'",
            "t.spec.containers[0].resources.limits[foo]: Invalid value: \"foo\": must be a standard resource type or fully qualified",
            "t.spec.containers[0].resources.limits[foo]: Invalid value: \"foo\": must be a standard resource for containers",
            "t.spec.securityContext.runAsUser: Invalid value: -1: must be between 0 and 2147483647, inclusive",
            "t.spec.activeDeadlineSeconds: Invalid value: 0: must be between 1 and 2147483647, inclusive",
            "t.spec.tolerations[0].operator: Invalid value: \"\": operator must be Exists when `key` is empty, which means \"match all values and all keys\"",
            "t.spec.tolerations[1].effect: Unsupported value: \"X\": supported values: \"NoSchedule\", \"PreferNoSchedule\", \"NoExecute\"",
        ]
    );
}

#[test]
fn ingresses_their_classes_and_subjects() {
    let path = json!({"path": "/a//b", "pathType": "Prefix", "backend": {"service": {"name": "s", "port": {"number": 80}}}});
    let ingress = spec(json!({"tls": [{"secretName": "Bad_"}], "rules": [{"http": {"paths": [path]}}]}));
    let told_of = told(|out| services::ingress(&ingress, out));
    assert_eq!(told_of.len(), 2);
    assert!(told_of.iter().any(|t| t.ends_with("\"/a//b\": must not contain '//'")), "{told_of:?}");
    let class = spec(json!({"controller": "nothing"}));
    assert_eq!(
        told(|out| others::ingress_class(&class, None, out)),
        [
            "spec.controller: Invalid value: \"nothing\": must be a domain-prefixed path (such as \"acme.io/foo\")"
        ]
    );
    let binding = json!({"roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "r"},
        "subjects": [{"kind": "User", "name": "u", "apiGroup": "x"}, {"kind": "ServiceAccount", "name": "S", "namespace": "n"}]});
    assert_eq!(told(|out| others::binding(&binding, None, true, out)).len(), 2);
}
