//! Type checks of rules and bodies.

use super::Ty;
use super::tree::Types;
use super::unify::unifies;
use crate::ast::{Collects, Comprehension, Expr, Kind, Name, Node, Rule, Span, Term, operator_name};
use crate::compile::written::Written;
use crate::compile::{functions, vars};
use crate::value::Value;
use std::collections::HashMap;
use std::sync::Arc;

/// Checks bodies against what is known of rules, functions and `input`.
pub(crate) struct Checker<'c> {
    /// Types of rules.
    pub(crate) rules: Arc<Types>,
    /// The type of `input`.
    pub(crate) input: Ty,
    /// Variables by scope, the innermost last.
    scopes: Vec<HashMap<Name, Ty>>,
    /// Comprehensions that were checked, by where they lie in memory: their types.
    closures: HashMap<usize, Ty>,
    pub(crate) faults: Vec<(Span, String)>,
    names: &'c Written,
}

/// Whether a fault may only follow from another one.
struct Mismatch {
    message: String,
    lacking: bool,
}

impl<'c> Checker<'c> {
    pub(crate) fn new(rules: Arc<Types>, input: Ty, names: &'c Written) -> Self {
        let scopes = vec![HashMap::new()];
        Self { rules, input, scopes, closures: HashMap::new(), faults: Vec::new(), names }
    }

    /// The type that one branch of a rule gives to its place; nothing if it has no type.
    pub(crate) fn rule(&mut self, rule: &Rule) -> Option<Ty> {
        self.scopes = vec![HashMap::new()];
        let before = self.faults.len();
        self.body(&rule.body);
        if self.faults.len() > before {
            return Some(Ty::any());
        }
        let head = &rule.head;
        if !head.args.is_empty() {
            for arg in &head.args {
                for name in vars::of_term(arg, vars::Skip::NOTHING) {
                    if self.known(&name).is_none() {
                        self.learn(&name, Ty::any());
                    }
                }
            }
            let args = head.args.iter().map(|arg| self.of(arg)).collect();
            let result = head.value.as_ref().map(|value| Box::new(self.of(value)));
            return Some(Ty::Function(args, result));
        }
        let leaf = match (&head.key, &head.value) {
            (Some(key), _) => Ty::Set(Box::new(self.of(key))),
            (None, Some(value)) => self.of(value),
            (None, None) => Ty::Boolean,
        };
        if leaf.lacks() {
            return None;
        }
        let skip = head.path.iter().skip(1).take_while(|part| part.as_constant().is_some()).count() + 1;
        let mut whole = leaf;
        for part in head.path.iter().skip(skip).rev() {
            let key = self.of(part);
            if key == Ty::Unknown {
                return None;
            }
            whole = Ty::Object(Vec::new(), Some(Box::new((key, whole))));
        }
        Some(whole)
    }

    /// Checks a body; what it teaches about variables stays.
    pub(crate) fn body(&mut self, body: &[Expr]) {
        for expr in body {
            let before = self.faults.len();
            self.replacements_in(expr);
            self.closures_in(expr);
            self.references_in(expr);
            let others = self.faults.len() > before;
            if let Some(misfit) = self.misfit_in(expr) {
                self.faults.push(misfit);
                continue;
            }
            if let Err(mismatch) = self.expr(expr)
                && !(others && mismatch.lacking)
            {
                self.faults.push((expr.at, mismatch.message));
            }
        }
    }

    /// What `with` puts in the place of documents; names of functions have no type here.
    fn replacements_in(&mut self, expr: &Expr) {
        for with in &expr.with {
            let head = with.value.as_ref().and_then(|path| path.first()).and_then(Term::as_var);
            let is_document = |name: &crate::ast::Name| matches!(&**name, "input" | "data");
            let is_name = matches!(with.value.node, Node::Var(_))
                || head.is_some_and(|name| !is_document(name) && self.known(name).is_none())
                || (head.is_some() && matches!(self.of(&with.value), Ty::Function(..)));
            if is_name {
                continue;
            }
            let mut found = Vec::new();
            outer_comprehensions(&with.value, &mut found);
            for inner in found {
                self.comprehension(inner);
            }
            self.references(&with.value);
        }
    }

    /// A function that `with` puts in the place of one with other operands.
    fn misfit_in(&mut self, expr: &Expr) -> Option<(Span, String)> {
        let misfit = expr.with.iter().find(|with| {
            let (target, value) = (self.function(&with.target), self.function(&with.value));
            matches!((target, value), (Some(target), Some(value)) if !unifies(&target, &value))
        })?;
        Some((misfit.at, format!("{}: arity mismatch", operator_name(&misfit.target))))
    }

    /// The type of the function that a term names, if it names one.
    fn function(&mut self, term: &Term) -> Option<Ty> {
        if !matches!(term.node, Node::Ref(_) | Node::Var(_)) {
            return None;
        }
        let name = operator_name(term);
        let of = match functions::signature(&name) {
            Some(signature) if !name.starts_with("data.") => Ty::of_signature(&signature),
            _ => self.reference(term.as_ref()?),
        };
        matches!(of, Ty::Function(..)).then_some(of)
    }

    fn closures_in(&mut self, expr: &Expr) {
        let mut found: Vec<&Comprehension> = Vec::new();
        match &expr.kind {
            Kind::Term(term) => outer_comprehensions(term, &mut found),
            Kind::Call(terms) | Kind::Some(terms) => {
                terms.iter().for_each(|term| outer_comprehensions(term, &mut found));
            }
            Kind::Every(every) => outer_comprehensions(&every.domain, &mut found),
            Kind::Not { .. } | Kind::And(_) | Kind::Or(_) => {}
        }
        for inner in found {
            self.comprehension(inner);
        }
    }

    fn comprehension(&mut self, inner: &Comprehension) -> Ty {
        let place = std::ptr::from_ref(inner).addr();
        if let Some(known) = self.closures.get(&place) {
            return known.clone();
        }
        let before = self.faults.len();
        self.scopes.push(HashMap::new());
        self.body(&inner.body);
        let of = if self.faults.len() > before {
            Ty::Unknown
        } else {
            let value = self.of(&inner.value);
            match inner.collects {
                Collects::Array => Ty::Array(Vec::new(), Some(Box::new(value))),
                Collects::Set => Ty::Set(Box::new(value)),
                Collects::Object => {
                    let key = inner.key.as_ref().map_or(Ty::Unknown, |key| self.of(key));
                    Ty::Object(Vec::new(), Some(Box::new((key, value))))
                }
            }
        };
        self.scopes.pop();
        self.closures.insert(place, of.clone());
        of
    }

    fn references_in(&mut self, expr: &Expr) {
        match &expr.kind {
            Kind::Term(term) => self.references(term),
            Kind::Call(terms) => terms.iter().skip(1).for_each(|term| self.references(term)),
            Kind::Every(every) => {
                self.references(&every.domain);
                every.body.iter().for_each(|expr| self.references_in(expr));
            }
            Kind::Not { body, .. } => body.iter().for_each(|expr| self.references_in(expr)),
            Kind::And(sides) | Kind::Or(sides) => {
                sides.left.iter().chain(&sides.right).for_each(|expr| self.references_in(expr));
            }
            Kind::Some(_) => {}
        }
    }

    fn references(&mut self, term: &Term) {
        match &term.node {
            Node::Ref(path) => {
                path.iter().skip(1).for_each(|part| self.references(part));
                if let Err(dangling) = self.check_reference(path) {
                    let shown = crate::print::term(&self.as_written(term));
                    let message = if dangling.function {
                        format!("function {shown} used as reference, not called")
                    } else {
                        format!("undefined ref: {shown}")
                    };
                    self.faults.push((term.at, message));
                }
            }
            Node::Array(items) | Node::Set(items) => items.iter().for_each(|item| self.references(item)),
            Node::Object(pairs) => pairs.iter().for_each(|(key, value)| {
                self.references(key);
                self.references(value);
            }),
            Node::Constant(_) | Node::Var(_) | Node::Comprehension(_) | Node::Call(_) | Node::Template(_) => {
            }
        }
    }

    fn as_written(&self, term: &Term) -> Term {
        let mut shown = term.clone();
        if let Node::Ref(path) = &mut shown.node {
            for part in path {
                if let Node::Var(name) = &mut part.node
                    && let Some(written) = self.names.get(name)
                {
                    *name = written.clone();
                }
            }
        }
        shown
    }

    fn expr(&mut self, expr: &Expr) -> Result<(), Mismatch> {
        let Kind::Call(terms) = &expr.kind else { return Ok(()) };
        let Some((operator, operands)) = terms.split_first() else { return Ok(()) };
        if expr.is_equality()
            && let [left, right] = operands
        {
            let (a, b) = (self.of(left), self.of(right));
            if self.equal(left, &a, right, &b) {
                return Ok(());
            }
            return Err(Mismatch { message: "match error".to_owned(), lacking: a.lacks() || b.lacks() });
        }
        self.call(operator, operands)
    }

    fn call(&mut self, operator: &Term, operands: &[Term]) -> Result<(), Mismatch> {
        let name = operator_name(operator);
        let of = match functions::signature(&name) {
            Some(signature) if !name.starts_with("data.") => Ty::of_signature(&signature),
            _ => operator.as_ref().map_or(Ty::Unknown, |path| self.reference(path)),
        };
        let Ty::Function(mut wanted, result) = of else { return Ok(()) };
        if let Some(result) = result {
            wanted.push(*result);
        }
        let before: Vec<Ty> = operands.iter().map(|operand| self.of(operand)).collect();
        for ((operand, wanted), known) in operands.iter().zip(&wanted).zip(&before) {
            if (!known.lacks() && !unifies(known, wanted)) || !self.fits(operand, wanted, false) {
                let lacking = operands.iter().any(|operand| self.of(operand).lacks());
                return Err(Mismatch { message: format!("{name}: invalid argument(s)"), lacking });
            }
        }
        Ok(())
    }

    pub(crate) fn known(&self, name: &Name) -> Option<Ty> {
        self.scopes.iter().rev().find_map(|scope| scope.get(name)).cloned()
    }

    pub(crate) fn learn(&mut self, name: &Name, of: Ty) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.insert(name.clone(), of);
        }
    }

    /// The type of a term.
    pub(crate) fn of(&mut self, term: &Term) -> Ty {
        match &term.node {
            Node::Constant(value) => Ty::of_value(value),
            Node::Var(name) => match &**name {
                "input" => self.input.clone(),
                "data" => self.rules.extent(),
                _ => self.known(name).unwrap_or(Ty::Unknown),
            },
            Node::Ref(path) => self.reference(path),
            Node::Array(items) if items.is_empty() => Ty::Array(Vec::new(), Some(Box::new(Ty::any()))),
            Node::Array(items) => Ty::Array(items.iter().map(|item| self.of(item)).collect(), None),
            Node::Set(items) => {
                let of = items.iter().fold(Ty::Unknown, |sum, item| sum.or(self.of(item)));
                Ty::Set(Box::new(if items.is_empty() { Ty::any() } else { of }))
            }
            Node::Object(pairs) => self.object(pairs),
            Node::Comprehension(inner) => self.comprehension(inner),
            Node::Template(_) => Ty::String,
            Node::Call(_) => Ty::Unknown,
        }
    }

    fn object(&mut self, pairs: &[(Term, Term)]) -> Ty {
        let mut known: Vec<(Value, Ty)> = Vec::new();
        let mut rest = None;
        for (key, value) in pairs {
            let of = self.of(value);
            match key.as_constant() {
                Some(key) => {
                    known.retain(|(other, _)| other != key);
                    known.push((key.clone(), of));
                }
                None => rest = Some(Box::new((self.of(key), of))),
            }
        }
        known.sort();
        if known.is_empty() && rest.is_none() {
            rest = Some(Box::new((Ty::any(), Ty::any())));
        }
        Ty::Object(known, rest)
    }

    /// Whether two terms can be equal; gives types to variables.
    fn equal(&mut self, left: &Term, a: &Ty, right: &Term, b: &Ty) -> bool {
        match (a.lacks(), b.lacks()) {
            (true, false) => return self.fits(left, b, false),
            (false, true) => return self.fits(right, a, false),
            (false, false) => return unifies(a, b),
            (true, true) => {}
        }
        match (&left.node, &right.node) {
            (Node::Array(x), Node::Array(y)) => {
                x.len() == y.len() && x.iter().zip(y).all(|(x, y)| self.equal_terms(x, y))
            }
            (Node::Object(x), Node::Object(y)) => {
                x.len() == y.len()
                    && x.iter().all(|(key, value)| {
                        let other = y.iter().find(|(other, _)| other.node == key.node);
                        other.is_some_and(|(_, other)| self.equal_terms(value, other))
                    })
            }
            (Node::Array(_) | Node::Object(_) | Node::Var(_), Node::Var(_)) => self.both_open(left, right),
            (Node::Var(_), Node::Array(_) | Node::Object(_)) => self.both_open(right, left),
            // What is known in part is what a variable of which nothing is known gets.
            (Node::Var(_), _) if *a == Ty::Unknown && *b != Ty::Unknown => self.fits(left, b, false),
            (_, Node::Var(_)) if *b == Ty::Unknown && *a != Ty::Unknown => self.fits(right, a, false),
            _ => false,
        }
    }

    fn equal_terms(&mut self, left: &Term, right: &Term) -> bool {
        let (a, b) = (self.of(left), self.of(right));
        self.equal(left, &a, right, &b)
    }

    fn both_open(&mut self, first: &Term, second: &Term) -> bool {
        self.fits(first, &Ty::any(), false) && {
            let of = self.of(first);
            self.fits(second, &of, false)
        }
    }

    /// Whether a term can have a type; gives types to its variables. With `or`, to those that variables have.
    pub(crate) fn fits(&mut self, term: &Term, of: &Ty, or: bool) -> bool {
        match &term.node {
            Node::Var(name) if matches!(&**name, "input" | "data") => unifies(&self.of(term), of),
            Node::Var(name) => {
                let known = self.known(name);
                match (known, or) {
                    (Some(exist), false) => unifies(&exist, of),
                    (exist, _) => {
                        self.learn(name, exist.unwrap_or(Ty::Unknown).or(of.clone()));
                        true
                    }
                }
            }
            Node::Array(_) | Node::Object(_) | Node::Set(_) => match of {
                Ty::Any(all) if all.is_empty() => {
                    self.open_up(term);
                    true
                }
                Ty::Any(all) => {
                    // Each of them teaches something, so none is left out.
                    let fitting = all.iter().filter(|one| self.fits(term, one, true)).count();
                    fitting > 0
                }
                _ => self.members_fit(term, of, or),
            },
            _ => unifies(&self.of(term), of),
        }
    }

    /// Everything in a term may be anything.
    fn open_up(&mut self, term: &Term) {
        let any = Ty::any();
        match &term.node {
            Node::Array(items) | Node::Set(items) => {
                items.iter().for_each(|item| {
                    self.fits(item, &any, true);
                });
            }
            Node::Object(pairs) => pairs.iter().for_each(|(key, value)| {
                self.fits(key, &any, true);
                self.fits(value, &any, true);
            }),
            _ => {}
        }
    }

    fn members_fit(&mut self, term: &Term, of: &Ty, or: bool) -> bool {
        match (&term.node, of) {
            (Node::Array(items), Ty::Array(first, rest)) => {
                (items.len() == first.len() || rest.is_some())
                    && items.iter().enumerate().all(|(at, item)| {
                        let wanted = first.get(at).or(rest.as_deref()).cloned();
                        wanted.is_some_and(|wanted| self.fits(item, &wanted, or))
                    })
            }
            (Node::Set(items), Ty::Set(member)) => items.iter().all(|item| self.fits(item, member, or)),
            (Node::Object(pairs), Ty::Object(known, rest)) => {
                (pairs.len() == known.len() || rest.is_some())
                    && pairs.iter().all(|(key, value)| match key.as_constant() {
                        Some(key) => match of.select(key) {
                            Ty::Unknown => false,
                            child => self.fits(value, &child, or),
                        },
                        None => {
                            self.fits(value, &Ty::any(), or);
                            true
                        }
                    })
            }
            _ => false,
        }
    }
}

fn outer_comprehensions<'t>(term: &'t Term, out: &mut Vec<&'t Comprehension>) {
    match &term.node {
        Node::Comprehension(inner) => out.push(inner),
        Node::Ref(terms) | Node::Array(terms) | Node::Set(terms) | Node::Call(terms) => {
            terms.iter().for_each(|inner| outer_comprehensions(inner, out));
        }
        Node::Object(pairs) => pairs.iter().for_each(|(key, value)| {
            outer_comprehensions(key, out);
            outer_comprehensions(value, out);
        }),
        Node::Constant(_) | Node::Var(_) | Node::Template(_) => {}
    }
}
