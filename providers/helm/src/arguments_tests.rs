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
fn a_secret_that_the_release_lost_leaves_its_mark() {
    let arguments = Arguments(json!({"set_sensitive": [
        {"name": "gone", "value": "hush"}, {"name": "m.gone", "value": "hush"}, {"name": "none.gone", "value": "hush"},
    ]}));
    let config = Arguments(json!({"values": ["m: {x: 1}\n"]})).values().unwrap();
    let shown = r#"{"gone":"(sensitive value)","m":{"gone":"(sensitive value)","x":1}}"#;
    assert_eq!(arguments.cloaked(&config), shown);
}

#[test]
fn broken_values_are_shown_with_their_cause() {
    let failure = Arguments(json!({"values": ["b: 2", "a: [s3cret"]})).values().unwrap_err();
    assert_eq!(failure.summary, "Error unmarshaling values");
    assert!(failure.detail.contains("did not find expected ',' or ']', in values[1]"), "{}", failure.detail);
    assert!(!failure.detail.contains("s3cret"), "{}", failure.detail);
}

#[test]
fn no_part_of_a_set_value_is_told() {
    for (block, value) in [
        ("set_sensitive", "pa,s3cret"),
        ("set", "x,s3[cret=1"),
        ("set", "{pa,s3cret"),
        ("set_sensitive", "x,a[s3cret]=1"),
        ("set_wo", "pa,s3cret"),
    ] {
        let arguments = Arguments(json!({ block: [{"name": "a", "value": value}] }));
        let failure = arguments.values().unwrap_err();
        assert!(failure.detail.starts_with("Failed parsing key \"a\": the value does"), "{}", failure.detail);
        assert!(!failure.detail.contains("s3"), "{}", failure.detail);
    }
    let arguments = Arguments(json!({"set": [{"name": "a[x]", "value": "1"}]}));
    let failure = arguments.values().unwrap_err();
    assert!(failure.detail.contains("strconv.Atoi"), "what is wrong with a key is: {}", failure.detail);
}

#[test]
fn no_time_is_not_the_default_time() {
    let timeout = |arguments: serde_json::Value| Arguments(arguments).timeout();
    assert_eq!(timeout(json!({})), 300);
    assert_eq!(timeout(json!({"timeout": null})), 300);
    assert_eq!((timeout(json!({"timeout": 0})), timeout(json!({"timeout": -5}))), (0, -5));
}

#[test]
fn a_template_reads_sensitive_and_written_values_its_own_way() {
    let list =
        json!({"values": ["l: [a, b]"], "set_wo": [{"name": "l[0]", "value": "x"}], "set_wo_revision": 1});
    let of = |table: Table| Data::Map(table).to_json();
    assert_eq!(of(Arguments(list.clone()).template_values().unwrap()), json!({"l": ["x", "b"]}));
    assert_eq!(of(Arguments(list).values().unwrap()), json!({"l": ["x"]}));
    let sensitive = |kind: &str, value: &str| {
        Arguments(json!({"set_sensitive": [{"name": "a", "value": value, "type": kind}]}))
    };
    let literal = sensitive("literal", "[1]");
    assert_eq!(of(literal.values().unwrap()), json!({"a": [1]}));
    assert_eq!(literal.template_values().unwrap_err().detail, "Unexpected type for sensitive value: literal");
    let broken = |kind: &str| sensitive(kind, "{").template_values().unwrap_err().summary;
    assert_eq!(broken("auto"), "Failed parsing sensitive value");
    assert_eq!(broken("string"), "Failed parsing sensitive string value");
}

#[test]
fn a_literal_whose_name_is_no_key_is_the_whole_line() {
    let literal = |name: &str| {
        let arguments = Arguments(json!({"set": [{"name": name, "value": "1", "type": "literal"}]}));
        Data::Map(arguments.values().unwrap()).to_json()
    };
    assert_eq!(literal("- a"), json!({"- a": [{"a": 1}]}));
    assert_eq!(literal("#"), json!({"#": null}));
    assert_eq!(literal("\"a\""), json!({"\"a\"": null}));
}
