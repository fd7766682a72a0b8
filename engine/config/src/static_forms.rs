//! Arguments that are read as references or words, not evaluated.

use ordain_diag::{Diagnostic, Diagnostics, codes};
use ordain_lang::ast::{Expr, ExprKind, Traversal};
use ordain_lang::parse::parse_expr_within;

/// The reference that an expression is; in JSON syntax the text of a string, and in native syntax, by
/// old habit and with a warning, the text in quotes.
pub(crate) fn as_traversal(expr: &Expr, found: &mut Diagnostics) -> Option<Traversal> {
    let read = match &expr.kind {
        ExprKind::String(text) => {
            let detail = "In this context, references are expected literally rather than in quotes. Terraform 0.11 and earlier required quotes, but quoted references are now deprecated and will be removed in a future version of Terraform. Remove the quotes surrounding this reference to silence this warning.";
            let code = codes::config::INVALID_ARGUMENT;
            found.push(
                Diagnostic::warning(code, "Quoted references are deprecated", detail).with_span(expr.span),
            );
            found.take(parse_expr_within(expr.span, text))
        }
        _ => as_written(expr, found),
    };
    match read.kind {
        ExprKind::Traversal(traversal) => Some(traversal),
        _ => None,
    }
}

/// The reference that an expression is; text in quotes is one in JSON syntax only.
pub(crate) fn as_plain_traversal(expr: &Expr, found: &mut Diagnostics) -> Option<Traversal> {
    match as_written(expr, found).kind {
        ExprKind::Traversal(traversal) => Some(traversal),
        _ => None,
    }
}

/// The expression that is meant where no template is: in JSON syntax the text of a string.
pub(crate) fn as_written(expr: &Expr, found: &mut Diagnostics) -> Expr {
    found.take(expr.native())
}
