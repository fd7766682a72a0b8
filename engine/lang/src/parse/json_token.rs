//! Tokens of JSON.

/// Kinds of tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The end of the text.
    End,
    OpenBrace,
    CloseBrace,
    OpenBracket,
    CloseBracket,
    Comma,
    Colon,
    /// A string with its quotation marks, or what there is of it; escapes as written.
    String,
    Number,
    Keyword,
    /// Anything else; one character.
    Invalid,
}

/// A token and the bytes where it stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// Reads a text token by token.
pub(super) struct Scanner<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Scanner<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, at: if text.starts_with('\u{feff}') { 3 } else { 0 } }
    }

    /// The next token; [`Kind::End`] again and again at the end.
    pub(super) fn next(&mut self) -> Token {
        let rest = self.text.get(self.at..).unwrap_or("");
        let start = self.at + (rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\r']).len());
        let rest = self.text.get(start..).unwrap_or("");
        let run = |of: fn(char) -> bool| rest.len() - rest.trim_start_matches(of).len();
        let (kind, length) = match rest.chars().next() {
            None => (Kind::End, 0),
            Some('{') => (Kind::OpenBrace, 1),
            Some('}') => (Kind::CloseBrace, 1),
            Some('[') => (Kind::OpenBracket, 1),
            Some(']') => (Kind::CloseBracket, 1),
            Some(',') => (Kind::Comma, 1),
            Some(':') => (Kind::Colon, 1),
            Some('"') => (Kind::String, string_length(rest.as_bytes())),
            Some('-' | '+' | '.' | '0'..='9') => {
                (Kind::Number, run(|c| matches!(c, '0'..='9' | '.' | 'e' | 'E' | '+' | '-')))
            }
            Some('a'..='z' | 'A'..='Z') => (Kind::Keyword, run(|c| c.is_ascii_alphabetic() || c == '_')),
            Some(other) => (Kind::Invalid, other.len_utf8()),
        };
        let end = start + length;
        // Behind a character that means nothing nothing is read.
        self.at = end;
        if kind == Kind::Invalid {
            self.text = self.text.get(..end).unwrap_or("");
        }
        Token { kind, start, end }
    }
}

/// Length of a string with its quotation marks; one without its end ends with the line.
fn string_length(bytes: &[u8]) -> usize {
    let mut at = 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' if bytes.get(at + 1).is_some_and(|next| *next >= 32) => at += 2,
            0..=31 => return at,
            _ => at += 1,
        }
    }
    bytes.len()
}
