//! What bodies ask with constants: of `input`, so that rules that cannot hold are not begun, and of the members of a
//! collection, so that those which cannot get through are not looked at.

use crate::ast::{Expr, Head, Kind, Name, Node, Term};
use crate::ir::{self, Op, Pattern, Slot, Wanted};
use crate::value::Value;
use std::collections::HashMap;

/// A path of `input`, and the value that must be there or, if it is a scalar, be a member of what is there; any value if
/// none is given. Nothing else is looked at, as in OPA: it shows in which errors of functions end a strict evaluation.
pub(crate) type Need = (Vec<Value>, Option<Value>);

/// The needs of a rule. One that prints has none, so that it prints; and none has one that notes the cases of a test:
/// those are there, and fail, also where nothing can hold.
pub(crate) fn needs(head: &Head, body: &[Expr]) -> Vec<Need> {
    if body.iter().any(prints) {
        return Vec::new();
    }
    let mut found = Found::default();
    for expr in body.iter().filter(|expr| expr.with.is_empty() && !expr.negated) {
        found.expr(expr);
    }
    // What the head looks up is looked up before it is made.
    let parts = head.path.iter().skip(1).chain(&head.key).chain(&head.value);
    parts.for_each(|part| found.looked_up(part));
    found.needs
}

#[derive(Default)]
struct Found<'b> {
    needs: Vec<Need>,
    /// Variables that stand for what is at a path.
    named: HashMap<&'b Name, Vec<Value>>,
}

impl<'b> Found<'b> {
    fn expr(&mut self, expr: &'b Expr) {
        self.needs.extend(need(expr));
        match &expr.kind {
            Kind::Term(term) => self.looked_up(term),
            Kind::Call(terms) if expr.is_equality() => {
                let [_, left, right] = terms.as_slice() else { return };
                for (side, other) in [(left, right), (right, left)] {
                    self.compared(side, other);
                }
            }
            Kind::Call(terms) => {
                self.member(expr, terms);
                terms.iter().skip(1).for_each(|operand| self.looked_up(operand));
            }
            Kind::Every(every) => self.looked_up(&every.domain),
            Kind::Some(_) | Kind::Not { .. } | Kind::And(_) | Kind::Or(_) => {}
        }
    }

    /// `3 in input.c`
    fn member(&mut self, expr: &Expr, terms: &[Term]) {
        let [_, member, collection] = terms else { return };
        if expr.operator().as_deref() != Some("internal.member_2") {
            return;
        }
        let named = || collection.as_var().and_then(|name| self.named.get(name).cloned());
        if let (Some(path), Some(value)) = (input_path(collection).or_else(named), scalar(member)) {
            self.needs.push((path, Some(value.clone())));
        }
    }

    fn compared(&mut self, side: &'b Term, other: &'b Term) {
        let Some(path) = input_path(side) else {
            if let (Some(path), Some(value)) =
                (side.as_var().and_then(|name| self.named.get(name)), scalar(other))
            {
                self.needs.push((path.clone(), Some(value.clone())));
            }
            // References that are compared are not looked up before.
            match &side.node {
                Node::Ref(parts) => parts.iter().for_each(|part| self.looked_up(part)),
                _ => self.looked_up(side),
            }
            return;
        };
        match &other.node {
            Node::Var(name) => {
                self.named.insert(name, path.clone());
                self.add(path);
            }
            Node::Array(_) | Node::Call(_) => self.add(path),
            Node::Constant(value) if is_scalar(value) || matches!(value, Value::Array(_)) => self.add(path),
            _ => {}
        }
    }

    /// All that is looked up in a term before it is there itself; closures are evaluated for themselves.
    fn looked_up(&mut self, term: &Term) {
        match &term.node {
            Node::Ref(parts) => {
                if let Some(path) = input_path(term) {
                    self.add(path);
                }
                parts.iter().for_each(|part| self.looked_up(part));
            }
            Node::Array(items) | Node::Set(items) => items.iter().for_each(|item| self.looked_up(item)),
            Node::Object(pairs) => pairs.iter().for_each(|(key, value)| {
                self.looked_up(key);
                self.looked_up(value);
            }),
            Node::Call(terms) => terms.iter().skip(1).for_each(|operand| self.looked_up(operand)),
            Node::Constant(_) | Node::Var(_) | Node::Comprehension(_) | Node::Template(_) => {}
        }
    }

    fn add(&mut self, path: Vec<Value>) {
        if !self.needs.iter().any(|(known, _)| *known == path) {
            self.needs.push((path, None));
        }
    }
}

fn prints(expr: &Expr) -> bool {
    matches!(expr.operator().as_deref(), Some("internal.print" | "internal.test_case"))
}

fn need(expr: &Expr) -> Option<Need> {
    match &expr.kind {
        Kind::Call(terms) if expr.is_equality() => {
            let [_, left, right] = terms.as_slice() else { return None };
            let (path, value) = match (input_path(left), input_path(right)) {
                (Some(path), None) => (path, right.as_constant()?),
                (None, Some(path)) => (path, left.as_constant()?),
                _ => match (collection_path(left), collection_path(right)) {
                    (Some(path), _) => (path, scalar(right)?),
                    (_, Some(path)) => (path, scalar(left)?),
                    _ => return None,
                },
            };
            let plain = |value: &Value| match value {
                Value::Array(items) => items.iter().all(is_scalar),
                value => is_scalar(value),
            };
            plain(value).then(|| (path, Some(value.clone())))
        }
        _ => None,
    }
}

fn is_scalar(value: &Value) -> bool {
    matches!(value, Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_))
}

fn scalar(term: &Term) -> Option<&Value> {
    term.as_constant().filter(|value| is_scalar(value))
}

/// The path of a collection of `input` all of whose members are asked for: `input.c[_]`.
fn collection_path(term: &Term) -> Option<Vec<Value>> {
    let (last, path) = term.as_ref()?.split_last()?;
    let (head, rest) = path.split_first()?;
    last.as_var()?;
    head.as_var().filter(|name| &***name == "input")?;
    rest.iter().map(|part| part.as_constant().cloned()).collect()
}

fn input_path(term: &Term) -> Option<Vec<Value>> {
    let (head, rest) = term.as_ref()?.split_first()?;
    if head.as_var().is_none_or(|name| &**name != "input") || rest.is_empty() {
        return None;
    }
    rest.iter().map(|part| part.as_constant().cloned()).collect()
}

/// Notes at every scan of a body what its members must equal to get past the conditions that follow at once.
pub(crate) fn note_wanted(ops: &mut [Op]) {
    let mut left = ops;
    while let Some((op, rest)) = left.split_first_mut() {
        if let Op::Scan(scan) = op {
            scan.wanted = wanted_of(scan.into, rest).into();
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
            Op::At(_) | Op::Part(_) => {}
            Op::Let(into, expr) => {
                let Some(path) = path_of(expr, &known) else { break };
                known.insert(into.slot(), path);
            }
            Op::Match(both) => {
                let (Pattern::Equal(left), right) = &**both else { break };
                let (path, value) = match (path_of(left, &known), path_of(right, &known), left, right) {
                    (Some(path), None, _, ir::Expr::Constant(value))
                    | (None, Some(path), ir::Expr::Constant(value), _) => (path, value),
                    _ => break,
                };
                if is_scalar(value) {
                    out.push(Wanted { path: path.into(), value: value.clone() });
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
        ir::Expr::Below(slot, rest) => with_keys(known.get(&ir::slot_of(*slot)).cloned()?, rest),
        ir::Expr::Index(looked) => with_keys(path_of(&looked.0, known)?, &looked.1),
        _ => None,
    }
}

/// A path with keys behind it that are known now.
fn with_keys(mut path: Vec<Value>, keys: &[ir::Expr]) -> Option<Vec<Value>> {
    for key in keys {
        let ir::Expr::Constant(key) = key else { return None };
        path.push(key.clone());
    }
    Some(path)
}
