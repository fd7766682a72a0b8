//! Defaults of optional attributes, applied to a value before it is converted to its type.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::unify::unify;
use crate::{Kind, Members, Type, Value};

/// Defaults that a type constraint declares with `optional(type, default)`, following the structure of
/// that type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Defaults {
    /// The type that these are the defaults of.
    pub ty: Type,
    /// Default per attribute, for an object type.
    pub values: BTreeMap<Arc<str>, Value>,
    /// Defaults inside: per attribute name of an object, per index of a tuple (as text), or under the
    /// empty name for the elements of a collection.
    pub children: BTreeMap<Arc<str>, Defaults>,
}

impl Defaults {
    /// No defaults yet.
    pub fn of(ty: Type) -> Defaults {
        Defaults { ty, values: BTreeMap::new(), children: BTreeMap::new() }
    }

    /// Whether there are no defaults anywhere inside.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty() && self.children.values().all(Defaults::is_empty)
    }

    /// The value with defaults in place of attributes that are missing or null. Null and unknown values
    /// stay what they are. The result still has to be converted to the type.
    #[must_use]
    pub fn apply(&self, value: Value) -> Value {
        if self.values.is_empty() && self.children.is_empty() {
            return value;
        }
        let (value, marks) = value.unmark();
        match value.kind() {
            Kind::List(element, items) => {
                let items = self.sequence(items);
                if items.is_empty() {
                    Value::list(Type::clone(element), items)
                } else {
                    unified(&items).map_or_else(|| Value::tuple(items), |(ty, items)| Value::list(ty, items))
                }
            }
            Kind::Set(element, items) => {
                let items = self.sequence(items);
                if items.is_empty() {
                    Value::set(Type::clone(element), items)
                } else {
                    unified(&items).map_or_else(|| Value::tuple(items), |(ty, items)| Value::set(ty, items))
                }
            }
            Kind::Tuple(items) => Value::tuple(self.sequence(items)),
            Kind::Map(element, members) => {
                let members = self.members(members);
                if members.is_empty() {
                    Value::map(Type::clone(element), members)
                } else {
                    let (names, values): (Vec<Arc<str>>, Vec<Value>) = members.clone().into_iter().unzip();
                    match unified(&values) {
                        Some((ty, values)) => Value::map(ty, names.into_iter().zip(values)),
                        None => Value::object(members),
                    }
                }
            }
            Kind::Object(members) => Value::object(self.members(members)),
            _ => value,
        }
        .with_marks(marks)
    }

    fn child(&self, name: &str) -> Option<&Defaults> {
        self.children.get(if self.ty.is_collection() { "" } else { name })
    }

    fn sequence(&self, items: &[Value]) -> Vec<Value> {
        let items = items.iter().enumerate();
        items
            .map(|(at, item)| match self.child(&at.to_string()) {
                Some(defaults) => defaults.apply(item.clone()),
                None => item.clone(),
            })
            .collect()
    }

    fn members(&self, members: &Members) -> Members {
        let applied = |name: &str, value: &Value| match self.child(name) {
            Some(defaults) => defaults.apply(value.clone()),
            None => value.clone(),
        };
        let mut result: Members =
            members.iter().map(|(name, value)| (name.clone(), applied(name, value))).collect();
        for (name, default) in &self.values {
            if result.get(name).is_none_or(Value::is_null) {
                result.insert(name.clone(), applied(name, default));
            }
        }
        result
    }
}

/// The values brought to one type, if there is one.
fn unified(values: &[Value]) -> Option<(Type, Vec<Value>)> {
    let types: Vec<Type> = values.iter().map(Value::ty).collect();
    let unified = unify(&types)?;
    let values: Option<Vec<Value>> = values.iter().map(|value| unified.apply(value.clone()).ok()).collect();
    Some((unified.ty.clone(), values?))
}

#[cfg(test)]
#[path = "defaults_tests.rs"]
mod tests;
