//! Data sources: objects read by name.

use ordain_diag::{AttributeStep, Diagnostic, Diagnostics, codes};
use ordain_kube::{Client, ObjectRef};
use ordain_provider::Schema;
use ordain_sdk::{of_type, to_json};
use ordain_value::{Type, Value};
use serde_json::{Map, Value as Json, json};

use crate::codec::flatten;
use crate::failure::Failure;
use crate::kinds::Row;
use crate::metadata::{id_of, metadata};
use crate::provider::not_built;
use crate::secret;

/// Reads a data source.
pub(crate) async fn read(
    client: &Client,
    type_name: &str,
    schema: &Schema,
    config: &Value,
) -> (Option<Value>, Diagnostics) {
    let Some(row) = Row::of(type_name) else { return (None, not_built(type_name).into()) };
    let known = to_json(config);
    let text = |name: &str| metadata(&known).get(name).and_then(Json::as_str).unwrap_or("");
    let name = text("name").to_owned();
    let namespace = match (row.namespaced, text("namespace")) {
        (false, _) => String::new(),
        (true, "") => "default".to_owned(),
        (true, namespace) => namespace.to_owned(),
    };
    if name.is_empty() {
        let detail = format!("metadata.name is empty, so there is nothing that {type_name} could read.");
        let error = Diagnostic::error(codes::provider::PROVIDER_ERROR, "Missing name", detail);
        return (None, error.with_attribute(vec![AttributeStep::Name("metadata".to_owned())]).into());
    }
    let at = ObjectRef { kind: row.kind(), namespace, name };
    match client.find(&at).await {
        Ok(object) => (Some(shown(row, &at, object, schema, config)), Diagnostics::new()),
        Err(error) => (None, Failure::api("", &error).diagnostic.into()),
    }
}

/// An object as a value; one that is not there shows nothing but what was asked for.
fn shown(row: &Row, at: &ObjectRef, object: Option<Json>, schema: &Schema, config: &Value) -> Value {
    let known = to_json(config);
    let there = object.is_some();
    let object =
        object.unwrap_or_else(|| json!({ "metadata": { "name": at.name, "namespace": at.namespace } }));
    let mut read: Map<String, Json> = flatten(&schema.block, &object, "");
    read.insert("id".to_owned(), json!(id_of(row, &object)));
    if there && schema.block.attributes.contains_key("immutable") {
        read.entry("immutable").or_insert(json!(false));
    }
    if row.name == "secret" && there {
        secret::shown(&object, &known, &mut read);
    }
    let ty = schema.block.value_type();
    let Type::Object(shape) = &ty else { return Value::null(ty) };
    let members = shape.attributes.iter().map(|(name, ty)| {
        let asked = || config.get(name).filter(|value| !value.is_null()).cloned();
        let value = match read.get(&**name) {
            Some(json) => of_type(ty, json),
            None if there && ty.is_collection() && row.name != "secret" => {
                asked().unwrap_or_else(|| of_type(ty, &Json::Null))
            }
            None => asked().unwrap_or_else(|| Value::null(ty.clone())),
        };
        (name.clone(), value)
    });
    Value::object(members)
}
