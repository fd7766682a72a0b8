//! Text to tokens.

use crate::ast::{Comment, Span};

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

/// Tokens in little room: a thousand rules have tens of thousands of them.
#[derive(Debug, Default)]
pub(crate) struct Tokens {
    file: u32,
    packed: Vec<Packed>,
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

impl Tokens {
    fn push(&mut self, lexeme: Lexeme) {
        let kind = match lexeme.token {
            Token::Mark(mark) => MARKS.iter().position(|known| *known == mark),
            other => OTHERS.iter().position(|known| *known == other).map(|at| at + MARKS.len()),
        };
        let kind = kind.and_then(|kind| u8::try_from(kind).ok()).unwrap_or(u8::MAX);
        let Span { row, col, start, end, .. } = lexeme.at;
        let (spaced, broken) = (lexeme.spaced, lexeme.broken);
        self.packed.push(Packed { row, col, start, end, kind, spaced, broken });
    }

    pub(crate) fn len(&self) -> usize {
        self.packed.len()
    }

    pub(crate) fn get(&self, at: usize) -> Option<Lexeme> {
        let Packed { row, col, start, end, kind, spaced, broken } = *self.packed.get(at)?;
        let kind = usize::from(kind);
        let token = match MARKS.get(kind) {
            Some(mark) => Token::Mark(mark),
            None => OTHERS.get(kind - MARKS.len()).copied().unwrap_or(Token::Illegal),
        };
        Some(Lexeme { token, at: Span { file: self.file, row, col, start, end }, spaced, broken })
    }

    pub(crate) fn last(&self) -> Option<Lexeme> {
        self.get(self.len().checked_sub(1)?)
    }
}

/// The tokens of a text, its comments, and what is wrong with it.
pub(crate) struct Lexed {
    pub(crate) lexemes: Tokens,
    pub(crate) comments: Vec<Comment>,
    /// Message and place of each fault, in order.
    pub(crate) faults: Vec<(String, Span)>,
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
    out: Lexed,
}

/// Takes `text` apart; never fails.
pub(crate) fn lex(text: &str, file: u32) -> Lexed {
    let out =
        Lexed { lexemes: Tokens { file, packed: Vec::new() }, comments: Vec::new(), faults: Vec::new() };
    let mut lexer = Lexer { text, at: 0, row: 1, col: 1, file, templates: Vec::new(), out };
    if text.starts_with('\u{feff}') {
        lexer.at = 3;
    }
    lexer.run();
    lexer.out
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
        Span { file: self.file, row: self.row, col: self.col, start, end: start }
    }

    fn fault(&mut self, message: &str, at: Span) {
        self.out.faults.push((message.to_owned(), at));
    }

    fn run(&mut self) {
        loop {
            let (spaced, broken) = self.skip_space();
            let mut at = self.here();
            let faults = self.out.faults.len();
            let token = self.token(at);
            at.end = u32::try_from(self.at).unwrap_or(u32::MAX);
            let token = if self.out.faults.len() > faults { Token::Illegal } else { token };
            self.out.lexemes.push(Lexeme { token, at, spaced, broken });
            if token == Token::End {
                return;
            }
        }
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
            self.out.comments.push(Comment { text, at: Span { end, ..at } });
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
