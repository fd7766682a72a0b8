use super::*;

#[test]
fn a_document_survives_reading_and_writing() {
    let document = json!({
        "provider": { "version": 0, "block": { "description_kind": "plain" } },
        "resource_schemas": { "x_y": { "version": 2, "block": {
            "description_kind": "plain",
            "attributes": {
                "id": { "type": "string", "computed": true, "description_kind": "plain" },
                "rules": { "optional": true, "description_kind": "plain", "nested_type": {
                    "nesting_mode": "list",
                    "attributes": { "port": { "type": "number", "required": true, "description_kind": "plain" } }
                } },
                "tags": { "type": ["map", "string"], "optional": true, "sensitive": true, "description_kind": "plain" }
            },
            "block_types": { "pool": {
                "nesting_mode": "list", "min_items": 1, "max_items": 1,
                "block": { "description_kind": "plain" }
            } }
        } } }
    });
    let schema = from_json(&document).unwrap();
    assert_eq!(to_json(&schema), document);
    let ty = schema.resources.get("x_y").unwrap().block.value_type();
    assert_eq!(
        ty.to_string(),
        "object({id=string,pool=list(object({})),rules=list(object({port=number})),tags=map(string)})"
    );
}

#[test]
fn broken_documents_name_the_place() {
    let document =
        json!({ "resource_schemas": { "x": { "block": { "attributes": { "a": { "type": "text" } } } } } });
    assert_eq!(from_json(&document).unwrap_err(), "x.a has a type that is none: \"text\"");
}
