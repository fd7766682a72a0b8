//! What bodies ask with constants: of `input`, so that rules that cannot hold are not begun, and of the members of a
//! collection, so that those which cannot get through are not looked at.

use crate::ast::{Expr, Kind, Term};
use crate::ir::{self, Block, Op, Pattern, Slot, Wanted};
use crate::value::Value;
use std::collections::HashMap;

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

/// Notes at every scan of a body what its members must equal to get past the conditions that follow at once.
pub(crate) fn note_wanted(block: &mut Block) {
    let mut left = block.ops.as_mut_slice();
    while let Some((op, rest)) = left.split_first_mut() {
        if let Op::Scan { into, wanted, .. } = op {
            *wanted = wanted_of(*into, rest);
        }
        left = rest;
    }
}

/// Only operations that look at members and can do nothing else are looked through.
fn wanted_of(member: Slot, ops: &[Op]) -> Vec<Wanted> {
    let mut known: HashMap<Slot, Vec<Value>> = HashMap::from([(member, Vec::new())]);
    let mut out = Vec::new();
    for op in ops {
        match op {
            Op::At(_) => {}
            Op::Let(slot, expr) | Op::Match(Pattern::Bind(slot), expr) => {
                let Some(path) = path_of(expr, &known) else { break };
                known.insert(*slot, path);
            }
            Op::Match(Pattern::Equal(left), right) => {
                let (path, value) = match (path_of(left, &known), path_of(right, &known), left, right) {
                    (Some(path), None, _, ir::Expr::Constant(value))
                    | (None, Some(path), ir::Expr::Constant(value), _) => (path, value),
                    _ => break,
                };
                if matches!(value, Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) {
                    out.push(Wanted { path, value: value.clone() });
                }
            }
            _ => break,
        }
    }
    out
}

/// Where in a member an expression looks.
fn path_of(expr: &ir::Expr, known: &HashMap<Slot, Vec<Value>>) -> Option<Vec<Value>> {
    match expr {
        ir::Expr::Slot(slot) => known.get(slot).cloned(),
        ir::Expr::Index(head, rest) => {
            let mut path = path_of(head, known)?;
            for part in rest {
                let ir::Expr::Constant(key) = part else { return None };
                path.push(key.clone());
            }
            Some(path)
        }
        _ => None,
    }
}
