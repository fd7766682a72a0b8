//! Tables that map arguments to properties of the service and back.

use serde_json::{Map, Value as Json, json};

use ordain_sdk::{flag, integer, items, text};

/// How an argument is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum How {
    /// Text; left out when empty.
    Text,
    /// Text, also when empty.
    AlwaysText,
    /// Whole number; left out when 0.
    Number,
    /// Whole number, also 0.
    AlwaysNumber,
    /// Flag, always.
    Flag,
    /// Flag, sent as text, always.
    FlagText,
    /// Whole number, sent as text, always.
    NumberText,
    /// Fraction, sent as text, always.
    FractionText,
    /// List of texts; left out when empty.
    Texts,
    /// List of texts, also when empty.
    AlwaysTexts,
    /// Map of texts; left out when empty.
    Map,
    /// Map of texts, also when empty.
    AlwaysMap,
}

/// One row: name of the argument, name of the property, how it is sent.
pub(crate) type Field = (&'static str, &'static str, How);

/// Properties from a block's arguments.
pub(crate) fn expand(fields: &[Field], block: &Json) -> Map<String, Json> {
    fields
        .iter()
        .filter_map(|(argument, property, how)| Some(((*property).to_owned(), one(*how, block, argument)?)))
        .collect()
}

fn one(how: How, block: &Json, name: &str) -> Option<Json> {
    Some(match how {
        How::Text => json!(Some(text(block, name)).filter(|text| !text.is_empty())?),
        How::AlwaysText => json!(text(block, name)),
        How::Number => json!(Some(integer(block, name)).filter(|number| *number != 0)?),
        How::AlwaysNumber => json!(integer(block, name)),
        How::Flag => json!(flag(block, name)),
        How::FlagText => json!(flag(block, name).to_string()),
        How::NumberText => json!(integer(block, name).to_string()),
        How::FractionText => json!(block.get(name).and_then(Json::as_f64).unwrap_or(0.0).to_string()),
        How::Texts if items(block, name).is_empty() => return None,
        How::Texts | How::AlwaysTexts => json!(items(block, name)),
        How::Map | How::AlwaysMap => {
            let map = block.get(name).and_then(Json::as_object).cloned().unwrap_or_default();
            if map.is_empty() && how == How::Map {
                return None;
            }
            Json::Object(map)
        }
    })
}

/// Arguments from properties. What the service leaves out stays out, and becomes a zero value later.
pub(crate) fn flatten(fields: &[Field], properties: &Json) -> Map<String, Json> {
    fields
        .iter()
        .filter_map(|(argument, property, how)| {
            let value = properties.get(property).filter(|value| !value.is_null())?;
            let value = match (how, value) {
                (How::FlagText, Json::String(text)) => json!(text == "true"),
                (How::NumberText, Json::String(text)) => json!(text.parse::<i64>().ok()?),
                (How::FractionText, Json::String(text)) => json!(text.parse::<f64>().ok()?),
                _ => value.clone(),
            };
            Some(((*argument).to_owned(), value))
        })
        .collect()
}

/// The value at a JSON pointer; null where there is none.
pub(crate) fn at<'j>(json: &'j Json, pointer: &str) -> &'j Json {
    json.pointer(pointer).unwrap_or(&Json::Null)
}

/// Sets a member of an object; other values stay.
pub(crate) fn set(object: &mut Json, name: &str, value: Json) {
    if let Some(members) = object.as_object_mut() {
        members.insert(name.to_owned(), value);
    }
}

/// Sets a property below `properties`.
pub(crate) fn set_property(object: &mut Json, name: &str, value: Json) {
    if let Some(properties) = object.get_mut("properties") {
        set(properties, name, value);
    }
}

/// Takes a property below `properties` away.
pub(crate) fn drop_property(object: &mut Json, name: &str) {
    if let Some(properties) = object.get_mut("properties").and_then(Json::as_object_mut) {
        properties.remove(name);
    }
}
