//! Arguments that are read as references or words, not evaluated.

use std::sync::Arc;

use ordain_diag::Diagnostics;
use ordain_lang::ast::{Expr, ExprKind, Traversal};

/// The reference that an expression is; in JSON syntax, and by old habit in quotes, the text of a string.
pub(crate) fn as_traversal(expr: &Expr, found: &mut Diagnostics) -> Option<Arc<Traversal>> {
    match &expr.kind {
        ExprKind::Traversal(traversal) => Some(traversal.clone()),
        ExprKind::Json(json) => parsed(&json.text, expr, found),
        ExprKind::String(text) => parsed(text, expr, found),
        _ => None,
    }
}

/// The expression that the text of a JSON string is where no template is meant; others as they are.
pub(crate) fn as_written(expr: &Expr, found: &mut Diagnostics) -> Expr {
    match &expr.kind {
        ExprKind::Json(json) => parse_inside(&json.text, expr, found),
        _ => expr.clone(),
    }
}

fn parsed(text: &str, around: &Expr, found: &mut Diagnostics) -> Option<Arc<Traversal>> {
    match parse_inside(text, around, found).kind {
        ExprKind::Traversal(traversal) => Some(traversal),
        _ => None,
    }
}

/// Reads the text inside a string as an expression; positions count from after the opening quote.
fn parse_inside(text: &str, around: &Expr, found: &mut Diagnostics) -> Expr {
    let start = usize::try_from(around.span.start).unwrap_or(usize::MAX).saturating_add(1);
    found.take(ordain_lang::parse::parse_expression_at(around.span.file, start, text))
}
