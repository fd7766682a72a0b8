use serde_json::json;

use super::*;

#[test]
fn an_object_holds_what_was_asked_for_whatever_the_server_added() {
    let wanted = json!({"metadata": {"name": "a", "labels": null}, "data": {"k": "v"}, "items": [{"n": 1}]});
    let live = json!({"metadata": {"name": "a", "uid": "1"}, "data": {"k": "v"}, "items": [{"n": 1, "d": true}], "status": {}});
    assert!(holds(&live, &wanted));
    for (pointer, other) in [("/data/k", json!("w")), ("/items", json!([])), ("/metadata/name", json!("b"))] {
        let mut differs = live.clone();
        *differs.pointer_mut(pointer).unwrap() = other;
        assert!(!holds(&differs, &wanted), "{pointer}");
    }
    let mut less = live;
    less.as_object_mut().unwrap().remove("data");
    assert!(!holds(&less, &wanted));
}
