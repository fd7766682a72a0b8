//! Characters as YAML 1.1 has them, which the parser (YAML 1.2) reads otherwise: more line breaks, a byte order mark
//! inside a text, control characters.

use std::borrow::Cow;

use crate::tree::{Position, YamlError};

const MARK: char = '\u{feff}';
/// Next line: a line break of YAML 1.1.
const NEXT_LINE: char = '\u{85}';
/// Line and paragraph separators: line breaks too, that stay what they are inside a scalar.
pub(crate) const SEPARATORS: [char; 2] = ['\u{2028}', '\u{2029}'];

/// A text that the parser reads as YAML 1.1 is read.
pub(crate) struct Readable<'t> {
    /// The text, of the same number of characters.
    pub(crate) text: Cow<'t, str>,
    /// What stands for the byte order marks in it.
    mark: Option<char>,
}

impl Readable<'_> {
    /// A scalar as the original text has it.
    pub(crate) fn restored(&self, scalar: String) -> String {
        match self.mark {
            Some(mark) if scalar.contains(mark) => scalar.replace(mark, "\u{feff}"),
            _ => scalar,
        }
    }
}

/// The text with what stands for the characters that the parser knows otherwise.
///
/// # Errors
/// Control characters.
pub(crate) fn readable(text: &str) -> Result<Readable<'_>, YamlError> {
    if text.chars().any(is_forbidden) {
        return Err(YamlError::new(Position::default(), "control characters are not allowed"));
    }
    if !text.contains([MARK, NEXT_LINE]) && !text.contains(SEPARATORS) {
        return Ok(Readable { text: Cow::Borrowed(text), mark: None });
    }
    // A private character that the text does not have; a text that has all of them is refused by the parser.
    let mark = text.contains(MARK).then(|| ('\u{e000}'..='\u{f8ff}').find(|c| !text.contains(*c))).flatten();
    let readable = text.chars().map(|c| match c {
        NEXT_LINE => '\n',
        MARK => mark.unwrap_or(MARK),
        c if SEPARATORS.contains(&c) => '\n',
        other => other,
    });
    Ok(Readable { text: Cow::Owned(readable.collect()), mark })
}

fn is_forbidden(c: char) -> bool {
    match c {
        '\t' | '\n' | '\r' | NEXT_LINE => false,
        '\u{fffe}' | '\u{ffff}' => true,
        other => other.is_control(),
    }
}
