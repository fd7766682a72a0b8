//! What a value carries beside itself: who may see it, whether it may be stored, and what it was made from that one is
//! asked not to use any more.

/// Marks of one value. Marks of parts are kept on the parts.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Marks(u64);

impl Marks {
    /// No marks.
    pub const NONE: Marks = Marks(0);
    /// Must not be shown.
    pub const SENSITIVE: Marks = Marks(1);
    /// Must not be stored.
    pub const EPHEMERAL: Marks = Marks(2);

    /// Made from any of what is deprecated.
    pub const DEPRECATED: Marks = Marks(!3);
    /// How many sources that are deprecated have a mark of their own; those after share the last one.
    pub const DEPRECATIONS: usize = 62;

    /// Made from what is deprecated: the source with this number.
    pub fn deprecated(source: usize) -> Marks {
        Marks(4 << source.min(Self::DEPRECATIONS - 1))
    }

    /// Whether none of `other` is here.
    pub fn is_free_of(self, other: Marks) -> bool {
        self.0 & other.0 == 0
    }

    /// Whether there are none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether all of `other` are here.
    pub fn contains(self, other: Marks) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether the value must not be shown.
    pub fn is_sensitive(self) -> bool {
        self.contains(Self::SENSITIVE)
    }

    /// Whether the value must not be stored.
    pub fn is_ephemeral(self) -> bool {
        self.contains(Self::EPHEMERAL)
    }

    /// All marks of both.
    #[must_use]
    pub fn union(self, other: Marks) -> Marks {
        Marks(self.0 | other.0)
    }

    /// These marks without those of `other`.
    #[must_use]
    pub fn without(self, other: Marks) -> Marks {
        Marks(self.0 & !other.0)
    }
}

impl std::fmt::Debug for Marks {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names = [
            (Self::SENSITIVE, "sensitive"),
            (Self::EPHEMERAL, "ephemeral"),
            (Self::DEPRECATED, "deprecated"),
        ];
        out.debug_set()
            .entries(names.iter().filter(|(mark, _)| !self.is_free_of(*mark)).map(|(_, n)| n))
            .finish()
    }
}
