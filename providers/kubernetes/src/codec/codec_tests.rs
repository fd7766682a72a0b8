use std::sync::Arc;

use ordain_provider::{ProviderSchema, Schema, schema_json};
use serde_json::{Value as Json, json};

use super::{expand, expand_at, flatten};

fn schema(name: &str) -> Arc<Schema> {
    let document: Json = serde_json::from_str(include_str!("../../data/schema.json")).unwrap();
    let schema: ProviderSchema = schema_json::from_json(&document).unwrap();
    schema.resources.get(name).unwrap().clone()
}

#[test]
fn names_numbers_and_modes_are_translated_both_ways() {
    let schema = schema("kubernetes_deployment_v1");
    let ours = json!({ "spec": [{
        "replicas": "3",
        "strategy": [{ "type": "RollingUpdate", "rolling_update": [{ "max_surge": "1", "max_unavailable": "25%" }] }],
        "template": [{ "metadata": [{}], "spec": [{
            "automount_service_account_token": false,
            "container": [{
                "name": "c", "image": "a:1", "port": [{ "container_port": 80 }],
                "security_context": [{ "run_as_user": "0", "privileged": false }],
                "liveness_probe": [{ "tcp_socket": [{ "port": "http" }], "period_seconds": 0 }],
            }],
            "volume": [{ "name": "v", "config_map": [{ "name": "m", "default_mode": "0644", "optional": false }] }],
        }] }],
    }] });
    let api = Json::Object(expand(&schema.block, &ours, ""));
    let pod = &api["spec"]["template"]["spec"];
    assert_eq!(api["spec"]["replicas"], 3);
    assert_eq!(api["spec"]["strategy"]["rollingUpdate"], json!({ "maxSurge": 1, "maxUnavailable": "25%" }));
    assert_eq!(pod["containers"][0]["ports"], json!([{ "containerPort": 80 }]));
    assert_eq!(pod["containers"][0]["livenessProbe"], json!({ "tcpSocket": { "port": "http" } }));
    assert_eq!(pod["containers"][0]["securityContext"]["runAsUser"], 0);
    assert_eq!(pod["volumes"][0]["configMap"], json!({ "name": "m", "defaultMode": 420, "optional": false }));
    assert_eq!(pod["automountServiceAccountToken"], false);
    assert_eq!(api["metadata"], Json::Null);
    let back = Json::Object(flatten(&schema.block, &api, ""));
    let pod = &back["spec"][0]["template"][0]["spec"][0];
    assert_eq!(back["spec"][0]["strategy"][0]["rolling_update"][0]["max_surge"], "1");
    assert_eq!(pod["volume"][0]["config_map"][0]["default_mode"], "0644");
    assert_eq!(pod["container"][0]["security_context"][0]["run_as_user"], "0");
}

#[test]
fn a_field_counts_only_beside_another() {
    let schema = schema("kubernetes_service_v1");
    let spec = |kind: &str| json!({ "spec": [{ "type": kind, "allocate_load_balancer_node_ports": false }] });
    let sent = |kind: &str| Json::Object(expand(&schema.block, &spec(kind), ""))["spec"].clone();
    assert_eq!(sent("ClusterIP"), json!({ "type": "ClusterIP" }));
    assert_eq!(
        sent("LoadBalancer"),
        json!({ "type": "LoadBalancer", "allocateLoadBalancerNodePorts": false })
    );
    let shown = flatten(&schema.block, &json!({ "spec": { "type": "ClusterIP" } }), "");
    assert_eq!(shown["spec"][0]["allocate_load_balancer_node_ports"], true);
    let selector = expand_at(&schema.block, &spec("ClusterIP"), &["spec", "selector"]);
    assert_eq!(selector, json!({}));
}

#[test]
fn empty_structures_are_hidden_where_the_original_hides_them() {
    let schema = schema("kubernetes_deployment_v1");
    let pod = json!({ "spec": { "template": { "spec": { "securityContext": {}, "containers": [{ "securityContext": {}, "resources": {} }] } } } });
    let shown = flatten(&schema.block, &pod, "");
    let pod = &shown["spec"][0]["template"][0]["spec"][0];
    assert_eq!(pod.get("security_context"), None);
    assert_eq!(pod["container"][0]["security_context"], json!([{}]));
    assert_eq!(pod["container"][0]["resources"], json!([{ "limits": {}, "requests": {} }]));
}
