//! Expressions: operators and terms.

use std::str::FromStr;

use ordain_diag::Span;
use ordain_value::Number;
use triomphe::Arc;

use super::parser::Parser;
use super::steps::Source;
use super::token::{Token, TokenKind};
use crate::ast::{BinaryOp, Call, Conditional, Expr, ExprKind, List, UnaryOp};

impl Parser<'_> {
    /// Any expression.
    pub(super) fn expression(&mut self) -> Expr {
        if !self.enter() {
            self.leave(1);
            return self.broken(self.peek_span());
        }
        let expr = self.conditional();
        self.leave(1);
        expr
    }

    fn conditional(&mut self) -> Expr {
        let before = self.errors();
        let first = self.term_with_steps();
        self.conditional_from(first, before)
    }

    /// The expression that begins with this term, which was read when there were `before` errors.
    pub(super) fn conditional_from(&mut self, first: Expr, before: usize) -> Expr {
        let condition = self.operators(first, 0, before);
        if self.astray(before) || self.accept(TokenKind::Question).is_none() {
            return condition;
        }
        let before = self.errors();
        let then = self.expression();
        if self.astray(before) {
            return condition;
        }
        if self.accept(TokenKind::Colon).is_none() {
            let detail = "After the value for true, the conditional (… ? … : …) needs a colon and the value for false.";
            let span = self.peek_span();
            self.error_after(condition.span, span, "Missing false expression in conditional", detail);
            return condition;
        }
        let otherwise = self.expression();
        let span = condition.span.to(otherwise.span);
        Expr { span, kind: ExprKind::Conditional(Arc::new(Conditional { condition, then, otherwise })) }
    }

    /// Operators that bind at least as tightly as `least`, all to the left.
    fn binary(&mut self, least: u8) -> Expr {
        let before = self.errors();
        let left = self.term_with_steps();
        self.operators(left, least, before)
    }

    /// What begins with the left operand, which was read when there were `before` errors. Where reading went astray,
    /// the expression ends with the last operand before that.
    fn operators(&mut self, mut left: Expr, least: u8, before: usize) -> Expr {
        if self.astray(before) {
            return left;
        }
        let mut levels = 0;
        while let Some((level, op)) = operator(self.peek().kind).filter(|(level, _)| *level >= least) {
            self.read();
            levels += 1;
            if !self.enter() {
                break;
            }
            let before = self.errors();
            let right = self.binary(level + 1);
            if self.astray(before) {
                break;
            }
            let span = left.span.to(right.span);
            left = Expr { span, kind: ExprKind::Binary(op, Arc::new((left, right))) };
        }
        self.leave(levels);
        left
    }

    fn term_with_steps(&mut self) -> Expr {
        let first = self.peek();
        if first.kind == TokenKind::Ident {
            let source = self.named();
            return self.steps(source);
        }
        let term = self.term(first);
        let steps = matches!(self.peek().kind, TokenKind::Dot | TokenKind::OpenBracket);
        if steps { self.steps(Source::Expr(term)) } else { term }
    }

    /// A term that begins with this token and is no name.
    fn term(&mut self, token: Token) -> Expr {
        let span = self.span(token);
        match token.kind {
            TokenKind::OpenParen => self.parenthesised(),
            TokenKind::Number => {
                self.read();
                Expr { span, kind: self.number(token) }
            }
            TokenKind::OpenQuote | TokenKind::OpenHeredoc => self.string_template(),
            TokenKind::Minus => self.unary(UnaryOp::Negate),
            TokenKind::Bang => self.unary(UnaryOp::Not),
            TokenKind::OpenBracket => self.tuple(),
            TokenKind::OpenBrace => self.object(),
            TokenKind::Eof => {
                self.unexpected(
                    span,
                    "Missing expression",
                    "The text ends where an expression should begin.",
                );
                self.recovery = true;
                self.broken(span)
            }
            _ => {
                let detail = "An expression should begin here, but no expression begins like this.";
                self.unexpected(span, "Invalid expression", detail);
                self.recovery = true;
                self.broken(span)
            }
        }
    }

    fn unary(&mut self, op: UnaryOp) -> Expr {
        let sign = self.read();
        if !self.enter() {
            self.leave(1);
            return self.broken(self.peek_span());
        }
        let operand = self.term_with_steps();
        self.leave(1);
        let span = self.span(sign).to(operand.span);
        Expr { span, kind: ExprKind::Unary(op, Arc::new(operand)) }
    }

    fn parenthesised(&mut self) -> Expr {
        let open = self.read();
        let newlines = self.set_newlines(false);
        let before = self.errors();
        let inner = self.expression();
        if self.errors() > before {
            self.recover(TokenKind::CloseParen);
            self.set_newlines(newlines);
            return inner;
        }
        if self.next_is(TokenKind::CloseParen) {
            self.read();
        } else {
            let (span, detail) = (self.peek_span(), "A closing parenthesis is expected here.");
            self.error_after(self.span(open), span, "Unbalanced parentheses", detail);
            // Whatever stands there is taken for the parenthesis.
            self.recovery = true;
            self.read();
        }
        self.set_newlines(newlines);
        let span = self.span(open).to(self.previous_span());
        Expr { span, kind: ExprKind::Parens(Arc::new(inner)) }
    }

    /// The exact number that a text stands for.
    pub(super) fn number(&mut self, token: Token) -> ExprKind {
        match Number::from_str(self.text(token)) {
            Ok(number) => number.into(),
            Err(_) => {
                let span = self.span(token);
                self.error(span, "Invalid number literal", "This is not the way to write a number.");
                ExprKind::Broken
            }
        }
    }

    /// A name, a keyword, or a call.
    pub(super) fn named(&mut self) -> Source {
        let token = self.read();
        if matches!(self.peek().kind, TokenKind::OpenParen | TokenKind::DoubleColon) {
            return Source::Expr(self.call(token));
        }
        let kind = match self.text(token) {
            "null" => ExprKind::Null,
            "true" => ExprKind::Bool(true),
            "false" => ExprKind::Bool(false),
            _ => return Source::Name(self.name(token)),
        };
        Source::Expr(Expr { span: self.span(token), kind })
    }

    fn call(&mut self, first: Token) -> Expr {
        let mut name = self.name(first);
        let mut open = self.read();
        while open.kind == TokenKind::DoubleColon {
            let part = self.read();
            if part.kind != TokenKind::Ident {
                let span = self.span(part);
                let detail = "After the two colons comes the name of a function.";
                self.unexpected(span, "Missing function name", detail);
                self.recover(TokenKind::CloseParen);
                return self.broken(name.span.to(self.previous_span()));
            }
            name.text = format!("{}::{}", name.text, self.text(part)).into();
            name.span = name.span.to(self.span(part));
            open = self.read();
        }
        if open.kind != TokenKind::OpenParen {
            let span = self.span(open);
            let detail = "The name of a function is followed by its arguments in parentheses.";
            self.unexpected(span, "Missing open parenthesis", detail);
            self.recovery = true;
            return self.broken(name.span.to(span));
        }
        let newlines = self.set_newlines(false);
        let (args, expand_last) = self.arguments(name.span.to(self.span(open)));
        let close = self.previous_span();
        self.set_newlines(newlines);
        let span = name.span.to(close);
        let open = self.span(open);
        let call = Call { name: name.text, name_span: name.span, open, args, expand_last, close };
        Expr { span, kind: ExprKind::Call(Arc::new(call)) }
    }

    /// Arguments up to the closing parenthesis, which is taken, and whether the last is expanded. `begin` is the name with
    /// the opening parenthesis.
    fn arguments(&mut self, begin: Span) -> (List<Expr>, bool) {
        let first = self.open.exprs.len();
        let mut expand = false;
        while self.accept(TokenKind::CloseParen).is_none() {
            let before = self.errors();
            let arg = self.expression();
            self.open.exprs.push(arg);
            if self.astray(before) {
                self.recover(TokenKind::CloseParen);
                break;
            }
            let separator = self.read();
            match separator.kind {
                TokenKind::Comma => {}
                TokenKind::CloseParen => break,
                TokenKind::Ellipsis => {
                    expand = true;
                    if self.accept(TokenKind::CloseParen).is_none() {
                        let span = self.span(separator);
                        let detail =
                            "After an expanded argument (…) only the closing parenthesis may follow.";
                        self.unexpected(span, "Missing closing parenthesis", detail);
                        self.recover(TokenKind::CloseParen);
                    }
                    break;
                }
                other => {
                    let span = self.span(separator);
                    if other == TokenKind::Eof {
                        let detail = "The text ends before the closing parenthesis of this call.";
                        self.error(begin, "Unterminated function call", detail);
                    } else {
                        let detail = "Arguments of a function are separated by commas.";
                        self.error(span, "Missing argument separator", detail);
                    }
                    self.recover(TokenKind::CloseParen);
                    break;
                }
            }
        }
        (List::of(self.open.exprs.drain(first..)), expand)
    }
}

/// Level (the higher, the tighter) and meaning of an operator.
fn operator(kind: TokenKind) -> Option<(u8, BinaryOp)> {
    Some(match kind {
        TokenKind::OrOr => (0, BinaryOp::Or),
        TokenKind::AndAnd => (1, BinaryOp::And),
        TokenKind::EqualEqual => (2, BinaryOp::Equal),
        TokenKind::NotEqual => (2, BinaryOp::NotEqual),
        TokenKind::Greater => (3, BinaryOp::Greater),
        TokenKind::GreaterEqual => (3, BinaryOp::GreaterEqual),
        TokenKind::Less => (3, BinaryOp::Less),
        TokenKind::LessEqual => (3, BinaryOp::LessEqual),
        TokenKind::Plus => (4, BinaryOp::Add),
        TokenKind::Minus => (4, BinaryOp::Subtract),
        TokenKind::Star => (5, BinaryOp::Multiply),
        TokenKind::Slash => (5, BinaryOp::Divide),
        TokenKind::Percent => (5, BinaryOp::Modulo),
        _ => return None,
    })
}
