//! From objects of the API to what a state holds.

use ordain_provider::{Block, NestedBlock};
use ordain_value::Type;
use serde_json::{Map, Value as Json};

use super::fields::{Form, api_name, counts, form, is_hidden_when_empty, is_not_shown, is_single, shown};

/// A structure of the API in the shape of a block; `name` is the block's own name, empty for the object
/// itself. What the API leaves out is left out, which reads as the zero value.
pub(crate) fn flatten(block: &Block, json: &Json, name: &str) -> Map<String, Json> {
    let mut out = Map::new();
    let sibling = |other: &str| json.get(api_name(name, other)?)?.as_str();
    let mut put = |field: &str, value: Option<Json>| {
        let value = value.or_else(|| serde_json::from_str(shown(name, field)?).ok());
        if let Some(value) = value {
            out.insert(field.to_owned(), value);
        }
    };
    let reads = |field: &str| {
        let counted = counts(name, field, &sibling) && !is_not_shown(name, field);
        let value = json.get(api_name(name, field)?).filter(|value| !is_absent(value))?;
        counted.then_some(value)
    };
    for (field, attribute) in &block.attributes {
        let value = reads(field).filter(|value| !value.as_object().is_some_and(Map::is_empty));
        put(field, value.map(|value| scalar(&attribute.value_type(), field, value)));
    }
    for (field, nested) in &block.blocks {
        let value = reads(field).map(|value| blocks(is_single(name, field, nested), field, nested, value));
        put(field, value.filter(|items| !(is_hidden_when_empty(name, field) && holds_nothing(items))));
    }
    out
}

/// Whether the API has nothing there. An empty structure is there, an empty list is not.
fn is_absent(value: &Json) -> bool {
    value.is_null() || value.as_array().is_some_and(Vec::is_empty)
}

/// Whether a list of one block has nothing set in it.
fn holds_nothing(items: &Json) -> bool {
    let Some(item) = items.get(0) else { return true };
    item.as_object()
        .is_none_or(|members| members.values().all(|part| part.as_array().is_some_and(Vec::is_empty)))
}

fn blocks(single: bool, name: &str, nested: &NestedBlock, json: &Json) -> Json {
    let one = |item: &Json| Json::Object(flatten(&nested.block, item, name));
    match json {
        Json::Array(items) => items.iter().map(one).collect(),
        Json::Object(_) if single => Json::Array(vec![one(json)]),
        _ => Json::Array(Vec::new()),
    }
}

/// A value of an attribute's type, as JSON.
fn scalar(ty: &Type, name: &str, json: &Json) -> Json {
    match (ty, json) {
        (Type::String, Json::Number(number)) => match (form(name), number.as_i64()) {
            (Form::Octal, Some(mode)) => Json::String(format!("0{mode:o}")),
            _ => Json::String(number.to_string()),
        },
        (Type::List(element) | Type::Set(element), Json::Array(items)) => {
            items.iter().map(|item| scalar(element, name, item)).collect()
        }
        // Structures of computed attributes.
        (Type::List(element), Json::Object(_)) => Json::Array(vec![scalar(element, name, json)]),
        (Type::Map(element), Json::Object(members)) => Json::Object(
            members.iter().map(|(key, part)| (key.clone(), scalar(element, key, part))).collect(),
        ),
        (Type::Object(object), Json::Object(_)) => {
            let members = object.attributes.iter().filter_map(|(field, ty)| {
                let api = api_name(name, field)?;
                let value = json.get(api).map(|value| scalar(ty, field, value));
                let value = value.or_else(|| serde_json::from_str(shown(name, field)?).ok());
                Some((field.to_string(), value?))
            });
            Json::Object(members.collect())
        }
        _ => json.clone(),
    }
}
