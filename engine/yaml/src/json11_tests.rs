use super::*;

fn json(text: &str) -> String {
    from_str(text, &Limits::default()).map_or_else(|e| format!("error: {e}"), |v| v.to_string())
}

#[test]
fn scalars_follow_yaml_1_1() {
    let text = "[yes, off, ~, 0755, 0x1F, 0b11, 1_000, 08, 1e3, .5, 1:30, 2020-01-01, 'yes', !!str 1, !!float 2, 0o7]";
    let want = r#"[true,false,null,493,31,3,1000,8,1000,0.5,"1:30","2020-01-01","yes","1",2,7]"#;
    assert_eq!(json(text), want);
}

#[test]
fn keys_become_text_and_the_last_one_wins() {
    assert_eq!(json("y: 1\n1.0: 2\n0x10: 3\na: 4\na: 5"), r#"{"1":2,"16":3,"a":5,"true":1}"#);
}

#[test]
fn merges_apply_where_they_stand() {
    assert_eq!(json("d: &d {a: 1, b: 2}\nx:\n  <<: *d\n  a: 3"), r#"{"d":{"a":1,"b":2},"x":{"a":3,"b":2}}"#);
    assert_eq!(json("x:\n  <<: [{a: 1}, {a: 2, b: 2}]"), r#"{"x":{"a":1,"b":2}}"#);
    assert!(json("<<: 1").starts_with("error: yaml: map merge requires"));
}

#[test]
fn what_json_cannot_hold_is_an_error() {
    assert!(json("~: 1").contains("unsupported map key"));
    assert!(json("[.inf]").contains("unsupported value: +Inf"));
    assert!(json("!!int x").contains("cannot decode !!str `x` as a !!int"));
}

#[test]
fn an_empty_text_is_null() {
    assert_eq!(json("# nothing\n"), "null");
}
