//! What documents show of values, written without a tree in between.

use std::borrow::Cow;

use ordain_value::{Kind, Number, Type, Value};
use serde::ser::{Error, SerializeMap};
use serde::{Serialize, Serializer};
use serde_json::Value as Json;

use super::values::number_json;

/// A part of a document that is made while it is written: a tree of its own for each of a million values would be
/// most of the work.
#[derive(Clone)]
pub enum Shown<'a> {
    /// There already.
    Json(Json),
    /// What [`super::values::known`] makes of a value; null where that is nothing.
    Known(Cow<'a, Value>),
    /// What [`super::values::unknown_shape`] makes of a value.
    Unknown(Cow<'a, Value>),
    /// What [`super::values::sensitive_shape`] makes of a value.
    Sensitive(Cow<'a, Value>),
}

impl From<Json> for Shown<'_> {
    fn from(json: Json) -> Self {
        Self::Json(json)
    }
}

impl Serialize for Shown<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Json(json) => json.serialize(out),
            Self::Known(value) => Known(value).serialize(out),
            Self::Unknown(value) => UnknownShape(value).serialize(out),
            Self::Sensitive(value) => SensitiveShape(value).serialize(out),
        }
    }
}

struct Known<'a>(&'a Value);

impl Serialize for Known<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        match self.0.kind() {
            Kind::Unknown(_) | Kind::Null(_) => out.serialize_unit(),
            Kind::Bool(value) => out.serialize_bool(*value),
            Kind::Number(number) => Digits(number).serialize(out),
            Kind::String(text) => out.serialize_str(text),
            Kind::List(_, items) | Kind::Set(_, items) | Kind::Tuple(items) => {
                out.collect_seq(items.iter().map(Known))
            }
            Kind::Map(_, members) | Kind::Object(members) => {
                let mut map = out.serialize_map(None)?;
                for (name, value) in members.iter().filter(|(_, value)| !is_unknown(value)) {
                    map.serialize_entry(&**name, &Known(value))?;
                }
                map.end()
            }
        }
    }
}

/// A number with all its digits. Most are small and whole.
pub struct Digits<'a>(pub &'a Number);

impl Serialize for Digits<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        match self.0.as_i64() {
            Some(whole) => out.serialize_i64(whole),
            // It has no form in JSON: neither a plan nor a state can hold it.
            None if self.0.is_infinite() => Err(S::Error::custom("cannot serialize infinity as JSON")),
            None => number_json(self.0).serialize(out),
        }
    }
}

fn is_unknown(value: &Value) -> bool {
    matches!(value.kind(), Kind::Unknown(_))
}

struct UnknownShape<'a>(&'a Value);

impl Serialize for UnknownShape<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        match self.0.kind() {
            Kind::Unknown(_) => out.serialize_bool(true),
            Kind::Null(_) | Kind::Bool(_) | Kind::Number(_) | Kind::String(_) => out.serialize_bool(false),
            Kind::List(_, items) | Kind::Set(_, items) | Kind::Tuple(items) => {
                out.collect_seq(items.iter().map(UnknownShape))
            }
            Kind::Map(_, members) | Kind::Object(members) => {
                let mut map = out.serialize_map(None)?;
                for (name, value) in members.iter().filter(|(_, value)| is_unknown(value) || !is_leaf(value))
                {
                    map.serialize_entry(&**name, &UnknownShape(value))?;
                }
                map.end()
            }
        }
    }
}

/// Whether a value has no parts: its shape is true or false.
fn is_leaf(value: &Value) -> bool {
    matches!(value.kind(), Kind::Null(_) | Kind::Bool(_) | Kind::Number(_) | Kind::String(_))
}

struct SensitiveShape<'a>(&'a Value);

impl SensitiveShape<'_> {
    /// Members with the shape `false` are left out.
    fn is_false(&self) -> bool {
        let open = match self.0.kind() {
            Kind::Unknown(unknown) => {
                matches!(unknown.ty, Type::Dynamic | Type::Bool | Type::Number | Type::String)
            }
            _ => is_leaf(self.0),
        };
        open && !self.0.marks().is_sensitive()
    }
}

impl Serialize for SensitiveShape<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        if self.0.marks().is_sensitive() {
            return out.serialize_bool(true);
        }
        match self.0.kind() {
            _ if self.is_false() => out.serialize_bool(false),
            Kind::List(_, items) | Kind::Set(_, items) | Kind::Tuple(items) => {
                out.collect_seq(items.iter().map(SensitiveShape))
            }
            Kind::Map(_, members) | Kind::Object(members) => {
                let mut map = out.serialize_map(None)?;
                for (name, value) in members.iter() {
                    let shape = SensitiveShape(value);
                    if !shape.is_false() {
                        map.serialize_entry(&**name, &shape)?;
                    }
                }
                map.end()
            }
            Kind::Unknown(unknown) if matches!(unknown.ty, Type::Map(_) | Type::Object(_)) => {
                out.serialize_map(Some(0))?.end()
            }
            _ => out.collect_seq(std::iter::empty::<()>()),
        }
    }
}

#[cfg(test)]
#[path = "shown_tests.rs"]
mod tests;
