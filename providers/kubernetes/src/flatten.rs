//! From objects of the API to values of a type, as the original writes them into its state.
//!
//! Every attribute that the API leaves out gets the zero value of its type; single structures are lists of
//! one block. What the type does not have is left out.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ordain_value::{Number, Type, Value};
use serde_json::Value as Json;

use crate::names::api_name;

/// Annotations and labels that the cluster itself writes, and that nobody configures.
pub(crate) fn is_internal(key: &str) -> bool {
    let host = key.split('/').next().unwrap_or("");
    let own = host == "kubernetes.io"
        || host.ends_with(".kubernetes.io")
        || host == "k8s.io"
        || host.ends_with(".k8s.io");
    own && !["app.kubernetes.io/", "service.beta.kubernetes.io/", "helm.sh/"]
        .iter()
        .any(|prefix| key.starts_with(prefix))
}

/// A value of type `ty` from JSON.
pub(crate) fn value(json: &Json, ty: &Type) -> Value {
    match ty {
        Type::Bool => Value::bool(json.as_bool().unwrap_or(false)),
        Type::Number => number(json),
        Type::String => match json {
            Json::String(text) => Value::string(text),
            Json::Null => Value::string(""),
            other => Value::string(other.to_string()),
        },
        Type::List(element) => Value::list((**element).clone(), items(json, element)),
        Type::Set(element) => Value::set((**element).clone(), items(json, element)),
        Type::Map(element) => {
            let members = json.as_object().into_iter().flatten();
            Value::map((**element).clone(), members.map(|(key, part)| (key.as_str(), value(part, element))))
        }
        Type::Object(object) => {
            let members = object.attributes.iter().map(|(name, ty)| (name.clone(), member(json, name, ty)));
            Value::object(members)
        }
        Type::Tuple(_) | Type::Dynamic => Value::null(ty.clone()),
    }
}

fn number(json: &Json) -> Value {
    let parsed = match json {
        Json::Number(number) => number.to_string().parse::<Number>().ok(),
        Json::String(text) => text.parse::<Number>().ok(),
        _ => None,
    };
    Value::number(parsed.unwrap_or_else(|| Number::from(0)))
}

/// Elements of a list; a structure of the API is a list of one block.
fn items(json: &Json, element: &Type) -> Vec<Value> {
    match json {
        Json::Array(items) => items.iter().map(|item| value(item, element)).collect(),
        Json::Object(_) => vec![value(json, element)],
        _ => Vec::new(),
    }
}

fn member(json: &Json, name: &str, ty: &Type) -> Value {
    let many = ty.is_collection();
    let found = json.get(api_name(name, many)).or_else(|| json.get(api_name(name, false)));
    value(found.unwrap_or(&Json::Null), ty)
}

/// The block `metadata` of an object. `configured` are the annotations and labels of the configuration, which
/// are kept even when the cluster would write such keys itself.
pub(crate) fn metadata(object: &Json, ty: &Type, all_labels: bool) -> Value {
    let metadata = object.get("metadata").unwrap_or(&Json::Null);
    let mut cleaned = metadata.clone();
    if let Some(members) = cleaned.as_object_mut() {
        let keys: &[&str] = if all_labels { &["annotations"] } else { &["annotations", "labels"] };
        for key in keys {
            if let Some(Json::Object(entries)) = members.get_mut(*key) {
                entries.retain(|key, _| !is_internal(key));
            }
        }
    }
    let element = ty.element().cloned().unwrap_or(Type::Dynamic);
    Value::list(element.clone(), [value(&cleaned, &element)])
}

/// Decodes the base64 texts of a Secret's `data`.
pub(crate) fn decoded(data: &Json) -> Json {
    let members = data.as_object().into_iter().flatten();
    let decode = |text: &Json| {
        let bytes = text.as_str().and_then(|text| STANDARD.decode(text).ok()).unwrap_or_default();
        Json::String(String::from_utf8_lossy(&bytes).into_owned())
    };
    Json::Object(members.map(|(key, text)| (key.clone(), decode(text))).collect())
}
