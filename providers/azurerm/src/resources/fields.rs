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
    /// Set of texts; left out when empty.
    Set,
    /// Set of texts, also when empty.
    AlwaysSet,
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
        How::Set if items(block, name).is_empty() => return None,
        How::Set | How::AlwaysSet => set_of(items(block, name)),
        How::Map | How::AlwaysMap => {
            let map = block.get(name).and_then(Json::as_object).cloned().unwrap_or_default();
            if map.is_empty() && how == How::Map {
                return None;
            }
            Json::Object(map)
        }
    })
}

/// Elements of a set in the order in which the original's library keeps them: by the decimal digits of a checksum.
pub(crate) fn set_of(items: &[Json]) -> Json {
    let key = |item: &Json| {
        let text = item.as_str().map_or_else(|| item.to_string(), str::to_owned);
        checksum(format!("{text};").as_bytes()).to_string()
    };
    let mut items = items.to_vec();
    items.sort_by_cached_key(key);
    Json::Array(items)
}

/// CRC-32 as in IEEE 802.3.
fn checksum(bytes: &[u8]) -> u32 {
    let step = |sum: u32, byte: &u8| {
        (0..8).fold(
            sum ^ u32::from(*byte),
            |sum, _| if sum & 1 == 1 { sum >> 1 ^ 0xEDB8_8320 } else { sum >> 1 },
        )
    };
    !bytes.iter().fold(!0, step)
}

/// Arguments from properties. What the service leaves out stays out, and becomes a zero value later.
pub(crate) fn flatten(fields: &[Field], properties: &Json) -> Map<String, Json> {
    fields
        .iter()
        .filter_map(|(argument, property, how)| {
            let value = properties.get(property).filter(|value| !value.is_null())?;
            let value = match (how, value) {
                (How::FlagText, Json::String(text)) => json!(text.eq_ignore_ascii_case("true")),
                (How::NumberText, Json::String(text)) => json!(text.parse::<i64>().ok()?),
                (How::FractionText, Json::String(text)) => json!(text.parse::<f64>().ok()?),
                _ => value.clone(),
            };
            Some(((*argument).to_owned(), value))
        })
        .collect()
}

/// As [`flatten`] for a block that is there: what the service leaves out is in it, as a zero value.
pub(crate) fn flatten_block(fields: &[Field], properties: &Json) -> Map<String, Json> {
    let mut block: Map<String, Json> =
        fields.iter().map(|(argument, _, _)| ((*argument).to_owned(), Json::Null)).collect();
    block.extend(flatten(fields, properties));
    block
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
