//! What tells the instances of one block apart.

use std::fmt;
use std::sync::Arc;

/// Key of an instance: a number under `count`, a text under `for_each`.
///
/// Numbers sort before texts, as Terraform sorts them.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Key {
    /// `[0]`
    Int(u64),
    /// `["a"]`
    Str(Arc<str>),
}

impl fmt::Display for Key {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Key::Int(number) => {
                out.write_str("[")?;
                fmt::Display::fmt(number, out)?;
                out.write_str("]")
            }
            Key::Str(text) => ["[", &quote(text), "]"].iter().try_for_each(|part| out.write_str(part)),
        }
    }
}

/// Quotes a text as the configuration language does, with `${` and `%{` escaped.
pub fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '$' | '%' if rest.peek() == Some(&'{') => {
                out.push(c);
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
