//! GraphQL text to tokens.

use std::fmt;

/// Where something is, counted from 1; columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) row: usize,
    pub(super) column: usize,
}

/// Why a text is no document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) message: String,
    pub(super) at: Place,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Place { row, column } = self.at;
        write!(f, "{} in GraphQL string at location {row}:{column}", self.message)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// The end of the text.
    End,
    /// `{`, `...` and the like.
    Mark(&'static str),
    Name(String),
    Int(String),
    Float(String),
    String(String),
    Block(String),
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, text) = match self {
            Self::End => return f.write_str("<EOF>"),
            Self::Mark(mark) => return f.write_str(mark),
            Self::Name(text) => ("Name", text),
            Self::Int(text) => ("Int", text),
            Self::Float(text) => ("Float", text),
            Self::String(text) => ("String", text),
            Self::Block(text) => ("BlockString", text),
        };
        if text.is_empty() { f.write_str(kind) } else { write!(f, "{kind} {}", ordain_gostd::quote(text)) }
    }
}

const MARKS: &[&str] = &["...", "!", "$", "&", "(", ")", ":", "=", "@", "[", "]", "{", "|", "}"];

/// All tokens, the end included.
pub(super) fn tokens(text: &str) -> Result<Vec<(Token, Place)>, Fault> {
    let mut lexer = Lexer { text, at: 0, row: 1, line: 0 };
    let mut out = Vec::new();
    loop {
        let next = lexer.next()?;
        let end = next.0 == Token::End;
        out.push(next);
        if end {
            return Ok(out);
        }
    }
}

struct Lexer<'t> {
    text: &'t str,
    at: usize,
    row: usize,
    /// Where the line begins.
    line: usize,
}

impl<'t> Lexer<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn place(&self) -> Place {
        let before = self.text.get(self.line..self.at).unwrap_or_default();
        Place { row: self.row, column: before.chars().count() + 1 }
    }

    fn fault<T>(&self, message: impl Into<String>) -> Result<T, Fault> {
        Err(Fault { message: message.into(), at: self.place() })
    }

    /// Takes so many bytes, minding lines.
    fn take(&mut self, bytes: usize) -> &'t str {
        let taken = self.rest().get(..bytes).unwrap_or_else(|| self.rest());
        for (at, _) in taken.match_indices('\n') {
            self.row += 1;
            self.line = self.at + at + 1;
        }
        self.at += taken.len();
        taken
    }

    /// The token that comes next. What has no meaning goes first: blanks, commas, comments.
    fn next(&mut self) -> Result<(Token, Place), Fault> {
        loop {
            let rest = self.rest();
            let blank = rest.find(|c| !matches!(c, ' ' | '\t' | '\n' | '\r' | ',' | '\u{feff}'));
            self.take(blank.unwrap_or(rest.len()));
            if !self.rest().starts_with('#') {
                break;
            }
            self.take(self.rest().find('\n').unwrap_or(self.rest().len()));
        }
        let (rest, place) = (self.rest(), self.place());
        let Some(first) = rest.chars().next() else { return Ok((Token::End, place)) };
        if let Some(mark) = MARKS.iter().find(|mark| rest.starts_with(**mark)) {
            self.take(mark.len());
            return Ok((Token::Mark(mark), place));
        }
        let token = match first {
            '_' | 'a'..='z' | 'A'..='Z' => {
                let end = rest.find(|c: char| c != '_' && !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
                Token::Name(self.take(end).to_owned())
            }
            '-' | '0'..='9' => self.number()?,
            '"' if rest.starts_with("\"\"\"") => self.block()?,
            '"' => self.string()?,
            c if c < ' ' => {
                return self
                    .fault(format!("Cannot contain the invalid character \"\\u{:04x}\"", u32::from(c)));
            }
            '\'' => {
                let message =
                    "Unexpected single quote character ('), did you mean to use a double quote (\")?";
                return self.fault(message);
            }
            c => {
                return self.fault(format!(
                    "Cannot parse the unexpected character {}",
                    ordain_gostd::quote(&c.to_string())
                ));
            }
        };
        Ok((token, place))
    }

    fn digits(&mut self) -> Result<usize, Fault> {
        let rest = self.rest();
        let count = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        if count > 0 {
            self.take(count);
            return Ok(count);
        }
        let got = rest.chars().next().map_or("<EOF>".to_owned(), |c| ordain_gostd::quote(&c.to_string()));
        self.fault(format!("Invalid number, expected digit but got: {got}"))
    }

    fn number(&mut self) -> Result<Token, Fault> {
        let (begin, mut float) = (self.at, false);
        if self.rest().starts_with('-') {
            self.take(1);
        }
        if self.rest().starts_with('0') {
            self.take(1);
            if let Some(c) = self.rest().chars().next().filter(char::is_ascii_digit) {
                return self.fault(format!("Invalid number, unexpected digit after 0: \"{c}\""));
            }
        } else {
            self.digits()?;
        }
        if self.rest().starts_with('.') {
            self.take(1);
            self.digits()?;
            float = true;
        }
        if self.rest().starts_with(['e', 'E']) {
            self.take(1);
            if self.rest().starts_with(['+', '-']) {
                self.take(1);
            }
            self.digits()?;
            float = true;
        }
        let text = self.text.get(begin..self.at).unwrap_or_default().to_owned();
        Ok(if float { Token::Float(text) } else { Token::Int(text) })
    }

    fn string(&mut self) -> Result<Token, Fault> {
        self.take(1);
        let mut out = String::new();
        loop {
            let Some(c) = self.rest().chars().next() else { return self.fault("Unterminated string") };
            match c {
                '"' => {
                    self.take(1);
                    return Ok(Token::String(out));
                }
                '\n' | '\r' => return self.fault("Unterminated string"),
                '\\' => out.push(self.escape()?),
                c if c < ' ' && c != '\t' => {
                    return self
                        .fault(format!("Invalid character within String: \"\\u{:04x}\"", u32::from(c)));
                }
                c => {
                    self.take(c.len_utf8());
                    out.push(c);
                }
            }
        }
    }

    fn escape(&mut self) -> Result<char, Fault> {
        let Some(c) = self.rest().chars().nth(1) else {
            return self.fault("Invalid character escape sequence");
        };
        let out = match c {
            '"' | '\\' | '/' => c,
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => {
                let code = self.rest().get(2..6).and_then(|digits| u32::from_str_radix(digits, 16).ok());
                let Some(code) = code else { return self.fault("Invalid character escape sequence") };
                self.take(6);
                return Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            c => return self.fault(format!("Invalid character escape sequence: \\{c}.")),
        };
        self.take(2);
        Ok(out)
    }

    fn block(&mut self) -> Result<Token, Fault> {
        self.take(3);
        let mut out = String::new();
        loop {
            let rest = self.rest();
            let Some(at) = rest.find("\"\"\"") else { return self.fault("Unterminated string") };
            let part = self.take(at);
            match part.strip_suffix('\\') {
                Some(part) => {
                    out.push_str(part);
                    out.push_str("\"\"\"");
                    self.take(3);
                }
                None => {
                    out.push_str(part);
                    self.take(3);
                    return Ok(Token::Block(dedented(&out)));
                }
            }
        }
    }
}

/// Without the indentation that all lines but the first share, and without empty lines at both ends.
fn dedented(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let lines: Vec<&str> = text.split('\n').collect();
    let indent = |line: &str| line.len() - line.trim_start_matches([' ', '\t']).len();
    let shared = lines.iter().skip(1).filter(|line| !line.trim().is_empty()).map(|line| indent(line)).min();
    let mut out: Vec<&str> = Vec::with_capacity(lines.len());
    for (at, line) in lines.iter().enumerate() {
        let cut = if at == 0 { 0 } else { shared.unwrap_or(0).min(indent(line)) };
        out.push(line.get(cut..).unwrap_or_default());
    }
    let is_blank = |line: &&&str| line.trim_matches([' ', '\t']).is_empty();
    let first = out.iter().take_while(is_blank).count();
    let last = out.len() - out.iter().rev().take_while(is_blank).count();
    out.get(first..last.max(first)).unwrap_or_default().join("\n")
}
