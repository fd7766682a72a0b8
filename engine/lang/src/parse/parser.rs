//! The parser's state: one token of lookahead, line breaks that count or not, recovery, names.

use ordain_diag::{Diagnostic, Diagnostics, Span, codes};

use super::lexer::Lexer;
use super::names::Names;
use super::template_tree::Piece;
use super::token::{Token, TokenKind};
use crate::ast::{Attribute, Block, Expr, ExprKind, Ident, Label, ObjectItem, Text, TraversalStep};

/// Deepest nesting of expressions and blocks; deeper is an error, so that no text can exhaust the stack
/// of this parser or of whoever walks its tree.
pub(super) const MAX_DEPTH: u32 = 400;

/// Recursive descent over the tokens of one text.
pub(super) struct Parser<'t> {
    lexer: Lexer<'t>,
    /// The first line break between the last token read and `ahead`.
    line_break: Option<Token>,
    ahead: Token,
    previous: Token,
    /// Whether line breaks are tokens.
    newlines: bool,
    /// Set by recovery: what follows may be misread, so complaints about single tokens are held back, to the end of
    /// the text as in Terraform.
    pub(super) recovery: bool,
    depth: u32,
    errors: usize,
    found: Diagnostics,
    names: Names<Text>,
    /// Names of members of objects: far fewer, as most objects have the same.
    pub(super) keys: Names<std::sync::Arc<str>>,
    /// Members of what is still open; each list begins where its owner began.
    pub(super) open: Open<'t>,
}

/// One stack for each kind of list, so that a list is allocated once, when its length is known.
#[derive(Default)]
pub(super) struct Open<'t> {
    pub(super) attributes: Vec<Attribute>,
    pub(super) blocks: Vec<Block>,
    pub(super) labels: Vec<Label>,
    pub(super) exprs: Vec<Expr>,
    pub(super) items: Vec<ObjectItem>,
    pub(super) steps: Vec<TraversalStep>,
    pub(super) pieces: Vec<Piece<'t>>,
}

impl<'t> Parser<'t> {
    pub(super) fn new(lexer: Lexer<'t>) -> Self {
        let nothing = Token { kind: TokenKind::Eof, trim: false, start: 0, end: 0 };
        let names = Names::new(lexer.length());
        let keys = Names::new(lexer.length() / 16);
        let mut parser = Self {
            lexer,
            line_break: None,
            ahead: nothing,
            previous: nothing,
            newlines: true,
            recovery: false,
            depth: 0,
            errors: 0,
            found: Diagnostics::new(),
            names,
            keys,
            open: Open::default(),
        };
        parser.advance();
        parser
    }

    fn advance(&mut self) {
        let mut comment = None;
        loop {
            let token = self.lexer.next();
            match token.kind {
                TokenKind::Comment => comment = Some(token.start),
                TokenKind::Newline => {
                    // A comment at the end of a line is a part of the line break.
                    let start = comment.take().unwrap_or(token.start);
                    self.line_break.get_or_insert(Token { start, ..token });
                }
                _ => {
                    self.ahead = token;
                    return;
                }
            }
        }
    }

    /// The next token, without taking it.
    pub(super) fn peek(&self) -> Token {
        match self.line_break {
            Some(token) if self.newlines => token,
            _ => self.ahead,
        }
    }

    /// Kind of the next token.
    pub(super) fn next_is(&self, kind: TokenKind) -> bool {
        self.peek().kind == kind
    }

    /// Whether the next token is this word.
    pub(super) fn next_is_word(&self, word: &str) -> bool {
        let token = self.peek();
        token.kind == TokenKind::Ident && self.text(token) == word
    }

    /// Takes the next token.
    pub(super) fn read(&mut self) -> Token {
        let line_break = self.line_break.take();
        let token = match line_break {
            Some(token) if self.newlines => token,
            _ => {
                let token = self.ahead;
                if token.kind != TokenKind::Eof {
                    self.advance();
                }
                token
            }
        };
        self.previous = token;
        token
    }

    /// Takes the next token if it is of this kind.
    pub(super) fn accept(&mut self, kind: TokenKind) -> Option<Token> {
        if self.next_is(kind) { Some(self.read()) } else { None }
    }

    /// Says whether line breaks count from here on; gives the setting before.
    pub(super) fn set_newlines(&mut self, count: bool) -> bool {
        std::mem::replace(&mut self.newlines, count)
    }

    /// Text of a token.
    pub(super) fn text(&self, token: Token) -> &'t str {
        self.lexer.text(token)
    }

    /// Span of a token.
    pub(super) fn span(&self, token: Token) -> Span {
        self.lexer.span(token)
    }

    /// Line, from 1, on which a token stands.
    pub(super) fn line_of(&self, token: Token) -> usize {
        self.lexer.line_of(token)
    }

    /// Span of the line break of a blank line right after the line break that was read last.
    pub(super) fn blank_line(&self) -> Option<Span> {
        let newline = self.previous;
        let blank =
            newline.kind == TokenKind::Newline && self.line_of(self.ahead) > self.line_of(newline) + 1;
        let span = self.span(newline);
        blank.then_some(Span { start: span.end, end: span.end + 1, ..span })
    }

    /// Span of the next token.
    pub(super) fn peek_span(&self) -> Span {
        self.span(self.peek())
    }

    /// Span of the token read last.
    pub(super) fn previous_span(&self) -> Span {
        self.span(self.previous)
    }

    /// A name, shared with its other appearances in the text.
    pub(super) fn name(&mut self, token: Token) -> Ident {
        Ident { text: self.shared(token), span: self.lexer.span(token) }
    }

    /// The text of a token, shared with others that read the same.
    pub(super) fn shared(&mut self, token: Token) -> Text {
        self.names.shared(self.lexer.text(token))
    }

    /// Whether the next token is the whole text of a quoted string, without escapes.
    pub(super) fn next_is_plain_text(&self) -> bool {
        let token = self.peek();
        token.kind == TokenKind::QuotedText
            && self.lexer.is_followed_by(token, b'"')
            && !self.text(token).bytes().any(|byte| matches!(byte, b'\\' | b'$' | b'%'))
    }

    /// An error that is always told.
    pub(super) fn error(&mut self, span: Span, summary: impl Into<String>, detail: impl Into<String>) {
        self.push(Diagnostic::error(codes::lang::SYNTAX, summary, detail).with_span(span));
    }

    /// An error that says more than where it is.
    pub(super) fn push(&mut self, finding: Diagnostic) {
        self.errors += 1;
        self.found.push(finding);
    }

    /// An error about a token that should not stand there; held back while recovering, and then no error at all: what it
    /// is part of is read on.
    pub(super) fn unexpected(&mut self, span: Span, summary: impl Into<String>, detail: impl Into<String>) {
        if !self.recovery {
            self.error(span, summary, detail);
        }
    }

    /// As [`Self::unexpected`], shown with the lines from `first` on.
    pub(super) fn unexpected_after(
        &mut self,
        first: Span,
        span: Span,
        summary: impl Into<String>,
        detail: impl Into<String>,
    ) {
        if !self.recovery {
            self.error_after(first, span, summary, detail);
        }
    }

    /// An error that is told while recovering, too, shown with the lines from `first` on.
    pub(super) fn error_after(
        &mut self,
        first: Span,
        span: Span,
        summary: impl Into<String>,
        detail: impl Into<String>,
    ) {
        self.errors += 1;
        let finding = Diagnostic::error(codes::lang::SYNTAX, summary, detail);
        self.found.push(finding.with_span(span).with_around(first.to(span)));
    }

    /// Number of errors so far, to be compared later.
    pub(super) fn errors(&self) -> usize {
        self.errors
    }

    /// Whether reading went astray since there were `before` errors.
    pub(super) fn astray(&self, before: usize) -> bool {
        self.recovery && self.errors > before
    }

    /// One level deeper; `false` (with an error) when that is too deep.
    pub(super) fn enter(&mut self) -> bool {
        self.depth += 1;
        if self.depth <= MAX_DEPTH {
            return true;
        }
        let span = self.peek_span();
        let detail = format!("There are more than {MAX_DEPTH} levels of nesting here. Split this up.");
        self.unexpected(span, "Too deeply nested", detail);
        self.recovery = true;
        false
    }

    /// `levels` levels up.
    pub(super) fn leave(&mut self, levels: u32) {
        self.depth -= levels;
    }

    /// Skips to after the token that closes what is open, going over nested pairs of the same kind.
    pub(super) fn recover(&mut self, end: TokenKind) -> Token {
        self.recovery = true;
        let mut nested = 0usize;
        loop {
            let token = self.read();
            if token.kind == TokenKind::Eof {
                return token;
            }
            if token.kind.closer() == Some(end) {
                nested += 1;
            } else if token.kind == end {
                if nested == 0 {
                    return token;
                }
                nested -= 1;
            }
        }
    }

    /// Skips to the next line that may begin an item of a body.
    pub(super) fn recover_item(&mut self) {
        self.recovery = true;
        let newlines = self.set_newlines(true);
        let mut open: Vec<TokenKind> = Vec::new();
        loop {
            let token = self.read();
            match token.kind {
                TokenKind::Eof => break,
                TokenKind::Newline if open.is_empty() => break,
                kind if kind.is_closer() => while open.pop().is_some_and(|closer| closer != kind) {},
                kind => open.extend(kind.closer()),
            }
        }
        self.newlines = newlines;
    }

    /// A stand-in where nothing could be read.
    pub(super) fn broken(&self, span: Span) -> Expr {
        Expr { span, kind: ExprKind::Broken }
    }

    /// All findings: first those about characters, then those about structure.
    pub(super) fn finish(mut self) -> Diagnostics {
        while self.ahead.kind != TokenKind::Eof {
            self.advance();
        }
        let mut all = std::mem::take(&mut self.lexer.found);
        all.append(self.found);
        all
    }
}
