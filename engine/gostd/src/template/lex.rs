//! Text to tokens, as `text/template/parse/lex.go` cuts them.

/// Kind of a token; keywords are words of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Error,
    Bool,
    Char,
    CharConstant,
    Complex,
    Assign,
    Declare,
    Eof,
    Field,
    Identifier,
    LeftDelim,
    LeftParen,
    Number,
    Pipe,
    RawString,
    RightDelim,
    RightParen,
    Space,
    String,
    Text,
    Variable,
    Dot,
    Keyword,
}

/// One token. For `Error`, `text` is the message.
#[derive(Debug, Clone)]
pub(super) struct Token {
    pub(super) kind: Kind,
    /// Byte offset in the text.
    pub(super) at: usize,
    pub(super) text: String,
    /// Line it starts on, from 1.
    pub(super) line: usize,
}

const KEYWORDS: [&str; 11] =
    ["block", "break", "continue", "define", "else", "end", "if", "range", "nil", "template", "with"];
const SPACES: [char; 4] = [' ', '\t', '\r', '\n'];
const LEFT: &str = "{{";
const RIGHT: &str = "}}";

/// All tokens of a text; the last is `Eof` or `Error`.
pub(super) fn lex(text: &str) -> Vec<Token> {
    let mut lexer = Lexer { text, at: 0, start: 0, line: 1, start_line: 1, parens: 0, out: Vec::new() };
    if let Err(message) = lexer.run() {
        lexer.out.push(Token { kind: Kind::Error, at: lexer.start, text: message, line: lexer.start_line });
    }
    lexer.out
}

struct Lexer<'t> {
    text: &'t str,
    at: usize,
    start: usize,
    line: usize,
    start_line: usize,
    parens: usize,
    out: Vec<Token>,
}

pub(super) fn is_space(c: char) -> bool {
    SPACES.contains(&c)
}

fn is_word(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

impl<'t> Lexer<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        if c == '\n' {
            self.line += 1;
        }
        Some(c)
    }

    /// Moves on over text that is not looked at character by character.
    fn advance(&mut self, bytes: usize) {
        let passed = self.rest().get(..bytes).unwrap_or_default();
        self.line += passed.matches('\n').count();
        self.at += bytes;
    }

    fn ignore(&mut self) {
        self.start = self.at;
        self.start_line = self.line;
    }

    fn emit(&mut self, kind: Kind) {
        let text = self.text.get(self.start..self.at).unwrap_or_default().to_owned();
        self.out.push(Token { kind, at: self.start, text, line: self.start_line });
        self.ignore();
    }

    fn run(&mut self) -> Result<(), String> {
        loop {
            let Some(found) = self.rest().find(LEFT) else {
                let left = self.rest().len();
                self.advance(left);
                if self.at > self.start {
                    self.emit(Kind::Text);
                }
                self.emit(Kind::Eof);
                return Ok(());
            };
            self.text_before(found);
            if self.left_delim()? {
                while self.inside()? {}
            }
        }
    }

    fn text_before(&mut self, len: usize) {
        let after = self.rest().get(len + LEFT.len()..).unwrap_or_default();
        let text = self.rest().get(..len).unwrap_or_default();
        let kept = if has_left_trim(after) { text.trim_end_matches(SPACES).len() } else { len };
        self.advance(kept);
        if kept > 0 {
            self.emit(Kind::Text);
        }
        self.advance(len - kept);
        self.ignore();
    }

    /// Whether an action was opened; a comment is passed over.
    fn left_delim(&mut self) -> Result<bool, String> {
        let after = self.rest().get(LEFT.len()..).unwrap_or_default();
        let marker = if has_left_trim(after) { 2 } else { 0 };
        if after.get(marker..).is_some_and(|t| t.starts_with("/*")) {
            self.advance(LEFT.len() + marker);
            self.ignore();
            self.comment()?;
            return Ok(false);
        }
        self.advance(LEFT.len());
        self.emit(Kind::LeftDelim);
        self.advance(marker);
        self.ignore();
        self.parens = 0;
        Ok(true)
    }

    fn comment(&mut self) -> Result<(), String> {
        let Some(end) = self.rest().find("*/") else { return Err("unclosed comment".into()) };
        self.advance(end + 2);
        let (delim, trim) = self.at_right_delim();
        if !delim {
            self.start = self.at;
            return Err("comment ends before closing delimiter".into());
        }
        self.advance(if trim { 2 + RIGHT.len() } else { RIGHT.len() });
        self.trim_after(trim);
        Ok(())
    }

    fn trim_after(&mut self, trim: bool) {
        if trim {
            let rest = self.rest();
            self.advance(rest.len() - rest.trim_start_matches(SPACES).len());
        }
        self.ignore();
    }

    fn at_right_delim(&self) -> (bool, bool) {
        let rest = self.rest();
        if has_right_trim(rest) && rest.get(2..).is_some_and(|t| t.starts_with(RIGHT)) {
            return (true, true);
        }
        (rest.starts_with(RIGHT), false)
    }

    /// One token inside an action; false after the closing delimiter.
    fn inside(&mut self) -> Result<bool, String> {
        let (delim, trim) = self.at_right_delim();
        if delim {
            if self.parens > 0 {
                return Err("unclosed left paren".into());
            }
            if trim {
                self.advance(2);
                self.ignore();
            }
            self.advance(RIGHT.len());
            self.emit(Kind::RightDelim);
            self.trim_after(trim);
            return Ok(false);
        }
        let Some(c) = self.next() else { return Err("unclosed action".into()) };
        match c {
            _ if is_space(c) => self.space(),
            '=' => self.emit(Kind::Assign),
            ':' => {
                if self.next() != Some('=') {
                    return Err("expected :=".into());
                }
                self.emit(Kind::Declare);
            }
            '|' => self.emit(Kind::Pipe),
            '"' => self.quoted('"', "unterminated quoted string", Kind::String)?,
            '\'' => self.quoted('\'', "unterminated character constant", Kind::CharConstant)?,
            '`' => self.raw()?,
            '$' => self.field_or_variable(Kind::Variable)?,
            '.' if !self.peek().is_some_and(|c| c.is_ascii_digit()) => self.field_or_variable(Kind::Dot)?,
            '.' | '+' | '-' | '0'..='9' => {
                self.at -= c.len_utf8();
                self.number()?;
            }
            _ if is_word(c) => self.identifier()?,
            '(' => {
                self.parens += 1;
                self.emit(Kind::LeftParen);
            }
            ')' => {
                if self.parens == 0 {
                    return Err("unexpected right paren".into());
                }
                self.parens -= 1;
                self.emit(Kind::RightParen);
            }
            '!'..='~' => self.emit(Kind::Char),
            _ => return Err(format!("unrecognized character in action: {}", unicode(c))),
        }
        Ok(true)
    }

    fn space(&mut self) {
        let mut count = 1;
        while self.peek().is_some_and(is_space) {
            self.next();
            count += 1;
        }
        let last = self.text.get(self.at - 1..).unwrap_or_default();
        if has_right_trim(last) && last.get(2..).is_some_and(|t| t.starts_with(RIGHT)) {
            self.at -= 1;
            if last.starts_with('\n') {
                self.line -= 1;
            }
            if count == 1 {
                return;
            }
        }
        self.emit(Kind::Space);
    }

    fn at_terminator(&self) -> bool {
        match self.peek() {
            None => true,
            Some(c) if is_space(c) => true,
            Some('.' | ',' | '|' | ':' | ')' | '(') => true,
            Some(_) => self.rest().starts_with(RIGHT),
        }
    }

    fn word_end(&mut self) -> Result<(), String> {
        while self.peek().is_some_and(is_word) {
            self.next();
        }
        if self.at_terminator() {
            return Ok(());
        }
        Err(format!("bad character {}", self.peek().map_or_else(String::new, unicode)))
    }

    fn identifier(&mut self) -> Result<(), String> {
        self.word_end()?;
        let word = self.text.get(self.start..self.at).unwrap_or_default();
        let kind = match word {
            "true" | "false" => Kind::Bool,
            _ if KEYWORDS.contains(&word) => Kind::Keyword,
            _ => Kind::Identifier,
        };
        self.emit(kind);
        Ok(())
    }

    fn field_or_variable(&mut self, bare: Kind) -> Result<(), String> {
        if self.at_terminator() {
            self.emit(bare);
            return Ok(());
        }
        self.word_end()?;
        self.emit(if bare == Kind::Dot { Kind::Field } else { Kind::Variable });
        Ok(())
    }

    fn quoted(&mut self, mark: char, message: &str, kind: Kind) -> Result<(), String> {
        loop {
            match self.next() {
                Some('\\') if !matches!(self.next(), None | Some('\n')) => {}
                None | Some('\n' | '\\') => return Err(message.into()),
                Some(c) if c == mark => break,
                Some(_) => {}
            }
        }
        self.emit(kind);
        Ok(())
    }

    fn raw(&mut self) -> Result<(), String> {
        let Some(end) = self.rest().find('`') else { return Err("unterminated raw quoted string".into()) };
        self.advance(end + 1);
        self.emit(Kind::RawString);
        Ok(())
    }

    fn number(&mut self) -> Result<(), String> {
        let bad = |l: &Self| {
            let text = l.text.get(l.start..l.at).unwrap_or_default();
            format!("bad number syntax: {}", crate::quote(text))
        };
        if !self.scan_number() {
            return Err(bad(self));
        }
        if matches!(self.peek(), Some('+' | '-')) {
            if !self.scan_number() || !self.text.get(..self.at).unwrap_or_default().ends_with('i') {
                return Err(bad(self));
            }
            self.emit(Kind::Complex);
            return Ok(());
        }
        self.emit(Kind::Number);
        Ok(())
    }

    fn accept(&mut self, set: &str) -> bool {
        let found = self.peek().is_some_and(|c| set.contains(c));
        if found {
            self.next();
        }
        found
    }

    fn scan_number(&mut self) -> bool {
        self.accept("+-");
        let mut digits = "0123456789_";
        let (mut decimal, mut hex) = (true, false);
        if self.accept("0") {
            if self.accept("xX") {
                (digits, decimal, hex) = ("0123456789abcdefABCDEF_", false, true);
            } else if self.accept("oO") {
                (digits, decimal) = ("01234567_", false);
            } else if self.accept("bB") {
                (digits, decimal) = ("01_", false);
            }
        }
        while self.accept(digits) {}
        if self.accept(".") {
            while self.accept(digits) {}
        }
        if (decimal && self.accept("eE")) || (hex && self.accept("pP")) {
            self.accept("+-");
            while self.accept("0123456789_") {}
        }
        self.accept("i");
        if self.peek().is_some_and(is_word) {
            self.next();
            return false;
        }
        true
    }
}

fn has_left_trim(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next() == Some('-') && chars.next().is_some_and(is_space)
}

fn has_right_trim(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(is_space) && chars.next() == Some('-')
}

/// `%#U` of Go: `U+0040 '@'`.
fn unicode(c: char) -> String {
    format!("U+{:04X} '{c}'", u32::from(c))
}
