//! From values to JSON and back.

use std::collections::BTreeMap;
use std::sync::Arc;

use ordain_value::{Kind, Number, Type, Value};
use serde_json::{Map, Value as Json};

use crate::tree::{Fields, Node, NodeKind};

/// A value as JSON; null for what is null or unknown.
pub fn to_json(value: &Value) -> Json {
    match value.kind() {
        Kind::Null(_) | Kind::Unknown(_) => Json::Null,
        Kind::Bool(flag) => Json::Bool(*flag),
        Kind::Number(number) => {
            serde_json::from_str(&number.to_string()).unwrap_or_else(|_| Json::String(number.to_string()))
        }
        Kind::String(text) => Json::String(text.to_string()),
        Kind::List(_, items) | Kind::Set(_, items) | Kind::Tuple(items) => {
            items.iter().map(to_json).collect()
        }
        Kind::Map(_, members) | Kind::Object(members) => {
            Json::Object(members.iter().map(|(name, value)| (name.to_string(), to_json(value))).collect())
        }
    }
}

/// The zero value of a type: what the original reads where nothing is set.
pub fn zero(ty: &Type) -> Value {
    match ty {
        Type::Bool => Value::bool(false),
        Type::Number => Value::number(0),
        Type::String => Value::string(""),
        Type::List(element) => Value::list((**element).clone(), []),
        Type::Set(element) => Value::set((**element).clone(), []),
        Type::Map(element) => Value::map((**element).clone(), Vec::<(Arc<str>, Value)>::new()),
        Type::Object(object) => {
            Value::object(object.attributes.iter().map(|(name, ty)| (name.clone(), zero(ty))))
        }
        Type::Dynamic | Type::Tuple(_) => Value::null(ty.clone()),
    }
}

/// JSON as a value of a type, with zero values for what is missing.
pub fn of_type(ty: &Type, json: &Json) -> Value {
    match (ty, json) {
        (Type::Bool, Json::Bool(flag)) => Value::bool(*flag),
        (Type::Number, Json::Number(number)) => {
            number.to_string().parse::<Number>().map_or_else(|_| zero(ty), Value::number)
        }
        (Type::String, Json::String(text)) => Value::string(text),
        (Type::List(element), Json::Array(items)) => {
            Value::list((**element).clone(), items.iter().map(|item| of_type(element, item)))
        }
        (Type::Set(element), Json::Array(items)) => {
            // An element of which nothing was set is zero throughout, other than a block of a list.
            let blank = |item: &Json| item.as_object().is_some_and(Map::is_empty);
            let of = |item: &Json| if blank(item) { zero(element) } else { of_type(element, item) };
            Value::set((**element).clone(), items.iter().map(of))
        }
        (Type::Map(element), Json::Object(members)) => Value::map(
            (**element).clone(),
            members.iter().map(|(name, item)| (name.as_str(), of_type(element, item))),
        ),
        // A block of which nothing was set has no values, not even zero ones.
        (Type::Object(object), Json::Object(members)) if members.is_empty() => {
            let members = object.attributes.iter();
            Value::object(members.map(|(name, ty)| (name.clone(), Value::null(ty.clone()))))
        }
        (Type::Object(object), Json::Object(members)) => {
            let missing = Json::Null;
            Value::object(
                object
                    .attributes
                    .iter()
                    .map(|(name, ty)| (name.clone(), of_type(ty, members.get(&**name).unwrap_or(&missing)))),
            )
        }
        _ => zero(ty),
    }
}

/// JSON as a value of a type, with nulls for what is missing; stored objects are read with it. Nested block
/// lists that are missing are empty.
pub fn nullable(ty: &Type, json: &Json) -> Value {
    match (ty, json) {
        (Type::Object(object), Json::Object(_) | Json::Null) => {
            if json.is_null() && !object.attributes.contains_key("id") {
                return Value::null(ty.clone());
            }
            Value::object(
                object
                    .attributes
                    .iter()
                    .map(|(name, ty)| (name.clone(), nullable(ty, json.get(&**name).unwrap_or(&Json::Null)))),
            )
        }
        (Type::List(element), Json::Array(items)) => {
            Value::list((**element).clone(), items.iter().map(|item| nullable(element, item)))
        }
        (Type::Set(element), Json::Array(items)) => {
            Value::set((**element).clone(), items.iter().map(|item| nullable(element, item)))
        }
        (Type::Map(element), Json::Object(members)) => Value::map(
            (**element).clone(),
            members.iter().map(|(name, item)| (name.as_str(), nullable(element, item))),
        ),
        (_, Json::Null) => Value::null(ty.clone()),
        _ => of_type(ty, json),
    }
}

/// The object that results when `set` was read from the service: parts that were not set keep what `base`
/// (the prior or planned object) has, unknown becoming null; within a part that was set, what is missing
/// is zero.
pub fn build(fields: &Fields, set: &Map<String, Json>, base: &Value) -> Value {
    let members: BTreeMap<Arc<str>, Value> = fields
        .iter()
        .map(|(name, node)| {
            let kept = || {
                let old = base.get(name).cloned().unwrap_or_else(|| Value::null(node.ty()));
                settle(old, node)
            };
            let value = match (set.get(&**name), &node.kind) {
                (_, NodeKind::Timeouts(_)) => kept(),
                (None, _) => kept(),
                (Some(Json::Null), NodeKind::Leaf(ty)) if !ty.is_collection() => kept(),
                (Some(json), _) => of_type(&node.ty(), json),
            };
            (name.clone(), value)
        })
        .collect();
    Value::object(members)
}

/// A planned object in which arguments that were taken away are zero values instead of null: that is how the original
/// stores them where it does not read them back.
pub fn with_removed(planned: &Value, prior: &Value) -> Value {
    let Some(members) = planned.as_members() else { return planned.clone() };
    let members = members.iter().map(|(name, value)| {
        let had = prior.get(name).is_some_and(|old| !old.is_null());
        let gone = had && value.is_null() && matches!(value.ty(), Type::Bool | Type::Number | Type::String);
        (name.clone(), if gone { zero(&value.ty()) } else { value.clone() })
    });
    Value::object(members.collect::<BTreeMap<_, _>>())
}

/// A planned value with its unknown parts made null (or empty, for blocks).
fn settle(value: Value, node: &Node) -> Value {
    if value.is_null() && matches!(node.kind, NodeKind::Blocks { .. }) {
        return zero(&node.ty());
    }
    if value.is_wholly_known() {
        return value;
    }
    if !value.is_known() {
        return match &node.kind {
            NodeKind::Blocks { .. } => zero(&node.ty()),
            _ => Value::null(node.ty()),
        };
    }
    of_type(&node.ty(), &to_json(&value))
}
