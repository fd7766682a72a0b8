//! Reading checked arguments.

use crate::template::Slot;
use crate::value::{Entries, List, Map, MapKind, Value};

/// Arguments of a call, after their types were checked.
pub(super) trait Args {
    /// The value at a place; nil beyond the end.
    fn value(&self, index: usize) -> &Value;
    /// The text at a place whose type is text.
    fn text(&self, index: usize) -> &str;
    /// The whole number at a place whose type is a whole number.
    fn int(&self, index: usize) -> i64;
    /// The map at a place whose type is a map; a nil map is an empty one.
    fn map(&self, index: usize) -> Map;
    /// The values from a place on.
    fn values_from(&self, index: usize) -> Vec<Value>;
}

impl Args for [Slot] {
    fn value(&self, index: usize) -> &Value {
        self.get(index).map_or(&Value::Nil, |slot| &slot.value)
    }

    fn text(&self, index: usize) -> &str {
        match self.value(index) {
            Value::Text(text) => text,
            _ => "",
        }
    }

    fn int(&self, index: usize) -> i64 {
        match self.value(index) {
            Value::Int(i, _) => *i,
            _ => 0,
        }
    }

    fn map(&self, index: usize) -> Map {
        match self.value(index) {
            Value::Map(map) => map.clone(),
            _ => Map::new(MapKind::Any, Entries::new()),
        }
    }

    fn values_from(&self, index: usize) -> Vec<Value> {
        self.iter().skip(index).map(|slot| slot.value.clone()).collect()
    }
}

/// The list an argument is, or Go's panic for what is none; `what` completes "Cannot … type".
pub(super) fn list<'v>(value: &'v Value, what: &str) -> Result<&'v List, String> {
    match value {
        Value::List(list) => Ok(list),
        Value::Nil => Err(NIL_POINTER.into()),
        other => Err(format!("Cannot {what} type {}", other.kind_name())),
    }
}

/// What Go reports when a nil is looked into.
pub(super) const NIL_POINTER: &str = "runtime error: invalid memory address or nil pointer dereference";
