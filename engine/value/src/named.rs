//! What has names: members of an object, attributes of its type. Kept in one piece and in order of names, because most
//! have a handful and there are many of them: a tree would keep room for eleven in each.

mod iter;

use std::fmt;
use std::sync::Arc;

pub use iter::{IntoIter, Iter};

/// Things by name, in order of names. Adding one by one is for few or for names in order; others are collected.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Named<T>(Vec<(Arc<str>, T)>);

/// As many names are gone through one by one.
const FEW: usize = 8;

impl<T> Named<T> {
    /// Nothing yet.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn find(&self, name: &str) -> Result<usize, usize> {
        // Objects of a type mostly have their names from its schema, and are asked with them: the very same text needs
        // no look at it.
        let same = |(have, _): &(Arc<str>, T)| std::ptr::eq(&**have, name);
        match self.0.iter().take(FEW).position(same) {
            Some(at) => Ok(at),
            None => self.0.binary_search_by(|(have, _)| (**have).cmp(name)),
        }
    }

    /// What has this name.
    pub fn get(&self, name: &str) -> Option<&T> {
        let at = self.find(name).ok()?;
        self.0.get(at).map(|(_, item)| item)
    }

    /// What has this name, to be changed.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut T> {
        let at = self.find(name).ok()?;
        self.0.get_mut(at).map(|(_, item)| item)
    }

    /// What has this name, with the name as it is kept here.
    pub fn get_key_value(&self, name: &str) -> Option<(&Arc<str>, &T)> {
        let at = self.find(name).ok()?;
        self.0.get(at).map(|(name, item)| (name, item))
    }

    /// Whether anything has this name.
    pub fn contains_key(&self, name: &str) -> bool {
        self.find(name).is_ok()
    }

    /// Whether what is here has the names that the others have.
    pub fn has_names_of<U>(&self, others: &Named<U>) -> bool {
        let same = |(one, other): (&Arc<str>, &Arc<str>)| Arc::ptr_eq(one, other) || one == other;
        self.len() == others.len() && self.keys().zip(others.keys()).all(same)
    }

    /// Names something, and gives back what had the name before.
    pub fn insert(&mut self, name: Arc<str>, item: T) -> Option<T> {
        // Names mostly come in order.
        if self.0.last().is_none_or(|(last, _)| *last < name) {
            self.0.push((name, item));
            return None;
        }
        match self.find(&name) {
            Ok(at) => self.0.get_mut(at).map(|(_, have)| std::mem::replace(have, item)),
            Err(at) => {
                self.0.insert(at, (name, item));
                None
            }
        }
    }

    /// Takes out what has this name.
    pub fn remove(&mut self, name: &str) -> Option<T> {
        let at = self.find(name).ok()?;
        Some(self.0.remove(at).1)
    }

    /// Keeps what `wanted` says.
    pub fn retain(&mut self, mut wanted: impl FnMut(&Arc<str>, &mut T) -> bool) {
        self.0.retain_mut(|(name, item)| wanted(name, item));
    }

    /// Names and what has them.
    pub fn iter(&self) -> Iter<'_, T> {
        Iter(self.0.iter())
    }

    /// The names.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &Arc<str>> + ExactSizeIterator + Clone {
        self.iter().map(|(name, _)| name)
    }

    /// What has names.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &T> + ExactSizeIterator + Clone {
        self.iter().map(|(_, item)| item)
    }

    /// What has names, to be changed.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.0.iter_mut().map(|(_, item)| item)
    }

    /// What has names, taken out.
    pub fn into_values(self) -> impl Iterator<Item = T> {
        self.0.into_iter().map(|(_, item)| item)
    }
}

impl<T> Default for Named<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: fmt::Debug> fmt::Debug for Named<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_map().entries(self.iter()).finish()
    }
}

#[cfg(test)]
#[path = "named_tests.rs"]
mod tests;
