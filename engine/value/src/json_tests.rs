use super::*;
use serde_json::json;

fn parse(text: &str) -> Json {
    serde_json::from_str(text).unwrap()
}

#[test]
fn numbers_keep_their_digits() {
    for text in ["123456789012345678901234567890", "0.1", "-0", "1234.000000000000000000000000001"] {
        let value = from_json(&parse(text), &Type::Number).unwrap();
        assert_eq!(to_json(&value, &Type::Number).unwrap().to_string(), text);
    }
    assert!(to_plain_json(&Value::number(Number::infinity(false))).is_err());
}

#[test]
fn a_dynamic_place_carries_its_type() {
    let value = Value::list(Type::Number, [Value::from(1)]);
    let json = to_json(&value, &Type::Dynamic).unwrap();
    assert_eq!(json, json!({"value": [1], "type": ["list", "number"]}));
    assert_eq!(from_json(&json, &Type::Dynamic).unwrap(), value);
    assert_eq!(to_json(&Value::null(Type::Dynamic), &Type::Dynamic).unwrap(), Json::Null);
}

#[test]
fn objects_are_checked() {
    let ty = Type::object([("a", Type::Number), ("b", Type::String)]);
    assert_eq!(
        from_json(&json!({"a": 1}), &ty).unwrap(),
        Value::object([("a", Value::from(1)), ("b", Value::null(Type::String))])
    );
    assert_eq!(from_json(&json!({"z": 1}), &ty).unwrap_err().to_string(), "unsupported attribute \"z\"");
    let error = from_json(&json!({"a": "x"}), &ty).unwrap_err();
    assert_eq!(error.to_string(), ".a: a number is required");
}

#[test]
fn types_round_trip() {
    for text in [
        r#""dynamic""#,
        r#"["list","string"]"#,
        r#"["object",{"a":"number","b":["set","bool"]}]"#,
        r#"["object",{"a":"number"},["a"]]"#,
        r#"["tuple",["string",["map","dynamic"]]]"#,
    ] {
        let ty = type_from_json(&parse(text)).unwrap();
        assert_eq!(type_to_json(&ty), parse(text));
    }
    assert!(type_from_json(&json!(["list"])).is_none());
}

#[test]
fn marked_and_unknown_values_are_refused() {
    assert!(to_plain_json(&Value::from(1).with_marks(crate::Marks::SENSITIVE)).is_err());
    let nested = Value::object([("a", Value::tuple([Value::unknown(Type::String)]))]);
    assert_eq!(to_plain_json(&nested).unwrap_err().to_string(), ".a[0]: value is not known");
}

#[test]
fn plain_documents() {
    let value = from_plain_json(&parse(r#"{"a":[1,"x",null,true],"b":{}}"#)).unwrap();
    assert_eq!(to_plain_json(&value).unwrap(), parse(r#"{"a":[1,"x",null,true],"b":{}}"#));
}
