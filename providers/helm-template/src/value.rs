//! Values while a template runs: Go's dynamic values, as far as charts can see them.
//!
//! Maps are shared and change in place, because Sprig's `set`, `unset` and `merge` change their argument and charts
//! rely on seeing that elsewhere.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use ordain_gostd::Arg;

use crate::objects::Object;

/// A value.
#[derive(Debug, Clone)]
pub(crate) enum Value {
    Nil,
    Bool(bool),
    Int(i64, IntKind),
    Float(f64),
    Text(Rc<str>),
    List(List),
    Map(Map),
    Object(Rc<Object>),
}

/// Which of Go's integer types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum IntKind {
    Int,
    Int64,
    Byte,
    Uint64,
}

/// Which of Go's slice types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ListKind {
    Any,
    Text,
    Int,
    Bytes,
    Lists,
    /// `chartutil.VersionSet`.
    Versions,
    /// A slice of pointers to structs; the name of its type.
    Objects(&'static str),
}

/// A slice; never changed in place.
#[derive(Debug, Clone)]
pub(crate) struct List {
    pub(crate) kind: ListKind,
    pub(crate) items: Rc<Vec<Value>>,
    /// A nil slice: printed as an empty one, `null` in JSON.
    pub(crate) is_nil: bool,
}

/// Which of Go's map types; all have string keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MapKind {
    Any,
    Text,
    /// `chartutil.Values`.
    Values,
}

pub(crate) type Entries = BTreeMap<String, Value>;

/// A map, shared.
#[derive(Debug, Clone)]
pub(crate) struct Map {
    pub(crate) kind: MapKind,
    pub(crate) entries: Rc<RefCell<Entries>>,
}

impl Map {
    pub(crate) fn new(kind: MapKind, entries: Entries) -> Self {
        Self { kind, entries: Rc::new(RefCell::new(entries)) }
    }

    pub(crate) fn get(&self, key: &str) -> Option<Value> {
        self.entries.borrow().get(key).cloned()
    }

    pub(crate) fn insert(&self, key: impl Into<String>, value: Value) {
        self.entries.borrow_mut().insert(key.into(), value);
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.borrow().len()
    }

    /// The entries as they are now; changes made while going through them are not seen.
    pub(crate) fn snapshot(&self) -> Vec<(String, Value)> {
        self.entries.borrow().iter().map(|(k, v)| (k.clone(), v.clone())).collect()
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl From<bool> for Value {
    fn from(b: bool) -> Self {
        Self::Bool(b)
    }
}

impl Value {
    pub(crate) fn int(i: i64) -> Self {
        Self::Int(i, IntKind::Int)
    }

    pub(crate) fn int64(i: i64) -> Self {
        Self::Int(i, IntKind::Int64)
    }

    pub(crate) fn length(n: usize) -> Self {
        Self::int(i64::try_from(n).unwrap_or(i64::MAX))
    }

    pub(crate) fn list(items: Vec<Value>) -> Self {
        Self::typed_list(ListKind::Any, items)
    }

    pub(crate) fn typed_list(kind: ListKind, items: Vec<Value>) -> Self {
        Self::List(List { kind, items: Rc::new(items), is_nil: false })
    }

    pub(crate) fn nil_list(kind: ListKind) -> Self {
        Self::List(List { kind, items: Rc::new(Vec::new()), is_nil: true })
    }

    pub(crate) fn texts<I: IntoIterator<Item = S>, S: Into<String>>(items: I) -> Self {
        Self::typed_list(ListKind::Text, items.into_iter().map(|s| Self::from(s.into())).collect())
    }

    pub(crate) fn map(entries: Entries) -> Self {
        Self::Map(Map::new(MapKind::Any, entries))
    }

    pub(crate) fn object(object: Object) -> Self {
        Self::Object(Rc::new(object))
    }

    /// `%T`.
    pub(crate) fn type_name(&self) -> String {
        match self {
            Self::Nil => "<nil>".into(),
            Self::Bool(_) => "bool".into(),
            Self::Int(_, kind) => kind.name().into(),
            Self::Float(_) => "float64".into(),
            Self::Text(_) => "string".into(),
            Self::List(list) => list.kind.name().into(),
            Self::Map(map) => map.kind.name().into(),
            Self::Object(object) => object.type_name().into(),
        }
    }

    /// `reflect.Kind` as text.
    pub(crate) fn kind_name(&self) -> &'static str {
        match self {
            Self::Nil => "invalid",
            Self::Bool(_) => "bool",
            Self::Int(_, kind) => kind.name(),
            Self::Float(_) => "float64",
            Self::Text(_) => "string",
            Self::List(_) => "slice",
            Self::Map(_) => "map",
            Self::Object(object) => object.kind_name(),
        }
    }

    /// Truth as `if` sees it: not the zero of its type.
    pub(crate) fn truth(&self) -> bool {
        match self {
            Self::Nil => false,
            Self::Bool(b) => *b,
            Self::Int(i, _) => *i != 0,
            Self::Float(f) => *f != 0.0,
            Self::Text(text) => !text.is_empty(),
            Self::List(list) => !list.items.is_empty(),
            Self::Map(map) => map.len() > 0,
            Self::Object(object) => object.truth(),
        }
    }

    /// `fmt.Sprint(v)`.
    pub(crate) fn show(&self) -> String {
        match self {
            Self::Text(text) => text.to_string(),
            Self::Bool(b) => b.to_string(),
            Self::Int(i, _) => i.to_string(),
            _ => ordain_gostd::sprint(&[self.to_arg()]),
        }
    }

    /// For printing; a value nested deeper than any text can be read prints as `...`.
    pub(crate) fn to_arg(&self) -> Arg {
        self.arg_within(MAX_DEPTH)
    }

    fn arg_within(&self, left: usize) -> Arg {
        let Some(left) = left.checked_sub(1) else { return Arg::Stringer("...".into(), "...".into()) };
        match self {
            Self::Nil => Arg::Nil,
            Self::Bool(b) => Arg::Bool(*b),
            Self::Int(i, kind @ (IntKind::Byte | IntKind::Uint64)) => {
                Arg::Uint(u64::try_from(*i).unwrap_or(0), kind.name())
            }
            Self::Int(i, kind) => Arg::Int(*i, kind.name()),
            Self::Float(f) => Arg::Float(*f),
            Self::Text(text) => Arg::Text(text.to_string()),
            Self::List(list) if list.kind == ListKind::Bytes => Arg::Bytes(list.bytes()),
            Self::List(list) => {
                Arg::List(list.kind.name().into(), list.items.iter().map(|v| v.arg_within(left)).collect())
            }
            Self::Map(map) => {
                let pairs = map.snapshot();
                let pairs = pairs.into_iter().map(|(k, v)| (Arg::Text(k), v.arg_within(left))).collect();
                Arg::Map(map.kind.name().into(), pairs)
            }
            Self::Object(object) => object.to_arg(&|v| v.arg_within(left)),
        }
    }
}

/// Deepest value that is printed, converted or copied; maps may contain themselves.
pub(crate) const MAX_DEPTH: usize = 200;

impl IntKind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Int => "int",
            Self::Int64 => "int64",
            Self::Byte => "uint8",
            Self::Uint64 => "uint64",
        }
    }
}

impl ListKind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Any => "[]interface {}",
            Self::Text => "[]string",
            Self::Int => "[]int",
            Self::Bytes => "[]uint8",
            Self::Lists => "[][]interface {}",
            Self::Versions => "chartutil.VersionSet",
            Self::Objects(name) => name,
        }
    }
}

impl List {
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let byte = |v: &Value| match v {
            Value::Int(i, _) => u8::try_from(*i).ok(),
            _ => None,
        };
        self.items.iter().filter_map(byte).collect()
    }
}

impl MapKind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Any => "map[string]interface {}",
            Self::Text => "map[string]string",
            Self::Values => "chartutil.Values",
        }
    }
}

/// `reflect.DeepEqual`.
pub(crate) fn deep_equal(a: &Value, b: &Value) -> bool {
    deep_equal_within(a, b, MAX_DEPTH)
}

fn deep_equal_within(a: &Value, b: &Value, left: usize) -> bool {
    let Some(left) = left.checked_sub(1) else { return true };
    match (a, b) {
        (Value::Nil, Value::Nil) => true,
        (Value::Bool(x), Value::Bool(y)) => x == y,
        (Value::Int(x, k), Value::Int(y, l)) => x == y && k == l,
        #[allow(clippy::float_cmp, reason = "DeepEqual compares with ==")]
        (Value::Float(x), Value::Float(y)) => x == y,
        (Value::Text(x), Value::Text(y)) => x == y,
        (Value::List(x), Value::List(y)) => {
            x.kind == y.kind
                && x.is_nil == y.is_nil
                && x.items.len() == y.items.len()
                && x.items.iter().zip(y.items.iter()).all(|(p, q)| deep_equal_within(p, q, left))
        }
        (Value::Map(x), Value::Map(y)) => {
            if Rc::ptr_eq(&x.entries, &y.entries) {
                return true;
            }
            let (x_entries, y_entries) = (x.snapshot(), y.snapshot());
            x.kind == y.kind
                && x_entries.len() == y_entries.len()
                && x_entries
                    .iter()
                    .zip(&y_entries)
                    .all(|(p, q)| p.0 == q.0 && deep_equal_within(&p.1, &q.1, left))
        }
        (Value::Object(x), Value::Object(y)) => Rc::ptr_eq(x, y) || x.show() == y.show(),
        _ => false,
    }
}
