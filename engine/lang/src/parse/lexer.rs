//! Native syntax, and templates, to tokens. Never fails: what means nothing becomes
//! [`TokenKind::Invalid`] and a diagnostic.

use ordain_diag::{Diagnostics, FileId, Span};

use super::invalid::Told;
use super::token::{Token, TokenKind};

/// What the text at hand is.
#[derive(Clone, Copy, Debug)]
enum Mode {
    /// Code, with the number of braces open in it.
    Code { braces: u32 },
    /// Between quotes.
    Quoted,
    /// In a heredoc whose marker stands at these offsets.
    Heredoc { marker: (u32, u32), at_line_start: bool },
    /// A whole file that is a template.
    Bare,
}

/// Where a text stands.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Origin {
    /// It is a part of a file, beginning at this offset.
    At(FileId, u32),
    /// It was made from what stands here, so that offsets in it mean nothing.
    Within(Span),
}

impl Origin {
    /// Span of a part of the text.
    pub(crate) fn span(self, start: u32, end: u32) -> Span {
        match self {
            Origin::At(file, base) => Span { file, start: base + start, end: base + end },
            Origin::Within(span) => span,
        }
    }
}

/// Reads a text token by token.
pub(crate) struct Lexer<'t> {
    text: &'t str,
    origin: Origin,
    at: usize,
    modes: Vec<Mode>,
    told: Told,
    /// Characters that mean nothing.
    pub(crate) found: Diagnostics,
}

impl<'t> Lexer<'t> {
    /// Reads code.
    pub(crate) fn code(origin: Origin, text: &'t str) -> Self {
        let at = if text.starts_with('\u{feff}') { 3 } else { 0 };
        Self::new(origin, text, at, Mode::Code { braces: 0 })
    }

    /// Reads a template that is a whole text.
    pub(crate) fn template(origin: Origin, text: &'t str) -> Self {
        Self::new(origin, text, 0, Mode::Bare)
    }

    fn new(origin: Origin, text: &'t str, at: usize, mode: Mode) -> Self {
        let end = u32::MAX as usize - 1;
        let text = if text.len() > end { text.get(..end).unwrap_or("") } else { text };
        Self { text, origin, at, modes: vec![mode], told: Told::default(), found: Diagnostics::new() }
    }

    /// Length of the text in bytes.
    pub(crate) fn length(&self) -> usize {
        self.text.len()
    }

    /// Whether a byte stands right after a token.
    pub(crate) fn is_followed_by(&self, token: Token, byte: u8) -> bool {
        self.text.as_bytes().get(token.end as usize) == Some(&byte)
    }

    /// Text of a token.
    pub(crate) fn text(&self, token: Token) -> &'t str {
        self.text.get(token.start as usize..token.end as usize).unwrap_or("")
    }

    /// Span of a token.
    pub(crate) fn span(&self, token: Token) -> Span {
        self.origin.span(token.start, token.end)
    }

    /// Line, from 1, on which a token stands.
    pub(crate) fn line_of(&self, token: Token) -> usize {
        self.text.bytes().take(token.start as usize).filter(|byte| *byte == b'\n').count() + 1
    }

    /// The next token; [`TokenKind::Eof`] again and again at the end.
    pub(crate) fn next(&mut self) -> Token {
        match self.modes.last().copied() {
            Some(Mode::Quoted) => self.quoted(),
            Some(Mode::Heredoc { marker, at_line_start }) => self.heredoc(marker, at_line_start),
            Some(Mode::Bare) => self.bare(),
            Some(Mode::Code { .. }) | None => self.code_token(),
        }
    }

    fn byte(&self, at: usize) -> u8 {
        self.text.as_bytes().get(at).copied().unwrap_or(0)
    }

    fn rest(&self) -> &'t [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or(&[])
    }

    /// Takes `length` bytes as one token.
    fn take(&mut self, kind: TokenKind, length: usize) -> Token {
        let start = self.at;
        self.at = (start + length).min(self.text.len());
        Token { kind, trim: false, start: start as u32, end: self.at as u32 }
    }

    fn code_token(&mut self) -> Token {
        while matches!(self.byte(self.at), b' ' | b'\t') {
            self.at += 1;
        }
        if self.at >= self.text.len() {
            return self.take(TokenKind::Eof, 0);
        }
        let byte = self.byte(self.at);
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'_' | 128.. => self.word(),
            b'0'..=b'9' => self.number(),
            b'\n' => self.take(TokenKind::Newline, 1),
            b'\r' if self.byte(self.at + 1) == b'\n' => self.take(TokenKind::Newline, 2),
            b'#' => self.line_comment(),
            b'/' if self.byte(self.at + 1) == b'/' => self.line_comment(),
            b'/' if self.byte(self.at + 1) == b'*' => self.block_comment(),
            b'"' => {
                self.modes.push(Mode::Quoted);
                self.take(TokenKind::OpenQuote, 1)
            }
            b'<' if self.byte(self.at + 1) == b'<' => self.open_heredoc(),
            b'{' => {
                self.change_braces(1);
                self.take(TokenKind::OpenBrace, 1)
            }
            b'}' => self.close_brace(1),
            b'~' if self.byte(self.at + 1) == b'}' => self.close_brace(2),
            _ => self.symbol(byte),
        }
    }

    fn change_braces(&mut self, by: i32) {
        if let Some(Mode::Code { braces }) = self.modes.last_mut() {
            *braces = braces.saturating_add_signed(by);
        }
    }

    /// `}` ends a template sequence when no brace is open inside it; `~}` is only meant for that.
    fn close_brace(&mut self, length: usize) -> Token {
        let open = matches!(self.modes.last(), Some(Mode::Code { braces: 1.. }));
        let mut kind = if length == 2 { TokenKind::CloseSequence } else { TokenKind::CloseBrace };
        if !open && self.modes.len() > 1 {
            self.modes.pop();
            kind = TokenKind::CloseSequence;
        } else {
            self.change_braces(-1);
        }
        Token { trim: length == 2, ..self.take(kind, length) }
    }

    fn word(&mut self) -> Token {
        let rest = self.rest();
        let plain = |byte: &u8| matches!(byte, b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'-');
        let length = rest.iter().position(|byte| !plain(byte)).unwrap_or(rest.len());
        match rest.get(length) {
            Some(128..) => self.unicode_word(),
            _ => self.take(TokenKind::Ident, length),
        }
    }

    fn unicode_word(&mut self) -> Token {
        let rest = self.text.get(self.at..).unwrap_or("");
        let mut length = 0;
        for (at, c) in rest.char_indices() {
            let ok = match c {
                'a'..='z' | 'A'..='Z' | '_' => true,
                '0'..='9' | '-' => at > 0,
                _ if c.is_ascii() => false,
                _ if at == 0 => unicode_ident::is_xid_start(c),
                _ => unicode_ident::is_xid_continue(c),
            };
            if !ok {
                break;
            }
            length = at + c.len_utf8();
        }
        if length == 0 {
            let width = rest.chars().next().map_or(1, char::len_utf8);
            return self.invalid(width);
        }
        self.take(TokenKind::Ident, length)
    }

    /// Digits, dots and exponents, never ending in a dot; whether it is a number is asked later.
    fn number(&mut self) -> Token {
        let rest = self.rest();
        let byte = |at: usize| rest.get(at).copied().unwrap_or(0);
        let (mut at, mut end) = (1, 1);
        loop {
            match byte(at) {
                b'0'..=b'9' => at += 1,
                b'.' => {
                    at += 1;
                    continue;
                }
                b'e' | b'E' => {
                    let sign = usize::from(matches!(byte(at + 1), b'+' | b'-'));
                    if !byte(at + 1 + sign).is_ascii_digit() {
                        break;
                    }
                    at += 2 + sign;
                }
                _ => break,
            }
            end = at;
        }
        self.take(TokenKind::Number, end)
    }

    fn line_comment(&mut self) -> Token {
        let rest = self.rest();
        let mut end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        if end < rest.len() && end > 0 && rest.get(end - 1) == Some(&b'\r') {
            end -= 1;
        }
        self.take(TokenKind::Comment, end)
    }

    fn block_comment(&mut self) -> Token {
        let inside = self.text.get(self.at + 2..).unwrap_or("");
        match inside.find("*/") {
            Some(length) => self.take(TokenKind::Comment, length + 4),
            None => self.take(TokenKind::Slash, 1),
        }
    }

    /// `<<NAME` or `<<-NAME` directly followed by a line break; otherwise two less-than signs.
    fn open_heredoc(&mut self) -> Token {
        let start = self.at;
        let dash = usize::from(self.byte(start + 2) == b'-');
        self.at = start + 2 + dash;
        let told = self.told;
        let named = matches!(self.byte(self.at), b'a'..=b'z' | b'A'..=b'Z' | b'_' | 128..);
        let name = if named { self.word() } else { self.take(TokenKind::Invalid, 0) };
        let after = self.at;
        self.at = start;
        let line_break = match (self.byte(after), self.byte(after + 1)) {
            (b'\n', _) => 1,
            (b'\r', b'\n') => 2,
            _ => 0,
        };
        if name.kind != TokenKind::Ident || line_break == 0 {
            if name.kind == TokenKind::Invalid && named {
                self.told = told;
                self.forget_last();
            }
            return self.take(TokenKind::Less, 1);
        }
        self.modes.push(Mode::Heredoc { marker: (name.start, name.end), at_line_start: true });
        let token = self.take(TokenKind::OpenHeredoc, after + line_break - start);
        Token { trim: dash == 1, ..token }
    }

    fn forget_last(&mut self) {
        let keep = self.found.len().saturating_sub(1);
        self.found = std::mem::take(&mut self.found).into_iter().take(keep).collect();
    }

    fn symbol(&mut self, byte: u8) -> Token {
        let (second, third) = (self.byte(self.at + 1), self.byte(self.at + 2));
        let (kind, length) = match (byte, second) {
            (b'=', b'=') => (TokenKind::EqualEqual, 2),
            (b'=', b'>') => (TokenKind::FatArrow, 2),
            (b'=', _) => (TokenKind::Equal, 1),
            (b'!', b'=') => (TokenKind::NotEqual, 2),
            (b'!', _) => (TokenKind::Bang, 1),
            (b'<', b'=') => (TokenKind::LessEqual, 2),
            (b'<', _) => (TokenKind::Less, 1),
            (b'>', b'=') => (TokenKind::GreaterEqual, 2),
            (b'>', _) => (TokenKind::Greater, 1),
            (b'&', b'&') => (TokenKind::AndAnd, 2),
            (b'|', b'|') => (TokenKind::OrOr, 2),
            (b'.', b'.') if third == b'.' => (TokenKind::Ellipsis, 3),
            (b'.', _) => (TokenKind::Dot, 1),
            (b':', b':') => (TokenKind::DoubleColon, 2),
            (b':', _) => (TokenKind::Colon, 1),
            (b'[', _) => (TokenKind::OpenBracket, 1),
            (b']', _) => (TokenKind::CloseBracket, 1),
            (b'(', _) => (TokenKind::OpenParen, 1),
            (b')', _) => (TokenKind::CloseParen, 1),
            (b',', _) => (TokenKind::Comma, 1),
            (b'?', _) => (TokenKind::Question, 1),
            (b'+', _) => (TokenKind::Plus, 1),
            (b'-', _) => (TokenKind::Minus, 1),
            (b'*', _) => (TokenKind::Star, 1),
            (b'/', _) => (TokenKind::Slash, 1),
            (b'%', _) => (TokenKind::Percent, 1),
            _ => return self.invalid(1),
        };
        self.take(kind, length)
    }

    fn invalid(&mut self, length: usize) -> Token {
        let token = self.take(TokenKind::Invalid, length);
        let finding = self.told.invalid(self.text(token), self.span(token));
        self.found.extend(finding);
        token
    }

    /// Opens `${` or `%{`, if it stands here.
    fn open_sequence(&mut self) -> Token {
        let kind =
            if self.byte(self.at) == b'$' { TokenKind::OpenInterpolation } else { TokenKind::OpenDirective };
        let trim = self.byte(self.at + 2) == b'~';
        if let Some(Mode::Heredoc { at_line_start, .. }) = self.modes.last_mut() {
            *at_line_start = false;
        }
        self.modes.push(Mode::Code { braces: 0 });
        Token { trim, ..self.take(kind, 2 + usize::from(trim)) }
    }

    /// Length of a run of `$` or `%` at an offset, and whether it opens a sequence with its last sign.
    fn run(&self, at: usize) -> (usize, bool) {
        let sign = self.byte(at);
        let length = self.text.as_bytes().get(at..).unwrap_or(&[]).iter().take_while(|b| **b == sign).count();
        (length, length == 1 && self.byte(at + length) == b'{')
    }

    fn ends_line(&self, at: usize) -> bool {
        at >= self.text.len() || matches!(self.byte(at), b'\n' | b'\r')
    }

    fn quoted(&mut self) -> Token {
        let start = self.at;
        let mut at = start;
        loop {
            at += plain_length(self.text.as_bytes().get(at..).unwrap_or(&[]));
            if at >= self.text.len() {
                break;
            }
            match self.byte(at) {
                b'"' => break,
                b'\n' | b'\r' => break,
                b'$' | b'%' => match self.run(at) {
                    (_, true) => break,
                    (length, false) => at += length + usize::from(self.byte(at + length) == b'{'),
                },
                b'\\' if self.ends_line(at + 1) => break,
                b'\\' => at += 2,
                _ => at += 1,
            }
        }
        while !self.text.is_char_boundary(at.min(self.text.len())) {
            at += 1;
        }
        if at > start {
            return self.take(TokenKind::QuotedText, at - start);
        }
        match self.byte(at) {
            _ if at >= self.text.len() => self.take(TokenKind::Eof, 0),
            b'"' => {
                self.modes.pop();
                self.take(TokenKind::CloseQuote, 1)
            }
            b'$' | b'%' => self.open_sequence(),
            b'\\' => self.invalid(1),
            _ => {
                let rest = self.text.get(at..).unwrap_or("");
                let length = rest.len() - rest.trim_start_matches(['\r', '\n']).len();
                let token = self.take(TokenKind::QuotedNewline, length.max(1));
                self.found.push(super::invalid::quoted_newline(self.span(token)));
                token
            }
        }
    }

    /// Offset of the next template sequence or after the next line break; of a carriage return that no line
    /// feed follows, which has no place in a template.
    fn plain_end(&self) -> usize {
        let mut at = self.at;
        loop {
            let rest = self.text.as_bytes().get(at..).unwrap_or(&[]);
            let length = memchr::memchr3(b'\n', b'$', b'%', rest).unwrap_or(rest.len());
            if let Some(stray) = memchr::memchr(b'\r', rest.get(..length).unwrap_or(&[]))
                && self.byte(at + stray + 1) != b'\n'
            {
                return at + stray;
            }
            at += length;
            match self.byte(at) {
                _ if at >= self.text.len() => return self.text.len(),
                b'\n' => return at + 1,
                b'$' | b'%' => match self.run(at) {
                    (_, true) => return at,
                    (length, false) => at += length + usize::from(self.byte(at + length) == b'{'),
                },
                _ => at += 1,
            }
        }
    }

    fn bare(&mut self) -> Token {
        if self.at >= self.text.len() {
            return self.take(TokenKind::Eof, 0);
        }
        match self.plain_end() - self.at {
            // From there on nothing is read as more than text.
            0 if self.byte(self.at) == b'\r' => self.take(TokenKind::PlainText, self.text.len() - self.at),
            0 => self.open_sequence(),
            length => self.take(TokenKind::PlainText, length),
        }
    }

    fn heredoc(&mut self, marker: (u32, u32), at_line_start: bool) -> Token {
        if self.at >= self.text.len() {
            return self.take(TokenKind::Eof, 0);
        }
        let length = self.plain_end() - self.at;
        if length == 0 && self.byte(self.at) == b'\r' {
            return self.invalid(self.text.len() - self.at);
        }
        if length == 0 {
            return self.open_sequence();
        }
        let line = self.text.get(self.at..self.at + length).unwrap_or("");
        let complete = line.ends_with('\n');
        let marker = self.text.get(marker.0 as usize..marker.1 as usize).unwrap_or("");
        if complete && at_line_start && line.trim() == marker {
            self.modes.pop();
            let line_break = if line.ends_with("\r\n") { 2 } else { 1 };
            return self.take(TokenKind::CloseHeredoc, length - line_break);
        }
        if let Some(Mode::Heredoc { at_line_start, .. }) = self.modes.last_mut() {
            *at_line_start = complete;
        }
        self.take(TokenKind::PlainText, length)
    }
}

/// How many bytes stand for themselves between quotes.
fn plain_length(bytes: &[u8]) -> usize {
    let special = |byte: &u8| matches!(byte, b'"' | b'\n' | b'\r' | b'$' | b'%' | b'\\');
    bytes.iter().position(special).unwrap_or(bytes.len())
}
