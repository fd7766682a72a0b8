//! `:=`, `some`, `every` and parameters: each declared variable gets a name of its own.

use super::Compiler;
use super::vars::{self, Names, Skip};
use crate::ast::{
    Comprehension, Expr, Kind, List, Name, Node, Part, Rule, Span, Term, is_generated, is_wildcard,
};
use crate::builtins;
use crate::error::Code;
use std::collections::BTreeMap;

/// How a name first occurred in a scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Occurrence {
    Arg,
    Seen,
    Assigned,
    Declared,
}

#[derive(Debug, Clone)]
struct Entry {
    name: Name,
    occurrence: Occurrence,
    count: usize,
}

/// Key, value and domain of `some key, value in domain`.
type Parts = (Term, Term, Term);

/// Names by scope, the innermost last.
#[derive(Debug, Clone)]
pub(crate) struct Scopes {
    scopes: Vec<BTreeMap<Name, Entry>>,
}

impl Scopes {
    pub(crate) fn new() -> Self {
        Self { scopes: vec![BTreeMap::new()] }
    }

    fn find(&self, name: &Name) -> Option<&Entry> {
        self.scopes.iter().rev().find_map(|scope| scope.get(name))
    }

    /// The name that a variable got.
    pub(crate) fn declared(&self, name: &Name) -> Option<Name> {
        self.find(name).map(|entry| entry.name.clone())
    }

    fn here(&self, name: &Name) -> Option<Occurrence> {
        self.scopes.last()?.get(name).map(|entry| entry.occurrence)
    }

    fn insert(&mut self, name: Name, new: Name, occurrence: Occurrence) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.insert(name, Entry { name: new, occurrence, count: 1 });
        }
    }

    fn seen(&mut self, name: &Name) {
        if let Some(entry) = self.scopes.iter_mut().rev().find_map(|scope| scope.get_mut(name)) {
            entry.count += 1;
        }
    }

    fn count(&self, name: &Name) -> usize {
        self.find(name).map_or(0, |entry| entry.count)
    }
}

impl Compiler {
    /// Renames what a rule and its `else` branches declare.
    pub(crate) fn rename_rule(&mut self, rule: &mut Rule) {
        let mut args = Scopes::new();
        let written: Names =
            rule.head.args.iter().flat_map(|arg| vars::of_term(arg, Skip::NOTHING)).collect();
        let mut unused = written.clone();
        for arg in &mut rule.head.args {
            self.rename_closures(arg);
            self.rename_arg(arg, &mut args);
        }
        // What stands in closures may be another parameter.
        rule.head.args.iter_mut().for_each(|arg| rename_vars(arg, &args));
        let at = rule.head.at;
        let mut branch = Some(&mut *rule);
        let mut first = true;
        while let Some(rule) = branch {
            let scopes = self.rename_branch(rule, &args, &mut unused, first);
            unused.retain(|name| scopes.count(name) <= 1);
            first = false;
            branch = rule.otherwise.as_deref_mut();
        }
        if self.options.strict {
            for name in unused.iter().filter(|name| !is_wildcard(name)) {
                let hint = "(hint: use _ (wildcard variable) instead)";
                self.fail(Code::Compile, at, format!("unused argument {name}. {hint}"));
            }
        }
    }

    fn rename_arg(&mut self, arg: &mut Term, scopes: &mut Scopes) {
        match &mut arg.node {
            Node::Var(name) => {
                let new = match scopes.declared(name) {
                    Some(new) => {
                        scopes.seen(name);
                        new
                    }
                    None => {
                        let new = self.generate(Some(name));
                        scopes.insert(name.clone(), new.clone(), Occurrence::Arg);
                        new
                    }
                };
                arg.node = Node::Var(new);
            }
            Node::Object(pairs) => {
                pairs.iter_mut().for_each(|(_, value)| self.rename_arg(value, scopes));
            }
            Node::Array(items) => items.iter_mut().for_each(|item| self.rename_arg(item, scopes)),
            Node::Ref(path) => path.iter_mut().for_each(|part| self.rename_arg(part, scopes)),
            Node::Call(_) => {
                self.fail(Code::Compile, arg.at, "rule arguments cannot contain calls");
            }
            Node::Constant(_) | Node::Set(_) | Node::Comprehension(_) | Node::Template(_) => {}
        }
    }

    fn rename_branch(&mut self, rule: &mut Rule, args: &Scopes, unused: &mut Names, first: bool) -> Scopes {
        let mut scopes = args.clone();
        if !first {
            // The branch repeats the parameters of the first one.
            for arg in &mut rule.head.args {
                self.rename_closures(arg);
                rename_vars(arg, &scopes);
            }
        }
        let head = &mut rule.head;
        let terms = head.path.iter_mut().skip(1).chain(head.key.iter_mut()).chain(head.value.iter_mut());
        for term in terms {
            // Comprehensions in the head have scopes of their own, apart from the body's.
            self.rename_closures(term);
        }
        let head = &rule.head;
        let mut used = Names::new();
        for term in head.path.iter().skip(1).chain(&head.key) {
            vars::term_into(term, Skip::NOTHING, &mut used);
        }
        if let Some(value) = &head.value {
            let names = vars::of_term(value, Skip::NOTHING);
            unused.retain(|name| !names.contains(name));
            used.extend(names);
        }
        self.hide_functions(rule, &mut scopes);
        self.errors_before = self.errors.len();
        rule.body = self.rename_body(std::mem::take(&mut rule.body), &mut scopes, &used);
        let head = &mut rule.head;
        let terms = head.path.iter_mut().skip(1).chain(head.key.iter_mut()).chain(head.value.iter_mut());
        terms.for_each(|term| rename_vars(term, &scopes));
        scopes
    }

    /// Variables that bear the name of a function, bound in the body, get another one.
    fn hide_functions(&mut self, rule: &Rule, scopes: &mut Scopes) {
        let declared = vars::declared(&rule.body);
        let mut mocks = Names::new();
        vars::each_expr(&rule.body, &mut |expr| {
            for with in &expr.with {
                vars::term_into(&with.target, Skip::NOTHING, &mut mocks);
                vars::term_into(&with.value, Skip::NOTHING, &mut mocks);
            }
        });
        for name in vars::of_body(&rule.body, Skip::CLOSURES) {
            if builtins::find(&name).is_some()
                && !declared.contains(&name)
                && !mocks.contains(&name)
                && scopes.declared(&name).is_none()
            {
                let new = self.generate(Some(&name));
                scopes.insert(name, new, Occurrence::Seen);
            }
        }
    }

    fn rename_closures(&mut self, term: &mut Term) {
        match &mut term.node {
            Node::Comprehension(inner) => {
                self.errors_before = self.errors.len();
                self.rename_comprehension(inner, &mut Scopes::new());
            }
            Node::Template(parts) => self.rename_template(parts, &mut Scopes::new()),
            _ => vars::each_child_mut(term, &mut |child| self.rename_closures(child)),
        }
    }

    /// Renames what a body declares, in the innermost scope.
    pub(crate) fn rename_body(&mut self, body: Vec<Expr>, scopes: &mut Scopes, used: &Names) -> Vec<Expr> {
        let start = body.first().map(|expr| expr.at).unwrap_or_default();
        let declaring: Vec<(Names, Span)> = body
            .iter()
            .filter(|expr| matches!(expr.kind, Kind::Some(_)))
            .map(|expr| (vars::declared(std::slice::from_ref(expr)), expr.at))
            .chain(std::iter::once((Names::new(), start)))
            .collect();
        let mut out = Vec::with_capacity(body.len());
        for mut expr in body {
            let keep = match &expr.kind {
                Kind::Call(_) if expr.is_assignment() => {
                    self.rename_assignment(&mut expr, scopes);
                    true
                }
                Kind::Some(_) => self.rename_some(&mut expr, scopes),
                Kind::Every(_) => {
                    self.rename_every(&mut expr, scopes);
                    true
                }
                _ => {
                    self.rename_expr(&mut expr, scopes);
                    true
                }
            };
            if keep {
                out.push(expr);
            }
        }
        if out.is_empty() {
            out.push(Expr::truth(start));
        }
        if self.errors.len() == self.errors_before {
            self.check_unused(&out, scopes, used, &declaring);
        }
        out
    }

    fn check_unused(&mut self, body: &[Expr], scopes: &Scopes, used: &Names, declaring: &[(Names, Span)]) {
        let Some(scope) = scopes.scopes.last() else { return };
        let start = declaring.last().map(|(_, at)| *at).unwrap_or_default();
        let mut visible = vars::of_body(body, Skip::NOTHING);
        visible.extend(used.iter().map(|name| scopes.declared(name).unwrap_or_else(|| name.clone())));
        let is_used = |entry: &Entry, name: &Name| visible.contains(&entry.name) || used.contains(name);
        let mut faults = Vec::new();
        for (name, entry) in scope {
            let shown = !is_wildcard(name) && !is_generated(name);
            if entry.occurrence == Occurrence::Declared && shown && !is_used(entry, name) {
                let at =
                    declaring.iter().find(|(names, _)| names.contains(name)).map_or(start, |(_, at)| *at);
                faults.push((at, format!("declared var {name} unused")));
            }
            let in_head = used.iter().any(|used| scopes.declared(used).as_ref() == Some(&entry.name));
            if self.options.strict
                && entry.occurrence == Occurrence::Assigned
                && shown
                && entry.count <= 1
                && !in_head
            {
                let sees = |expr: &&Expr| vars::of_expr(expr, Skip::NOTHING).contains(&entry.name);
                let at = body.iter().find(sees).map_or(start, |expr| expr.at);
                faults.push((at, format!("assigned var {name} unused")));
            }
        }
        for (at, fault) in faults {
            self.fail(Code::Compile, at, fault);
        }
    }

    fn declare(
        &mut self,
        name: &Name,
        occurrence: Occurrence,
        at: Span,
        scopes: &mut Scopes,
    ) -> Option<Name> {
        let message = match scopes.here(name) {
            Some(Occurrence::Seen) => format!("var {name} referenced above"),
            Some(Occurrence::Assigned) => format!("var {name} assigned above"),
            Some(Occurrence::Declared) => format!("var {name} declared above"),
            Some(Occurrence::Arg) => format!("arg {name} redeclared"),
            None => {
                let new = self.generate(Some(name));
                scopes.insert(name.clone(), new.clone(), occurrence);
                return Some(new);
            }
        };
        self.fail(Code::Compile, at, message);
        None
    }

    fn rename_some(&mut self, expr: &mut Expr, scopes: &mut Scopes) -> bool {
        let Kind::Some(symbols) = std::mem::replace(&mut expr.kind, Kind::Some(List::new())) else {
            return true;
        };
        let at = expr.at;
        for symbol in symbols {
            match symbol.node {
                Node::Call(terms) => {
                    let mut terms = terms.into_vec(0);
                    let (Some(domain), Some(value)) = (terms.pop(), terms.pop()) else { continue };
                    let key = match terms.len() {
                        2.. => terms.pop().unwrap_or_else(|| value.clone()),
                        _ => Term::var(self.generate(None), at),
                    };
                    let Some(kind) = self.membership((key, value, domain), at, scopes) else { return false };
                    expr.kind = kind;
                    self.rename_expr(expr, scopes);
                    return true;
                }
                Node::Var(name) if self.declare(&name, Occurrence::Declared, at, scopes).is_none() => {
                    return false;
                }
                _ => {}
            }
        }
        false
    }

    /// `value = domain[key]`, with what it binds declared; nothing if that cannot be.
    fn membership(&mut self, (key, value, domain): Parts, at: Span, scopes: &mut Scopes) -> Option<Kind> {
        let outside = vars::of_term(&domain, Skip::NOTHING);
        let mut bound = vars::of_term(&key, Skip { keys: true, heads: true, ..Skip::CLOSURES });
        bound.extend(vars::of_term(&value, Skip { keys: true, heads: true, sets: true, closures: true }));
        for name in bound.difference(&outside) {
            if !is_generated(name) {
                self.declare(name, Occurrence::Declared, at, scopes)?;
            }
        }
        let path = match domain.node {
            Node::Ref(mut path) => {
                path.push(key);
                path
            }
            node => [Term::new(node, domain.at), key].into(),
        };
        let place = Term::new(Node::Ref(path), domain.at);
        Some(Kind::Call([Term::operator("eq", at), value, place].into()))
    }

    fn rename_every(&mut self, expr: &mut Expr, scopes: &mut Scopes) {
        let at = expr.at;
        let Kind::Every(every) = &mut expr.kind else { return };
        self.rename_term(&mut every.domain, scopes);
        scopes.scopes.push(BTreeMap::new());
        match &mut every.key {
            Some(key) => self.declare_var(key, at, scopes),
            None => every.key = Some(Term::var(self.generate(None), at)),
        }
        self.declare_var(&mut every.value, at, scopes);
        every.body = self.rename_body(std::mem::take(&mut every.body), scopes, &Names::new());
        // A name of the domain that nothing declared before is the one declared here, as OPA has it: it lacks a value.
        self.rename_term(&mut every.domain, scopes);
        scopes.scopes.pop();
        for with in &mut expr.with {
            self.rename_term(&mut with.target, scopes);
            self.rename_term(&mut with.value, scopes);
        }
    }

    fn declare_var(&mut self, term: &mut Term, at: Span, scopes: &mut Scopes) {
        if let Node::Var(name) = &term.node
            && !is_wildcard(name)
            && let Some(new) = self.declare(&name.clone(), Occurrence::Declared, at, scopes)
        {
            term.node = Node::Var(new);
        }
    }

    fn rename_assignment(&mut self, expr: &mut Expr, scopes: &mut Scopes) {
        if expr.negated {
            self.fail(Code::Compile, expr.at, "cannot assign vars inside negated expression");
            return;
        }
        let Kind::Call(terms) = &mut expr.kind else { return };
        let [_, left, right] = &mut **terms else { return };
        self.rename_term(right, scopes);
        let before = self.errors.len();
        for with in &mut expr.with {
            self.rename_term(&mut with.value, scopes);
        }
        self.assign_to(left, scopes);
        if self.errors.len() == before
            && let Some(operator) = terms.first_mut()
        {
            *operator = Term::operator("eq", operator.at);
            expr.assigned = true;
        }
    }

    fn assign_to(&mut self, term: &mut Term, scopes: &mut Scopes) {
        let name = match &mut term.node {
            Node::Var(name) => name.clone(),
            Node::Ref(path) if path.len() == 1 => match path.first().and_then(Term::as_var) {
                Some(name) => name.clone(),
                None => return,
            },
            Node::Array(items) => return items.iter_mut().for_each(|item| self.assign_to(item, scopes)),
            Node::Object(pairs) => {
                return pairs.iter_mut().for_each(|(key, value)| {
                    self.rename_term(key, scopes);
                    self.assign_to(value, scopes);
                });
            }
            Node::Constant(_)
            | Node::Ref(_)
            | Node::Set(_)
            | Node::Comprehension(_)
            | Node::Call(_)
            | Node::Template(_) => {
                let message = format!("cannot assign to {}", term.kind_name());
                self.fail(Code::Compile, term.at, message);
                return;
            }
        };
        if let Some(new) = self.declare(&name, Occurrence::Assigned, term.at, scopes) {
            term.node = Node::Var(new);
        }
    }

    fn rename_expr(&mut self, expr: &mut Expr, scopes: &mut Scopes) {
        match &mut expr.kind {
            Kind::Term(term) => self.rename_term(term, scopes),
            Kind::Call(terms) => {
                terms.iter_mut().for_each(|term| self.rename_term(term, scopes));
            }
            Kind::Not { body, explicit } => {
                let own = std::mem::take(body).into_vec(0);
                *body = self.rename_operand(own, *explicit, scopes).into();
            }
            Kind::And(sides) | Kind::Or(sides) => {
                sides.left = self.rename_operand(std::mem::take(&mut sides.left), sides.explicit.0, scopes);
                sides.right = self.rename_operand(std::mem::take(&mut sides.right), sides.explicit.1, scopes);
            }
            Kind::Some(_) | Kind::Every(_) => {}
        }
        for with in &mut expr.with {
            self.rename_target(&mut with.target, scopes);
            self.rename_term(&mut with.value, scopes);
        }
    }

    fn rename_operand(&mut self, mut body: Vec<Expr>, explicit: bool, scopes: &mut Scopes) -> Vec<Expr> {
        if explicit {
            scopes.scopes.push(BTreeMap::new());
            body = self.rename_body(body, scopes, &Names::new());
            scopes.scopes.pop();
        } else {
            for expr in &mut body {
                if matches!(expr.kind, Kind::Call(_)) && expr.is_assignment() {
                    self.fail(Code::Unsafe, expr.at, "a variable that is assigned inside of `not` is unsafe");
                } else {
                    self.rename_expr(expr, scopes);
                }
            }
        }
        body
    }

    /// `with input …` means the document, even where a variable hides it.
    fn rename_target(&mut self, target: &mut Term, scopes: &mut Scopes) {
        if let Node::Ref(path) = &mut target.node {
            path.iter_mut().skip(1).for_each(|part| self.rename_term(part, scopes));
        }
    }

    /// The name of a function within a term counts as seen, like every other.
    fn rename_operator(&mut self, operator: &mut Term, scopes: &mut Scopes) {
        let path = operator.as_ref().unwrap_or(std::slice::from_ref(operator));
        let renamed = |name: &Name| scopes.declared(name).is_some_and(|new| new != *name);
        if path.iter().filter_map(Term::as_var).any(renamed) {
            let shown = crate::print::term(operator);
            self.fail(Code::Compile, operator.at, format!("called function {shown} shadowed"));
        }
        self.rename_term(operator, scopes);
    }

    pub(crate) fn rename_term(&mut self, term: &mut Term, scopes: &mut Scopes) {
        match &mut term.node {
            Node::Constant(_) => {}
            Node::Var(name) => match scopes.declared(name) {
                Some(new) => {
                    scopes.seen(name);
                    *name = new;
                }
                None => {
                    let name = name.clone();
                    scopes.insert(name.clone(), name, Occurrence::Seen);
                }
            },
            Node::Ref(path) => {
                let single = path.len() == 1;
                let Some(head) = path.first_mut() else { return };
                match head.as_var().cloned() {
                    Some(name) if single && matches!(&*name, "input" | "data") => {
                        if let Some(entry) = scopes.find(&name)
                            && entry.occurrence != Occurrence::Seen
                        {
                            head.node = Node::Var(entry.name.clone());
                            scopes.seen(&name);
                            let node = head.node.clone();
                            term.node = node;
                            return;
                        }
                    }
                    _ => self.rename_term(head, scopes),
                }
                if let Node::Ref(path) = &mut term.node {
                    path.iter_mut().skip(1).for_each(|part| self.rename_term(part, scopes));
                }
            }
            Node::Call(terms) => {
                if let Some((operator, operands)) = terms.split_first_mut() {
                    self.rename_operator(operator, scopes);
                    operands.iter_mut().for_each(|operand| self.rename_term(operand, scopes));
                }
            }
            Node::Array(_) | Node::Set(_) | Node::Object(_) => {
                vars::each_child_mut(term, &mut |child| self.rename_term(child, scopes));
            }
            Node::Comprehension(inner) => self.rename_comprehension(inner, scopes),
            Node::Template(parts) => self.rename_template(parts, scopes),
        }
    }

    fn rename_comprehension(&mut self, inner: &mut Comprehension, scopes: &mut Scopes) {
        let mut used = vars::of_term(&inner.value, Skip::NOTHING);
        inner.key.iter().for_each(|key| vars::term_into(key, Skip::NOTHING, &mut used));
        scopes.scopes.push(BTreeMap::new());
        inner.body = self.rename_body(std::mem::take(&mut inner.body), scopes, &used);
        inner.key.iter_mut().for_each(|key| self.rename_term(key, scopes));
        self.rename_term(&mut inner.value, scopes);
        scopes.scopes.pop();
    }

    fn rename_template(&mut self, parts: &mut [Part], scopes: &mut Scopes) {
        for part in parts {
            if let Part::Expr(expr) = part {
                self.rename_expr(expr, scopes);
            }
        }
    }
}

/// Gives variables of a head the names that they got in the body.
fn rename_vars(term: &mut Term, scopes: &Scopes) {
    match &mut term.node {
        Node::Var(name) => {
            if let Some(new) = scopes.declared(name) {
                *name = new;
            }
        }
        Node::Comprehension(inner) => {
            inner.key.iter_mut().for_each(|key| rename_vars(key, scopes));
            rename_vars(&mut inner.value, scopes);
            inner.body.iter_mut().for_each(|expr| rename_expr_vars(expr, scopes));
        }
        Node::Template(parts) => {
            for part in parts {
                if let Part::Expr(expr) = part {
                    rename_expr_vars(expr, scopes);
                }
            }
        }
        Node::Call(terms) => terms.iter_mut().skip(1).for_each(|operand| rename_vars(operand, scopes)),
        Node::Ref(path) => {
            let root = path.len() == 1;
            path.iter_mut().for_each(|part| rename_vars(part, scopes));
            if root
                && let Some(head) = path.first()
                && head.as_var().is_some_and(|name| is_generated(name))
            {
                term.node = head.node.clone();
            }
        }
        _ => vars::each_child_mut(term, &mut |child| rename_vars(child, scopes)),
    }
}

fn rename_expr_vars(expr: &mut Expr, scopes: &Scopes) {
    let all = |terms: &mut [Term]| terms.iter_mut().for_each(|term| rename_vars(term, scopes));
    match &mut expr.kind {
        Kind::Term(term) => rename_vars(term, scopes),
        Kind::Call(terms) => all(terms.get_mut(1..).unwrap_or_default()),
        Kind::Some(terms) => all(terms),
        Kind::Every(every) => {
            rename_vars(&mut every.domain, scopes);
            every.body.iter_mut().for_each(|expr| rename_expr_vars(expr, scopes));
        }
        Kind::Not { body, .. } => body.iter_mut().for_each(|expr| rename_expr_vars(expr, scopes)),
        Kind::And(sides) | Kind::Or(sides) => {
            sides.left.iter_mut().chain(&mut sides.right).for_each(|expr| rename_expr_vars(expr, scopes));
        }
    }
    expr.with.iter_mut().for_each(|with| rename_vars(&mut with.value, scopes));
}
