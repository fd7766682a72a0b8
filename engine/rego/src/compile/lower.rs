//! Ordered bodies to operations.

use super::Compiler;
use crate::ast::{Expr, Kind, Name, Node, Rare, Rule, Span, Term, is_wildcard};
use crate::error::Code;
use crate::ir::{self, Block, Function, Op, Pattern, Slot};
use crate::value::Value;
use std::collections::{HashMap, HashSet};

/// The slots of one rule, and which of its variables have values at the point reached.
#[derive(Default)]
pub(crate) struct Frame {
    slots: HashMap<Name, Slot>,
    bound: HashSet<Slot>,
    count: usize,
}

impl Frame {
    fn slot(&mut self, name: &Name) -> Slot {
        if let Some(slot) = self.slots.get(name) {
            return *slot;
        }
        let slot = self.fresh();
        self.slots.insert(name.clone(), slot);
        slot
    }

    pub(crate) fn fresh(&mut self) -> Slot {
        self.count += 1;
        self.count - 1
    }

    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// The slot of a variable that has one.
    pub(crate) fn find(&self, name: &Name) -> Option<Slot> {
        self.slots.get(name).copied()
    }

    fn is_bound(&self, name: &Name) -> bool {
        self.slots.get(name).is_some_and(|slot| self.bound.contains(slot))
    }
}

/// Operations of a block that is being made.
pub(crate) type Ops = Vec<Op>;

pub(crate) struct Lowering<'c> {
    pub(crate) compiler: &'c mut Compiler,
    pub(crate) frame: Frame,
}

impl Lowering<'_> {
    /// One branch of a rule.
    pub(crate) fn branch(&mut self, rule: &Rule) -> ir::Branch {
        let args = rule.head.args.iter().map(|arg| self.pattern(arg)).collect();
        let body = self.block(&rule.body);
        let ground = super::tree::is_ground(rule);
        let skip = rule.head.path.iter().skip(1).take_while(|part| part.as_constant().is_some()).count() + 1;
        let path = if ground { &[] } else { rule.head.path.get(skip..).unwrap_or_default() };
        let path = path.iter().map(|part| self.value(part, &mut Ops::new())).collect();
        let key = rule.head.key.as_ref().map(|key| self.value(key, &mut Ops::new()));
        let value = match &rule.head.value {
            Some(value) => self.value(value, &mut Ops::new()),
            None => ir::Expr::Constant(Value::Bool(true)),
        };
        let constant = match &value {
            ir::Expr::Constant(value) => Some(value.clone()),
            _ => None,
        };
        ir::Branch {
            args,
            body,
            path,
            key,
            value,
            constant,
            slots: self.frame.count(),
            names: self.names(),
            at: rule.at,
            head_at: rule.head.at,
            needs: super::index::needs(&rule.head, &rule.body).into(),
        }
    }

    /// Variables by the names that somebody gave them.
    fn names(&mut self) -> ir::Names {
        let written =
            |name: &Name| self.compiler.rewritten.get(name).cloned().unwrap_or_else(|| name.clone());
        let mut names: Vec<(Slot, Name)> =
            self.frame.slots.iter().map(|(name, slot)| (*slot, written(name))).collect();
        names.retain(|(_, name)| !name.starts_with("__") && !is_wildcard(name));
        names.sort();
        let names = names.into_iter().map(|(slot, name)| (name, slot)).collect();
        self.compiler.shared.names(names)
    }

    pub(crate) fn block(&mut self, body: &[Expr]) -> Block {
        let mut block = Ops::new();
        let mut rest = body;
        while let Some((first, after)) = rest.split_first() {
            if first.with.is_empty() {
                self.expr(first, &mut block);
                rest = after;
                continue;
            }
            // Neighbours with the same replacements share them.
            let same = rest.iter().take_while(|next| next.with == first.with).count();
            let (group, after) = rest.split_at(same);
            self.with(group, after, &mut block);
            rest = after;
        }
        super::index::note_wanted(&mut block);
        Block { ops: block.into() }
    }

    /// A body whose bindings end with it.
    fn closed(&mut self, body: &[Expr]) -> Block {
        let before = self.frame.bound.clone();
        let block = self.block(body);
        self.frame.bound = before;
        block
    }

    fn expr(&mut self, expr: &Expr, out: &mut Ops) {
        if !expr.generated {
            out.push(Op::At(expr.at));
        } else if self.compiler.options.parts {
            out.push(Op::Part(expr.at));
        }
        if expr.negated {
            let positive = Expr { negated: false, with: Rare::new(), generated: true, ..expr.clone() };
            let body = self.closed(std::slice::from_ref(&positive));
            out.push(Op::Not(body));
            return;
        }
        match &expr.kind {
            Kind::Term(term) => {
                let value = self.value(term, out);
                out.push(Op::Test(value));
            }
            Kind::Call(terms) => self.call(expr, terms, out),
            Kind::Every(every) => {
                let domain = self.value(&every.domain, out);
                let before = self.frame.bound.clone();
                let key = every.key.as_ref().map_or(Pattern::Any, |key| self.pattern(key));
                let value = self.pattern(&every.value);
                let body = self.block(&every.body);
                self.frame.bound = before;
                out.push(Op::Every(Box::new(ir::Every { domain, key, value, body })));
            }
            Kind::Not { body, .. } => {
                let body = self.closed(body);
                out.push(Op::Not(body));
            }
            Kind::And(sides) => {
                let both = (self.closed(&sides.left), self.closed(&sides.right));
                out.push(Op::And(Box::new(both)));
            }
            Kind::Or(sides) => {
                let both = (self.closed(&sides.left), self.closed(&sides.right));
                out.push(Op::Or(Box::new(both)));
            }
            Kind::Some(_) => {}
        }
    }

    fn call(&mut self, expr: &Expr, terms: &[Term], out: &mut Ops) {
        let Some((operator, operands)) = terms.split_first() else { return };
        if expr.is_equality()
            && let [left, right] = operands
        {
            self.unify(vec![(left.clone(), right.clone())], expr.at, out);
            return;
        }
        let name = crate::ast::operator_name(operator);
        if name == "internal.print" || name == "internal.test_case" {
            let parts = match operands.first().map(|list| &list.node) {
                Some(Node::Array(parts)) => parts.iter().map(|part| self.value(part, out)).collect(),
                _ => Box::default(),
            };
            let is_print = name == "internal.print";
            out.push(if is_print { Op::Print(Box::new((parts, expr.at))) } else { Op::Case(parts) });
            return;
        }
        let Some(kind) = self.compiler.function(operator) else { return };
        let inputs = operands.get(..kind.arity).unwrap_or(operands);
        let args: Box<[ir::Expr]> = inputs.iter().map(|operand| self.value(operand, out)).collect();
        let relation = matches!(kind.function, Some(Function::Builtin(builtin)) if builtin.relation);
        let call = match (kind.function, name.as_str()) {
            (Some(function), _) => {
                ir::Expr::Call(Box::new(ir::Call { function, operands: args, at: expr.at }))
            }
            (None, "internal.template_string") => match args.into_vec().into_iter().next() {
                Some(ir::Expr::Array(parts)) => ir::Expr::Template(parts),
                Some(ir::Expr::Constant(Value::Array(parts))) => {
                    ir::Expr::Template(parts.iter().cloned().map(ir::Expr::Constant).collect())
                }
                other => ir::Expr::Template(other.into_iter().collect()),
            },
            (None, _) => {
                self.compiler.fail(Code::Type, expr.at, format!("undefined function {name}"));
                return;
            }
        };
        let output = operands.get(kind.arity);
        out.push(match (output, relation) {
            (Some(output), true) => Op::Relation(Box::new((self.pattern(output), call))),
            (None, true) => Op::Relation(Box::new((Pattern::Any, call))),
            (Some(output), false) => Op::matching(self.pattern(output), call),
            (None, false) => Op::Test(call),
        });
    }

    /// Equalities, in the order in which their sides get values.
    fn unify(&mut self, pairs: Vec<(Term, Term)>, at: Span, out: &mut Ops) {
        let mut open = pairs;
        while !open.is_empty() {
            let mut rest = Vec::new();
            let mut moved = false;
            for (left, right) in open {
                if self.is_known(&left) {
                    let value = self.value(&left, out);
                    let pattern = self.pattern_of(&right, out);
                    out.push(Op::matching(pattern, value));
                } else if self.is_known(&right) {
                    let value = self.value(&right, out);
                    let pattern = self.pattern_of(&left, out);
                    out.push(Op::matching(pattern, value));
                } else if let Some(inner) = pairwise(&left, &right) {
                    match inner {
                        Some(inner) => rest.extend(inner),
                        None => out.push(Op::Test(ir::Expr::Constant(Value::Bool(false)))),
                    }
                } else {
                    rest.push((left, right));
                    continue;
                }
                moved = true;
            }
            if !moved {
                self.compiler.fail(Code::Unsafe, at, "expression is unsafe");
                return;
            }
            open = rest;
        }
    }

    /// Whether a term can be evaluated now; a reference also binds the variables in its path.
    fn is_known(&self, term: &Term) -> bool {
        match &term.node {
            Node::Constant(_) | Node::Comprehension(_) => true,
            Node::Var(name) => self.frame.is_bound(name) || matches!(&**name, "input" | "data"),
            Node::Ref(path) => path.first().is_some_and(|head| self.is_known(head)),
            Node::Array(items) | Node::Set(items) => items.iter().all(|item| self.is_known(item)),
            Node::Object(pairs) => {
                pairs.iter().all(|(key, value)| self.is_known(key) && self.is_known(value))
            }
            Node::Call(_) | Node::Template(_) => false,
        }
    }

    fn pattern_of(&mut self, term: &Term, out: &mut Ops) -> Pattern {
        if self.is_known(term) {
            let value = self.value(term, out);
            return Pattern::Equal(value);
        }
        self.pattern(term)
    }

    pub(crate) fn pattern(&mut self, term: &Term) -> Pattern {
        match &term.node {
            Node::Var(name) => {
                let slot = self.frame.slot(name);
                if self.frame.bound.insert(slot) {
                    Pattern::Bind(slot)
                } else {
                    Pattern::Equal(ir::Expr::Slot(slot))
                }
            }
            Node::Array(items) => Pattern::Array(items.iter().map(|item| self.pattern(item)).collect()),
            Node::Object(pairs) => {
                let mut out = Vec::with_capacity(pairs.len());
                for (key, value) in pairs {
                    let key = self.value(key, &mut Ops::new());
                    out.push((key, self.pattern(value)));
                }
                Pattern::Object(out.into())
            }
            _ => Pattern::Equal(self.value(term, &mut Ops::new())),
        }
    }

    /// An expression for the value of a term; what must happen before goes to `out`.
    pub(crate) fn value(&mut self, term: &Term, out: &mut Ops) -> ir::Expr {
        match &term.node {
            Node::Constant(value) => ir::Expr::Constant(value.clone()),
            Node::Var(name) => match &**name {
                "input" => ir::Expr::Input,
                "data" => ir::Expr::Data,
                _ => {
                    let slot = self.frame.slot(name);
                    ir::Expr::Slot(slot)
                }
            },
            Node::Ref(path) => self.reference(path, out),
            Node::Array(items) => {
                let items: Box<[ir::Expr]> = items.iter().map(|item| self.value(item, out)).collect();
                constants(&items)
                    .map_or(ir::Expr::Array(items), |values| ir::Expr::Constant(Value::array(values)))
            }
            Node::Set(items) => {
                let mut items: Box<[ir::Expr]> = items.iter().map(|item| self.value(item, out)).collect();
                // Of equal members the first one's digits stay, and what is written counts before what is found.
                items.sort_by_key(|item| !matches!(item, ir::Expr::Constant(_)));
                constants(&items)
                    .map_or(ir::Expr::Set(items), |values| ir::Expr::Constant(Value::set(values)))
            }
            Node::Object(pairs) => self.object(pairs, out),
            Node::Comprehension(inner) => {
                let before = self.frame.bound.clone();
                let body = self.block(&inner.body);
                let key = inner.key.as_ref().map(|key| self.value(key, &mut Ops::new()));
                let value = self.value(&inner.value, &mut Ops::new());
                self.frame.bound = before;
                let made = ir::Comprehension { collects: inner.collects, key, value, body, at: term.at };
                ir::Expr::Comprehension(Box::new(made))
            }
            Node::Call(_) | Node::Template(_) => {
                self.compiler.fail(Code::Compile, term.at, "call where a value must stand");
                ir::Expr::Constant(Value::Null)
            }
        }
    }

    fn object(&mut self, pairs: &[(Term, Term)], out: &mut Ops) -> ir::Expr {
        let mut made = Vec::with_capacity(pairs.len());
        for (key, value) in pairs {
            let key = self.value(key, out);
            made.push((key, self.value(value, out)));
        }
        let (keys, values): (Vec<_>, Vec<_>) = made.iter().cloned().unzip();
        match (constants(&keys), constants(&values)) {
            (Some(keys), Some(values)) => {
                ir::Expr::Constant(Value::object(keys.into_iter().zip(values).collect()))
            }
            _ => ir::Expr::Object(made.into()),
        }
    }

    /// `head[a][b]…`: known keys in one step, unknown ones by going through all members.
    fn reference(&mut self, path: &[Term], out: &mut Ops) -> ir::Expr {
        let Some((head, rest)) = path.split_first() else { return ir::Expr::Constant(Value::Null) };
        let mut value = self.value(head, out);
        let mut known: Vec<ir::Expr> = Vec::new();
        for part in rest {
            if self.is_known(part) {
                known.push(self.value(part, out));
                continue;
            }
            let from = self.stored(value, std::mem::take(&mut known), out);
            let key = self.scan_key(part);
            let into = self.frame.fresh();
            self.frame.bound.insert(into);
            out.push(Op::Scan(Box::new(ir::Scan { from, key, into, wanted: Box::default() })));
            value = ir::Expr::Slot(into);
        }
        self.looked_up(value, known)
    }

    fn scan_key(&mut self, part: &Term) -> Pattern {
        match part.as_var() {
            // Nothing reads a wildcard that stands in a path alone, but it may be shared within an expression.
            Some(name) if is_wildcard(name) && !self.frame.slots.contains_key(name) => {
                let slot = self.frame.slot(name);
                self.frame.bound.insert(slot);
                Pattern::Bind(slot)
            }
            _ => self.pattern(part),
        }
    }

    /// Puts a document in a slot.
    fn stored(&mut self, value: ir::Expr, known: Vec<ir::Expr>, out: &mut Ops) -> Slot {
        if known.is_empty()
            && let ir::Expr::Slot(slot) = value
        {
            return slot;
        }
        let slot = self.frame.fresh();
        self.frame.bound.insert(slot);
        let value = self.looked_up(value, known);
        out.push(Op::Let(ir::Assigned::new(slot, false), value));
        slot
    }

    fn looked_up(&mut self, value: ir::Expr, known: Vec<ir::Expr>) -> ir::Expr {
        if known.is_empty() {
            return value;
        }
        ir::Expr::index(value, self.compiler.shared.path(known))
    }

    fn with(&mut self, group: &[Expr], _after: &[Expr], out: &mut Ops) {
        let Some(first) = group.first() else { return };
        let mut replace = Vec::new();
        for with in &first.with {
            let Some(target) = self.compiler.with_target(&with.target) else { continue };
            let replacement = match self.compiler.with_function(&with.value) {
                Some(function) if matches!(target, ir::Target::Function(_)) => {
                    ir::Replacement::Function(function)
                }
                Some(Function::Rules(_)) if matches!(target, ir::Target::Data(_)) => ir::Replacement::Nothing,
                _ => ir::Replacement::Value(self.value(&with.value, out)),
            };
            replace.push((target, replacement));
        }
        let plain: Vec<Expr> = group.iter().map(|expr| Expr { with: Rare::new(), ..expr.clone() }).collect();
        let before = self.frame.bound.clone();
        let body = self.block(&plain);
        let outputs = self.frame.bound.difference(&before).copied().collect();
        out.push(Op::With(Box::new(ir::With { replace, body, outputs, at: first.at })));
    }
}

/// The equalities of members, if both sides are collections of one kind; `None` inside if they cannot be equal.
#[allow(clippy::option_option, reason = "no collections, and collections that differ, are two answers")]
fn pairwise(left: &Term, right: &Term) -> Option<Option<Vec<(Term, Term)>>> {
    match (&left.node, &right.node) {
        (Node::Array(a), Node::Array(b)) => {
            Some((a.len() == b.len()).then(|| a.iter().cloned().zip(b.iter().cloned()).collect()))
        }
        (Node::Object(a), Node::Object(b)) => {
            let find = |key: &Term| b.iter().find(|(other, _)| other.node == key.node);
            let pairs: Option<Vec<_>> =
                a.iter().map(|(key, value)| Some((value.clone(), find(key)?.1.clone()))).collect();
            Some(pairs.filter(|_| a.len() == b.len()))
        }
        _ => None,
    }
}

fn constants(items: &[ir::Expr]) -> Option<Vec<Value>> {
    items
        .iter()
        .map(|item| match item {
            ir::Expr::Constant(value) => Some(value.clone()),
            _ => None,
        })
        .collect()
}
