//! Values with types, unknowns and marks as self-describing JSON.
//!
//! true, false, numbers, texts and objects stand for themselves; everything else is an array whose first
//! element says what it is: `["null",T]`, `["unknown",{…}]`, `["list",T,[…]]`, `["set",T,[…]]`,
//! `["map",T,{…}]`, `["tuple",[…]]`, `["sensitive",V]`.

use std::sync::Arc;

use ordain_value::{Kind, Marks, Nullness, Number, Range, Type, Unknown, Value};
use serde::de::Error as _;
use serde::ser::{Error as _, SerializeTuple};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value as Json;

use super::{Broken, shared, types};
use crate::json::shown::Digits;
use crate::json::values::number_json;

/// A value in the exact form.
#[derive(Clone, Debug, PartialEq)]
pub struct Exact(pub Value);

impl Serialize for Exact {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        Written::of(&self.0).serialize(out)
    }
}

/// A value on its way into the exact form.
#[derive(Clone, Copy)]
pub struct Written<'a> {
    value: &'a Value,
    /// Whether nothing is said of what is unknown, not even its type.
    vague: bool,
}

impl<'a> Written<'a> {
    /// All of a value.
    pub fn of(value: &'a Value) -> Self {
        Self { value, vague: false }
    }

    /// A value without what is known about its unknown parts; that may differ from run to run.
    pub fn vague(value: &'a Value) -> Self {
        Self { value, vague: true }
    }

    fn all(self, items: &'a [Value]) -> Items<'a> {
        Items { items, vague: self.vague }
    }

    fn members(self, members: &'a ordain_value::Members) -> Members<'a> {
        Members { members, vague: self.vague }
    }
}

struct Unmarked<'a>(Written<'a>);
struct Items<'a> {
    items: &'a [Value],
    vague: bool,
}
struct Members<'a> {
    members: &'a ordain_value::Members,
    vague: bool,
}

impl Serialize for Written<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        if self.value.marks().is_ephemeral() {
            return Err(S::Error::custom("an ephemeral value must not be stored"));
        }
        if self.value.marks().is_sensitive() {
            return tagged(out, ("sensitive", Unmarked(*self)));
        }
        Unmarked(*self).serialize(out)
    }
}

fn tagged<S: Serializer, T: Serialize>(out: S, (tag, value): (&str, T)) -> Result<S::Ok, S::Error> {
    let mut parts = out.serialize_tuple(2)?;
    parts.serialize_element(tag)?;
    parts.serialize_element(&value)?;
    parts.end()
}

fn collection<S: Serializer, T: Serialize>(
    out: S,
    tag: &str,
    element: &Type,
    all: T,
) -> Result<S::Ok, S::Error> {
    let mut parts = out.serialize_tuple(3)?;
    parts.serialize_element(tag)?;
    parts.serialize_element(&types::Written(element))?;
    parts.serialize_element(&all)?;
    parts.end()
}

impl Serialize for Unmarked<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        let this = self.0;
        match this.value.kind() {
            Kind::Null(ty) => tagged(out, ("null", types::Written(ty))),
            Kind::Unknown(_) if this.vague => tagged(out, ("unknown", VagueForm { ty: "dynamic" })),
            Kind::Unknown(unknown) => tagged(out, ("unknown", UnknownForm::of(unknown))),
            Kind::Bool(value) => value.serialize(out),
            Kind::Number(number) => Digits(number).serialize(out),
            Kind::String(text) => text.serialize(out),
            Kind::List(element, items) => collection(out, "list", element, this.all(items)),
            Kind::Set(element, items) => collection(out, "set", element, this.all(items)),
            Kind::Map(element, members) => collection(out, "map", element, this.members(members)),
            Kind::Tuple(items) => tagged(out, ("tuple", this.all(items))),
            Kind::Object(members) => this.members(members).serialize(out),
        }
    }
}

impl Serialize for Items<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_seq(self.items.iter().map(|value| Written { value, vague: self.vague }))
    }
}

impl Serialize for Members<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        let members = self.members.iter();
        out.collect_map(members.map(|(name, value)| (&**name, Written { value, vague: self.vague })))
    }
}

type Bound = Option<(Json, bool)>;

/// What is known about an unknown value.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct UnknownForm<T> {
    #[serde(rename = "type")]
    ty: T,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    not_null: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    prefix: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    lower: Bound,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    upper: Bound,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    shortest: Option<(u64, bool)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    longest: Option<(u64, bool)>,
}

/// The same where nothing is said.
#[derive(Serialize)]
struct VagueForm {
    #[serde(rename = "type")]
    ty: &'static str,
}

impl<'a> UnknownForm<types::Written<'a>> {
    fn of(unknown: &'a Unknown) -> Self {
        let bound = |bound: &Option<(Number, bool)>| {
            bound.as_ref().map(|(n, inclusive)| (number_json(n), *inclusive))
        };
        Self {
            ty: types::Written(&unknown.ty),
            not_null: unknown.nullness == Nullness::Never,
            prefix: unknown.prefix.as_ref().map(ToString::to_string),
            lower: bound(&unknown.bounds.lower),
            upper: bound(&unknown.bounds.upper),
            shortest: unknown.length.lower,
            longest: unknown.length.upper,
        }
    }
}

impl UnknownForm<Json> {
    fn read(self) -> Result<Unknown, Broken> {
        let bound = |bound: Bound| bound.map(|(n, inclusive)| Ok((number(&n)?, inclusive))).transpose();
        Ok(Unknown {
            ty: types::read(&self.ty)?,
            nullness: if self.not_null { Nullness::Never } else { Nullness::Maybe },
            prefix: self.prefix.map(Into::into),
            bounds: Range { lower: bound(self.lower)?, upper: bound(self.upper)? }.into(),
            length: Range { lower: self.shortest, upper: self.longest }.into(),
        })
    }
}

impl<'de> Deserialize<'de> for Exact {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let json = Json::deserialize(from)?;
        read(json).map(Exact).map_err(D::Error::custom)
    }
}

fn number(json: &Json) -> Result<Number, Broken> {
    match json {
        Json::Number(number) => {
            number.as_str().parse().map_err(|_| Broken("a number cannot be read".to_owned()))
        }
        _ => Err(Broken("a number is expected".to_owned())),
    }
}

fn read(json: Json) -> Result<Value, Broken> {
    match json {
        Json::Null => Err(Broken("null without a type".to_owned())),
        Json::Bool(value) => Ok(Value::bool(value)),
        Json::Number(_) => number(&json).map(Value::number),
        Json::String(text) => Ok(Value::string(text)),
        Json::Object(members) => Ok(Value::object(read_members(members)?)),
        Json::Array(parts) => read_tagged(parts),
    }
}

fn read_members(members: serde_json::Map<String, Json>) -> Result<Vec<(Arc<str>, Value)>, Broken> {
    members.into_iter().map(|(name, value)| Ok((shared::name(&name), read(value)?))).collect()
}

fn read_tagged(parts: Vec<Json>) -> Result<Value, Broken> {
    let wrong = || Broken("a value is written in no known form".to_owned());
    let mut parts = parts.into_iter();
    let tag = parts.next().ok_or_else(wrong)?;
    let first = parts.next().ok_or_else(wrong)?;
    let second = parts.next();
    if parts.next().is_some() {
        return Err(wrong());
    }
    let items = |json: Json| match json {
        Json::Array(items) => items.into_iter().map(read).collect::<Result<Vec<_>, _>>(),
        _ => Err(wrong()),
    };
    match (tag.as_str().ok_or_else(wrong)?, first, second) {
        ("null", ty, None) => Ok(Value::null(types::read(&ty)?)),
        ("unknown", form, None) => {
            let form: UnknownForm<Json> = serde_json::from_value(form).map_err(super::broken)?;
            Ok(Value::refined(form.read()?))
        }
        ("sensitive", value, None) => Ok(read(value)?.with_marks(Marks::SENSITIVE)),
        ("tuple", all, None) => Ok(Value::tuple(items(all)?)),
        ("list", element, Some(all)) => Ok(Value::list(types::read(&element)?, items(all)?)),
        ("set", element, Some(all)) => Ok(Value::set(types::read(&element)?, items(all)?)),
        ("map", element, Some(Json::Object(members))) => {
            Ok(Value::map(types::read(&element)?, read_members(members)?))
        }
        _ => Err(wrong()),
    }
}
