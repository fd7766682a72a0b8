use ordain_value::{Kind, Path, Type, Value};
use serde_json::json;

use super::morph::{Misfits, deep_unknown, fit, unknown_to_null};
use super::payload::{from_json, to_json, without_server_fields};
use super::settings::field_path;
use super::shape::{Definitions, Shape};

fn service() -> Shape {
    let schema = json!({ "type": "object", "properties": {
        "apiVersion": { "type": "string" },
        "data": { "type": "object", "additionalProperties": { "type": "string" } },
        "free": { "type": "object", "x-kubernetes-preserve-unknown-fields": true },
        "port": { "type": "string", "format": "int-or-string" },
        "replicas": { "type": "integer" },
        "rules": { "type": "array", "items": { "type": "object", "properties": { "on": { "type": "boolean" } } } },
        "entries": { "type": "array", "items": { "$ref": "#/definitions/Entry" } },
    } });
    let definitions: Definitions =
        [("Entry".to_owned(), json!({ "type": "object", "properties": { "any": { "type": "object" } } }))]
            .into_iter()
            .collect();
    Shape::of(&schema, &definitions).unwrap()
}

fn fitted(manifest: Value) -> Result<Value, Vec<String>> {
    let mut found = Misfits::default();
    let value = fit(&manifest, &service(), &Path::root().attr("object"), &mut found);
    let summaries: Vec<String> = found.0.iter().map(|error| error.summary.clone()).collect();
    if summaries.is_empty() { Ok(value.unwrap()) } else { Err(summaries) }
}

#[test]
fn a_manifest_takes_the_shape_of_its_kind() {
    let manifest = Value::object([
        ("data", Value::object([("k", Value::number(5))])),
        ("port", Value::number(80)),
        ("rules", Value::tuple([Value::object([("on", Value::string("true"))])])),
    ]);
    let value = fitted(manifest).unwrap();
    assert_eq!(value.get("data").unwrap(), &Value::map(Type::String, [("k", Value::string("5"))]));
    assert_eq!(value.get("port").unwrap(), &Value::string("80"));
    let complete = deep_unknown(&service(), Some(&value));
    assert!(matches!(complete.get("replicas").unwrap().kind(), Kind::Unknown(_)));
    assert!(matches!(complete.get("free").unwrap().kind(), Kind::Unknown(_)));
    let sent = to_json(&unknown_to_null(complete), &service());
    assert_eq!(sent, json!({ "data": { "k": "5" }, "port": 80, "rules": [{ "on": true }] }));
}

#[test]
fn what_does_not_fit_says_where() {
    let wrong = fitted(Value::object([("rules", Value::tuple([Value::string("x")]))])).unwrap_err();
    assert_eq!(
        wrong,
        [
            "Value incompatible with expected type",
            "Failed to transform Tuple element into List element type",
            "Failed to transform Object element into Object element type",
        ]
    );
    let unknown = fitted(Value::object([("dat", Value::string("x"))])).unwrap_err();
    assert_eq!(unknown, ["Attribute not found in schema"]);
}

#[test]
fn objects_of_the_api_become_values() {
    let mut object = json!({
        "apiVersion": "v1", "port": 80, "status": { "x": 1 }, "entries": [{ "any": { "a": 1 } }, {}],
        "metadata": { "name": "a", "uid": "u", "managedFields": [], "resourceVersion": "1" },
    });
    without_server_fields(&mut object);
    assert_eq!(object["metadata"], json!({ "name": "a" }));
    assert_eq!(object.get("status"), None);
    let value = from_json(&object, &service()).unwrap();
    assert_eq!(value.get("port").unwrap(), &Value::string("80"));
    assert!(matches!(value.get("entries").unwrap().kind(), Kind::Tuple(items) if items.len() == 2));
    assert!(from_json(&json!({ "replicas": "many" }), &service()).is_err());
}

#[test]
fn field_paths_are_those_of_configuration() {
    let path = |text| field_path(text).map(|path| super::morph::summary(&path));
    assert_eq!(path("spec.ports[0].port").as_deref(), Some("spec.ports[0].port"));
    assert_eq!(path("metadata.annotations[\"a.b/c\"]").as_deref(), Some("metadata.annotations[a.b/c]"));
    assert_eq!((path(""), path("a..b"), path("[0]"), path("a[x]")), (None, None, None, None));
}
