//! Lists whose documents are made one by one while they are written.
//!
//! The documents of a plan take several times the room of the plan itself; of a large plan, one at a time exists.

use serde::{Serialize, Serializer};

/// Items, and what makes the document of one.
pub struct Each<'a, T, D> {
    items: Vec<T>,
    make: Box<dyn Fn(&T) -> D + 'a>,
}

impl<'a, T, D> Each<'a, T, D> {
    /// The documents of these items.
    pub fn new(items: Vec<T>, make: impl Fn(&T) -> D + 'a) -> Self {
        Self { items, make: Box::new(make) }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }
}

impl<T, D: Serialize> Serialize for Each<'_, T, D> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_seq(self.items.iter().map(|item| (self.make)(item)))
    }
}
