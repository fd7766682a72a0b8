//! Lists of a syntax tree: thousands of short ones, most of which never grow again, so they keep no room for that; and
//! those that are mostly empty, which take one pointer.

use std::ops::{Deref, DerefMut};

/// Items in a row, without room for more.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct List<T>(Box<[T]>);

impl<T> List<T> {
    pub(crate) fn new() -> Self {
        Self(Box::default())
    }

    pub(crate) fn as_slice(&self) -> &[T] {
        &self.0
    }

    /// The items, with room for `more`.
    pub(crate) fn into_vec(self, more: usize) -> Vec<T> {
        let mut items = self.0.into_vec();
        items.reserve_exact(more);
        items
    }

    /// Adds an item at the end; all are moved.
    pub(crate) fn push(&mut self, item: T) {
        let mut items = std::mem::take(self).into_vec(1);
        items.push(item);
        *self = items.into();
    }

    /// Takes the last item out.
    pub(crate) fn pop(&mut self) -> Option<T> {
        let mut items = std::mem::take(self).into_vec(0);
        let last = items.pop();
        *self = items.into();
        last
    }
}

impl<T> Default for List<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Deref for List<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T> DerefMut for List<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.0
    }
}

impl<T> From<Vec<T>> for List<T> {
    fn from(items: Vec<T>) -> Self {
        Self(items.into())
    }
}

impl<T, const N: usize> From<[T; N]> for List<T> {
    fn from(items: [T; N]) -> Self {
        Self(Box::new(items))
    }
}

impl<T> FromIterator<T> for List<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        Self(items.into_iter().collect())
    }
}

impl<T> IntoIterator for List<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_vec().into_iter()
    }
}

impl<'l, T> IntoIterator for &'l List<T> {
    type Item = &'l T;
    type IntoIter = std::slice::Iter<'l, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl<'l, T> IntoIterator for &'l mut List<T> {
    type Item = &'l mut T;
    type IntoIter = std::slice::IterMut<'l, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter_mut()
    }
}

/// Items in a row where there mostly are none.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::box_collection, reason = "a thin pointer: every expression has such a list")]
pub(crate) struct Rare<T>(Option<Box<Vec<T>>>);

impl<T> Rare<T> {
    pub(crate) fn new() -> Self {
        Self(None)
    }
}

impl<T> Default for Rare<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Deref for Rare<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        self.0.as_ref().map_or(&[], |items| items)
    }
}

impl<T> DerefMut for Rare<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        self.0.as_mut().map_or(&mut [], |items| items)
    }
}

impl<T> From<Vec<T>> for Rare<T> {
    fn from(items: Vec<T>) -> Self {
        Self((!items.is_empty()).then(|| Box::new(items)))
    }
}

impl<T> FromIterator<T> for Rare<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        Vec::from_iter(items).into()
    }
}

impl<'l, T> IntoIterator for &'l Rare<T> {
    type Item = &'l T;
    type IntoIter = std::slice::Iter<'l, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<'l, T> IntoIterator for &'l mut Rare<T> {
    type Item = &'l mut T;
    type IntoIter = std::slice::IterMut<'l, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter_mut()
    }
}
