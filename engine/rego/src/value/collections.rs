//! Objects and sets as sorted vectors: small, quick to search, in the order in which they print.

use super::Value;
use std::cmp::Ordering;

/// An object: pairs sorted by key.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Object(Vec<(Value, Value)>);

impl Object {
    /// The value at a key.
    #[must_use]
    pub fn get(&self, key: &Value) -> Option<&Value> {
        let at = self.0.binary_search_by(|(k, _)| k.cmp(key)).ok()?;
        self.0.get(at).map(|(_, value)| value)
    }

    /// The value at a text key.
    #[must_use]
    pub fn get_str(&self, key: &str) -> Option<&Value> {
        let compare = |k: &Value| match k {
            Value::String(text) => text.as_ref().cmp(key),
            Value::Null | Value::Bool(_) | Value::Number(_) => Ordering::Less,
            _ => Ordering::Greater,
        };
        let at = self.0.binary_search_by(|(k, _)| compare(k)).ok()?;
        self.0.get(at).map(|(_, value)| value)
    }

    /// Sets one pair. Moves all later pairs: for many pairs, collect them at once.
    pub fn insert(&mut self, key: Value, value: Value) {
        match self.0.binary_search_by(|(k, _)| k.cmp(&key)) {
            Ok(at) => {
                if let Some(slot) = self.0.get_mut(at) {
                    slot.1 = value;
                }
            }
            Err(at) => self.0.insert(at, (key, value)),
        }
    }

    /// Takes one pair out.
    pub fn remove(&mut self, key: &Value) -> Option<Value> {
        let at = self.0.binary_search_by(|(k, _)| k.cmp(key)).ok()?;
        Some(self.0.remove(at).1)
    }

    /// The pairs in the order of keys.
    #[must_use]
    pub fn pairs(&self) -> &[(Value, Value)] {
        &self.0
    }

    /// The pairs in the order of keys.
    pub fn iter(&self) -> std::slice::Iter<'_, (Value, Value)> {
        self.0.iter()
    }

    /// Number of pairs.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no pair.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<(Value, Value)> for Object {
    /// Of equal keys the last value counts, under the first key.
    fn from_iter<I: IntoIterator<Item = (Value, Value)>>(pairs: I) -> Self {
        let mut pairs: Vec<_> = pairs.into_iter().collect();
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
        pairs.shrink_to_fit();
        Self(pairs)
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
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Object {
    type Item = &'a (Value, Value);
    type IntoIter = std::slice::Iter<'a, (Value, Value)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
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
