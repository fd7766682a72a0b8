//! The variables in a piece of syntax.

use crate::ast::{Comprehension, Expr, Kind, Name, Node, Part, Term, With};
use std::collections::BTreeSet;

pub(crate) type Names = BTreeSet<Name>;

/// What is left out. Operators of calls, `input` and `data` always are.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Skip {
    /// The first part of references.
    pub(crate) heads: bool,
    /// Comprehensions, templates, and bodies of `every` and `not`.
    pub(crate) closures: bool,
    pub(crate) sets: bool,
    pub(crate) keys: bool,
}

impl Skip {
    pub(crate) const NOTHING: Skip = Skip { heads: false, closures: false, sets: false, keys: false };
    /// What safety looks at.
    pub(crate) const CLOSURES: Skip = Skip { closures: true, ..Skip::NOTHING };
    /// What a pattern can bind.
    pub(crate) const PATTERN: Skip = Skip { heads: true, closures: true, sets: true, keys: true };
}

/// Variables of a term.
pub(crate) fn of_term(term: &Term, skip: Skip) -> Names {
    let mut out = Names::new();
    term_into(term, skip, &mut out);
    out
}

/// Variables of an expression.
pub(crate) fn of_expr(expr: &Expr, skip: Skip) -> Names {
    let mut out = Names::new();
    expr_into(expr, skip, &mut out);
    out
}

/// Variables of a body.
pub(crate) fn of_body(body: &[Expr], skip: Skip) -> Names {
    let mut out = Names::new();
    body.iter().for_each(|expr| expr_into(expr, skip, &mut out));
    out
}

pub(crate) fn term_into(term: &Term, skip: Skip, out: &mut Names) {
    match &term.node {
        Node::Constant(_) => {}
        Node::Var(name) => {
            if !matches!(&**name, "input" | "data") {
                out.insert(name.clone());
            }
        }
        Node::Ref(path) => {
            path.iter().skip(usize::from(skip.heads)).for_each(|part| term_into(part, skip, out));
        }
        Node::Array(items) => items.iter().for_each(|item| term_into(item, skip, out)),
        Node::Set(items) => {
            if !skip.sets {
                items.iter().for_each(|item| term_into(item, skip, out));
            }
        }
        Node::Object(pairs) => {
            for (key, value) in pairs {
                if !skip.keys {
                    term_into(key, skip, out);
                }
                term_into(value, skip, out);
            }
        }
        Node::Comprehension(inner) => {
            if !skip.closures {
                comprehension_into(inner, skip, out);
            }
        }
        Node::Call(terms) => {
            if let Some((operator, operands)) = terms.split_first() {
                operator_into(operator, skip, out);
                operands.iter().for_each(|operand| term_into(operand, skip, out));
            }
        }
        Node::Template(parts) => {
            if !skip.closures {
                for part in parts {
                    if let Part::Expr(expr) = part {
                        expr_into(expr, skip, out);
                    }
                }
            }
        }
    }
}

fn comprehension_into(inner: &Comprehension, skip: Skip, out: &mut Names) {
    if let Some(key) = &inner.key {
        term_into(key, skip, out);
    }
    term_into(&inner.value, skip, out);
    inner.body.iter().for_each(|expr| expr_into(expr, skip, out));
}

/// The path of an operator may hold variables, its head is a name.
fn operator_into(operator: &Term, skip: Skip, out: &mut Names) {
    if let Node::Ref(path) = &operator.node {
        path.iter().skip(1).for_each(|part| term_into(part, skip, out));
    }
}

pub(crate) fn expr_into(expr: &Expr, skip: Skip, out: &mut Names) {
    match &expr.kind {
        Kind::Term(term) => term_into(term, skip, out),
        Kind::Call(terms) => {
            if let Some((operator, operands)) = terms.split_first() {
                operator_into(operator, skip, out);
                operands.iter().for_each(|operand| term_into(operand, skip, out));
            }
        }
        Kind::Some(terms) => terms.iter().for_each(|term| term_into(term, skip, out)),
        Kind::Every(every) => {
            term_into(&every.domain, skip, out);
            if !skip.closures {
                every.key.iter().for_each(|key| term_into(key, skip, out));
                term_into(&every.value, skip, out);
                every.body.iter().for_each(|expr| expr_into(expr, skip, out));
            }
        }
        Kind::Not { body, explicit } => operand_into(body, *explicit, skip, out),
        Kind::And(sides) | Kind::Or(sides) => {
            operand_into(&sides.left, sides.explicit.0, skip, out);
            operand_into(&sides.right, sides.explicit.1, skip, out);
        }
    }
    expr.with.iter().for_each(|with| with_into(with, skip, out));
}

/// Variables of a replacement; names of functions are none.
pub(crate) fn with_into(with: &With, skip: Skip, out: &mut Names) {
    if let Node::Ref(path) = &with.target.node {
        path.iter().skip(1).for_each(|part| term_into(part, skip, out));
    }
    let named = matches!(with.value.node, Node::Var(_) | Node::Ref(_))
        && crate::builtins::find(&crate::ast::operator_name(&with.value)).is_some();
    if !named {
        term_into(&with.value, skip, out);
    }
}

/// A body that is an operand: outside, only what it cannot bind itself is visible, and of braces nothing is.
fn operand_into(body: &[Expr], explicit: bool, skip: Skip, out: &mut Names) {
    if !skip.closures {
        body.iter().for_each(|expr| expr_into(expr, skip, out));
    } else if !explicit {
        out.extend(free_in(body));
    }
}

/// Variables of an operand body that no two of its expressions share with one of them binding.
fn free_in(body: &[Expr]) -> Names {
    let seen: Vec<Names> = body.iter().map(|expr| of_expr(expr, Skip::CLOSURES)).collect();
    let bound: Names = body.iter().flat_map(may_bind).collect();
    let all: Names = seen.iter().flatten().cloned().collect();
    all.into_iter()
        .filter(|name| {
            let uses = seen.iter().filter(|names| names.contains(name)).count();
            !bound.contains(name) || uses == 1
        })
        .collect()
}

/// Variables that a generated expression gives a value to.
fn may_bind(expr: &Expr) -> Names {
    match &expr.kind {
        Kind::Call(terms) if expr.is_equality() => {
            terms.iter().skip(1).flat_map(|term| of_term(term, Skip::PATTERN)).collect()
        }
        Kind::Call(terms) if expr.generated => {
            terms.last().map(|output| of_term(output, Skip::PATTERN)).unwrap_or_default()
        }
        _ => Names::new(),
    }
}

/// Variables that a body declares with `:=` and `some`, for those outside of closures.
pub(crate) fn declared(body: &[Expr]) -> Names {
    let mut out = Names::new();
    for expr in body {
        match &expr.kind {
            Kind::Call(terms) if expr.is_assignment() && terms.len() == 3 => {
                terms.iter().skip(1).take(1).for_each(|left| term_into(left, Skip::NOTHING, &mut out));
                // `input := …` shadows the document.
                if let Some([head]) = terms.get(1).and_then(Term::as_ref)
                    && let Some(name) = head.as_var()
                {
                    out.insert(name.clone());
                }
            }
            Kind::Some(symbols) => {
                for symbol in symbols {
                    match &symbol.node {
                        Node::Call(terms) => {
                            let count = terms.len().saturating_sub(2);
                            terms
                                .iter()
                                .skip(1)
                                .take(count)
                                .for_each(|t| term_into(t, Skip::NOTHING, &mut out));
                        }
                        _ => term_into(symbol, Skip::NOTHING, &mut out),
                    }
                }
            }
            _ => {}
        }
    }
    out
}

/// Calls `f` on the terms directly inside of `term`, outside of closures.
pub(crate) fn each_child_mut(term: &mut Term, f: &mut dyn FnMut(&mut Term)) {
    match &mut term.node {
        Node::Constant(_) | Node::Var(_) | Node::Comprehension(_) | Node::Template(_) => {}
        Node::Ref(terms) | Node::Array(terms) | Node::Set(terms) | Node::Call(terms) => {
            terms.iter_mut().for_each(f);
        }
        Node::Object(pairs) => pairs.iter_mut().for_each(|(key, value)| {
            f(key);
            f(value);
        }),
    }
}

/// Calls `f` on every expression inside of a body, closures included, outermost first.
pub(crate) fn each_expr(body: &[Expr], f: &mut dyn FnMut(&Expr)) {
    for expr in body {
        f(expr);
        each_closure(expr, &mut |inner| each_expr(inner, f));
    }
}

/// Calls `f` on the bodies directly inside of an expression.
pub(crate) fn each_closure(expr: &Expr, f: &mut dyn FnMut(&[Expr])) {
    match &expr.kind {
        Kind::Term(term) => closures_of(term, f),
        Kind::Call(terms) | Kind::Some(terms) => terms.iter().for_each(|term| closures_of(term, f)),
        Kind::Every(every) => {
            closures_of(&every.domain, f);
            f(&every.body);
        }
        Kind::Not { body, .. } => f(body),
        Kind::And(sides) | Kind::Or(sides) => {
            f(&sides.left);
            f(&sides.right);
        }
    }
    expr.with.iter().for_each(|with| closures_of(&with.value, f));
}

/// Calls `f` on the bodies of the comprehensions in a term that are not inside of another one.
pub(crate) fn closures_of(term: &Term, f: &mut dyn FnMut(&[Expr])) {
    match &term.node {
        Node::Constant(_) | Node::Var(_) => {}
        Node::Ref(terms) | Node::Array(terms) | Node::Set(terms) | Node::Call(terms) => {
            terms.iter().for_each(|inner| closures_of(inner, f));
        }
        Node::Object(pairs) => pairs.iter().for_each(|(key, value)| {
            closures_of(key, f);
            closures_of(value, f);
        }),
        Node::Comprehension(inner) => {
            inner.key.iter().for_each(|key| closures_of(key, f));
            closures_of(&inner.value, f);
            f(&inner.body);
        }
        Node::Template(parts) => {
            for part in parts {
                if let Part::Expr(expr) = part {
                    each_closure(expr, f);
                }
            }
        }
    }
}

/// Calls `f` on every term of a body, closures included, outermost first.
pub(crate) fn each_term(body: &[Expr], f: &mut dyn FnMut(&Term)) {
    for expr in body {
        expr_terms(expr, f);
    }
}

/// Calls `f` on every term of an expression, closures included.
pub(crate) fn expr_terms(expr: &Expr, f: &mut dyn FnMut(&Term)) {
    match &expr.kind {
        Kind::Term(term) => within(term, f),
        Kind::Call(terms) | Kind::Some(terms) => terms.iter().for_each(|term| within(term, f)),
        Kind::Every(every) => {
            every.key.iter().for_each(|key| within(key, f));
            within(&every.value, f);
            within(&every.domain, f);
            each_term(&every.body, f);
        }
        Kind::Not { body, .. } => each_term(body, f),
        Kind::And(sides) | Kind::Or(sides) => {
            each_term(&sides.left, f);
            each_term(&sides.right, f);
        }
    }
    for with in &expr.with {
        within(&with.target, f);
        within(&with.value, f);
    }
}

/// Calls `f` on a term and every term inside of it.
pub(crate) fn within(term: &Term, f: &mut dyn FnMut(&Term)) {
    f(term);
    match &term.node {
        Node::Constant(_) | Node::Var(_) => {}
        Node::Ref(terms) | Node::Array(terms) | Node::Set(terms) | Node::Call(terms) => {
            terms.iter().for_each(|inner| within(inner, f));
        }
        Node::Object(pairs) => pairs.iter().for_each(|(key, value)| {
            within(key, f);
            within(value, f);
        }),
        Node::Comprehension(inner) => {
            inner.key.iter().for_each(|key| within(key, f));
            within(&inner.value, f);
            each_term(&inner.body, f);
        }
        Node::Template(parts) => parts.iter().for_each(|part| match part {
            Part::Text(text) => within(text, f),
            Part::Expr(expr) => expr_terms(expr, f),
        }),
    }
}
