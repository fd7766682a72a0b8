//! Tuples, objects and `for` expressions.

use ordain_diag::Span;
use triomphe::Arc;

use super::parser::Parser;
use super::steps::Source;
use super::token::{Token, TokenKind};
use crate::ast::{Expr, ExprKind, ForExpr, Ident, KeyName, List, ObjectItem, ObjectKey};

const FOR: &str = "Invalid 'for' expression";

impl Parser<'_> {
    /// `[…]`
    pub(super) fn tuple(&mut self) -> Expr {
        let open = self.read();
        let newlines = self.set_newlines(false);
        let kind = if self.next_is_word("for") {
            self.for_expression(TokenKind::CloseBracket)
        } else {
            ExprKind::Tuple(self.tuple_items(open))
        };
        self.set_newlines(newlines);
        Expr { span: self.span(open).to(self.previous_span()), kind }
    }

    fn tuple_items(&mut self, open: Token) -> List<Expr> {
        let first = self.open.exprs.len();
        while self.accept(TokenKind::CloseBracket).is_none() {
            let before = self.errors();
            let item = self.expression();
            self.open.exprs.push(item);
            if self.astray(before) {
                self.recover(TokenKind::CloseBracket);
                break;
            }
            match self.peek().kind {
                TokenKind::Comma => {
                    self.read();
                }
                TokenKind::CloseBracket => {}
                other => {
                    if other == TokenKind::Eof {
                        let span = self.span(open);
                        let detail = "The text ends before this bracket is closed.";
                        self.unexpected(span, "Unterminated tuple constructor expression", detail);
                    } else {
                        let span = self.peek_span();
                        let detail = "Items are separated by commas.";
                        self.unexpected_after(self.span(open), span, "Missing item separator", detail);
                    }
                    self.recover(TokenKind::CloseBracket);
                    break;
                }
            }
        }
        List::of(self.open.exprs.drain(first..))
    }

    /// `{…}`
    pub(super) fn object(&mut self) -> Expr {
        let open = self.read();
        let newlines = self.set_newlines(false);
        let kind = if self.next_is_word("for") {
            self.for_expression(TokenKind::CloseBrace)
        } else {
            self.set_newlines(true);
            ExprKind::Object(self.object_items(open))
        };
        self.set_newlines(newlines);
        Expr { span: self.span(open).to(self.previous_span()), kind }
    }

    fn object_items(&mut self, open: Token) -> List<ObjectItem> {
        let first = self.open.items.len();
        loop {
            if self.accept(TokenKind::Newline).is_some() {
                continue;
            }
            if self.accept(TokenKind::CloseBrace).is_some() {
                break;
            }
            if !self.object_item(open) {
                self.recover(TokenKind::CloseBrace);
                break;
            }
        }
        List::of(self.open.items.drain(first..))
    }

    /// One item with the separator after it; false where reading went astray. An item that could be read counts,
    /// whatever follows it.
    fn object_item(&mut self, open: Token) -> bool {
        let before = self.errors();
        let key = self.object_key(before);
        if self.astray(before) {
            return false;
        }
        if !matches!(self.peek().kind, TokenKind::Equal | TokenKind::Colon) {
            self.missing_value(open);
            return false;
        }
        self.read();
        let before = self.errors();
        let value = self.expression();
        if self.astray(before) {
            return false;
        }
        self.open.items.push(ObjectItem { key, value });
        match self.peek().kind {
            TokenKind::CloseBrace => {}
            TokenKind::Comma | TokenKind::Newline => {
                self.read();
            }
            TokenKind::Eof => {
                self.unterminated_object(open);
                return false;
            }
            _ => {
                let span = self.peek_span();
                let detail = "Attributes are separated by line breaks or commas.";
                self.unexpected_after(self.span(open), span, "Missing attribute separator", detail);
                return false;
            }
        }
        true
    }

    /// The key of an item; a bare word is taken as text.
    fn object_key(&mut self, before: usize) -> ObjectKey {
        if !self.next_is(TokenKind::Ident) {
            let key = self.expression();
            return self.as_key(key);
        }
        let first = match self.named() {
            Source::Name(name) if matches!(self.peek().kind, TokenKind::Equal | TokenKind::Colon) => {
                return self.key_name(&name.text, name.span);
            }
            Source::Expr(expr) if self.astray(before) => expr,
            source => self.steps(source),
        };
        let key = self.conditional_from(first, before);
        self.as_key(key)
    }

    /// A bare word is taken as text; anything else is an expression.
    fn as_key(&mut self, key: Expr) -> ObjectKey {
        match &key.kind {
            ExprKind::Traversal(traversal) if traversal.steps().is_empty() => {
                self.key_name(&traversal.root().text, key.span)
            }
            ExprKind::Null => self.key_name("null", key.span),
            ExprKind::Bool(true) => self.key_name("true", key.span),
            ExprKind::Bool(false) => self.key_name("false", key.span),
            _ => ObjectKey::Expr(key),
        }
    }

    fn key_name(&mut self, name: &str, span: Span) -> ObjectKey {
        ObjectKey::Name(KeyName { text: self.keys.shared(name), span })
    }

    fn unterminated_object(&mut self, open: Token) {
        let span = self.span(open);
        let detail = "The text ends before this brace is closed.";
        self.unexpected(span, "Unterminated object constructor expression", detail);
    }

    fn missing_value(&mut self, open: Token) {
        let span = self.peek_span();
        match self.peek().kind {
            TokenKind::Newline | TokenKind::Comma => {
                let detail = "After the name of an attribute comes an equals sign \"=\" and its value.";
                self.unexpected_after(self.span(open), span, "Missing attribute value", detail);
            }
            TokenKind::Ident => {
                let detail = "After the name of an attribute comes an equals sign \"=\". A name with dots or spaces in it is written in quotes.";
                self.unexpected_after(self.span(open), span, "Missing key/value separator", detail);
            }
            TokenKind::Eof => self.unterminated_object(open),
            _ => {
                let detail = "After the name of an attribute comes an equals sign \"=\".";
                self.unexpected_after(self.span(open), span, "Missing key/value separator", detail);
            }
        }
    }

    /// The names between `for` and `in`.
    pub(super) fn for_names(&mut self, summary: &str) -> Option<(Option<Ident>, Ident)> {
        let mut names = (None, self.for_name(summary, "After \"for\" comes the name of a variable.")?);
        if self.accept(TokenKind::Comma).is_some() {
            let value =
                self.for_name(summary, "After the comma comes the name of the variable for the value.")?;
            names = (Some(names.1), value);
        }
        if !self.next_is_word("in") {
            let span = self.peek_span();
            self.unexpected(span, summary, "After the names comes the keyword \"in\".");
            return None;
        }
        self.read();
        Some(names)
    }

    fn for_name(&mut self, summary: &str, detail: &str) -> Option<Ident> {
        if !self.next_is(TokenKind::Ident) {
            let span = self.peek_span();
            self.unexpected(span, summary, detail);
            return None;
        }
        let token = self.read();
        Some(self.name(token))
    }

    /// From `for` up to the closing bracket, which is taken.
    fn for_expression(&mut self, end: TokenKind) -> ExprKind {
        let before = self.errors();
        let Some((parts, dots)) = self.for_parts() else {
            self.recover(end);
            return ExprKind::Broken;
        };
        if self.accept(end).is_none() {
            let span = self.peek_span();
            self.unexpected(span, FOR, "The 'for' expression should end here.");
            self.recover(end);
        }
        let builds_object = end == TokenKind::CloseBrace;
        if builds_object && parts.key_expr.is_none() {
            let span = parts.value_expr.span;
            self.error(span, FOR, "To build an object, a key and \"=>\" must stand before the value.");
        }
        if let Some(key) = parts.key_expr.as_ref().filter(|_| !builds_object) {
            self.error(key.span, FOR, "Only objects have keys; a tuple is built of values alone.");
        }
        if let Some(dots) = dots.filter(|_| !builds_object) {
            self.error(dots, FOR, "Grouping (...) is for objects only.");
        }
        if self.errors() > before { ExprKind::Broken } else { ExprKind::For(Arc::new(parts)) }
    }

    /// The parts, and where the dots stand that ask for grouping.
    fn for_parts(&mut self) -> Option<(ForExpr, Option<Span>)> {
        self.read();
        let (key, value) = self.for_names(FOR)?;
        let before = self.errors();
        let collection = self.expression();
        if self.astray(before) {
            return None;
        }
        if self.accept(TokenKind::Colon).is_none() {
            let span = self.peek_span();
            self.unexpected(span, FOR, "After the collection comes a colon.");
            return None;
        }
        let mut key_expr = None;
        let mut value_expr = self.expression();
        if self.accept(TokenKind::FatArrow).is_some() {
            key_expr = Some(value_expr);
            value_expr = self.expression();
        }
        if self.astray(before) {
            return None;
        }
        let dots = self.accept(TokenKind::Ellipsis).map(|dots| self.span(dots));
        let group = dots.is_some();
        let mut condition = None;
        if self.next_is_word("if") {
            self.read();
            condition = Some(self.expression());
            if self.astray(before) {
                return None;
            }
        }
        Some((ForExpr { key, value, collection, key_expr, value_expr, group, condition }, dots))
    }
}
