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

#[test]
fn what_was_there_before_it_was_asked_for_is_somebody_elses() {
    let live = json!({"metadata": {"creationTimestamp": "1970-01-01T00:01:40Z"}});
    let made_before = |now, ago| super::made_before(&live, now, Duration::from_secs(ago));
    assert_eq!(made_before(Some(100), 0), None);
    assert_eq!(made_before(Some(105), 5), None);
    // Two seconds may be lost where clocks are cut.
    assert_eq!(made_before(Some(103), 1), None);
    assert_eq!(made_before(Some(110), 5), Some("1970-01-01T00:01:40Z".to_owned()));
    assert_eq!(made_before(None, 5), None);
    assert_eq!(super::made_before(&json!({}), Some(110), Duration::ZERO), None);
}
