//! Values that are not known yet, and what is known about them all the same.

use std::cmp::Ordering;
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, LazyLock};

use crate::{Number, Type};

/// Whether an unknown value may turn out null.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Nullness {
    /// Nothing is known.
    #[default]
    Maybe,
    /// It will not be null.
    Never,
}

/// Bounds of a number or of a length.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Range<T> {
    /// Least value and whether it is itself allowed.
    pub lower: Option<(T, bool)>,
    /// Greatest value and whether it is itself allowed.
    pub upper: Option<(T, bool)>,
}

impl<T> Range<T> {
    /// No bounds.
    pub const OPEN: Self = Self { lower: None, upper: None };
}

/// Bounds that few values have, kept where they take no room in the others.
#[derive(Clone, Debug)]
pub struct Bounds<T>(Option<Box<Range<T>>>);

impl<T> Bounds<T> {
    /// No bounds.
    pub const OPEN: Self = Self(None);
}

impl<T> From<Range<T>> for Bounds<T> {
    fn from(range: Range<T>) -> Self {
        let open = range.lower.is_none() && range.upper.is_none();
        Self((!open).then(|| Box::new(range)))
    }
}

impl<T: 'static> Deref for Bounds<T> {
    type Target = Range<T>;

    fn deref(&self) -> &Range<T> {
        self.0.as_deref().unwrap_or(const { &Range::OPEN })
    }
}

impl<T: 'static> DerefMut for Bounds<T> {
    fn deref_mut(&mut self) -> &mut Range<T> {
        self.0.get_or_insert_with(|| Box::new(Range::OPEN))
    }
}

impl<T: PartialEq + 'static> PartialEq for Bounds<T> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl<T: Eq + 'static> Eq for Bounds<T> {}

impl<T: Ord + 'static> PartialOrd for Bounds<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T: Ord + 'static> Ord for Bounds<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        (**self).cmp(&**other)
    }
}

/// A value not known yet.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unknown {
    /// Type that the value will have; [`Type::Dynamic`] when that is open too.
    pub ty: Type,
    /// Whether it may be null.
    pub nullness: Nullness,
    /// What a string begins with.
    pub prefix: Option<Arc<str>>,
    /// Bounds of a number.
    pub bounds: Bounds<Number>,
    /// Bounds of a collection's length, both inclusive.
    pub length: Bounds<u64>,
}

impl Unknown {
    /// Nothing known but the type.
    pub fn of(ty: Type) -> Self {
        Self { ty, nullness: Nullness::Maybe, prefix: None, bounds: Bounds::OPEN, length: Bounds::OPEN }
    }

    /// The same as one that is shared: plans are full of those of which only a simple type is known.
    pub(crate) fn shared(ty: Type, nullness: Nullness) -> Arc<Unknown> {
        let [dynamic, bool, number, string] = &*SIMPLE;
        let of = match ty {
            Type::Dynamic => dynamic,
            Type::Bool => bool,
            Type::Number => number,
            Type::String => string,
            ty => return Arc::new(Unknown { nullness, ..Unknown::of(ty) }),
        };
        let [any, not_null] = of;
        Arc::clone(if nullness == Nullness::Never { not_null } else { any })
    }
}

/// What is shared: of each simple type, and of each known not to be null.
static SIMPLE: LazyLock<[[Arc<Unknown>; 2]; 4]> = LazyLock::new(|| {
    [Type::Dynamic, Type::Bool, Type::Number, Type::String].map(|ty| {
        [Nullness::Maybe, Nullness::Never]
            .map(|nullness| Arc::new(Unknown { nullness, ..Unknown::of(ty.clone()) }))
    })
});

impl Unknown {
    /// Whether nothing is known but the type.
    pub fn is_plain(&self) -> bool {
        self.nullness == Nullness::Maybe
            && self.prefix.is_none()
            && self.bounds == Bounds::OPEN
            && self.length == Bounds::OPEN
    }

    /// Bounds of the length, as far as they are known.
    pub fn length_bounds(&self) -> (u64, Option<u64>) {
        (self.length.lower.map_or(0, |(bound, _)| bound), self.length.upper.map(|(bound, _)| bound))
    }
}
