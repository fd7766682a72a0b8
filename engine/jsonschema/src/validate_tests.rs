use super::*;
use serde_json::json;

fn findings(schema: &Json, values: &Json) -> Vec<String> {
    validate(schema, values, "(root)")
        .unwrap()
        .into_iter()
        .map(|finding| format!("{}: {}", finding.field, finding.reason))
        .collect()
}

#[test]
fn messages_are_the_library_s() {
    let schema = json!({
        "type": "object", "required": ["num"], "additionalProperties": false,
        "properties": {"port": {"type": "integer", "minimum": 1}, "list": {"items": {"type": "string"}}, "num": {}},
    });
    assert_eq!(
        findings(&schema, &json!({"port": 0, "list": ["a", 1], "x": 1})),
        [
            "(root): num is required",
            "(root): Additional property x is not allowed",
            "list.1: Invalid type. Expected: string, given: integer",
            "port: Must be greater than or equal to 1",
        ]
    );
}

#[test]
fn references_stay_inside() {
    let schema = json!({"$ref": "#/definitions/a", "definitions": {"a": {"type": "object"}}});
    assert!(findings(&schema, &json!({})).is_empty());
    assert!(validate(&json!({"$ref": "file:///etc/passwd"}), &json!({}), "(root)").is_err());
    assert!(validate(&json!({"$ref": "#"}), &json!({}), "(root)").is_err());
}
