//! What a rule's body asks of `input` with constants: rules that cannot hold are not begun.

use crate::ast::{Expr, Kind, Term};
use crate::value::Value;

/// A path of `input`, and the value that must be there; any value if none is given.
pub(crate) type Need = (Vec<Value>, Option<Value>);

/// The needs of a body. A body that prints has none, so that it prints.
pub(crate) fn needs(body: &[Expr]) -> Vec<Need> {
    if body.iter().any(|expr| expr.is_call_of("internal.print") || prints(expr)) {
        return Vec::new();
    }
    body.iter().filter(|expr| expr.with.is_empty() && !expr.negated).filter_map(need).collect()
}

fn prints(expr: &Expr) -> bool {
    expr.operator().as_deref() == Some("internal.print")
}

fn need(expr: &Expr) -> Option<Need> {
    match &expr.kind {
        Kind::Term(term) => Some((input_path(term)?, None)),
        Kind::Call(terms) if expr.is_equality() => {
            let [_, left, right] = terms.as_slice() else { return None };
            let (path, value) = match (input_path(left), input_path(right)) {
                (Some(path), None) => (path, right.as_constant()?),
                (None, Some(path)) => (path, left.as_constant()?),
                _ => return None,
            };
            Some((path, Some(value.clone())))
        }
        _ => None,
    }
}

fn input_path(term: &Term) -> Option<Vec<Value>> {
    let (head, rest) = term.as_ref()?.split_first()?;
    if head.as_var().is_none_or(|name| &**name != "input") || rest.is_empty() {
        return None;
    }
    rest.iter().map(|part| part.as_constant().cloned()).collect()
}
