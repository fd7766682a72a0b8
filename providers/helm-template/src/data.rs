//! Values as callers have them: plain data, no sharing, whole numbers and floats apart.

use std::collections::BTreeMap;

use ordain_gostd::{format_json, parse_float};
use serde::ser::{Error as _, Serialize, Serializer};
use serde_json::Value as Json;

use crate::value::{Entries, List, ListKind, MAX_DEPTH, Map, MapKind, Value};

/// A chart value. Numbers read from YAML or JSON are floats, numbers given by `--set` whole, as in Helm.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Data {
    /// `null`.
    #[default]
    Null,
    /// A boolean.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A float.
    Float(f64),
    /// Text.
    Text(String),
    /// A list.
    List(Vec<Data>),
    /// A table.
    Map(Table),
}

/// A table of values.
pub type Table = BTreeMap<String, Data>;

impl Data {
    /// The table this is, if it is one.
    #[must_use]
    pub fn table(&self) -> Option<&Table> {
        match self {
            Self::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The text this is, if it is one.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// JSON as Go's `encoding/json` reads it into an `interface{}`: every number becomes a float.
    #[must_use]
    pub fn from_json(json: Json) -> Self {
        match json {
            Json::Null => Self::Null,
            Json::Bool(b) => Self::Bool(b),
            Json::Number(n) => Self::Float(parse_float(&n.to_string()).unwrap_or(0.0)),
            Json::String(text) => Self::Text(text),
            Json::Array(items) => Self::List(items.into_iter().map(Self::from_json).collect()),
            Json::Object(map) => Self::Map(map.into_iter().map(|(k, v)| (k, Self::from_json(v))).collect()),
        }
    }

    /// JSON as `encoding/json` writes it; infinities and NaN, which have no JSON, become `null`.
    #[must_use]
    pub fn to_json(&self) -> Json {
        match self {
            Self::Null => Json::Null,
            Self::Bool(b) => Json::Bool(*b),
            Self::Int(i) => Json::Number((*i).into()),
            Self::Float(f) => float_json(*f).unwrap_or(Json::Null),
            Self::Text(text) => Json::String(text.clone()),
            Self::List(items) => Json::Array(items.iter().map(Self::to_json).collect()),
            Self::Map(map) => Json::Object(map.iter().map(|(k, v)| (k.clone(), v.to_json())).collect()),
        }
    }

    pub(crate) fn to_value(&self) -> Value {
        match self {
            Self::Null => Value::Nil,
            Self::Bool(b) => Value::Bool(*b),
            Self::Int(i) => Value::int64(*i),
            Self::Float(f) => Value::Float(*f),
            Self::Text(text) => Value::from(text.as_str()),
            Self::List(items) => Value::list(items.iter().map(Self::to_value).collect()),
            Self::Map(map) => Value::Map(table_value(map, MapKind::Any)),
        }
    }
}

pub(crate) fn table_value(table: &Table, kind: MapKind) -> Map {
    Map::new(kind, table.iter().map(|(k, v)| (k.clone(), v.to_value())).collect::<Entries>())
}

/// A float as the JSON number Go writes.
pub(crate) fn float_json(f: f64) -> Option<Json> {
    format_json(f)?.parse().ok().map(Json::Number)
}

/// JSON for a template: every number a float.
pub(crate) fn value_from_json(json: Json) -> Value {
    Data::from_json(json).to_value()
}

/// `json.Marshal` of a value, as a tree.
///
/// # Errors
/// Go's words: unsupported values, or nesting beyond what any text could hold.
pub(crate) fn value_to_json(value: &Value) -> Result<Json, String> {
    json_within(value, MAX_DEPTH)
}

pub(crate) fn json_within(value: &Value, left: usize) -> Result<Json, String> {
    let Some(left) = left.checked_sub(1) else {
        return Err("json: unsupported value: encountered a cycle".into());
    };
    Ok(match value {
        Value::Nil => Json::Null,
        Value::Bool(b) => Json::Bool(*b),
        Value::Int(i, _) => Json::Number((*i).into()),
        Value::Float(f) => float_json(*f)
            .ok_or_else(|| format!("json: unsupported value: {}", ordain_gostd::format_g(*f)))?,
        Value::Text(text) => Json::String(text.to_string()),
        Value::List(list) => list_json(list, left)?,
        Value::Map(map) => {
            let pairs = map.snapshot().into_iter();
            let json = pairs.map(|(k, v)| Ok((k, json_within(&v, left)?)));
            Json::Object(json.collect::<Result<_, String>>()?)
        }
        Value::Object(object) => object.to_json(left)?,
    })
}

fn list_json(list: &List, left: usize) -> Result<Json, String> {
    if list.is_nil {
        return Ok(Json::Null);
    }
    if list.kind == ListKind::Bytes {
        use base64::Engine as _;
        return Ok(Json::String(base64::engine::general_purpose::STANDARD.encode(list.bytes())));
    }
    Ok(Json::Array(list.items.iter().map(|v| json_within(v, left)).collect::<Result<_, _>>()?))
}

/// A copy that shares nothing.
pub(crate) fn deep_copy(value: &Value) -> Result<Value, String> {
    copy_within(value, MAX_DEPTH)
}

fn copy_within(value: &Value, left: usize) -> Result<Value, String> {
    let Some(left) = left.checked_sub(1) else { return Err("value is nested too deeply".into()) };
    Ok(match value {
        Value::List(list) => {
            let items = list.items.iter().map(|v| copy_within(v, left)).collect::<Result<Vec<_>, _>>()?;
            Value::List(List { kind: list.kind, items: items.into(), is_nil: list.is_nil })
        }
        Value::Map(map) => {
            let pairs = map.snapshot().into_iter();
            let copied = pairs.map(|(k, v)| Ok((k, copy_within(&v, left)?)));
            Value::Map(Map::new(map.kind, copied.collect::<Result<Entries, String>>()?))
        }
        other => other.clone(),
    })
}

/// A value as JSON whose structs keep the order of their fields; the value has a JSON form.
pub(crate) struct InOrder<'v>(pub(crate) &'v Value);

impl Serialize for InOrder<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::List(list) if !list.is_nil && list.kind != ListKind::Bytes => {
                to.collect_seq(list.items.iter().map(InOrder))
            }
            Value::Map(map) => {
                let pairs = map.snapshot();
                to.collect_map(pairs.iter().map(|(k, v)| (k, InOrder(v))))
            }
            Value::Object(object) => match object.json_fields() {
                Some(fields) => to.collect_map(fields.map(|f| (f.json, InOrder(&f.value)))),
                None => object.to_json(MAX_DEPTH).map_err(S::Error::custom)?.serialize(to),
            },
            other => value_to_json(other).map_err(S::Error::custom)?.serialize(to),
        }
    }
}
