//! Text to tree. Never fails: broken text gives the tree of what could be read, and diagnostics.

mod body;
mod collections;
mod escapes;
mod expr;
mod heredoc;
mod invalid;
pub(crate) mod lexer;
mod parser;
mod steps;
mod template;
mod template_tree;
pub(crate) mod token;

use ordain_diag::{Diagnostics, FileId, Span};

use crate::ast::{Body, Expr};
use lexer::{Lexer, Origin};
use parser::Parser;
use token::TokenKind;

/// A file in native syntax (`.tf`).
pub fn parse_native(file: FileId, text: &str) -> (Body, Diagnostics) {
    let mut parser = Parser::new(Lexer::code(Origin::At(file, 0), text));
    let body = parser.file();
    (Body::Native(body), parser.finish())
}

/// A text that is one expression, as on the console or in a target.
pub fn parse_expr(file: FileId, text: &str) -> (Expr, Diagnostics) {
    expression(Lexer::code(Origin::At(file, 0), text))
}

/// A text that is one expression and was itself made from what stands at `span`.
pub fn parse_expr_within(span: Span, text: &str) -> (Expr, Diagnostics) {
    expression(Lexer::code(Origin::Within(span), text))
}

fn expression(lexer: Lexer<'_>) -> (Expr, Diagnostics) {
    let mut parser = Parser::new(lexer);
    parser.set_newlines(false);
    let before = parser.errors();
    let expr = parser.expression();
    if parser.errors() == before && !parser.next_is(TokenKind::Eof) {
        let span = parser.peek_span();
        let detail = "The expression is complete before this; nothing may follow it.";
        parser.error(span, "Extra characters after expression", detail);
    }
    (expr, parser.finish())
}

/// A text that is a template, as `templatefile` reads it.
pub fn parse_template(file: FileId, text: &str) -> (Expr, Diagnostics) {
    template(Lexer::template(Origin::At(file, 0), text))
}

/// A text that is a template and was itself made from what stands at `span`.
pub fn parse_template_within(span: Span, text: &str) -> (Expr, Diagnostics) {
    template(Lexer::template(Origin::Within(span), text))
}

fn template(lexer: Lexer<'_>) -> (Expr, Diagnostics) {
    let mut parser = Parser::new(lexer);
    let expr = parser.whole_template();
    (expr, parser.finish())
}

#[cfg(test)]
#[path = "parse/parse_tests.rs"]
mod tests;
