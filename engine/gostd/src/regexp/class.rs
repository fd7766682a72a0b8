//! Bracket expressions and class escapes.

use super::RegexpError;
use super::parse::{Parser, literal};

const DIGIT: &str = "0-9";
const WORD: &str = "0-9A-Za-z_";
const SPACE: &str = "\\t\\n\\x0C\\r ";

const POSIX: [&str; 14] = [
    "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space",
    "upper", "word", "xdigit",
];

impl Parser<'_> {
    /// `[…]`, the opening bracket not yet read.
    pub(super) fn class(&mut self) -> Result<(), RegexpError> {
        let start = self.at;
        self.at += 1;
        let negated = self.take('^');
        let mut body = String::new();
        let mut first = true;
        while first || self.peek() != Some(']') {
            if self.peek().is_none() {
                return Err(self.error("missing closing ]", start, self.len()));
            }
            first = false;
            if self.rest_is("[:") && self.posix(&mut body)? {
                continue;
            }
            if self.perl_class(&mut body) || self.unicode_class(&mut body)? {
                continue;
            }
            self.range(&mut body, start)?;
        }
        self.at += 1;
        self.out.push_str(if negated { "[^" } else { "[" });
        self.out.push_str(&body);
        self.out.push(']');
        Ok(())
    }

    fn range(&mut self, body: &mut String, start: usize) -> Result<(), RegexpError> {
        let from = self.at;
        let low = self.class_char(start)?;
        if self.peek() == Some('-') && self.peek_at(1).is_some_and(|c| c != ']') {
            self.at += 1;
            let high = self.class_char(start)?;
            if high < low {
                return Err(self.error("invalid character class range", from, self.at));
            }
            body.push_str(&format!("{}-{}", literal(low), literal(high)));
        } else {
            body.push_str(&literal(low));
        }
        Ok(())
    }

    fn class_char(&mut self, start: usize) -> Result<char, RegexpError> {
        match self.peek() {
            None => Err(self.error("missing closing ]", start, self.len())),
            Some('\\') => self.escape(),
            Some(c) => {
                self.at += 1;
                Ok(c)
            }
        }
    }

    /// `[:name:]`, or nothing when it is not closed.
    fn posix(&mut self, body: &mut String) -> Result<bool, RegexpError> {
        let Some(close) = self.find(":]", self.at + 2) else { return Ok(false) };
        let text = self.slice(self.at, close + 2);
        let name = self.slice(self.at + 2, close);
        let bare = name.strip_prefix('^').unwrap_or(&name);
        if !POSIX.contains(&bare) {
            return Err(RegexpError { code: "invalid character class range", expr: text });
        }
        body.push_str(&text);
        self.at = close + 2;
        Ok(true)
    }

    /// `\d \D \s \S \w \W`, as items of a bracket expression.
    pub(super) fn perl_class(&mut self, body: &mut String) -> bool {
        if self.peek() != Some('\\') {
            return false;
        }
        let (negated, set) = match self.peek_at(1) {
            Some('d') => (false, DIGIT),
            Some('D') => (true, DIGIT),
            Some('s') => (false, SPACE),
            Some('S') => (true, SPACE),
            Some('w') => (false, WORD),
            Some('W') => (true, WORD),
            _ => return false,
        };
        self.at += 2;
        body.push_str(&format!("[{}{set}]", if negated { "^" } else { "" }));
        true
    }

    /// `\pL`, `\p{Greek}`, `\P…`, `\p{^…}`.
    pub(super) fn unicode_class(&mut self, body: &mut String) -> Result<bool, RegexpError> {
        let Some(kind @ ('p' | 'P')) = self.peek_at(1).filter(|_| self.peek() == Some('\\')) else {
            return Ok(false);
        };
        let start = self.at;
        let name = match self.peek_at(2) {
            None => return Err(self.error("invalid character class range", start, self.len())),
            Some('{') => {
                let Some(close) = self.find("}", self.at) else {
                    return Err(self.error("invalid character class range", start, self.len()));
                };
                let name = self.slice(start + 3, close);
                self.at = close + 1;
                name
            }
            Some(c) => {
                self.at += 3;
                c.to_string()
            }
        };
        let (inverted, bare) = match name.strip_prefix('^') {
            Some(rest) => (true, rest),
            None => (false, name.as_str()),
        };
        let negated = (kind == 'P') != inverted;
        let known =
            bare == "Any" || (is_table_name(bare) && regex::Regex::new(&format!("\\p{{{bare}}}")).is_ok());
        if !known {
            return Err(self.error("invalid character class range", start, self.at));
        }
        body.push_str(&format!("\\{}{{{bare}}}", if negated { 'P' } else { 'p' }));
        Ok(true)
    }
}

/// Go knows one- and two-letter categories and script names, not the long names of categories or properties.
fn is_table_name(name: &str) -> bool {
    let letters = name.chars().all(|c| c.is_ascii_alphabetic() || c == '_');
    let short = match name.as_bytes() {
        [a] => a.is_ascii_uppercase(),
        [a, b] => a.is_ascii_uppercase() && b.is_ascii_lowercase(),
        _ => {
            regex::Regex::new(&format!("\\p{{sc={name}}}")).is_ok() && name.len() > 2 && name.len() != 4
                || matches!(name, "Thai" | "Cham" | "Lisu" | "Mro" | "Vai" | "Yi" | "Nko")
        }
    };
    letters && short
}
