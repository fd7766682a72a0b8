use super::*;
use serde_json::json;

#[test]
fn values_are_those_of_the_text() {
    let number: serde_json::Value = serde_json::from_str("[1.50, 1E400, 9007199254740993, -0]").unwrap();
    let raw = serde_json::value::RawValue::from_string("{\"a\": [1.0]}".to_owned()).unwrap();
    let all = [json!({"b": [null, true, "x"], "a": {"c": 1}}), number, json!({"z": {}, "y": []})];
    for document in all {
        let text = document.to_string();
        let direct = Value::serialized(&document).unwrap();
        assert_eq!(direct, Value::parse_json(&text).unwrap());
        assert_eq!(direct.to_json_text(), Value::parse_json(&text).unwrap().to_json_text());
    }
    assert_eq!(Value::serialized(&raw).unwrap().to_json_text(), "{\"a\":[1.0]}");
    let map = std::collections::BTreeMap::from([(1, Some('x')), (2, None)]);
    assert_eq!(Value::serialized(&map).unwrap().to_json_text(), "{\"1\":\"x\",\"2\":null}");
    assert_eq!(
        Value::serialized(&(1_u64 << 63, 0.5_f64)).unwrap().to_json_text(),
        "[9223372036854775808,0.5]"
    );
}
