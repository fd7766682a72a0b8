//! The value itself: construction, and looking inside.

use std::fmt;
use std::sync::Arc;

use crate::text::nfc;
use crate::{Kind, Marks, Nullness, Number, Step, Type, Unknown, set};

/// Members of an object or a map.
pub type Members = crate::Named<Value>;

/// A value with its marks. Equality and order are structural, marks and unknowns included; the
/// language's `==` is [`ops`](crate), not this.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Value {
    kind: Kind,
    marks: Marks,
}

impl Value {
    /// A value of this shape without marks. Strings must be NFC and sets canonical already.
    pub fn from_kind(kind: Kind) -> Value {
        Value { kind, marks: Marks::NONE }
    }

    /// null of a type
    pub const fn null(ty: Type) -> Value {
        Self { kind: Kind::Null(ty), marks: Marks::NONE }
    }

    /// Not known yet, of a type.
    pub fn unknown(ty: Type) -> Value {
        Self::from_kind(Kind::Unknown(Unknown::shared(ty, Nullness::Maybe)))
    }

    /// Not known yet, with what is known all the same.
    pub fn refined(unknown: Unknown) -> Value {
        Self::from_kind(Kind::Unknown(Arc::new(unknown)))
    }

    /// true or false
    pub fn bool(value: bool) -> Value {
        Self::from_kind(Kind::Bool(value))
    }

    /// A number.
    pub fn number(value: impl Into<Number>) -> Value {
        Self::from_kind(Kind::Number(value.into()))
    }

    /// A text, normalised to NFC.
    pub fn string(value: impl AsRef<str>) -> Value {
        Self::from_kind(Kind::String(nfc(value.as_ref()).into()))
    }

    /// A list; the elements must all be of type `element`.
    pub fn list(element: Type, items: impl IntoIterator<Item = Value>) -> Value {
        Self::from_kind(Kind::List(Arc::new(element), items.into_iter().collect()))
    }

    /// A set; the elements must all be of type `element`. Marks of elements move to the set. Order and
    /// repetition of the elements do not matter.
    pub fn set(element: Type, items: impl IntoIterator<Item = Value>) -> Value {
        let mut marks = Marks::NONE;
        let items: Vec<Value> = items
            .into_iter()
            .map(|item| {
                let (item, found) = item.unmark_deep();
                // That there is a null is no secret.
                if !item.is_null() {
                    marks = marks.union(found);
                }
                item
            })
            .collect();
        let items = set::canonical(&element, items);
        Value { kind: Kind::Set(Arc::new(element), items.into()), marks }
    }

    /// A map; the members must all be of type `element`.
    pub fn map<N: Into<Arc<str>>>(element: Type, members: impl IntoIterator<Item = (N, Value)>) -> Value {
        let members = members.into_iter().map(|(name, value)| (name.into(), value)).collect();
        Self::from_kind(Kind::Map(Arc::new(element), Arc::new(members)))
    }

    /// A tuple.
    pub fn tuple(items: impl IntoIterator<Item = Value>) -> Value {
        Self::from_kind(Kind::Tuple(items.into_iter().collect()))
    }

    /// An object.
    pub fn object<N: Into<Arc<str>>>(members: impl IntoIterator<Item = (N, Value)>) -> Value {
        let members = members.into_iter().map(|(name, value)| (name.into(), value)).collect();
        Self::from_kind(Kind::Object(Arc::new(members)))
    }

    /// An object of members that are together already.
    pub fn of_members(members: Members) -> Value {
        Self::from_kind(Kind::Object(Arc::new(members)))
    }

    /// The same object or map with this member, instead of the one of that name or in addition; in place where nobody
    /// else holds it. What has no members stays as it is.
    #[must_use]
    pub fn with_member(mut self, name: &str, member: Value) -> Value {
        if let Kind::Object(members) | Kind::Map(_, members) = &mut self.kind {
            let members = Arc::make_mut(members);
            match members.get_mut(name) {
                Some(have) => *have = member,
                None => drop(members.insert(name.into(), member)),
            }
        }
        self
    }

    /// The shape, marks left aside.
    pub fn kind(&self) -> &Kind {
        &self.kind
    }

    /// The shape, taken out.
    pub fn into_kind(self) -> Kind {
        self.kind
    }

    /// Marks of this value itself, not of its parts.
    pub fn marks(&self) -> Marks {
        self.marks
    }

    /// The same value with these marks as well.
    #[must_use]
    pub fn with_marks(mut self, marks: Marks) -> Value {
        self.marks = self.marks.union(marks);
        self
    }

    /// The same value without its own marks (parts keep theirs), and the marks.
    pub fn unmark(mut self) -> (Value, Marks) {
        let marks = std::mem::take(&mut self.marks);
        (self, marks)
    }

    /// The same value without any marks, and the union of all that it had.
    pub fn unmark_deep(self) -> (Value, Marks) {
        let marks = self.marks_deep();
        if marks.is_empty() {
            return (self, marks);
        }
        let strip = |value: &Value| value.clone().unmark_deep().0;
        let strip_all = |items: &[Value]| items.iter().map(strip).collect::<Arc<[Value]>>();
        let strip_members = |members: &Members| {
            Arc::new(members.iter().map(|(name, value)| (name.clone(), strip(value))).collect())
        };
        let kind = match self.kind {
            Kind::List(element, items) => Kind::List(element, strip_all(&items)),
            Kind::Set(element, items) => Kind::Set(element, strip_all(&items)),
            Kind::Map(element, members) => Kind::Map(element, strip_members(&members)),
            Kind::Tuple(items) => Kind::Tuple(strip_all(&items)),
            Kind::Object(members) => Kind::Object(strip_members(&members)),
            kind => kind,
        };
        (Value { kind, marks: Marks::NONE }, marks)
    }

    /// Marks of this value and of all its parts.
    pub fn marks_deep(&self) -> Marks {
        let with = |marks: Marks, part: &Value| marks.union(part.marks_deep());
        match &self.kind {
            Kind::List(_, items) | Kind::Set(_, items) | Kind::Tuple(items) => {
                items.iter().fold(self.marks, with)
            }
            Kind::Map(_, members) | Kind::Object(members) => members.values().fold(self.marks, with),
            _ => self.marks,
        }
    }

    /// Direct parts: elements or members.
    pub fn parts(&self) -> impl Iterator<Item = &Value> {
        let (items, members) = match &self.kind {
            Kind::List(_, items) | Kind::Set(_, items) | Kind::Tuple(items) => (Some(items), None),
            Kind::Map(_, members) | Kind::Object(members) => (None, Some(members)),
            _ => (None, None),
        };
        let items = items.into_iter().flat_map(|items| items.iter());
        items.chain(members.into_iter().flat_map(|members| members.values()))
    }

    /// The type.
    pub fn ty(&self) -> Type {
        match &self.kind {
            Kind::Null(ty) => ty.clone(),
            Kind::Unknown(unknown) => unknown.ty.clone(),
            Kind::Bool(_) => Type::Bool,
            Kind::Number(_) => Type::Number,
            Kind::String(_) => Type::String,
            Kind::List(element, _) => Type::List(element.clone()),
            Kind::Set(element, _) => Type::Set(element.clone()),
            Kind::Map(element, _) => Type::Map(element.clone()),
            Kind::Tuple(items) => Type::tuple(items.iter().map(Value::ty)),
            Kind::Object(members) => {
                Type::object(members.iter().map(|(name, value)| (name.clone(), value.ty())))
            }
        }
    }

    /// Whether it is null.
    pub fn is_null(&self) -> bool {
        matches!(self.kind, Kind::Null(_))
    }

    /// Whether it is known; parts may be unknown.
    pub fn is_known(&self) -> bool {
        !matches!(self.kind, Kind::Unknown(_))
    }

    /// Whether it and all its parts are known.
    pub fn is_wholly_known(&self) -> bool {
        self.is_known() && self.parts().all(Value::is_wholly_known)
    }

    /// The text of a known string.
    pub fn as_str(&self) -> Option<&str> {
        match &self.kind {
            Kind::String(text) => Some(text),
            _ => None,
        }
    }

    /// A known bool.
    pub fn as_bool(&self) -> Option<bool> {
        match &self.kind {
            Kind::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// A known number.
    pub fn as_number(&self) -> Option<&Number> {
        match &self.kind {
            Kind::Number(number) => Some(number),
            _ => None,
        }
    }

    /// Elements of a known list, set or tuple.
    pub fn as_items(&self) -> Option<&[Value]> {
        match &self.kind {
            Kind::List(_, items) | Kind::Set(_, items) | Kind::Tuple(items) => Some(items),
            _ => None,
        }
    }

    /// Members of a known map or object.
    pub fn as_members(&self) -> Option<&Members> {
        match &self.kind {
            Kind::Map(_, members) | Kind::Object(members) => Some(members),
            _ => None,
        }
    }

    /// Member of a known map or object.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.as_members()?.get(name)
    }

    /// One step inside; `None` where nothing is.
    pub fn step(&self, step: &Step) -> Option<&Value> {
        match step {
            Step::Attr(name) => self.get(name),
            Step::Index(key) => match (&self.kind, &key.kind) {
                (Kind::List(_, items) | Kind::Tuple(items), Kind::Number(at)) => {
                    items.get(usize::try_from(at.as_i64()?).ok()?)
                }
                (Kind::Map(_, members) | Kind::Object(members), Kind::String(name)) => members.get(name),
                (Kind::Set(_, items), _) => items.iter().find(|item| *item == key),
                _ => None,
            },
        }
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Value {
        Value::bool(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Value {
        Value::string(value)
    }
}

impl From<String> for Value {
    fn from(value: String) -> Value {
        Value::string(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Value {
        Value::number(value)
    }
}

/// For tests and logs of the engine itself; never shows what is sensitive.
impl fmt::Debug for Value {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.marks.is_sensitive() {
            return out.write_str("(sensitive)");
        }
        match &self.kind {
            Kind::Null(ty) => write!(out, "null({ty})"),
            Kind::Unknown(unknown) => write!(out, "unknown({})", unknown.ty),
            Kind::Bool(value) => write!(out, "{value}"),
            Kind::Number(number) => write!(out, "{number}"),
            Kind::String(text) => write!(out, "{text:?}"),
            Kind::List(_, items) | Kind::Tuple(items) => out.debug_list().entries(items.iter()).finish(),
            Kind::Set(_, items) => out.debug_set().entries(items.iter()).finish(),
            Kind::Map(_, members) | Kind::Object(members) => out.debug_map().entries(members.iter()).finish(),
        }
    }
}
