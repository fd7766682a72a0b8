use super::Value;

fn v(text: &str) -> Value {
    Value::parse_json(text).unwrap()
}

#[test]
fn order_is_opas() {
    let sorted = [
        Value::Null,
        Value::Bool(false),
        Value::Bool(true),
        v("-1"),
        v("1.5"),
        v(r#""""#),
        v(r#""a""#),
        v("[]"),
        v("[1]"),
        v("[1,2]"),
        v("{}"),
        v(r#"{"a":1}"#),
        v(r#"{"a":2}"#),
        v(r#"{"b":0}"#),
        Value::set(vec![]),
        Value::set(vec![v("1")]),
    ];
    assert!(sorted.is_sorted_by(|a, b| a < b));
}

#[test]
fn json_keeps_digits_and_escapes() {
    let text = r#"{"a":[1.50,1E+21,-0.0,12345678901234567890],"b":"\u003cx\u003e\u0026","c":{"d":[]}}"#;
    assert_eq!(v(text).to_json_text(), text);
    assert_eq!(v(r#""\ud83d\ude00\ud83dx\n""#).as_str(), Some("\u{1f600}\u{fffd}x\n"));
    let odd = Value::object(vec![(v("1.0"), Value::set(vec![v("2"), v("1")])), (v("[1]"), Value::Null)]);
    assert_eq!(odd.to_json_text(), r#"{"1.0":[1,2],"[1]":null}"#);
}

#[test]
fn what_is_no_json_is_refused() {
    let broken = [
        "",
        "[",
        "[1,]",
        "{\"a\"}",
        "{\"a\":1,}",
        "1 2",
        "nul",
        "01",
        "\"\\x\"",
        "\"a",
        "\"\n\"",
        "{1:2}",
        "]",
    ];
    for text in broken {
        assert!(Value::parse_json(text).is_err(), "{text}");
    }
    assert!(Value::parse_json(&"[".repeat(100_000)).is_err());
    assert!(Value::parse_json(&format!("{}{}", "[".repeat(1_900), "]".repeat(1_900))).is_ok());
}

#[test]
fn of_equal_keys_the_last_value_counts() {
    let object =
        Value::object(vec![(v("2"), v("0")), (v("1"), v("1")), (v("1.0"), v("2")), (v("1"), v("3"))]);
    assert_eq!(object.get(&v("1")), Some(&v("3")));
    assert_eq!(object.to_json_text(), r#"{"1":3,"2":0}"#);
}

#[test]
fn text_form_is_regos() {
    let value = Value::array(vec![
        v(r#""a\"b""#),
        v("{\"k\":[true,null]}"),
        Value::set(vec![v("2"), v("1")]),
        Value::set(vec![]),
    ]);
    assert_eq!(value.to_string(), r#"["a\"b", {"k": [true, null]}, {1, 2}, set()]"#);
}
