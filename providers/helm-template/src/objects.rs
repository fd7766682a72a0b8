//! Values with methods or fixed fields: `.Chart`, `.Files`, `.Capabilities`, times, versions, certificates.

mod files;
mod methods;

use std::borrow::Cow;

use ordain_gostd::Arg;
use ordain_gostd::time::{self, Moment};
use serde_json::{Map as JsonMap, Value as Json};

pub(crate) use files::Files;
pub(crate) use methods::{Method, method};

use crate::data::json_within;
use crate::semver::Version;
use crate::value::Value;

/// An object.
#[derive(Debug)]
pub(crate) enum Object {
    Struct(Struct),
    Files(Files),
    Time(Moment),
    Version(Version),
}

/// A struct or a pointer to one.
#[derive(Debug)]
pub(crate) struct Struct {
    pub(crate) type_name: &'static str,
    /// What the `String` method of a pointer to it gives, where it has one: an action that prints a field of a struct
    /// takes it, a function gets a copy and does not.
    pub(crate) text: Option<String>,
    /// The struct within it that holds all its fields but the last.
    pub(crate) embedded: Option<&'static str>,
    pub(crate) fields: Vec<Field>,
}

/// A field of a struct.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    /// Name in JSON.
    pub(crate) json: &'static str,
    /// Left out of JSON when empty.
    pub(crate) omit_empty: bool,
    pub(crate) value: Value,
}

impl Object {
    pub(crate) fn type_name(&self) -> &'static str {
        match self {
            Self::Struct(s) => s.type_name,
            Self::Files(_) => "engine.files",
            Self::Time(_) => "time.Time",
            Self::Version(_) => "*semver.Version",
        }
    }

    pub(crate) fn kind_name(&self) -> &'static str {
        match self {
            Self::Files(_) => "map",
            _ if self.type_name().starts_with('*') => "ptr",
            _ => "struct",
        }
    }

    pub(crate) fn truth(&self) -> bool {
        match self {
            Self::Files(files) => !files.is_empty(),
            _ => true,
        }
    }

    pub(crate) fn field(&self, name: &str) -> Option<Value> {
        match self {
            Self::Struct(s) => s.fields.iter().find(|f| f.name == name).map(|f| f.value.clone()),
            Self::Files(files) => Some(files.bytes(name)),
            Self::Time(_) | Self::Version(_) => None,
        }
    }

    /// What `range` goes through.
    pub(crate) fn range(&self) -> Option<Vec<(Value, Value)>> {
        match self {
            Self::Files(files) => Some(files.pairs()),
            _ => None,
        }
    }

    /// What an action shows of it.
    pub(crate) fn printed(&self) -> String {
        match self {
            Self::Struct(Struct { text: Some(text), .. }) => text.clone(),
            _ => self.show(),
        }
    }

    /// What printing it shows.
    pub(crate) fn show(&self) -> String {
        ordain_gostd::sprint(&[self.to_arg(&Value::to_arg)])
    }

    pub(crate) fn to_arg(&self, inner: &dyn Fn(&Value) -> Arg) -> Arg {
        let name: Cow<'static, str> = self.type_name().into();
        match self {
            Self::Struct(s) => {
                let mut fields: Vec<(Cow<'static, str>, Arg)> =
                    s.fields.iter().map(|f| (f.name.into(), inner(&f.value))).collect();
                if let Some(embedded) = s.embedded {
                    let own = fields.split_off(s.fields.len().saturating_sub(1));
                    let (_, short) = embedded.rsplit_once('.').unwrap_or(("", embedded));
                    fields = vec![(short.into(), Arg::Struct(embedded.into(), fields))];
                    fields.extend(own);
                }
                let plain = Arg::Struct(name, fields);
                if s.type_name.starts_with('*') {
                    let text = format!("&{}", ordain_gostd::sprint(&[plain]));
                    return Arg::Stringer(s.type_name.into(), text);
                }
                plain
            }
            Self::Files(files) => {
                let pairs = files.pairs().iter().map(|(k, v)| (inner(k), inner(v))).collect();
                Arg::Map(name, pairs)
            }
            Self::Time(moment) => Arg::Stringer(name, time::format(moment, time::STRING)),
            Self::Version(version) => Arg::Stringer(name, version.to_string()),
        }
    }

    pub(crate) fn is_struct(&self) -> bool {
        matches!(self, Self::Struct(_))
    }

    /// The fields of a struct that hold something, by their names in Go.
    pub(crate) fn named_fields(&self) -> Vec<(String, Value)> {
        let Self::Struct(structure) = self else { return Vec::new() };
        // What `Chart.yaml` does not have is nil there.
        let there = |v: &Value| match v {
            Value::List(list) => !list.items.is_empty(),
            Value::Map(map) => map.len() > 0,
            _ => true,
        };
        let fields = structure.fields.iter().filter(|f| there(&f.value));
        fields.map(|f| (f.name.to_owned(), f.value.clone())).collect()
    }

    /// The fields that JSON shows, in their order.
    pub(crate) fn json_fields(&self) -> Option<impl Iterator<Item = &Field>> {
        match self {
            Self::Struct(s) => {
                let shown = |f: &&Field| !f.json.is_empty() && (!f.omit_empty || f.value.truth());
                Some(s.fields.iter().filter(shown))
            }
            _ => None,
        }
    }

    pub(crate) fn to_json(&self, left: usize) -> Result<Json, String> {
        Ok(match self {
            Self::Struct(s) => {
                let mut map = JsonMap::new();
                for field in &s.fields {
                    if !field.json.is_empty() && (!field.omit_empty || field.value.truth()) {
                        map.insert(field.json.to_owned(), json_within(&field.value, left)?);
                    }
                }
                Json::Object(map)
            }
            Self::Files(files) => files.to_json(),
            Self::Time(moment) => Json::String(time::format(moment, time::RFC3339_NANO)),
            Self::Version(version) => Json::String(version.to_string()),
        })
    }
}
