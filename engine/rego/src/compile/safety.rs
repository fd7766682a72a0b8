//! Safety: every variable gets a value, and bodies are put in an order in which it does so before it is needed.

use super::vars::{self, Names, Skip};
use super::{Arity, Compiler};
use crate::ast::{Comprehension, Expr, Kind, Name, Node, Span, Term, is_generated, is_wildcard};
use crate::error::Code;
use crate::value::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Variables to which a body gives values, beyond those in `safe`.
pub(crate) fn outputs_of_body(body: &[Expr], arity: &Arity, safe: &Names) -> Names {
    let mut known = safe.clone();
    for expr in body {
        let new = outputs(expr, arity, &known);
        known.extend(new);
    }
    known.difference(safe).cloned().collect()
}

/// Variables to which an expression gives values, if those in `safe` have theirs.
pub(crate) fn outputs(expr: &Expr, arity: &Arity, safe: &Names) -> Names {
    if expr.negated {
        return Names::new();
    }
    for with in &expr.with {
        let mut needed = Names::new();
        vars::with_into(with, Skip::CLOSURES, &mut needed);
        if !needed.is_subset(safe) {
            return Names::new();
        }
    }
    match &expr.kind {
        Kind::Term(term) => outputs_of_refs(term, safe),
        Kind::Call(_) if expr.is_equality() => outputs_of_equality(expr, safe, &Names::new()),
        Kind::Call(terms) => outputs_of_call(terms, arity, safe),
        Kind::Every(every) => outputs_of_refs(&every.domain, safe),
        Kind::Some(_) | Kind::Not { .. } | Kind::And(_) | Kind::Or(_) => Names::new(),
    }
}

/// References with a known head give values to the variables in their path.
pub(super) fn outputs_of_refs(term: &Term, safe: &Names) -> Names {
    let mut out = Names::new();
    refs_into(term, safe, &mut out);
    out
}

fn refs_into(term: &Term, safe: &Names, out: &mut Names) {
    match &term.node {
        Node::Ref(path) => {
            let head = path.first().map(|head| vars::of_term(head, Skip::CLOSURES)).unwrap_or_default();
            if head.is_subset(safe) {
                vars::term_into(term, Skip { heads: true, ..Skip::NOTHING }, out);
                path.iter().skip(1).for_each(|part| refs_into(part, safe, out));
            }
        }
        Node::Array(items) | Node::Set(items) => items.iter().for_each(|item| refs_into(item, safe, out)),
        Node::Call(terms) => terms.iter().skip(1).for_each(|operand| refs_into(operand, safe, out)),
        Node::Object(pairs) => pairs.iter().for_each(|(key, value)| {
            refs_into(key, safe, out);
            refs_into(value, safe, out);
        }),
        Node::Constant(_) | Node::Var(_) | Node::Comprehension(_) | Node::Template(_) => {}
    }
}

pub(super) fn outputs_of_equality(expr: &Expr, safe: &Names, found: &Names) -> Names {
    let Kind::Call(terms) = &expr.kind else { return Names::new() };
    let [_, left, right] = terms.as_slice() else { return Names::new() };
    let mut more = outputs_of_refs(left, safe);
    more.extend(outputs_of_refs(right, safe));
    more.extend(found.iter().cloned());
    // `:=` binds its left side and never its right.
    let bound = if expr.assigned { vars::of_term(left, Skip::NOTHING) } else { Names::new() };
    more.retain(|name| !bound.contains(name));
    let known = Known { safe, more: &more, bound: &bound };
    let mut unifier = Unifier { known, unified: Names::new(), waiting: BTreeMap::new() };
    unifier.unify(left, right);
    let unified = unifier.unified;
    more.extend(unified);
    more.retain(|name| !safe.contains(name));
    more
}

/// What has its value when two sides meet: all that had one before, and what the sides give themselves, but for what
/// they bind. The first are many in a long body, so they are not copied.
#[derive(Clone, Copy)]
struct Known<'s> {
    safe: &'s Names,
    more: &'s Names,
    bound: &'s Names,
}

impl Known<'_> {
    fn has(&self, name: &Name) -> bool {
        self.more.contains(name) || (self.safe.contains(name) && !self.bound.contains(name))
    }

    fn has_all(&self, names: &Names) -> bool {
        names.iter().all(|name| self.has(name))
    }
}

fn outputs_of_call(terms: &[Term], arity: &Arity, safe: &Names) -> Names {
    let Some(count) = terms.first().and_then(|operator| arity.of(operator)) else { return Names::new() };
    let mut out = Names::new();
    terms.iter().skip(1).for_each(|operand| refs_into(operand, safe, &mut out));
    let Some(beyond) = terms.get(count + 1..).filter(|beyond| !beyond.is_empty()) else { return out };
    let inputs = terms.get(1..=count).unwrap_or_default();
    let needed: Names = inputs.iter().flat_map(|input| vars::of_term(input, Skip::PATTERN)).collect();
    if needed.iter().any(|name| !out.contains(name) && !safe.contains(name)) {
        return Names::new();
    }
    for output in beyond {
        vars::term_into(output, Skip::PATTERN, &mut out);
    }
    out
}

/// Finds what the two sides of an equality give each other.
struct Unifier<'s> {
    known: Known<'s>,
    unified: Names,
    waiting: BTreeMap<Name, Names>,
}

impl Unifier<'_> {
    fn is_safe(&self, name: &Name) -> bool {
        matches!(&**name, "input" | "data") || self.known.has(name) || self.unified.contains(name)
    }

    /// Whether the head of a reference, or all of a call, has values.
    fn is_known(&self, term: &Term) -> bool {
        match &term.node {
            Node::Ref(path) => {
                path.first().is_some_and(|head| self.known.has_all(&vars::of_term(head, Skip::CLOSURES)))
            }
            _ => self.known.has_all(&vars::of_term(term, Skip::CLOSURES)),
        }
    }

    fn unify(&mut self, left: &Term, right: &Term) {
        match (&left.node, &right.node) {
            (Node::Var(a), Node::Var(b)) => {
                if self.is_safe(b) {
                    self.mark(a);
                } else if self.is_safe(a) {
                    self.mark(b);
                } else {
                    self.waiting.entry(a.clone()).or_default().insert(b.clone());
                    self.waiting.entry(b.clone()).or_default().insert(a.clone());
                }
            }
            (Node::Var(name), Node::Array(_) | Node::Object(_)) => self.unify_all(name, right),
            (Node::Array(_) | Node::Object(_), Node::Var(name)) => self.unify_all(name, left),
            (Node::Var(name), Node::Ref(_) | Node::Call(_)) if self.is_known(right) => self.mark(name),
            (Node::Ref(_) | Node::Call(_), Node::Var(name)) if self.is_known(left) => self.mark(name),
            (Node::Var(_), Node::Ref(_) | Node::Call(_)) | (Node::Ref(_) | Node::Call(_), Node::Var(_)) => {}
            (Node::Var(name), _) | (_, Node::Var(name)) => self.mark(name),
            (Node::Array(_) | Node::Object(_), Node::Ref(_) | Node::Call(_)) if self.is_known(right) => {
                self.mark_all(left);
            }
            (Node::Ref(_) | Node::Call(_), Node::Array(_) | Node::Object(_)) if self.is_known(left) => {
                self.mark_all(right);
            }
            (Node::Array(_), Node::Comprehension(_)) => self.mark_all(left),
            (Node::Comprehension(_), Node::Array(_) | Node::Object(_)) => self.mark_all(right),
            (Node::Array(a), Node::Array(b)) if a.len() == b.len() => {
                a.iter().zip(b).for_each(|(a, b)| self.unify(a, b));
            }
            (Node::Object(a), Node::Object(b)) if a.len() == b.len() => {
                for (key, value) in a {
                    if let Some((_, other)) = b.iter().find(|(other, _)| other.node == key.node) {
                        self.unify(value, other);
                    }
                }
            }
            (Node::Array(_) | Node::Object(_), Node::Constant(value)) => self.unify_constant(left, value),
            (Node::Constant(value), Node::Array(_) | Node::Object(_)) => self.unify_constant(right, value),
            _ => {}
        }
    }

    /// A pattern takes from a constant what has its own shape: what can never match binds nothing.
    fn unify_constant(&mut self, pattern: &Term, value: &Value) {
        match (&pattern.node, value) {
            (Node::Var(name), _) => self.mark(name),
            (Node::Array(items), Value::Array(values)) if items.len() == values.len() => {
                items.iter().zip(values.iter()).for_each(|(item, value)| self.unify_constant(item, value));
            }
            (Node::Object(pairs), Value::Object(object)) if pairs.len() == object.len() => {
                for (key, item) in pairs {
                    if let Some(value) = key.as_constant().and_then(|key| object.get(key)) {
                        self.unify_constant(item, value);
                    }
                }
            }
            _ => {}
        }
    }

    fn mark_all(&mut self, term: &Term) {
        for name in vars::of_term(term, Skip { sets: false, ..Skip::PATTERN }) {
            self.mark(&name);
        }
    }

    fn mark(&mut self, name: &Name) {
        if !self.unified.insert(name.clone()) {
            return;
        }
        let mut ready = self.waiting.remove(name).unwrap_or_default();
        for (other, needs) in &mut self.waiting {
            if needs.remove(name) && needs.is_empty() {
                ready.insert(other.clone());
            }
        }
        for other in ready {
            self.mark(&other);
        }
    }

    fn unify_all(&mut self, name: &Name, pattern: &Term) {
        if self.is_safe(name) {
            self.mark_all(pattern);
            return;
        }
        let names = vars::of_term(pattern, Skip { sets: false, ..Skip::PATTERN });
        let missing: Names = names.into_iter().filter(|name| !self.is_safe(name)).collect();
        if missing.is_empty() {
            self.mark(name);
        } else {
            self.waiting.entry(name.clone()).or_default().extend(missing);
        }
    }
}

/// A variable without a value, and the expression that needs it.
pub(crate) type Lacking = BTreeSet<(Name, Span)>;

/// Expressions of a body of which what lacks is not told OPA's way.
const LONG: usize = 100;

/// Orders a body so that each variable has its value before it is needed; what cannot be ordered is told in `lacking`.
pub(crate) fn reorder(body: &mut Vec<Expr>, arity: &Arity, globals: &Names, lacking: &mut Lacking) {
    let all = vars::of_body(body, Skip::CLOSURES);
    let mut safe: Names = all.intersection(globals).cloned().collect();
    let mut left: Vec<(usize, Expr)> = std::mem::take(body).into_iter().enumerate().collect();
    body.reserve_exact(left.len());
    let mut order = Vec::with_capacity(left.len());
    loop {
        let mut moved = false;
        let mut rest = Vec::with_capacity(left.len());
        for (place, expr) in left {
            let outputs = outputs(&expr, arity, &safe);
            let mut needed = vars::of_expr(&expr, Skip::CLOSURES);
            needed.retain(|name| !safe.contains(name) && !outputs.contains(name));
            if needed.is_empty()
                && closures_ready(&expr, &all, globals, &safe)
                && !closes_over_own(&expr, &outputs, &all, globals)
            {
                safe.extend(outputs);
                body.push(expr);
                order.push(place);
                moved = true;
            } else {
                rest.push((place, expr));
            }
        }
        left = rest;
        if !moved || left.is_empty() {
            break;
        }
    }
    if left.is_empty() {
        return closures(body, arity, globals, lacking);
    }
    let mut missed = Lacking::new();
    for (_, expr) in &left {
        note_lacking(expr, arity, &safe, &all, globals, &mut missed);
    }
    left.extend(order.into_iter().zip(std::mem::take(body)));
    left.sort_by_key(|(place, _)| *place);
    body.extend(left.into_iter().map(|(_, expr)| expr));
    // OPA's way takes time by the third power of the length, which is for bodies that somebody wrote.
    let told = if body.len() > LONG { Lacking::new() } else { super::lacking::told(body, arity, globals) };
    lacking.extend(if told.is_empty() { missed } else { told });
}

/// Whether what the closures of an expression use from outside has values.
fn closures_ready(expr: &Expr, all: &Names, globals: &Names, safe: &Names) -> bool {
    let ready = |name: &Name| !all.contains(name) || globals.contains(name) || safe.contains(name);
    in_closures(expr).iter().all(ready)
}

/// Whether the closures of an expression use from outside just what its own references go through: OPA never orders that.
fn closes_over_own(expr: &Expr, outputs: &Names, all: &Names, globals: &Names) -> bool {
    let mut inside = in_closures(expr);
    inside.retain(|name| all.contains(name) && !globals.contains(name));
    !inside.is_empty() && inside == *outputs
}

pub(super) fn in_closures(expr: &Expr) -> Names {
    let mut inside = Names::new();
    vars::each_closure(expr, &mut |body| {
        body.iter().for_each(|expr| vars::expr_into(expr, Skip::NOTHING, &mut inside));
    });
    vars::expr_terms(expr, &mut |term| {
        if let Node::Comprehension(inner) = &term.node {
            inner.key.iter().for_each(|key| vars::term_into(key, Skip::NOTHING, &mut inside));
            vars::term_into(&inner.value, Skip::NOTHING, &mut inside);
        }
    });
    inside
}

fn note_lacking(
    expr: &Expr,
    arity: &Arity,
    safe: &Names,
    all: &Names,
    globals: &Names,
    lacking: &mut Lacking,
) {
    let outputs = outputs(expr, arity, safe);
    if closes_over_own(expr, &outputs, all, globals) {
        let plain = vars::of_expr(expr, Skip::CLOSURES).into_iter();
        lacking.extend(plain.filter(|name| !globals.contains(name)).map(|name| (name, expr.at)));
        return;
    }
    let plain = vars::of_expr(expr, Skip::CLOSURES).into_iter().filter(|name| !outputs.contains(name));
    // What the expression itself gives comes too late for the closures in it.
    let inside = in_closures(expr).into_iter().filter(|name| all.contains(name) && !globals.contains(name));
    for name in plain.chain(inside) {
        if !safe.contains(&name) {
            lacking.insert((name, expr.at));
        }
    }
}

/// Orders the bodies inside of an ordered body; each sees what stands before it.
pub(super) fn closures(body: &mut [Expr], arity: &Arity, globals: &Names, lacking: &mut Lacking) {
    let mut known = globals.clone();
    for expr in body {
        let at = expr.at;
        let mut here = known.clone();
        if !matches!(expr.kind, Kind::Not { .. } | Kind::And(_) | Kind::Or(_)) {
            here.extend(outputs(expr, arity, &known));
        }
        order_inside(expr, arity, &here, at, lacking);
        known.extend(vars::of_expr(expr, Skip::CLOSURES));
    }
}

fn order_inside(expr: &mut Expr, arity: &Arity, known: &Names, at: Span, lacking: &mut Lacking) {
    match &mut expr.kind {
        Kind::Term(term) => order_term(term, arity, known, at, lacking),
        Kind::Call(terms) | Kind::Some(terms) => {
            terms.iter_mut().for_each(|term| order_term(term, arity, known, at, lacking));
        }
        Kind::Every(every) => {
            order_term(&mut every.domain, arity, known, at, lacking);
            let mut inner = known.clone();
            every.key.iter().for_each(|key| vars::term_into(key, Skip::NOTHING, &mut inner));
            vars::term_into(&every.value, Skip::NOTHING, &mut inner);
            reorder(&mut every.body, arity, &inner, lacking);
        }
        Kind::Not { body, .. } => {
            let mut own = std::mem::take(body).into_vec(0);
            reorder(&mut own, arity, known, lacking);
            *body = own.into();
        }
        Kind::And(sides) | Kind::Or(sides) => {
            reorder(&mut sides.left, arity, known, lacking);
            reorder(&mut sides.right, arity, known, lacking);
        }
    }
    for with in &mut expr.with {
        order_term(&mut with.value, arity, known, at, lacking);
    }
}

fn order_term(term: &mut Term, arity: &Arity, known: &Names, at: Span, lacking: &mut Lacking) {
    match &mut term.node {
        Node::Comprehension(inner) => {
            let Comprehension { key, value, body, .. } = &mut **inner;
            let mut visible = vars::of_body(body, Skip::CLOSURES);
            visible.extend(known.iter().cloned());
            let mut heads = vars::of_term(value, Skip::NOTHING);
            key.iter().for_each(|key| vars::term_into(key, Skip::NOTHING, &mut heads));
            for name in heads.difference(&visible) {
                lacking.insert((name.clone(), at));
            }
            reorder(body, arity, known, lacking);
        }
        _ => vars::each_child_mut(term, &mut |child| order_term(child, arity, known, at, lacking)),
    }
}

impl Compiler {
    /// Tells what lacks a value.
    pub(crate) fn report_lacking(&mut self, lacking: Lacking) {
        let mut named: BTreeMap<Name, (Name, Span)> = BTreeMap::new();
        let mut anonymous: BTreeMap<Span, Name> = BTreeMap::new();
        for (name, at) in lacking {
            let shown = self.rewritten.get(&name).unwrap_or(&name).clone();
            if is_generated(&shown) && !is_wildcard(&shown) {
                anonymous.entry(at).or_insert(shown);
            } else {
                // Two variables may have been written alike.
                let (_, place) = named.entry(name).or_insert((shown, at));
                *place = (*place).min(at);
            }
        }
        let mut seen = Names::new();
        for (name, at) in named.values() {
            let shown = if is_wildcard(name) { "_" } else { name };
            let hint = match shown {
                "contains" | "every" | "if" | "in" => {
                    format!(" (hint: `import future.keywords.{shown}` to import a future keyword)")
                }
                _ => String::new(),
            };
            self.fail(Code::Unsafe, *at, format!("var {shown} is unsafe{hint}"));
        }
        if named.is_empty() {
            for (at, name) in anonymous {
                if seen.insert(name) {
                    self.fail(Code::Unsafe, at, "expression is unsafe");
                }
            }
        }
    }
}
