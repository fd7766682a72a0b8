//! Items of collections: there already, or made when somebody looks at them for the first time.

use super::Value;
use super::spans::Text;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, OnceLock};

/// What makes the items of one collection.
pub(crate) enum Origin<T> {
    /// A part of a JSON text.
    Text {
        /// The text.
        text: Arc<Text>,
        /// Where the collection begins.
        start: u32,
        /// Its number among the larger collections of the text.
        node: u32,
    },
    /// Somebody else.
    Made(Box<dyn Fn() -> Vec<T> + Send + Sync>),
}

/// What is known of a collection: single members of an object that was not read, in the order in which they were asked
/// for, and at the end all items, when somebody asked for these. There are as many as objects in a plan, so this is one
/// pointer as long as nobody asks.
struct Known<T>(OnceLock<Box<Link<T>>>);

enum Link<T> {
    All(Box<[T]>),
    /// The value at a key, if there is one.
    Single {
        key: Arc<str>,
        value: Option<Value>,
        next: Known<T>,
    },
}

/// From so many different keys on, an object is read as a whole.
const MANY: usize = 6;

impl<T> Known<T> {
    fn nothing() -> Self {
        Self(OnceLock::new())
    }

    /// The value at a key, which `find` finds if nobody asked for it before; `Err` if all items are there, and if too
    /// many other keys were asked for.
    fn single(&self, key: &Arc<str>, find: impl FnOnce() -> Option<Value>) -> Result<Option<&Value>, ()> {
        let mut at = self;
        let mut find = Some(find);
        for _ in 0..MANY {
            let new = || {
                let value = find.take().and_then(|find| find());
                Box::new(Link::Single { key: Arc::clone(key), value, next: Self::nothing() })
            };
            // Another one may have been quicker.
            match &**at.0.get_or_init(new) {
                Link::Single { key: known, value, .. } if known == key => return Ok(value.as_ref()),
                Link::Single { next, .. } => at = next,
                Link::All(_) => return Err(()),
            }
        }
        Err(())
    }

    fn all(&self, make: impl FnOnce() -> Box<[T]>) -> &[T] {
        let mut at = self;
        let mut make = Some(make);
        loop {
            let new = || Box::new(Link::All(make.take().map(|make| make()).unwrap_or_default()));
            match &**at.0.get_or_init(new) {
                Link::All(items) => return items,
                Link::Single { next, .. } => at = next,
            }
        }
    }

    fn into_all(self) -> Option<Box<[T]>> {
        let mut at = self;
        loop {
            match *at.0.into_inner()? {
                Link::All(items) => return Some(items),
                Link::Single { next, .. } => at = next,
            }
        }
    }
}

/// Items of a collection. What is never looked at takes neither time nor room.
pub(crate) enum Later<T> {
    Here(Vec<T>),
    Asked(Asked<T>),
}

/// Items that are made once.
pub(crate) struct Asked<T> {
    known: Known<T>,
    origin: Origin<T>,
}

/// What can stand in a collection.
pub(crate) trait Item: Sized + Clone {
    /// The items at a place of a text.
    fn read(text: &Arc<Text>, start: u32, node: u32) -> Vec<Self>;

    /// The form in which a collection keeps them.
    fn kept(items: Vec<Self>) -> Vec<Self>;
}

impl Item for Value {
    fn read(text: &Arc<Text>, start: u32, node: u32) -> Vec<Self> {
        text.items(start, node)
    }

    fn kept(items: Vec<Self>) -> Vec<Self> {
        items
    }
}

impl Item for (Value, Value) {
    fn read(text: &Arc<Text>, start: u32, node: u32) -> Vec<Self> {
        text.pairs(start, node)
    }

    fn kept(items: Vec<Self>) -> Vec<Self> {
        super::collections::in_order(items)
    }
}

impl<T: Item> Later<T> {
    pub(crate) fn from(origin: Origin<T>) -> Self {
        Self::Asked(Asked { known: Known::nothing(), origin })
    }

    pub(crate) fn items(&self) -> &[T] {
        match self {
            Self::Here(items) => items,
            Self::Asked(asked) => asked.known.all(|| asked.origin.make()),
        }
    }

    pub(crate) fn into_items(self) -> Vec<T> {
        match self {
            Self::Here(items) => items,
            Self::Asked(Asked { known, origin }) => {
                known.into_all().unwrap_or_else(|| origin.make()).into_vec()
            }
        }
    }

    /// Changes the items.
    pub(crate) fn change<R>(&mut self, change: impl FnOnce(&mut Vec<T>) -> R) -> R {
        let mut items = std::mem::replace(self, Self::Here(Vec::new())).into_items();
        let out = change(&mut items);
        *self = Self::Here(items);
        out
    }
}

impl<T: Item> Origin<T> {
    fn make(&self) -> Box<[T]> {
        let items = match self {
            Self::Text { text, start, node } => T::read(text, *start, *node),
            Self::Made(make) => make(),
        };
        T::kept(items).into()
    }
}

impl Later<(Value, Value)> {
    /// The value at a key of an object that has not been read as a whole; `Err` if it was, or should be.
    pub(super) fn single(&self, key: &Arc<str>) -> Result<Option<&Value>, ()> {
        let Self::Asked(asked) = self else { return Err(()) };
        match &asked.origin {
            Origin::Text { text, start, node } => asked.known.single(key, || text.find(*start, *node, key)),
            Origin::Made(_) => Err(()),
        }
    }
}

impl<T> Default for Later<T> {
    fn default() -> Self {
        Self::Here(Vec::new())
    }
}

/// A copy has all its items.
impl<T: Item> Clone for Later<T> {
    fn clone(&self) -> Self {
        Self::Here(self.items().to_vec())
    }
}

impl<T: Item + fmt::Debug> fmt::Debug for Later<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.items().fmt(f)
    }
}

impl<T: Item + PartialEq> PartialEq for Later<T> {
    fn eq(&self, other: &Self) -> bool {
        self.items() == other.items()
    }
}

impl<T: Item + Eq> Eq for Later<T> {}

impl<T: Item + Hash> Hash for Later<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.items().hash(state);
    }
}

impl<T: Item + Ord> Ord for Later<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.items().cmp(other.items())
    }
}

impl<T: Item + Ord> PartialOrd for Later<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
