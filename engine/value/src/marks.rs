//! What a value carries beside itself: who may see it and whether it may be stored.

/// Marks of one value. Marks of parts are kept on the parts.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Marks(u8);

impl Marks {
    /// No marks.
    pub const NONE: Marks = Marks(0);
    /// Must not be shown.
    pub const SENSITIVE: Marks = Marks(1);
    /// Must not be stored.
    pub const EPHEMERAL: Marks = Marks(2);

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
        let names = [(Self::SENSITIVE, "sensitive"), (Self::EPHEMERAL, "ephemeral")];
        out.debug_set()
            .entries(names.iter().filter(|(mark, _)| self.contains(*mark)).map(|(_, n)| n))
            .finish()
    }
}
