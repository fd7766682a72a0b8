use super::super::schema::Ty;
use super::super::typed::Slot;
use super::{Writer, apply};
use serde_json::{Value, json};

const MAP: Ty = Ty::Named("core.ConfigMap");

fn by(manager: &str) -> Writer<'_> {
    Writer { manager, api_version: "v1", subresource: "", now: "2026-01-01T00:00:00Z" }
}

fn config(data: Value) -> Value {
    json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": data})
}

#[test]
fn a_field_goes_with_its_last_owner() {
    let slot = Slot::of(&MAP);
    let one = apply(None, &config(json!({"k": "v", "x": "1"})), slot, &by("m1"), false, false).unwrap();
    let two = apply(Some(&one), &config(json!({"k": "v"})), slot, &by("m2"), false, false).unwrap();
    let three = apply(Some(&two), &config(json!({"x": "1"})), slot, &by("m1"), false, false).unwrap();
    assert_eq!(three["data"], json!({"k": "v", "x": "1"}));
    let none = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}});
    let four = apply(Some(&three), &none, slot, &by("m2"), false, false).unwrap();
    assert_eq!(four["data"], json!({"x": "1"}));
    assert_eq!(four["metadata"]["managedFields"].as_array().unwrap().len(), 1);
}

#[test]
fn another_value_is_a_conflict_unless_forced() {
    let slot = Slot::of(&MAP);
    let one = apply(None, &config(json!({"k": "v"})), slot, &by("m1"), false, false).unwrap();
    let refused = apply(Some(&one), &config(json!({"k": "w"})), slot, &by("m2"), false, false).unwrap_err();
    assert_eq!(refused.code, 409);
    assert_eq!(refused.message, "Apply failed with 1 conflict: conflict with \"m1\": .data.k");
    let two = apply(Some(&one), &config(json!({"k": "w"})), slot, &by("m2"), true, false).unwrap();
    let owners: Vec<&str> = two["metadata"]["managedFields"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|o| o["manager"].as_str())
        .collect();
    assert_eq!((two["data"]["k"].as_str(), owners), (Some("w"), vec!["m2"]));
}
