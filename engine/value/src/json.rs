//! Values and types to and from JSON, guided by a type.
//!
//! The form is that of Terraform's state and plans: numbers keep every digit, a value in a place of
//! type [`Type::Dynamic`] is written as `{"value": …, "type": …}`, and sets are arrays in canonical
//! order. Marks and unknown values have no JSON form; the caller takes them out first.

use std::sync::Arc;

use serde_json::Value as Json;

use crate::{Kind, Number, ObjectType, Path, PathError, Step, Type, Value};

/// JSON of a value in a place of type `ty`.
pub fn to_json(value: &Value, ty: &Type) -> Result<Json, PathError> {
    let fail = |message: &str| Err(PathError::new(&Path::root(), message));
    if !value.marks().is_empty() {
        return fail("value has marks, so it cannot be serialized as JSON");
    }
    if !value.is_known() {
        return fail("value is not known");
    }
    if *ty == Type::Dynamic {
        return dynamic_to_json(value);
    }
    match value.kind() {
        Kind::Null(_) | Kind::Unknown(_) => Ok(Json::Null),
        Kind::Bool(value) => Ok(Json::Bool(*value)),
        Kind::Number(number) => number_to_json(number)
            .map(Json::Number)
            .ok_or_else(|| PathError::new(&Path::root(), "cannot serialize infinity as JSON")),
        Kind::String(text) => Ok(Json::String(text.to_string())),
        Kind::List(own, items) | Kind::Set(own, items) => {
            let element = ty.element().unwrap_or(own);
            items.iter().enumerate().map(|(at, item)| to_json(item, element).map_err(in_index(at))).collect()
        }
        Kind::Tuple(items) => {
            let elements = match ty {
                Type::Tuple(elements) => &**elements,
                _ => &[],
            };
            let items = items.iter().enumerate().map(|(at, item)| match elements.get(at) {
                Some(element) => to_json(item, element).map_err(in_index(at)),
                None => to_json(item, &item.ty()).map_err(in_index(at)),
            });
            items.collect()
        }
        Kind::Map(own, members) => {
            let element = ty.element().unwrap_or(own);
            let mut object = serde_json::Map::new();
            for (name, member) in members.iter() {
                let json = to_json(member, element).map_err(inside(Step::Index(Value::string(name))))?;
                object.insert(name.to_string(), json);
            }
            Ok(Json::Object(object))
        }
        Kind::Object(members) => {
            let mut object = serde_json::Map::new();
            for (name, member) in members.iter() {
                let json = match ty.attributes().and_then(|attributes| attributes.get(name)) {
                    Some(ty) => to_json(member, ty),
                    None => to_json(member, &member.ty()),
                };
                object.insert(name.to_string(), json.map_err(inside(Step::Attr(name.clone())))?);
            }
            Ok(Json::Object(object))
        }
    }
}

/// A value together with its type.
fn dynamic_to_json(value: &Value) -> Result<Json, PathError> {
    let own = value.ty();
    if own == Type::Dynamic {
        return Ok(Json::Null);
    }
    let mut wrapped = serde_json::Map::new();
    wrapped.insert("value".to_owned(), to_json(value, &own)?);
    wrapped.insert("type".to_owned(), type_to_json(&own));
    Ok(Json::Object(wrapped))
}

/// JSON of a value as `jsonencode` writes it: guided by its own type.
pub fn to_plain_json(value: &Value) -> Result<Json, PathError> {
    to_json(value, &value.ty())
}

/// A number with all its digits; `None` for infinities.
pub fn number_to_json(number: &Number) -> Option<serde_json::Number> {
    if number.is_infinite() { None } else { number.to_string().parse().ok() }
}

fn inside(step: Step) -> impl FnOnce(PathError) -> PathError {
    move |mut error| {
        error.path.0.insert(0, step);
        error
    }
}

fn in_index(at: usize) -> impl FnOnce(PathError) -> PathError {
    inside(Step::Index(Value::from(i64::try_from(at).unwrap_or(i64::MAX))))
}

fn wrong(message: impl Into<String>) -> PathError {
    PathError::new(&Path::root(), message)
}

/// The value of type `ty` that a JSON document stands for.
pub fn from_json(json: &Json, ty: &Type) -> Result<Value, PathError> {
    if json.is_null() {
        return Ok(Value::null(ty.without_optional()));
    }
    match ty {
        Type::Dynamic => dynamic_from_json(json),
        Type::Bool => match json {
            Json::Bool(value) => Ok(Value::bool(*value)),
            Json::String(text) => crate::convert(Value::string(text), &Type::Bool),
            _ => Err(wrong("bool is required")),
        },
        Type::Number => match json {
            Json::Number(number) => number_from_text(&number.to_string()),
            Json::String(text) => number_from_text(text),
            _ => Err(wrong("number is required")),
        },
        Type::String => match json {
            Json::String(text) => Ok(Value::string(text)),
            Json::Number(number) => Ok(Value::string(number.to_string())),
            Json::Bool(value) => Ok(Value::string(value.to_string())),
            _ => Err(wrong("string is required")),
        },
        Type::List(element) => Ok(Value::list(Type::clone(element), items(json, element)?)),
        Type::Set(element) => Ok(Value::set(Type::clone(element), items(json, element)?)),
        Type::Map(element) => {
            let Json::Object(members) = json else { return Err(wrong("a map is required")) };
            let members: Result<Vec<(Arc<str>, Value)>, PathError> = members
                .iter()
                .map(|(name, json)| {
                    let value = from_json(json, element).map_err(inside(Step::Index(Value::string(name))))?;
                    Ok((crate::nfc(name).into(), value))
                })
                .collect();
            Ok(Value::map(Type::clone(element), members?))
        }
        Type::Tuple(elements) => tuple_from_json(json, elements),
        Type::Object(object) => object_from_json(json, object),
    }
}

fn number_from_text(text: &str) -> Result<Value, PathError> {
    text.parse::<Number>().map(Value::number).map_err(|error| wrong(error.to_string()))
}

fn items(json: &Json, element: &Type) -> Result<Vec<Value>, PathError> {
    let Json::Array(items) = json else { return Err(wrong("a list is required")) };
    items.iter().enumerate().map(|(at, json)| from_json(json, element).map_err(in_index(at))).collect()
}

fn tuple_from_json(json: &Json, elements: &[Type]) -> Result<Value, PathError> {
    let Json::Array(items) = json else { return Err(wrong("a tuple is required")) };
    if items.len() != elements.len() {
        let which = if items.len() > elements.len() { "too many" } else { "not enough" };
        return Err(wrong(format!("{which} tuple elements (need {})", elements.len())));
    }
    let pairs = items.iter().zip(elements).enumerate();
    let items: Result<Vec<Value>, PathError> =
        pairs.map(|(at, (json, ty))| from_json(json, ty).map_err(in_index(at))).collect();
    Ok(Value::tuple(items?))
}

fn object_from_json(json: &Json, object: &ObjectType) -> Result<Value, PathError> {
    let Json::Object(members) = json else { return Err(wrong("an object is required")) };
    if let Some(name) = members.keys().find(|name| !object.attributes.contains_key(name.as_str())) {
        return Err(wrong(format!("unsupported attribute {name:?}")));
    }
    let members: Result<Vec<(Arc<str>, Value)>, PathError> = object
        .attributes
        .iter()
        .map(|(name, ty)| {
            let value = match members.get(&**name) {
                Some(json) => from_json(json, ty).map_err(inside(Step::Attr(name.clone())))?,
                None => Value::null(ty.without_optional()),
            };
            Ok((name.clone(), value))
        })
        .collect();
    Ok(Value::object(members?))
}

fn dynamic_from_json(json: &Json) -> Result<Value, PathError> {
    let Json::Object(members) = json else { return Err(wrong("missing type in dynamically-typed value")) };
    if let Some(name) = members.keys().find(|name| !matches!(name.as_str(), "value" | "type")) {
        return Err(wrong(format!("invalid key {name:?} in dynamically-typed value")));
    }
    let ty = members.get("type").ok_or_else(|| wrong("missing type in dynamically-typed value"))?;
    let ty = type_from_json(ty).ok_or_else(|| wrong("failed to decode type for dynamic value"))?;
    let value = members.get("value").ok_or_else(|| wrong("missing value in dynamically-typed value"))?;
    from_json(value, &ty)
}

/// The value that a JSON document is by itself, as `jsondecode` reads it: arrays are tuples, objects are
/// objects, null has no type.
pub fn from_plain_json(json: &Json) -> Result<Value, PathError> {
    match json {
        Json::Null => Ok(Value::null(Type::Dynamic)),
        Json::Bool(value) => Ok(Value::bool(*value)),
        Json::Number(number) => number_from_text(&number.to_string()),
        Json::String(text) => Ok(Value::string(text)),
        Json::Array(items) => {
            let items: Result<Vec<Value>, PathError> = items
                .iter()
                .enumerate()
                .map(|(at, json)| from_plain_json(json).map_err(in_index(at)))
                .collect();
            Ok(Value::tuple(items?))
        }
        Json::Object(members) => {
            let members: Result<Vec<(Arc<str>, Value)>, PathError> = members
                .iter()
                .map(|(name, json)| {
                    let name: Arc<str> = crate::nfc(name).into();
                    let value = from_plain_json(json).map_err(inside(Step::Attr(name.clone())))?;
                    Ok((name, value))
                })
                .collect();
            Ok(Value::object(members?))
        }
    }
}

/// The JSON form of a type: `"string"`, `["list", "string"]`, `["object", {…}]`, and with optional
/// attributes `["object", {…}, ["name"]]`.
pub fn type_to_json(ty: &Type) -> Json {
    let tagged = |tag: &str, inner: Json| Json::Array(vec![tag.into(), inner]);
    match ty {
        Type::Dynamic => "dynamic".into(),
        Type::Bool => "bool".into(),
        Type::Number => "number".into(),
        Type::String => "string".into(),
        Type::List(element) => tagged("list", type_to_json(element)),
        Type::Set(element) => tagged("set", type_to_json(element)),
        Type::Map(element) => tagged("map", type_to_json(element)),
        Type::Tuple(elements) => tagged("tuple", elements.iter().map(type_to_json).collect()),
        Type::Object(object) => {
            let attributes = object.attributes.iter();
            let attributes = attributes.map(|(name, ty)| (name.to_string(), type_to_json(ty))).collect();
            let mut parts = vec!["object".into(), Json::Object(attributes)];
            if !object.optional.is_empty() {
                parts.push(object.optional.iter().map(|name| Json::from(&**name)).collect());
            }
            Json::Array(parts)
        }
    }
}

/// The type that JSON of the form of [`type_to_json`] stands for.
pub fn type_from_json(json: &Json) -> Option<Type> {
    if let Json::String(name) = json {
        return match name.as_str() {
            "dynamic" => Some(Type::Dynamic),
            "bool" => Some(Type::Bool),
            "number" => Some(Type::Number),
            "string" => Some(Type::String),
            _ => None,
        };
    }
    match json.as_array()?.as_slice() {
        [Json::String(tag), inner] if tag == "list" => type_from_json(inner).map(Type::list),
        [Json::String(tag), inner] if tag == "set" => type_from_json(inner).map(Type::set),
        [Json::String(tag), inner] if tag == "map" => type_from_json(inner).map(Type::map),
        [Json::String(tag), Json::Array(elements)] if tag == "tuple" => {
            let elements: Option<Vec<Type>> = elements.iter().map(type_from_json).collect();
            Some(Type::tuple(elements?))
        }
        [Json::String(tag), Json::Object(attributes), rest @ ..] if tag == "object" => {
            let mut object = ObjectType::default();
            for (name, json) in attributes {
                object.attributes.insert(name.as_str().into(), type_from_json(json)?);
            }
            match rest {
                [] => {}
                [Json::Array(names)] => {
                    for name in names {
                        let (name, _) = object.attributes.get_key_value(name.as_str()?)?;
                        object.optional.insert(name.clone());
                    }
                }
                _ => return None,
            }
            Some(Type::Object(Arc::new(object)))
        }
        _ => None,
    }
}

#[cfg(test)]
#[path = "json_tests.rs"]
mod tests;
