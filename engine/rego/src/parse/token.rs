//! Text to tokens.

use crate::ast::{Comment, Span};
use std::cell::RefCell;
use std::collections::VecDeque;

/// What a token is; keywords are names, since which names are keywords depends on imports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Token {
    Name,
    Number,
    /// `"…"` with its quotes.
    Text,
    /// `` `…` `` with its quotes.
    Raw,
    /// A piece of `$"…"` up to `{`, or to the end.
    Piece {
        last: bool,
    },
    /// The same of ``$`…` ``.
    RawPiece {
        last: bool,
    },
    /// Punctuation: one or two characters.
    Mark(&'static str),
    /// What is no token.
    Illegal,
    End,
}

/// A token, its place and what stands before it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lexeme {
    pub(crate) token: Token,
    pub(crate) at: Span,
    /// White space or a comment stands directly before it.
    pub(crate) spaced: bool,
    /// A line break stands between it and the token before.
    pub(crate) broken: bool,
}

/// The tokens of a text: made when they are asked for, kept until nobody goes back to them. A thousand rules have tens of
/// thousands of them.
pub(crate) struct Tokens<'t>(RefCell<Made<'t>>);

struct Made<'t> {
    lexer: Lexer<'t>,
    /// Number of the first token that is kept.
    first: usize,
    kept: VecDeque<Packed>,
    ended: bool,
}

#[derive(Debug, Clone, Copy)]
struct Packed {
    row: u32,
    col: u32,
    start: u32,
    end: u32,
    /// Place among `MARKS`, or beyond it among `OTHERS`.
    kind: u8,
    spaced: bool,
    broken: bool,
}

const OTHERS: [Token; 10] = [
    Token::Illegal,
    Token::Name,
    Token::Number,
    Token::Text,
    Token::Raw,
    Token::Piece { last: false },
    Token::Piece { last: true },
    Token::RawPiece { last: false },
    Token::RawPiece { last: true },
    Token::End,
];

impl Packed {
    fn new(lexeme: Lexeme) -> Self {
        let kind = match lexeme.token {
            Token::Mark(mark) => MARKS.iter().position(|known| *known == mark),
            other => OTHERS.iter().position(|known| *known == other).map(|at| at + MARKS.len()),
        };
        let kind = kind.and_then(|kind| u8::try_from(kind).ok()).unwrap_or(u8::MAX);
        let (row, col) = (lexeme.at.row(), lexeme.at.col());
        let (start, end) = (lexeme.at.start(), lexeme.at.end());
        let (spaced, broken) = (lexeme.spaced, lexeme.broken);
        Self { row, col, start, end, kind, spaced, broken }
    }

    fn lexeme(self, file: u32) -> Lexeme {
        let Self { row, col, start, end, kind, spaced, broken } = self;
        let kind = usize::from(kind);
        let token = match MARKS.get(kind) {
            Some(mark) => Token::Mark(mark),
            None => OTHERS.get(kind - MARKS.len()).copied().unwrap_or(Token::Illegal),
        };
        Lexeme { token, at: Span::new(file, (row, col), (start, end)), spaced, broken }
    }
}

impl<'t> Tokens<'t> {
    /// The tokens of `text`, in which nothing is wrong that could not be read on from.
    pub(crate) fn new(text: &'t str, file: u32) -> Self {
        let at = if text.starts_with('\u{feff}') { 3 } else { 0 };
        let lexer = Lexer {
            text,
            at,
            row: 1,
            col: 1,
            file,
            templates: Vec::new(),
            comments: Vec::new(),
            faults: Vec::new(),
        };
        Self(RefCell::new(Made { lexer, first: 0, kept: VecDeque::new(), ended: false }))
    }

    /// The token of this number, or the last one.
    pub(crate) fn get(&self, at: usize) -> Option<Lexeme> {
        let mut made = self.0.borrow_mut();
        while made.first + made.kept.len() <= at && !made.ended {
            let next = made.lexer.next();
            made.ended = next.token == Token::End;
            made.kept.push_back(Packed::new(next));
        }
        let at = at.checked_sub(made.first)?;
        let packed = made.kept.get(at).or_else(|| made.kept.back()).copied()?;
        Some(packed.lexeme(made.lexer.file))
    }

    /// Nobody goes back to tokens before this one.
    pub(crate) fn forget(&self, before: usize) {
        let mut made = self.0.borrow_mut();
        while made.first < before && made.kept.pop_front().is_some() {
            made.first += 1;
        }
    }

    /// What is wrong with the token that begins at a byte.
    pub(crate) fn faults(&self, start: u32) -> Vec<String> {
        let made = self.0.borrow();
        let own = made.lexer.faults.iter().filter(|(_, at)| *at == start);
        own.map(|(message, _)| message.clone()).collect()
    }

    /// The comments up to the last token that was asked for.
    pub(crate) fn comments(self) -> Vec<Comment> {
        self.0.into_inner().lexer.comments
    }
}

const MARKS: [&str; 28] = [
    ":=", "==", "!=", "<=", ">=", "[", "]", "{", "}", "(", ")", ",", ":", "+", "-", "*", "/", "%", "&", "|",
    "=", "<", ">", ";", ".", "!", "$", "\u{0}",
];

struct Lexer<'t> {
    text: &'t str,
    at: usize,
    row: u32,
    col: u32,
    file: u32,
    /// For each open template string: whether it is raw, and how many braces are open inside.
    templates: Vec<(bool, u32)>,
    comments: Vec<Comment>,
    /// Message and first byte of each fault, in order.
    faults: Vec<(String, u32)>,
}

impl Lexer<'_> {
    fn peek(&self) -> Option<char> {
        self.text.get(self.at..)?.chars().next()
    }

    fn bump(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += next.len_utf8();
        if next == '\n' {
            self.row += 1;
            self.col = 1;
        } else {
            self.col += 1;
        }
        Some(next)
    }

    fn take_while(&mut self, keep: impl Fn(char) -> bool) -> bool {
        let before = self.at;
        while self.peek().is_some_and(&keep) {
            self.bump();
        }
        self.at > before
    }

    fn here(&self) -> Span {
        let start = u32::try_from(self.at).unwrap_or(u32::MAX);
        Span::new(self.file, (self.row, self.col), (start, start))
    }

    fn fault(&mut self, message: &str, at: Span) {
        self.faults.push((message.to_owned(), at.start()));
    }

    fn next(&mut self) -> Lexeme {
        let (spaced, broken) = self.skip_space();
        let start = self.here();
        let faults = self.faults.len();
        let token = self.token(start);
        let mut at = start.until(u32::try_from(self.at).unwrap_or(u32::MAX));
        let token = if self.faults.len() > faults { Token::Illegal } else { token };
        if token == Token::End {
            // The end is where the last character is, or before the first of an empty line.
            at = Span::new(at.file(), (at.row(), at.col().saturating_sub(1)), (at.start(), at.end()));
        }
        Lexeme { token, at, spaced, broken }
    }

    fn skip_space(&mut self) -> (bool, bool) {
        let (start, row) = (self.at, self.row);
        loop {
            self.take_while(|c| matches!(c, ' ' | '\t' | '\n' | '\r'));
            if self.peek() != Some('#') {
                return (self.at > start, self.row > row);
            }
            let at = self.here();
            self.bump();
            let from = self.at;
            self.take_while(|c| c != '\n');
            let text = self.text.get(from..self.at).unwrap_or_default().trim_end_matches('\r').to_owned();
            let end = u32::try_from(self.at).unwrap_or(u32::MAX);
            self.comments.push(Comment { text, at: at.until(end) });
        }
    }

    fn token(&mut self, at: Span) -> Token {
        let Some(first) = self.peek() else { return Token::End };
        match first {
            'a'..='z' | 'A'..='Z' | '_' => {
                self.take_while(is_name);
                Token::Name
            }
            '0'..='9' => self.number(at),
            '"' => {
                self.bump();
                self.quoted(at, false);
                Token::Text
            }
            '`' => {
                self.bump();
                self.raw(at);
                Token::Raw
            }
            '$' if self.rest().starts_with("$\"") || self.rest().starts_with("$`") => {
                let raw = self.rest().starts_with("$`");
                self.bump();
                self.bump();
                self.piece(raw, at)
            }
            '}' if self.templates.last().is_some_and(|(_, open)| *open == 0) => {
                let raw = self.templates.pop().is_some_and(|(raw, _)| raw);
                self.bump();
                self.piece(raw, at)
            }
            _ => self.mark(at),
        }
    }

    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn mark(&mut self, at: Span) -> Token {
        let Some(mark) = MARKS.iter().find(|mark| self.rest().starts_with(**mark)) else {
            if self.bump() == Some('\u{feff}') {
                self.fault("illegal byte-order mark", at);
            }
            return Token::Illegal;
        };
        for _ in 0..mark.len() {
            self.bump();
        }
        match *mark {
            "!" => self.fault("illegal ! character", at),
            "$" => self.fault("illegal $ character", at),
            "\u{0}" => self.fault("illegal null character", at),
            "{" => {
                if let Some((_, open)) = self.templates.last_mut() {
                    *open += 1;
                }
            }
            "}" => {
                if let Some((_, open)) = self.templates.last_mut() {
                    *open = open.saturating_sub(1);
                }
            }
            _ => {}
        }
        Token::Mark(mark)
    }

    fn number(&mut self, at: Span) -> Token {
        let digit = |c: char| c.is_ascii_digit();
        self.take_while(digit);
        if self.peek() == Some('.') {
            self.bump();
            if !self.take_while(digit) {
                self.fault("expected fraction", at);
            }
        }
        if self.peek().is_some_and(|c| matches!(c, 'e' | 'E')) {
            self.bump();
            if self.peek().is_some_and(|c| matches!(c, '+' | '-')) {
                self.bump();
            }
            if !self.take_while(digit) {
                self.fault("expected exponent", at);
            }
        }
        if self.peek().is_some_and(|c| c.is_ascii_alphabetic() || c == '_') {
            self.take_while(is_name);
            self.fault("illegal number format", at);
        }
        Token::Number
    }

    /// The rest of `"…"`; with `template`, up to `{` as well. Whether the closing quote was found.
    fn quoted(&mut self, at: Span, template: bool) -> bool {
        loop {
            match self.peek() {
                None | Some('\n') => {
                    self.fault("non-terminated string", at);
                    return true;
                }
                Some('"') => {
                    self.bump();
                    return true;
                }
                Some('{') if template => {
                    self.bump();
                    return false;
                }
                Some('\\') => {
                    self.bump();
                    self.escape(at, template);
                }
                Some(_) => {
                    self.bump();
                }
            }
        }
    }

    fn escape(&mut self, at: Span, template: bool) {
        match self.peek() {
            Some('\\' | '"' | '/' | 'b' | 'f' | 'n' | 'r' | 't') => {
                self.bump();
            }
            Some('{') if template => {
                self.bump();
            }
            Some('u') => {
                self.bump();
                for _ in 0..4 {
                    if !self.peek().is_some_and(|c| c.is_ascii_hexdigit()) {
                        self.fault("illegal string literal", at);
                        return;
                    }
                    self.bump();
                }
            }
            _ => self.fault("illegal escape sequence", at),
        }
    }

    fn raw(&mut self, at: Span) {
        self.take_while(|c| c != '`');
        if self.bump().is_none() {
            self.fault("non-terminated string", at);
        }
    }

    fn piece(&mut self, raw: bool, at: Span) -> Token {
        let last = if raw { self.raw_piece(at) } else { self.quoted(at, true) };
        if !last {
            self.templates.push((raw, 0));
        }
        if raw { Token::RawPiece { last } } else { Token::Piece { last } }
    }

    fn raw_piece(&mut self, at: Span) -> bool {
        loop {
            match self.bump() {
                None => {
                    self.fault("non-terminated string", at);
                    return true;
                }
                Some('`') => return true,
                Some('{') => return false,
                Some('\\') if self.peek() == Some('{') => {
                    self.bump();
                }
                Some(_) => {}
            }
        }
    }
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}
