//! Text to tree. Never fails: broken text gives the tree of what could be read, and diagnostics.

mod body;
mod collections;
mod escapes;
mod expr;
mod halves;
mod heredoc;
mod invalid;
mod json;
mod json_text;
mod json_token;
pub(crate) mod lexer;
mod names;
mod parser;
mod steps;
mod template;
mod template_tree;
pub(crate) mod token;

use ordain_diag::{Diagnostic, Diagnostics, FileId, Span, codes};

use crate::ast::{Body, Expr, JsonNode, JsonValue, List, NativeBody};
use lexer::{Lexer, Origin};
use parser::Parser;
use token::TokenKind;

/// A file in native syntax (`.tf`).
pub fn parse_native(file: FileId, text: &str) -> (Body, Diagnostics) {
    let (body, found) = halves::read(file, text).unwrap_or_else(|| part_of_file(file, 0, text));
    (Body::Native(body), found)
}

/// A text that stands in a file at an offset.
fn part_of_file(file: FileId, at: u32, text: &str) -> (NativeBody, Diagnostics) {
    let mut parser = Parser::new(Lexer::code(Origin::At(file, at), text));
    let body = parser.file();
    (body, parser.finish())
}

/// A file in JSON syntax (`.tf.json`). Where its value is no object, nor an array, the body is empty.
pub fn parse_json(file: FileId, text: &str) -> (Body, Diagnostics) {
    let (node, mut found) = json::read(file, text);
    if matches!(node.value, JsonValue::Object(_) | JsonValue::Array(_)) {
        return (Body::Json(node), found);
    }
    let detail = "A configuration file in JSON syntax is an object, or an array of objects.";
    found.push(
        Diagnostic::error(codes::lang::SYNTAX, "Root value must be object", detail).with_span(node.span),
    );
    (Body::Json(JsonNode { span: node.span, value: JsonValue::Object(List::default()) }), found)
}

/// A text that is one expression, as on the console or in a target.
pub fn parse_expr(file: FileId, text: &str) -> (Expr, Diagnostics) {
    expression(Lexer::code(Origin::At(file, 0), text))
}

/// A text that is one expression and was itself made from what stands at `span`.
pub fn parse_expr_within(span: Span, text: &str) -> (Expr, Diagnostics) {
    expression(Lexer::code(Origin::Within(span), text))
}

/// The text between the quotation marks that stand at `span`, as an expression.
pub fn parse_quoted(span: Span, text: &str) -> (Expr, Diagnostics) {
    let plain = text.is_ascii() && span.len() == text.len() + 2;
    let origin = if plain { Origin::At(span.file, span.start + 1) } else { Origin::Within(span) };
    expression(Lexer::code(origin, text))
}

/// The text of a string in JSON syntax that stands at `span` with its quotation marks, as an expression. Places in it are
/// counted from the first mark, as the originals of this language do.
pub(crate) fn parse_json_text(span: Span, text: &str) -> (Expr, Diagnostics) {
    let plain = text.is_ascii() && span.len() == text.len() + 2;
    let origin = if plain { Origin::At(span.file, span.start) } else { Origin::Within(span) };
    expression(Lexer::code(origin, text))
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

/// The text between the quotation marks that stand at `span`; `escaped` says that it was written with
/// escapes: places are then counted in the text that they mean, as long as that cannot end within a character.
pub(crate) fn parse_template_part(span: Span, escaped: bool, text: &str) -> (Expr, Diagnostics) {
    let counted = !escaped || text.is_ascii();
    let origin = if counted { Origin::At(span.file, span.start + 1) } else { Origin::Within(span) };
    template(Lexer::template(origin, text))
}

/// Text as the language keeps it: NFC.
pub(crate) fn normal_text(text: &str) -> crate::ast::Text {
    template::shared(text)
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
#[path = "parse/halves_tests.rs"]
mod halves_tests;
#[cfg(test)]
#[path = "parse/parse_tests.rs"]
mod tests;
