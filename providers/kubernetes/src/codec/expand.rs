//! From configuration to objects of the API.

use ordain_provider::Block;
use ordain_value::Type;
use serde_json::{Map, Value as Json};

use super::fields::{Form, api_name, counts, form, is_single, sends_zero};

/// A block as a structure of the API. `name` is the block's own name, empty for the object itself. What is
/// not set is left out.
pub(crate) fn expand(block: &Block, json: &Json, name: &str) -> Map<String, Json> {
    let mut out = Map::new();
    let sibling = |other: &str| json.get(other).and_then(Json::as_str);
    let fields = block.attributes.keys().chain(block.blocks.keys());
    for field in fields.filter(|field| counts(name, field, &sibling)) {
        let Some(api) = api_name(name, field) else { continue };
        let value = json.get(&**field).unwrap_or(&Json::Null);
        if let Some(value) = expand_field(block, name, field, value, sends_zero(name, field)) {
            out.insert(api, value);
        }
    }
    out
}

/// The part at a path (`["spec", "template"]`) of a configuration as the API has it, zero where it is unset.
pub(crate) fn expand_at(block: &Block, json: &Json, path: &[&str]) -> Json {
    match path {
        [] => Json::Null,
        [field] => {
            let value = json.get(*field).unwrap_or(&Json::Null);
            let value = expand_field(block, "", field, value, true);
            value.unwrap_or_else(|| Json::Object(Map::new()))
        }
        [name, rest @ ..] => match block.blocks.get(*name) {
            Some(nested) => {
                let inner = json.get(*name).and_then(|items| items.get(0)).unwrap_or(&Json::Null);
                expand_at(&nested.block, inner, rest)
            }
            None => Json::Null,
        },
    }
}

fn expand_field(block: &Block, within: &str, name: &str, value: &Json, zero: bool) -> Option<Json> {
    if let Some(attribute) = block.attributes.get(name) {
        return scalar(&attribute.value_type(), name, value, zero);
    }
    let nested = block.blocks.get(name)?;
    let items = value.as_array().map_or(&[][..], Vec::as_slice);
    if is_single(within, name, nested) {
        let item = items.first()?;
        return Some(Json::Object(expand(&nested.block, item, name)));
    }
    if items.is_empty() && !zero {
        return None;
    }
    let items = items.iter().map(|item| expand(&nested.block, item, name));
    if name == "sources" {
        return Some(items.flat_map(sources).collect());
    }
    Some(items.map(Json::Object).collect())
}

/// The sources of a projected volume that one block names: each is one of its own in the API, in this order.
fn sources(block: Map<String, Json>) -> Vec<Json> {
    const ORDER: [&str; 4] = ["secret", "configMap", "downwardAPI", "serviceAccountToken"];
    let part =
        |key: &&str| Some(Json::Object(Map::from_iter([((*key).to_owned(), block.get(*key)?.clone())])));
    ORDER.iter().filter_map(part).collect()
}

/// An attribute's value; `zero` says whether it is sent when it is the zero value of its type.
fn scalar(ty: &Type, name: &str, value: &Json, zero: bool) -> Option<Json> {
    match ty {
        Type::Bool => {
            let flag = value.as_bool().unwrap_or(false);
            (flag || zero).then_some(Json::Bool(flag))
        }
        Type::Number => {
            let empty = value.as_f64().is_none_or(|number| number == 0.0);
            (!empty || zero).then(|| if empty { Json::from(0) } else { value.clone() })
        }
        Type::String => text(form(name), value.as_str().unwrap_or(""), zero),
        _ => {
            let empty = match value {
                Json::Array(items) => items.is_empty(),
                Json::Object(members) => members.is_empty(),
                _ => true,
            };
            match (empty, zero, ty) {
                (false, ..) => Some(value.clone()),
                (true, true, Type::Map(_) | Type::Object(_)) => Some(Json::Object(Map::new())),
                (true, true, _) => Some(Json::Array(Vec::new())),
                (true, false, _) => None,
            }
        }
    }
}

fn text(form: Form, text: &str, zero: bool) -> Option<Json> {
    let plain = || Json::String(text.to_owned());
    let number = |parsed: Result<i64, _>| parsed.map_or_else(|_| plain(), Json::from);
    match form {
        // A target port that is not given is port 0, which the API takes for the port itself.
        _ if text.is_empty() => (zero && form == Form::Plain).then(plain),
        Form::Plain => Some(plain()),
        Form::Integer | Form::IntegerOrText => Some(number(text.parse::<i64>())),
        Form::Octal => Some(number(i64::from_str_radix(text, 8))),
    }
}
