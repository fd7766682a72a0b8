use super::super::schema::named;
use super::{json as json_patch, merge, strategic};
use serde_json::{Value, json};

fn strategically(kind: &str, mut target: Value, patch: Value) -> Value {
    let structure = match kind {
        "pod" => named("core.PodSpec"),
        _ => named("meta.ObjectMeta"),
    };
    strategic(&mut target, &patch, structure);
    target
}

#[test]
fn merge_patch_removes_what_is_null() {
    let mut target = json!({"a": {"b": 1, "c": 2}, "d": [1]});
    merge(&mut target, &json!({"a": {"b": null, "e": {"f": null, "g": 1}}, "d": [2]}));
    assert_eq!(target, json!({"a": {"c": 2, "e": {"g": 1}}, "d": [2]}));
}

#[test]
fn lists_merge_by_their_key() {
    let spec = json!({"containers": [{"name": "a", "image": "1"}, {"name": "b", "image": "1"}]});
    let patch = json!({"containers": [{"name": "b", "image": "2"}, {"name": "c", "image": "3"}]});
    let merged = strategically("pod", spec.clone(), patch);
    let names = ["c", "a", "b"].map(|n| json!(n));
    assert_eq!(
        merged["containers"].as_array().unwrap().iter().map(|c| c["name"].clone()).collect::<Vec<_>>(),
        names
    );
    assert_eq!(merged["containers"][2]["image"], "2");
    let patch = json!({"containers": [{"name": "a", "$patch": "delete"}]});
    assert_eq!(strategically("pod", spec, patch), json!({"containers": [{"name": "b", "image": "1"}]}));
}

#[test]
fn scalars_of_merging_lists_come_first() {
    let meta = json!({"finalizers": ["x/a"]});
    let merged = strategically("meta", meta, json!({"finalizers": ["x/b", "x/a"]}));
    assert_eq!(merged, json!({"finalizers": ["x/b", "x/a"]}));
    let merged = strategically("meta", merged, json!({"$deleteFromPrimitiveList/finalizers": ["x/a"]}));
    assert_eq!(merged, json!({"finalizers": ["x/b"]}));
}

#[test]
fn a_json_patch_is_all_or_an_error() {
    let mut target = json!({"a": [1, 2], "m": {"x/y": 1}});
    let ops = json!([{"op": "test", "path": "/m/x~1y", "value": 1}, {"op": "add", "path": "/a/1", "value": 9},
        {"op": "remove", "path": "/m/x~1y"}, {"op": "copy", "from": "/a", "path": "/b"}]);
    json_patch(&mut target, &ops).unwrap();
    assert_eq!(target, json!({"a": [1, 9, 2], "m": {}, "b": [1, 9, 2]}));
    let bad = json!([{"op": "remove", "path": "/nope/x"}]);
    assert_eq!(json_patch(&mut target, &bad).unwrap_err().code, 422);
}
