//! Columns, cells and spans of time.

use super::cells::{by_json_path, span};
use super::columns::{columns, declared};
use serde_json::{Value, json};

fn row(group: &str, kind: &str, object: &Value) -> Vec<Value> {
    // One minute and a half after the object was made.
    columns(group, kind).iter().map(|column| column.value(object, 1_767_225_690)).collect()
}

#[test]
fn a_pod_shows_what_keeps_it_from_running() {
    let mut pod = json!({"metadata": {"name": "p", "creationTimestamp": "2026-01-01T00:00:00Z"},
        "spec": {"containers": [{"name": "a"}, {"name": "b"}], "nodeName": "n"},
        "status": {"phase": "Pending", "containerStatuses": [
            {"ready": true, "state": {"running": {}}, "restartCount": 2},
            {"ready": false, "state": {"waiting": {"reason": "ImagePullBackOff"}}, "restartCount": 0}]}});
    let cells = row("", "Pod", &pod);
    assert_eq!(cells[..5], [json!("p"), json!("1/2"), json!("ImagePullBackOff"), json!("2"), json!("90s")]);
    assert_eq!(cells[6], "n");
    pod["metadata"]["deletionTimestamp"] = json!("2026-01-01T00:00:00Z");
    assert_eq!(row("", "Pod", &pod)[2], "Terminating");
}

#[test]
fn workloads_and_services_show_numbers() {
    let deployment = json!({"metadata": {"name": "d", "creationTimestamp": "2026-01-01T00:00:00Z"},
        "spec": {"replicas": 3, "selector": {"matchLabels": {"app": "d"}}, "template": {"spec": {"containers": [{"name": "c", "image": "i:1"}]}}},
        "status": {"readyReplicas": 2, "updatedReplicas": 3}});
    let cells = row("apps", "Deployment", &deployment);
    assert_eq!(
        cells,
        [
            json!("d"),
            json!("2/3"),
            json!(3),
            json!(0),
            json!("90s"),
            json!("c"),
            json!("i:1"),
            json!("app=d")
        ]
    );
    let service = json!({"metadata": {"name": "s"}, "spec": {"type": "LoadBalancer", "clusterIP": "10.0.0.1",
        "ports": [{"port": 80, "nodePort": 30080}]}});
    assert_eq!(row("", "Service", &service)[3..5], [json!("<pending>"), json!("80:30080/TCP")]);
}

#[test]
fn what_is_of_no_known_kind_shows_when_it_was_made() {
    let role = json!({"metadata": {"name": "r", "creationTimestamp": "2026-01-01T00:00:00Z"}});
    assert_eq!(row("rbac.authorization.k8s.io", "Role", &role), [json!("r"), json!("2026-01-01T00:00:00Z")]);
}

#[test]
fn definitions_say_their_own_columns() {
    let said = json!([{"name": "Up", "type": "string", "jsonPath": ".status.conditions[?(@.type==\"Ready\")].status"},
        {"name": "Made", "type": "date", "jsonPath": ".metadata.creationTimestamp", "priority": 1}]);
    let object = json!({"metadata": {"name": "x", "creationTimestamp": "2026-01-01T00:00:00Z"},
        "status": {"conditions": [{"type": "Ready", "status": "True"}]}});
    let cells: Vec<Value> =
        declared(&said).iter().map(|column| column.value(&object, 1_767_225_690)).collect();
    assert_eq!(cells, [json!("x"), json!("True"), json!("90s")]);
    assert_eq!(declared(&Value::Null).len(), 2);
    assert_eq!(by_json_path(&json!({"a.b": [{"c": 1}]}), ".a\\.b[0].c"), 1);
    assert_eq!(by_json_path(&object, ".status.nothing[2].x"), Value::Null);
}

#[test]
fn spans_are_read_by_people() {
    let spans = [
        (-5, "<invalid>"),
        (0, "0s"),
        (119, "119s"),
        (125, "2m5s"),
        (600, "10m"),
        (7200, "120m"),
        (10_800, "3h"),
        (12_000, "3h20m"),
        (100_000, "27h"),
        (200_000, "2d7h"),
        (864_000, "10d"),
        (86_400 * 740, "2y10d"),
        (86_400 * 3650, "10y"),
    ];
    for (seconds, text) in spans {
        assert_eq!(span(seconds), text);
    }
}
