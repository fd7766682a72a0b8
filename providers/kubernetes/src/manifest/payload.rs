//! Between values and objects of the API.

use ordain_value::json::{from_plain_json, number_to_json};
use ordain_value::{Kind, Number, Value};
use serde_json::Value as Json;

use super::shape::Shape;

/// A value as JSON. Nulls are left out, as the API does not like them.
pub(crate) fn to_json(value: &Value, shape: &Shape) -> Json {
    match (value.kind(), shape) {
        (Kind::Null(_) | Kind::Unknown(_), _) => Json::Null,
        (Kind::Bool(flag), _) => Json::Bool(*flag),
        (Kind::Number(number), _) => number_to_json(number).map_or(Json::Null, Json::Number),
        (Kind::String(text), Shape::NumberOrText) => {
            text.parse::<i64>().map_or_else(|_| Json::String(text.to_string()), Json::from)
        }
        (Kind::String(text), _) => Json::String(text.to_string()),
        (Kind::List(_, items) | Kind::Set(_, items), _) => list(items, shape),
        (Kind::Tuple(items), _) => list(items, shape),
        (Kind::Map(_, members) | Kind::Object(members), _) => {
            let parts = members.iter().filter(|(_, part)| !part.is_null());
            let parts = parts.map(|(name, part)| {
                let shape = match shape {
                    Shape::Object(shapes) => shapes.get(name).unwrap_or(&Shape::Open),
                    Shape::Map(element) => element,
                    _ => &Shape::Open,
                };
                (name.to_string(), to_json(part, shape))
            });
            Json::Object(parts.collect())
        }
    }
}

fn list(items: &[Value], shape: &Shape) -> Json {
    let element = match shape {
        Shape::List(element) | Shape::Mixed(element) => element,
        _ => &Shape::Open,
    };
    items.iter().filter(|item| !item.is_null()).map(|item| to_json(item, element)).collect()
}

/// An object of the API as a value of a shape.
///
/// # Errors
/// The object is not of that shape; says where and why.
pub(crate) fn from_json(json: &Json, shape: &Shape) -> Result<Value, String> {
    convert(json, shape, "")
}

fn convert(json: &Json, shape: &Shape, path: &str) -> Result<Value, String> {
    let wrong =
        |what: &str| Err(format!("[{path}] cannot convert payload from {what} to {}", shape.ty().friendly()));
    Ok(match (json, shape) {
        (Json::Null, _) => Value::null(shape.ty()),
        (_, Shape::Open) => from_plain_json(json).map_err(|error| format!("[{path}] {}", error.message))?,
        (Json::Bool(flag), Shape::Bool) => Value::bool(*flag),
        (Json::Number(number), Shape::Number) => {
            let number = number.to_string().parse::<Number>();
            Value::number(number.map_err(|_| format!("[{path}] is not a number"))?)
        }
        (Json::Number(number), Shape::NumberOrText) => Value::string(number.to_string()),
        (Json::String(text), Shape::Text | Shape::NumberOrText) => Value::string(text),
        (Json::String(text), Shape::Number) => {
            Value::number(text.parse::<i64>().map_err(|error| format!("[{path}] {error}"))?)
        }
        (Json::Array(items), Shape::List(element) | Shape::Mixed(element)) => {
            let items = items.iter().enumerate();
            let items = items.map(|(at, item)| convert(item, element, &format!("{path}[{at}]")));
            let items = items.collect::<Result<Vec<_>, _>>()?;
            match shape {
                Shape::List(_) => Value::list(element.ty(), items),
                _ => Value::tuple(items),
            }
        }
        (Json::Object(members), Shape::Map(element)) => {
            let members = members.iter();
            let members = members
                .map(|(name, part)| Ok((name.as_str(), convert(part, element, &format!("{path}[{name}]"))?)));
            Value::map(element.ty(), members.collect::<Result<Vec<_>, String>>()?)
        }
        (Json::Object(members), Shape::Object(shapes)) => {
            let parts = shapes.iter().map(|(name, shape)| {
                let part = members.get(&**name).unwrap_or(&Json::Null);
                Ok((name.clone(), convert(part, shape, &format!("{path}.{name}"))?))
            });
            Value::object(parts.collect::<Result<Vec<_>, String>>()?)
        }
        (Json::Bool(_), _) => return wrong("a truth value"),
        (Json::Number(_), _) => return wrong("a number"),
        (Json::String(_), _) => return wrong("a text"),
        (Json::Array(_), _) => return wrong("a list"),
        (Json::Object(_), _) => return wrong("a structure"),
    })
}

/// Takes out what the cluster writes and what changes with most operations.
pub(crate) fn without_server_fields(object: &mut Json) {
    const OWN: &[&str] =
        &["creationTimestamp", "generation", "managedFields", "resourceVersion", "selfLink", "uid"];
    let Some(members) = object.as_object_mut() else { return };
    members.remove("status");
    if let Some(metadata) = members.get_mut("metadata").and_then(Json::as_object_mut) {
        metadata.retain(|key, _| !OWN.contains(&key.as_str()));
    }
}
