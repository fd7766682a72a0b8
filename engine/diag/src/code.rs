//! A stable code, and how an area's table of codes is declared.

/// A stable name for one kind of finding, such as `LANG003`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Code {
    /// The code itself.
    pub id: &'static str,
    /// What it means, in a sentence or two.
    pub text: &'static str,
    /// What it means, where it comes from and what to do, for the person on call.
    pub explained: &'static str,
}

impl std::fmt::Display for Code {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(self.id)
    }
}

/// Declares the codes of one area and their list. Each has its long text in `explained/ID.md`; without one it does
/// not compile.
macro_rules! area {
    ($($name:ident = $id:literal, $text:literal;)*) => {
        $(#[doc = $text] pub const $name: $crate::Code = $crate::Code {
            id: $id,
            text: $text,
            explained: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/explained/", $id, ".md")),
        };)*
        /// All codes of this area.
        pub const ALL: &[$crate::Code] = &[$($name),*];
    };
}

pub(crate) use area;
