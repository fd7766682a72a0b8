//! Values that are not known yet, values that must not be shown, and what an answer waits for.
//!
//! Both kinds only ever enter by an input that was made with them; plain documents have none, and nothing is asked
//! of them on the way.

mod open;
mod same;

pub use open::{Open, Reason};
pub(crate) use same::{Truth, order, same};

use crate::number::Number;
use crate::types::Type;
use crate::value::Value;
use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// How an unknown value is shown.
pub const NOT_KNOWN: &str = "(known after apply)";

/// How a sensitive value is shown.
pub const NOT_SHOWN: &str = "(sensitive value)";

/// A place whose value is not known yet.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Wait {
    /// The object, such as the address of a resource.
    pub of: Arc<str>,
    /// The attribute in it, such as `default_node_pool[0].vm_size`.
    pub path: Arc<str>,
}

/// Places that something depends on; putting two lists together copies neither.
#[derive(Debug, Clone)]
pub struct Waits(Arc<Node>);

#[derive(Debug)]
enum Node {
    One(Wait),
    All(Vec<Waits>),
}

impl Waits {
    /// One place.
    #[must_use]
    pub fn one(wait: Wait) -> Self {
        Self(Arc::new(Node::One(wait)))
    }

    /// All places of several lists.
    #[must_use]
    pub fn all(mut parts: Vec<Waits>) -> Self {
        match (parts.len(), parts.pop()) {
            (1, Some(only)) => only,
            (_, last) => {
                parts.extend(last);
                Self(Arc::new(Node::All(parts)))
            }
        }
    }

    /// The places, each once.
    #[must_use]
    pub fn list(&self) -> BTreeSet<Wait> {
        let mut out = BTreeSet::new();
        let mut seen = HashSet::new();
        let mut left = vec![self];
        while let Some(next) = left.pop() {
            if !seen.insert(Arc::as_ptr(&next.0)) {
                continue;
            }
            match &*next.0 {
                Node::One(wait) => {
                    out.insert(wait.clone());
                }
                Node::All(parts) => left.extend(parts),
            }
        }
        out
    }
}

/// Kinds of values, as bits.
pub(crate) mod kinds {
    pub(crate) const NULL: u8 = 1;
    pub(crate) const BOOL: u8 = 2;
    pub(crate) const NUMBER: u8 = 4;
    pub(crate) const STRING: u8 = 8;
    pub(crate) const ARRAY: u8 = 16;
    pub(crate) const OBJECT: u8 = 32;
    pub(crate) const SET: u8 = 64;
    pub(crate) const COLLECTIONS: u8 = ARRAY | OBJECT | SET;
    pub(crate) const ALL: u8 = 127;
}

/// What is known of a number: its ends, and whether they belong to it.
pub type Bound = Option<(Number, bool)>;

/// A value that is not known yet, and what is known of it. Two are the same only if one is a copy of the other.
#[derive(Debug, Clone)]
pub struct Unknown {
    id: u64,
    /// What it waits for.
    pub waits: Waits,
    /// What it will be.
    pub ty: Type,
    /// What a string begins with.
    pub prefix: Option<Arc<str>>,
    /// Least and greatest number.
    pub bounds: (Bound, Bound),
    /// Least and greatest number of items.
    pub length: (usize, Option<usize>),
    /// What may be in a collection.
    pub(crate) members: Option<Arc<Likely>>,
    /// The text, as far as it is known.
    pub(crate) shown: Option<Arc<str>>,
}

/// What may be in a collection.
#[derive(Debug)]
pub(crate) struct Likely {
    /// Key, value, and under what it is there. Items of arrays have no key: their places depend on the others.
    pub(crate) listed: Vec<(Option<Value>, Value, Open)>,
    /// Whether there may be more.
    pub(crate) more: bool,
}

static NEXT: AtomicU64 = AtomicU64::new(0);

impl Unknown {
    /// A value of a type.
    #[must_use]
    pub fn new(ty: Type, waits: Waits) -> Self {
        Self {
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            waits,
            ty,
            prefix: None,
            bounds: (None, None),
            length: (0, None),
            members: None,
            shown: None,
        }
    }

    pub(crate) fn id(&self) -> u64 {
        self.id
    }

    /// Kinds that it may be of.
    pub(crate) fn kinds(&self) -> u8 {
        kinds_of(&self.ty)
    }

    pub(crate) fn value(self) -> Value {
        Value::Unknown(Arc::new(self))
    }

    /// The text that stands for it.
    pub(crate) fn text(&self) -> &str {
        self.shown.as_deref().unwrap_or(NOT_KNOWN)
    }

    /// What is known of it, as rules read it under the name `$unknown`.
    pub(crate) fn described(&self) -> Value {
        let mut pairs = vec![(Value::from("type"), Value::from(self.ty.to_string()))];
        if self.kinds() & kinds::NULL == 0 {
            pairs.push((Value::from("not_null"), Value::Bool(true)));
        }
        if let Some(prefix) = &self.prefix {
            pairs.push((Value::from("prefix"), Value::String(prefix.clone())));
        }
        let (lower, upper) = &self.bounds;
        pairs.extend(lower.iter().map(|(number, _)| (Value::from("min"), Value::Number(number.clone()))));
        pairs.extend(upper.iter().map(|(number, _)| (Value::from("max"), Value::Number(number.clone()))));
        Value::object(pairs)
    }

    /// The type of what is at a key, and whether there is something at it for certain; `None` if never.
    pub(crate) fn at(&self, key: Option<&Value>) -> Option<(Type, bool)> {
        let only_object = self.kinds() == kinds::OBJECT;
        match &self.ty {
            Type::Object(known, rest) => {
                let name = key.and_then(Value::as_str);
                if let Some((_, ty)) = known.iter().find(|(known, _)| Some(known.as_str()) == name) {
                    return Some((ty.clone(), only_object));
                }
                match (rest, name) {
                    (Some(rest), _) => Some((rest.1.clone(), false)),
                    (None, Some(_)) => None,
                    (None, None) => Some((Type::Any, false)),
                }
            }
            Type::Array(_, Some(rest)) if matches!(&self.ty, Type::Array(first, _) if first.is_empty()) => {
                Some(((**rest).clone(), false))
            }
            Type::Set(of) => Some(((**of).clone(), false)),
            _ if self.kinds() & kinds::COLLECTIONS == 0 => None,
            Type::OneOf(types) => {
                // A type that may also be null: what else it may be decides.
                let mut solid = types.iter().filter(|ty| **ty != Type::Null);
                match (solid.next(), solid.next()) {
                    (Some(only), None) => {
                        let (ty, _) = Self { ty: only.clone(), ..self.clone() }.at(key)?;
                        Some((ty, false))
                    }
                    _ => Some((Type::Any, false)),
                }
            }
            _ => Some((Type::Any, false)),
        }
    }
}

/// Kinds of values of a type.
pub(crate) fn kinds_of(ty: &Type) -> u8 {
    match ty {
        Type::Any => kinds::ALL,
        Type::Null => kinds::NULL,
        Type::Boolean => kinds::BOOL,
        Type::Number => kinds::NUMBER,
        Type::String => kinds::STRING,
        Type::Array(..) => kinds::ARRAY,
        Type::Set(_) => kinds::SET,
        Type::Object(..) => kinds::OBJECT,
        Type::OneOf(types) => types.iter().fold(0, |all, ty| all | kinds_of(ty)),
        Type::Function(_) => 0,
    }
}

/// The kinds that a value may be of.
pub(crate) fn kinds_of_value(value: &Value) -> u8 {
    match value {
        Value::Null => kinds::NULL,
        Value::Bool(_) => kinds::BOOL,
        Value::Number(_) => kinds::NUMBER,
        Value::String(_) => kinds::STRING,
        Value::Array(_) => kinds::ARRAY,
        Value::Object(_) => kinds::OBJECT,
        Value::Set(_) => kinds::SET,
        Value::Unknown(unknown) => unknown.kinds(),
        Value::Secret(secret) => kinds_of_value(&secret.value),
    }
}

/// The type of values of these kinds.
pub(crate) fn type_of_kinds(bits: u8) -> Type {
    let all = [
        (kinds::NULL, Type::Null),
        (kinds::BOOL, Type::Boolean),
        (kinds::NUMBER, Type::Number),
        (kinds::STRING, Type::String),
        (kinds::ARRAY, Type::array(Type::Any)),
        (kinds::OBJECT, Type::object(Type::Any, Type::Any)),
        (kinds::SET, Type::set(Type::Any)),
    ];
    let mut found: Vec<Type> = all.into_iter().filter(|(bit, _)| bits & bit != 0).map(|(_, ty)| ty).collect();
    match (found.len(), found.pop()) {
        (1, Some(only)) => only,
        (7, _) => Type::Any,
        (_, last) => {
            found.extend(last);
            Type::OneOf(found)
        }
    }
}

/// A scalar that may be compared and must not be shown.
#[derive(Debug, Clone)]
pub struct Secret {
    pub(crate) value: Value,
    /// The text with what is sensitive left out.
    pub(crate) shown: Option<Arc<str>>,
}

impl Secret {
    pub(crate) fn text(&self) -> &str {
        self.shown.as_deref().unwrap_or(NOT_SHOWN)
    }
}

/// What is in a value that is no plain document.
#[derive(Default)]
pub(crate) struct Seen {
    pub(crate) waits: Vec<Waits>,
    pub(crate) secret: bool,
}

impl Seen {
    pub(crate) fn of(value: &Value) -> Self {
        let mut seen = Self::default();
        seen.look(value);
        seen
    }

    pub(crate) fn look(&mut self, value: &Value) {
        match value {
            Value::Unknown(unknown) => self.waits.push(unknown.waits.clone()),
            Value::Secret(_) => self.secret = true,
            Value::Array(items) => items.iter().for_each(|item| self.look(item)),
            Value::Set(set) => set.iter().for_each(|item| self.look(item)),
            Value::Object(object) => object.iter().for_each(|(key, value)| {
                self.look(key);
                self.look(value);
            }),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
}

/// Whether a value is wholly known.
pub(crate) fn is_known(value: &Value) -> bool {
    match value {
        Value::Unknown(_) => false,
        Value::Array(items) => items.iter().all(is_known),
        Value::Set(set) => set.iter().all(is_known),
        Value::Object(object) => object.iter().all(|(key, value)| is_known(key) && is_known(value)),
        _ => true,
    }
}

/// Members of a collection.
#[derive(Debug, Clone)]
pub struct Members {
    /// Each with what it is there under.
    pub listed: Vec<(Value, Open)>,
    /// What it depends on whether there are more that cannot be listed.
    pub more: Option<Waits>,
}

impl Value {
    /// The members of a set or an array, as far as they are known; `None` for what is neither.
    #[must_use]
    pub fn members(&self) -> Option<Members> {
        let certain = |items: &[Self]| items.iter().map(|item| (item.clone(), Open::default())).collect();
        match self {
            Self::Array(items) => Some(Members { listed: certain(items), more: None }),
            Self::Set(set) => Some(Members { listed: certain(set.members()), more: None }),
            Self::Unknown(unknown) if unknown.kinds() & !(kinds::ARRAY | kinds::SET) == 0 => {
                let more = unknown.members.as_ref().is_none_or(|likely| likely.more);
                let listed = unknown.members.iter().flat_map(|likely| &likely.listed);
                Some(Members {
                    listed: listed.map(|(_, value, open)| (value.clone(), open.clone())).collect(),
                    more: more.then(|| unknown.waits.clone()),
                })
            }
            _ => None,
        }
    }

    /// The value with every scalar in it hidden, keys of objects too.
    #[must_use]
    pub fn hidden(self) -> Self {
        match self {
            Self::Array(items) => Self::array(items.iter().cloned().map(Self::hidden).collect()),
            Self::Set(set) => Self::set(set.iter().cloned().map(Self::hidden).collect()),
            Self::Object(object) => Self::object(
                object.iter().map(|(key, value)| (key.clone().hidden(), value.clone().hidden())).collect(),
            ),
            Self::Unknown(_) | Self::Secret(_) => self,
            plain => Self::Secret(Arc::new(Secret { value: plain, shown: None })),
        }
    }

    /// A text of which only a part may be shown.
    #[must_use]
    pub fn hidden_text(self, shown: String) -> Self {
        Self::Secret(Arc::new(Secret { value: self, shown: Some(shown.into()) }))
    }

    /// The value with nothing hidden in it.
    pub(crate) fn bare(&self) -> Self {
        self.replaced(&|value| match value {
            Self::Secret(secret) => Some(secret.value.clone()),
            _ => None,
        })
    }

    /// The value as it may be shown: texts stand for what is unknown or hidden.
    #[must_use]
    pub fn shown(&self) -> Self {
        self.replaced(&|value| match value {
            Self::Secret(secret) => Some(Self::from(secret.text())),
            Self::Unknown(unknown) => Some(Self::from(unknown.text())),
            _ => None,
        })
    }

    /// Whether it is not known what this is.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown(_))
    }

    fn replaced(&self, by: &dyn Fn(&Self) -> Option<Self>) -> Self {
        if let Some(other) = by(self) {
            return other;
        }
        match self {
            Self::Array(items) => Self::array(items.iter().map(|item| item.replaced(by)).collect()),
            Self::Set(set) => Self::set(set.iter().map(|item| item.replaced(by)).collect()),
            Self::Object(object) => Self::object(
                object.iter().map(|(key, value)| (key.replaced(by), value.replaced(by))).collect(),
            ),
            other => other.clone(),
        }
    }
}

impl From<Unknown> for Value {
    fn from(unknown: Unknown) -> Self {
        unknown.value()
    }
}

#[cfg(test)]
#[path = "hidden_tests.rs"]
mod hidden;
#[cfg(test)]
#[path = "soundness_tests.rs"]
mod soundness;
#[cfg(test)]
#[path = "unknown_tests.rs"]
mod tests;
