//! Values that are not known yet, and what is known about them all the same.

use std::sync::Arc;

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
    pub bounds: Range<Number>,
    /// Bounds of a collection's length, both inclusive.
    pub length: Range<u64>,
}

impl Unknown {
    /// Nothing known but the type.
    pub fn of(ty: Type) -> Self {
        Self {
            ty,
            nullness: Nullness::Maybe,
            prefix: None,
            bounds: Range { lower: None, upper: None },
            length: Range { lower: None, upper: None },
        }
    }
}

impl Unknown {
    /// Whether nothing is known but the type.
    pub fn is_plain(&self) -> bool {
        *self == Unknown::of(self.ty.clone())
    }

    /// Bounds of the length, as far as they are known.
    pub fn length_bounds(&self) -> (u64, Option<u64>) {
        (self.length.lower.map_or(0, |(bound, _)| bound), self.length.upper.map(|(bound, _)| bound))
    }
}
