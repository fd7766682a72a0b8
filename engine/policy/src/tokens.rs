//! Rego text to tokens: enough to see rules, references and literals without an engine.
//!
//! What this reads is judged before any text reaches the engine, which recurses without limit on nested
//! brackets and on functions that call themselves.

/// One token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: Kind,
    /// Line, from 1.
    pub line: usize,
    /// Whether it is the first on its line.
    pub first: bool,
    /// Number of brackets open around it.
    pub depth: usize,
}

/// What a token is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A name or keyword.
    Name(String),
    /// A text, without quotes and with simple escapes taken out.
    Text(String),
    /// A number.
    Number,
    /// Punctuation: one character, or `:=`, `==`, `!=`, `<=`, `>=`.
    Mark(&'static str),
    /// A comment, without its `#`.
    Comment(String),
}

impl Token {
    /// Whether it is this punctuation.
    pub fn is(&self, mark: &str) -> bool {
        matches!(self.kind, Kind::Mark(found) if found == mark)
    }

    /// The name, when it is one.
    pub fn name(&self) -> Option<&str> {
        match &self.kind {
            Kind::Name(name) => Some(name),
            _ => None,
        }
    }

    /// The text, when it is one.
    pub fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Text(text) => Some(text),
            _ => None,
        }
    }
}

const MARKS: &[&str] = &[
    ":=", "==", "!=", "<=", ">=", "(", ")", "[", "]", "{", "}", ",", ";", ":", ".", "=", "<", ">", "|", "&",
    "+", "-", "*", "/", "%", "$", "\\", "!", "?", "@", "~", "^",
];

/// Deepest nesting of brackets that is let through to the engine: its time doubles with every level.
pub const DEEPEST: usize = 16;

/// The tokens of a text.
///
/// # Errors
/// Line and reason, when brackets nest too deeply or something does not end.
pub fn tokens(text: &str) -> Result<Vec<Token>, (usize, String)> {
    let mut reader = Reader { rest: text, line: 1, first: true, depth: 0, found: Vec::new() };
    while !reader.rest.is_empty() {
        reader.step()?;
    }
    Ok(reader.found)
}

struct Reader<'a> {
    rest: &'a str,
    line: usize,
    first: bool,
    depth: usize,
    found: Vec<Token>,
}

impl Reader<'_> {
    fn take(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or("");
    }

    fn push(&mut self, kind: Kind) {
        self.found.push(Token { kind, line: self.line, first: self.first, depth: self.depth });
        self.first = false;
    }

    fn step(&mut self) -> Result<(), (usize, String)> {
        let Some(c) = self.rest.chars().next() else { return Ok(()) };
        match c {
            '\n' => {
                self.take(1);
                self.line += 1;
                self.first = true;
            }
            c if c.is_whitespace() => self.take(c.len_utf8()),
            '#' => {
                let end = self.rest.find('\n').unwrap_or(self.rest.len());
                let comment = self.rest.get(1..end).unwrap_or("").to_owned();
                self.push(Kind::Comment(comment));
                self.take(end);
            }
            '"' => self.quoted()?,
            '`' => self.raw()?,
            c if c.is_alphabetic() || c == '_' => {
                let end =
                    self.rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(self.rest.len());
                let name = self.rest.get(..end).unwrap_or("").to_owned();
                self.push(Kind::Name(name));
                self.take(end);
            }
            c if c.is_ascii_digit() => {
                let part = |c: char| c.is_ascii_alphanumeric() || c == '.';
                let end = self.rest.find(|c| !part(c)).unwrap_or(self.rest.len());
                self.push(Kind::Number);
                self.take(end);
            }
            _ => self.mark(c)?,
        }
        Ok(())
    }

    fn mark(&mut self, c: char) -> Result<(), (usize, String)> {
        let Some(mark) = MARKS.iter().find(|mark| self.rest.starts_with(**mark)) else {
            return Err((self.line, format!("the character {c:?} has no place here")));
        };
        if matches!(*mark, ")" | "]" | "}") {
            self.depth = self.depth.saturating_sub(1);
        }
        self.push(Kind::Mark(mark));
        if matches!(*mark, "(" | "[" | "{") {
            self.depth += 1;
            if self.depth > DEEPEST {
                return Err((self.line, format!("brackets nest more than {DEEPEST} deep")));
            }
        }
        self.take(mark.len());
        Ok(())
    }

    fn quoted(&mut self) -> Result<(), (usize, String)> {
        let mut text = String::new();
        let mut chars = self.rest.char_indices().skip(1);
        while let Some((at, c)) = chars.next() {
            match c {
                '"' => {
                    self.push(Kind::Text(text));
                    self.take(at + 1);
                    return Ok(());
                }
                '\n' => break,
                '\\' => match chars.next() {
                    Some((_, 'n')) => text.push('\n'),
                    Some((_, 't')) => text.push('\t'),
                    Some((_, c)) => text.push(c),
                    None => break,
                },
                c => text.push(c),
            }
        }
        Err((self.line, "a text is not closed".to_owned()))
    }

    fn raw(&mut self) -> Result<(), (usize, String)> {
        let body = self.rest.get(1..).unwrap_or("");
        let Some(end) = body.find('`') else {
            return Err((self.line, "a raw text is not closed".to_owned()));
        };
        let text = body.get(..end).unwrap_or("").to_owned();
        let lines = text.matches('\n').count();
        self.push(Kind::Text(text));
        self.line += lines;
        self.take(end + 2);
        Ok(())
    }
}
