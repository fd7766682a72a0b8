use crate::{Type, Value};

#[test]
fn primitives_order_by_value() {
    let set = Value::set(
        Type::Number,
        ["10", "9", "-1", "9.0"].map(|text| Value::number(text.parse::<crate::Number>().unwrap())),
    );
    assert_eq!(format!("{set:?}"), "{-1, 9, 10}");
    let set = Value::set(Type::String, ["b", "a", "B", "a"].map(Value::from));
    assert_eq!(format!("{set:?}"), "{\"B\", \"a\", \"b\"}");
    let set = Value::set(Type::String, [Value::null(Type::String), "a".into()]);
    assert_eq!(format!("{set:?}"), "{\"a\", null(string)}");
}

#[test]
fn unknown_elements_all_stay() {
    let set =
        Value::set(Type::String, [Value::unknown(Type::String), "a".into(), Value::unknown(Type::String)]);
    assert_eq!(set.as_items().map(<[Value]>::len), Some(3));
}

#[test]
fn others_order_by_their_spelling() {
    let object = |n: i64| Value::object([("n", Value::from(n))]);
    let set = Value::set(object(1).ty(), [object(9), object(10), object(9)]);
    assert_eq!(format!("{set:?}"), "{{\"n\": 10}, {\"n\": 9}}");
}
