//! Root module outputs between value and document: a type constraint in JSON, and the value beside it.

use std::sync::Arc;

use ordain_value::{Kind, Marks, Number, Type, Value};
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Map, Value as Json};

use crate::OutputState;
use crate::v4::document::Output;

/// Reads an output; the error is a clause for a sentence.
pub(crate) fn from_document(output: &Output) -> Result<OutputState, String> {
    let ty: Json = serde_json::from_str(output.ty.get()).map_err(|error| error.to_string())?;
    let ty = type_from(&ty).ok_or_else(|| format!("{ty} is no type"))?;
    let json: Json = serde_json::from_str(output.value.get()).map_err(|error| error.to_string())?;
    let value = value_from(&json, &ty).ok_or_else(|| format!("the value is not of its type {ty}"))?;
    Ok(OutputState { value, sensitive: output.sensitive })
}

/// Writes an output; unknown values are an error, as a state is wholly known.
pub(crate) fn to_document(output: &OutputState) -> Result<Output, String> {
    let raw = |json: &Json| -> Result<Box<RawValue>, String> {
        to_raw_value(json).map_err(|error| error.to_string())
    };
    let value = value_to(&output.value).ok_or("an output has parts that are not known")?;
    Ok(Output {
        ty: raw(&type_to(&output.value.ty()))?,
        value: raw(&value)?,
        sensitive: output.sensitive || output.value.marks_deep().contains(Marks::SENSITIVE),
    })
}

fn type_from(json: &Json) -> Option<Type> {
    match json {
        Json::String(word) => match word.as_str() {
            "dynamic" => Some(Type::Dynamic),
            "bool" => Some(Type::Bool),
            "number" => Some(Type::Number),
            "string" => Some(Type::String),
            _ => None,
        },
        Json::Array(parts) => match parts.as_slice() {
            [Json::String(word), inner] => match word.as_str() {
                "list" => type_from(inner).map(Type::list),
                "set" => type_from(inner).map(Type::set),
                "map" => type_from(inner).map(Type::map),
                "tuple" => {
                    inner.as_array()?.iter().map(type_from).collect::<Option<Vec<_>>>().map(Type::tuple)
                }
                "object" => object_type(inner),
                _ => None,
            },
            [Json::String(word), inner, Json::Array(_)] if word == "object" => object_type(inner),
            _ => None,
        },
        _ => None,
    }
}

fn object_type(members: &Json) -> Option<Type> {
    let members = members.as_object()?.iter();
    let members = members.map(|(name, ty)| Some((name.as_str(), type_from(ty)?)));
    members.collect::<Option<Vec<_>>>().map(Type::object)
}

fn type_to(ty: &Type) -> Json {
    let pair = |word: &str, inner: Json| Json::Array(vec![Json::from(word), inner]);
    match ty {
        Type::Dynamic => Json::from("dynamic"),
        Type::Bool => Json::from("bool"),
        Type::Number => Json::from("number"),
        Type::String => Json::from("string"),
        Type::List(element) => pair("list", type_to(element)),
        Type::Set(element) => pair("set", type_to(element)),
        Type::Map(element) => pair("map", type_to(element)),
        Type::Tuple(elements) => pair("tuple", Json::Array(elements.iter().map(type_to).collect())),
        Type::Object(object) => {
            let members = object.attributes.iter().map(|(name, ty)| (name.to_string(), type_to(ty)));
            pair("object", Json::Object(members.collect()))
        }
    }
}

fn value_from(json: &Json, ty: &Type) -> Option<Value> {
    match (json, ty) {
        (Json::Null, ty) => Some(Value::null(ty.clone())),
        (Json::Bool(value), Type::Bool) => Some(Value::bool(*value)),
        (Json::Number(number), Type::Number) => number.to_string().parse::<Number>().ok().map(Value::number),
        // Numbers that JSON cannot hold, and what old programs wrote.
        (Json::String(text), Type::Number) => text.parse::<Number>().ok().map(Value::number),
        (Json::String(text), Type::String) => Some(Value::string(text)),
        (Json::Array(items), Type::List(element)) => {
            Some(Value::list((**element).clone(), each(items, element)?))
        }
        (Json::Array(items), Type::Set(element)) => {
            Some(Value::set((**element).clone(), each(items, element)?))
        }
        (Json::Array(items), Type::Tuple(types)) if items.len() == types.len() => {
            let items = items.iter().zip(types.iter()).map(|(item, ty)| value_from(item, ty));
            items.collect::<Option<Vec<_>>>().map(Value::tuple)
        }
        (Json::Object(members), Type::Map(element)) => {
            let members =
                members.iter().map(|(name, item)| Some((name.as_str(), value_from(item, element)?)));
            Some(Value::map((**element).clone(), members.collect::<Option<Vec<_>>>()?))
        }
        (Json::Object(members), Type::Object(object)) => {
            let read = |(name, ty): (&Arc<str>, &Type)| {
                Some((name.clone(), value_from(members.get(&**name).unwrap_or(&Json::Null), ty)?))
            };
            object.attributes.iter().map(read).collect::<Option<Vec<_>>>().map(Value::object)
        }
        _ => None,
    }
}

fn each(items: &[Json], element: &Type) -> Option<Vec<Value>> {
    items.iter().map(|item| value_from(item, element)).collect()
}

fn value_to(value: &Value) -> Option<Json> {
    Some(match value.kind() {
        Kind::Unknown(_) => return None,
        Kind::Null(_) => Json::Null,
        Kind::Bool(value) => Json::Bool(*value),
        Kind::Number(number) => number.to_string().parse().map_or_else(
            |_| Json::String(number.to_string()),
            |number: serde_json::Number| Json::Number(number),
        ),
        Kind::String(text) => Json::from(&**text),
        Kind::List(_, items) | Kind::Set(_, items) | Kind::Tuple(items) => {
            Json::Array(items.iter().map(value_to).collect::<Option<_>>()?)
        }
        Kind::Map(_, members) | Kind::Object(members) => {
            let members = members.iter().map(|(name, value)| Some((name.to_string(), value_to(value)?)));
            Json::Object(members.collect::<Option<Map<_, _>>>()?)
        }
    })
}
