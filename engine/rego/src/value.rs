//! Rego's values, their order, and JSON in and out.

mod collections;
mod json;
mod later;
mod read;
mod scan;
mod serialize;
mod spans;
mod text;

pub use collections::{Array, Object, Set};
pub use read::JsonError;
pub use serialize::{Items, Pairs, SerializeError, ValueSerializer};

use crate::number::Number;
use crate::unknown::{Secret, Unknown};
use later::{Later, Origin};
use std::cmp::Ordering;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// A value; cloning copies a pointer.
///
/// The order is OPA's: null < bool < number < string < array < object < set, arrays item by item, objects by their
/// sorted keys and then values, sets by their sorted members. Text holds bytes that are no UTF-8 as
/// [`ordain_gostd::bytes`] escapes them. Hidden values compare as what they are; unknown ones come last, and each is
/// equal to its copies only.
#[derive(Debug, Clone)]
pub enum Value {
    /// `null`.
    Null,
    /// `true`, `false`.
    Bool(bool),
    /// A number.
    Number(Number),
    /// Text.
    String(Arc<str>),
    /// An array.
    Array(Arc<Array>),
    /// An object; keys are any values.
    Object(Arc<Object>),
    /// A set.
    Set(Arc<Set>),
    /// Not known yet.
    Unknown(Arc<Unknown>),
    /// A scalar that must not be shown.
    Secret(Arc<Secret>),
}

impl Value {
    /// Text.
    #[must_use]
    pub fn string(text: impl Into<Arc<str>>) -> Self {
        Self::String(text.into())
    }

    /// An array.
    #[must_use]
    pub fn array(items: Vec<Value>) -> Self {
        Self::Array(Arc::new(items.into()))
    }

    /// A set of these members.
    #[must_use]
    pub fn set(members: Vec<Value>) -> Self {
        Self::Set(Arc::new(members.into_iter().collect()))
    }

    /// An object of these pairs; of equal keys the last one counts.
    #[must_use]
    pub fn object(pairs: Vec<(Value, Value)>) -> Self {
        Self::Object(Arc::new(pairs.into_iter().collect()))
    }

    /// An array whose items are made when they are first looked at.
    #[must_use]
    pub fn later_array(items: impl Fn() -> Vec<Value> + Send + Sync + 'static) -> Self {
        Self::Array(Arc::new(Array::later(Later::from(Origin::Made(Box::new(items))))))
    }

    /// An object whose pairs are made when they are first looked at; of equal keys the last one counts.
    #[must_use]
    pub fn later_object(pairs: impl Fn() -> Vec<(Value, Value)> + Send + Sync + 'static) -> Self {
        Self::Object(Arc::new(Object::later(Later::from(Origin::Made(Box::new(pairs))))))
    }

    /// What `type_name` answers: `null`, `boolean`, `number`, `string`, `array`, `object` or `set`.
    #[must_use]
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "boolean",
            Self::Number(_) => "number",
            Self::String(_) => "string",
            Self::Array(_) => "array",
            Self::Object(_) => "object",
            Self::Set(_) => "set",
            Self::Unknown(_) => "unknown",
            Self::Secret(secret) => secret.value.type_name(),
        }
    }

    /// The text of a string.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            Self::Secret(secret) => secret.value.as_str(),
            _ => None,
        }
    }

    /// The number.
    #[must_use]
    pub fn as_number(&self) -> Option<&Number> {
        match self {
            Self::Number(number) => Some(number),
            Self::Secret(secret) => secret.value.as_number(),
            _ => None,
        }
    }

    /// The items of an array.
    #[must_use]
    pub fn as_array(&self) -> Option<&[Value]> {
        match self {
            Self::Array(items) => Some(items),
            _ => None,
        }
    }

    /// The object.
    #[must_use]
    pub fn as_object(&self) -> Option<&Object> {
        match self {
            Self::Object(object) => Some(object),
            _ => None,
        }
    }

    /// The set.
    #[must_use]
    pub fn as_set(&self) -> Option<&Set> {
        match self {
            Self::Set(set) => Some(set),
            _ => None,
        }
    }

    /// `self[key]` as a reference reads it: items by integer, object values by key, set members by themselves.
    #[must_use]
    pub fn get(&self, key: &Value) -> Option<&Value> {
        match self {
            Self::Array(items) => {
                let number = key.as_number().filter(|number| number.is_plain_integer())?;
                items.get(usize::try_from(number.as_i64()?).ok()?)
            }
            Self::Object(object) => object.get(key),
            Self::Set(set) => set.get(key),
            _ => None,
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Self::Null => 0,
            Self::Bool(_) => 1,
            Self::Number(_) => 2,
            Self::String(_) => 3,
            Self::Array(_) => 4,
            Self::Object(_) => 5,
            Self::Set(_) => 6,
            Self::Unknown(_) => 7,
            Self::Secret(secret) => secret.value.rank(),
        }
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Number(a), Self::Number(b)) => a == b,
            (Self::String(a), Self::String(b)) => a == b,
            (Self::Array(a), Self::Array(b)) => a == b,
            (Self::Object(a), Self::Object(b)) => a == b,
            (Self::Set(a), Self::Set(b)) => a == b,
            (Self::Unknown(a), Self::Unknown(b)) => a.id() == b.id(),
            (Self::Secret(a), b) => a.value == *b,
            (a, Self::Secret(b)) => *a == b.value,
            _ => false,
        }
    }
}

impl Eq for Value {}

impl Hash for Value {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u8(self.rank());
        match self {
            Self::Null => {}
            Self::Bool(truth) => truth.hash(state),
            Self::Number(number) => number.hash(state),
            Self::String(text) => text.hash(state),
            Self::Array(items) => items.hash(state),
            Self::Object(object) => object.hash(state),
            Self::Set(set) => set.hash(state),
            Self::Unknown(unknown) => unknown.id().hash(state),
            Self::Secret(secret) => secret.value.hash(state),
        }
    }
}

impl Ord for Value {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Secret(a), b) => a.value.cmp(b),
            (a, Self::Secret(b)) => a.cmp(&b.value),
            (Self::Unknown(a), Self::Unknown(b)) => a.id().cmp(&b.id()),
            (Self::Bool(a), Self::Bool(b)) => a.cmp(b),
            (Self::Number(a), Self::Number(b)) => a.cmp(b),
            (Self::String(a), Self::String(b)) => a.cmp(b),
            (Self::Array(a), Self::Array(b)) => a.cmp(b),
            (Self::Object(a), Self::Object(b)) => a.cmp(b),
            (Self::Set(a), Self::Set(b)) => a.cmp(b),
            _ => self.rank().cmp(&other.rank()),
        }
    }
}

impl PartialOrd for Value {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Number(value.into())
    }
}

impl From<usize> for Value {
    fn from(value: usize) -> Self {
        Self::Number(value.into())
    }
}

impl From<Number> for Value {
    fn from(value: Number) -> Self {
        Self::Number(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::string(value)
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::string(value)
    }
}

impl From<Vec<Value>> for Value {
    fn from(value: Vec<Value>) -> Self {
        Self::array(value)
    }
}

impl From<Object> for Value {
    fn from(value: Object) -> Self {
        Self::Object(Arc::new(value))
    }
}

impl From<Set> for Value {
    fn from(value: Set) -> Self {
        Self::Set(Arc::new(value))
    }
}

#[cfg(test)]
#[path = "value_tests.rs"]
mod tests;
