//! Arguments that are read as references or words, not evaluated.

use ordain_diag::{Diagnostic, Diagnostics, Span, codes};
use ordain_lang::ast::{Body, Expr, ExprKind, Ident, Traversal};
use ordain_lang::parse::parse_quoted;

use crate::fields::bad_argument;

/// Whether an expression of a block of this body is a value of JSON syntax that can be no name: `null` and `true` are
/// names in native syntax only.
fn is_json_value(body: &Body, expr: &Expr) -> bool {
    matches!(body, Body::Json(_)) && !matches!(expr.kind, ExprKind::Json(_))
}

/// The reference that an expression is in a block of this body; in JSON syntax the text of a string, and in native
/// syntax, by old habit and with a warning, the text in quotes.
pub(crate) fn as_traversal(body: &Body, expr: &Expr, found: &mut Diagnostics) -> Option<Traversal> {
    match &expr.kind {
        _ if is_json_value(body, expr) => None,
        ExprKind::String(text) => {
            let detail = "In this context, references are expected literally rather than in quotes. Terraform 0.11 and earlier required quotes, but quoted references are now deprecated and will be removed in a future version of Terraform. Remove the quotes surrounding this reference to silence this warning.";
            let code = codes::config::INVALID_ARGUMENT;
            found.push(
                Diagnostic::warning(code, "Quoted references are deprecated", detail).with_span(expr.span),
            );
            quoted(expr.span, text, found)
        }
        _ => as_plain_traversal(expr, found),
    }
}

/// The reference that a text in quotes is. What is wrong with it is told as of a reference, not of an expression.
fn quoted(span: Span, text: &str, found: &mut Diagnostics) -> Option<Traversal> {
    let (read, problems) = parse_quoted(span, text);
    let failed = problems.has_errors();
    for problem in problems {
        let extra = problem.summary == "Extra characters after expression";
        found.push(match problem.span.filter(|_| extra) {
            Some(span) => {
                let detail = "A dot and a name, or brackets with a number or a text, can follow a name here.";
                bad_argument("Invalid character", detail, span)
            }
            None => problem,
        });
    }
    let named = named(read);
    if named.is_none() && !failed {
        let start = (span.start + 1).min(span.end);
        let first = Span { start, end: (start + 1).min(span.end), ..span };
        found.push(bad_argument("Variable name required", "A reference begins with a name.", first));
    }
    named
}

/// The reference that an expression is; text in quotes is one in JSON syntax only.
pub(crate) fn as_plain_traversal(expr: &Expr, found: &mut Diagnostics) -> Option<Traversal> {
    let read = match &expr.kind {
        // What is wrong with a text of JSON syntax is told by the caller alone: it is no reference.
        ExprKind::Json(_) => {
            Some(expr.native()).filter(|(_, problems)| !problems.has_errors()).map(|(read, _)| read)
        }
        _ => Some(as_written(expr, found)),
    };
    named(read?)
}

/// The address that an argument of a block of this body gives, such as `from` of `moved`; a fault is reported.
pub(crate) fn address_in(body: &Body, expr: &Expr, found: &mut Diagnostics) -> Option<Traversal> {
    let read = if is_json_value(body, expr) { None } else { as_plain_traversal(expr, found) };
    if read.is_none() {
        let detail = "A single static variable reference is required: only attribute access and indexing with constant keys. No calculations, function calls, template expressions, etc are allowed here.";
        found.push(bad_argument("Invalid expression", detail, expr.span));
    }
    read
}

/// The reference that an expression is. `null`, `true` and `false` are names here, as that of the provider `null`.
fn named(expr: Expr) -> Option<Traversal> {
    let word = |expr: &Expr| {
        let text = match expr.kind {
            ExprKind::Null => "null",
            ExprKind::Bool(true) => "true",
            ExprKind::Bool(false) => "false",
            _ => return None,
        };
        Some(Ident { text: text.into(), span: expr.span })
    };
    match &expr.kind {
        ExprKind::Traversal(traversal) => Some(traversal.clone()),
        ExprKind::Relative(parts) => Some(Traversal::new(word(&parts.source)?, parts.steps.to_vec())),
        _ => Some(Traversal::new(word(&expr)?, Vec::new())),
    }
}

/// The expression that is meant where no template is: in JSON syntax the text of a string.
pub(crate) fn as_written(expr: &Expr, found: &mut Diagnostics) -> Expr {
    found.take(expr.native())
}

/// The same where JSON syntax must have a string that can be read; what else stands in `body` is reported.
pub(crate) fn static_text(body: &Body, expr: &Expr, found: &mut Diagnostics) -> Option<Expr> {
    if is_json_value(body, expr) {
        let detail = "A reference is one string in JSON syntax.";
        found.push(bad_argument("Invalid reference expression", detail, expr.span));
        return None;
    }
    let (read, problems) = expr.native();
    let readable = !problems.has_errors();
    found.append(problems);
    readable.then_some(read)
}
