use super::*;
use serde_json::json;

#[test]
fn values_merge_in_order_and_secrets_are_cloaked() {
    let arguments = Arguments(json!({
        "values": ["a: 1\nm: {x: 1}\n", "m: {z: 2}\n"],
        "set": [{"name": "a", "value": "2", "type": ""}, {"name": "s", "value": "true", "type": "string"}],
        "set_list": [{"name": "l", "value": ["p", "q"]}],
        "set_sensitive": [{"name": "deep.er[0].k\\.ey", "value": "hush"}],
    }));
    let values = arguments.values().unwrap();
    assert_eq!(
        Data::Map(values.clone()).to_json(),
        json!({"a": 2, "m": {"x": 1, "z": 2}, "s": "true", "l": ["p", "q"], "deep": {"er": [{"k.ey": "hush"}]}})
    );
    assert!(!arguments.cloaked(&values).contains("hush"));
    assert!(!format!("{arguments:?}").contains("hush"));
}

#[test]
fn broken_values_are_shown_with_their_cause() {
    let failure = Arguments(json!({"values": ["a: [1"]})).values().unwrap_err();
    assert_eq!(failure.summary, "Error unmarshaling values");
    assert!(failure.detail.contains("did not find expected ',' or ']' a: [1"), "{}", failure.detail);
}
