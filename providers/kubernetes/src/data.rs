//! Data sources: objects read by name.

use ordain_diag::{AttributeStep, Diagnostic, Diagnostics, codes};
use ordain_kube::{Client, ObjectRef};
use ordain_provider::Schema;
use ordain_value::{Type, Value};
use serde_json::Value as Json;

use crate::flatten::{decoded, metadata, value};
use crate::kinds::kind_of;

/// Reads a data source.
pub(crate) async fn read(
    client: &Client,
    type_name: &str,
    schema: &Schema,
    config: &Value,
) -> (Option<Value>, Diagnostics) {
    let Some(kind) = kind_of(type_name) else { return (None, not_built(type_name).into()) };
    let block = config.get("metadata").and_then(Value::as_items).and_then(<[Value]>::first);
    let text = |name: &str| block.and_then(|block| block.get(name)).and_then(Value::as_str).unwrap_or("");
    let name = text("name").to_owned();
    let namespace = match (kind.namespaced, text("namespace")) {
        (false, _) => String::new(),
        (true, "") => "default".to_owned(),
        (true, namespace) => namespace.to_owned(),
    };
    if name.is_empty() {
        let detail = format!("metadata.name is empty, so there is nothing that {type_name} could read.");
        let error = Diagnostic::error(codes::provider::PROVIDER_ERROR, "Missing name", detail);
        return (None, error.with_attribute(vec![AttributeStep::Name("metadata".to_owned())]).into());
    }
    let at = ObjectRef { kind, namespace, name };
    match client.find(&at).await {
        Ok(Some(object)) => (Some(present(&at, &object, schema, config)), Diagnostics::new()),
        Ok(None) => (Some(absent(&at, schema, config)), Diagnostics::new()),
        Err(error) => (None, error.diagnostic(format!("Failed to read {} {}", at.kind.kind, id(&at))).into()),
    }
}

/// What is known but not built.
pub(crate) fn not_built(type_name: &str) -> Diagnostic {
    let detail = format!(
        "The native provider for kubernetes does not serve {type_name} yet. Use kubernetes_manifest's kind in a chart, or \
         a type that is served."
    );
    Diagnostic::error(codes::provider::PROVIDER_ERROR, format!("{type_name} is not built yet"), detail)
}

fn id(at: &ObjectRef) -> String {
    if at.namespace.is_empty() { at.name.clone() } else { format!("{}/{}", at.namespace, at.name) }
}

fn present(at: &ObjectRef, object: &Json, schema: &Schema, config: &Value) -> Value {
    let ty = schema.block.value_type();
    let Type::Object(shape) = &ty else { return Value::null(ty) };
    let members = shape.attributes.iter().map(|(name, ty)| {
        let part = match &**name {
            "id" => Value::string(id(at)),
            // Only a namespace shows the labels that the cluster itself writes.
            "metadata" => metadata(object, ty, at.kind.kind == "Namespace"),
            "data" if at.kind.kind == "Secret" => {
                value(&decoded(object.get("data").unwrap_or(&Json::Null)), ty)
            }
            "binary_data" if at.kind.kind == "Secret" => {
                config.get("binary_data").cloned().unwrap_or_else(|| Value::null(ty.clone()))
            }
            name => value(object.get(crate::names::api_name(name, false)).unwrap_or(&Json::Null), ty),
        };
        (name.clone(), part)
    });
    Value::object(members)
}

/// An object that is not there: everything that it would have is null, and that is no error.
fn absent(at: &ObjectRef, schema: &Schema, config: &Value) -> Value {
    let ty = schema.block.value_type();
    let Type::Object(shape) = &ty else { return Value::null(ty) };
    let members = shape.attributes.iter().map(|(name, ty)| {
        let part = match &**name {
            "id" => Value::string(id(at)),
            "metadata" => {
                let named = serde_json::json!({ "metadata": { "name": at.name, "namespace": at.namespace } });
                metadata(&named, ty, false)
            }
            name => config.get(name).cloned().unwrap_or_else(|| Value::null(ty.clone())),
        };
        (name.clone(), part)
    });
    Value::object(members)
}
