//! Objects and sets as sorted vectors: small, quick to search, in the order in which they print.

use super::Value;
use super::later::Later;
use std::cmp::Ordering;
use std::ops::Deref;

/// An array.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Array(Later<Value>);

impl Array {
    pub(super) fn later(items: Later<Value>) -> Self {
        Self(items)
    }

    /// The items.
    #[must_use]
    pub fn as_slice(&self) -> &[Value] {
        self.0.items()
    }
}

impl Deref for Array {
    type Target = [Value];

    fn deref(&self) -> &[Value] {
        self.0.items()
    }
}

impl From<Vec<Value>> for Array {
    fn from(items: Vec<Value>) -> Self {
        Self(Later::Here(items))
    }
}

/// An object: pairs sorted by key.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Object(Later<(Value, Value)>);

impl Object {
    pub(super) fn later(pairs: Later<(Value, Value)>) -> Self {
        Self(pairs)
    }

    /// The value at a key.
    #[must_use]
    pub fn get(&self, key: &Value) -> Option<&Value> {
        if let Value::String(key) = key
            && let Ok(found) = self.0.single(key)
        {
            return found;
        }
        let pairs = self.pairs();
        let at = match key {
            // Most keys are texts.
            Value::String(wanted) => pairs.binary_search_by(|(k, _)| match k {
                Value::String(text) => text.as_ref().cmp(wanted.as_ref()),
                other => other.cmp(key),
            }),
            _ => pairs.binary_search_by(|(k, _)| k.cmp(key)),
        };
        let at = at.ok()?;
        pairs.get(at).map(|(_, value)| value)
    }

    /// The value at a text key.
    #[must_use]
    pub fn get_str(&self, key: &str) -> Option<&Value> {
        let compare = |k: &Value| match k {
            Value::String(text) => text.as_ref().cmp(key),
            Value::Null | Value::Bool(_) | Value::Number(_) => Ordering::Less,
            Value::Secret(_) => k.cmp(&Value::from(key)),
            _ => Ordering::Greater,
        };
        let pairs = self.pairs();
        let at = pairs.binary_search_by(|(k, _)| compare(k)).ok()?;
        pairs.get(at).map(|(_, value)| value)
    }

    /// Sets one pair. Moves all later pairs: for many pairs, collect them at once.
    pub fn insert(&mut self, key: Value, value: Value) {
        self.0.change(|pairs| match pairs.binary_search_by(|(k, _)| k.cmp(&key)) {
            Ok(at) => {
                if let Some(slot) = pairs.get_mut(at) {
                    slot.1 = value;
                }
            }
            Err(at) => pairs.insert(at, (key, value)),
        });
    }

    /// Takes one pair out.
    pub fn remove(&mut self, key: &Value) -> Option<Value> {
        self.0.change(|pairs| {
            let at = pairs.binary_search_by(|(k, _)| k.cmp(key)).ok()?;
            Some(pairs.remove(at).1)
        })
    }

    /// The pairs in the order of keys.
    #[must_use]
    pub fn pairs(&self) -> &[(Value, Value)] {
        self.0.items()
    }

    /// The pairs in the order of keys.
    pub fn iter(&self) -> std::slice::Iter<'_, (Value, Value)> {
        self.pairs().iter()
    }

    /// Number of pairs.
    #[must_use]
    pub fn len(&self) -> usize {
        self.pairs().len()
    }

    /// Whether there is no pair.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.pairs().is_empty()
    }
}

/// Pairs in the order of keys. Of equal keys the last value counts, under the first key.
pub(super) fn in_order(mut pairs: Vec<(Value, Value)>) -> Vec<(Value, Value)> {
    if !pairs.is_sorted_by(|(a, _), (b, _)| a < b) {
        pairs.sort_by(|(a, _), (b, _)| a.cmp(b));
        pairs.dedup_by(|later, kept| {
            let same = later.0 == kept.0;
            if same {
                std::mem::swap(&mut later.1, &mut kept.1);
            }
            same
        });
    }
    pairs
}

impl FromIterator<(Value, Value)> for Object {
    /// Of equal keys the last value counts, under the first key.
    fn from_iter<I: IntoIterator<Item = (Value, Value)>>(pairs: I) -> Self {
        let mut pairs = in_order(pairs.into_iter().collect());
        pairs.shrink_to_fit();
        Self(Later::Here(pairs))
    }
}

impl Ord for Object {
    /// OPA compares key by key and value by value in the order of keys, then lengths.
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.cmp(&other.0)
    }
}

impl PartialOrd for Object {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl IntoIterator for Object {
    type Item = (Value, Value);
    type IntoIter = std::vec::IntoIter<(Value, Value)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_items().into_iter()
    }
}

impl<'a> IntoIterator for &'a Object {
    type Item = &'a (Value, Value);
    type IntoIter = std::slice::Iter<'a, (Value, Value)>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// A set: members sorted.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Set(Vec<Value>);

impl Set {
    /// Whether a value is a member.
    #[must_use]
    pub fn contains(&self, member: &Value) -> bool {
        self.0.binary_search(member).is_ok()
    }

    /// The member that equals a value (`1.0` finds `1`).
    #[must_use]
    pub fn get(&self, member: &Value) -> Option<&Value> {
        self.0.get(self.0.binary_search(member).ok()?)
    }

    /// Adds one member. Moves all later members: for many, collect them at once.
    pub fn insert(&mut self, member: Value) {
        if let Err(at) = self.0.binary_search(&member) {
            self.0.insert(at, member);
        }
    }

    /// The members in order.
    #[must_use]
    pub fn members(&self) -> &[Value] {
        &self.0
    }

    /// The members in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Value> {
        self.0.iter()
    }

    /// Number of members.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no member.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<Value> for Set {
    fn from_iter<I: IntoIterator<Item = Value>>(members: I) -> Self {
        let mut members: Vec<_> = members.into_iter().collect();
        if !members.is_sorted_by(|a, b| a < b) {
            members.sort();
            members.dedup();
        }
        members.shrink_to_fit();
        Self(members)
    }
}

impl Ord for Set {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.cmp(&other.0)
    }
}

impl PartialOrd for Set {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl IntoIterator for Set {
    type Item = Value;
    type IntoIter = std::vec::IntoIter<Value>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Set {
    type Item = &'a Value;
    type IntoIter = std::slice::Iter<'a, Value>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}
