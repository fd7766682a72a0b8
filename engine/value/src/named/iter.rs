//! Going through what has names, and collecting it.

use std::sync::Arc;
use std::{slice, vec};

use super::Named;

/// Names and what has them, in order of names.
#[derive(Debug)]
pub struct Iter<'n, T>(pub(super) slice::Iter<'n, (Arc<str>, T)>);

impl<T> Clone for Iter<'_, T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<'n, T> Iterator for Iter<'n, T> {
    type Item = (&'n Arc<str>, &'n T);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|(name, item)| (name, item))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl<T> DoubleEndedIterator for Iter<'_, T> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.0.next_back().map(|(name, item)| (name, item))
    }
}

impl<T> ExactSizeIterator for Iter<'_, T> {}

/// Names and what has them, taken out in order of names.
pub type IntoIter<T> = vec::IntoIter<(Arc<str>, T)>;

impl<'n, T> IntoIterator for &'n Named<T> {
    type Item = (&'n Arc<str>, &'n T);
    type IntoIter = Iter<'n, T>;

    fn into_iter(self) -> Iter<'n, T> {
        self.iter()
    }
}

impl<T> IntoIterator for Named<T> {
    type Item = (Arc<str>, T);
    type IntoIter = IntoIter<T>;

    fn into_iter(self) -> IntoIter<T> {
        self.0.into_iter()
    }
}

impl<T> FromIterator<(Arc<str>, T)> for Named<T> {
    fn from_iter<I: IntoIterator<Item = (Arc<str>, T)>>(items: I) -> Self {
        let mut items: Vec<(Arc<str>, T)> = items.into_iter().collect();
        order(&mut items);
        items.shrink_to_fit();
        Self(items)
    }
}

impl<T> Named<T> {
    /// Puts `items` in order of names. The error is the first name that comes twice.
    pub fn each_once(mut items: Vec<(Arc<str>, T)>) -> Result<Self, Arc<str>> {
        if !in_order(&items) {
            items.sort_by(|(left, _), (right, _)| left.cmp(right));
            if let Some((name, _)) = items
                .iter()
                .zip(items.iter().skip(1))
                .find_map(|(one, next)| (one.0 == next.0).then_some(one))
            {
                return Err(name.clone());
            }
        }
        Ok(Self(items))
    }
}

impl<T> Extend<(Arc<str>, T)> for Named<T> {
    fn extend<I: IntoIterator<Item = (Arc<str>, T)>>(&mut self, items: I) {
        self.0.extend(items);
        order(&mut self.0);
    }
}

impl<T, const N: usize> From<[(Arc<str>, T); N]> for Named<T> {
    fn from(items: [(Arc<str>, T); N]) -> Self {
        items.into_iter().collect()
    }
}

fn in_order<T>(items: &[(Arc<str>, T)]) -> bool {
    items.is_sorted_by(|(left, _), (right, _)| left < right)
}

/// Puts items in order of names, of which each is there once: the last one given stands.
fn order<T>(items: &mut Vec<(Arc<str>, T)>) {
    if in_order(items) {
        return;
    }
    items.sort_by(|(left, _), (right, _)| left.cmp(right));
    items.dedup_by(|next, kept| {
        let same = next.0 == kept.0;
        if same {
            std::mem::swap(next, kept);
        }
        same
    });
}
