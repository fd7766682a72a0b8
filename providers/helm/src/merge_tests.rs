use serde_json::{Value as Json, json};

use super::{Lists, three_way};

#[test]
fn others_fields_stay_and_ours_follow() {
    let original = json!({"data": {"a": "1", "old": "x"}});
    let modified = json!({"data": {"a": "2"}});
    let current = json!({"data": {"a": "edited", "old": "x", "added": "by-hand"}});
    let patch = three_way(&original, &modified, &current, Lists::Keyed);
    assert_eq!(patch, json!({"data": {"a": "2", "old": null}}));
    assert_eq!(three_way(&original, &original, &original, Lists::Keyed), json!({}));
}

#[test]
fn containers_merge_by_name() {
    let pod = |containers: Json| json!({"spec": {"containers": containers}});
    let original = pod(json!([{"name": "a", "image": "1"}, {"name": "b", "image": "1"}]));
    let modified = pod(json!([{"name": "a", "image": "2"}]));
    let current = pod(json!([
        {"name": "a", "image": "1", "imagePullPolicy": "Always"}, {"name": "b", "image": "1"}, {"name": "side"}
    ]));
    assert_eq!(
        three_way(&original, &modified, &current, Lists::Keyed),
        json!({"spec": {
            "$setElementOrder/containers": [{"name": "a"}],
            "containers": [{"image": "2", "name": "a"}, {"$patch": "delete", "name": "b"}],
        }})
    );
    assert_eq!(three_way(&original, &modified, &current, Lists::Whole), modified);
}

#[test]
fn service_ports_merge_by_port() {
    let service = |ports: Json| json!({"spec": {"ports": ports}});
    let text = service(json!([{"port": 80}]));
    let current = service(json!([{"port": 80, "protocol": "TCP", "nodePort": 30000}]));
    assert_eq!(three_way(&text, &text, &current, Lists::Keyed), json!({}));
}

#[test]
fn the_order_of_items_is_said_where_it_changes() {
    let env = |names: &[&str]| {
        let items: Vec<Json> = names.iter().map(|name| json!({"name": name, "value": "v"})).collect();
        json!({"env": items})
    };
    let (old, new) = (env(&["a", "b"]), env(&["c", "a", "b"]));
    let order = json!([{"name": "c"}, {"name": "a"}, {"name": "b"}]);
    let added = json!({"$setElementOrder/env": order, "env": [{"name": "c", "value": "v"}]});
    assert_eq!(three_way(&old, &new, &old, Lists::Keyed), added);
    let order = json!({"$setElementOrder/env": [{"name": "b"}, {"name": "a"}]});
    assert_eq!(three_way(&old, &env(&["b", "a"]), &old, Lists::Keyed), order);
    assert_eq!(three_way(&old, &old, &old, Lists::Keyed), json!({}));
}

#[test]
fn members_that_exclude_each_other_go() {
    let strategy = |strategy: Json| json!({"spec": {"strategy": strategy}});
    let rolling = strategy(json!({"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1}}));
    // The text never named a strategy; the cluster filled one in.
    let patch =
        three_way(&json!({"spec": {}}), &strategy(json!({"type": "Recreate"})), &rolling, Lists::Keyed);
    assert_eq!(patch, strategy(json!({"type": "Recreate", "$retainKeys": ["type"]})));
    let volume = |source: &str| json!({"volumes": [{"name": "v", source: {}}]});
    assert_eq!(
        three_way(&volume("configMap"), &volume("emptyDir"), &volume("configMap"), Lists::Keyed),
        json!({
            "$setElementOrder/volumes": [{"name": "v"}],
            "volumes": [{"$retainKeys": ["emptyDir", "name"], "configMap": null, "emptyDir": {}, "name": "v"}],
        })
    );
}
