//! The tree a YAML text is read into, and the bounds of reading.

use std::fmt;

/// What of a text is read before it is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Longest text accepted, in bytes.
    pub bytes: usize,
    /// Most nodes in all documents together, copies made by aliases included.
    pub nodes: usize,
    /// Deepest nesting of sequences and mappings, aliases expanded.
    pub depth: usize,
    /// Whether keys are scalars that stand where they are used: no alias is one, and no alias means one.
    pub plain_keys: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: 64 << 20, nodes: 2_000_000, depth: 128, plain_keys: false }
    }
}

/// A place in the text; line and column count from 1, columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1.
    pub column: usize,
}

/// How a scalar was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Without quotes: the only style whose meaning depends on the dialect.
    Plain,
    /// `'…'`.
    SingleQuoted,
    /// `"…"`.
    DoubleQuoted,
    /// `|`.
    Literal,
    /// `>`.
    Folded,
}

/// What a node is.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// Text after unescaping and folding, uninterpreted. An absent value is a plain scalar with empty text.
    Scalar {
        /// The text.
        text: String,
        /// How it was written.
        style: Style,
    },
    /// `- a` or `[a]`.
    Sequence(Vec<Node>),
    /// Pairs in the order of the text; repeated and merge (`<<`) keys are still there.
    Mapping(Vec<(Node, Node)>),
}

/// One node with its explicit tag and place.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Content.
    pub kind: Kind,
    /// Explicit tag with its handle resolved: `tag:yaml.org,2002:str` for `!!str`, `!x` for `!x`, `!` for `!`.
    pub tag: Option<String>,
    /// Where it starts; for a node that an alias stands for, where the alias stands.
    pub at: Position,
}

impl Node {
    /// The text of a scalar written without quotes and without a tag.
    #[must_use]
    pub fn plain(&self) -> Option<&str> {
        match &self.kind {
            Kind::Scalar { text, style: Style::Plain } if self.tag.is_none() => Some(text),
            _ => None,
        }
    }
}

/// Why a text is not YAML, or more than the limits allow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct YamlError {
    /// What is wrong, one line, without the place; worded as libyaml words it where the cause is the same.
    pub message: String,
    /// Where.
    pub at: Position,
    /// Libyaml names no line for it: it found the first line broken, or a node that has no meaning.
    unplaced: bool,
}

impl YamlError {
    pub(crate) fn new(at: Position, message: impl Into<String>) -> Self {
        Self { message: message.into(), at, unplaced: false }
    }

    /// One for which libyaml names no line.
    pub(crate) fn unplaced(at: Position, message: impl Into<String>) -> Self {
        Self { message: message.into(), at, unplaced: true }
    }

    /// The same with a line only where Go's library names one.
    pub(crate) fn placed_as_in_go(mut self) -> Self {
        if self.unplaced {
            self.at = Position::default();
        }
        self
    }
}

impl fmt::Display for YamlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.message.starts_with("json: ") || self.message.starts_with("unsupported map key") {
            f.write_str(&self.message)
        } else if self.at.line == 0 {
            write!(f, "yaml: {}", self.message)
        } else {
            write!(f, "yaml: line {}: {}", self.at.line, self.message)
        }
    }
}

impl std::error::Error for YamlError {}
