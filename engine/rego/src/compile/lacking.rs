//! What OPA tells of a body that cannot be ordered.
//!
//! OPA's search for an order notes the variables that it misses on the way, and takes over what the call before an
//! equality would give even where that call lacks something itself. So of `x = f(y)`, which is `f(y, t); x = t`, it tells
//! that `y` is unsafe and says nothing of `x`. Bodies are not ordered like that here; only what is told is.

use super::Arity;
use super::safety::{self, Lacking};
use super::vars::{self, Names, Skip};
use crate::ast::{Expr, Kind};

/// The variables without a value, as OPA tells them.
pub(super) fn told(body: &[Expr], arity: &Arity, globals: &Names) -> Lacking {
    let all = vars::of_body(body, Skip::CLOSURES);
    let mut safe: Names = all.intersection(globals).cloned().collect();
    let mut open: Vec<(&Expr, Names)> = body
        .iter()
        .map(|expr| (expr, vars::of_expr(expr, Skip::CLOSURES).difference(&safe).cloned().collect()))
        .collect();
    let mut placed: Vec<Expr> = Vec::with_capacity(body.len());
    let mut found = Names::new();
    loop {
        let before = placed.len();
        open.retain_mut(|(expr, lacks)| {
            let outputs = outputs_after(expr, arity, &safe, &mut found);
            let mut inside = safety::in_closures(expr);
            inside.retain(|name| all.contains(name) && !globals.contains(name));
            if !inside.is_empty() {
                let given = safety::outputs_of_body(&placed, arity, &safe);
                inside.retain(|name| !given.contains(name));
            }
            if !inside.is_empty() {
                if inside == outputs {
                    return true;
                }
                *lacks = inside;
            }
            lacks.retain(|name| !outputs.contains(name) && !safe.contains(name));
            if lacks.is_empty() {
                placed.push((*expr).clone());
                safe.extend(outputs);
            }
            !lacks.is_empty()
        });
        if placed.len() == before {
            break;
        }
    }
    let mut lacking: Lacking =
        open.into_iter().flat_map(|(expr, lacks)| lacks.into_iter().map(|name| (name, expr.at))).collect();
    safety::closures(&mut placed, arity, globals, &mut lacking);
    lacking
}

/// The outputs of an expression; `found` is what is left of the expressions before it.
fn outputs_after(expr: &Expr, arity: &Arity, safe: &Names, found: &mut Names) -> Names {
    let missing = expr.with.iter().any(|with| {
        let mut needed = Names::new();
        vars::with_into(with, Skip::CLOSURES, &mut needed);
        !needed.is_subset(safe)
    });
    if expr.negated || missing {
        return Names::new();
    }
    match &expr.kind {
        Kind::Call(_) if expr.is_equality() => {
            safety::outputs_of_equality(expr, safe, &std::mem::take(found))
        }
        Kind::Call(_) => {
            let outputs = safety::outputs(expr, arity, safe);
            found.clone_from(&outputs);
            outputs
        }
        Kind::Every(every) => {
            found.extend(safety::outputs_of_refs(&every.domain, safe));
            found.clone()
        }
        _ => safety::outputs(expr, arity, safe),
    }
}
