use super::Value;

fn v(text: &str) -> Value {
    Value::from_json(&serde_json::from_str(text).unwrap())
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
    let text = r#"{"a":[1.50,1e21,-0.0],"b":"\u003cx\u003e\u0026"}"#;
    assert_eq!(v(text).to_json_text(), text);
    let odd = Value::object(vec![(v("1.0"), Value::set(vec![v("2"), v("1")])), (v("[1]"), Value::Null)]);
    assert_eq!(odd.to_json_text(), r#"{"1.0":[1,2],"[1]":null}"#);
}

#[test]
fn of_equal_keys_the_last_value_counts() {
    let object =
        Value::object(vec![(v("2"), v("0")), (v("1"), v("1")), (v("1.0"), v("2")), (v("1"), v("3"))]);
    assert_eq!(object.get(&v("1")), Some(&v("3")));
    assert_eq!(object.to_json_text(), r#"{"1":3,"2":0}"#);
}
