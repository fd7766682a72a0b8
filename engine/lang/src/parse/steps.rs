//! What follows a term: attributes, indexes and splats.

use ordain_diag::Span;
use ordain_value::Value;
use triomphe::Arc;

use super::parser::Parser;
use super::token::{Token, TokenKind};
use crate::ast::{Expr, ExprKind, Ident, IndexStep, List, Relative, Splat, Traversal, TraversalStep};

const NAME_AFTER_DOT: (&str, &str) =
    ("Invalid attribute name", "After a dot comes the name of an attribute.");

/// A term whose steps, those in the parser's list from `first` on, are not yet part of its tree.
struct Pending {
    source: Source,
    first: usize,
}

/// What steps start from.
pub(super) enum Source {
    /// A name, which is one node with the steps after it.
    Name(Ident),
    /// Any other expression.
    Expr(Expr),
}

impl Source {
    fn span(&self) -> Span {
        match self {
            Source::Name(name) => name.span,
            Source::Expr(expr) => expr.span,
        }
    }
}

impl Parser<'_> {
    fn pending(&self, source: Source) -> Pending {
        Pending { source, first: self.open.steps.len() }
    }

    /// The tree of a term with its steps.
    fn close(&mut self, pending: Pending) -> Expr {
        let Pending { source, first } = pending;
        let last = self.open.steps.get(first..).and_then(<[_]>::last);
        let span = last.map_or(source.span(), |last| source.span().to(last.span()));
        let steps = self.open.steps.drain(first..);
        let kind = match source {
            Source::Name(root) => ExprKind::Traversal(Traversal::of(root, steps)),
            Source::Expr(source) if steps.len() == 0 => return source,
            Source::Expr(source) => ExprKind::Relative(Arc::new(Relative { source, steps: List::of(steps) })),
        };
        Expr { span, kind }
    }

    /// Makes the tree so far the source of what is built around it.
    fn wrap(&mut self, pending: &mut Pending, build: impl FnOnce(Expr) -> Expr) {
        let nothing = Source::Expr(Expr { span: pending.source.span(), kind: ExprKind::Broken });
        let source = std::mem::replace(&mut pending.source, nothing);
        let inner = self.close(Pending { source, first: pending.first });
        pending.source = Source::Expr(build(inner));
    }

    /// All steps that follow a term.
    pub(super) fn steps(&mut self, source: Source) -> Expr {
        let mut pending = self.pending(source);
        let mut levels = 0;
        loop {
            let next = self.peek();
            match next.kind {
                TokenKind::Dot => self.dot_step(&mut pending),
                TokenKind::OpenBracket => self.bracket_step(&mut pending),
                _ => break,
            }
            levels += 1;
            if !self.enter() {
                break;
            }
        }
        self.leave(levels);
        self.close(pending)
    }

    fn dot_step(&mut self, pending: &mut Pending) {
        let dot = self.read();
        let token = self.peek();
        match token.kind {
            TokenKind::Ident => {
                self.read();
                let step = self.attr(dot, token);
                self.open.steps.push(step);
            }
            TokenKind::Number => {
                self.read();
                let span = self.span(dot).to(self.span(token));
                let text = self.text(token);
                if text.contains('.') {
                    self.double_index(self.span(token));
                    self.wrap(pending, |inner| Expr { span: inner.span.to(span), kind: ExprKind::Broken });
                    return;
                }
                if let ExprKind::Number(number) = self.number(token) {
                    self.open.steps.push(index(Value::number((*number).clone()), span));
                }
            }
            TokenKind::Star => {
                self.read();
                let marker = self.span(dot).to(self.span(token));
                let each = self.attribute_splat(marker);
                self.wrap(pending, |source| splat(source, each, false, marker));
            }
            _ => {
                let span = self.span(token);
                self.error(span, NAME_AFTER_DOT.0, NAME_AFTER_DOT.1);
                self.recovery = true;
                // What was read so far, with the dot, names nothing.
                let end = self.span(dot);
                self.wrap(pending, |inner| Expr { span: inner.span.to(end), kind: ExprKind::Broken });
            }
        }
    }

    fn attr(&mut self, dot: Token, token: Token) -> TraversalStep {
        let name = self.name(token);
        let span = self.span(dot).to(name.span);
        TraversalStep::Attr(Ident { span, ..name })
    }

    /// What belongs to `.*`: names and legacy indexes only.
    fn attribute_splat(&mut self, marker: Span) -> Expr {
        let source = Expr { span: marker, kind: ExprKind::SplatItem };
        let pending = self.pending(Source::Expr(source));
        while self.next_is(TokenKind::Dot) {
            let dot = self.read();
            let token = self.peek();
            match token.kind {
                TokenKind::Ident => {
                    self.read();
                    let step = self.attr(dot, token);
                    self.open.steps.push(step);
                }
                TokenKind::Number => {
                    self.read();
                    let span = self.span(dot).to(self.span(token));
                    if self.text(token).contains('.') {
                        // The star is pointed at.
                        self.double_index(Span { start: marker.end - 1, ..marker });
                    } else if let ExprKind::Number(number) = self.number(token) {
                        self.open.steps.push(index(Value::number((*number).clone()), span));
                    }
                }
                other => {
                    let span = self.span(token);
                    if other == TokenKind::Star {
                        let detail = "The form .* cannot be used inside another .*; write [*] instead.";
                        self.unexpected(span, "Nested splat expression not allowed", detail);
                    } else {
                        self.unexpected(span, NAME_AFTER_DOT.0, NAME_AFTER_DOT.1);
                    }
                    self.recovery = true;
                    break;
                }
            }
        }
        self.close(pending)
    }

    /// `.0.1`, which reads as one number with a fraction.
    fn double_index(&mut self, place: Span) {
        let detail = "Two indexes written with dots read as one number with a fraction. Write them in brackets, as in [0][1].";
        self.error(place, "Invalid legacy index syntax", detail);
    }

    fn bracket_step(&mut self, pending: &mut Pending) {
        let open = self.read();
        if self.next_is(TokenKind::Star) {
            self.read();
            let close = self.read();
            if close.kind != TokenKind::CloseBracket {
                let held_back = self.recovery;
                // What is pointed at is where reading goes on.
                let close = self.recover(TokenKind::CloseBracket);
                let detail = "In a splat, the star is directly followed by the closing bracket.";
                if !held_back {
                    self.error(self.span(close), "Missing close bracket on splat index", detail);
                }
            }
            let marker = self.span(open).to(self.previous_span());
            let item = Expr { span: marker, kind: ExprKind::SplatItem };
            let each = if self.enter() { self.steps(Source::Expr(item)) } else { item };
            self.leave(1);
            self.wrap(pending, |source| splat(source, each, true, marker));
            return;
        }
        let newlines = self.set_newlines(false);
        let before = self.errors();
        let key = self.expression();
        if self.astray(before) {
            self.recover(TokenKind::CloseBracket);
        } else if self.accept(TokenKind::CloseBracket).is_none() {
            let held_back = self.recovery;
            // What is pointed at is where reading goes on.
            let close = self.recover(TokenKind::CloseBracket);
            if !held_back {
                let detail = "An index ends with a closing bracket.";
                self.error(self.span(close), "Missing close bracket on index", detail);
            }
        }
        self.set_newlines(newlines);
        let span = self.span(open).to(self.previous_span());
        match key.literal() {
            Some(value) => self.open.steps.push(index(value, span)),
            None => self.wrap(pending, |source| Expr {
                span: source.span.to(span),
                kind: ExprKind::Index(Arc::new((source, key))),
            }),
        }
    }
}

fn index(key: Value, span: Span) -> TraversalStep {
    TraversalStep::Index(Arc::new(IndexStep { key, span }))
}

fn splat(source: Expr, each: Expr, full: bool, marker: Span) -> Expr {
    let span = source.span.to(each.span);
    Expr { span, kind: ExprKind::Splat(Arc::new(Splat { source, each, full, marker })) }
}
